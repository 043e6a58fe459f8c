/**
 * The storage in one SQLite file. `commit` answers once the disk has it; batches that arrive together share one wait for
 * the disk. Other processes may use the same file at the same time: nothing is kept in memory between calls.
 *
 * A call runs on the event loop, and waits there for another process's write at most {@link BUSY_WAIT_MS}. A search that may
 * take long runs on a thread of its own, for at most {@link STATEMENT_TIMEOUT_MS}; the first that does starts it.
 */
import { Storage, type StorageError, type StorageShape } from "@fettle/core";
import type { Database } from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import type { Scope } from "effect/Scope";
import { encode } from "../sql/EncodedBatch.ts";
import * as SqliteFile from "../sql/SqliteFile.ts";
import * as GroupCommit from "./GroupCommit.ts";
import { fromFailure, toStorageError } from "./SqliteError.ts";
import { migrations } from "./SqliteMigrations.ts";
import * as SqliteReader from "./SqliteReader.ts";
import * as SqliteWriter from "./SqliteWriter.ts";
import * as Reindex from "./search/keeping/Reindex.ts";
import * as SearchThreads from "./search/threads/SearchThreads.ts";

export { BUSY_WAIT_MS } from "../sql/SqliteFile.ts";
export {
  type SearchOptions,
  STATEMENT_TIMEOUT_MS,
  THREADS_MAX,
  WORKER_FROM_MS,
} from "./search/threads/SearchThreads.ts";

export interface SqliteStorageOptions {
  /** Path of the database. Its directory must be there; beside it come `-wal` and `-shm`. */
  readonly file: string;
  /** Told while what is searched is made anew, as after an update of this code: for a large file that takes minutes. */
  readonly onReindex?: (progress: Reindex.Progress) => void;
  /** How heavy searches are kept off the event loop. */
  readonly search?: SearchThreads.SearchOptions;
}

export interface SqliteStorage extends StorageShape {
  /** Carries out what waits and closes the file; later calls fail as Unavailable. The scope does it by itself. */
  readonly close: () => Effect.Effect<void>;
}

/** "FETS", in the header of the file. */
export const APPLICATION_ID = 0x46455453;

/**
 * Opens, or creates, the file and migrates it to this code's version. Fails as `Unavailable` when the file is something
 * else or was written by newer code, as `Corrupt` when it is damaged.
 * @example
 * const storage = yield* SqliteStorage.open({ file: "/var/lib/fettle/control-plane.db" });
 * const answer = yield* storage.commit(batch);
 */
export const open = (options: SqliteStorageOptions): Effect.Effect<SqliteStorage, StorageError, Scope> =>
  Effect.acquireRelease(acquire(options), (storage) => storage.close());

/** The file as core's port. */
export const layer = (options: SqliteStorageOptions): Layer.Layer<Storage, StorageError> =>
  Layer.effect(Storage, open(options));

const acquire = (options: SqliteStorageOptions): Effect.Effect<SqliteStorage, StorageError> =>
  Effect.map(opened(options), (database) => {
    const searches = SearchThreads.make(database, options.file, options.search);
    const group = GroupCommit.make(SqliteWriter.make(database), searches.turns);
    return {
      ...SqliteReader.make(database),
      search: searches.index,
      commit: (batch) =>
        Effect.suspend(() => {
          try {
            return group.submit(encode(batch));
          } catch (thrown) {
            const error = toStorageError("commit", thrown);
            return error === null ? Effect.die(thrown) : Effect.fail(error);
          }
        }),
      // Threads first: the last connection that is closed writes the log back.
      close: () =>
        Effect.andThen(
          Effect.andThen(Effect.sync(group.drain), searches.close),
          Effect.sync(() => {
            group.drain();
            database.close();
          }),
        ),
    };
  });

const opened = ({ file, onReindex }: SqliteStorageOptions): Effect.Effect<Database, StorageError> =>
  Effect.flatMap(
    Effect.mapError(
      SqliteFile.open({ file, what: "a Fettle storage", applicationId: APPLICATION_ID, migrations }),
      (failure) => fromFailure("open", failure),
    ),
    (database) =>
      Effect.as(
        Effect.onError(Reindex.ifDue(database, onReindex), () => Effect.sync(() => database.close())),
        database,
      ),
  );
