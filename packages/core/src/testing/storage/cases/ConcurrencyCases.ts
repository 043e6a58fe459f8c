/** Many commits in flight at once: one winner a revision, exact sums, one owner, and no batch half seen. */
import * as Effect from "effect/Effect";
import type { CommitAnswer, Stored, StoredJson } from "../../../ports/Storage.ts";
import { same } from "../Conformance.ts";
import { atOnce, audited, committed, del, event, put, storageCase, type Tenant } from "./StorageSubject.ts";

const WRITERS = 8;
const WINS = 5;

export const concurrencyCases = [
  storageCase("busy-revisions", "of writers who go on at once exactly one wins each revision", function* (t) {
    yield* t.must({ writes: [put("job", "a", "begun")] });
    const writers = Array.from({ length: WRITERS }, (_, writer) => winning(t, writer));
    const won = (yield* Effect.all(writers, { concurrency: "unbounded" })).flat();
    const revisions = won.map(({ revision }) => revision).sort((a, b) => a - b);
    same(
      revisions,
      Array.from({ length: WRITERS * WINS }, (_, i) => i + 2),
      "the revisions won",
    );
    const last = won.find(({ revision }) => revision === WRITERS * WINS + 1);
    same(yield* t.body("job", "a"), last?.body, "the body, which is the last winner's");
    const told = (yield* t.storage.events(t.id, 0, 1_000)).map((e) => e.body);
    const inOrder = [...won].sort((a, b) => a.revision - b.revision).map(({ body }) => body);
    same(told, inOrder, "winners as the events tell them");
  }),
  storageCase("busy-own", "who was told that a batch is committed reads it at once", function* (t) {
    const writers = Array.from({ length: 30 }, (_, i) =>
      Effect.gen(function* () {
        yield* Effect.yieldNow;
        const indexes = [{ name: "writer", value: `${i}` }];
        yield* t.must({ counters: [{ key: `n${i}`, by: i + 1 }], writes: [put("job", `job-${i}`, i, indexes)] });
        const found = yield* t.storage.find(t.id, "job", { name: "writer", value: `${i}` }, { limit: 9 });
        return [yield* t.body("job", `job-${i}`), found.length, yield* t.storage.counter(t.id, `n${i}`)];
      }),
    );
    const seen = yield* Effect.all(writers, { concurrency: "unbounded" });
    same(
      seen,
      seen.map((_, i) => [i, 1, i + 1]),
      "what each writer read",
    );
  }),
  storageCase("busy-sums", "sums of many batches at once are exact, whatever the order of their keys", function* (t) {
    yield* t.must({ counters: [{ key: "left", by: 40 }] });
    // Each takes from one and gives to another, in either order; the floor refuses some.
    const batches = Array.from({ length: 120 }, (_, i) => {
      const changes = [
        { key: i % 3 === 0 ? "right" : "left", by: -(1 + (i % 2)), floor: 0 },
        { key: i % 3 === 0 ? "left" : "right", by: 1 + (i % 2) },
        { key: "moves", by: 1 },
      ];
      return { counters: i % 4 < 2 ? changes : changes.reverse() };
    });
    const answers = yield* atOnce(t, batches);
    const expected = { left: 40, right: 0, moves: 0 } as Record<string, number>;
    for (const { key, by } of kept(answers, batches).flatMap((b) => b.counters))
      expected[key] = (expected[key] ?? 0) + by;
    for (const key of ["left", "right", "moves"]) {
      same(yield* t.storage.counter(t.id, key), expected[key], `the counter ${key}`);
    }
    const { left = 0, right = 0 } = expected;
    same(
      [left + right, left >= 0, right >= 0],
      [40, true, true],
      "nothing made, nothing lost, nothing below the floor",
    );
  }),
  storageCase("busy-owners", "of claims of several keys at once each key has one owner, or none", function* (t) {
    const keys = Array.from({ length: 6 }, (_, i) => `key-${i}`);
    const batches = Array.from({ length: 30 }, (_, i) => {
      const pair = [keys[i % 6], keys[(i * 2 + 1) % 6]].map((key) => ({ key: key ?? "", owner: `owner-${i}` }));
      return { uniques: i % 4 < 2 ? pair : pair.reverse(), writes: [put("run", `owner-${i}`)] };
    });
    const claims = kept(yield* atOnce(t, batches), batches).flatMap((b) => b.uniques);
    const owners = new Map(claims.map(({ key, owner }) => [key, owner]));
    for (const { key, owner } of claims) same(owner, owners.get(key), `the owner of ${key}`);
    const runs = (yield* t.storage.list(t.id, "run", { limit: 99 })).map((s) => s.id);
    same(runs, [...new Set(owners.values())].sort(), "runs of those who were granted their keys");
    for (const key of keys) {
      const holder = owners.get(key);
      const answer = yield* t.commit({ uniques: [{ key, owner: "later" }] });
      if (holder === undefined) same(answer, committed, `the claim of ${key}, which only refused batches asked for`);
      else same(answer, { _tag: "Refused", because: { _tag: "Unique", key, owner: holder } }, `the claim of ${key}`);
    }
  }),
  storageCase(
    "busy-transfers",
    "batches over two entities each, in a circle, are each carried out whole",
    function* (t) {
      const accounts = ["a", "b", "c", "d"];
      yield* t.must({ writes: accounts.map((id) => put("tag", id, 100)) });
      const transfers = Array.from({ length: 24 }, (_, i) =>
        transfer(t, accounts[i % 4] ?? "", accounts[(i + 1) % 4] ?? ""),
      );
      yield* Effect.all(transfers, { concurrency: "unbounded" });
      const stored = yield* t.storage.list(t.id, "tag", { limit: 9 });
      same(
        stored.map((s) => [s.body, s.revision]),
        accounts.map(() => [100, 13]),
        "the accounts, after as many gifts as takings of each",
      );
    },
  ),
  storageCase("busy-failures", "a batch that fails or is refused leaves those alone that come with it", function* (t) {
    const body = (() => 1) as unknown as StoredJson;
    const batches = Array.from({ length: 40 }, (_, i) => {
      if (i % 4 === 1) return { writes: [put("job", `job-${i}`), put("job", "no-json", body)] };
      if (i % 4 === 3) return { counters: [{ key: "full", by: 1, ceiling: 0 }], writes: [put("job", `job-${i}`)] };
      return { writes: [put("job", `job-${i}`, i)] };
    });
    const outcomes = yield* Effect.all(
      batches.map((b) => Effect.result(t.commit(b))),
      { concurrency: "unbounded" },
    );
    const told = outcomes.map((o) => (o._tag === "Success" ? o.success._tag : "Failed"));
    same(
      told,
      batches.map((_, i) => ["Committed", "Failed", "Committed", "Refused"][i % 4]),
      "the outcomes",
    );
    const jobs = (yield* t.storage.list(t.id, "job", { limit: 99 })).map((s) => s.body as number);
    same(
      [...jobs].sort((a, b) => a - b),
      batches.map((_, i) => i).filter((i) => i % 2 === 0),
      "the jobs",
    );
  }),
  storageCase("busy-removals", "entities that are made and removed at once leave index and list alike", function* (t) {
    const indexes = [{ name: "state", value: "on" }];
    const writers = Array.from({ length: 40 }, (_, i) => {
      const id = `job-${i % 5}`;
      return { writes: i % 3 === 2 ? [del("job", id)] : [put("job", id, i, indexes)], events: [event("E", id, i)] };
    });
    yield* atOnce(t, writers);
    const listed = yield* t.storage.list(t.id, "job", { limit: 99 });
    const found = yield* t.storage.find(t.id, "job", { name: "state", value: "on" }, { limit: 99 });
    same(found, listed, "what the index finds, and what is listed");
    const told = yield* t.storage.events(t.id, 0, 999);
    same(listed, standing(told.map((e) => e.body as number)), "what stands, by the order of the events");
  }),
];

