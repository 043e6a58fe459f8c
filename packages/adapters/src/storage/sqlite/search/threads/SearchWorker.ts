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
import * as SqliteSearch from "../asking/SqliteSearch.ts";
import * as SearchCall from "./SearchCall.ts";

/** What the thread is started with. */
export interface Start {
  readonly file: string;
  readonly turns: WriteTurns.Shared;
  /** From 1 on; of no other thread of this storage. */
  readonly thread: number;
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
  /** A fault of the code. */
  | { readonly _tag: "Bug"; readonly stack: string };

const opened = ({ file, turns, thread }: Start): ReturnType<typeof SearchCall.carrier> => {
  const database = new Database(file, { fileMustExist: true, timeout: BUSY_WAIT_MS });
  // What is written here is made of what is durable already, and made again when it was lost.
  database.pragma("synchronous = NORMAL");
  return SearchCall.carrier(SqliteSearch.make(database, WriteTurns.ofThread(turns, thread)));
};

const serve = (start: Start): ((call: SearchCall.SearchCall) => Reply) => {
  let carry: ReturnType<typeof opened> | null = null;
  return (call) => {
    try {
      carry ??= opened(start);
      const begun = performance.now();
      const value = carry(call);
      return { _tag: "Answered", value, ms: performance.now() - begun };
    } catch (thrown) {
      const error = toStorageError(call.method, thrown);
      if (error === null) return { _tag: "Bug", stack: thrown instanceof Error ? `${thrown.stack}` : String(thrown) };
      const { reason, message, isRetryable } = error;
      return { _tag: "Failed", error: { reason, message, isRetryable } };
    }
  };
};

const isStart = (data: unknown): data is Start =>
  typeof data === "object" && data !== null && "file" in data && "turns" in data && "thread" in data;

if (parentPort !== null && isStart(workerData)) {
  const port = parentPort;
  const reply = serve(workerData);
  port.on("message", (call: SearchCall.SearchCall) => port.postMessage(reply(call)));
}
