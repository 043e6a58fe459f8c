import { copyFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { AgentState, Journal, type JournalRecord } from "@fettle/agent-protocol/agent";
import { JournalConformance } from "@fettle/core/testing";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";
import { describe, expect, test } from "vitest";
import { SqliteJournal } from "../../src/journal/sqlite/index.ts";
import { type Child, delays, start } from "../storage/ChildProcess.ts";
import { directories } from "../storage/Directories.ts";

const directory = directories();
const script = new URL("./journal-child.ts", import.meta.url);

const using = <A>(file: string, use: (journal: SqliteJournal.SqliteJournal) => Effect.Effect<A, unknown>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteJournal.open({ file }), use)));

const openFailure = (file: string) => Effect.runPromise(Effect.flip(Effect.scoped(SqliteJournal.open({ file }))));

const reserved = (through: number): JournalRecord => ({ _tag: "SequenceReserved", through });

const numbersOf = (records: readonly JournalRecord[]): readonly number[] =>
  records.map((r) => (r._tag === "SequenceReserved" ? r.through : -1));

describe("conformance of the journal in SQLite", () => {
  for (const { name, run } of JournalConformance.cases) {
    test(`${name} (SQLite)`, async () => {
      const file = join(directory(), "journal.db");
      const open = () => Scope.provide(SqliteJournal.open({ file }), Effect.runSync(Scope.make()));
      await expect(Effect.runPromise(run({ open }))).resolves.toBeUndefined();
    });
  }
});

describe("a journal under kill -9", () => {
  const CYCLES = 12 * Number(process.env.FETTLE_RUNS ?? 1);

  test("every append that returned is there, in order, and no append is torn", async () => {
    const file = join(directory(), "journal.db");
    let next = start(script, ["append", file, "0"]);
    let written = 0;
    for (const [cycle, delay] of delays(43, CYCLES, 50).entries()) {
      const child: Child = next;
      // Started while this one works; it opens the journal only when let go.
      if (cycle + 1 < CYCLES) next = start(script, ["append", file, `${(cycle + 1) * 1_000_000}`]);
      child.go();
      await child.printed(2);
      await pause(delay);
      await child.kill();
      const told = child.lines.slice(1).map(Number);
      const numbers = numbersOf(await using(file, (journal) => journal.read()));
      const first = cycle * 1_000_000;
      const mine = numbers.filter((n) => n >= first);
      expect(mine).toEqual(mine.map((_, i) => first + i));
      expect(mine.length % 3).toBe(0);
      expect(mine.length - told.length * 3).toBeLessThanOrEqual(3);
      expect(mine).toContain(told.at(-1));
      expect(numbers.length).toBe(written + mine.length);
      written = numbers.length;
    }
  });

  test("a write-ahead log cut anywhere leaves whole appends, from the first on", async () => {
    const source = join(directory(), "source.db");
    const target = directory();
    await using(source, () => Effect.void);
    await using(source, (journal) =>
      Effect.gen(function* () {
        for (let n = 0; n < 24; n += 3) yield* journal.append([reserved(n), reserved(n + 1), reserved(n + 2)]);
        copyFileSync(source, join(target, "a.db"));
        copyFileSync(`${source}-wal`, join(target, "a.db-wal"));
      }),
    );
    const size = statSync(join(target, "a.db-wal")).size;
    const counts = new Set<number>();
    for (let cut = 0; cut <= size; cut += 613) {
      const file = join(target, `cut-${cut}.db`);
      copyFileSync(join(target, "a.db"), file);
      copyFileSync(join(target, "a.db-wal"), `${file}-wal`);
      truncateSync(`${file}-wal`, cut);
      const numbers = numbersOf(await using(file, (journal) => journal.read()));
      expect(numbers).toEqual(numbers.map((_, i) => i));
      counts.add(numbers.length);
    }
    expect([...counts]).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24].slice(0, counts.size));
    expect(counts.size).toBeGreaterThan(7);
  });
});

