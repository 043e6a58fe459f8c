/**
 * Searches of the SQLite storage: what is done soon on the thread that asks, whatever may last on a thread of its own
 * ({@link ./ThreadPool.ts}), so that the event loop stays free.
 *
 * Each thread has its own connection, and begins to read when the search comes to it: a search sees every commit that was
 * answered before it was asked. What search tables have to be brought up to date for is done where the search is.
 */
import { availableParallelism } from "node:os";
import { StorageError } from "@fettle/core";
import type { Database } from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as SqliteReader from "../../SqliteReader.ts";
import * as WriteTurns from "../../WriteTurns.ts";
import * as SqliteSearch from "../asking/SqliteSearch.ts";
import * as SearchCall from "./SearchCall.ts";
import * as SearchCost from "./SearchCost.ts";
import * as SearchProgram from "./SearchProgram.ts";
import type { Reply, Timed } from "./SearchWorker.ts";
import * as ThreadPool from "./ThreadPool.ts";

/** Threads of one storage that search at the same time, at most. Each has a connection, and caches of its own. */
export const THREADS_MAX = 2;

/** As many as are of use here: searches take all of a core, and the event loop needs one. */
export const threadsHere = (): number => Math.max(1, Math.min(THREADS_MAX, availableParallelism() - 1));

/** What is thought to take as long as this, in milliseconds, is searched on a thread of its own. */
export const WORKER_FROM_MS = 5;

/** How long a search may take from when it is asked, in milliseconds. */
export const STATEMENT_TIMEOUT_MS = 30_000;

/** What is thought to take so much of that time is made to end wherever it is, which costs a twentieth of it. */
const LATE_SHARE = 1 / 6;

export interface SearchOptions {
  /** {@link threadsHere} when left out; 0: everything is searched on the thread that asks, whatever it takes. */
  readonly threads?: number;
  /** {@link WORKER_FROM_MS} when left out; 0: nothing is searched on the thread that asks. */
  readonly workerFromMs?: number;
  /** {@link STATEMENT_TIMEOUT_MS} when left out. It ends only what is searched on a thread of its own. */
  readonly timeoutMs?: number;
  /**
   * The program of the threads, for hosts that are bundled into one file: `@fettle/adapters/storage/sqlite/worker` as an
   * entry of their bundle. Left out, it is looked for where the package has it.
   */
  readonly program?: URL;
}

type Searches = SqliteSearch.SqliteSearch;
type Answer<M extends keyof Searches> = Effect.Effect<ReturnType<Searches[M]>, StorageError>;

/** The methods of a connection's search, as effects. */
export type SearchIndex = { readonly [M in keyof Searches]: (...args: Parameters<Searches[M]>) => Answer<M> };

export interface SearchThreads {
  readonly index: SearchIndex;
  /** Whose turn it is to write (see {@link WriteTurns}): to be taken and left for each transaction of the storage. */
  readonly turns: Pick<WriteTurns.StorageTurns, "take" | "leave">;
  /** Ends the threads, and answers what is under way there as Unavailable. */
  readonly close: Effect.Effect<void>;
  /** Threads that were started and haven't ended. */
  readonly threads: () => number;
}

/** `database` is the connection of the thread that asks, to the same file. */
export const make = (database: Database, file: string, options: SearchOptions = {}): SearchThreads => {
  const { workerFromMs = WORKER_FROM_MS, timeoutMs = STATEMENT_TIMEOUT_MS } = options;
  const shared = WriteTurns.share();
  const turns = WriteTurns.ofStorage(shared);
  const search = SqliteSearch.make(database);
  const cost = SearchCost.make(database);
  const pool = poolOf(options, { file, turns: shared }, turns.ended);
  const warn = pool === null && options.threads !== 0 ? warningOnce() : () => undefined;
  const asked = <M extends keyof Searches>(method: M, args: Parameters<Searches[M]>): Answer<M> => {
    const operation = `search.${method}`;
    const carry = search[method] as (...args: readonly unknown[]) => unknown;
    return Effect.flatMap(
      SqliteReader.reading(operation, () => cost.of(method, args)),
      ({ ms, isWriting, key }) => {
        const isSoonDone = ms < workerFromMs && (!isWriting || turns.isFree());
        if (!isSoonDone) warn();
        const timed =
          isSoonDone || pool === null
            ? SqliteReader.reading(operation, () => timing(() => carry(...args)))
            : elsewhere(pool, SearchCall.make(method, args, ms > timeoutMs * LATE_SHARE), {
                operation,
                timeoutMs,
                isWriting,
                tookTooLong: () => {
                  if (key !== null && !isWriting) cost.took(key, timeoutMs);
                },
              });
        return Effect.map(timed, (answer) => {
          if (key !== null) cost.took(key, answer.ms);
          return answer.value as ReturnType<Searches[M]>;
        });
      },
    );
  };
  const methods = (Object.keys(search) as readonly (keyof Searches)[]).map((method) => [
    method,
    (...args: Parameters<Searches[typeof method]>) => asked(method, args),
  ]);
  return {
    index: Object.fromEntries(methods) as SearchIndex,
    turns: {
      take: turns.take,
      leave: () => {
        turns.leave();
        cost.changed();
      },
    },
    close: Effect.suspend(() => {
      const isAlone = pool === null || pool.threads() === 0;
      const ended = pool?.close();
      return isAlone ? Effect.void : Effect.promise(async () => ended);
    }),
    threads: () => pool?.threads() ?? 0,
  };
};

