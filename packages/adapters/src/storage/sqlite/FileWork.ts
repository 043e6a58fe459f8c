/** Work on the storage's files as an Effect: what SQLite or the file system refuses is the port's error, once. */
import { StorageError } from "@fettle/core";
import * as Effect from "effect/Effect";
import { toStorageError } from "./SqliteError.ts";

/** `run` may watch the signal, which tells that nobody waits for it any more. */
export const attempt = <A>(
  operation: string,
  run: (signal: AbortSignal) => A | Promise<A>,
): Effect.Effect<A, StorageError> =>
  Effect.catch(
    Effect.tryPromise({ try: async (signal) => run(signal), catch: (thrown) => thrown }),
    (thrown): Effect.Effect<never, StorageError> => {
      const error = toStorageError(operation, thrown) ?? ofFileSystem(operation, thrown);
      return error === null ? Effect.die(thrown) : Effect.fail(error);
    },
  );

// What the operating system says of a file always names the call it refused.
const ofFileSystem = (operation: string, thrown: unknown): StorageError | null => {
  if (!(thrown instanceof Error && "syscall" in thrown && "code" in thrown)) return null;
  const reason = thrown.code === "ENOSPC" || thrown.code === "EDQUOT" ? "Full" : "Unavailable";
  return new StorageError({ reason, operation, message: thrown.message, isRetryable: false, cause: thrown });
};
