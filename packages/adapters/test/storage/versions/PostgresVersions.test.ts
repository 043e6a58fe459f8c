import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { StorageConformance } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import { afterAll, describe, expect, test } from "vitest";
import { PostgresStorage } from "../../../src/storage/postgres/index.ts";
import * as PgliteConnection from "../../../src/storage/postgres/PgliteConnection.ts";
import type { PostgresConnection } from "../../../src/storage/postgres/PostgresConnection.ts";
import { migrate } from "../../../src/storage/postgres/PostgresMigrate.ts";
import { migrations } from "../../../src/storage/postgres/PostgresMigrations.ts";
import { start } from "../ChildProcess.ts";
import { directories } from "../Directories.ts";
import { expectGoingOn, expectKept, rowsOf } from "./Kept.ts";
import { brokenStep } from "./SlowStep.ts";

const directory = directories();
const NOW = migrations.length;
const versions = migrations.map((_, i) => i + 1);

// What is large, or many at once, says nothing about versions, and takes most of the time.
const basics = StorageConformance.cases.filter(({ name }) => !/_MAX\b|at once|large|walk/.test(name));

// A database as the code of that version left it.
const make = async (connection: PostgresConnection, version: number): Promise<void> => {
  await migrate(connection, migrations.slice(0, version));
  await connection.transaction(async (session) => {
    for (const [table, row] of rowsOf(version)) {
      const names = Object.keys(row).map((name) => `"${name}"`);
      const places = names.map((_, i) => `$${i + 1}`);
      const text = `INSERT INTO fettle."${table}" (${names.join()}) VALUES (${places.join()})`;
      await session.query(text, Object.values(row));
    }
  });
};

// One server for all tests: its start takes longer than any of them.
const shared = await PgliteConnection.open(undefined);
afterAll(() => shared.close());

const within = async (version: number, use: (connection: PostgresConnection) => Promise<void>): Promise<void> => {
  await shared.query("DROP SCHEMA IF EXISTS fettle CASCADE", []);
  await make(shared, version);
  await use(shared);
};

// All that is in the schema: columns, indexes, rows.
const everything = async (connection: PostgresConnection): Promise<string> => {
  const columns = await connection.query(
    "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'fettle' ORDER BY 1, ordinal_position",
    [],
  );
  const indexes = await connection.query("SELECT indexdef FROM pg_indexes WHERE schemaname = 'fettle' ORDER BY 1", []);
  const tables = [...new Set(columns.map((c) => String(c.table_name)))];
  const rows: unknown[] = [];
  for (const table of tables)
    rows.push(await connection.query(`SELECT t::text FROM fettle."${table}" t ORDER BY 1`, []));
  return JSON.stringify([columns, indexes, rows]);
};

// A server is started thrice, and a whole suite run.
const SLOW = { timeout: 180_000 };

const opened = (connection: PostgresConnection) => Effect.runPromise(PostgresStorage.open(connection));

describe.each(versions)("a PostgreSQL database of version %i", (version) => {
  test("has everything that was in it once today's code has opened it, and goes on from there", () =>
    within(version, async (connection) => {
      await Effect.runPromise(expectKept(await opened(connection), version));
      const storage = await opened(connection);
      await Effect.runPromise(expectKept(storage, version));
      await Effect.runPromise(expectGoingOn(storage, version));
    }));

  test("keeps every promise of the port beside what was in it", SLOW, () =>
    within(version, async (connection) => {
      const storage = await opened(connection);
      for (const { name, run } of basics) {
        await Effect.runPromise(
          Effect.mapError(run({ storage, prefix: "late" }), (cause) => new Error(name, { cause })),
        );
      }
    }),
  );

  test("stays whole at its version when the last statement of a step fails", () =>
    within(version, async (connection) => {
      const before = await everything(connection);
      const steps = [...migrations.slice(0, version), brokenStep.postgres];
      await expect(migrate(connection, steps)).rejects.toThrow("nowhere");
      expect(await everything(connection)).toBe(before);
      await Effect.runPromise(expectKept(await opened(connection), version));
    }));

  test("is migrated once by two that open it at once", () =>
    within(version, async (connection) => {
      await Promise.all([opened(connection), opened(connection), opened(connection)]);
      const taken = await connection.query("SELECT version, name FROM fettle.schema_migration ORDER BY version", []);
      expect(taken.map((row) => [Number(row.version), row.name])).toEqual(
        migrations.map(({ name }, i) => [i + 1, name]),
      );
      await Effect.runPromise(expectKept(await opened(connection), version));
    }));

  test("stays whole at its version when the process is killed in the middle of a step", SLOW, async () => {
    const place = join(directory(), "killed");
    const first = await PgliteConnection.open(place);
    await make(first, version);
    const before = await everything(first);
    await first.close();
    const child = start(new URL("./migrate-child.ts", import.meta.url), ["postgres", place, `${version}`]);
    child.go();
    await child.printed(1);
    await pause(700);
    await child.kill();
    expect(child.lines).toEqual(["begun"]);
    const again = await PgliteConnection.open(place);
    expect(await everything(again)).toBe(before);
    await Effect.runPromise(expectKept(await opened(again), version));
    await again.close();
  });

  test("is refused by code that has taken other steps, and by earlier code, and they say what to do", () =>
    within(version, async (connection) => {
      const renamed = migrations.map((m, i) => (i === version - 1 ? { ...m, name: "of-a-branch" } : m));
      const before = await everything(connection);
      await expect(migrate(connection, renamed)).rejects.toThrow(
        `came to version ${version} by the step ${migrations[version - 1]?.name}, this code by of-a-branch: open it with the code that made it`,
      );
      await expect(migrate(connection, migrations.slice(0, version - 1))).rejects.toThrow(
        `schema version ${version}, this code knows ${version - 1}: update the code, or restore a backup of version ${version - 1}`,
      );
      expect(await everything(connection)).toBe(before);
      await migrate(connection);
      const taken = await connection.query("SELECT count(*) AS n FROM fettle.schema_migration", []);
      expect(Number(taken[0]?.n)).toBe(NOW);
    }));
});
