/** Unique keys: one owner each; a refusal names who holds it. */
import { same } from "../Conformance.ts";
import { atOnce, put, storageCase } from "./StorageSubject.ts";

const heldBy = (key: string, owner: string) => ({ _tag: "Refused", because: { _tag: "Unique", key, owner } });

export const uniqueCases = [
  storageCase(
    "unique-again",
    "a key is granted again to its owner and refused to others, naming the holder",
    function* (t) {
      yield* t.must({ uniques: [{ key: "occurrence/1", owner: "run-1" }] });
      yield* t.must({ uniques: [{ key: "occurrence/1", owner: "run-1" }], writes: [put("run", "run-1")] });
      const other = yield* t.commit({
        uniques: [{ key: "occurrence/1", owner: "run-2" }],
        writes: [put("run", "run-2")],
      });
      same(other, heldBy("occurrence/1", "run-1"), "the other owner");
      same(yield* t.storage.get(t.id, "run", "run-2"), null, "the other's write");
    },
  ),
  storageCase("unique-batch", "two owners of one key in a batch are refused, one owner twice is not", function* (t) {
    yield* t.must({
      uniques: [
        { key: "k", owner: "a" },
        { key: "k", owner: "a" },
      ],
    });
    const two = yield* t.commit({
      uniques: [
        { key: "n", owner: "a" },
        { key: "n", owner: "b" },
      ],
    });
    same(two, heldBy("n", "a"), "two owners");
    yield* t.must({ uniques: [{ key: "n", owner: "b" }] });
  }),
  storageCase("unique-race", "of 20 owners who claim one key at once exactly one gets it", function* (t) {
    const owners = Array.from({ length: 20 }, (_, i) => `run-${i}`);
    const batches = owners.map((owner) => ({ uniques: [{ key: "occurrence", owner }], writes: [put("run", owner)] }));
    const answers = yield* atOnce(t, batches);
    const winner = owners[answers.findIndex((a) => a._tag === "Committed")] ?? "nobody";
    const losers = answers.filter((a) => a._tag === "Refused");
    same(losers.length, 19, "how many were refused");
    for (const loser of losers) same(loser, heldBy("occurrence", winner), "a refusal");
    same(
      (yield* t.storage.list(t.id, "run", { limit: 100 })).map((s) => s.id),
      [winner],
      "the runs",
    );
  }),
];
