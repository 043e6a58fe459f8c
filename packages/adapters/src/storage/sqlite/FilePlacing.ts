/**
 * Puts a finished file in its place, whole or not at all: it is made beside the place under a name of its own, brought to
 * the disk, and given the place's name in one step.
 *
 * A database that stands there is replaced only while nobody has it open, its write-ahead log taken into it and gone, so
 * that no log of the old file is ever read as the new one's. Who opened the old file in that very moment finds that it has
 * moved (`SQLITE_READONLY_DBMOVED`) before anything is written.
 */
import { randomUUID } from "node:crypto";
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { SqliteRefusal } from "../sql/SqliteFailure.ts";
import * as ExistingFile from "./ExistingFile.ts";

/** What a file is called until it is whole; one that was left behind by a crash may be deleted. */
export const PARTIAL = ".partial";

/** Where a place really is: what a link leads to is replaced, not the link. */
export const realPlace = (place: string): string => (existsSync(place) ? realpathSync(place) : resolve(place));

/** An empty file beside the place, which nobody may read who may not read `like`. */
export const begin = (place: string, like: string): string => {
  const partial = `${place}.${randomUUID()}${PARTIAL}`;
  closeSync(openSync(partial, "wx", statSync(existsSync(place) ? place : like).mode & 0o777));
  return partial;
};

/** Throws when nothing may be put there. */
export const mustBeFree = (place: string, isReplacing: boolean): void => {
  const directory = dirname(resolve(place));
  if (!existsSync(directory)) throw new SqliteRefusal(`${directory} is no directory: make it first`);
  if (existsSync(place)) {
    if (!isReplacing) throw taken(place);
    return;
  }
  const stray = ExistingFile.COMPANIONS.map((ending) => `${place}${ending}`).find((path) => existsSync(path));
  if (stray !== undefined) throw new SqliteRefusal(`${stray} stands there without its database: move it away first`);
};

/** Moves a partial file, which nobody has open any more, into its place. */
export const place = (partial: string, target: string, isReplacing: boolean): void => {
  syncFile(partial);
  mustBeFree(target, isReplacing);
  if (existsSync(target)) replace(partial, target);
  else settle(partial, target);
  syncDirectory(dirname(resolve(target)));
};

/** Removes a partial file and what SQLite may have put beside it. */
export const discard = (partial: string): void => {
  for (const ending of ["", ...ExistingFile.COMPANIONS]) rmSync(`${partial}${ending}`, { force: true });
};

const replace = (partial: string, target: string): void => {
  const former = ExistingFile.openAlone(target);
  try {
    keepOwner(partial, target);
    renameSync(partial, target);
  } finally {
    former.close();
  }
};

// Restored by root, it is still the service's.
const keepOwner = (partial: string, target: string): void => {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(target);
  chownSync(partial, uid, gid);
};

// A second name, then the first one goes: unlike a renaming, this never covers what came there in the meantime.
const settle = (partial: string, target: string): void => {
  try {
    linkSync(partial, target);
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : "";
    if (code === "EEXIST") throw taken(target);
    // A file system without second names.
    renameSync(partial, target);
    return;
  }
  rmSync(partial);
};

const taken = (place: string): SqliteRefusal => new SqliteRefusal(`${place} is there already: say that it is replaced`);

const syncFile = (path: string): void => {
  const handle = openSync(path, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

// Windows has no handles of directories, and keeps names by itself.
const syncDirectory = (path: string): void => {
  if (process.platform === "win32") return;
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
