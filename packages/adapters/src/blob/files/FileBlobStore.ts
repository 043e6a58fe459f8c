/**
 * Blobs as files: `<tenant>/<first 2 hex digits>/<hex digits>` under one directory, which many processes may share.
 *
 * A file is written under another name, brought to the disk, renamed, and its directory brought to the disk: so it is
 * there whole or not at all, and stays once `put` has returned. What is read is checked against its digest. Tenants and
 * digests are matched against their grammars before they become a path. A file's mtime is when its blob was put last.
 */
import { randomUUID } from "node:crypto";
import { readdir, stat, unlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Crypto } from "@fettle/agent-protocol";
import {
  BLOB_BYTES_MAX,
  type BlobError,
  type BlobPage,
  BlobStore,
  type BlobStoreShape,
  type KeptBlob,
} from "@fettle/core";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as BlobPath from "./BlobPath.ts";
import * as BlobRemoval from "./BlobRemoval.ts";
import * as DurableFile from "./DurableFile.ts";
import { attempt, codeOf, failure, ifThere } from "./FileBlobError.ts";

export { pathOf } from "./BlobPath.ts";

export interface FileBlobStoreOptions {
  /** Made when it isn't there. Nothing else may be kept in it. */
  readonly directory: string;
  /** The largest blob, in bytes; {@link BLOB_BYTES_MAX} unless told. */
  readonly bytesMax?: number;
}

/** Age after which a file that was never finished is taken for left behind by a crash, in milliseconds. */
export const UNFINISHED_AGE_MAX_MS = 3_600_000;

/** How often a store that stays open looks for such files, in milliseconds. */
export const TIDYING_INTERVAL_MS = 3_600_000;

/**
 * Opens the directory and removes what crashes left behind; a store that stays open does so again from time to time.
 * @example
 * const blobs = yield* FileBlobStore.open({ directory: "/var/lib/fettle/blobs" });
 * const digest = yield* blobs.put("acme", bytes);
 */
export const open = ({
  directory,
  bytesMax = BLOB_BYTES_MAX,
}: FileBlobStoreOptions): Effect.Effect<BlobStoreShape, BlobError> => {
  let tidiedAt = 0;
  const tidyNowAndThen = async (): Promise<void> => {
    if (Math.abs(Date.now() - tidiedAt) < TIDYING_INTERVAL_MS) return;
    tidiedAt = Date.now();
    await tidy(directory);
  };
  const prepare = async (): Promise<void> => {
    await DurableFile.makeDirectory(BlobPath.incoming(directory));
    await DurableFile.makeDirectory(BlobPath.outgoing(directory));
    await tidyNowAndThen();
  };
  const store: BlobStoreShape = {
    put: (tenantId, bytes) =>
      Effect.suspend(() => {
        const { byteLength } = bytes;
        if (byteLength > bytesMax)
          return Effect.fail(failure("TooLarge", `${byteLength} bytes, of at most ${bytesMax}`));
        const kept = bytes.slice();
        return attempt("put", async () => {
          await tidyNowAndThen();
          return await put(directory, tenantId, kept);
        });
      }),
    get: (tenantId, digest) => attempt("get", () => get(directory, tenantId, digest, bytesMax)),
    renew: (tenantId, digest) => attempt("renew", () => renew(directory, tenantId, digest)),
    list: (tenantId, page) => attempt("list", () => list(directory, tenantId, page)),
    remove: (tenantId, digest, putBefore) =>
      attempt("remove", () => BlobRemoval.remove(directory, tenantId, digest, putBefore)),
    tenants: () => attempt("tenants", async () => (await readdir(directory)).filter(BlobPath.isTenant).sort()),
  };
  return Effect.as(attempt("open", prepare), store);
};

/** The directory as core's port. */
export const layer = (options: FileBlobStoreOptions): Layer.Layer<BlobStore, BlobError> =>
  Layer.effect(BlobStore, open(options));

