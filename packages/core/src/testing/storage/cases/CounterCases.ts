/** Counters: sums within floor and ceiling, checked inside the transaction. */
import { same } from "../Conformance.ts";
import { atOnce, put, storageCase } from "./StorageSubject.ts";

const refusedBy = (key: string) => ({ _tag: "Refused", because: { _tag: "Counter", key } });

export const counterCases = [
  storageCase("counter-zero", "a counter is 0 until it is first used, and adds up from there", function* (t) {
    same(yield* t.storage.counter(t.id, "seats"), 0, "before");
    yield* t.must({ counters: [{ key: "seats", by: 5 }] });
    yield* t.must({ counters: [{ key: "seats", by: -2 }] });
    same(yield* t.storage.counter(t.id, "seats"), 3, "after");
  }),
  storageCase("counters", "counters are read at once in the order of their keys, as each is by itself", function* (t) {
    yield* t.must({ counters: [1, 2, 3].map((by) => ({ key: `n-${by}`, by })) });
    const keys = ["n-3", "none", "n-1", "n-3", "n-2"];
    same(yield* t.storage.counters(t.id, keys), [3, 0, 1, 3, 2], "the counters");
    same(yield* t.storage.counters(t.id, []), [], "no counter");
  }),
  storageCase("counter-ceiling", "a counter reaches its ceiling and is refused one beyond", function* (t) {
    yield* t.must({ counters: [{ key: "seats", by: 10, ceiling: 10 }] });
    same(yield* t.commit({ counters: [{ key: "seats", by: 1, ceiling: 10 }] }), refusedBy("seats"), "11 of 10");
    same(yield* t.commit({ counters: [{ key: "new", by: 11, ceiling: 10 }] }), refusedBy("new"), "11 at once");
    same(yield* t.storage.counter(t.id, "seats"), 10, "the counter");
    same(yield* t.storage.counter(t.id, "new"), 0, "the refused counter");
  }),
  storageCase("counter-floor", "a counter reaches its floor and is refused one below", function* (t) {
    yield* t.must({ counters: [{ key: "seats", by: 1 }] });
    yield* t.must({ counters: [{ key: "seats", by: -1, floor: 0 }] });
    same(yield* t.commit({ counters: [{ key: "seats", by: -1, floor: 0 }] }), refusedBy("seats"), "-1");
    yield* t.must({ counters: [{ key: "seats", by: -3 }] });
    same(yield* t.storage.counter(t.id, "seats"), -3, "without a floor");
    same(yield* t.commit({ counters: [{ key: "seats", by: 2, floor: 0 }] }), refusedBy("seats"), "-1 from below");
  }),
  storageCase("counter-safe", "a counter never leaves the safe integers", function* (t) {
    yield* t.must({ counters: [{ key: "big", by: Number.MAX_SAFE_INTEGER }] });
    same(yield* t.commit({ counters: [{ key: "big", by: 1 }] }), refusedBy("big"), "one more");
    same(yield* t.storage.counter(t.id, "big"), Number.MAX_SAFE_INTEGER, "the counter");
    yield* t.must({ counters: [{ key: "small", by: -Number.MAX_SAFE_INTEGER }] });
    same(yield* t.commit({ counters: [{ key: "small", by: -1 }] }), refusedBy("small"), "one less");
  }),
  storageCase("counter-twice", "changes of one counter in a batch add up, each within its bounds", function* (t) {
    yield* t.must({
      counters: [
        { key: "seats", by: 2, ceiling: 4 },
        { key: "seats", by: 2, ceiling: 4 },
      ],
    });
    const over = [
      { key: "seats", by: -1 },
      { key: "seats", by: 1 },
      { key: "seats", by: 1, ceiling: 4 },
    ];
    same(yield* t.commit({ counters: over }), refusedBy("seats"), "the third");
    same(yield* t.storage.counter(t.id, "seats"), 4, "the counter");
  }),
  storageCase("counter-refusal", "a refused counter leaves nothing of its batch", function* (t) {
    const answer = yield* t.commit({
      counters: [
        { key: "one", by: 1 },
        { key: "two", by: 1, ceiling: 0 },
      ],
      writes: [put("job", "a")],
    });
    same(answer, refusedBy("two"), "the answer");
    same(yield* t.storage.counter(t.id, "one"), 0, "the other counter");
    same(yield* t.storage.get(t.id, "job", "a"), null, "the entity");
  }),
  storageCase("counter-race", "of 100 batches at once with a limit of 10 exactly 10 are committed", function* (t) {
    const batches = Array.from({ length: 100 }, (_, i) => ({
      counters: [{ key: "uses", by: 1, ceiling: 10 }],
      writes: [put("agent", `agent-${i}`)],
    }));
    const answers = yield* atOnce(t, batches);
    same(answers.filter((a) => a._tag === "Committed").length, 10, "how many were committed");
    same(yield* t.storage.counter(t.id, "uses"), 10, "the counter");
    same((yield* t.storage.list(t.id, "agent", { limit: 1_000 })).length, 10, "how many agents");
  }),
  storageCase(
    "counter-bounds",
    "floors and ceilings hold at zero, at the safe integers and where they cross",
    function* (t) {
      const { MAX_SAFE_INTEGER: most, MIN_SAFE_INTEGER: least } = Number;
      yield* t.must({ counters: [{ key: "max", by: most, floor: most, ceiling: most }] });
      yield* t.must({ counters: [{ key: "max", by: 0, floor: most, ceiling: most }] });
      same(
        yield* t.commit({ counters: [{ key: "max", by: -1, floor: most }] }),
        refusedBy("max"),
        "one below the most",
      );
      yield* t.must({ counters: [{ key: "min", by: least, floor: least, ceiling: least }] });
      same(
        yield* t.commit({ counters: [{ key: "min", by: 1, ceiling: least }] }),
        refusedBy("min"),
        "one above the least",
      );
      same(yield* t.commit({ counters: [{ key: "x", by: 0, floor: 1 }] }), refusedBy("x"), "nothing, of a floor of 1");
      same(
        yield* t.commit({ counters: [{ key: "x", by: 0, ceiling: -1 }] }),
        refusedBy("x"),
        "nothing, of a ceiling of -1",
      );
      same(
        yield* t.commit({ counters: [{ key: "x", by: 5, floor: 6, ceiling: 4 }] }),
        refusedBy("x"),
        "bounds that cross",
      );
      yield* t.must({ counters: [{ key: "x", by: 0, floor: 0, ceiling: 0 }] });
      same(yield* t.storage.counter(t.id, "x"), 0, "a counter that nothing was added to");
      // Leaves the safe integers in the middle, though not in the end.
      const through = [
        { key: "max", by: 1 },
        { key: "max", by: -1 },
      ];
      same(yield* t.commit({ counters: through }), refusedBy("max"), "over the most and back");
      yield* t.must({ counters: [...through].reverse() });
      same(
        [yield* t.storage.counter(t.id, "max"), yield* t.storage.counter(t.id, "min")],
        [most, least],
        "the counters",
      );
      yield* t.must({ counters: [{ key: "max", by: least }] });
      same(yield* t.storage.counter(t.id, "max"), 0, "all of it taken");
    },
  ),
];
