import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  AssetCatalog,
  AssetFacets,
  type AssetHits,
  type AssetIndexQuestion,
  type AssetPaging,
  type SearchIndexShape,
  type StorageError,
  type StoredJson,
  Tenant,
} from "@fettle/core";
import { AssetBuilders, SearchReference } from "@fettle/core/testing";
import { SearchArbitraries } from "@fettle/core/testing/arbitraries";
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as ExistingFile from "../../../src/storage/sqlite/ExistingFile.ts";
import * as SqliteStorage from "../../../src/storage/sqlite/SqliteStorage.ts";
import * as ThreadPool from "../../../src/storage/sqlite/search/threads/ThreadPool.ts";
import { built, bundle } from "../Bundle.ts";
import * as ChildProcess from "../ChildProcess.ts";
import { directories } from "../Directories.ts";

const runs = (times: number) => ({
  numRuns: Math.ceil(times * Number(process.env.FETTLE_RUNS ?? 1)),
  seed: Number(process.env.FETTLE_SEED ?? 20260202),
});

// A thread of the whole source tree starts slowly.
const program = pathToFileURL(
  await bundle(new URL("../../../src/storage/sqlite/search/threads/SearchWorker.ts", import.meta.url)),
);

type TenantId = ReturnType<typeof Tenant.of>;

const directory = directories();
const acme = Tenant.of("acme");

const file = (): string => join(directory(), "storage.db");

/** A storage whose every search goes to a thread. */
const using = <A>(
  search: SqliteStorage.SearchOptions,
  use: (storage: SqliteStorage.SqliteStorage & { readonly search: SearchIndexShape }) => Effect.Effect<A, unknown>,
  at = file(),
): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(
        SqliteStorage.open({ file: at, search: { threads: 2, workerFromMs: 0, program, ...search } }),
        (storage) => use(storage as never),
      ),
    ),
  );

const commit = (
  storage: SqliteStorage.SqliteStorage,
  tenantId: TenantId,
  writes: Parameters<SqliteStorage.SqliteStorage["commit"]>[0]["writes"],
) => storage.commit({ tenantId, expect: [], counters: [], uniques: [], writes, events: [] });

const asset = (id: string, name: string) => ({
  _tag: "Put" as const,
  kind: "asset" as const,
  id,
  body: AssetBuilders.asset(id, { name, activations: { PM: 1 } }) as unknown as StoredJson,
  indexes: [],
});

const question = (text: string | null): AssetIndexQuestion => {
  const query = text === null ? null : Qql.compile(AssetCatalog.catalog, text);
  if (query?.ok === false) throw new Error(text ?? "");
  return { asset: query?.value ?? null, patch: null, view: "all", seen: null, seats: { _tag: "Activated" }, asOf: 0 };
};

const paging: AssetPaging = { by: "name", direction: "ascending", after: null, limit: 50 };

const failure = <A>(effect: Effect.Effect<A, StorageError>): Effect.Effect<StorageError> =>
  Effect.flip(effect) as never;

/** A thread that never answers, though something is asked of it. */
const stuck = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    parentPort.on("message", () => { for (;;); });`)}`,
);

