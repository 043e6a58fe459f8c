/** A process that opens a storage whose search tables are due. Arguments: the file. Prints how far it came, and the end. */
import * as Effect from "effect/Effect";
import { SqliteStorage } from "../../../src/storage/sqlite/index.ts";
import { print, waitForGo } from "../ChildProcess.ts";

const [, , file = ""] = process.argv;

print("ready");
waitForGo();
await Effect.runPromise(
  Effect.scoped(
    Effect.asVoid(
      SqliteStorage.open({ file, onReindex: ({ kind, done, total }) => print(`${kind} ${done} ${total}`) }),
    ),
  ),
);
print("open");
