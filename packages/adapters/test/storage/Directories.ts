/** Directories of a test file, gone when it ends. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Makes fresh directories under one that is removed after all tests of the file. */
export const directories = (): (() => string) => {
  const root = mkdtempSync(join(tmpdir(), "fettle-"));
  afterAll(() => rmSync(root, { recursive: true }));
  return () => mkdtempSync(join(root, "d-"));
};
