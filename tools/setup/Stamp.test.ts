import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { filesBelow, foldersIn, readStamp, stampOf, writeStamp } from "./Stamp.mjs";

const ROOT = mkdtempSync(join(tmpdir(), "fettle stamp "));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(join(ROOT, path, ".."), { recursive: true });
  writeFileSync(join(ROOT, path), text);
}

const stamp = (...files: readonly string[]): string => stampOf({ root: ROOT, facts: ["node 20"], files });

describe("a stamp", () => {
  it("is the same for the same inputs and another for any other", () => {
    write("a", "1");
    write("b", "2");
    const first = stamp("a", "b");
    expect(stamp("a", "b")).toBe(first);
    expect(stampOf({ root: ROOT, facts: ["node 22"], files: ["a", "b"] })).not.toBe(first);
    write("b", "3");
    expect(stamp("a", "b")).not.toBe(first);
  });

  it("tells content moved from one file to the next, and an absent file from an empty one", () => {
    write("c", "xy");
    write("d", "");
    const before = stamp("c", "d");
    write("c", "x");
    write("d", "y");
    expect(stamp("c", "d")).not.toBe(before);
    write("e", "");
    expect(stamp("e")).not.toBe(stamp("f"));
  });

  it("is read as it was written, and is undefined when there is none", () => {
    writeStamp(join(ROOT, "x", "stamp"), "abc");
    expect(readStamp(join(ROOT, "x", "stamp"))).toBe("abc");
    expect(readStamp(join(ROOT, "y", "stamp"))).toBeUndefined();
  });
});

describe("the inputs of a build", () => {
  it("are the files below a folder, without what is generated, installed or a test", () => {
    for (const path of [
      "src/B.ts",
      "src/x/A.ts",
      "node_modules/n.js",
      "dist/A.js",
      ".types/A.d.ts",
      "src/A.test.ts",
      "test/a.ts",
    ]) {
      write(`packages/p/${path}`, "");
    }
    expect(filesBelow(ROOT, "packages/p")).toEqual(["packages/p/src/B.ts", "packages/p/src/x/A.ts"]);
    expect(filesBelow(ROOT, "packages/nowhere")).toEqual([]);
    expect(foldersIn(ROOT, "packages")).toEqual(["packages/p"]);
  });
});
