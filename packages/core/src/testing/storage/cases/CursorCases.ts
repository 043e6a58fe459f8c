/** Walks by `after` while others write: what stands through the whole walk is seen exactly once. */
import * as Effect from "effect/Effect";
import type { Stored } from "../../../ports/Storage.ts";
import { same } from "../Conformance.ts";
import { atOnce, audited, del, event, put, storageCase, type Tenant } from "./StorageSubject.ts";

const STANDING = 60;
const PAGE = 7;
const all = [{ name: "all", value: "1" }];
// Between two that stand there is room for one that comes and goes.
const standing = Array.from({ length: STANDING }, (_, i) => `id-${String(i).padStart(3, "0")}`);
const passing = standing.map((id) => `${id}-passing`);

type Read = (after: string) => Effect.Effect<readonly Stored[], unknown>;

export const cursorCases = [
  storageCase("walk-changed", "a walk sees what stands once, whatever is written between its pages", function* (t) {
    for (const [name, read] of reads(t)) {
      yield* begin(t);
      let page = 0;
      const seen = yield* walk(read, (cursor) => {
        page += 1;
        const near = passing.filter((id) => Math.abs(standing.indexOf(id.slice(0, 6)) - page * PAGE) <= PAGE);
        const writes = [
          // The one that the cursor stands at, when it may go; everything around it; and rewrites of all that stand.
          ...(cursor.endsWith("passing") ? [del("job", cursor)] : []),
          ...near.map((id, i) => ((i + page) % 2 === 0 ? del("job", id) : put("job", id, page, all))),
          ...standing.map((id) => put("job", id, page, [...all, { name: "page", value: `${page}` }])),
        ];
        return t.must({ writes });
      });
      checkSeen(seen, name);
    }
  }),
  storageCase("walk-at-once", "walks and writers at once: each walk sees what stands once", function* (t) {
    yield* begin(t);
    const walks = reads(t).flatMap(([name, read]) =>
      Array.from({ length: 3 }, () =>
        Effect.map(
          walk(read, () => Effect.yieldNow),
          (seen) => checkSeen(seen, name),
        ),
      ),
    );
    const writers = Array.from({ length: 20 }, (_, i) =>
      Effect.gen(function* () {
        yield* Effect.yieldNow;
        const id = passing[(i * 7) % STANDING] ?? "";
        yield* t.must({ writes: [i % 2 === 0 ? del("job", id) : put("job", id, i, all)] });
        yield* t.must({
          writes: [put("job", standing[(i * 11) % STANDING] ?? "", i, all), put("job", `${id}-${i}`, i, all)],
        });
      }),
    );
    yield* Effect.all([...walks, ...writers], { concurrency: "unbounded" });
  }),
  storageCase(
    "walk-outbox",
    "EVT-01: who follows the outbox while it grows sees every event once, in order",
    function* (t) {
      const writers = Array.from({ length: 30 }, (_, i) =>
        Effect.gen(function* () {
          yield* Effect.yieldNow;
          const full = i % 5 === 4 ? { counters: [{ key: "full", by: 1, ceiling: 0 }] } : {};
          return yield* t.commit({ ...full, events: [event("E", `${i}`, 1), event("E", `${i}`, 2)] });
        }),
      );
      const seen: string[] = [];
      const follow = Effect.gen(function* () {
        let after = 0;
        for (let turn = 0; turn < 10_000 && after < 48; turn += 1) {
          const page = yield* t.storage.events(t.id, after, 5);
          for (const { position, id, body } of page) seen.push(`${position} ${id} ${JSON.stringify(body)}`);
          after = page.at(-1)?.position ?? after;
          yield* Effect.yieldNow;
        }
      });
      const followers = Effect.all([follow, ...writers], { concurrency: "unbounded" });
      yield* followers;
      const events = yield* t.storage.events(t.id, 0, 1_000);
      same(
        seen,
        events.map(({ position, id, body }) => `${position} ${id} ${JSON.stringify(body)}`),
        "events as they were followed, and as they stand",
      );
      same(
        events.map((e) => e.position),
        Array.from({ length: 48 }, (_, i) => i + 1),
        "positions",
      );
    },
  ),
  storageCase(
    "walk-forgotten",
    "CFG-07: a walk over events and records goes on where the oldest are removed",
    function* (t) {
      const ten = Array.from({ length: 10 }, (_, i) => `${i + 1}`);
      yield* t.must({ events: ten.map((id) => event("E", id)), audit: ten.map((id) => audited("user:anna", id)) });
      const told: number[] = [];
      const recorded: number[] = [];
      for (let after = 0, turn = 0; turn < 10; turn += 1) {
        const events = yield* t.storage.events(t.id, after, 3);
        const records = yield* t.storage.audit(t.id, { after, limit: 3 });
        told.push(...events.map((e) => e.position));
        recorded.push(...records.map((r) => r.position));
        after = events.at(-1)?.position ?? after;
        // What was read, and once what was not: 7 and 8 are gone when it would come to them.
        const through = after === 6 ? 8 : after;
        yield* t.must({ forget: { events: through, audit: through } });
      }
      const expected = [1, 2, 3, 4, 5, 6, 9, 10];
      same([told, recorded], [expected, expected], "positions seen");
    },
  ),
];

const reads = (t: Tenant): readonly (readonly [string, Read])[] => [
  ["the list", (after) => t.storage.list(t.id, "job", { after, limit: PAGE })],
  ["the index", (after) => t.storage.find(t.id, "job", { name: "all", value: "1" }, { after, limit: PAGE })],
];

const begin = (t: Tenant): Effect.Effect<void, unknown> =>
  Effect.asVoid(
    atOnce(t, [
      { writes: standing.map((id) => put("job", id, "begun", all)) },
      { writes: passing.map((id) => put("job", id, "begun", all)) },
    ]),
  );

// All ids in the order in which they are seen; `between` the pages others write.
const walk = (
  read: Read,
  between: (cursor: string) => Effect.Effect<unknown, unknown>,
): Effect.Effect<readonly string[], unknown> =>
  Effect.gen(function* () {
    const seen: string[] = [];
    for (let cursor = "", turn = 0; ; turn += 1) {
      const page = yield* read(cursor);
      if (page.length === 0) return seen;
      if (turn > 10 * STANDING) throw new Error(`a walk of ${turn} pages comes to no end; it stands at ${cursor}`);
      seen.push(...page.map((s) => s.id));
      cursor = seen.at(-1) ?? "";
      yield* between(cursor);
    }
  });

const checkSeen = (seen: readonly string[], name: string): void => {
  same(
    seen.filter((id) => standing.includes(id)),
    standing,
    `what stands, as ${name} shows it`,
  );
  const ascending = [...new Set(seen)].sort();
  same(seen, ascending, `ids of ${name}, each once, in their order`);
};
