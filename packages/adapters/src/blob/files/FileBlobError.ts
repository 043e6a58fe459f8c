/** What the file system says, as the blob store port's error. */
import { BlobError } from "@fettle/core";
import * as Effect from "effect/Effect";

/** A failure that trying again doesn't mend. */
export const failure = (reason: BlobError["reason"], message: string, cause?: unknown): BlobError =>
  new BlobError({ reason, message, isRetryable: false, cause });

/** What `run` answers; what it throws is the port's error, or a bug. */
export const attempt = <A>(operation: string, run: () => Promise<A>): Effect.Effect<A, BlobError> =>
  Effect.catch(Effect.tryPromise({ try: run, catch: (thrown) => thrown }), (thrown) => {
    const error = toBlobError(operation, thrown);
    return error === null ? Effect.die(thrown) : Effect.fail(error);
  });

/** The code of what the file system threw; null when it threw nothing of the kind. */
export const codeOf = (thrown: unknown): string | null =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : null;

/** What a promise of the file system answers; null when there is no such file. */
export const ifThere = async <A>(looked: Promise<A>): Promise<A | null> => {
  try {
    return await looked;
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return null;
    throw thrown;
  }
};

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
