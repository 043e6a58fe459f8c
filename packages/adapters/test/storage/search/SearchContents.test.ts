import { join } from "node:path";
import { Tenant } from "@fettle/core";
import { SearchArbitraries } from "@fettle/core/testing/arbitraries";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as SqliteCheck from "../../../src/storage/sqlite/SqliteCheck.ts";
import * as SqliteStorage from "../../../src/storage/sqlite/SqliteStorage.ts";
import * as SearchContents from "../../../src/storage/sqlite/search/keeping/SearchContents.ts";
import { directories } from "../Directories.ts";

const runs = (times: number) => ({
  numRuns: Math.ceil(times * Number(process.env.FETTLE_RUNS ?? 1)),
  seed: Number(process.env.FETTLE_SEED ?? 20261128),
});

const directory = directories();
const tenants = [Tenant.of("acme"), Tenant.of("globex")];

type History = readonly (readonly SearchArbitraries.Write[])[];

/** A file that two tenants' histories were committed to. */
const filled = async (history: History): Promise<string> => {
  const file = join(directory(), "storage.db");
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const storage = yield* SqliteStorage.open({ file });
        for (const writes of history) {
          for (const tenantId of tenants) {
            yield* storage.commit({ tenantId, expect: [], counters: [], uniques: [], writes, events: [] });
          }
        }
      }),
    ),
  );
  return file;
};

/** Changes one row by SQL, and answers what is found then; as it was before afterwards. */
const after = (database: Database.Database, sql: string): readonly string[] => {
  database.exec(`BEGIN; ${sql}`);
  const found = [...SearchContents.differences(database, true)].map(({ message }) => message);
  database.exec("ROLLBACK");
  return found;
};

describe("what rows of searches say, compared with what the entities say", () => {
  it("is the same after any history", () =>
    fc.assert(
      fc.asyncProperty(SearchArbitraries.history, async (history) => {
        const file = await filled(history);
        for (const isSearchWhole of [true, false]) {
          const report = await Effect.runPromise(SqliteCheck.check({ file, isSearchToo: true, isSearchWhole }));
          expect(report.findings).toEqual([]);
        }
      }),
      runs(15),
    ));

  it("shows each column, element, link and trigram that was changed, and in words which", async () => {
    // One with all there is to change.
    const whole = fc.sample(SearchArbitraries.history, { numRuns: 8, seed: 4 }).flat();
    const database = new Database(await filled(whole));
    const one = (sql: string): unknown => database.prepare(sql).pluck().get();
    const named = (table: string, where: string) => one(`SELECT max(n) FROM ${table} WHERE ${where}`);
    const scanned = named("search_asset", '"missingPatchCount:number" > 0');
    const asset = named("search_asset", '"name:folded" IS NOT NULL AND length("name:folded") > 2');
    const tagged = one("SELECT max(asset) FROM search_asset_tag");
    const patch = named("search_patch", '"title:folded" IS NOT NULL');
    const changes: readonly (readonly [sql: string, words: string])[] = [
      [`UPDATE search_asset SET "name:folded" = 'other' WHERE n = ${asset}`, "name"],
      [`UPDATE search_asset SET "lastBoot:number" = 77 WHERE n = ${asset}`, "lastBoot"],
      [`UPDATE search_asset SET "platform:text" = NULL WHERE n = ${asset}`, "platform"],
      [`UPDATE search_asset SET "lastCheckedIn:number" = 77 WHERE n = ${asset}`, "lastCheckedIn"],
      [`UPDATE search_asset SET "missingPatchCount:number" = 77 WHERE n = ${scanned}`, "missingPatchCount"],
      [`UPDATE search_asset SET managed = CASE WHEN managed IS NULL THEN t END WHERE n = ${asset}`, "activated"],
      [`DELETE FROM "search_asset:trigrams:name" WHERE rowid = ${asset}`, "parts of name"],
      [`DELETE FROM search_asset_tag WHERE asset = ${tagged}`, "tags"],
      [`DELETE FROM search_asset_patch WHERE asset = ${scanned} AND status = 0`, "patches"],
      [`UPDATE search_asset_tag SET managed = 1 - managed WHERE asset = ${tagged}`, "tags"],
      [`UPDATE search_asset_patch SET managed = 1 - managed WHERE asset = ${scanned}`, "patches"],
      [`UPDATE search_patch SET "title:tokens" = 'other' WHERE n = ${patch}`, "title"],
      [`UPDATE search_patch SET "vendorSeverity:rank" = 77 WHERE n = ${patch}`, "vendorSeverity"],
      ["DELETE FROM search_cve_patch", "cves"],
      [`UPDATE search_tag SET "name:folded" = 'other'`, "name"],
      ["UPDATE search_vulnerability SET qid = 77", "qid"],
    ];
    expect(after(database, "")).toEqual([]);
    for (const [sql, words] of changes) {
      const found = after(database, sql);
      expect(found.length, sql).toBeGreaterThan(0);
      expect(found[0], sql).toMatch(/^searches know (asset|patch|tag|vulnerability) \S+ otherwise than it is stored: /);
      expect(found[0]?.split(": ").at(-1)?.split(", "), sql).toContain(words);
    }
    database.close();
  });

  it("leaves out what depends on all patches together", async () => {
    const database = new Database(await filled(fc.sample(SearchArbitraries.history, { numRuns: 3, seed: 4 }).flat()));
    const sql = `UPDATE search_patch SET "isSuperseded:number" = 1; DELETE FROM search_patch_supersededBy;
      UPDATE search_asset SET "nonSupersededMissingPatchCount:number" = 77; UPDATE search_asset_patch SET latest = 1`;
    expect(after(database, sql)).toEqual([]);
    database.close();
  });
});
