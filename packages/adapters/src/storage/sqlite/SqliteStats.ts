/** How large a storage in SQLite is, and of what. It may be in use; only the sizes are taken while it is read. */
import { statSync } from "node:fs";
import type { StorageError } from "@fettle/core";
import type { Database } from "better-sqlite3";
import type * as Effect from "effect/Effect";
import * as ExistingFile from "./ExistingFile.ts";
import { attempt } from "./FileWork.ts";

/** Entities of one kind and tenant; bytes of their bodies. */
export interface KindStats {
  readonly tenantId: string;
  readonly kind: string;
  readonly rows: number;
  readonly bytes: number;
}

/** A table with its indexes; bytes of their pages. */
export interface TableStats {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface StorageStats {
  /** The version of its schema. */
  readonly version: number;
  /** Bytes of the file, and of the write-ahead log beside it. */
  readonly bytes: number;
  readonly logBytes: number;
  readonly pageBytes: number;
  readonly pages: number;
  /** Pages that hold nothing and are used before the file grows. */
  readonly freePages: number;
  readonly tables: readonly TableStats[];
  readonly kinds: readonly KindStats[];
}

/**
 * Reads the whole file.
 *
 * Fails as `Unavailable` when the file is no storage or was written by newer code.
 * @example
 * const { bytes, logBytes, kinds } = yield* SqliteStats.read({ file: "/var/lib/fettle/control-plane.db" });
 */
export const read = ({ file }: { readonly file: string }): Effect.Effect<StorageStats, StorageError> =>
  attempt("stats", () => {
    const { database, version } = ExistingFile.openToRead(file);
    try {
      const all = database.transaction(() => ({
        version,
        bytes: statSync(file).size,
        logBytes: statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
        pageBytes: numberOf(database, "page_size"),
        pages: numberOf(database, "page_count"),
        freePages: numberOf(database, "freelist_count"),
        tables: tablesOf(database),
        kinds: kindsOf(database),
      }));
      return all();
    } finally {
      database.close();
    }
  });

const numberOf = (database: Database, pragma: string): number => Number(database.pragma(pragma, { simple: true }));

const tablesOf = (database: Database): readonly TableStats[] => {
  const sizes = database.prepare<[], { readonly name: string; readonly bytes: number }>(`
    SELECT m.tbl_name AS name, sum(s.pgsize) AS bytes FROM sqlite_master AS m
    JOIN dbstat AS s ON s.name = m.name AND s.aggregate = TRUE WHERE m.tbl_name NOT LIKE 'sqlite!_%' ESCAPE '!'
    GROUP BY m.tbl_name ORDER BY m.tbl_name`);
  return sizes.all().map(({ name, bytes }) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const rows = database.prepare<[], number>(`SELECT count(*) FROM ${quoted}`).pluck().get() ?? 0;
    return { name, rows, bytes };
  });
};

const kindsOf = (database: Database): readonly KindStats[] =>
  database
    .prepare<[], KindStats>(
      `SELECT tenant_id AS tenantId, kind, count(*) AS rows, sum(octet_length(body)) AS bytes FROM entity
       GROUP BY tenant_id, kind ORDER BY tenant_id, kind`,
    )
    .all();