describe("searches on threads of their own", () => {
  it("AST-03, AST-04, AST-12, LIC-05: answer what the reference does", async () => {
    let some = 0;
    await using({}, (storage) =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(
            fc.uuid(),
            SearchArbitraries.history,
            fc.array(fc.tuple(SearchArbitraries.question, SearchArbitraries.paging), { minLength: 4, maxLength: 4 }),
            async (name, history, questions) => {
              // Each history is a tenant of its own, so that threads aren't started for each.
              const tenantId = Tenant.of(name);
              for (const writes of history) await Effect.runPromise(commit(storage, tenantId, writes));
              const reference = SearchReference.over(storage);
              for (const [asked, by] of questions) {
                const found = await Effect.runPromise(walked(storage.search, tenantId, asked, by));
                expect(found).toEqual(await Effect.runPromise(walked(reference, tenantId, asked, by)));
                some += found[0]?.total ?? 0;
                const facets = { facets: AssetFacets.facets, values: 100 };
                const tallies = await Effect.runPromise(storage.search.assetFacets(tenantId, asked, facets));
                const wanted = await Effect.runPromise(reference.assetFacets(tenantId, asked, facets));
                expect(tallies.map(counts)).toEqual(wanted.map(counts));
                const ids = ["a", ...(found[0]?.hits.map(({ id }) => id) ?? [])];
                expect(await Effect.runPromise(storage.search.licensed(tenantId, asked.seats, ids))).toEqual(
                  await Effect.runPromise(reference.licensed(tenantId, asked.seats, ids)),
                );
              }
            },
          ),
          runs(40),
        ),
      ),
    );
    expect(some).toBeGreaterThan(0);
  });

  it("see every commit that was answered before they were asked", () =>
    using({}, (storage) =>
      Effect.gen(function* () {
        for (let i = 0; i < 40; i += 1) {
          yield* commit(storage, acme, [asset(`a${i % 7}`, `web-${i}`)]);
          const { hits } = yield* storage.search.assets(acme, question(`name: \`web-${i}\``), paging);
          expect(hits.map(({ id }) => id)).toEqual([`a${i % 7}`]);
        }
      }),
    ));

  it("asked fifty at once while others write are all answered, each for itself", () =>
    using({}, (storage) =>
      Effect.gen(function* () {
        const names = Array.from({ length: 50 }, (_, i) => `web-${i}`);
        yield* commit(
          storage,
          acme,
          names.map((name, i) => asset(`a${i}`, name)),
        );
        const searches = names.map((name) =>
          Effect.map(storage.search.assets(acme, question(`name: \`${name}\``), paging), ({ hits }) =>
            hits.map((h) => h.id),
          ),
        );
        const writes = names.map((_, i) => commit(storage, acme, [asset(`b${i}`, `db-${i}`)]));
        const [found] = yield* Effect.all([Effect.all(searches, ALL), Effect.all(writes, ALL)], ALL);
        expect(found).toEqual(names.map((_, i) => [`a${i}`]));
        expect((yield* storage.search.assets(acme, question(null), paging)).total).toBe(100);
      }),
    ));

  it("bring search tables up to date there, while the storage goes on writing", async () => {
    const history = fc.sample(SearchArbitraries.history, { numRuns: 30, seed: 7 }).flat();
    await using({}, (storage) =>
      Effect.gen(function* () {
        const latest = { ...question(null), view: "latest-missing" as const };
        const tenants = [acme, Tenant.of("globex")];
        const work = tenants.flatMap((tenantId) =>
          history.flatMap((writes) => [
            commit(storage, tenantId, writes),
            storage.search.assets(tenantId, latest, { ...paging, by: "latestMissing" }),
          ]),
        );
        yield* Effect.all(work, { concurrency: 8 });
        for (const tenantId of tenants) {
          const found = yield* storage.search.assets(tenantId, latest, paging);
          expect(found).toEqual(yield* SearchReference.over(storage).assets(tenantId, latest, paging));
        }
      }),
    );
  });

  it("that take too long are given up in words, and their thread is replaced", () =>
    using({ program: stuck, threads: 1, timeoutMs: 150 }, ({ search }) =>
      Effect.gen(function* () {
        const asked = [1, 2].map(() => failure(search.assets(acme, question(null), paging)));
        const [first, second] = yield* Effect.all(asked, ALL);
        expect(first).toMatchObject({ operation: "search.assets", reason: "Unavailable", isRetryable: false });
        expect(first?.message).toMatch(/took longer than 150 ms .* ask for less, .* assets\.explainPlan/);
        expect(second).toMatchObject({ reason: "Busy", isRetryable: true });
        expect(second?.message).toMatch(/waited 150 ms for a thread/);
        // Anew, on a thread that was started for it: the first one doesn't stop.
        yield* Effect.sleep(ThreadPool.STOP_WAIT_MS);
        expect(yield* failure(search.assets(acme, question(null), paging))).toMatchObject({ reason: "Unavailable" });
      }),
    ));

  it("that nobody waits for any more let go at once, and hold up no one who closes", () =>
    using({ program: stuck }, (storage) =>
      Effect.gen(function* () {
        const begun = performance.now();
        const fiber = yield* Effect.forkChild(storage.search.assets(acme, question(null), paging), NOW);
        const other = yield* Effect.forkChild(failure(storage.search.assets(acme, question(null), paging)), NOW);
        yield* Fiber.interrupt(fiber);
        yield* storage.close();
        expect(yield* Fiber.join(other)).toMatchObject({ reason: "Unavailable", isRetryable: false });
        expect(yield* failure(storage.search.assets(acme, question(null), paging))).toMatchObject({
          reason: "Unavailable",
        });
        expect(performance.now() - begun).toBeLessThan(SqliteStorage.STATEMENT_TIMEOUT_MS / 3);
      }),
    ));

  it("whose thread ends under them are carried out by another, and in the end answered", () => {
    const dying = new URL(
      "data:text/javascript,import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));",
    );
    return using({ program: dying }, ({ search }) =>
      Effect.gen(function* () {
        const error = yield* failure(search.assets(acme, question(null), paging));
        expect(error).toMatchObject({ reason: "Unavailable", isRetryable: true });
        expect(error.message).toMatch(/ended twice under it: it ended with 3/);
      }),
    );
  });

  it("whose thread is killed once are answered all the same, by the next one", () => {
    const killed = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort, workerData } from "node:worker_threads";
        if (workerData.thread === 1) parentPort.on("message", () => process.exit(9));
        else await import(${JSON.stringify(program.href)});`)}`,
    );
    return using({ program: killed, threads: 1 }, (storage) =>
      Effect.gen(function* () {
        yield* commit(storage, acme, [asset("a", "web-1")]);
        const searches = [1, 2, 3].map(() => storage.search.assets(acme, question("name: web*"), paging));
        expect((yield* Effect.all(searches, ALL)).map(({ total }) => total)).toEqual([1, 1, 1]);
      }),
    );
  });

  it("start no thread for a storage that is closed", () =>
    using({ workerFromMs: 5 }, (storage) =>
      Effect.gen(function* () {
        yield* storage.search.assets(acme, question(null), paging);
        Effect.runSync(storage.close());
        const late = yield* failure(storage.search.assets(acme, question(null), paging));
        expect(late).toMatchObject({ reason: "Unavailable", isRetryable: false });
      }),
    ));

  it("leave nothing open of a storage that is closed", async () => {
    const at = file();
    await using({}, (storage) => storage.search.assets(acme, question(null), paging), at);
    expect(() => ExistingFile.openAlone(at).close()).not.toThrow();
  });

  it("don't keep a process alive that has nothing else to do", async () => {
    const child = await bundle(new URL("./thread-child.ts", import.meta.url));
    expect(await ChildProcess.start(child, [file(), program.href]).end()).toEqual(["no threads", "1", "threads"]);
  });

  it("find their program where the package is built", async () => {
    const dist = directory();
    const source = (name: string) => fileURLToPath(new URL(`../../../src/storage/sqlite/${name}`, import.meta.url));
    const entries = {
      "storage/sqlite/index": source("index.ts"),
      "storage/sqlite/search/threads/SearchWorker": source("search/threads/SearchWorker.ts"),
      child: fileURLToPath(new URL("./thread-child.ts", import.meta.url)),
    };
    await built(entries, dist);
    expect(await ChildProcess.start(join(dist, "child.js"), [file()]).end()).toEqual(["no threads", "1", "threads"]);
  });

  it("hold up the event loop rather than fail where their program was left behind, and say so once", async () => {
    const child = await bundle(new URL("./thread-child.ts", import.meta.url));
    expect(await ChildProcess.start(child, [file()]).end()).toEqual(["no threads", "1", "no threads", "warned"]);
  });

  it("run from the source that they are developed in", () =>
    using({ program: undefined as never }, (storage) =>
      Effect.gen(function* () {
        yield* commit(storage, acme, [asset("a", "web-1")]);
        expect((yield* storage.search.assets(acme, question("name: web*"), paging)).total).toBe(1);
      }),
    ));
});

const ALL = { concurrency: "unbounded" } as const;
const NOW = { startImmediately: true } as const;

// Of two spellings either may be told.
const counts = ({ facet, values, more }: AssetFacets.Tally) => ({
  facet,
  more,
  values: values
    .map((v) => [v.value === null ? null : Qql.FullText.fold(v.value), v.assets])
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
});

/** Every page of a question's list. */
const walked = Effect.fnUntraced(function* (
  search: SearchIndexShape,
  tenantId: TenantId,
  asked: AssetIndexQuestion,
  from: AssetPaging,
) {
  const pages: AssetHits[] = [];
  let after = from.after;
  do {
    const page: AssetHits = yield* search.assets(tenantId, asked, { ...from, after });
    pages.push(page);
    after = page.next;
  } while (after !== null);
  return pages;
});
