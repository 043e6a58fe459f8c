/** What can't be kept or asked is refused by a typed error, and leaves nothing. */
import type * as Effect from "effect/Effect";
import { type Batch, PAGE_LIMIT_MAX, type StorageError, type StoredJson } from "../../../ports/Storage.ts";
import { BATCH_CHANGES_MAX, BODY_CHARACTERS_MAX, INDEXES_MAX, TEXT_BYTES_MAX } from "../../../ports/StorageText.ts";
import { failsWith, same } from "../Conformance.ts";
import { audited, del, event, put, storageCase, type Tenant } from "./StorageSubject.ts";

const over = PAGE_LIMIT_MAX + 1;

// Every read with a text that can't be kept in each place for one. The value of an index may be empty, and so may the id before a page.
const readsOf = ({ storage, id }: Tenant, bad: string): readonly Read[] => {
  const index = { name: "n", value: "v" };
  const page = { limit: 9 };
  const asked = { after: 0, limit: 9 };
  const reads: readonly Read[] = [
    ["get", storage.get(id, "job", bad)],
    ["get of", storage.get(bad, "job", "a")],
    ["getMany", storage.getMany(id, "job", ["a", bad])],
    ["getMany of", storage.getMany(bad, "job", ["a"])],
    ["list of", storage.list(bad, "job", page)],
    ["find of", storage.find(bad, "job", index, page)],
    ["find by the name", storage.find(id, "job", { ...index, name: bad }, page)],
    ["counter", storage.counter(id, bad)],
    ["counter of", storage.counter(bad, "a")],
    ["counters", storage.counters(id, ["a", bad])],
    ["counters of", storage.counters(bad, ["a"])],
    ["events of", storage.events(bad, 0, 9)],
    ["audit of", storage.audit(bad, asked)],
    ["audit by", storage.audit(id, { ...asked, by: bad })],
    ["audit of the action", storage.audit(id, { ...asked, action: bad })],
    ["audit of the entity", storage.audit(id, { ...asked, entity: { kind: "job", id: bad } })],
  ];
  if (bad === "") return reads;
  return [
    ...reads,
    ["list after", storage.list(id, "job", { ...page, after: bad })],
    ["find after", storage.find(id, "job", index, { ...page, after: bad })],
    ["find by the value", storage.find(id, "job", { ...index, value: bad }, page)],
  ];
};

