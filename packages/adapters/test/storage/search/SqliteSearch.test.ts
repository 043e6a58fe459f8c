import { join } from "node:path";
import {
  AssetFacets,
  type AssetHits,
  type AssetIndexQuestion,
  type AssetPaging,
  type StorageShape,
  Tenant,
} from "@fettle/core";
import { SearchReference } from "@fettle/core/testing";
import { SearchArbitraries } from "@fettle/core/testing/arbitraries";
import { FullText } from "@fettle/qql";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as SqliteStorage from "../../../src/storage/sqlite/SqliteStorage.ts";
import { directories } from "../Directories.ts";

const runs = (times: number) => ({
  numRuns: Math.ceil(times * Number(process.env.FETTLE_RUNS ?? 1)),
  seed: Number(process.env.FETTLE_SEED ?? 20260201),
});

type Question = AssetIndexQuestion;

const tenantId = Tenant.of("acme");
const other = Tenant.of("globex");

const directory = directories();

const DAY_MS = 86_400_000;

const commit = Effect.fnUntraced(function* (
  storage: StorageShape,
  id: typeof tenantId,
  writes: readonly SearchArbitraries.Write[],
) {
  const answer = yield* storage.commit({ tenantId: id, expect: [], counters: [], uniques: [], writes, events: [] });
  if (answer._tag !== "Committed") throw new Error("a history is refused");
});

/** A storage, filled by a history; another tenant has the first half of it. */
const filled = Effect.fnUntraced(function* (history: readonly (readonly SearchArbitraries.Write[])[]) {
  const storage = yield* SqliteStorage.open({ file: join(directory(), "storage.db") });
  for (const [i, writes] of history.entries()) {
    for (const id of i < history.length / 2 ? [tenantId, other] : [tenantId]) yield* commit(storage, id, writes);
  }
  return storage;
});

/** Every page of a question's list, put together. */
const walked = Effect.fnUntraced(function* (
  search: NonNullable<StorageShape["search"]>,
  question: Question,
  paging: AssetPaging,
) {
  const pages: AssetHits[] = [];
  let after = paging.after;
  do {
    const page: AssetHits = yield* search.assets(tenantId, question, { ...paging, after });
    pages.push(page);
    after = page.next;
  } while (after !== null);
  return pages;
});

const run = <A>(effect: Effect.Effect<A, unknown, never>): Promise<A> => Effect.runPromise(effect);

describe("searches of assets in SQLite", () => {
  it("AST-03, AST-04, AST-11, TAG-05, LIC-05: find, count, sort and page what the reference does", async () => {
    let [asked, some] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        SearchArbitraries.history,
        fc.array(fc.tuple(SearchArbitraries.question, SearchArbitraries.paging), { minLength: 6, maxLength: 6 }),
        async (history, questions) => {
          await run(
            Effect.scoped(
              Effect.gen(function* () {
                const storage = yield* filled(history);
                const reference = SearchReference.over(storage);
                for (const [question, paging] of questions) {
                  const found = yield* walked(storage.search as never, question, paging);
                  const wanted = yield* walked(reference, question, paging);
                  expect(found, JSON.stringify([question.asset?.text, question.patch?.text])).toEqual(wanted);
                  asked += 1;
                  if ((wanted[0]?.total ?? 0) > 0) some += 1;
                }
              }),
            ),
          );
        },
      ),
      runs(100),
    );
    expect(some / asked).toBeGreaterThan(0.2);
  });

  it("AST-03, LIC-05: what is asked again after every change, and later, is answered from what stands then", async () => {
    let [asked, changed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        SearchArbitraries.history,
        fc.array(fc.tuple(SearchArbitraries.question, SearchArbitraries.paging), { minLength: 4, maxLength: 4 }),
        async (history, questions) => {
          await run(
            Effect.scoped(
              Effect.gen(function* () {
                const storage = yield* filled([]);
                const reference = SearchReference.over(storage);
                const before = new Map<Question, string>();
                for (const writes of history) {
                  yield* commit(storage, tenantId, writes);
                  for (const [first, paging] of questions) {
                    for (const question of [first, { ...first, asOf: first.asOf + 3 * DAY_MS }]) {
                      const found = yield* walked(storage.search as never, question, paging);
                      const shown = JSON.stringify([question.asset?.text, question.patch?.text]);
                      expect(found, shown).toEqual(yield* walked(reference, question, paging));
                      asked += 1;
                      if (before.get(first) !== JSON.stringify(found)) changed += 1;
                      before.set(first, JSON.stringify(found));
                    }
                  }
                }
              }),
            ),
          );
        },
      ),
      runs(30),
    );
    expect(changed / asked).toBeGreaterThan(0.2);
  });

  it("AST-12: count facets as the reference does", async () => {
    // Of two spellings either may be told.
    const folded = (tallies: readonly AssetFacets.Tally[]) =>
      tallies.map(({ facet, values, more }) => ({
        facet,
        more,
        values: values
          .map((v) => [v.value === null ? null : FullText.fold(v.value), v.assets])
          .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      }));
    await fc.assert(
      fc.asyncProperty(SearchArbitraries.history, SearchArbitraries.question, async (history, question) => {
        await run(
          Effect.scoped(
            Effect.gen(function* () {
              const storage = yield* filled(history);
              const wanted = { facets: AssetFacets.facets, values: 100 };
              const told = yield* (storage.search as NonNullable<StorageShape["search"]>).assetFacets(
                tenantId,
                question,
                wanted,
              );
              const expected = yield* SearchReference.over(storage).assetFacets(tenantId, question, wanted);
              expect(folded(told)).toEqual(folded(expected));
            }),
          ),
        );
      }),
      runs(60),
    );
  });

  it("LIC-05, PAT-10, SCH-03: tell who holds a seat, on how many assets a patch is, and where targets are, as the reference does", async () => {
    let [held, zones, counted] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(
        SearchArbitraries.history,
        fc.array(
          fc.tuple(
            SearchArbitraries.question,
            SearchArbitraries.assetIds,
            SearchArbitraries.reach,
            SearchArbitraries.looked,
          ),
          { minLength: 8, maxLength: 8 },
        ),
        async (history, questions) => {
          await run(
            Effect.scoped(
              Effect.gen(function* () {
                const storage = yield* filled(history);
                const search = storage.search as NonNullable<StorageShape["search"]>;
                const reference = SearchReference.over(storage);
                for (const [{ seats }, ids, reach, looked] of questions) {
                  const holders = yield* search.licensed(tenantId, seats, ids);
                  expect(holders).toEqual(yield* reference.licensed(tenantId, seats, ids));
                  const found = yield* search.timeZones(tenantId, reach);
                  expect(found).toEqual(yield* reference.timeZones(tenantId, reach));
                  const tally = yield* search.patchCounts(tenantId, looked);
                  expect(tally).toEqual(yield* reference.patchCounts(tenantId, looked));
                  held += holders.size;
                  counted += tally.counts.size;
                  zones += found.length;
                }
              }),
            ),
          );
        },
      ),
      runs(60),
    );
    expect(Math.min(held, zones, counted)).toBeGreaterThan(50);
  });
});
