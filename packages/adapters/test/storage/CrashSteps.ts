/** What the process that is killed writes, and whether what is found afterwards is whole steps, and all that were answered. */
import { AuditChain, type Batch } from "@fettle/core";
import type { Database } from "better-sqlite3";
import { expect } from "vitest";

/** Sizes of bodies, so that batches touch one page or several. */
const SIZES = [10, 400, 0, 6_000, 90, 1_500];

/** After so many steps a lane's entity goes again. */
const STAYS = 4;

/** The `n`-th step of a lane: a revision, two counters, a claim, an entity that stays, one that goes later, events, a record. */
export const step = (lane: number, n: number): Batch => {
  const text = "x".repeat(SIZES[(n + lane) % SIZES.length] ?? 0);
  const id = `${lane}/${n}`;
  const gone = n > STAYS ? ([{ _tag: "Delete", kind: "tag", id: `${lane}/${n - STAYS}` }] as const) : [];
  return {
    tenantId: "t",
    expect: [{ kind: "job", id: `lane-${lane}`, revision: n === 1 ? "absent" : n - 1 }],
    counters: [
      { key: "steps", by: 1 },
      { key: "sum", by: n },
    ],
    uniques: [{ key: `step/${id}`, owner: `lane-${lane}` }],
    writes: [
      { _tag: "Put", kind: "job", id: `lane-${lane}`, body: { n }, indexes: [{ name: "last", value: `${n}` }] },
      { _tag: "Put", kind: "asset", id, body: { n, text }, indexes: [{ name: "lane", value: `${lane}` }] },
      { _tag: "Put", kind: "tag", id, body: { n }, indexes: [{ name: "lane", value: `${lane}` }] },
      ...gone,
    ],
    events: [
      { type: "First", kind: "asset", id, at: n, body: { n, text } },
      { type: "Second", kind: "tag", id, at: n, body: { n } },
    ],
    audit: [{ at: n, by: "user:anna", action: "steps.take", kind: "asset", id, body: { n } }],
  };
};

/** How far each lane of a file was found, and where its events and records ended: the next look begins there. */
export interface Seen {
  readonly steps: readonly number[];
  readonly link: AuditChain.Link;
}

export const unseen = (lanes: number): Seen => ({
  steps: Array.from({ length: lanes }, () => 0),
  link: AuditChain.GENESIS,
});

/**
 * Looks at what came since the last look. `answered` is each lane's last step that was answered: it must be there, and at
 * most the one step more that was in flight. Every step is there as a whole or not at all.
 */
export const look = (database: Database, seen: Seen, answered: ReadonlyMap<number, number>): Seen => {
  const steps = seen.steps.map((before, lane) => lastOf(database, lane, before, answered.get(lane)));
  const total = sum(steps);
  const counters = database.prepare("SELECT key, value FROM counter ORDER BY key").raw().all();
  const expected = [
    ["steps", total],
    ["sum", sum(steps.map((n) => (n * (n + 1)) / 2))],
  ];
  expect(counters).toEqual(total === 0 ? [] : expected);
  eventsAreWhole(database, seen, steps);
  return { steps, link: chainIsWhole(database, seen.link, total) };
};

const lastOf = (database: Database, lane: number, before: number, answered: number | undefined): number => {
  const found = database
    .prepare<[string], { revision: number; body: string }>(
      "SELECT revision, body FROM entity WHERE kind = 'job' AND id = ?",
    )
    .get(`lane-${lane}`);
  const n = found?.revision ?? 0;
  if (found !== undefined) expect(found.body).toBe(`{"n":${n}}`);
  expect(n, `lane ${lane} was answered`).toBeGreaterThanOrEqual(answered ?? before);
  // Before the first answer of a process one step may be there that it didn't come to tell.
  expect(n, `lane ${lane} was in flight`).toBeLessThanOrEqual((answered ?? before) + 1);
  const there = database
    .prepare<[string, string, string], [number, number, number]>(
      `SELECT (SELECT count(*) FROM unique_key WHERE key = 'step/' || ?),
       (SELECT count(*) FROM entity JOIN index_entry USING (tenant_id, kind, id) WHERE kind = 'asset' AND id = ?),
       (SELECT count(*) FROM entity JOIN index_entry USING (tenant_id, kind, id) WHERE kind = 'tag' AND id = ?)`,
    )
    .raw();
  for (let k = before + 1; k <= n + 1; k += 1) {
    const id = `${lane}/${k}`;
    const is = k <= n ? 1 : 0;
    expect(there.get(id, id, id), `step ${id} of ${n}`).toEqual([is, is, k > n - STAYS ? is : 0]);
  }
  return n;
};

// Both events of a step, one after the other, each lane's in its order, no position left out.
const eventsAreWhole = (database: Database, seen: Seen, steps: readonly number[]): void => {
  const from = 2 * sum(seen.steps);
  const events = database
    .prepare<[number], [number, string, string]>(
      "SELECT position, type, id FROM event WHERE position > ? ORDER BY position",
    )
    .raw()
    .all(from);
  expect(events.map(([position]) => position)).toEqual(events.map((_, i) => from + 1 + i));
  const next = seen.steps.map((n) => n + 1);
  for (let i = 0; i < events.length; i += 2) {
    const id = events[i]?.[2] ?? "";
    const lane = Number(id.split("/")[0]);
    expect([id, events[i]?.[1], events[i + 1]?.[1], events[i + 1]?.[2]]).toEqual([
      `${lane}/${next[lane]}`,
      "First",
      "Second",
      id,
    ]);
    next[lane] = (next[lane] ?? 0) + 1;
  }
  expect(next.map((n) => n - 1)).toEqual(steps);
  const head = database.prepare<[], number>("SELECT position FROM event_head").pluck().get() ?? 0;
  expect(head).toBe(2 * sum(steps));
};

const chainIsWhole = (database: Database, from: AuditChain.Link, total: number): AuditChain.Link => {
  const records = database
    .prepare<[number], AuditChain.EncodedAuditRecord & AuditChain.Link & { previous: string }>(
      "SELECT * FROM audit WHERE position > ? ORDER BY position",
    )
    .all(from.position)
    .map((record) => ({ ...record, body: JSON.parse(record.body) }));
  const followed = AuditChain.follow("t", from, records);
  if (followed._tag === "Broken") throw new Error(followed.at.message);
  expect(followed.last.position).toBe(total);
  return followed.last;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
