/**
 * The program of a thread that carries out searches over a connection of its own (see {@link ./SearchThreads.ts}); does nothing
 * where it isn't started as one. Hosts that bundle make it an entry of their bundle and name it to `SqliteStorage.open`.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { StorageError } from "@fettle/core";
import Database from "better-sqlite3";
import { BUSY_WAIT_MS } from "../../../sql/SqliteFile.ts";
import { toStorageError } from "../../SqliteError.ts";
import * as WriteTurns from "../../WriteTurns.ts";
import * as Interruptible from "../asking/Interruptible.ts";
import * as SqliteSearch from "../asking/SqliteSearch.ts";
import * as SearchCall from "./SearchCall.ts";

/** What the thread is started with. */
export interface Start {
  readonly file: string;
  readonly turns: WriteTurns.Shared;
  /** From 1 on; of no other thread of this storage. */
  readonly thread: number;
  /** Where it is told to end what it does (see {@link ./ThreadPool.ts}). */
  readonly stop: SharedArrayBuffer;
}

/** An answer, and how long it took in milliseconds. */
export interface Timed<A> {
  readonly value: A;
  readonly ms: number;
}

/** What comes back for a call. */
export type Reply =
  | ({ readonly _tag: "Answered" } & Timed<unknown>)
  | { readonly _tag: "Failed"; readonly error: Pick<StorageError, "reason" | "message" | "isRetryable"> }
  /** It was told to end, and nobody waits for its answer. */
  | { readonly _tag: "Stopped" }
  /** A fault of the code. */
  | { readonly _tag: "Bug"; readonly stack: string };

type Carry = ReturnType<typeof SearchCall.carrier>;

const opened = ({ file, turns, thread }: Start, interruption: Interruptible.Interruption): Carry => {
  const database = new Database(file, { fileMustExist: true, timeout: BUSY_WAIT_MS });
  // What is written here is made of what is durable already, and made again when it was lost.
  database.pragma("synchronous = NORMAL");
  Interruptible.enable(database, interruption);
  const inTurn = WriteTurns.ofThread(turns, thread);
  // What was begun is written to its end: it would have to be done again.
  const unlessStopped: WriteTurns.InTurn = (write) => {
    Interruptible.endIfStopped(interruption);
    return inTurn(write);
  };
  return SearchCall.carrier(SqliteSearch.make(database, unlessStopped));
};

const serve = (start: Start): ((call: SearchCall.SearchCall) => Reply) => {
  const stop = new Int32Array(start.stop);
  let calls = 0;
  let isThorough = false;
  const interruption = { isStopped: () => Atomics.load(stop, 0) >= calls, isThorough: () => isThorough };
  let carry: Carry | null = null;
  return (call) => {
    calls += 1;
    isThorough = call.mayBeLate;
    try {
      carry ??= opened(start, interruption);
      const begun = performance.now();
      const value = carry(call);
      return { _tag: "Answered", value, ms: performance.now() - begun };
    } catch (thrown) {
      return replyOf(call, thrown);
    }
  };
};

const replyOf = (call: SearchCall.SearchCall, thrown: unknown): Reply => {
  if (thrown instanceof Interruptible.Stopped) return { _tag: "Stopped" };
  const error = toStorageError(call.method, thrown);
  if (error === null) return { _tag: "Bug", stack: thrown instanceof Error ? `${thrown.stack}` : String(thrown) };
  const { reason, message, isRetryable } = error;
  return { _tag: "Failed", error: { reason, message, isRetryable } };
};

const isStart = (data: unknown): data is Start =>
  typeof data === "object" && data !== null && "file" in data && "turns" in data && "thread" in data;

if (parentPort !== null && isStart(workerData)) {
  const port = parentPort;
  const reply = serve(workerData);
  port.on("message", (call: SearchCall.SearchCall) => port.postMessage(reply(call)));
}
