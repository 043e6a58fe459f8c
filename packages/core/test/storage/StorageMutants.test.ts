/** The conformance cases are worth what they catch: each fault that a storage may have is seen by one of them. */
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import * as vm from "node:vm";
import * as AgentProtocol from "@fettle/agent-protocol";
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import type { StorageShape } from "../../src/ports/Storage.ts";
import { MemoryStorage, StorageConformance } from "../../src/testing/storage/index.ts";
import { lasting, lastingMutants } from "./LastingMutants.ts";
import { type TextMutant, textMutants } from "./TextMutants.ts";
import { wrappedMutants } from "./WrappedMutants.ts";

const source = fileURLToPath(new URL("../../src/testing/storage/MemoryStorage.ts", import.meta.url));
const shared: Readonly<Record<string, unknown>> = {
  "@fettle/agent-protocol": AgentProtocol,
  "effect/Context": Context,
  "effect/Data": Data,
  "effect/Effect": Effect,
  "effect/Layer": Layer,
};

// The storage in memory with a text mutant's edits, as a module of its own that shares what is outside core.
const edited = async ({ edits }: Pick<TextMutant, "edits">): Promise<() => StorageShape> => {
  const left = new Set(edits);
  const edit = (path: string): string => {
    let text = fs.readFileSync(path, "utf8");
    for (const one of edits.filter(([file]) => file === basename(path))) {
      const [file, from, to] = one;
      const count = text.split(from).length - 1;
      if (count !== 1) throw new Error(`${file} has ${JSON.stringify(from)} ${count} times: mend the mutant`);
      text = text.replace(from, () => to);
      left.delete(one);
    }
    return text;
  };
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    external: Object.keys(shared),
    logLevel: "silent",
    plugins: [
      {
        name: "mutant",
        setup: (building) => {
          building.onLoad({ filter: /\.ts$/ }, ({ path }) => ({ contents: edit(path), loader: "ts" }));
        },
      },
    ],
  });
  for (const [file] of left) throw new Error(`nothing of the storage in memory is in ${file}: mend the mutant`);
  const module: { exports: { make?: () => StorageShape } } = { exports: {} };
  const native = createRequire(import.meta.url);
  const require = (name: string): unknown => shared[name] ?? native(name);
  vm.compileFunction(outputFiles[0]?.text ?? "", ["module", "exports", "require"])(module, module.exports, require);
  const { make } = module.exports;
  if (make === undefined) throw new Error("the edited storage can't be made");
  return make;
};

const CASES = StorageConformance.cases;

// The first case that a storage fails, or null.
const caughtBy = async (make: () => StorageShape): Promise<string | null> => {
  for (const { name, run } of CASES) {
    const failed = await Effect.runPromise(run({ storage: make(), prefix: "t" })).then(
      () => false,
      () => true,
    );
    if (failed) return name;
  }
  return null;
};

describe("a sound storage passes every case", () => {
  test("edited by nothing", async () => expect(await caughtBy(await edited({ edits: [] }))).toBeNull());
  test("wrapped by nothing", async () => expect(await caughtBy(MemoryStorage.make)).toBeNull());
});

describe("a case catches a storage that", () => {
  test.for(textMutants)("$name", async (mutant) => expect(await caughtBy(await edited(mutant))).not.toBeNull());

  test.for(wrappedMutants)("$name", async ({ wrap }) =>
    expect(await caughtBy(() => wrap(MemoryStorage.make()))).not.toBeNull(),
  );
});

// Each case with a store of its own; the first that fails, or null.
const lostBy = async (open: () => StorageConformance.LastingSubject["open"]): Promise<string | null> => {
  for (const { name, run } of StorageConformance.lasting) {
    const failed = await Effect.runPromise(run({ open: open() })).then(
      () => false,
      () => true,
    );
    if (failed) return name;
  }
  return null;
};

describe("a case about lasting", () => {
  test("is passed by a storage that loses nothing", async () =>
    expect(await lostBy(() => lasting((tenant) => tenant))).toBeNull());

  test.for(lastingMutants)("catches a storage that $name", async ({ open }) =>
    expect(await lostBy(open)).not.toBeNull(),
  );
});
