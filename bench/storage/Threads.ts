/** Searches on threads of their own: what the way there costs, and what the event loop feels of them. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import { SqliteStorage } from "@fettle/adapters/storage/sqlite";
import { AssetCatalog } from "@fettle/core";
import * as Qql from "@fettle/qql";
import BetterSqlite from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";
import * as SqliteSearch from "../../packages/adapters/src/storage/sqlite/search/asking/SqliteSearch.ts";
import type { AssetPaging, AssetQuestion, SearchIndexShape } from "../../packages/core/src/ports/SearchIndex.ts";
import type { Contest, Context } from "../Entry.ts";
import * as Fleet from "./Fleet.ts";
import * as OurFile from "./OurFile.ts";
import * as Searching from "./Searching.ts";

/** The file that other figures search, too. */
const fileOf = async (context: Context): Promise<string> =>
  (await Searching.filesOf({ ...context, isFull: false })).ours;

const question = (text: string | null): AssetQuestion => {
  const query = text === null ? null : Qql.compile(AssetCatalog.catalog, text);
  if (query?.ok === false) throw new Error(`${text}: ${query.error[0]?.message}`);
  const asset = query?.value ?? null;
  return { asset, patch: null, view: "all", seen: null, seats: { _tag: "Activated" }, asOf: Fleet.NOW };
};

const paging: AssetPaging = { by: "name", direction: "ascending", after: null, limit: 50 };

interface Opened {
  readonly search: SearchIndexShape;
  readonly close: () => Promise<void>;
}

const open = async (file: string, search: SqliteStorage.SearchOptions): Promise<Opened> => {
  const scope = Effect.runSync(Scope.make());
  const storage = await Effect.runPromise(Scope.provide(SqliteStorage.open({ file, search }), scope));
  if (storage.search === undefined) throw new Error("the storage has no search");
  return { search: storage.search, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) };
};

/** Searches that take a few milliseconds by themselves: a page of names that begin so. */
const LIGHT = Array.from({ length: 8 }, (_, i) => question(`name: ${i % 2 === 0 ? "web" : "sql"}-${i + 1}*`));

/** Each of {@link LIGHT} on a thread, beside a bare message there and back with the same answer, and the search itself. */
export const worker = async (context: Context): Promise<Contest> => workerOver(await fileOf(context));

export const workerOver = async (file: string): Promise<Contest> => {
  const { search, close } = await open(file, { workerFromMs: 0, threads: 1 });
  const ours = async (): Promise<void> => {
    for (const asked of LIGHT) await Effect.runPromise(search.assets(OurFile.TENANT, asked, paging));
  };
  // What has to be brought up to date for these is, from here on.
  await ours();
  const database = new BetterSqlite(file);
  const bare = SqliteSearch.make(database);
  const answers = LIGHT.map((asked) => bare.assets(OurFile.TENANT, asked, paging));
  const echo = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     parentPort.on("message", (i) => parentPort.postMessage(workerData[i]));`,
    { eval: true, workerData: answers },
  );
  const there = (i: number): Promise<unknown> =>
    new Promise((resolve) => {
      echo.once("message", resolve);
      echo.postMessage(i);
    });
  const peer = async (): Promise<void> => {
    for (const [i, asked] of LIGHT.entries()) {
      await there(i);
      bare.assets(OurFile.TENANT, asked, paging);
    }
  };
  return {
    ours: () => msEach(ours, LIGHT.length),
    peer: () => msEach(peer, LIGHT.length),
    close: async () => {
      await echo.terminate();
      database.close();
      await close();
    },
  };
};

const RUN_MS = 1_000;

const msEach = async (work: () => Promise<void>, each: number): Promise<number> => {
  const begun = performance.now();
  let done = 0;
  while (performance.now() - begun < RUN_MS) {
    await work();
    done += each;
  }
  return (performance.now() - begun) / done;
};

/** Searches that look at every asset. */
const HEAVY = ["not name: web*", "platform: Linux", "hardware.manufacturer: *ell*", "dell"].map(question);

/** Milliseconds that the event loop may be held up, in 99 of 100 looks. */
export const DELAY_MS_MAX = 5;

/** Nothing is asked for the time of a run but these, two at once. */
export const loopDelay = async (context: Context): Promise<Contest> => loopDelayOver(await fileOf(context));

export const loopDelayOver = async (file: string): Promise<Contest> => {
  const { search, close } = await open(file, {});
  const asked = async (from: number): Promise<void> => {
    for (let i = 0; i < HEAVY.length; i += 1) {
      const heavy = HEAVY[(from + i) % HEAVY.length] ?? question(null);
      await Effect.runPromise(search.assets(OurFile.TENANT, heavy, paging));
    }
  };
  return {
    ours: async () => {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      await Promise.all([asked(0), asked(2)]);
      delay.disable();
      return delay.percentile(99) / 1e6;
    },
    peer: () => DELAY_MS_MAX,
    close,
  };
};
