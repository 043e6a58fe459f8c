import { describe, expect, it } from "vitest";
import { checkImports } from "./ImportLayers.ts";
import { type Source, toText, workingCopy } from "./Source.ts";

const MANIFESTS: readonly Source[] = [
  manifest("qql", { exports: { ".": "./src/index.ts" } }),
  manifest("scheduler", { exports: { ".": "./src/index.ts" } }),
  manifest("agent-protocol", {
    dependencies: { effect: "1", zod: "1", "@fettle/scheduler": "1" },
    exports: { ".": "", "./agent": "", "./vocabulary": "" },
  }),
  manifest("core", {
    dependencies: {
      effect: "1",
      zod: "1",
      "@fettle/qql": "1",
      "@fettle/scheduler": "1",
      "@fettle/agent-protocol": "1",
    },
    exports: { ".": "", "./testing": "" },
  }),
  manifest("adapters", {
    dependencies: { effect: "1", "@fettle/core": "1", "@fettle/agent-protocol": "1" },
    peerDependencies: { "better-sqlite3": "1" },
    exports: { "./storage/sqlite": "" },
  }),
];

/** What the check says of one file with one line. */
function problemsOf(path: string, text: string): readonly string[] {
  return checkImports([...MANIFESTS, { path, text }]).map((finding) => finding.problem);
}

