/** A process that uses a storage beside others. Arguments: what to do, the file, and a number. */
import * as Effect from "effect/Effect";
import { SqliteStorage as Sqlite } from "../../src/storage/sqlite/index.ts";
import type { SqliteStorage } from "../../src/storage/sqlite/SqliteStorage.ts";
import { print, waitForGo } from "./ChildProcess.ts";

const [, , what = "", file = "", number = "0"] = process.argv;
const from = Number(number);

const batch = (id: string, n: number, ceiling: number) => ({
  tenantId: "t",
  expect: [{ kind: "job", id, revision: "absent" }] as const,
  counters: [{ key: "jobs", by: 1, ceiling }],
  uniques: [{ key: `title/${id}`, owner: id }],
  writes: [{ _tag: "Put", kind: "job", id, body: { n }, indexes: [{ name: "all", value: "1" }] }] as const,
  events: [{ type: "JobCreated", kind: "job", id, at: n, body: { n } }] as const,
});

// Ten at once, again and again, each number printed once its commit was answered.
const write = (storage: SqliteStorage) =>
  Effect.gen(function* () {
    for (let n = from; ; n += 10) {
      const ten = Array.from({ length: 10 }, (_, i) => n + i);
      const commits = ten.map((m) =>
        Effect.map(storage.commit(batch(`job-${String(m).padStart(7, "0")}`, m, 1e9)), (answer) => {
          if (answer._tag === "Committed") print(`${m}`);
        }),
      );
      yield* Effect.all(commits, { concurrency: "unbounded" });
    }
  });

// One hundred batches with a limit that all processes share; prints how many were committed.
const compete = (storage: SqliteStorage) =>
  Effect.gen(function* () {
    let committed = 0;
    for (let round = 0; round < 20; round += 1) {
      const five = Array.from({ length: 5 }, (_, i) => batch(`${number}-${round}-${i}`, i, 120));
      const answers = yield* Effect.all(five.map(storage.commit), { concurrency: "unbounded" });
      committed += answers.filter((a) => a._tag === "Committed").length;
    }
    print(`${committed}`);
  });

// A new file at each go; prints how many tenants it has.
const openMany = Effect.gen(function* () {
  print("ready");
  for (let i = 0; i < from; i += 1) {
    waitForGo();
    const storage = yield* Sqlite.open({ file: `${file}-${i}` });
    print(`${(yield* storage.tenants()).length}`);
  }
});

const work = Effect.gen(function* () {
  const storage = yield* Sqlite.open({ file });
  waitForGo();
  yield* what === "write" ? write(storage) : compete(storage);
});

const program = what === "open" ? openMany : work;

await Effect.runPromise(Effect.scoped(program));
