/**
 * Blobs as files: `<tenant>/<first 2 hex digits>/<hex digits>` under one directory, which many processes may share.
 *
 * A file is written under another name, brought to the disk, renamed, and its directory brought to the disk: so it is
 * there whole or not at all, and stays once `put` has returned. What is read is checked against its digest. Tenants and
 * digests are matched against their grammars before they become a path.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open as openFile, readdir, readFile, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Crypto } from "@fettle/agent-protocol";
import { BlobError, BlobStore, type BlobStoreShape } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";

export interface FileBlobStoreOptions {
  /** Made when it isn't there. Nothing else may be kept in it. */
  readonly directory: string;
}

/** Age after which a file that was never finished is taken for left behind by a crash, in milliseconds. */
export const UNFINISHED_AGE_MAX_MS = 3_600_000;

/**
 * Opens the directory and removes what crashes left behind.
 * @example
 * const blobs = yield* FileBlobStore.open({ directory: "/var/lib/fettle/blobs" });
 * const digest = yield* blobs.put("acme", bytes);
 */
export const open = ({ directory }: FileBlobStoreOptions): Effect.Effect<BlobStoreShape, BlobError> =>
  Effect.as(
    attempt("open", async () => {
      await makeDirectory(join(directory, INCOMING));
      await sweep(join(directory, INCOMING));
    }),
    {
      put: (tenantId, bytes) =>
        Effect.suspend(() => {
          const kept = bytes.slice();
          return attempt("put", () => put(directory, tenantId, kept));
        }),
      get: (tenantId, digest) => attempt("get", () => get(directory, tenantId, digest)),
    },
  );

/** The directory as core's port. */
export const layer = (options: FileBlobStoreOptions): Layer.Layer<BlobStore, BlobError> =>
  Layer.effect(BlobStore, open(options));

/** Where a blob stands. Throws a `BlobError` unless tenant and digest are what they should be. */
export const pathOf = (directory: string, tenantId: string, digest: Crypto.Digest): string => {
  if (!TENANT.test(tenantId)) {
    throw failure("Unavailable", `tenant ${JSON.stringify(tenantId)} can't name a directory: ${TENANT.source}`);
  }
  if (!Crypto.DIGEST.test(digest)) throw failure("Missing", `${JSON.stringify(digest)} is no digest`);
  const hex = digest.slice("sha256:".length);
  return join(directory, tenantId, hex.slice(0, 2), hex);
};

// A tenant as the wire spells it: no dot, no slash, no upper case, which some file systems don't tell from lower.
const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;

// No tenant begins with a dot.
const INCOMING = ".incoming";

const put = async (directory: string, tenantId: string, bytes: Uint8Array): Promise<Crypto.Digest> => {
  const digest = Crypto.digest(bytes);
  const path = pathOf(directory, tenantId, digest);
  const folder = dirname(path);
  await makeDirectory(folder);
  if (!(await holds(path, digest))) await write(join(directory, INCOMING, randomUUID()), path, bytes);
  // Also when it was there: whoever renamed it may not have come this far yet.
  await syncDirectory(folder);
  return digest;
};

const get = async (directory: string, tenantId: string, digest: Crypto.Digest): Promise<Uint8Array> => {
  const bytes = await readFile(pathOf(directory, tenantId, digest)).catch((thrown: unknown) => {
    throw codeOf(thrown) === "ENOENT" ? failure("Missing", `no blob ${digest} of tenant ${tenantId}`, thrown) : thrown;
  });
  if (Crypto.digest(bytes) !== digest) throw failure("Corrupt", `blob ${digest} of tenant ${tenantId} has other bytes`);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

const holds = async (path: string, digest: Crypto.Digest): Promise<boolean> => {
  try {
    return Crypto.digest(await readFile(path)) === digest;
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return false;
    throw thrown;
  }
};

const write = async (temporary: string, path: string, bytes: Uint8Array): Promise<void> => {
  const file = await openFile(temporary, "wx", 0o600);
  try {
    await writeAndClose(file, bytes);
    await rename(temporary, path);
  } catch (thrown) {
    await unlink(temporary).catch(() => undefined);
    throw thrown;
  }
};

const writeAndClose = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
};

// A new directory is on the disk only once its parent is.
const makeDirectory = async (path: string): Promise<void> => {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
};

// Windows has no such thing, and needs none: NTFS journals its directories.
const syncDirectory = async (path: string): Promise<void> => {
  if (process.platform === "win32") return;
  const directory = await openFile(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

const sweep = async (incoming: string): Promise<void> => {
  const before = Date.now() - UNFINISHED_AGE_MAX_MS;
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const found = await stat(path).catch(() => null);
    // Another process may have been quicker.
    if (found !== null && found.mtimeMs < before) await unlink(path).catch(() => undefined);
  }
};

const attempt = <A>(operation: string, run: () => Promise<A>): Effect.Effect<A, BlobError> =>
  Effect.catch(Effect.tryPromise({ try: run, catch: (thrown) => thrown }), (thrown) => {
    const error = toBlobError(operation, thrown);
    return error === null ? Effect.die(thrown) : Effect.fail(error);
  });

const FULL: readonly string[] = ["ENOSPC", "EDQUOT", "EFBIG"];
const PASSING: readonly string[] = ["EMFILE", "ENFILE", "EAGAIN", "EBUSY", "EINTR", "EIO", "ENOMEM", "ETIMEDOUT"];

const toBlobError = (operation: string, thrown: unknown): BlobError | null => {
  if (thrown instanceof BlobError) return thrown;
  const code = codeOf(thrown);
  if (code === null || !(thrown instanceof Error)) return null;
  const message = `${operation}: ${thrown.message}`;
  if (FULL.includes(code)) return new BlobError({ reason: "Full", message, isRetryable: false, cause: thrown });
  return new BlobError({ reason: "Unavailable", message, isRetryable: PASSING.includes(code), cause: thrown });
};

const codeOf = (thrown: unknown): string | null =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : null;

const failure = (reason: BlobError["reason"], message: string, cause?: unknown): BlobError =>
  new BlobError({ reason, message, isRetryable: false, cause });
