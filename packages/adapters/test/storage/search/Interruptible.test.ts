import { join } from "node:path";
import { AssetFacets, Tenant } from "@fettle/core";
import { SearchArbitraries } from "@fettle/core/testing/arbitraries";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as SqliteStorage from "../../../src/storage/sqlite/SqliteStorage.ts";
import * as Interruptible from "../../../src/storage/sqlite/search/asking/Interruptible.ts";
import * as SqliteSearch from "../../../src/storage/sqlite/search/asking/SqliteSearch.ts";
import { directories } from "../Directories.ts";

const runs = (times: number) => ({
  numRuns: Math.ceil(times * Number(process.env.FETTLE_RUNS ?? 1)),
  seed: Number(process.env.FETTLE_SEED ?? 20261127),
});

const acme = Tenant.of("acme");
const directory = directories();

/** A file filled by a history. */
const filled = async (history: readonly (readonly SearchArbitraries.Write[])[]): Promise<string> => {
  const file = join(directory(), "storage.db");
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const storage = yield* SqliteStorage.open({ file });
        const batch = { tenantId: acme, expect: [], counters: [], uniques: [], events: [] };
        for (const writes of history) yield* storage.commit({ ...batch, writes });
      }),
    ),
  );
  return file;
};

const answers = (
  search: SqliteSearch.SqliteSearch,
  [question, paging, looked]: readonly [
    Parameters<SqliteSearch.SqliteSearch["assets"]>[1],
    Parameters<SqliteSearch.SqliteSearch["assets"]>[2],
    Parameters<SqliteSearch.SqliteSearch["patchCounts"]>[1],
  ],
) => [
  search.assets(acme, question, paging),
  search.assetFacets(acme, question, { facets: AssetFacets.facets, values: 100 }),
  search.patchCounts(acme, looked),
];

/** The texts of all statements that a connection prepares. */
const listening = (database: Database.Database): ReadonlySet<string> => {
  const texts = new Set<string>();
  const prepare = database.prepare.bind(database);
  database.prepare = ((text: string) => {
    texts.add(text);
    return prepare(text);
  }) as typeof database.prepare;
  return texts;
};

const planOf = (database: Database.Database, text: string): readonly unknown[] => {
  const named = [...new Set(text.match(/@\d+/g) ?? [])].map((name) => [name.slice(1), 1] as const);
  const marks = Array.from({ length: text.match(/\?/g)?.length ?? 0 }, () => 1);
  const bound = named.length > 0 ? [...marks, Object.fromEntries(named)] : marks;
  const steps = database.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`).all(...bound);
  return steps.map(({ detail }) => detail);
};

/** All but tags, vulnerabilities and the texts that many rows share: of these there are few. */
const GROWING =
  /(EXISTS \(SELECT 1 )?FROM (?:search_asset|search_patch|search_asset_tag|search_asset_patch|"search_(?!tag"|vulnerability)\w+") AS \w+[^()]*? WHERE (\(\S+ % \d+ OR fettle_stop\(\)\))?/g;

describe("statements that can be told to end", () => {
  it("answer what others do, by the same plans, and when thorough ask in every loop over what grows", async () => {
    const asked = fc.tuple(SearchArbitraries.question, SearchArbitraries.paging, SearchArbitraries.looked);
    const histories = fc.sample(SearchArbitraries.history, { numRuns: 4, seed: 11 });
    let [statements, loops] = [0, 0];
    for (const history of histories) {
      const file = await filled(history);
      const connections = [new Database(file), new Database(file), new Database(file)] as const;
      const [plain, light, thorough] = connections;
      const texts = listening(plain);
      for (const [database, isThorough] of [[light, false] as const, [thorough, true] as const]) {
        Interruptible.enable(database, { isStopped: () => false, isThorough: () => isThorough });
      }
      const searches = connections.map((database) => SqliteSearch.make(database));
      fc.assert(
        fc.property(asked, (each) => {
          const [first, ...others] = searches.map((search) => answers(search, each));
          for (const other of others) expect(other).toEqual(first);
        }),
        runs(60),
      );
      for (const text of [...texts].filter((each) => each.startsWith("SELECT") || each.startsWith("WITH"))) {
        const plan = planOf(plain, text);
        expect(planOf(thorough, Interruptible.ofText(text, true)), text).toEqual(plan);
        expect(planOf(thorough, Interruptible.ofText(text, false)), text).toEqual(plan);
        for (const [loop, probe, asks] of Interruptible.ofText(text, true).matchAll(GROWING)) {
          expect(probe !== undefined || asks !== undefined, `${loop} of ${text}`).toBe(true);
          loops += probe === undefined ? 1 : 0;
        }
        statements += 1;
      }
      for (const database of connections) database.close();
    }
    expect([statements > 100, loops > 100]).toEqual([true, true]);
  });

  it("end by what is thrown, leave no transaction behind, and go on when nobody tells them to", async () => {
    const file = await filled(fc.sample(SearchArbitraries.history, { numRuns: 1, seed: 3 })[0] ?? []);
    const database = new Database(file);
    let left = Number.POSITIVE_INFINITY;
    Interruptible.enable(database, { isStopped: () => --left < 0, isThorough: () => true });
    const search = SqliteSearch.make(database);
    const [patch = null] = fc.sample(SearchArbitraries.patchQuery, { numRuns: 1, seed: 5 });
    const question = {
      asset: null,
      patch,
      view: "missing",
      seen: null,
      seats: { _tag: "Activated" },
      asOf: 0,
    } as const;
    const paging = { by: "name", direction: "ascending", after: null, limit: 10 } as const;
    const before = search.assets(acme, question, paging);
    let ends = 0;
    for (let isAtEnd = false; !isAtEnd; left = Number.POSITIVE_INFINITY) {
      left = ends;
      try {
        search.assets(acme, question, paging);
        isAtEnd = true;
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(Interruptible.Stopped);
        ends += 1;
      }
      expect(database.inTransaction).toBe(false);
      left = Number.POSITIVE_INFINITY;
      expect(search.assets(acme, question, paging)).toEqual(before);
    }
    expect(ends).toBeGreaterThan(2);
    database.close();
  });

  it("ask where a row costs much, and leave alone what goes over a table once and compares little", () => {
    const asks = (text: string): boolean => Interruptible.ofText(text, false) !== text;
    const counted = "SELECT count(*) FROM search_asset AS a WHERE a.managed = ?";
    expect(asks(`${counted} AND a.n IN (SELECT l.asset FROM search_asset_tag AS l WHERE l.tag = ?)`)).toBe(false);
    expect(asks(counted + ' AND instr(a."name:folded", ?) > 0'.repeat(40))).toBe(true);
    expect(asks("SELECT p.n FROM search_patch AS p WHERE p.t = ?")).toBe(true);
    expect(Interruptible.ofText(counted, true)).toBe(
      "SELECT count(*) FROM search_asset AS a WHERE (a.n % 1021 OR fettle_stop()) AND a.managed = ?",
    );
  });

  it("ask where rows are joined to each asset, and between the groups that these are sorted into", () => {
    const grouped =
      "SELECT l.tag, count(*) FROM search_asset AS a CROSS JOIN search_asset_tag AS l ON l.asset = a.n WHERE a.managed = ? GROUP BY l.tag";
    expect(Interruptible.ofText(grouped, false)).toMatch(
      /WHERE \(a\.n % 1021 OR .* GROUP BY l\.tag HAVING fettle_stop\(\)$/,
    );
  });
});
