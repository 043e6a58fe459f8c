import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import * as PgliteConnection from "../../src/storage/postgres/PgliteConnection.ts";
import { migrate } from "../../src/storage/postgres/PostgresMigrate.ts";
import * as PostgresMigrations from "../../src/storage/postgres/PostgresMigrations.ts";
import * as PostgresSchema from "../../src/storage/postgres/PostgresSchema.ts";
import type { Migration } from "../../src/storage/sql/Migration.ts";
import * as SqliteMigrations from "../../src/storage/sqlite/SqliteMigrations.ts";
import * as SqliteSchema from "../../src/storage/sqlite/SqliteSchema.ts";
import * as Drift from "./versions/Drift.ts";

const folder = (dialect: string): URL => new URL(`../../migrations/${dialect}/`, import.meta.url);

const onDisk = (dialect: string): readonly Migration[] =>
  readdirSync(folder(dialect))
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({ name: name.slice(0, -4), sql: readFileSync(new URL(name, folder(dialect)), "utf8").trimEnd() }));

// The newest snapshot that drizzle-kit kept: the schema as the migrations leave it.
const snapshot = (dialect: string): unknown => {
  const names = readdirSync(new URL("meta/", folder(dialect))).filter((name) => name.endsWith("_snapshot.json"));
  return JSON.parse(readFileSync(new URL(`meta/${names.sort().at(-1)}`, folder(dialect)), "utf8"));
};

interface Journal {
  readonly entries: readonly { readonly idx: number; readonly tag: string }[];
}

const journal = (dialect: string): Journal =>
  JSON.parse(readFileSync(new URL("meta/_journal.json", folder(dialect)), "utf8")) as Journal;

/**
 * Every step that was ever released, with what its SQL was then. A step is never changed: databases have taken it. A new step
 * adds a line here; whoever sees another line change has found out in time.
 */
const released: readonly (readonly [name: string, sqlite: string, postgres: string])[] = [
  ["0000_first", "9731f4db672ae6416883571c0aa4c71a", "09cbca86a3bd0fcb1a875cad533a24a2"],
  ["0001_audit", "60ed7421ad8abd63772472d6344729b6", "9c1c15c01686a9b6b82b8ec8c5c76310"],
];

const digestOf = ({ sql }: Migration): string => createHash("sha256").update(sql).digest("hex").slice(0, 32);

interface DrizzleKit {
  readonly generateDrizzleJson: (schema: object) => unknown;
  readonly generateMigration: (from: unknown, to: unknown) => Promise<readonly string[]>;
  readonly generateSQLiteDrizzleJson: (schema: object) => Promise<unknown>;
  readonly generateSQLiteMigration: (from: unknown, to: unknown) => Promise<readonly string[]>;
}

describe("the migrations", () => {
  test("that run are those of the .sql files", () => {
    expect(SqliteMigrations.migrations).toEqual(onDisk("sqlite"));
    expect(PostgresMigrations.migrations).toEqual(onDisk("postgres"));
    expect(SqliteMigrations.migrations.map((m) => m.name)).toEqual(PostgresMigrations.migrations.map((m) => m.name));
  });

  test("hold every change of the schemas", async () => {
    const kit = createRequire(import.meta.url)("drizzle-kit/api") as DrizzleKit;
    const sqlite = await kit.generateSQLiteDrizzleJson(SqliteSchema);
    expect(await kit.generateSQLiteMigration(snapshot("sqlite"), sqlite)).toEqual([]);
    expect(await kit.generateMigration(snapshot("postgres"), kit.generateDrizzleJson(PostgresSchema))).toEqual([]);
  });

  test("are those that were released, unchanged and in their order, and each has its line", () => {
    const { migrations: sqlite } = SqliteMigrations;
    const { migrations: postgres } = PostgresMigrations;
    const now = sqlite.map((step, i) => [step.name, digestOf(step), digestOf(postgres[i] ?? step)]);
    expect(now).toEqual(released);
    expect(postgres.length).toBe(sqlite.length);
  });

  test("are numbered in their order, each once, and are those of drizzle-kit's journal", () => {
    for (const dialect of ["sqlite", "postgres"]) {
      const names = onDisk(dialect).map((m) => m.name);
      expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, i) => i));
      expect(journal(dialect).entries.map((e) => [e.idx, e.tag])).toEqual(names.map((name, i) => [i, name]));
    }
  });

  test("make exactly the tables of the schema in SQLite", () => {
    const database = new Database(":memory:");
    for (const { sql } of SqliteMigrations.migrations) database.exec(sql);
    expect(Drift.sqliteTables(database)).toEqual(Drift.sqliteSchema(SqliteSchema));
    expect(Drift.sqliteTables(database).length).toBeGreaterThan(5);
    database.close();
  });

  test("and the comparison with the schema sees an index, a column, a key or a reference that is missing", () => {
    const hurts = [
      "DROP INDEX audit_by",
      "ALTER TABLE audit DROP COLUMN body",
      "ALTER TABLE entity ADD COLUMN later TEXT",
      "DROP TABLE index_entry",
      "CREATE TABLE later (n INTEGER) STRICT",
      "DROP TABLE counter; CREATE TABLE counter (tenant_id text NOT NULL, key text NOT NULL, value integer NOT NULL, PRIMARY KEY (key, tenant_id)) STRICT",
      "DROP TABLE counter; CREATE TABLE counter (tenant_id text NOT NULL, key text NOT NULL, value integer, PRIMARY KEY (tenant_id, key)) STRICT",
    ];
    for (const hurt of hurts) {
      const database = new Database(":memory:");
      for (const { sql } of SqliteMigrations.migrations) database.exec(sql);
      database.exec(hurt);
      expect(Drift.sqliteTables(database), hurt).not.toEqual(Drift.sqliteSchema(SqliteSchema));
      database.close();
    }
  });

  test("make exactly the tables of the schema in PostgreSQL", async () => {
    const connection = await PgliteConnection.open(undefined);
    await migrate(connection);
    expect(await Drift.postgresTables(connection)).toEqual(Drift.postgresSchema(PostgresSchema));
    await connection.close();
  });

  test("leave both dialects with the same tables, columns and keys, but for the list of steps", () => {
    const sqlite = Drift.sqliteSchema(SqliteSchema).map(Drift.withoutDialect);
    const postgres = Drift.postgresSchema(PostgresSchema).map(Drift.withoutDialect);
    expect(postgres.filter((t) => t.name !== "schema_migration")).toEqual(sqlite);
  });
});
