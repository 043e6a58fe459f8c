/**
 * Folders that are costly to make, kept between runs in the temporary folder. A folder is made aside and renamed into
 * place, so two runs at once can't see half of one; its name says what it was made from, so it never goes stale.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** A temporary folder without spaces: rpmbuild's own scripts split paths at them. Short, as gpg's socket lies in it. */
export const workFolder = (): string => (/^[\w./+-]{1,60}$/.test(tmpdir()) ? tmpdir() : "/tmp");

/** The folder made from these sources, now or earlier. Callers copy from it and never write into it. */
export const ensure = async (
  sources: readonly unknown[],
  directory: string,
  build: (folder: string) => Promise<void>,
): Promise<string> => {
  const hash = createHash("sha256").update(JSON.stringify(sources)).digest("hex").slice(0, 20);
  const place = path.join(directory, `fettle-lab-${process.getuid?.() ?? 0}-${hash}`);
  if (await isOurs(place)) return place;
  await fs.mkdir(directory, { recursive: true });
  const aside = await fs.mkdtemp(`${place}.`);
  try {
    const made = path.join(aside, "made");
    await fs.mkdir(made, { mode: 0o755 });
    await build(made);
    await fs.rename(made, place);
  } catch (error) {
    // Another run may have been first: its folder is as good.
    if (!isTaken(error) || !(await isOurs(place))) throw error;
  } finally {
    await fs.rm(aside, { recursive: true, force: true });
  }
  return place;
};

// Somebody else's folder under a name that can be guessed would be a poisoned one.
const isOurs = async (place: string): Promise<boolean> => {
  const found = await fs.lstat(place).catch(() => undefined);
  if (found === undefined) return false;
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(`${place} is in the way and not ours: remove it`);
  }
  return true;
};

const isTaken = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST");
