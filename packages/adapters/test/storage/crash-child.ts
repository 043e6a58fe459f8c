/**
 * A process that is to be killed: lanes that each commit one batch after another, all at once, so that groups of several
 * batches are in flight. Prints `lane n` once the `n`-th batch of a lane was answered. Arguments: the file, how many lanes.
 */
import * as Effect from "effect/Effect";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { print, waitForGo } from "./ChildProcess.ts";
import { step } from "./CrashSteps.ts";

const [, , file = "", lanes = "1"] = process.argv;

const run = (storage: SqliteStorage.SqliteStorage, lane: number) =>
  Effect.gen(function* () {
    let n = (yield* storage.get("t", "job", `lane-${lane}`))?.revision ?? 0;
    for (;;) {
      n += 1;
      const answer = yield* storage.commit(step(lane, n));
      if (answer._tag !== "Committed") throw new Error(`lane ${lane} was refused at ${n}: ${JSON.stringify(answer)}`);
      print(`${lane} ${n}`);
    }
  });

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      waitForGo();
      const storage = yield* SqliteStorage.open({ file });
      const all = Array.from({ length: Number(lanes) }, (_, lane) => run(storage, lane));
      yield* Effect.all(all, { concurrency: "unbounded" });
    }),
  ),
);