const kept = <B>(answers: readonly CommitAnswer[], batches: readonly B[]): readonly B[] =>
  batches.filter((_, i) => answers[i]?._tag === "Committed");

interface Won {
  readonly revision: number;
  readonly body: string;
}

// Reads and writes with the revision it read, until it has won often enough. Each refusal is another's win.
const winning = (t: Tenant, writer: number): Effect.Effect<readonly Won[], unknown> =>
  Effect.gen(function* () {
    const won: Won[] = [];
    for (let attempt = 0; won.length < WINS; attempt += 1) {
      if (attempt > WRITERS * WINS) throw new Error(`writer ${writer} won ${won.length} of ${attempt} attempts`);
      const revision = yield* t.revision("job", "a");
      // Who reads a change reads what tells of it: the event and the record of revision 2 stand first.
      const [told] = yield* t.storage.events(t.id, Math.max(0, revision - 2), 1);
      const [record] = yield* t.storage.audit(t.id, { after: Math.max(0, revision - 2), limit: 1 });
      if (revision > 1)
        same([told?.position, record?.position], [revision - 1, revision - 1], "what tells of a revision");
      const body = `${writer}: ${won.length}`;
      const answer = yield* t.commit({
        expect: [{ kind: "job", id: "a", revision }],
        writes: [put("job", "a", body)],
        events: [event("Won", "a", body)],
        audit: [audited(`user:${writer}`, "a", body)],
      });
      if (answer._tag === "Committed") won.push({ revision: revision + 1, body });
    }
    return won;
  });

// Takes one from an account and gives it to another; again when another transfer was quicker.
const transfer = (t: Tenant, from: string, to: string): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const [giver, taker] = [yield* t.storage.get(t.id, "tag", from), yield* t.storage.get(t.id, "tag", to)];
      if (giver === null || taker === null) throw new Error(`${from} or ${to} is gone`);
      const answer = yield* t.commit({
        expect: [giver, taker].map(({ kind, id, revision }) => ({ kind, id, revision })),
        writes: [put("tag", from, (giver.body as number) - 1), put("tag", to, (taker.body as number) + 1)],
      });
      if (answer._tag === "Committed") return;
    }
    throw new Error(`100 transfers from ${from} to ${to} were refused`);
  });

// What the writers of "busy-removals" leave when they are carried out in an order.
const standing = (order: readonly number[]): readonly Stored[] => {
  const jobs = new Map<string, Stored>();
  for (const i of order) {
    const id = `job-${i % 5}`;
    const revision = (jobs.get(id)?.revision ?? 0) + 1;
    if (i % 3 === 2) jobs.delete(id);
    else jobs.set(id, { kind: "job", id, revision, body: i });
  }
  return [...jobs.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
};
