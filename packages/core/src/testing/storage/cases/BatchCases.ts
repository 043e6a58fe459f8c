/** A batch is carried out in its order, all of it or nothing. */
import { same } from "../Conformance.ts";
import { committed, del, event, put, storageCase } from "./StorageSubject.ts";

const on = [{ name: "state", value: "on" }];
const off = [{ name: "state", value: "off" }];

export const batchCases = [
  storageCase("empty-batch", "an empty batch is carried out and changes nothing", function* (t) {
    same(yield* t.commit({}), committed, "the answer");
    same(yield* t.storage.events(t.id, 0, 10), [], "events");
  }),
  storageCase("last-wins", "of writes to one entity in a batch the last wins, and each counts", function* (t) {
    yield* t.must({ writes: [put("job", "a", "first", on), put("job", "b"), put("job", "a", "last", off)] });
    same(yield* t.storage.get(t.id, "job", "a"), { kind: "job", id: "a", revision: 2, body: "last" }, "the entity");
    same(
      (yield* t.storage.find(t.id, "job", { name: "state", value: "on" }, { limit: 9 })).length,
      0,
      "found as first",
    );
    same(
      (yield* t.storage.find(t.id, "job", { name: "state", value: "off" }, { limit: 9 })).length,
      1,
      "found as last",
    );
  }),
  storageCase("put-delete", "a write and a delete of one entity in a batch leave nothing", function* (t) {
    yield* t.must({ writes: [put("job", "a", 1, on), del("job", "a")] });
    same(yield* t.storage.get(t.id, "job", "a"), null, "the entity");
    same(yield* t.storage.find(t.id, "job", { name: "state", value: "on" }, { limit: 9 }), [], "found");
    same(yield* t.storage.list(t.id, "job", { limit: 9 }), [], "listed");
  }),
  storageCase("delete-put", "a delete and a write of one entity in a batch begin it anew", function* (t) {
    yield* t.must({ writes: [put("job", "a", 1, on)] });
    yield* t.must({ writes: [put("job", "a", 2, on)] });
    yield* t.must({ writes: [del("job", "a"), put("job", "a", 3, off)] });
    same(yield* t.storage.get(t.id, "job", "a"), { kind: "job", id: "a", revision: 1, body: 3 }, "the entity");
    same(
      (yield* t.storage.find(t.id, "job", { name: "state", value: "on" }, { limit: 9 })).length,
      0,
      "found as before",
    );
    same(
      (yield* t.storage.find(t.id, "job", { name: "state", value: "off" }, { limit: 9 })).length,
      1,
      "found as anew",
    );
  }),
  storageCase("whole", "EVT-01: state and its events are written together", function* (t) {
    yield* t.must({
      expect: [{ kind: "job", id: "a", revision: "absent" }],
      counters: [{ key: "jobs", by: 2 }],
      uniques: [{ key: "title/x", owner: "a" }],
      writes: [put("job", "a", { title: "x" }, on), put("tag", "a", { title: "tag" })],
      events: [event("JobCreated", "a", { title: "x" })],
    });
    same(yield* t.body("job", "a"), { title: "x" }, "the job");
    same(yield* t.body("tag", "a"), { title: "tag" }, "the tag of the same id");
    same(yield* t.storage.counter(t.id, "jobs"), 2, "the counter");
    same(
      yield* t.storage.events(t.id, 0, 10),
      [{ ...event("JobCreated", "a", { title: "x" }), position: 1 }],
      "events",
    );
  }),
  storageCase(
    "none-of-it",
    "EVT-01: a batch that its last claim refuses leaves neither state nor event",
    function* (t) {
      yield* t.must({ uniques: [{ key: "title/x", owner: "holder" }], writes: [put("job", "kept", 1, on)] });
      const answer = yield* t.commit({
        counters: [{ key: "jobs", by: 1 }],
        uniques: [
          { key: "title/y", owner: "a" },
          { key: "title/x", owner: "a" },
        ],
        writes: [put("job", "a", 1, on), del("job", "kept"), put("tag", "a")],
        events: [event("JobCreated", "a"), event("JobDeleted", "kept")],
      });
      same(answer._tag, "Refused", "the answer");
      same(
        (yield* t.storage.list(t.id, "job", { limit: 9 })).map((s) => s.id),
        ["kept"],
        "the jobs",
      );
      same((yield* t.storage.find(t.id, "job", { name: "state", value: "on" }, { limit: 9 })).length, 1, "found");
      same(yield* t.storage.list(t.id, "tag", { limit: 9 }), [], "the tags");
      same(yield* t.storage.counter(t.id, "jobs"), 0, "the counter");
      same(yield* t.storage.events(t.id, 0, 10), [], "the events");
      yield* t.must({ uniques: [{ key: "title/y", owner: "another" }] });
    },
  ),
  storageCase("large-batch", "a batch of 2,000 writes and events is carried out whole", function* (t) {
    const ids = Array.from({ length: 2_000 }, (_, i) => `asset-${String(i).padStart(4, "0")}`);
    yield* t.must({
      expect: ids.map((id) => ({ kind: "assetRun", id, revision: "absent" })),
      writes: ids.map((id, i) => put("assetRun", id, { i }, [{ name: "run", value: "r" }])),
      events: ids.map((id) => event("AssetRunCreated", id)),
    });
    const first = yield* t.storage.find(t.id, "assetRun", { name: "run", value: "r" }, { limit: 1_000 });
    const rest = yield* t.storage.list(t.id, "assetRun", { after: "asset-0999", limit: 1_000 });
    same(
      [...first, ...rest].map((s) => s.id),
      ids,
      "ids",
    );
    same(
      (yield* t.storage.events(t.id, 1_999, 10)).map((e) => e.id),
      ["asset-1999"],
      "the last event",
    );
  }),
];
