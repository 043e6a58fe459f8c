import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import * as PostgresMigrations from "../../src/storage/postgres/PostgresMigrations.ts";
import * as PostgresSchema from "../../src/storage/postgres/PostgresSchema.ts";
import type { Migration } from "../../src/storage/sql/Migration.ts";
import * as SqliteMigrations from "../../src/storage/sqlite/SqliteMigrations.ts";
import * as SqliteSchema from "../../src/storage/sqlite/SqliteSchema.ts";

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
});
