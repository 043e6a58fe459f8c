/** The outbox: numbered per tenant in the order of commits, without gaps, together with the state it tells of. */
import * as Effect from "effect/Effect";
import { same } from "../Conformance.ts";
import { atOnce, event, put, storageCase, type Tenant } from "./StorageSubject.ts";

export const eventCases = [
  storageCase(
    "positions",
    "EVT-01: events are numbered from 1 in the order of commits, as they were written",
    function* (t) {
      const first = { ...event("JobCreated", "a", { title: "ä" }), kind: "assetRun", at: 0 } as const;
      yield* t.must({ events: [first, event("JobChanged", "a")] });
      yield* t.must({ events: [event("JobChanged", "b", [1, null, "x"])] });
      const expected = [
        { ...first, position: 1 },
        { ...event("JobChanged", "a"), position: 2 },
        { ...event("JobChanged", "b", [1, null, "x"]), position: 3 },
      ];
      same(yield* t.storage.events(t.id, 0, 10), expected, "events");
    },
  ),
  storageCase("event-pages", "EVT-01: events are read after a position, page by page", function* (t) {
    yield* t.must({ events: Array.from({ length: 7 }, (_, i) => event("E", `id-${i + 1}`)) });
    const positions = (after: number, limit: number) =>
      Effect.map(t.storage.events(t.id, after, limit), (events) => events.map((e) => [e.position, e.id]));
    same(
      yield* positions(0, 2),
      [
        [1, "id-1"],
        [2, "id-2"],
      ],
      "the first two",
    );
    same(
      yield* positions(5, 10),
      [
        [6, "id-6"],
        [7, "id-7"],
      ],
      "the last two",
    );
    same(yield* positions(7, 10), [], "after the last");
    same(yield* positions(Number.MAX_SAFE_INTEGER, 10), [], "after any");
  }),
  storageCase("no-gap", "EVT-01: a refused batch leaves no event and no gap", function* (t) {
    yield* t.must({ events: [event("E", "1")], writes: [put("job", "a")] });
    const refusals = [
      { expect: [{ kind: "job", id: "a", revision: 9 }] as const },
      { counters: [{ key: "c", by: 1, ceiling: 0 }] },
      {
        uniques: [
          { key: "u", owner: "a" },
          { key: "u", owner: "b" },
        ],
      },
    ];
    for (const refusal of refusals) {
      const answer = yield* t.commit({ ...refusal, events: [event("E", "refused")] });
      same(answer._tag, "Refused", "the answer");
    }
    yield* t.must({ events: [event("E", "2")] });
    same(
      (yield* t.storage.events(t.id, 0, 10)).map((e) => [e.position, e.id]),
      [
        [1, "1"],
        [2, "2"],
      ],
      "events",
    );
  }),
  storageCase("event-race", "EVT-01: batches at once, some refused, leave positions without a gap", function* (t) {
    const batches = Array.from({ length: 60 }, (_, i) => ({
      counters: [{ key: "n", by: 1, ceiling: i % 3 === 0 ? 0 : 1_000 }],
      writes: [put("job", `job-${i}`)],
      events: [event("Created", `job-${i}`), event("Named", `job-${i}`)],
    }));
    yield* t.must({ counters: [{ key: "n", by: 1 }] });
    const answers = yield* atOnce(t, batches);
    same(answers.filter((a) => a._tag === "Committed").length, 40, "how many were committed");
    const events = yield* t.storage.events(t.id, 0, 1_000);
    same(
      events.map((e) => e.position),
      Array.from({ length: 80 }, (_, i) => i + 1),
      "positions",
    );
    const pairs = events.filter((e, i) => i % 2 === 0 && events[i + 1]?.id === e.id && e.type === "Created");
    same(pairs.length, 40, "events of one batch that stand together in their order");
    const jobs = yield* t.storage.list(t.id, "job", { limit: 1_000 });
    same([...new Set(events.map((e) => e.id))].sort(), jobs.map((s) => s.id).sort(), "jobs with an event");
  }),
  storageCase(
    "commit-order",
    "EVT-01: events stand in the order in which their revisions were committed",
    function* (t) {
      yield* t.must({ writes: [put("job", "a", 0)] });
      yield* Effect.all(
        Array.from({ length: 12 }, () => increment(t)),
        { concurrency: "unbounded" },
      );
      same(yield* t.revision("job", "a"), 13, "the revision");
      const told = (yield* t.storage.events(t.id, 0, 100)).map((e) => e.body);
      same(
        told,
        Array.from({ length: 12 }, (_, i) => i + 2),
        "revisions as the events tell them",
      );
    },
  ),
];

// Reads, adds one and writes with the revision it read; again when another was quicker.
const increment = (t: Tenant): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const stored = yield* t.storage.get(t.id, "job", "a");
      const revision = stored?.revision ?? 0;
      const answer = yield* t.commit({
        expect: [{ kind: "job", id: "a", revision }],
        writes: [put("job", "a", revision)],
        events: [event("Incremented", "a", revision + 1)],
      });
      if (answer._tag === "Committed") return;
    }
    throw new Error("100 attempts with the revision just read were refused");
  });
