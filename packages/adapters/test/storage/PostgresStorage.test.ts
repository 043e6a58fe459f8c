import { cpSync } from "node:fs";
import { join } from "node:path";
import { Storage } from "@fettle/core";
import { MemoryStorage, StorageConformance } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { PostgresStorage } from "../../src/storage/postgres/index.ts";
import * as PgliteConnection from "../../src/storage/postgres/PgliteConnection.ts";
import { arrayOf } from "../../src/storage/postgres/PostgresConnection.ts";
import { migrations } from "../../src/storage/postgres/PostgresMigrations.ts";
import { directories } from "./Directories.ts";
import { batch, everything } from "./RandomBatch.ts";

const runs = Number(process.env.FETTLE_RUNS ?? 1);
const directory = directories();
const connection = await PgliteConnection.open(undefined);
const storage = await Effect.runPromise(PostgresStorage.open(connection));
afterAll(() => connection.close());

describe("conformance of the storage in PostgreSQL", () => {
  for (const { name, run } of StorageConformance.cases) {
    test(`${name} (PostgreSQL)`, async () => {
      await expect(Effect.runPromise(run({ storage, prefix: "t" }))).resolves.toBeUndefined();
    });
  }

  test("nothing is left of the rows that stood in for absent ones", async () => {
    const rows = await connection.query("SELECT count(*) AS n FROM fettle.entity WHERE revision < 1", []);
    expect(Number(rows[0]?.n)).toBe(0);
  });
});

// Ends as in a crash: the next process finds what is in the files at that moment, and nothing was closed before.
const crashing = (folder: string): StorageConformance.LastingSubject["open"] => {
  let crashes = 0;
  return () =>
    Effect.gen(function* () {
      const opened = yield* Effect.promise(() => PgliteConnection.open(join(folder, `${crashes}`)));
      const end = Effect.promise(async () => {
        cpSync(join(folder, `${crashes}`), join(folder, `${crashes + 1}`), { recursive: true });
        crashes += 1;
        await opened.close();
      });
      return { storage: yield* PostgresStorage.open(opened), end: () => end };
    });
};

describe("what lasts of the storage in PostgreSQL", () => {
  for (const { name, run } of StorageConformance.lasting) {
    test(`${name} (PostgreSQL)`, async () => {
      await expect(Effect.runPromise(run({ open: crashing(directory()) }))).resolves.toBeUndefined();
    });
  }
});

test("PostgreSQL answers whatever the storage in memory answers, over random batches", async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 20, size: "max" }), async (batches) => {
      const memory = MemoryStorage.make();
      round += 1;
      const prefix = `r${round}-`;
      for (const b of batches.map((one) => ({ ...one, tenantId: prefix + one.tenantId }))) {
        expect(await Effect.runPromise(storage.commit(b))).toEqual(Effect.runSync(memory.commit(b)));
      }
      const answers = await Effect.runPromise(everything(storage, prefix));
      expect(answers).toBe(Effect.runSync(everything(memory, prefix)));
    }),
    { numRuns: 25 * runs, seed: 12 },
  );
});

describe("arrays as PostgreSQL spells them", () => {
  test("come back as they were, whatever the text", async () => {
    const texts = ["", "a", 'say "hi"', "\\", "{}", ",", "null", " x ", "'", "😀", "a\nb"];
    const rows = await connection.query(
      "SELECT v FROM unnest($1::text::text[]) WITH ORDINALITY AS u (v, n) ORDER BY n",
      [arrayOf(texts)],
    );
    expect(rows.map((row) => row.v)).toEqual(texts);
    const numbers = await connection.query("SELECT sum(v)::text AS s FROM unnest($1::text::bigint[]) AS v", [
      arrayOf([1, -2, Number.MAX_SAFE_INTEGER]),
    ]);
    expect(numbers).toEqual([{ s: "9007199254740990" }]);
  });
});

describe("opening PostgreSQL", () => {
  test("a database in a directory is migrated once; opened again it has what it had; closed it answers no more", async () => {
    const options = { directory: directory() };
    const write = Effect.gen(function* () {
      const port = yield* Storage;
      const put = { _tag: "Put", kind: "job", id: "a", body: "kept", indexes: [] } as const;
      return yield* port.commit({ tenantId: "t", expect: [], counters: [], uniques: [], writes: [put], events: [] });
    });
    await Effect.runPromise(Effect.provide(write, PostgresStorage.layerPglite(options)));
    const read = Effect.gen(function* () {
      const opened = yield* PostgresStorage.openPglite(options);
      const kept = yield* opened.get("t", "job", "a");
      yield* opened.close();
      return [kept?.body, (yield* Effect.flip(opened.get("t", "job", "a"))).reason];
    });
    expect(await Effect.runPromise(Effect.scoped(read))).toEqual(["kept", "Unavailable"]);
  });

  test("tables that newer code wrote are refused", async () => {
    await connection.query("INSERT INTO fettle.schema_migration (version, name) VALUES (99, 'later')", []);
    const error = await Effect.runPromise(Effect.flip(PostgresStorage.open(connection)));
    await connection.query("DELETE FROM fettle.schema_migration WHERE version = 99", []);
    expect(error).toMatchObject({ _tag: "StorageError", reason: "Unavailable", isRetryable: false });
    expect(error.message).toContain(`schema version 99, this code knows ${migrations.length}`);
    await Effect.runPromise(PostgresStorage.open(connection));
  });
});

describe("failures of PostgreSQL", () => {
  const failing = (code: string) => {
    const thrown = Object.assign(new Error("said the server"), { code });
    let attempts = 0;
    const transaction = () => {
      attempts += 1;
      return Promise.reject(thrown);
    };
    const query = () => Promise.reject(thrown);
    return { connection: { query, transaction, script: () => Promise.resolve() }, attempts: () => attempts };
  };

  test("are classified by SQLSTATE", async () => {
    const expected = [
      ["53100", "Full", false],
      ["53300", "Unavailable", true],
      ["55P03", "Busy", true],
      ["57P01", "Unavailable", true],
      ["08006", "Unavailable", true],
      ["XX001", "Corrupt", false],
      ["22001", "Refused", false],
      ["23505", "Refused", false],
      ["42501", "Unavailable", false],
    ] as const;
    for (const [code, reason, isRetryable] of expected) {
      const error = await Effect.runPromise(Effect.flip(PostgresStorage.open(failing(code).connection)));
      expect(error).toMatchObject({ reason, isRetryable, operation: "open" });
    }
  });

  test("a batch that lost against another is run again a few times, then told as Busy", async () => {
    const { commit } = await import("../../src/storage/postgres/PostgresWriter.ts");
    const { connection: lost, attempts } = failing("40P01");
    const empty = { tenantId: "t", expect: [], counters: [], uniques: [], writes: [], events: [], audit: [] };
    await expect(commit(lost, empty)).rejects.toMatchObject({ code: "40P01" });
    expect(attempts()).toBe(5);
  });
});