describe("the import layers", () => {
  it("hold in this repository", () => {
    expect(toText(checkImports(workingCopy()))).toBe("");
  });

  it.each([
    ["packages/qql/src/A.ts", `import { x } from "./B.ts";`],
    ["packages/qql/src/cli/A.ts", `import { x } from "../B.ts"; import { y } from "node:fs";`],
    ["packages/scheduler/src/A.ts", `import { x } from "./B.ts";`],
    ["packages/scheduler/src/cli/A.ts", `import { x } from "../B.ts"; import { y } from "node:fs";`],
    ["packages/agent-protocol/src/wire/Crypto.ts", `import { sign } from "node:crypto";`],
    ["packages/agent-protocol/src/wire/A.ts", `import { sign } from "./Crypto.ts";`],
    ["packages/agent-protocol/src/agent/A.ts", `import * as Effect from "effect/Effect";`],
    ["packages/core/src/domain/job/A.ts", `import { t } from "../tag/TagTree.ts";`],
    ["packages/core/src/domain/job/A.ts", `import { w } from "@fettle/agent-protocol/vocabulary";`],
    ["packages/core/src/domain/Events.ts", `import { e } from "./event/JobEvents.ts";`],
    ["packages/core/src/ports/A.ts", `import type { Crypto } from "@fettle/agent-protocol";`],
    ["packages/core/src/schema/A.ts", `import * as z from "zod";`],
    ["packages/core/src/engine/A.ts", `import { s } from "../schema/S.ts"; import { p } from "../ports/P.ts";`],
    ["packages/core/src/engine/A.ts", `import type * as z from "zod";`],
    ["packages/core/src/testing/A.ts", `import { Agent } from "@fettle/agent-protocol/agent";`],
    [
      "packages/adapters/src/storage/sqlite/A.ts",
      `import { r } from "../sql/Rows.ts"; import D from "better-sqlite3";`,
    ],
    [
      "packages/adapters/src/feed/csaf/A.ts",
      `import { r } from "../reading/FeedText.ts"; import { y } from "node:zlib";`,
    ],
    ["packages/core/test/a.test.ts", `import { x } from "../src/engine/A.ts"; import { it } from "vitest";`],
    ["examples/01-query/main.ts", `import { Fettle } from "@fettle/core"; import { x } from "./B.ts";`],
  ])("allow in %s: %s", (path, text) => {
    expect(problemsOf(path, text)).toEqual([]);
  });

  it.each([
    ["packages/qql/src/A.ts", `import { x } from "../../core/src/B.ts";`, "qql may not import core/facade"],
    ["packages/qql/src/A.ts", `import * as z from "zod";`, "qql may not import zod"],
    ["packages/qql/src/A.ts", `import { x } from "node:fs";`, "qql may not import node:fs"],
    ["packages/qql/src/A.ts", `import { x } from "./cli/B.ts";`, "qql may not import qql/cli"],
    ["packages/qql/src/cli/A.ts", `import * as z from "zod";`, "qql/cli may not import zod"],
    ["packages/scheduler/src/A.ts", `import { addDays } from "date-fns";`, "scheduler may not import date-fns"],
    ["packages/scheduler/src/A.ts", `import { x } from "./cli/B.ts";`, "scheduler may not import scheduler/cli"],
    ["packages/agent-protocol/src/vocabulary/A.ts", `import * as z from "zod";`, "vocabulary may not import zod"],
    ["packages/agent-protocol/src/wire/A.ts", `import { sign } from "node:crypto";`, "wire may not import node:crypto"],
    ["packages/agent-protocol/src/wire/A.ts", `import { sign } from "crypto";`, "wire may not import node:crypto"],
    ["packages/agent-protocol/src/wire/Crypto.ts", `import { x } from "node:fs";`, "crypto may not import node:fs"],
    [
      "packages/agent-protocol/src/session/A.ts",
      `import { x } from "../agent/A.ts";`,
      "may not import agent-protocol/agent",
    ],
    [
      "packages/agent-protocol/src/index.ts",
      `export * from "./agent/index.ts";`,
      "entry may not import agent-protocol/agent",
    ],
    [
      "packages/agent-protocol/src/agent/A.ts",
      `import { x } from "@fettle/core";`,
      "agent may not import @fettle/core",
    ],
    [
      "packages/core/src/domain/tag/A.ts",
      `import { j } from "../job/Job.ts";`,
      "core/domain/tag may not import core/domain/job",
    ],
    ["packages/core/src/domain/tag/A.ts", `import type { j } from "../job/Job.ts";`, "may not import core/domain/job"],
    ["packages/core/src/domain/tag/A.ts", `type J = import("../job/Job.ts").Job;`, "may not import core/domain/job"],
    ["packages/core/src/domain/tag/A.ts", `const j = await import("../job/Job.ts");`, "may not import core/domain/job"],
    ["packages/core/src/domain/novel/A.ts", `import { t } from "../tag/T.ts";`, "belongs to no layer"],
    ["packages/core/src/domain/job/A.ts", `import * as z from "zod";`, "core/domain/job may not import zod"],
    [
      "packages/core/src/domain/job/A.ts",
      `import { J } from "@fettle/agent-protocol";`,
      "may not import @fettle/agent-protocol",
    ],
    ["packages/core/src/domain/job/A.ts", `import { e } from "../../engine/Jobs.ts";`, "may not import core/engine"],
    ["packages/core/src/domain/job/A.ts", `import { readFileSync } from "node:fs";`, "may not import node:fs"],
    ["packages/core/src/ports/A.ts", `import { Crypto } from "@fettle/agent-protocol";`, "may import only types from"],
    [
      "packages/core/src/engine/A.ts",
      `import { A } from "@fettle/agent-protocol/agent";`,
      "engine may not import @fettle/agent-protocol/agent",
    ],
    ["packages/core/src/engine/A.ts", `import * as z from "zod";`, "may import only types from zod"],
    ["packages/core/src/engine/A.ts", `import { Effect } from "effect";`, `barrel "effect"`],
    ["packages/core/src/engine/A.ts", `import { x } from "effect/unstable/sql/Sql";`, "may break in a minor release"],
    [
      "packages/core/src/engine/A.ts",
      `import { x } from "../testing/index.ts";`,
      "core/engine may not import core/testing",
    ],
    ["packages/core/src/schema/A.ts", `import { z } from "zod";`, "imports parts of zod"],
    [
      "packages/adapters/src/storage/sqlite/A.ts",
      `import { x } from "../postgres/A.ts";`,
      "may not import adapters/storage/postgres",
    ],
    [
      "packages/adapters/src/installer/dnf/A.ts",
      `import { x } from "../../host/linux/A.ts";`,
      "may not import adapters/host/linux",
    ],
    [
      "packages/adapters/src/storage/sql/A.ts",
      `import { x } from "../sqlite/A.ts";`,
      "may not import adapters/storage/sqlite",
    ],
    ["packages/adapters/src/feed/csaf/A.ts", `import { x } from "../osv/A.ts";`, "may not import adapters/feed/osv"],
    ["packages/adapters/src/feed/reading/A.ts", `import { x } from "../osv/A.ts";`, "may not import adapters/feed/osv"],
    [
      "packages/adapters/src/host/linux/A.ts",
      `import { x } from "../../feed/reading/FeedText.ts";`,
      "may not import adapters/feed/reading",
    ],
    [
      "packages/adapters/src/storage/sqlite/A.ts",
      `import { x } from "@fettle/core/src/engine/Jobs.ts";`,
      "not an entry point",
    ],
    ["packages/adapters/src/storage/sqlite/A.ts", `import pg from "pg";`, "may not import pg"],
    ["packages/adapters/src/storage/sqlite/A.ts", `import { parse } from "@fettle/qql";`, "not among the dependencies"],
    ["packages/core/test/a.test.ts", `import { x } from "../../qql/src/Lexer.ts";`, "tests of core may not import qql"],
    [
      "examples/01-query/main.ts",
      `import { x } from "../../packages/core/src/Fettle.ts";`,
      "may not import core/facade",
    ],
    ["examples/01-query/main.ts", `import { x } from "@fettle/core/engine";`, "not an entry point"],
  ])("refuse in %s: %s", (path, text, problem) => {
    expect(problemsOf(path, text).join()).toContain(problem);
  });

  it("look neither into comments nor into strings", () => {
    const text = `// import x from "zod"\nconst a = 'import x from "zod"'; const b = \`from "\${a}"\`;`;
    expect(problemsOf("packages/qql/src/A.ts", text)).toEqual([]);
  });

  it("give the line of the import", () => {
    const [finding] = checkImports([...MANIFESTS, { path: "packages/qql/src/A.ts", text: `\n\nimport "zod";\n` }]);
    expect(finding?.line).toBe(3);
  });
});

function manifest(name: string, rest: object): Source {
  return { path: `packages/${name}/package.json`, text: JSON.stringify({ name: `@fettle/${name}`, ...rest }) };
}
