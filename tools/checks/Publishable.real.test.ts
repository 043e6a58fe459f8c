/**
 * The packages as a stranger gets them: packed, linted, installed together in an empty folder, imported by every entry
 * point, and type-checked from outside.
 */
import { execFile, execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensurePnpm, environment, pnpmPath } from "../setup/Pnpm.mjs";
import { ROOT } from "./Source.ts";

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

interface Packed {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly tarball: string;
}

const run = promisify(execFile);

const TIMEOUT_MS = 120_000;
const WORK = mkdtempSync(join(tmpdir(), "fettle packed "));
const APP = join(WORK, "app");
const FOLDERS = readdirSync(join(ROOT, "packages")).map((name) => join(ROOT, "packages", name));
const MANIFESTS = FOLDERS.map((folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest);
/** Every entry point of every package, by the specifier a consumer writes. */
const SPECIFIERS = MANIFESTS.flatMap((manifest) =>
  Object.keys(manifest.exports)
    .filter((subpath) => subpath !== "./package.json")
    .map((subpath) => manifest.name + subpath.slice(1)),
);
const PEERS = [...new Set(MANIFESTS.flatMap((manifest) => Object.keys(manifest.peerDependencies ?? {})))];

let packed: readonly Packed[] = [];
let installing: Promise<void> = Promise.resolve();

beforeAll(async () => {
  await ensurePnpm({ root: ROOT, say: () => {} });
  await run(process.execPath, [join(ROOT, "tools", "build.mjs"), "--if-needed"], { cwd: ROOT });
  packed = await Promise.all(FOLDERS.map(pack));
  // It mostly waits for the network, so it goes on beside the other tests.
  installing = installApplication();
}, TIMEOUT_MS);

afterAll(() => rmSync(WORK, { recursive: true, force: true }));

describe("the packed packages", () => {
  it.each(FOLDERS.map((folder, at) => ({ name: MANIFESTS[at]?.name, folder })))(
    "publint has nothing to say about $name",
    async ({ folder }) => {
      const { tarball } = packedFrom(folder);
      const bytes = new Uint8Array(readFileSync(tarball));
      const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
      expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
    },
  );

  it.concurrent.each(FOLDERS.map((folder, at) => ({ name: MANIFESTS[at]?.name, folder })))(
    "the types of $name resolve the way its code does",
    async ({ folder }) => {
      const attw = join(ROOT, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
      const args = [
        attw,
        packedFrom(folder).tarball,
        "--profile",
        "esm-only",
        "--no-color",
        "--no-emoji",
        "--format",
        "ascii",
      ];
      const complaint = await run(process.execPath, args).then(
        () => "",
        (error: { stdout: string }) => error.stdout,
      );
      expect(complaint).toBe("");
    },
  );

  it("hold what is run and its declarations, and no test", () => {
    for (const { tarball, manifest } of packed) {
      const names = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
      const built = Object.values(manifest.exports)
        .filter((target) => target.endsWith(".ts"))
        .flatMap((source) =>
          [".js", ".d.ts"].map((end) => source.replace("./src/", "package/dist/").replace(/\.ts$/, end)),
        );
      expect(names).toEqual(expect.arrayContaining(built));
      expect(names.filter((name) => /\.test\.|tsbuildinfo|node_modules|\.types/.test(name))).toEqual([]);
    }
  });
});

describe("an application that installs the packages", () => {
  beforeAll(() => installing, TIMEOUT_MS);

  it("gets a clear error for an absent optional driver, and every entry point without one", () => {
    for (const [specifier, error] of Object.entries(importAll())) {
      const absent = PEERS.some((peer) => error.startsWith(`Cannot find package '${peer}'`));
      expect(absent || error === "", `${specifier}: ${error}`).toBe(true);
    }
  });

  it("imports every entry point once the drivers are there, and type-checks", () => {
    linkDrivers();
    expect(importAll()).toEqual(Object.fromEntries(SPECIFIERS.map((specifier) => [specifier, ""])));
    expect(typeErrors()).toBe("");
  });

  it("can call the commands that the packages bring", () => {
    const command = join(APP, "node_modules", ".bin", "fettle-qql");
    expect(execFileSync(command, ["print", "a=1 AND(b:2)"], { encoding: "utf8" })).toBe("a: 1 AND b: 2\n");
  });

  it("searches on threads of their own, which find their program where it was installed", () => {
    writeFileSync(join(APP, "search.js"), SEARCHING);
    expect(execFileSync(process.execPath, ["search.js"], { cwd: APP, encoding: "utf8" })).toBe(
      "0 found, by a thread\n",
    );
  });

  it("carries of a package no more than it uses", async () => {
    const bytes = await bundledBytes(`import { Parser } from "@fettle/qql"; console.log(Parser.parse);`);
    expect(bytes).toBeLessThanOrEqual(PARSER_BYTES_MAX);
  });

  it("is told of a wrong use by the types", () => {
    writeFileSync(
      join(APP, "wrong.ts"),
      `import { compile } from "@fettle/qql";\nexport const wrong: boolean = compile;\n`,
    );
    expect(typeErrors()).toMatch(/wrong\.ts.*TS2322/);
    rmSync(join(APP, "wrong.ts"));
  });
});

/** Every search goes to a thread here; one that found no program would warn. */
const SEARCHING = `
  import { Tenant } from "@fettle/core";
  import { SqliteStorage } from "@fettle/adapters/storage/sqlite";
  import * as Effect from "effect/Effect";
  let by = "nobody";
  process.on("worker", () => (by = "a thread"));
  const question = { asset: null, patch: null, view: "all", seen: null, seats: { _tag: "Activated" }, asOf: 0 };
  const paging = { by: "name", direction: "ascending", after: null, limit: 10 };
  const searching = Effect.flatMap(SqliteStorage.open({ file: "search.db", search: { workerFromMs: 0 } }), ({ search }) =>
    search.assets(Tenant.of("acme"), question, paging),
  );
  const { total } = await Effect.runPromise(Effect.scoped(searching));
  console.log(total + " found, by " + by);`;

/** Of a minified and gzipped bundle that uses the parser of QQL alone. */
const PARSER_BYTES_MAX = 6_144;

async function bundledBytes(source: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: APP },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? "").length;
}

