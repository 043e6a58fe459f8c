/** An agent process that only writes its journal. Arguments: what to do, the file, and the first number. */
import * as Effect from "effect/Effect";
import { SqliteJournal } from "../../src/journal/sqlite/index.ts";
import { print, waitForGo } from "../storage/ChildProcess.ts";

const [, , what = "", file = "", number = "0"] = process.argv;

// Three records at a time; the last number is printed once the append has returned.
const append = (journal: SqliteJournal.SqliteJournal) =>
  Effect.gen(function* () {
    for (let n = Number(number); ; n += 3) {
      yield* journal.append([n, n + 1, n + 2].map((through) => ({ _tag: "SequenceReserved", through })));
      print(`${n + 2}`);
    }
  });

const program = Effect.gen(function* () {
  waitForGo();
  const journal = yield* SqliteJournal.open({ file });
  print("open");
  if (what === "append") yield* append(journal);
  waitForGo();
});

const result = await Effect.runPromise(Effect.result(Effect.scoped(program)));
if (result._tag === "Failure") print(`${result.failure.reason}: ${result.failure.message}`);
