/**
 * A process that writes beside many others to one file, and then prints what it did as one line of JSON. Arguments: the file,
 * its own number, how many rounds.
 */
import type { Batch, CommitAnswer } from "@fettle/core";
import * as Effect from "effect/Effect";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { print, waitForGo } from "./ChildProcess.ts";
import { claim, type Done, OPTIMISTS, raise, seat } from "./StormBatches.ts";

const [, , file = "", own = "0", rounds = "1"] = process.argv;

const done = { raised: 0, slots: [] as number[], seats: 0, busy: 0, conflicts: 0, unexpected: [] as string[] };

// Nothing of a batch that was answered as Busy has happened: the same one is sent again.
const commit = (storage: SqliteStorage.SqliteStorage, batch: Batch): Effect.Effect<CommitAnswer> =>
  Effect.catch(storage.commit(batch), (error) => {
    if (error.reason === "Busy" && error.isRetryable) done.busy += 1;
    else done.unexpected.push(`${error.reason} ${error.isRetryable}: ${error.message}`);
    return done.unexpected.length > 5 ? Effect.die(error) : commit(storage, batch);
  });

const take = (storage: SqliteStorage.SqliteStorage, round: number) =>
  Effect.gen(function* () {
    const [slot, taken] = yield* Effect.all(
      [commit(storage, claim(round, own)), commit(storage, seat(`${own}-${round}`))],
      { concurrency: "unbounded" },
    );
    if (slot._tag === "Committed") done.slots.push(round);
    if (taken._tag === "Committed") done.seats += 1;
  });

// Reads, adds one, and writes only if nobody else did in between; else once more from the beginning.
const add = (storage: SqliteStorage.SqliteStorage, id: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    const known = yield* Effect.orDie(storage.get("t", "job", id));
    const answer = yield* commit(storage, raise(id, known, own));
    if (answer._tag === "Committed") {
      done.raised += 1;
      return;
    }
    done.conflicts += 1;
    yield* add(storage, id);
  });

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const storage = yield* SqliteStorage.open({ file });
      print("ready");
      waitForGo();
      for (let round = 0; round < Number(rounds); round += 1) {
        yield* Effect.all([take(storage, round), add(storage, `shared-${round % OPTIMISTS}`)], {
          concurrency: "unbounded",
        });
      }
    }),
  ),
);
print(JSON.stringify(done satisfies Done));
