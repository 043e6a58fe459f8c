import { join } from "node:path";
import { Patch, type PutWrite, type StoredJson } from "@fettle/core";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { SqliteStorage } from "../../../src/storage/sqlite/index.ts";
import * as Reindex from "../../../src/storage/sqlite/search/keeping/Reindex.ts";
import * as Upkeep from "../../../src/storage/sqlite/search/keeping/Upkeep.ts";
import { directories } from "../Directories.ts";

const directory = directories();

const put = (kind: PutWrite["kind"], id: string, body: unknown): PutWrite => ({
  _tag: "Put",
  kind,
  id,
  body: body as StoredJson,
  indexes: [],
});

const patch = (id: string, more: Partial<Patch.PatchInput> = {}): PutWrite =>
  put(
    "patch",
    id,
    Patch.make({
      id,
      title: id,
      platform: "Windows",
      vendor: "Lab",
      category: "security",
      vendorSeverity: "Critical",
      publishedAt: 1,
      ...more,
    }),
  );

const replacing = (id: string, older: string): PutWrite =>
  patch(id, { publishedAt: 2, supersedes: [{ patchId: older, product: null }] });

const assessed = (id: string, missing: readonly unknown[], installed: readonly string[] = []): PutWrite =>
  put("assessment", id, { snapshot: "s", assessedAt: 1, missing, installed, unknown: [] });

const asset = (id: string, missing: readonly string[]): readonly PutWrite[] => [
  put("asset", id, {
    id,
    name: id,
    platform: "Windows",
    osFamily: "Windows",
    osName: "Windows Server 2022",
    arch: "x86_64",
    timeZone: "UTC",
    assignedTags: [],
    tags: [],
    activations: { PM: 1 },
    provisionedAt: 1,
    activationKey: "k",
  }),
  assessed(
    id,
    missing.map((patchId) => ({ patchId, packages: [] })),
  ),
];

interface World {
  readonly commit: (...writes: readonly PutWrite[]) => Effect.Effect<unknown, unknown>;
  readonly remove: (kind: PutWrite["kind"], id: string) => Effect.Effect<unknown, unknown>;
  readonly database: Database.Database;
  readonly upkeep: Upkeep.Upkeep;
  /** How many of its missing patches are the latest; null while it isn't known. */
  readonly latest: (id: string) => unknown;
  readonly isSuperseded: (id: string) => unknown;
}

const all: Upkeep.Needs = { supersedence: true, latest: true };
const places: Upkeep.Needs = { supersedence: true, latest: false };

/** A storage, and beside it a connection that searches, with its own memory of the patches. */
const within = (use: (world: World) => Effect.Effect<void, unknown>): Promise<void> => {
  const file = join(directory(), "a.db");
  return Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const storage = yield* SqliteStorage.open({ file });
        const database = new Database(file);
        const batch = { tenantId: "t", expect: [], counters: [], uniques: [], events: [] };
        const value = (sql: string, id: string): unknown => database.prepare<[string]>(sql).pluck().get(id);
        yield* use({
          commit: (...writes) => storage.commit({ ...batch, writes }),
          remove: (kind, id) => storage.commit({ ...batch, writes: [{ _tag: "Delete", kind, id }] }),
          database,
          upkeep: Upkeep.make(database),
          latest: (id) => value(`SELECT "nonSupersededMissingPatchCount:number" FROM search_asset WHERE id = ?`, id),
          isSuperseded: (id) => value(`SELECT "isSuperseded:number" FROM search_patch WHERE id = ?`, id),
        });
        database.close();
      }),
    ),
  );
};

