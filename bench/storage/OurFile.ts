/**
 * The fleet in a file of the product's own, written as the product writes: by commits. A million assets would take an hour
 * that way, most of it for indexes that grow in no order; their entities are written row by row, and what is searched is made
 * of them in one go, as the product makes it when its code was updated.
 */
import { SqliteStorage } from "@fettle/adapters/storage/sqlite";
import * as Effect from "effect/Effect";
import * as SqliteFile from "../../packages/adapters/src/storage/sql/SqliteFile.ts";
import { migrations } from "../../packages/adapters/src/storage/sqlite/SqliteMigrations.ts";
import * as Tenant from "../../packages/core/src/domain/shared/Tenant.ts";
import * as Repository from "../../packages/core/src/engine/Repository.ts";
import type { PutWrite, StorageShape } from "../../packages/core/src/ports/Storage.ts";
import * as Fleet from "./Fleet.ts";

export const TENANT = Tenant.of("acme");

/** Assets of one commit. */
const CHUNK = 2_000;
/** Assets of one transaction, where it is no commit of the product's. */
const CHUNK_IN_BULK = 10_000;

/** Told what is done, from time to time. */
export type OnProgress = (what: string, done: number, total: number) => void;

/** Makes the file; it must not be there. */
export const fill = (file: string, size: Fleet.Size): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const storage = yield* SqliteStorage.open({ file });
        yield* commit(storage, catalogueOf(size));
        for (const machines of Fleet.machines(size, CHUNK)) yield* commit(storage, machines.flatMap(writesOf));
      }),
    ),
  );

/** {@link fill} for a large fleet: the same rows. */
export const fillInBulk = (file: string, size: Fleet.Size, onProgress: OnProgress): Promise<void> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const { APPLICATION_ID: applicationId } = SqliteStorage;
      const database = yield* SqliteFile.open({ file, what: "the fleet", applicationId, migrations });
      database.pragma("synchronous = OFF");
      const insert = database.prepare(
        "INSERT INTO entity (tenant_id, kind, id, revision, body) VALUES (?, ?, ?, 1, ?)",
      );
      const write = database.transaction((writes: readonly PutWrite[]) => {
        for (const { kind, id, body } of writes) insert.run(TENANT, kind, id, JSON.stringify(body));
      });
      write(catalogueOf(size));
      let done = 0;
      for (const machines of Fleet.machines(size, CHUNK_IN_BULK)) {
        write(machines.flatMap(writesOf));
        done += machines.length;
        onProgress("assets", done, size.assets);
      }
      database.close();
      const onReindex: SqliteStorage.SqliteStorageOptions["onReindex"] = (reading) =>
        onProgress("entities that are searched", reading.done, reading.total);
      yield* Effect.scoped(SqliteStorage.open({ file, onReindex }));
    }),
  );

const catalogueOf = ({ patches }: Fleet.Size): readonly PutWrite[] => [
  ...Fleet.tags().map((tag) => Repository.put("tag", tag.id, tag)),
  ...Fleet.patches(patches).map((patch) => Repository.put("patch", patch.id, patch)),
];

const writesOf = ({ asset, agent, assessment }: Fleet.Machine): readonly PutWrite[] => [
  Repository.put("asset", asset.id, asset),
  Repository.put("agent", asset.id, agent),
  Repository.put("assessment", asset.id, assessment),
];

const commit = (storage: StorageShape, writes: readonly PutWrite[]) =>
  Effect.map(
    storage.commit({ tenantId: TENANT, expect: [], counters: [], uniques: [], writes, events: [] }),
    (answer) => {
      if (answer._tag !== "Committed") throw new Error(`the fleet was refused: ${JSON.stringify(answer)}`);
    },
  );
