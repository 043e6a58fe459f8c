/** Optimistic locks: revisions, absence, and that a refusal names what did not hold and leaves nothing. */
import { same } from "../Conformance.ts";
import { atOnce, committed, del, event, put, storageCase } from "./StorageSubject.ts";

export const revisionCases = [
  storageCase("never-written", "an entity that was never written is null", function* (t) {
    same(yield* t.storage.get(t.id, "job", "none"), null, "get");
  }),
  storageCase("revisions", "the first write is revision 1, each further write one more", function* (t) {
    for (const revision of [1, 2, 3]) {
      yield* t.must({ writes: [put("job", "a", { n: revision })] });
      const expected = { kind: "job", id: "a", revision, body: { n: revision } };
      same(yield* t.storage.get(t.id, "job", "a"), expected, "the entity");
    }
    yield* t.must({ writes: [put("job", "a", { n: 3 })] });
    same(yield* t.revision("job", "a"), 4, "the revision after the same was written again");
  }),
  storageCase("absent", "an expectation of absence holds once and is then refused by name", function* (t) {
    const expected = { kind: "job", id: "a", revision: "absent" } as const;
    yield* t.must({ expect: [expected], writes: [put("job", "a", 1)] });
    const again = yield* t.commit({ expect: [expected], writes: [put("job", "a", 2)] });
    same(again, { _tag: "Refused", because: { _tag: "Revision", expected } }, "the second answer");
    same(yield* t.body("job", "a"), 1, "the body");
  }),
  storageCase("present", "an expectation of a revision is refused when the entity is absent", function* (t) {
    const expected = { kind: "job", id: "a", revision: 1 } as const;
    const answer = yield* t.commit({ expect: [expected], writes: [put("job", "a")] });
    same(answer, { _tag: "Refused", because: { _tag: "Revision", expected } }, "the answer");
    same(yield* t.revision("job", "a"), 0, "the revision");
  }),
  storageCase(
    "guards",
    "expectations of entities that the batch doesn't write are checked and change nothing",
    function* (t) {
      yield* t.must({ writes: [put("tag", "present")] });
      const present = { kind: "tag", id: "present", revision: 1 } as const;
      const absent = { kind: "tag", id: "gone", revision: "absent" } as const;
      yield* t.must({ expect: [present, absent], writes: [put("job", "a")] });
      same(yield* t.revision("tag", "present"), 1, "revision of the guard");
      same(yield* t.storage.get(t.id, "tag", "gone"), null, "the absent guard");
      same((yield* t.storage.list(t.id, "tag", { limit: 10 })).length, 1, "how many tags");
      yield* t.must({ writes: [put("tag", "gone")] });
      const answer = yield* t.commit({ expect: [present, absent], writes: [put("job", "b")] });
      same(answer, { _tag: "Refused", because: { _tag: "Revision", expected: absent } }, "the answer");
    },
  ),
  storageCase("stale", "a stale revision is refused and leaves nothing of the batch", function* (t) {
    const indexes = [{ name: "state", value: "on" }];
    yield* t.must({ writes: [put("job", "a", "first", indexes)] });
    yield* t.must({ writes: [put("job", "a", "second", indexes)] });
    const expected = { kind: "job", id: "a", revision: 1 } as const;
    const answer = yield* t.commit({
      expect: [expected],
      counters: [{ key: "count", by: 1 }],
      uniques: [{ key: "name", owner: "loser" }],
      writes: [put("job", "a", "third", [{ name: "state", value: "off" }]), put("job", "b"), del("job", "a")],
      events: [event("JobChanged", "a")],
    });
    same(answer, { _tag: "Refused", because: { _tag: "Revision", expected } }, "the answer");
    same(yield* t.body("job", "a"), "second", "the body");
    same(yield* t.revision("job", "a"), 2, "the revision");
    same(yield* t.storage.get(t.id, "job", "b"), null, "the other entity");
    same(yield* t.storage.counter(t.id, "count"), 0, "the counter");
    same(yield* t.storage.events(t.id, 0, 10), [], "the events");
    const on = yield* t.storage.find(t.id, "job", { name: "state", value: "on" }, { limit: 10 });
    same(on.length, 1, "entities found by the old index entry");
    yield* t.must({ uniques: [{ key: "name", owner: "winner" }] });
  }),
  storageCase(
    "first-named",
    "the first thing that does not hold is named: expectations, counters, uniques",
    function* (t) {
      yield* t.must({ uniques: [{ key: "name", owner: "holder" }], writes: [put("job", "a")] });
      const good = { kind: "job", id: "a", revision: 1 } as const;
      const second = { kind: "job", id: "z", revision: 4 } as const;
      const third = { kind: "job", id: "b", revision: 5 } as const;
      const counters = [
        { key: "free", by: 1 },
        { key: "full", by: 1, ceiling: 0 },
        { key: "fuller", by: 1, ceiling: 0 },
      ];
      const uniques = [{ key: "name", owner: "other" }];
      const byRevision = yield* t.commit({ expect: [good, second, third], counters, uniques });
      same(byRevision, { _tag: "Refused", because: { _tag: "Revision", expected: second } }, "all three wrong");
      const byCounter = yield* t.commit({ expect: [good], counters, uniques });
      same(byCounter, { _tag: "Refused", because: { _tag: "Counter", key: "full" } }, "counter and unique wrong");
      const byUnique = yield* t.commit({ expect: [good], uniques });
      same(byUnique, { _tag: "Refused", because: { _tag: "Unique", key: "name", owner: "holder" } }, "unique wrong");
    },
  ),
  storageCase("one-writer", "of writers with the same expectation at once exactly one is committed", function* (t) {
    yield* t.must({ writes: [put("job", "a", -1)] });
    const expect = [{ kind: "job", id: "a", revision: 1 }] as const;
    const writers = Array.from({ length: 20 }, (_, i) => ({ expect, writes: [put("job", "a", i)] }));
    const answers = yield* atOnce(t, writers);
    const winners = answers.flatMap((a, i) => (a._tag === "Committed" ? [i] : []));
    same(winners.length, 1, "how many were committed");
    same(yield* t.body("job", "a"), winners[0], "the body");
    same(yield* t.revision("job", "a"), 2, "the revision");
  }),
  storageCase("one-creator", "of creators of one entity at once exactly one is committed", function* (t) {
    const expect = [{ kind: "run", id: "once", revision: "absent" }] as const;
    const answers = yield* atOnce(
      t,
      Array.from({ length: 20 }, (_, i) => ({ expect, writes: [put("run", "once", i)] })),
    );
    same(answers.filter((a) => a._tag === "Committed").length, 1, "how many were committed");
    same(yield* t.revision("run", "once"), 1, "the revision");
  }),
  storageCase(
    "delete",
    "a deleted entity is gone with its index entries, and begins again at revision 1",
    function* (t) {
      const indexes = [{ name: "state", value: "on" }];
      yield* t.must({ writes: [put("job", "a", 1, indexes)] });
      yield* t.must({ writes: [put("job", "a", 2, indexes)] });
      yield* t.must({ expect: [{ kind: "job", id: "a", revision: 2 }], writes: [del("job", "a")] });
      same(yield* t.storage.get(t.id, "job", "a"), null, "get");
      same(yield* t.storage.getMany(t.id, "job", ["a"]), [], "getMany");
      same(yield* t.storage.list(t.id, "job", { limit: 10 }), [], "list");
      same(yield* t.storage.find(t.id, "job", { name: "state", value: "on" }, { limit: 10 }), [], "find");
      yield* t.must({ expect: [{ kind: "job", id: "a", revision: "absent" }], writes: [put("job", "a", 3)] });
      same(yield* t.revision("job", "a"), 1, "the revision");
      same(yield* t.storage.find(t.id, "job", { name: "state", value: "on" }, { limit: 10 }), [], "find afterwards");
    },
  ),
  storageCase("delete-none", "deleting what isn't there is carried out and does nothing", function* (t) {
    same(yield* t.commit({ writes: [del("job", "none")] }), committed, "the answer");
    same(yield* t.storage.list(t.id, "job", { limit: 10 }), [], "list");
  }),
];
