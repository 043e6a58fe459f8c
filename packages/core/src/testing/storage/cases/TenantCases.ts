/** Tenants never mix (EVT-03): the same ids, keys and index values stand beside each other. */
import * as Effect from "effect/Effect";
import { failsWith, same } from "../Conformance.ts";
import { audited, del, event, put, storageCase, tenantOf } from "./StorageSubject.ts";

const indexes = [{ name: "state", value: "on" }];

export const tenantCases = [
  storageCase("two-a", "EVT-03: the same ids in two tenants never mix", function* (a, subject) {
    const b = tenantOf(subject, "two-b");
    yield* a.must({ writes: [put("job", "x", "of a", indexes), put("job", "only-a")] });
    yield* b.must({ writes: [put("job", "x", "of b", indexes)] });
    yield* b.must({ writes: [put("job", "x", "of b again", indexes)] });
    same(yield* a.storage.get(a.id, "job", "x"), { kind: "job", id: "x", revision: 1, body: "of a" }, "a's entity");
    same(yield* b.revision("job", "x"), 2, "b's revision");
    same(yield* b.storage.get(b.id, "job", "only-a"), null, "a's entity asked of b");
    same(
      (yield* b.storage.getMany(b.id, "job", ["x", "only-a"])).map((s) => s.body),
      ["of b again"],
      "getMany of b",
    );
    same(
      (yield* b.storage.list(b.id, "job", { limit: 9 })).map((s) => s.body),
      ["of b again"],
      "list of b",
    );
    const found = yield* b.storage.find(b.id, "job", { name: "state", value: "on" }, { limit: 9 });
    same(
      found.map((s) => s.body),
      ["of b again"],
      "find of b",
    );
    yield* b.must({ writes: [del("job", "x")] });
    same(yield* a.body("job", "x"), "of a", "a's body after b's delete");
    same((yield* a.storage.find(a.id, "job", { name: "state", value: "on" }, { limit: 9 })).length, 1, "a's index");
  }),
  storageCase("mixed-a", "EVT-03: what was read of one tenant can't be written for another", function* (a, subject) {
    const b = tenantOf(subject, "mixed-b");
    yield* a.must({ writes: [put("job", "x", "of a")] });
    yield* b.must({ writes: [put("job", "x", "of b")] });
    const expect = [{ kind: "job", id: "x", revision: 1, tenantId: a.id }] as const;
    yield* failsWith(
      b.commit({ expect, writes: [put("job", "x", "of a, in b")] }),
      "Refused",
      "b's commit on a's word",
    );
    same(yield* b.body("job", "x"), "of b", "b's body");
    yield* a.must({ expect, writes: [put("job", "x", "of a again")] });
  }),
  storageCase("sets-a", "EVT-03: counters, unique keys and event positions are a tenant's own", function* (a, subject) {
    const b = tenantOf(subject, "sets-b");
    const parts = (owner: string) => ({
      counters: [{ key: "seats", by: 1, ceiling: 1 }],
      uniques: [{ key: "title", owner }],
      events: [event("E", owner)],
    });
    yield* a.must(parts("of a"));
    yield* b.must(parts("of b"));
    yield* b.must({ events: [event("E", "of b, second")] });
    same(yield* a.storage.counter(a.id, "seats"), 1, "a's counter");
    same(
      (yield* a.storage.events(a.id, 0, 9)).map((e) => [e.position, e.id]),
      [[1, "of a"]],
      "a's events",
    );
    const ofB = (yield* b.storage.events(b.id, 0, 9)).map((e) => [e.position, e.id]);
    same(
      ofB,
      [
        [1, "of b"],
        [2, "of b, second"],
      ],
      "b's events",
    );
  }),
  storageCase("expect-a", "EVT-03: an expectation looks only at its own tenant", function* (a, subject) {
    const b = tenantOf(subject, "expect-b");
    yield* a.must({ writes: [put("job", "x")] });
    yield* b.must({ expect: [{ kind: "job", id: "x", revision: "absent" }], writes: [put("job", "x")] });
    const answer = yield* a.commit({ expect: [{ kind: "job", id: "x", revision: "absent" }] });
    same(answer._tag, "Refused", "a's answer");
  }),
  storageCase("walk-a", "tenants answers every tenant that has an entity, and no other", function* (a, subject) {
    const names = ["walk-b", "walk-c", "walk-d"];
    const [b, c, d] = names.map((name) => tenantOf(subject, name));
    if (b === undefined || c === undefined || d === undefined) return;
    yield* a.must({ writes: [put("subscription", "s"), put("job", "j")] });
    yield* b.must({ writes: [put("tag", "t")] });
    yield* c.must({ counters: [{ key: "k", by: 1 }], uniques: [{ key: "u", owner: "o" }], events: [event("E", "e")] });
    yield* d.must({ writes: [put("tag", "t")] });
    yield* d.must({ writes: [del("tag", "t")] });
    const mine = [a.id, b.id, c.id, d.id];
    const answer = (yield* a.storage.tenants()).filter((t) => mine.includes(t));
    same([...answer].sort(), [a.id, b.id].sort(), "tenants");
  }),
  storageCase(
    "apart-a",
    "EVT-03: what is kept of two tenants stays apart wherever their names end",
    function* (a, subject) {
      // Whoever joins a tenant's name with what comes next by one of these mixes the two.
      for (const [i, joint] of ["/", ":", "-", "|", " ", ".", "#", "\u001f", "job", ""].entries()) {
        const short = tenantOf(subject, `apart-${i}`);
        const long = tenantOf(subject, `apart-${i}${joint}x`);
        const parts = (text: string, by: number) => ({
          counters: [{ key: text, by }],
          uniques: [{ key: text, owner: `${by}` }],
          writes: [put("job", text, by, [{ name: text, value: text }])],
        });
        yield* short.must(parts(`x${joint}y`, 1));
        yield* long.must(parts("y", 2));
        yield* long.must(parts(`x${joint}y`, 2));
        yield* short.must({ writes: [del("job", "y")] });
        for (const [tenant, id, by] of [
          [short, `x${joint}y`, 1],
          [long, "y", 2],
          [long, `x${joint}y`, 2],
        ] as const) {
          const found = yield* tenant.storage.find(tenant.id, "job", { name: id, value: id }, { limit: 9 });
          const seen = [yield* tenant.body("job", id), yield* tenant.storage.counter(tenant.id, id), found.length];
          same(seen, [by, by, 1], `${id} of the tenant ${tenant.id}`);
        }
        same(yield* short.storage.counter(short.id, "y"), 0, "a counter that only the other has");
        same(yield* short.storage.counters(short.id, ["y"]), [0], "counters that only the other has");
      }
      same(yield* a.storage.list(a.id, "job", { limit: 9 }), [], "the jobs of a tenant beside them");
    },
  ),
  storageCase("trails-a", "EVT-03: events and audit records are read of their own tenant only", function* (a, subject) {
    const b = tenantOf(subject, "trails-b");
    for (const [t, who] of [
      [a, "a"],
      [b, "b"],
      [a, "a"],
    ] as const) {
      yield* t.must({ events: [event("E", who)], audit: [audited("user:anna", who)] });
    }
    for (const [t, who, expected] of [
      [a, "a", [1, 2]],
      [b, "b", [1]],
    ] as const) {
      const events = yield* t.storage.events(t.id, 0, 9);
      const entity = { kind: "job", id: who } as const;
      const records = yield* t.storage.audit(t.id, {
        after: 0,
        limit: 9,
        by: "user:anna",
        action: "jobs.enable",
        entity,
      });
      same(
        [...events, ...records].map((e) => `${e.position} ${e.id}`),
        [...expected, ...expected].map((position) => `${position} ${who}`),
        `what ${who} reads`,
      );
      const other = yield* t.storage.audit(t.id, {
        after: 0,
        limit: 9,
        entity: { kind: "job", id: who === "a" ? "b" : "a" },
      });
      same(other, [], `what ${who} reads of the other's entity`);
    }
    yield* b.must({ forget: { events: 9, audit: 9 } });
    same((yield* a.storage.events(a.id, 0, 9)).length, 2, "a's events after b's were removed");
    same((yield* a.storage.audit(a.id, { after: 0, limit: 9 })).length, 2, "a's records after b's were removed");
  }),
  storageCase("foreign-a", "EVT-03: an expectation of another tenant refuses the whole batch", function* (a, subject) {
    const b = tenantOf(subject, "foreign-b");
    for (const t of [a, b]) yield* t.must({ writes: [put("job", "x"), put("job", "y")] });
    const foreign = [
      { kind: "job", id: "x", revision: 1, tenantId: a.id },
      { kind: "job", id: "none", revision: "absent", tenantId: a.id },
    ] as const;
    for (const expected of foreign) {
      const own = { kind: "job", id: "y", revision: 1, tenantId: b.id } as const;
      const commit = b.commit({
        expect: [own, expected],
        counters: [{ key: "k", by: 1 }],
        uniques: [{ key: "u", owner: "foreign" }],
        writes: [put("job", "x", "foreign"), del("job", "y")],
        events: [event("E", "foreign")],
        audit: [audited("user:anna", "foreign")],
      });
      yield* failsWith(commit, "Refused", `a batch of b that expects ${expected.id} of a`);
    }
    for (const t of [a, b]) {
      same(
        [yield* t.body("job", "x"), yield* t.revision("job", "y"), yield* t.storage.counter(t.id, "k")],
        [{}, 1, 0],
        t.id,
      );
      same(yield* t.storage.events(t.id, 0, 9), [], "events");
      same(yield* t.storage.audit(t.id, { after: 0, limit: 9 }), [], "records");
    }
    yield* b.must({ uniques: [{ key: "u", owner: "b" }] });
  }),
  storageCase(
    "busy-a",
    "EVT-01, EVT-03: tenants that write at once each have their own order, without a gap",
    function* (a, subject) {
      const tenants = [a, tenantOf(subject, "busy-b"), tenantOf(subject, "busy-c")];
      const batches = Array.from({ length: 90 }, (_, i) => {
        const tenant = tenants[i % 3] ?? a;
        const full = i % 5 === 3 ? { uniques: ["one", "two"].map((owner) => ({ key: "u", owner })) } : {};
        return {
          tenant,
          i,
          parts: { ...full, writes: [put("job", "x", i)], events: [event("E", "x", i), event("F", "x", i)] },
        };
      });
      const answers = yield* Effect.all(
        batches.map(({ tenant, parts }) => tenant.commit(parts)),
        { concurrency: "unbounded" },
      );
      for (const tenant of tenants) {
        const kept = batches.filter((b, n) => b.tenant === tenant && answers[n]?._tag === "Committed").map((b) => b.i);
        const events = yield* tenant.storage.events(tenant.id, 0, 1_000);
        same(
          events.map((e) => e.position),
          Array.from({ length: 2 * kept.length }, (_, i) => i + 1),
          "positions",
        );
        const told = events.map((e) => e.body as number);
        same(
          [...told].sort((x, y) => x - y),
          kept.flatMap((i) => [i, i]),
          "batches that the events tell of",
        );
        same(
          told.filter((i, n) => n % 2 === 1 && i !== told[n - 1]),
          [],
          "batches whose events stand apart",
        );
        same(events.map((e) => e.type).join(""), "EF".repeat(kept.length), "types");
        same(yield* tenant.body("job", "x"), told.at(-1), "the body, which the last event tells of");
        same(yield* tenant.revision("job", "x"), kept.length, "the revision");
      }
    },
  ),
];