describe("a journal that was changed", () => {
  const changes = [
    ["a record's text", "UPDATE record SET body = replace(body, '1', '7') WHERE id = 2"],
    ["a record's text and hash", "UPDATE record SET body = '{}', hash = 'x' WHERE id = 2"],
    ["the last record taken away", "DELETE FROM record WHERE id = 4"],
    ["the first record taken away", "DELETE FROM record WHERE id = 1"],
    ["a record in the middle taken away", "DELETE FROM record WHERE id = 3"],
    ["all records taken away", "DELETE FROM record"],
    ["a record added", "INSERT INTO record SELECT 5, body, hash FROM record WHERE id = 4"],
    [
      "two records exchanged",
      "UPDATE record SET body = (SELECT body FROM record r WHERE r.id = 5 - record.id) WHERE id IN (2, 3)",
    ],
    ["the head taken away", "DELETE FROM head"],
  ] as const;

  for (const [what, sql] of changes) {
    test(`is Corrupt when read: ${what}`, async () => {
      const file = join(directory(), "journal.db");
      await using(file, (journal) => journal.append([0, 1, 2, 3].map(reserved)));
      const database = new Database(file);
      database.exec(sql);
      database.close();
      const error = await using(file, (journal) => Effect.flip(journal.read()));
      expect(error).toMatchObject({ _tag: "JournalError", reason: "Corrupt", isRetryable: false });
      expect(error.message).toContain("the journal is damaged");
    });
  }

  test("is Corrupt after a checkpoint too, and so is a checkpoint that was changed", async () => {
    const file = join(directory(), "journal.db");
    await using(file, (journal) =>
      Effect.andThen(
        journal.append([reserved(1), reserved(2)]),
        journal.compact({ ...AgentState.empty, timeFloor: 5 }),
      ),
    );
    const database = new Database(file);
    database.exec("UPDATE record SET body = replace(body, '\"timeFloor\":5', '\"timeFloor\":4')");
    database.close();
    expect(await using(file, (journal) => Effect.flip(journal.read()))).toMatchObject({ reason: "Corrupt" });
  });

  test("is Corrupt when opened once its file is no database any more", async () => {
    const file = join(directory(), "journal.db");
    writeFileSync(file, "not a database ".repeat(1_000));
    expect(await openFailure(file)).toMatchObject({ reason: "Corrupt" });
  });
});

describe("opening a journal", () => {
  test("a journal that newer code wrote, or that is another database, is refused", async () => {
    const file = join(directory(), "journal.db");
    await using(file, () => Effect.void);
    const database = new Database(file);
    database.pragma("user_version = 7");
    expect((await openFailure(file)).message).toContain("schema version 7, this code knows 1");
    database.pragma("application_id = 77");
    database.close();
    const error = await openFailure(file);
    expect(error).toMatchObject({ reason: "Unavailable", isRetryable: false });
    expect(error.message).toContain("is not an agent's journal but another database");
    expect(await openFailure(join(directory(), "none", "j.db"))).toMatchObject({ reason: "Unavailable" });
  });

  test("is the agent's port by its layer; its scope closes it", async () => {
    const file = join(directory(), "journal.db");
    const program = Effect.tap(Journal, (journal) => journal.append([reserved(1)]));
    const journal = await Effect.runPromise(Effect.provide(program, SqliteJournal.layer({ file })));
    const late = await Effect.runPromise(Effect.flip(journal.append([reserved(2)])));
    expect(late).toMatchObject({ reason: "Unavailable", isRetryable: false });
    expect(numbersOf(await using(file, (again) => again.read()))).toEqual([1]);
  });
});

describe("a journal has one owner", () => {
  const held = (file: string) => `Unavailable: the journal ${file} is held by another agent process: stop one of them`;

  test("a second one in the same process is refused, by a link too, until the first is closed", async () => {
    const file = join(directory(), "journal.db");
    const link = join(directory(), "link.db");
    const scope = Effect.runSync(Scope.make());
    const journal = await Effect.runPromise(Scope.provide(SqliteJournal.open({ file }), scope));
    symlinkSync(file, link);
    expect(await openFailure(file)).toMatchObject({ reason: "Unavailable", isRetryable: false });
    expect((await openFailure(link)).message).toContain("held by another agent process");
    await Effect.runPromise(journal.append([reserved(1)]));
    await Effect.runPromise(Scope.close(scope, Exit.void));
    expect(numbersOf(await using(link, (again) => again.read()))).toEqual([1]);
  });

  test("another process is refused while one holds it, and gets it once that was killed with -9", async () => {
    const file = join(directory(), "journal.db");
    const [first, second, third] = [1, 2, 3].map(() => start(script, ["hold", file]));
    if (first === undefined || second === undefined || third === undefined) return;
    first.go();
    await first.printed(1);
    second.go();
    expect(await second.end()).toEqual([held(file)]);
    expect(await openFailure(file)).toMatchObject({ reason: "Unavailable" });
    await first.kill();
    third.go();
    await third.printed(1);
    expect(third.lines).toEqual(["open"]);
    expect(await openFailure(file)).toMatchObject({ reason: "Unavailable" });
    third.go();
    await third.end();
    await using(file, () => Effect.void);
  });
});