describe("what depends on all patches together", () => {
  test("AST-03: is worked out when it is asked for, and then nothing is due", () =>
    within(({ commit, upkeep, latest, isSuperseded }) =>
      Effect.gen(function* () {
        yield* commit(patch("old"), replacing("new", "old"), ...asset("a", ["old", "new"]));
        expect([latest("a"), isSuperseded("old"), upkeep.isDue(1, all)]).toEqual([null, null, true]);
        upkeep.before(1, all);
        expect([latest("a"), isSuperseded("old"), isSuperseded("new")]).toEqual([1, 1, 0]);
        expect([upkeep.isDue(1, all), [...upkeep.steps(1, all)].length]).toEqual([false, 0]);
      }),
    ));

  test("AST-03: a patch that is written makes unknown what assets lack of those that links connect it with, by old links too", () =>
    within(({ commit, upkeep, latest, isSuperseded }) =>
      Effect.gen(function* () {
        yield* commit(patch("old"), patch("other"), patch("far"), ...asset("a", ["old", "new"]));
        yield* commit(...asset("b", ["other"]), ...asset("c", ["far"]));
        upkeep.before(1, all);
        expect([latest("a"), latest("b"), latest("c")]).toEqual([2, 1, 1]);
        yield* commit(replacing("new", "old"));
        upkeep.before(1, places);
        expect([latest("a"), latest("b"), latest("c")]).toEqual([null, 1, 1]);
        upkeep.before(1, all);
        expect([latest("a"), isSuperseded("old")]).toEqual([1, 1]);
        // Its link leads elsewhere now: both ends are looked at.
        yield* commit(replacing("new", "other"));
        upkeep.before(1, places);
        expect([latest("a"), latest("b"), latest("c")]).toEqual([null, null, 1]);
        upkeep.before(1, all);
        expect([latest("a"), latest("b"), isSuperseded("old"), isSuperseded("other")]).toEqual([2, 1, 0, 1]);
      }),
    ));

  test("AST-03: a chain of links is followed to its end, through patches that the asset doesn't lack", () =>
    within(({ commit, upkeep, latest }) =>
      Effect.gen(function* () {
        yield* commit(patch("p1"), replacing("p2", "p1"), replacing("p3", "p2"), replacing("p4", "p3"), patch("p5"));
        yield* commit(...asset("a", []), assessed("a", [{ patchId: "p1", packages: [] }], ["p5"]));
        upkeep.before(1, all);
        expect(latest("a")).toBe(1);
        yield* commit(replacing("p5", "p4"));
        upkeep.before(1, all);
        expect(latest("a")).toBe(0);
      }),
    ));

  test("AST-03: an assessment of the same patches by other packages makes it unknown", () =>
    within(({ commit, upkeep, latest }) =>
      Effect.gen(function* () {
        const lacks = (name: string) =>
          assessed("a", [
            { patchId: "p1", packages: [{ name, arch: "x86_64", installed: null, fixed: "1-2" }] },
            { patchId: "p2", packages: [{ name: "openssl", arch: "x86_64", installed: null, fixed: "1-3" }] },
          ]);
        yield* commit(patch("p1", { platform: "Linux" }), patch("p2", { platform: "Linux" }), ...asset("a", []));
        yield* commit(lacks("openssl"));
        upkeep.before(1, all);
        expect(latest("a")).toBe(1);
        yield* commit(lacks("curl"));
        upkeep.before(1, all);
        expect(latest("a")).toBe(2);
      }),
    ));

  test("a patch that is written as it was changes nothing", () =>
    within(({ commit, upkeep, latest }) =>
      Effect.gen(function* () {
        yield* commit(patch("old"), replacing("new", "old"), ...asset("a", ["old", "new"]));
        upkeep.before(1, all);
        yield* commit(replacing("new", "old"));
        expect(upkeep.isDue(1, places)).toBe(true);
        upkeep.before(1, places);
        expect([latest("a"), upkeep.isDue(1, all)]).toEqual([1, false]);
      }),
    ));

  test("an assessment that says the same again leaves it known", () =>
    within(({ commit, upkeep, latest }) =>
      Effect.gen(function* () {
        const [, assessment] = asset("a", ["old"]);
        yield* commit(patch("old"), ...asset("a", ["old"]));
        upkeep.before(1, all);
        yield* commit({ ...(assessment as PutWrite), body: { ...(assessment?.body as object), assessedAt: 9 } });
        expect([latest("a"), upkeep.isDue(1, all)]).toEqual([1, false]);
        yield* commit(...asset("a", ["old", "other"]));
        expect([latest("a"), upkeep.isDue(1, all)]).toEqual([null, true]);
      }),
    ));

  test("is worked out of some assets only, where no more are shown", () =>
    within(({ commit, upkeep, latest, database }) =>
      Effect.gen(function* () {
        yield* commit(patch("old"), ...asset("a", ["old"]), ...asset("b", ["old"]));
        const n = database.prepare<[], number>("SELECT n FROM search_asset WHERE id = 'b'").pluck().get() ?? 0;
        upkeep.assets(1, [n]);
        expect([latest("a"), latest("b")]).toEqual([null, 1]);
      }),
    ));

  test("goes by what stands, whatever was in memory when patches went or tables were made anew", () =>
    within(({ commit, remove, upkeep, latest, database }) =>
      Effect.gen(function* () {
        yield* commit(patch("old"), replacing("new", "old"), ...asset("a", ["old", "new"]));
        upkeep.before(1, all);
        expect(latest("a")).toBe(1);
        yield* remove("patch", "new");
        // Another process is quicker.
        Upkeep.make(database).before(1, all);
        yield* commit(patch("third"), ...asset("a", ["old", "new", "third"]));
        upkeep.before(1, all);
        expect(latest("a")).toBe(3);
        yield* commit(replacing("new", "old"));
        upkeep.before(1, all);
        expect(latest("a")).toBe(2);
        yield* remove("patch", "new");
        Reindex.run(database);
        expect(latest("a")).toBe(null);
        upkeep.before(1, all);
        expect(latest("a")).toBe(3);
      }),
    ));
});