const put = async (directory: string, tenantId: string, bytes: Uint8Array): Promise<Crypto.Digest> => {
  const digest = await DurableFile.digest(bytes);
  const path = BlobPath.pathOf(directory, tenantId, digest);
  const folder = dirname(path);
  await DurableFile.makeDirectory(folder);
  // Renewed last, so that a removal that begins later finds it young; one that was quicker left nothing to renew.
  const isThere = (await holds(path, digest)) && (await isRenewed(path));
  if (!isThere) await DurableFile.write(join(BlobPath.incoming(directory), randomUUID()), path, bytes);
  // Also when it was there: whoever renamed it may not have come this far yet.
  await DurableFile.syncDirectory(folder);
  return digest;
};

const get = async (
  directory: string,
  tenantId: string,
  digest: Crypto.Digest,
  bytesMax: number,
): Promise<Uint8Array> => {
  const path = BlobPath.pathOf(directory, tenantId, digest);
  const bytes =
    (await ifThere(DurableFile.read(path, bytesMax))) ?? (await lookAside(directory, tenantId, digest, bytesMax));
  if (bytes === null) throw failure("Missing", `no blob ${digest} of tenant ${tenantId}`);
  if ((await DurableFile.digest(bytes)) === digest) return bytes;
  throw failure("Corrupt", `blob ${digest} of tenant ${tenantId} has other bytes`);
};

// Where it is while somebody looks whether it may go; moved back meanwhile, it is where it always was.
const lookAside = async (
  directory: string,
  tenantId: string,
  digest: Crypto.Digest,
  bytesMax: number,
): Promise<Uint8Array | null> => {
  const asides = await BlobRemoval.asides(directory, tenantId, digest);
  for (const place of [...asides, BlobPath.pathOf(directory, tenantId, digest)]) {
    const bytes = await ifThere(DurableFile.read(place, bytesMax));
    if (bytes !== null) return bytes;
  }
  return null;
};

const renew = async (directory: string, tenantId: string, digest: Crypto.Digest): Promise<void> => {
  const path = BlobPath.pathOf(directory, tenantId, digest);
  if (await isRenewed(path)) return;
  const bytes = await lookAside(directory, tenantId, digest, BLOB_BYTES_MAX);
  if (bytes === null) throw failure("Missing", `no blob ${digest} of tenant ${tenantId}`);
  await put(directory, tenantId, bytes);
};

const list = async (
  directory: string,
  tenantId: string,
  { after = "sha256:", limit }: BlobPage,
): Promise<readonly KeptBlob[]> => {
  const folder = BlobPath.tenantFolder(directory, tenantId);
  const shelves = ((await ifThere(readdir(folder))) ?? []).filter(BlobPath.isShelf).sort();
  const found: KeptBlob[] = [];
  for (const shelf of shelves) {
    if (`sha256:${shelf}` < after.slice(0, "sha256:".length + shelf.length)) continue;
    const names = await readdir(join(folder, shelf));
    const digests = names.flatMap((name) => BlobPath.digestOf(shelf, name) ?? []).filter((d) => d > after);
    for (const digest of digests.sort()) {
      if (found.length === limit) return found;
      // It may have been removed meanwhile.
      const file = await ifThere(stat(BlobPath.pathOf(directory, tenantId, digest)));
      if (file !== null) found.push({ digest, bytes: file.size, putAt: file.mtimeMs });
    }
  }
  return found;
};

const holds = async (path: string, digest: Crypto.Digest): Promise<boolean> =>
  (await ifThere(DurableFile.digestOfFile(path))) === digest;

// False when there is none any more.
const isRenewed = async (path: string): Promise<boolean> => {
  const now = new Date();
  try {
    await utimes(path, now, now);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return false;
    throw thrown;
  }
};

const tidy = async (directory: string): Promise<void> => {
  const before = Date.now() - UNFINISHED_AGE_MAX_MS;
  for (const name of await readdir(BlobPath.incoming(directory))) {
    const path = join(BlobPath.incoming(directory), name);
    const found = await stat(path).catch(() => null);
    // Another process may have been quicker.
    if (found !== null && found.mtimeMs < before) await unlink(path).catch(() => undefined);
  }
  await BlobRemoval.recover(directory);
};
