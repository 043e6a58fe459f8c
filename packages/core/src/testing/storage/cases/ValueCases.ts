/** What is written comes back unchanged: any JSON, any size, any id. */
import type { StoredJson } from "../../../ports/Storage.ts";
import { same } from "../Conformance.ts";
import { event, put, storageCase } from "./StorageSubject.ts";

const bodies: readonly StoredJson[] = [
  null,
  false,
  0,
  "",
  [],
  {},
  [null, [true], { a: [] }],
  { n: [0.1, -1.5e-7, 5e-324, 1.797e308, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER] },
  { text: "Größe 尺寸 😀 e\u0301 \u202eabc \ufeff", nul: "a\u0000b", lone: "\ud800", line: "a\r\nb\u2028c" },
  JSON.parse(
    '{"__proto__": {"x": 1}, "constructor": "c", "": "empty", "a.b": 1, "2": "two", "1": "one"}',
  ) as StoredJson,
  { quoted: `it's "quoted" \\ ; drop table entity; -- $1 ? :x {0} %s` },
];

const ids = [
  "a/b",
  "../../etc/passwd",
  ".",
  "it's",
  '"quoted"',
  "a;b--c",
  "%",
  "_",
  "$1",
  "?",
  ":id",
  "\\",
  " ",
  "  a  ",
  "a",
  "A",
  "a ",
  "line\nbreak\ttab",
  "\u007f",
  "__proto__",
  "constructor",
  "null",
  "0",
  "00",
  "1e3",
  "\u00e9",
  "e\u0301",
  "a\ufeff",
  "\u202e",
  "😀",
  "k".repeat(512),
];

export const valueCases = [
  storageCase("bodies", "any JSON comes back as it was written, in entities and events", function* (t) {
    yield* t.must({
      writes: bodies.map((body, i) => put("document", `body-${i}`, body)),
      events: bodies.map((body, i) => event("E", `body-${i}`, body)),
    });
    for (const [i, body] of bodies.entries()) {
      const stored = yield* t.storage.get(t.id, "document", `body-${i}`);
      same(JSON.stringify(stored?.body), JSON.stringify(body), `body ${i}`);
    }
    const told = yield* t.storage.events(t.id, 0, 100);
    same(
      told.map((e) => JSON.stringify(e.body)),
      bodies.map((b) => JSON.stringify(b)),
      "bodies of the events",
    );
  }),
  storageCase("large", "large bodies of any script come back as they were written", function* (t) {
    const large = { text: "尺寸 😀 abc ".repeat(150_000), list: Array.from({ length: 20_000 }, (_, i) => i) };
    yield* t.must({ writes: [put("snapshot", "large", large)], events: [event("E", "large", large)] });
    same(JSON.stringify(yield* t.body("snapshot", "large")), JSON.stringify(large), "the body");
    same(JSON.stringify((yield* t.storage.events(t.id, 0, 1))[0]?.body), JSON.stringify(large), "the event's body");
  }),
  storageCase("ids", "ids, keys and index values of strange characters are each their own", function* (t) {
    yield* t.must({
      expect: ids.map((id) => ({ kind: "patch", id, revision: "absent" })),
      counters: ids.map((key, i) => ({ key, by: i + 1 })),
      uniques: ids.map((key, i) => ({ key, owner: `${i}` })),
      writes: ids.map((id, i) => put("patch", id, i, [{ name: "n", value: id }])),
      events: ids.map((id) => event("E", id)),
    });
    for (const [i, id] of ids.entries()) {
      const expected = { kind: "patch", id, revision: 1, body: i };
      same(yield* t.storage.get(t.id, "patch", id), expected, `get ${JSON.stringify(id)}`);
      const found = yield* t.storage.find(t.id, "patch", { name: "n", value: id }, { limit: 9 });
      same(found, [expected], `find ${JSON.stringify(id)}`);
      same(yield* t.storage.counter(t.id, id), i + 1, `counter ${JSON.stringify(id)}`);
    }
    const marked = { name: "n", value: "\ufeffmarked" };
    yield* t.must({ counters: [{ key: "\ufeff", by: 7 }], writes: [put("patch", "marked", 0, [marked])] });
    same(
      (yield* t.storage.find(t.id, "patch", marked, { limit: 9 })).length,
      1,
      "found by a value that begins with U+FEFF",
    );
    same(yield* t.storage.counter(t.id, "\ufeff"), 7, "a counter of U+FEFF");
    same((yield* t.storage.getMany(t.id, "patch", ids)).length, ids.length, "getMany");
    same(
      (yield* t.storage.events(t.id, 0, 100)).map((e) => e.id),
      ids,
      "ids of the events",
    );
  }),
  storageCase("copies", "what was handed in is kept as it was at that moment", function* (t) {
    const body = { list: [1] };
    const told = { list: [1] };
    yield* t.must({ writes: [put("job", "a", body)], events: [event("E", "a", told)] });
    body.list.push(2);
    told.list.push(2);
    same(yield* t.body("job", "a"), { list: [1] }, "the body");
    same((yield* t.storage.events(t.id, 0, 1))[0]?.body, { list: [1] }, "the event's body");
  }),
];
