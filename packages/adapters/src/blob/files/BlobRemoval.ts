/**
 * Removes a blob while others may put the same, in this process or another.
 *
 * How old a blob is stands in its file's mtime, which a put of the same bytes renews. Between a look at it and the removal
 * a put may renew it and return; so the file is first moved aside, where no put can reach it by its path, and looked at
 * again there. What was renewed is moved back, and a put that finds nothing to renew writes it anew. What a crash leaves
 * aside is moved back, too: a blob that should go goes with the next attempt.
 */
import { randomUUID } from "node:crypto";
import { readdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Crypto } from "@fettle/agent-protocol";
import * as BlobPath from "./BlobPath.ts";
import * as DurableFile from "./DurableFile.ts";
import { ifThere } from "./FileBlobError.ts";

/** Removes a blob that was put last before an instant; whether it did. */
export const remove = async (
  directory: string,
  tenantId: string,
  digest: Crypto.Digest,
  putBefore: number,
): Promise<boolean> => {
  const path = BlobPath.pathOf(directory, tenantId, digest);
  if (!(await isOlder(path, putBefore))) return false;
  const aside = join(BlobPath.outgoing(directory), `${BlobPath.outgoingPrefix(tenantId, digest)}${randomUUID()}`);
  if ((await ifThere(moved(path, aside))) === null) return false;
  if (await isOlder(aside, putBefore)) return (await ifThere(gone(aside))) !== null;
  await putBack(aside, path);
  return false;
};

/** Where a blob may be while it is looked at a last time. */
export const asides = async (
  directory: string,
  tenantId: string,
  digest: Crypto.Digest,
): Promise<readonly string[]> => {
  const prefix = BlobPath.outgoingPrefix(tenantId, digest);
  const names = await readdir(BlobPath.outgoing(directory));
  return names.filter((name) => name.startsWith(prefix)).map((name) => join(BlobPath.outgoing(directory), name));
};

/** Moves back what crashes left aside; harmless to those who are removing at this moment. */
export const recover = async (directory: string): Promise<void> => {
  for (const name of await readdir(BlobPath.outgoing(directory))) {
    const blob = BlobPath.ofOutgoing(name);
    if (blob === null) continue;
    const path = BlobPath.pathOf(directory, blob.tenantId, blob.digest);
    await putBack(join(BlobPath.outgoing(directory), name), path);
  }
};

// What was written anew meanwhile stays: it may have healed this one.
const putBack = async (aside: string, path: string): Promise<void> => {
  if ((await ifThere(stat(path))) !== null) await ifThere(gone(aside));
  else if ((await ifThere(moved(aside, path))) !== null) await DurableFile.syncDirectory(dirname(path));
};

const isOlder = async (path: string, putBefore: number): Promise<boolean> => {
  const found = await ifThere(stat(path));
  return found !== null && found.mtimeMs < putBefore;
};

// Answering something where the file system answers nothing tells it from a file that isn't there.
const moved = async (from: string, to: string): Promise<true> => {
  await rename(from, to);
  return true;
};
const gone = async (path: string): Promise<true> => {
  await unlink(path);
  return true;
};