async function pack(folder: string): Promise<Packed> {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const destination = mkdtempSync(join(WORK, "pack-"));
  const args = [pnpmPath(ROOT), "pack", "--pack-destination", destination];
  await run(process.execPath, args, { cwd: folder, env: environment() });
  const [name = ""] = readdirSync(destination);
  return { folder, manifest, tarball: join(destination, name) };
}

function packedFrom(folder: string): Packed {
  const found = packed.find((one) => one.folder === folder);
  if (found === undefined) throw new Error(`${folder} was not packed`);
  return found;
}

async function installApplication(): Promise<void> {
  mkdirSync(APP);
  const manifest = {
    private: true,
    type: "module",
    dependencies: Object.fromEntries(packed.map((one) => [one.manifest.name, `file:${one.tarball}`])),
  };
  writeFileSync(join(APP, "package.json"), JSON.stringify(manifest));
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await run("npm", args, { cwd: APP, env: environment() });
}

/** The error of importing each entry point, in a process of its own; "" when there is none. */
function importAll(): Readonly<Record<string, string>> {
  const program = `
    const errors = {};
    for (const specifier of ${JSON.stringify(SPECIFIERS)}) {
      errors[specifier] = await import(specifier).then(() => "", (error) => error.message);
    }
    console.log(JSON.stringify(errors));`;
  writeFileSync(join(APP, "import-all.js"), program);
  return JSON.parse(execFileSync(process.execPath, ["import-all.js"], { cwd: APP, encoding: "utf8" }));
}

/** The drivers as the workspace has them, since some take minutes to build. */
function linkDrivers(): void {
  const adapters = join(ROOT, "packages", "adapters", "node_modules");
  for (const name of [...PEERS, "@types/better-sqlite3", "@types/node"]) {
    const from = [adapters, join(ROOT, "node_modules")].map((folder) => join(folder, name)).find(isThere);
    if (from === undefined) throw new Error(`the workspace does not have ${name}`);
    const to = join(APP, "node_modules", name);
    mkdirSync(dirname(to), { recursive: true });
    rmSync(to, { recursive: true, force: true });
    symlinkSync(realpathSync(from), to);
  }
}

/** tsc's errors in a strict consumer that looks into our declarations too; those of other packages are not ours. */
function typeErrors(): string {
  const lines = SPECIFIERS.map(
    (specifier, at) => `import * as m${at} from "${specifier}";\nexport const e${at} = m${at};`,
  );
  writeFileSync(join(APP, "consumer.ts"), lines.join("\n"));
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: "NodeNext",
    target: "ES2022",
    lib: ["ES2023"],
    types: ["node"],
    noEmit: true,
  };
  writeFileSync(join(APP, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const done = spawnSync(process.execPath, [tsc, "-p", ".", "--pretty", "false"], { cwd: APP, encoding: "utf8" });
  return done.stdout
    .split("\n")
    .filter((line) => !/^node_modules\/(?!@fettle\/)/.test(line))
    .join("\n");
}

function isThere(path: string): boolean {
  try {
    return realpathSync(path) !== "";
  } catch {
    return false;
  }
}
