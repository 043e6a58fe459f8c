/**
 * A key pair in a file that only its owner can read: 0600 in a directory of 0700, made once. Of creators at once the
 * first to link its file in wins, and all get that one's key.
 *
 * A file or directory that others can read or write is refused: its key may be known, or not ours. Windows has no such
 * modes; there the directory's access list is the host's duty.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Crypto } from "@fettle/agent-protocol";

/** What is wrong with a key file, in words for who can mend it. */
export class KeyFileError extends Error {
  readonly isRetryable: boolean;
  constructor(message: string, isRetryable: boolean, cause?: unknown) {
    super(message, { cause });
    this.isRetryable = isRetryable;
  }
}

/** The key pair of the file, made when there is none. Throws a {@link KeyFileError}. */
export const loadOrCreate = (path: string): Crypto.KeyPair => {
  try {
    makeDirectory(dirname(path));
    return load(path) ?? create(path);
  } catch (thrown) {
    if (thrown instanceof KeyFileError) throw thrown;
    const code = codeOf(thrown);
    if (code === null || !(thrown instanceof Error)) throw thrown;
    throw new KeyFileError(`${path}: ${thrown.message}`, PASSING.includes(code), thrown);
  }
};

const PASSING: readonly string[] = ["EMFILE", "ENFILE", "EAGAIN", "EBUSY", "EINTR", "EIO", "ENOMEM", "ENOSPC"];

/** The largest file that is read as a key, in bytes. */
export const KEY_FILE_BYTES_MAX = 4_096;

const load = (path: string): Crypto.KeyPair | null => {
  const file = openIfThere(path);
  if (file === null) return null;
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw new KeyFileError(`${path} is no file: move it away`, false);
    if (found.size > KEY_FILE_BYTES_MAX) throw new KeyFileError(`${path}: ${found.size} bytes; no key file`, false);
    checkPrivate(path, found, "chmod 600");
    return parse(path, readFileSync(file, "utf8"));
  } finally {
    closeSync(file);
  }
};

// A link would lead to a file whose directory nobody checked.
const openIfThere = (path: string): number | null => {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return null;
    if (codeOf(thrown) === "ELOOP")
      throw new KeyFileError(`${path} is a link: put the key file itself there`, false, thrown);
    throw thrown;
  }
};

const create = (path: string): Crypto.KeyPair => {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  const file = openSync(temporary, "wx", 0o600);
  try {
    writeFileSync(file, JSON.stringify({ version: FORMAT, ...Crypto.generateKeyPair() }));
    fsyncSync(file);
    linkUnlessThere(temporary, path);
  } finally {
    closeSync(file);
    unlinkSync(temporary);
  }
  // Also when another was first: it may not have come this far yet.
  syncDirectory(dirname(path));
  const kept = load(path);
  if (kept === null) throw new KeyFileError(`${path} vanished while it was made`, true);
  return kept;
};

const linkUnlessThere = (from: string, to: string): void => {
  try {
    linkSync(from, to);
  } catch (thrown) {
    if (codeOf(thrown) !== "EEXIST") throw thrown;
  }
};

const makeDirectory = (path: string): void => {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  // A new directory is on the disk only once its parent is.
  for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made))
    syncDirectory(dirname(made));
  const found = lstatSync(path);
  if (!found.isDirectory()) throw new KeyFileError(`${path} is no directory: keys need one of their own`, false);
  checkPrivate(path, found, "chmod 700");
};

const checkPrivate = (path: string, found: Stats, mend: string): void => {
  if (process.platform === "win32") return;
  const user = process.geteuid?.();
  if (user !== undefined && found.uid !== user) {
    throw new KeyFileError(`${path} belongs to user ${found.uid}, not to ${user}: it may hold another's key`, false);
  }
  if ((found.mode & 0o077) === 0) return;
  const mode = (found.mode & 0o777).toString(8).padStart(4, "0");
  throw new KeyFileError(
    `${path} has mode ${mode}, so others can get at it: make new keys, or ${mend} it if you are sure`,
    false,
  );
};

const FORMAT = 1;

const parse = (path: string, text: string): Crypto.KeyPair => {
  const damaged = (why: string, cause?: unknown) =>
    new KeyFileError(`${path} is damaged (${why}): restore it`, false, cause);
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch (cause) {
    throw damaged("no JSON", cause);
  }
  if (typeof kept !== "object" || kept === null || !("version" in kept)) throw damaged("no key");
  if (kept.version !== FORMAT)
    throw new KeyFileError(`${path} has version ${kept.version}, this code knows ${FORMAT}`, false);
  const { publicKey, privateKey } = kept as { readonly publicKey?: unknown; readonly privateKey?: unknown };
  if (typeof publicKey !== "string" || typeof privateKey !== "string") throw damaged("no key pair");
  const keys = { publicKey, privateKey };
  if (!belongTogether(keys)) throw damaged("its halves don't belong together");
  return keys;
};

const belongTogether = (keys: Crypto.KeyPair): boolean => {
  const probe = Buffer.from("probe");
  try {
    return Crypto.verify(keys.publicKey, probe, Crypto.sign(keys, probe));
  } catch {
    return false;
  }
};

const syncDirectory = (path: string): void => {
  if (process.platform === "win32") return;
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
};

const codeOf = (thrown: unknown): string | null =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : null;
