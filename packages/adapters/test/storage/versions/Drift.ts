/** What tables there are: as the schemas in code say, and as a database that took all steps has them. */
import type { Database } from "better-sqlite3";
import { getTableName, is } from "drizzle-orm";
import { PgTable, getTableConfig as postgresConfig } from "drizzle-orm/pg-core";
import { SQLiteTable, getTableConfig as sqliteConfig } from "drizzle-orm/sqlite-core";
import type { PostgresConnection } from "../../../src/storage/postgres/PostgresConnection.ts";

export interface Table {
  readonly name: string;
  /** `name type` with `not null`, in the order of the table. */
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** `name: columns`, in the order of their names. */
  readonly indexes: readonly string[];
  /** `columns → table: columns, on delete`. */
  readonly references: readonly string[];
}

/** What must be the same in both dialects. */
export const withoutDialect = (table: Table): Table => ({
  ...table,
  columns: table.columns.map((column) => column.replace(/ (text COLLATE "C"|bigint|integer|text)/, "")),
});

export const sqliteSchema = (schema: object): readonly Table[] =>
  Object.values(schema)
    .filter((value) => is(value, SQLiteTable))
    .map((table) => tableOf(sqliteConfig(table)))
    .sort(byName);

export const postgresSchema = (schema: object): readonly Table[] =>
  Object.values(schema)
    .filter((value) => is(value, PgTable))
    .map((table) => tableOf(postgresConfig(table)))
    .sort(byName);

type Config = ReturnType<typeof sqliteConfig> | ReturnType<typeof postgresConfig>;

const tableOf = (config: Config): Table => {
  const { name, columns, primaryKeys, indexes, foreignKeys } = config;
  const single = columns.filter((c) => c.primary).map((c) => c.name);
  const [several] = primaryKeys;
  return {
    name,
    columns: columns.map((c) => columnOf(c.name, c.getSQLType(), c.notNull || c.primary)),
    key: several === undefined ? single : several.columns.map((c) => c.name),
    indexes: indexes
      .map(({ config: c }) => `${c.name}: ${c.columns.map((of) => ("name" in of ? of.name : "?")).join()}`)
      .sort(),
    references: foreignKeys.map((key) => {
      const { columns: own, foreignTable, foreignColumns } = key.reference();
      return referenceOf(
        own.map((c) => c.name),
        getTableName(foreignTable),
        foreignColumns.map((c) => c.name),
        key.onDelete,
      );
    }),
  };
};

export const sqliteTables = (database: Database): readonly Table[] => {
  const all = <A>(text: string, ...values: readonly string[]): readonly A[] =>
    database.prepare<string[], A>(text).all(...values);
  const names = all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  return names.map(({ name }) => {
    const columns = all<{ name: string; type: string; notnull: number; pk: number }>(
      "SELECT * FROM pragma_table_info(?)",
      name,
    );
    const indexes = all<{ name: string; columns: string }>(
      `SELECT l.name, group_concat(i.name) AS columns FROM pragma_index_list(?) l, pragma_index_info(l.name) i
       WHERE l.origin = 'c' GROUP BY l.name ORDER BY l.name`,
      name,
    );
    const references = all<{ own: string; target: string; columns: string; deleted: string }>(
      `SELECT group_concat("from") AS own, "table" AS target, group_concat("to") AS columns, on_delete AS deleted
       FROM pragma_foreign_key_list(?) GROUP BY id`,
      name,
    );
    return {
      name,
      columns: columns.map((c) => columnOf(c.name, c.type.toLowerCase(), c.notnull === 1)),
      key: columns
        .filter((c) => c.pk > 0)
        .sort((a, b) => a.pk - b.pk)
        .map((c) => c.name),
      indexes: indexes.map((i) => `${i.name}: ${i.columns}`),
      references: references.map((r) => referenceOf([r.own], r.target, [r.columns], r.deleted.toLowerCase())),
    };
  });
};

export const postgresTables = async (connection: PostgresConnection): Promise<readonly Table[]> => {
  const rows = async (text: string): Promise<readonly Readonly<Record<string, string>>[]> =>
    (await connection.query(text, [])) as readonly Readonly<Record<string, string>>[];
  const columns = await rows(COLUMNS);
  const keys = await rows(KEYS);
  const indexes = await rows(INDEXES);
  const references = await rows(REFERENCES);
  const names = [...new Set(columns.map((c) => c.table ?? ""))].sort();
  const of = (found: typeof columns, name: string) => found.filter((row) => row.table === name);
  return names.map((name) => ({
    name,
    columns: of(columns, name).map((c) => columnOf(c.name ?? "", c.type ?? "", c.isrequired === "yes")),
    key: of(keys, name).flatMap((k) => (k.columns ?? "").split(",")),
    indexes: of(indexes, name).map((i) => `${i.name}: ${i.columns}`),
    references: of(references, name).map((r) =>
      referenceOf([r.own ?? ""], r.target ?? "", [r.columns ?? ""], r.deleted),
    ),
  }));
};

const COLUMNS = `
  SELECT c.relname AS table, a.attname AS name, CASE WHEN a.attnotnull THEN 'yes' ELSE 'no' END AS isrequired,
    format_type(a.atttypid, a.atttypmod) || CASE WHEN l.collname = 'C' THEN ' COLLATE "C"' ELSE '' END AS type
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation
  WHERE c.relnamespace = 'fettle'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY c.relname, a.attnum`;

const COLUMN_NAMES = (table: string, numbers: string): string => `
  (SELECT string_agg(a.attname, ',' ORDER BY n.place) FROM unnest(${numbers}) WITH ORDINALITY AS n (number, place)
   JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = n.number)`;

const KEYS = `
  SELECT k.conrelid::regclass::text AS qualified, c.relname AS table, ${COLUMN_NAMES("k.conrelid", "k.conkey")} AS columns
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE k.connamespace = 'fettle'::regnamespace AND k.contype = 'p'`;

const INDEXES = `
  SELECT t.relname AS table, c.relname AS name, ${COLUMN_NAMES("i.indrelid", "i.indkey::int2[]")} AS columns
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
  WHERE c.relnamespace = 'fettle'::regnamespace AND NOT i.indisprimary ORDER BY c.relname`;

const REFERENCES = `
  SELECT c.relname AS table, f.relname AS target, ${COLUMN_NAMES("k.conrelid", "k.conkey")} AS own,
    ${COLUMN_NAMES("k.confrelid", "k.confkey")} AS columns,
    CASE k.confdeltype WHEN 'c' THEN 'cascade' WHEN 'a' THEN 'no action' ELSE k.confdeltype::text END AS deleted
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
  WHERE k.connamespace = 'fettle'::regnamespace AND k.contype = 'f'`;

const columnOf = (name: string, type: string, isRequired: boolean): string =>
  `${name} ${type}${isRequired ? " not null" : ""}`;

const referenceOf = (
  own: readonly string[],
  target: string,
  columns: readonly string[],
  deleted: string | undefined,
): string => `${own.join()} → ${target}: ${columns.join()}, ${deleted ?? "no action"}`;

const byName = (a: Table, b: Table): number => (a.name < b.name ? -1 : 1);
