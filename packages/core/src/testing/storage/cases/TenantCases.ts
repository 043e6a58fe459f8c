/** Tenants never mix (EVT-03): the same ids, keys and index values stand beside each other. */
import { failsWith, same } from "../Conformance.ts";
import { del, event, put, storageCase, tenantOf } from "./StorageSubject.ts";

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
];
