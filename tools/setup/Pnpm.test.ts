import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { environment, headersOf, pinnedVersion } from "./Pnpm.mjs";

const ROOT = mkdtempSync(join(tmpdir(), "fettle pnpm "));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

function write(path: string, text: string): string {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
  return join(ROOT, path);
}

describe("the pinned pnpm", () => {
  it.each([
    [`{ "packageManager": "pnpm@10.34.9" }`, "10.34.9"],
    [`{ "packageManager": "pnpm@10.34.9+sha512.abc" }`, "10.34.9"],
  ])("has the version of %s", (manifest, version) => {
    write("package.json", manifest);
    expect(pinnedVersion(ROOT)).toBe(version);
  });

  it.each([`{}`, `{ "packageManager": "npm@11.0.0" }`, `{ "packageManager": "pnpm@latest" }`])(
    "must be pinned: %s",
    (manifest) => {
      write("package.json", manifest);
      expect(() => pinnedVersion(ROOT)).toThrow(/must pin pnpm/);
    },
  );
});

describe("the headers for node-gyp", () => {
  it("are used when they are beside this Node and of its version", () => {
    const node = write("opt/bin/node", "");
    expect(headersOf(node, "v20.20.2")).toBeUndefined();
    const version = (major: number): string =>
      `#define NODE_MAJOR_VERSION ${major}\n#define NODE_MINOR_VERSION 20\n#define NODE_PATCH_VERSION 2\n`;
    write("opt/include/node/node_version.h", version(18));
    expect(headersOf(node, "v20.20.2")).toBeUndefined();
    write("opt/include/node/node_version.h", version(20));
    expect(headersOf(node, "v20.20.2")).toBe(join(ROOT, "opt"));
  });
});

describe("the environment of npm and pnpm", () => {
  it("has this Node first, and nothing of the npm script that started us", () => {
    const env = environment({
      PATH: "/usr/bin",
      HTTPS_PROXY: "http://proxy.example.org",
      npm_config_cache: "/cache",
      npm_config_local_prefix: "/elsewhere",
      npm_lifecycle_event: "start",
      npm_package_name: "fettle",
      INIT_CWD: "/elsewhere",
    });
    expect(env.PATH).toBe(`${dirname(process.execPath)}${delimiter}/usr/bin`);
    expect(Object.keys(env).sort()).toEqual(expect.arrayContaining(["HTTPS_PROXY", "PATH", "npm_config_cache"]));
    expect(Object.keys(env).filter((name) => /local_prefix|lifecycle|package_name|INIT_CWD/.test(name))).toEqual([]);
  });

  it("leaves a chosen nodedir alone", () => {
    expect(environment({ npm_config_nodedir: "/my/node" }).npm_config_nodedir).toBe("/my/node");
  });
});
