/**
 * Many who each change one entity at the same time, as reports of agents do: an expectation, the entity, an event. Beside a
 * writer by hand that does the same for each and puts all that came together into one transaction.
 */
import type Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Repository from "../../packages/core/src/engine/Repository.ts";
import type { Batch } from "../../packages/core/src/ports/Storage.ts";
import type { Contest, Context } from "../Entry.ts";
import * as Entities from "./Entities.ts";
import * as Stores from "./Stores.ts";

/** Asset runs, of which each is changed once in a run. */
const CHANGED = 20_000;
const CHANGED_FULL = 200_000;
/** How many ask at once. */
const AT_ONCE = 256;

export const contest = async ({ folder, isFull }: Context): Promise<Contest> => {
  const changed = isFull ? CHANGED_FULL : CHANGED;
  const ours = await Stores.open(folder, "ours.db");
  for (let n = 0; n < changed; n += Entities.BATCH) {
    await Effect.runPromise(ours.storage.commit(Entities.fresh("assetRun", n)));
  }
  await ours.close();
  const again = await Stores.open(folder, "ours.db");
  const raw = await Stores.raw(folder, "raw.db");
  raw.exec(`ATTACH DATABASE '${folder}/ours.db' AS filled`);
  for (const table of ["entity", "index_entry", "event", "event_head"]) {
    raw.exec(`INSERT INTO main.${table} SELECT * FROM filled.${table}`);
  }
  raw.exec("DETACH DATABASE filled");
  const change = byHand(raw, changed);
  const numbers = (from: number) => Array.from({ length: Math.min(AT_ONCE, changed - from) }, (_, i) => from + i);
  const perSecond = (begun: number): number => changed / ((performance.now() - begun) / 1_000);
  let [revision, rawRevision] = [0, 0];
  return {
    ours: async () => {
      revision += 1;
      const begun = performance.now();
      for (let from = 0; from < changed; from += AT_ONCE) {
        const commits = numbers(from).map((n) => again.storage.commit(unit(n, revision)));
        const answers = await Effect.runPromise(Effect.all(commits, { concurrency: "unbounded" }));
        if (answers.some(({ _tag }) => _tag !== "Committed")) throw new Error("a commit was refused");
      }
      return perSecond(begun);
    },
    peer: () => {
      rawRevision += 1;
      const begun = performance.now();
      for (let from = 0; from < changed; from += AT_ONCE) change(numbers(from), rawRevision);
      return perSecond(begun);
    },
    close: async () => {
      raw.close();
      await again.close();
      const [a, b] = [Stores.rowCounts(folder, "ours.db"), Stores.rowCounts(folder, "raw.db")];
      if (revision === rawRevision && a !== b) throw new Error(`the two wrote different rows:\n${a}\n\n${b}`);
    },
  };
};

const START = Date.UTC(2026, 0, 1);

const unit = (n: number, revision: number): Batch => {
  const value = Entities.assetRun(n, revision);
  return {
    tenantId: Entities.TENANT,
    expect: [Repository.expected("assetRun", value.id, { revision })],
    counters: [],
    uniques: [],
    writes: [Repository.put("assetRun", value.id, value)],
    events: [Repository.event("AssetRunChanged", "assetRun", value.id, START, { status: "Pending" })],
  };
};

// The same statements, written for just this: that index entries stay as they are has to be looked at here, too.
const byHand = (database: Database.Database, changed: number) => {
  const foundBy = Array.from({ length: changed }, (_, n) => {
    const value = Entities.assetRun(n, 0);
    return new Set(Repository.put("assetRun", value.id, value).indexes.map((entry) => `${entry.name}\0${entry.value}`));
  });
  const [begin, commit] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
  const standing = database
    .prepare<[string, string, string], number>(
      "SELECT revision FROM entity WHERE tenant_id = ? AND kind = ? AND id = ?",
    )
    .pluck();
  const update = database.prepare(
    "UPDATE entity SET revision = ?, body = ? WHERE tenant_id = ? AND kind = ? AND id = ?",
  );
  const entries = database.prepare<[string, string, string], { readonly name: string; readonly value: string }>(
    "SELECT name, value FROM index_entry WHERE tenant_id = ? AND kind = ? AND id = ?",
  );
  const position = database
    .prepare<[string], number>("UPDATE event_head SET position = position + 1 WHERE tenant_id = ? RETURNING position")
    .pluck();
  const tell = database.prepare(
    "INSERT INTO event (tenant_id, position, type, kind, id, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  return (numbers: readonly number[], revision: number): void => {
    begin.run();
    for (const n of numbers) {
      const value = Entities.assetRun(n, revision);
      const { id } = value;
      if (standing.get(Entities.TENANT, "assetRun", id) !== revision) throw new Error(`${id} isn't at ${revision}`);
      update.run(revision + 1, JSON.stringify(value), Entities.TENANT, "assetRun", id);
      const wanted = foundBy[n];
      for (const { name, value: entry } of entries.all(Entities.TENANT, "assetRun", id)) {
        if (wanted?.has(`${name}\0${entry}`) !== true) throw new Error(`${id} is found by ${name} ${entry}`);
      }
      const at = position.get(Entities.TENANT);
      tell.run(Entities.TENANT, at, "AssetRunChanged", "assetRun", id, START, JSON.stringify({ status: "Pending" }));
    }
    commit.run();
  };
};
