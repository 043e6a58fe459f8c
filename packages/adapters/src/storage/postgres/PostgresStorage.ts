/**
 * The storage in PostgreSQL, in a schema of its own (`fettle`). {@link openPglite} runs it in this process on PGlite, for
 * tests and small set-ups; {@link open} runs it over a host's own driver.
 */
import { Storage, type StorageError, type StorageShape } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import type { Scope } from "effect/Scope";
import { encode } from "../sql/EncodedBatch.ts";
import * as PgliteConnection from "./PgliteConnection.ts";
import type { PostgresConnection } from "./PostgresConnection.ts";
import { migrate } from "./PostgresMigrate.ts";
import * as PostgresReader from "./PostgresReader.ts";
import * as PostgresWriter from "./PostgresWriter.ts";

export interface PgliteOptions {
  /** Where the database is kept; in memory when left out. One process at a time. */
  readonly directory?: string;
}

export interface PgliteStorage extends StorageShape {
  /** Closes the database; later calls fail as Unavailable. The scope does it by itself. */
  readonly close: () => Effect.Effect<void>;
}

/** The storage over a connection, its tables brought to this code's version. The connection stays the caller's to close. */
export const open = (connection: PostgresConnection): Effect.Effect<StorageShape, StorageError> =>
  Effect.as(
    PostgresReader.reading("open", () => migrate(connection)),
    over(connection),
  );

/**
 * The storage on PGlite.
 * @example
 * const storage = yield* PostgresStorage.openPglite({ directory: "/var/lib/fettle/pg" });
 */
export const openPglite = (options: PgliteOptions = {}): Effect.Effect<PgliteStorage, StorageError, Scope> =>
  Effect.gen(function* () {
    const connection = yield* Effect.acquireRelease(
      PostgresReader.reading("open", () => PgliteConnection.open(options.directory)),
      ({ close }) => Effect.promise(close),
    );
    const storage = yield* open(connection);
    return { ...storage, close: () => Effect.promise(connection.close) };
  });

/** The storage on PGlite as core's port. */
export const layerPglite = (options: PgliteOptions = {}): Layer.Layer<Storage, StorageError> =>
  Layer.effect(Storage, openPglite(options));

// Uninterruptible: a caller who began a commit learns what became of it.
const over = (connection: PostgresConnection): StorageShape => ({
  ...PostgresReader.make(connection),
  commit: (batch) =>
    Effect.uninterruptible(
      PostgresReader.reading("commit", async () => PostgresWriter.commit(connection, encode(batch))),
    ),
});
