/**
 * Journal appends a second: what an agent pays to have a record durable before it goes on, against SQLite itself
 * keeping the same text at the same durability. The disk's fsync is most of both.
 */
import { createHash } from "node:crypto";
import * as path from "node:path";
import { SqliteJournal } from "@fettle/adapters/journal/sqlite";
import type { JournalRecord } from "@fettle/agent-protocol/agent";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";
import type { Entry } from "../Entry.ts";

const APPENDS = 400;
const APPENDS_FULL = 4_000;

// A record of the usual size: an intent with what was installed before it.
const record: JournalRecord = {
  _tag: "InstallIntended",
  runId: "0b1d7a52-6c0e-4a53-9c1c-2a4b7f5e9d10",
  patchId: "FTSA-2026:0001",
  attempt: 1,
  before: [{ name: "openssl-lab", arch: "noarch", evrs: ["3.0.7-1.el9"], sideBySide: false }],
};

const entry: Entry = {
  id: "protocol.journal",
  what: "one record appended to the agent's journal, durable (WAL, synchronous FULL)",
  unit: "appends/s",
  better: "higher",
  goal: 0.7,
  peerName: "raw better-sqlite3, the same text at the same durability",
  prepare: async ({ folder, isFull }) => {
    const appends = isFull ? APPENDS_FULL : APPENDS;
    const scope = Effect.runSync(Scope.make());
    const opened = SqliteJournal.open({ file: path.join(folder, "journal.db") });
    const journal = await Effect.runPromise(Scope.provide(opened, scope));
    const raw = rawJournal(path.join(folder, "raw.db"));
    return {
      ours: () => rate(appends, () => Effect.runSync(journal.append([record]))),
      peer: () => rate(appends, raw.append),
      close: async () => {
        raw.close();
        await Effect.runPromise(Scope.close(scope, Exit.void));
      },
    };
  },
};

const rate = (appends: number, append: () => void): number => {
  const begun = performance.now();
  for (let i = 0; i < appends; i += 1) append();
  return appends / ((performance.now() - begun) / 1_000);
};

const rawJournal = (file: string) => {
  const database = new Database(file);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE record (n INTEGER PRIMARY KEY, body TEXT NOT NULL, sum TEXT NOT NULL) STRICT");
  const insert = database.prepare("INSERT INTO record (body, sum) VALUES (?, ?)");
  return {
    append: () => {
      const body = JSON.stringify(record);
      // The peer may not skip what the record must have to be trusted when it is read back.
      insert.run(body, createHash("sha256").update(body).digest("hex"));
    },
    close: () => database.close(),
  };
};

export default entry;