type Pool = ThreadPool.ThreadPool<SearchCall.SearchCall, Reply>;

const poolOf = (
  { threads = threadsHere(), timeoutMs = STATEMENT_TIMEOUT_MS, program: given }: SearchOptions,
  shared: { readonly file: string; readonly turns: WriteTurns.Shared },
  onEnd: (thread: number) => void,
): Pool | null => {
  const program = threads === 0 ? null : (given ?? SearchProgram.find());
  if (program === null) return null;
  return ThreadPool.make({
    start: (thread, stop) => SearchProgram.start(program, { ...shared, thread, stop }),
    threads,
    timeoutMs,
    onEnd,
  });
};

// Not before it matters: most fleets that are bundled are small.
const warningOnce = (): (() => void) => {
  let isTold = false;
  return () => {
    if (!isTold) process.emitWarning(NOT_FOUND, { code: "FETTLE_SEARCH_WORKER" });
    isTold = true;
  };
};

const NOT_FOUND =
  "searches hold up the event loop, as the program of their threads isn't beside this bundle: make " +
  "@fettle/adapters/storage/sqlite/worker an entry of it and name it to SqliteStorage.open (search.program), or say search.threads: 0";

const timing = <A>(work: () => A): Timed<A> => {
  const begun = performance.now();
  const value = work();
  return { value, ms: performance.now() - begun };
};

interface Asked {
  readonly operation: string;
  readonly timeoutMs: number;
  /** Whether search tables had to be brought up to date first. */
  readonly isWriting: boolean;
  readonly tookTooLong: () => void;
}

const elsewhere = (
  pool: Pool,
  call: SearchCall.SearchCall,
  asked: Asked,
): Effect.Effect<Timed<unknown>, StorageError> =>
  Effect.callback((resume) => {
    const takeBack = pool.submit(call, (outcome) => resume(answerOf(outcome, asked)));
    return Effect.sync(takeBack);
  });

const answerOf = (outcome: ThreadPool.Outcome<Reply>, asked: Asked): Effect.Effect<Timed<unknown>, StorageError> => {
  const { operation } = asked;
  const failed = (error: Pick<StorageError, "reason" | "message" | "isRetryable">) =>
    Effect.fail(new StorageError({ operation, ...error }));
  switch (outcome._tag) {
    case "Replied": {
      const { reply } = outcome;
      if (reply._tag === "Answered") return Effect.succeed(reply);
      if (reply._tag === "Stopped") return failed(lateness({ hasWaited: false }, asked));
      return reply._tag === "Failed" ? failed(reply.error) : Effect.die(new Error(reply.stack));
    }
    case "Late":
      if (!outcome.hasWaited) asked.tookTooLong();
      return failed(lateness(outcome, asked));
    case "Crashed":
      return failed({
        reason: "Unavailable",
        message: `the thread of ${operation} ended twice under it: ${outcome.why}`,
        isRetryable: true,
      });
    case "Closed":
      return failed({
        reason: "Unavailable",
        message: `the storage was closed under ${operation}`,
        isRetryable: false,
      });
  }
};

const lateness = (
  { hasWaited }: { readonly hasWaited: boolean },
  { operation, timeoutMs, isWriting }: Asked,
): Pick<StorageError, "reason" | "message" | "isRetryable"> => {
  if (hasWaited) {
    const message = `${operation} waited ${timeoutMs} ms for a thread: others search already; ask again later`;
    return { reason: "Busy", message, isRetryable: true };
  }
  const given = `${operation} took longer than ${timeoutMs} ms and was given up`;
  // Each step of that is committed.
  if (isWriting) {
    const why = "it had to work out anew which patches others take the place of; what is done stays done, so ask again";
    return { reason: "Busy", message: `${given}: ${why}`, isRetryable: true };
  }
  const how =
    "ask for less, by a name, an id, a tag or a date; assets.explainPlan tells which condition has everything read";
  return { reason: "Unavailable", message: `${given}: ${how}`, isRetryable: false };
};
