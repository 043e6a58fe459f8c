import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type AssetIndexQuestion, type AssetPaging, PatchCatalog, type StorageShape, Tenant } from "@fettle/core";
import { AssetBuilders, PatchBuilders } from "@fettle/core/testing";
import * as Qql from "@fettle/qql";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import { beforeAll, describe, expect, it } from "vitest";
import * as SqliteStorage from "../../../src/storage/sqlite/SqliteStorage.ts";
import * as SqliteSearch from "../../../src/storage/sqlite/search/asking/SqliteSearch.ts";
import * as SearchThreads from "../../../src/storage/sqlite/search/threads/SearchThreads.ts";
import * as ThreadPool from "../../../src/storage/sqlite/search/threads/ThreadPool.ts";
import { bundle } from "../Bundle.ts";
import { directories } from "../Directories.ts";

const program = pathToFileURL(
  await bundle(new URL("../../../src/storage/sqlite/search/threads/SearchWorker.ts", import.meta.url)),
);

const directory = directories();
const file = join(directory(), "storage.db");
const acme = Tenant.of("acme");

const ASSETS = 150;
const PATCHES = 400;
const uuid = (n: number): string => `00000000-0000-4000-a000-${n.toString(16).padStart(12, "0")}`;
const patchId = (n: number): string => `FTSA-2026:${String(n).padStart(5, "0")}`;

type Write = Parameters<StorageShape["commit"]>[0]["writes"][number];
const put = (kind: "asset" | "patch" | "assessment", id: string, body: object): Write => ({
  _tag: "Put",
  kind,
  id,
  body: body as never,
  indexes: [],
});

/** Every asset lacks every patch. */
const fleet = (): readonly Write[] => {
  const patches = Array.from({ length: PATCHES }, (_, i) => patchId(i));
  return [
    ...patches.map((id) => put("patch", id, PatchBuilders.advisory(id))),
    ...Array.from({ length: ASSETS }, (_, i) => uuid(i)).flatMap((id) => [
      put("asset", id, AssetBuilders.asset(id, { name: `web-${id}`, activations: { PM: 1 } })),
      put("assessment", id, AssetBuilders.assessment(patches, [], { assessedAt: 1 })),
    ]),
  ];
};

const compiled = (text: string) => {
  const query = Qql.compile(PatchCatalog.catalog, text);
  if (!query.ok) throw new Error(text);
  return query.value;
};

const ofPatches = (patch: string | null): AssetIndexQuestion => ({
  asset: null,
  patch: patch === null ? null : compiled(patch),
  view: "missing",
  seen: null,
  seats: { _tag: "Activated" },
  asOf: 0,
});

/** Counts the assets that lack a patch, for each patch, as many times: some seconds of one statement. */
const slow = (times: number): AssetIndexQuestion =>
  ofPatches(Array.from({ length: times }, (_, i) => `missingCount > ${ASSETS + i}`).join(" or "));

const paging: AssetPaging = { by: "name", direction: "ascending", after: null, limit: 10 };

/** What searches on threads of the file, with how many threads it has; everything goes there. */
const using = <A>(
  options: SearchThreads.SearchOptions,
  use: (search: SearchThreads.SearchIndex, threads: () => number) => Effect.Effect<A, unknown>,
): Promise<A> => {
  const database = new Database(file);
  const threads = SearchThreads.make(database, file, { threads: 1, workerFromMs: 0, program, ...options });
  const ended = Effect.andThen(
    threads.close,
    Effect.sync(() => database.close()),
  );
  return Effect.runPromise(Effect.ensuring(use(threads.index, threads.threads), ended));
};

const timed = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const begun = performance.now();
    const value = yield* effect;
    return { value, ms: performance.now() - begun };
  });

let started = 0;
const starting = (): void => {
  started += 1;
};

describe("a search that is told to end", () => {
  beforeAll(async () => {
    process.on("worker", starting);
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const storage = yield* SqliteStorage.open({ file });
          const batch = { tenantId: acme, expect: [], counters: [], uniques: [], events: [] };
          yield* storage.commit({ ...batch, writes: fleet() });
          // Works out the latest, so that nothing has to be written any more.
          yield* (storage.search as SearchThreads.SearchIndex).assets(acme, ofPatches(null), {
            ...paging,
            limit: 1_000,
          });
        }),
      ),
    );
    return () => process.off("worker", starting);
  });

  it("ends inside its statement when its time is over, and its thread answers the next one", () =>
    using({ timeoutMs: 500 }, (search, threads) =>
      Effect.gen(function* () {
        // Until the thread has started.
        yield* Effect.retry(search.assets(acme, ofPatches(null), paging), { times: 20 });
        const before = started;
        for (let i = 0; i < 3; i += 1) {
          const late = yield* timed(Effect.flip(search.assets(acme, slow(300), paging)));
          expect(late.value).toMatchObject({ reason: "Unavailable", message: expect.stringMatching(/took longer/) });
          expect(late.ms).toBeLessThan(500 + ThreadPool.STOP_WAIT_MS);
          expect((yield* search.assets(acme, ofPatches(null), paging)).total).toBe(ASSETS);
        }
        // One that doesn't stop soon is replaced.
        expect([threads(), started - before]).toEqual([1, 0]);
      }),
    ));

  it("ends as soon as nobody waits for it any more, and its thread answers the next one", () =>
    using({}, (search, threads) =>
      Effect.gen(function* () {
        yield* search.assets(acme, ofPatches(null), paging);
        const before = started;
        const fiber = yield* Effect.forkChild(search.assets(acme, slow(300), paging), { startImmediately: true });
        yield* Effect.sleep(400);
        yield* Fiber.interrupt(fiber);
        expect((yield* search.assets(acme, ofPatches(null), paging)).total).toBe(ASSETS);
        expect([threads(), started - before]).toEqual([1, 0]);
      }),
    ));

  it("is not told to while it has time, and answers what it would elsewhere", () =>
    using({}, (search) =>
      Effect.gen(function* () {
        const database = new Database(file, { readonly: true });
        const here = SqliteSearch.make(database);
        for (const question of [slow(40), ofPatches(`missingCount: ${ASSETS} and not missingCount > ${ASSETS}`)]) {
          const found = yield* search.assets(acme, question, paging);
          expect(found).toEqual(here.assets(acme, question, paging));
        }
        database.close();
      }),
    ));

  it("one that doesn't is left behind, and its thread replaced", () => {
    const deaf = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort, workerData } from "node:worker_threads";
        if (workerData.thread === 1) parentPort.on("message", () => { for (;;); });
        else await import(${JSON.stringify(program.href)});`)}`,
    );
    return using({ program: deaf, timeoutMs: 300 }, (search, threads) =>
      Effect.gen(function* () {
        yield* Effect.flip(search.assets(acme, ofPatches(null), paging));
        yield* Effect.sleep(ThreadPool.STOP_WAIT_MS + 100);
        const answer = Effect.retry(search.assets(acme, ofPatches(null), paging), { times: 20 });
        expect((yield* answer).total).toBe(ASSETS);
        expect(threads()).toBe(1);
      }),
    );
  });
});