type Read = readonly [call: string, answer: Effect.Effect<unknown, StorageError>];

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
    yield* failsWith(t.storage.counters(t.id, ids), "Refused", "counters");
    same((yield* t.storage.counters(t.id, ids.slice(1))).length, PAGE_LIMIT_MAX, "the counters of one page");
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
        for (const [call, answer] of readsOf(t, bad)) {
          yield* failsWith(answer, "Refused", `${call} ${JSON.stringify(bad)}`);
        }
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
  storageCase(
    "body-max",
    "bodies of exactly BODY_CHARACTERS_MAX are kept, of one character more refused",
    function* (t) {
      // As many bytes as so many characters can have.
      const large = filled("尺", BODY_CHARACTERS_MAX);
      yield* t.must({ writes: [put("snapshot", "a", large)] });
      same((yield* t.body("snapshot", "a")) === large, true, "whether a body comes back");
      const [most, over] = [filled("x", BODY_CHARACTERS_MAX), filled("x", BODY_CHARACTERS_MAX + 1)];
      yield* t.must({ events: [event("E", "a", most)], audit: [audited("user:anna", "a", most)] });
      same((yield* t.storage.events(t.id, 0, 1))[0]?.body === most, true, "whether an event's body comes back");
      same((yield* t.storage.audit(t.id, { after: 0, limit: 1 }))[0]?.body === most, true, "whether a record's does");
      for (const parts of [
        { writes: [put("snapshot", "a", over)] },
        { events: [event("E", "a", over)] },
        { audit: [audited("user:anna", "a", over)] },
      ]) {
        yield* failsWith(t.commit({ counters: [{ key: "k", by: 1 }], ...parts }), "Refused", Object.keys(parts).join());
      }
      same([yield* t.storage.counter(t.id, "k"), yield* t.revision("snapshot", "a")], [0, 1], "what is left");
      yield* t.must({ writes: [del("snapshot", "a")], forget: { events: 1, audit: 1 } });
    },
  ),
  storageCase(
    "changes-max",
    "BATCH_CHANGES_MAX changes of every sort are one batch, one more of any is refused",
    function* (t) {
      const many = <A>(one: (name: string, i: number) => A, count: number): readonly A[] =>
        Array.from({ length: count }, (_, i) => one(`n-${String(i).padStart(5, "0")}`, i));
      const fifth = BATCH_CHANGES_MAX / 5;
      const most = {
        expect: many((id) => ({ kind: "assetRun", id, revision: "absent" }) as const, fifth),
        counters: many((key, i) => ({ key, by: i }), fifth),
        uniques: many((key) => ({ key, owner: key }), fifth),
        writes: many((id, i) => put("assetRun", id, i, [{ name: "run", value: `r${i % 20}` }]), fifth),
        events: many((id, i) => event("E", id, i), fifth / 2),
        audit: many((id, i) => audited("user:anna", id, i), fifth / 2),
      };
      const more = {
        expect: [{ kind: "assetRun", id: "z", revision: "absent" }] as const,
        counters: [{ key: "z", by: 1 }],
        uniques: [{ key: "z", owner: "z" }],
        writes: [put("assetRun", "z")],
        events: [event("E", "z")],
        audit: [audited("user:anna", "z")],
      };
      for (const key of Object.keys(more) as (keyof typeof more)[]) {
        yield* failsWith(t.commit({ ...most, [key]: [...most[key], ...more[key]] }), "Refused", `one more of ${key}`);
      }
      same(yield* t.storage.list(t.id, "assetRun", { limit: 9 }), [], "what the refused ones left");
      const taken = { uniques: [...most.uniques.slice(1), { key: most.uniques[1]?.key ?? "", owner: "another" }] };
      same((yield* t.commit({ ...most, ...taken }))._tag, "Refused", "the largest, whose last claim doesn't hold");
      same(yield* t.storage.list(t.id, "assetRun", { limit: 9 }), [], "what it left");
      yield* t.must(most);
      const last = fifth - 1;
      const found = yield* t.storage.find(t.id, "assetRun", { name: "run", value: "r19" }, { limit: 1_000 });
      same([found.length, found.at(-1)?.body], [fifth / 20, last], "what an index value finds");
      same(yield* t.storage.counter(t.id, `n-0${last}`), last, "the last counter");
      same(
        (yield* t.storage.events(t.id, fifth / 2 - 1, 9)).map((e) => e.position),
        [fifth / 2],
        "the last event",
      );
      same(
        (yield* t.storage.audit(t.id, { after: fifth / 2 - 1, limit: 9 })).map((r) => r.position),
        [fifth / 2],
        "the last record",
      );
    },
  ),
  storageCase("many-writes", "BATCH_CHANGES_MAX writes are one batch, and so are as many removals", function* (t) {
    const ids = Array.from({ length: BATCH_CHANGES_MAX }, (_, i) => `asset-${String(i).padStart(5, "0")}`);
    yield* failsWith(t.commit({ writes: ["z", ...ids].map((id) => put("assetRun", id)) }), "Refused", "one more");
    yield* t.must({ writes: ids.map((id) => put("assetRun", id, null)) });
    const end = yield* t.storage.list(t.id, "assetRun", { after: ids.at(-2) ?? "", limit: 9 });
    same(end, [{ kind: "assetRun", id: ids.at(-1), revision: 1, body: null }], "the last");
    yield* t.must({ writes: ids.map((id) => del("assetRun", id)) });
    same(yield* t.storage.list(t.id, "assetRun", { limit: 9 }), [], "what is left");
  }),
];

// Text whose JSON has so many characters, nearly all of them of one kind.
const filled = (unit: string, characters: number): string => {
  const each = JSON.stringify(unit).length - 2;
  const count = Math.floor((characters - 2) / each);
  return unit.repeat(count) + "x".repeat(characters - 2 - count * each);
};
