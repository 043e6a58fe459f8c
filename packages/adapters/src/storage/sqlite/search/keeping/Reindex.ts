/**
 * Makes the search tables and fills them from the entities, in one transaction: whoever is killed in the middle leaves what
 * was there before, and who opens at the same time waits and then finds it done.
 */
import { randomUUID } from "node:crypto";
import type { EntityKind, StorageError } from "@fettle/core";
import type { Database } from "better-sqlite3";
import * as Effect from "effect/Effect";
import { BUSY_WAIT_MS } from "../../../sql/SqliteFile.ts";
import { toStorageError } from "../../SqliteError.ts";
import * as SearchTables from "../SearchTables.ts";
import * as Statistics from "../Statistics.ts";
import * as EntityParts from "./EntityParts.ts";
import * as SearchWriter from "./SearchWriter.ts";

/** How far it has come. */
export interface Progress {
  /** Of which kind entities are read. */
  readonly kind: EntityKind;
  /** How many of all kinds were read, and how many there are. */
  readonly done: number;
  readonly total: number;
}

export interface Reindexed {
  /** How many entities were read. */
  readonly entities: number;
}

/** Entities between two tellings of progress. */
const PAGE = 500;

/** What comes first is referred to by what comes later. Agents and assessments are read with their assets. */
const kinds = ["tag", "vulnerability", "patch", "asset"] as const satisfies readonly EntityKind[];

/** Whether the tables aren't there as this code makes them. */
export const isDue = (database: Database): boolean => {
  const isThere = database.prepare<[string]>("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  if (!["search_stamp", ...tables].every((name) => isThere.get(name) !== undefined)) return true;
  const stamp = database.prepare("SELECT stamp FROM search_stamp WHERE name = ?").pluck().get(SearchTables.STAMP_NAME);
  return stamp !== SearchTables.STAMP;
};

const tables = SearchTables.ddl.flatMap((statement) => {
  const [, quoted, bare] = /^CREATE (?:VIRTUAL )?TABLE (?:"([^"]+)"|(\w+))/.exec(statement) ?? [];
  return quoted ?? bare ?? [];
});

/**
 * Makes and fills the tables anew, whatever they are. Throws what the driver throws, `SQLITE_BUSY` while another writes.
 *
 * @example
 * Reindex.run(database, ({ kind, done, total }) => console.error(`${kind}: ${done} of ${total}`));
 */
export const run = (database: Database, onProgress: (progress: Progress) => void = () => undefined): Reindexed => {
  const work = (): Reindexed => {
    drop(database);
    const isIndex = (statement: string): boolean => /^CREATE (INDEX|TRIGGER)/.test(statement);
    database.exec(SearchTables.STAMP_TABLE);
    for (const statement of SearchTables.ddl) if (!isIndex(statement)) database.exec(statement);
    const entities = fill(database, onProgress);
    // What was written in pieces is searched in a third of the time once it is one piece.
    for (const { table } of [...SearchTables.assets.trigrams, ...SearchTables.patches.trigrams]) {
      database.exec(`INSERT INTO ${table} (${table}) VALUES ('optimize')`);
    }
    // Written in one go, an index is smaller and quicker than row by row.
    for (const statement of SearchTables.ddl) if (isIndex(statement)) database.exec(statement);
    for (const statement of Statistics.statements) database.exec(statement);
    database.exec(SearchTables.SEATING);
    const stamp = database.prepare("INSERT INTO search_stamp (name, stamp) VALUES (?, ?)");
    stamp.run(SearchTables.STAMP_NAME, SearchTables.STAMP);
    stamp.run(SearchTables.FILLING_NAME, randomUUID());
    return { entities };
  };
  return database.transaction(work).exclusive();
};

/** How long opening waits for another process that makes the tables. */
export const REINDEX_WAIT_MS = 600_000;

/** Between two looks whether that is done. */
const PAUSE_MS = 50;

/** {@link run} where it is due. Of many processes that open a file at once one does it, and the others wait for it. */
export const ifDue = (
  database: Database,
  onProgress?: (progress: Progress) => void,
): Effect.Effect<void, StorageError> => {
  const attempt = (until: number): Effect.Effect<void, StorageError> =>
    Effect.suspend(() => {
      const error = runIfDue(database, onProgress);
      if (error === null) return Effect.void;
      if (error.reason !== "Busy" || performance.now() > until) return Effect.fail(error);
      return Effect.flatMap(Effect.sleep(PAUSE_MS), () => attempt(until));
    });
  return Effect.suspend(() => attempt(performance.now() + REINDEX_WAIT_MS));
};

// Another process may have done it before the lock was had.
const runIfDue = (database: Database, onProgress?: (progress: Progress) => void): StorageError | null => {
  try {
    if (!isDue(database)) return null;
    database.pragma("busy_timeout = 0");
    database
      .transaction(() => {
        if (isDue(database)) run(database, onProgress);
      })
      .exclusive();
    return null;
  } catch (thrown) {
    const error = toStorageError("open", thrown);
    if (error === null) throw thrown;
    return error;
  } finally {
    database.pragma(`busy_timeout = ${BUSY_WAIT_MS}`);
  }
};

// Whatever version of the code made it; those of a full-text table go with it.
const drop = (database: Database): void => {
  const first = database.prepare<[], { type: string; name: string }>(
    `SELECT type, name FROM sqlite_schema WHERE name LIKE 'search\\_%' ESCAPE '\\' AND type IN ('view', 'table')
     ORDER BY type = 'view' DESC, sql LIKE 'CREATE VIRTUAL%' DESC LIMIT 1`,
  );
  for (let found = first.get(); found !== undefined; found = first.get()) {
    database.exec(`DROP ${found.type} "${found.name}"`);
  }
};

const fill = (database: Database, onProgress: (progress: Progress) => void): number => {
  const writer = SearchWriter.make(database);
  const page = database
    .prepare<[string, string, string], [string, string]>(
      `SELECT id, body FROM entity WHERE tenant_id = ? AND kind = ? AND id > ? ORDER BY id LIMIT ${PAGE}`,
    )
    .raw();
  const tenants = database.prepare<[], string>("SELECT DISTINCT tenant_id FROM entity").pluck().all();
  const total = totalOf(database);
  let done = 0;
  for (const kind of kinds) {
    for (const tenantId of tenants) {
      let rows = page.all(tenantId, kind, "");
      while (rows.length > 0) {
        for (const [id, body] of rows) writer.put(tenantId, kind, id, EntityParts.ofText(kind, body), true);
        done += rows.length;
        onProgress({ kind, done, total });
        rows = page.all(tenantId, kind, rows.at(-1)?.[0] ?? "");
      }
    }
  }
  return done;
};

const totalOf = (database: Database): number =>
  Number(
    database
      .prepare(`SELECT count(*) FROM entity WHERE kind IN (${kinds.map((kind) => `'${kind}'`).join(", ")})`)
      .pluck()
      .get(),
  );
