/**
 * Files that are on the disk when a call returns, and bytes that are read and digested in pieces, so that a large file
 * never holds the event loop for long.
 */
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Crypto } from "@fettle/agent-protocol";
import { failure } from "./FileBlobError.ts";

/** What is digested without others' turn, in bytes: some 5 to 10 ms. */
export const PIECE_BYTES = 8 * 1_024 * 1_024;

/** What a look through a file holds in memory, in bytes. */
const LOOK_BYTES = 256 * 1_024;

/** Writes a file under another name, brings it to the disk, and lets it take the place of what is there. */
export const write = async (temporary: string, path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(temporary, "wx", 0o600);
  try {
    await writeAndClose(file, bytes);
    await rename(temporary, path);
  } catch (thrown) {
    await unlink(temporary).catch(() => undefined);
    throw thrown;
  }
};

/** The digest of bytes that nobody changes meanwhile. */
export const digest = async (bytes: Uint8Array): Promise<Crypto.Digest> => {
  const sha256 = createHash("sha256");
  for (let from = 0; from < bytes.byteLength; from += PIECE_BYTES) {
    if (from > 0) await setImmediate();
    sha256.update(bytes.subarray(from, from + PIECE_BYTES));
  }
  return `sha256:${sha256.digest("hex")}`;
};

/** The digest of a file, of which only a piece is held at a time. */
export const digestOfFile = async (path: string): Promise<Crypto.Digest> => {
  const file = await open(path, "r");
  try {
    const sha256 = createHash("sha256");
    const piece = new Uint8Array(Math.min(LOOK_BYTES, (await file.stat()).size || 1));
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.byteLength, null);
      if (bytesRead === 0) return `sha256:${sha256.digest("hex")}`;
      sha256.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
};

/** All bytes of a file. Throws a `BlobError` when it has more than so many. */
export const read = async (path: string, bytesMax: number): Promise<Uint8Array> => {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > bytesMax) throw failure("TooLarge", `${path} has ${size} bytes, of at most ${bytesMax}`);
    const bytes = new Uint8Array(size);
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(bytes, at, Math.min(PIECE_BYTES, size - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  } finally {
    await file.close();
  }
};

/** Makes a directory, and those above it; a new one is on the disk only once its parent is. */
export const makeDirectory = async (path: string): Promise<void> => {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
};

/** Brings the names in a directory to the disk. Windows has no such thing, and needs none: NTFS journals them. */
export const syncDirectory = async (path: string): Promise<void> => {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
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
