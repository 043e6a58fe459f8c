/** Removal of the oldest events and audit records (CFG-07): part of a batch, and no position is ever given again. */
import * as Effect from "effect/Effect";
import * as AuditChain from "../../../engine/audit/AuditChain.ts";
import { same } from "../Conformance.ts";
import { atOnce, audited, event, put, storageCase, type Tenant, tenantOf } from "./StorageSubject.ts";

export const forgettingCases = [
  storageCase("forget-events", "CFG-07: the oldest events go up to a position, the others keep theirs", function* (t) {
    yield* t.must({ events: [1, 2, 3, 4].map((n) => event("E", `${n}`)), audit: [audited("user:anna", "a")] });
    yield* t.must({ forget: { events: 2 } });
    same(yield* eventsOf(t), ["3 3", "4 4"], "what stands");
    same(
      (yield* t.storage.events(t.id, 3, 1)).map((e) => e.id),
      ["4"],
      "a page after one that stands",
    );
    same(yield* recordsOf(t), [1], "the audit trail");
    yield* t.must({ forget: { events: 0 } });
    same(yield* eventsOf(t), ["3 3", "4 4"], "what stands after nothing was removed");
    yield* t.must({ events: [event("E", "5")] });
    same(yield* eventsOf(t), ["3 3", "4 4", "5 5"], "with the next");
  }),
  storageCase("forget-all", "CFG-07: when all are removed, positions go on where they were", function* (t) {
    yield* t.must({ events: [event("E", "1"), event("E", "2")], audit: [audited("user:anna", "1")] });
    const [last] = yield* t.storage.audit(t.id, { after: 0, limit: 1 });
    yield* t.must({ forget: { events: Number.MAX_SAFE_INTEGER, audit: Number.MAX_SAFE_INTEGER } });
    same([yield* eventsOf(t), yield* recordsOf(t)], [[], []], "what stands");
    yield* t.must({ events: [event("E", "3")], audit: [audited("user:anna", "2"), audited("user:anna", "3")] });
    same(yield* eventsOf(t), ["3 3"], "the next event");
    const records = yield* t.storage.audit(t.id, { after: 0, limit: 9 });
    same(
      [records.map((r) => r.position), records[0]?.previous],
      [[2, 3], last?.hash],
      "the next records, chained to the one that is gone",
    );
  }),
  storageCase("forget-own", "CFG-07: a batch never removes what it brings itself", function* (t) {
    yield* t.must({ events: [event("E", "1")], audit: [audited("user:anna", "1")] });
    yield* t.must({
      forget: { events: 9, audit: 9 },
      events: [event("Told", "2")],
      audit: [audited("system:retention", "2")],
    });
    same([yield* eventsOf(t), yield* recordsOf(t)], [["2 2"], [2]], "what stands");
  }),
  storageCase("forget-audit", "CFG-07: the records that stay are chained, and found as before", function* (t) {
    yield* t.must({
      audit: Array.from({ length: 9 }, (_, i) => audited(i % 2 ? "user:anna" : "user:ben", `${i + 1}`)),
    });
    const [third] = yield* t.storage.audit(t.id, { after: 2, limit: 1 });
    yield* t.must({ forget: { audit: 3 } });
    const records = yield* t.storage.audit(t.id, { after: 0, limit: 4 });
    same(
      records.map((r) => r.position),
      [4, 5, 6, 7],
      "a page from the beginning",
    );
    same(
      (yield* t.storage.audit(t.id, { after: 5, limit: 2 })).map((r) => r.position),
      [6, 7],
      "a page after one",
    );
    same(
      (yield* t.storage.audit(t.id, { after: 0, limit: 9, by: "user:anna" })).map((r) => r.id),
      ["4", "6", "8"],
      "who",
    );
    const start = { position: 3, hash: third?.hash ?? "" };
    same(AuditChain.follow(t.id, start, records)._tag, "Whole", "the chain");
  }),
  storageCase("forget-refused", "CFG-07: a refused batch removes nothing, and nobody else's", function* (t, subject) {
    const other = tenantOf(subject, "forget-refused-other");
    for (const each of [t, other]) {
      yield* each.must({ writes: [put("job", "a")], events: [event("E", "1")], audit: [audited("user:anna", "1")] });
    }
    const forget = { events: 1, audit: 1 };
    const answer = yield* t.commit({ expect: [{ kind: "job", id: "a", revision: 9 }], forget });
    same([answer._tag, yield* eventsOf(t), yield* recordsOf(t)], ["Refused", ["1 1"], [1]], "after a refusal");
    yield* t.must({ forget });
    same([yield* eventsOf(t), yield* recordsOf(t)], [[], []], "mine");
    same([yield* eventsOf(other), yield* recordsOf(other)], [["1 1"], [1]], "the other tenant's");
  }),
  storageCase("forget-race", "CFG-07: removals and appends at once leave the last positions", function* (t) {
    const bringing = (i: number) => ({ events: [event("E", `${i}`)], audit: [audited("user:anna", `${i}`)] });
    yield* t.must(bringing(1));
    yield* atOnce(
      t,
      Array.from({ length: 40 }, (_, i) => (i % 4 === 3 ? { forget: { events: i % 21, audit: i % 21 } } : bringing(i))),
    );
    yield* t.must({ forget: { events: 20, audit: 20 } });
    const expected = Array.from({ length: 11 }, (_, i) => i + 21);
    same(
      (yield* t.storage.events(t.id, 0, 99)).map((e) => e.position),
      expected,
      "events",
    );
    same(yield* recordsOf(t), expected, "records");
  }),
  storageCase(
    "forget-again",
    "CFG-07: what is gone stays gone, and a removal up to an earlier position does nothing",
    function* (t) {
      yield* t.must({
        events: [1, 2, 3].map((n) => event("E", `${n}`)),
        audit: [1, 2, 3].map((n) => audited("user:anna", `${n}`)),
      });
      const records = yield* t.storage.audit(t.id, { after: 0, limit: 9 });
      for (const position of [2, 2, 1, 0]) {
        yield* t.must({ forget: { events: position, audit: position } });
        same(
          [yield* eventsOf(t), yield* recordsOf(t)],
          [["3 3"], [3]],
          `what stands after a removal up to ${position}`,
        );
      }
      yield* t.must({ forget: { audit: 3 } });
      same(
        [yield* eventsOf(t), yield* recordsOf(t)],
        [["3 3"], []],
        "what stands after the records alone were removed",
      );
      // Nothing is there to be told of: the chain goes on from a record that nobody can read any more.
      for (const id of ["4", "5"])
        yield* t.must({ forget: { events: 99 }, events: [event("E", id)], audit: [audited("user:ben", id)] });
      same(yield* eventsOf(t), ["5 5"], "the last event");
      const later = yield* t.storage.audit(t.id, { after: 0, limit: 9 });
      const link = { position: 3, hash: records[2]?.hash ?? "" };
      same(
        [later.map((r) => r.position), AuditChain.follow(t.id, link, later)._tag],
        [[4, 5], "Whole"],
        "the records after",
      );
    },
  ),
  storageCase("forget-nonsense", "CFG-07: what is no position is refused", function* (t) {
    for (const forget of [{ events: -1 }, { audit: 1.5 }, { audit: Number.NaN }]) {
      const failed = yield* Effect.flip(t.commit({ forget }));
      same((failed as { readonly reason?: string }).reason, "Refused", `${JSON.stringify(forget)}`);
    }
  }),
];

const eventsOf = (t: Tenant) =>
  Effect.map(t.storage.events(t.id, 0, 100), (events) => events.map((e) => `${e.position} ${e.id}`));

const recordsOf = (t: Tenant) =>
  Effect.map(t.storage.audit(t.id, { after: 0, limit: 100 }), (records) => records.map((r) => r.position));
