/** What can't be kept or asked is refused by a typed error, and leaves nothing. */
import { type Batch, PAGE_LIMIT_MAX, type StoredJson } from "../../../ports/Storage.ts";
import { BATCH_CHANGES_MAX, BODY_CHARACTERS_MAX, INDEXES_MAX, TEXT_BYTES_MAX } from "../../../ports/StorageText.ts";
import { failsWith, same } from "../Conformance.ts";
import { audited, event, put, storageCase } from "./StorageSubject.ts";

const over = PAGE_LIMIT_MAX + 1;

export const limitCases = [
  storageCase("page-limit", "a page of PAGE_LIMIT_MAX + 1, or of none, is refused by a typed error", function* (t) {
    for (const limit of [over, 0, -1, 1.5, Number.NaN]) {
      yield* failsWith(t.storage.list(t.id, "job", { limit }), "Refused", `list ${limit}`);
      yield* failsWith(t.storage.find(t.id, "job", { name: "a", value: "b" }, { limit }), "Refused", `find ${limit}`);
      yield* failsWith(t.storage.events(t.id, 0, limit), "Refused", `events ${limit}`);
    }
    for (const limit of [over, 0, 1.5])
      yield* failsWith(t.storage.audit(t.id, { after: 0, limit }), "Refused", `audit ${limit}`);
    yield* failsWith(t.storage.audit(t.id, { after: -1, limit: 1 }), "Refused", "audit after -1");
    const ids = Array.from({ length: over }, (_, i) => `${i}`);
    yield* failsWith(t.storage.getMany(t.id, "job", ids), "Refused", "getMany");
    for (const after of [-1, 0.5])
      yield* failsWith(t.storage.events(t.id, after, 1), "Refused", `events after ${after}`);
  }),
  storageCase(
    "text",
    "text that can't be kept unchanged is refused by a typed error and leaves nothing",
    function* (t) {
      for (const bad of ["", "a\u0000b", "\ud800", "a\udc00", "x".repeat(1_025)]) {
        const parts: readonly Partial<Omit<Batch, "tenantId">>[] = [
          { expect: [{ kind: "job", id: bad, revision: "absent" }] },
          { counters: [{ key: bad, by: 1 }] },
          { uniques: [{ key: bad, owner: "o" }] },
          { uniques: [{ key: "k", owner: bad }] },
          { writes: [put("job", "good"), put("job", bad)] },
          { writes: [put("job", "good"), { _tag: "Delete", kind: "job", id: bad }] },
          { writes: [put("job", "good", 1, [{ name: bad, value: "v" }])] },
          { events: [event(bad, "id")] },
          { events: [event("E", bad)] },
          { audit: [audited(bad, "id")] },
          { audit: [audited("user:a", bad)] },
          { audit: [{ ...audited("user:a", "id"), action: bad }] },
        ];
        for (const part of parts) {
          yield* failsWith(t.commit({ counters: [{ key: "n", by: 1 }], ...part }), "Refused", JSON.stringify(part));
        }
        yield* failsWith(t.storage.get(t.id, "job", bad), "Refused", `get ${JSON.stringify(bad)}`);
        yield* failsWith(t.storage.get(bad, "job", "a"), "Refused", "a tenant");
      }
      yield* failsWith(t.commit({ writes: [put("job", "\ufeffid")] }), "Refused", "an id that begins with U+FEFF");
      yield* failsWith(t.commit({ uniques: [{ key: "k", owner: "\ufeffo" }] }), "Refused", "an owner that begins so");
      same(yield* t.storage.get(t.id, "job", "good"), null, "the good one of the batch");
      same(yield* t.storage.counter(t.id, "n"), 0, "the counter of the batch");
    },
  ),
  storageCase("text-max", "ids and keys of the largest size are kept, one byte more is refused", function* (t) {
    const { id, key, owner, indexName, indexValue, eventType, actor, action } = TEXT_BYTES_MAX;
    const fill = (bytes: number) => "é".repeat(Math.floor(bytes / 2)).padEnd(Math.ceil(bytes / 2), "x");
    const indexes = [{ name: fill(indexName), value: fill(indexValue) }];
    yield* t.must({
      counters: [{ key: fill(key), by: 1 }],
      uniques: [{ key: fill(key), owner: fill(owner) }],
      writes: [put("activationKey", fill(id), 1, indexes)],
      events: [event(fill(eventType), fill(id))],
      audit: [{ ...audited(fill(actor), fill(id)), action: fill(action) }],
    });
    const found = yield* t.storage.find(
      t.id,
      "activationKey",
      { name: fill(indexName), value: fill(indexValue) },
      { limit: 1 },
    );
    same(
      found.map((s) => s.id),
      [fill(id)],
      "found",
    );
    yield* failsWith(t.commit({ writes: [put("job", `${fill(id)}x`)] }), "Refused", "an id too long");
    yield* failsWith(t.commit({ counters: [{ key: `${fill(key)}x`, by: 1 }] }), "Refused", "a key too long");
    yield* failsWith(t.commit({ uniques: [{ key: "k", owner: `${fill(owner)}x` }] }), "Refused", "an owner too long");
    const long = [{ name: "n", value: `${fill(indexValue)}x` }];
    yield* failsWith(t.commit({ writes: [put("job", "a", 1, long)] }), "Refused", "an index value too long");
  }),
  storageCase("numbers", "numbers that are no safe integers are refused by a typed error", function* (t) {
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      yield* failsWith(t.commit({ counters: [{ key: "k", by: bad }] }), "Refused", `by ${bad}`);
      yield* failsWith(t.commit({ counters: [{ key: "k", by: 1, floor: bad }] }), "Refused", `floor ${bad}`);
      yield* failsWith(t.commit({ counters: [{ key: "k", by: 1, ceiling: bad }] }), "Refused", `ceiling ${bad}`);
      yield* failsWith(t.commit({ events: [{ ...event("E", "e"), at: bad }] }), "Refused", `at ${bad}`);
    }
    same(yield* t.storage.counter(t.id, "k"), 0, "the counter");
  }),
  storageCase("not-json", "a body that is no JSON, or too large, is refused and leaves nothing", function* (t) {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const bad of [() => 1, circle, 1n, "x".repeat(BODY_CHARACTERS_MAX - 1)]) {
      const body = bad as StoredJson;
      yield* failsWith(t.commit({ writes: [put("job", "a"), put("job", "b", body)] }), "Refused", `body ${typeof bad}`);
      yield* failsWith(t.commit({ writes: [put("job", "a")], events: [event("E", "e", body)] }), "Refused", "an event");
    }
    same(yield* t.storage.get(t.id, "job", "a"), null, "the other entity");
    same(yield* t.storage.events(t.id, 0, 9), [], "events");
    yield* t.must({ writes: [put("job", "a", "x".repeat(BODY_CHARACTERS_MAX - 2))] });
  }),
  storageCase("batch-max", "a batch of BATCH_CHANGES_MAX + 1 changes is refused by a typed error", function* (t) {
    const counters = Array.from({ length: BATCH_CHANGES_MAX + 1 }, () => ({ key: "k", by: 1 }));
    yield* failsWith(t.commit({ counters }), "Refused", "the batch");
    yield* t.must({ counters: counters.slice(1) });
    same(yield* t.storage.counter(t.id, "k"), BATCH_CHANGES_MAX, "the counter");
    const indexes = Array.from({ length: INDEXES_MAX + 1 }, (_, i) => ({ name: "n", value: `${i}` }));
    yield* failsWith(t.commit({ writes: [put("job", "a", 1, indexes)] }), "Refused", "the entity");
    yield* t.must({ writes: [put("job", "a", 1, indexes.slice(1))] });
  }),
];
