import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { asideOf, removeLeftOvers, swapIn } from "./Swap.mjs";

const FOLDER = mkdtempSync(join(tmpdir(), "fettle swap "));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function buildAside(text: string): void {
  mkdirSync(asideOf(FOLDER));
  writeFileSync(join(asideOf(FOLDER), "index.js"), text);
}

describe("a new dist", () => {
  it("replaces the old one as a whole", () => {
    buildAside("one");
    swapIn(FOLDER);
    writeFileSync(join(FOLDER, "dist", "stale.js"), "");
    buildAside("two");
    expect(readFileSync(join(FOLDER, "dist", "index.js"), "utf8")).toBe("one");
    swapIn(FOLDER);
    expect(readFileSync(join(FOLDER, "dist", "index.js"), "utf8")).toBe("two");
    expect(readdirSync(FOLDER)).toEqual(["dist"]);
    expect(existsSync(join(FOLDER, "dist", "stale.js"))).toBe(false);
  });

  it("leaves nothing of builds that ended early", () => {
    for (const name of ["dist.next-1", "dist.old-22", "dist.notes", "src"]) mkdirSync(join(FOLDER, name));
    removeLeftOvers(FOLDER);
    expect(readdirSync(FOLDER).sort()).toEqual(["dist", "dist.notes", "src"]);
  });
});
