/** Reads: by id, in order of ids, by index entry, page by page. */
import * as Effect from "effect/Effect";
import { entityKinds, PAGE_LIMIT_MAX, type Stored } from "../../../ports/Storage.ts";
import { same } from "../Conformance.ts";
import { del, put, storageCase, type Tenant } from "./StorageSubject.ts";

const idsOf = (found: readonly Stored[]): readonly string[] => found.map((s) => s.id);

// In the order of their UTF-8 bytes; UTF-16 would put U+1F600 before U+FFFD, a dictionary "B" after "a".
const ordered = [
  "-",
  "0",
  "10",
  "2",
  "A",
  "B",
  "Z",
  "_",
  "a",
  "aa",
  "b",
  "z",
  "é",
  "Ω",
  "中",
  "\uffee",
  "\ufffd",
  "😀",
];

const found = (t: Tenant, value: string, page = { limit: 100 } as { limit: number; after?: string }) =>
  Effect.map(t.storage.find(t.id, "job", { name: "state", value }, page), idsOf);

export const readCases = [
  storageCase("get-many", "getMany answers those that exist, each once", function* (t) {
    yield* t.must({ writes: ["a", "b", "c"].map((id) => put("job", id, id)) });
    yield* t.must({ writes: [put("tag", "d")] });
    const many = yield* t.storage.getMany(t.id, "job", ["c", "none", "a", "c", "d"]);
    const byId = [...many].sort((x, y) => (x.id < y.id ? -1 : 1));
    same(
      byId.map((s) => [s.id, s.revision, s.body]),
      [
        ["a", 1, "a"],
        ["c", 1, "c"],
      ],
      "found",
    );
    same(yield* t.storage.getMany(t.id, "job", []), [], "of no ids");
  }),
  storageCase("order", "list answers in the order of the ids' UTF-8 bytes", function* (t) {
    yield* t.must({ writes: [...ordered].reverse().map((id) => put("job", id, id)) });
    same(idsOf(yield* t.storage.list(t.id, "job", { limit: 100 })), ordered, "ids");
    const indexes = [{ name: "state", value: "x" }];
    yield* t.must({ writes: ordered.map((id) => put("job", id, id, indexes)) });
    same(yield* found(t, "x"), ordered, "found");
  }),
  storageCase("paging", "list and find walk every entity once, page by page", function* (t) {
    yield* t.must({ writes: ordered.map((id) => put("job", id, id, [{ name: "state", value: "x" }])) });
    for (const limit of [1, 2, 5, ordered.length, 100]) {
      const listed = yield* walk((after) => t.storage.list(t.id, "job", pageOf(limit, after)));
      same(listed, ordered, `listed by pages of ${limit}`);
      const walked = yield* walk((after) =>
        t.storage.find(t.id, "job", { name: "state", value: "x" }, pageOf(limit, after)),
      );
      same(walked, ordered, `found by pages of ${limit}`);
    }
  }),
  storageCase("page-after", "a page may begin after an id that is not, or no longer, there", function* (t) {
    yield* t.must({ writes: ["a", "c", "e"].map((id) => put("job", id, id, [{ name: "state", value: "x" }])) });
    yield* t.must({ writes: [del("job", "c")] });
    for (const [after, expected] of [
      ["c", ["e"]],
      ["b", ["e"]],
      ["e", []],
      ["zz", []],
      ["", ["a", "e"]],
    ] as const) {
      same(idsOf(yield* t.storage.list(t.id, "job", { after, limit: 10 })), expected, `listed after "${after}"`);
      same(yield* found(t, "x", { after, limit: 10 }), expected, `found after "${after}"`);
    }
  }),
  storageCase("index-replace", "writing an entity replaces all of its index entries", function* (t) {
    const first = [
      { name: "state", value: "on" },
      { name: "owner", value: "u" },
    ];
    yield* t.must({ writes: [put("job", "a", 1, first)] });
    yield* t.must({ writes: [put("job", "a", 2, [{ name: "state", value: "off" }])] });
    same(yield* found(t, "on"), [], "by the old value");
    same(yield* found(t, "off"), ["a"], "by the new value");
    same(yield* t.storage.find(t.id, "job", { name: "owner", value: "u" }, { limit: 9 }), [], "by the dropped name");
    yield* t.must({ writes: [put("job", "a", 3, [])] });
    same(yield* found(t, "off"), [], "without entries");
    same(yield* t.body("job", "a"), 3, "the body");
  }),
  storageCase("index-several", "an entity may have several values of a name, and is found once by each", function* (t) {
    const values = ["x", "y", "x"].map((value) => ({ name: "state", value }));
    yield* t.must({ writes: [put("job", "a", 1, values), put("job", "b", 2, [{ name: "state", value: "y" }])] });
    same(yield* found(t, "x"), ["a"], "by x");
    same(yield* found(t, "y"), ["a", "b"], "by y");
    const whole = yield* t.storage.find(t.id, "job", { name: "state", value: "x" }, { limit: 9 });
    same(whole, [{ kind: "job", id: "a", revision: 1, body: 1 }], "the entity found");
  }),
  storageCase("index-exact", "an index entry is found by its exact name, value and kind", function* (t) {
    const entry = (name: string, value: string) => [{ name, value }];
    const writes = [
      put("job", "1", 1, entry("a", "bc")),
      put("job", "2", 2, entry("ab", "c")),
      put("job", "3", 3, entry("a", "BC")),
      put("job", "4", 4, entry("a", "b%")),
      put("job", "5", 5, entry("a", "")),
      put("tag", "6", 6, entry("a", "bc")),
      put("job", "7", 7, entry("a", "bc ")),
      put("job", "8", 8, entry("e", "\u00e9")),
      put("job", "9", 9, entry("e", "e\u0301")),
    ];
    yield* t.must({ writes });
    const asked = [
      ["a", "bc", "1"],
      ["ab", "c", "2"],
      ["a", "b%", "4"],
      ["a", "", "5"],
      ["e", "\u00e9", "8"],
    ] as const;
    for (const [name, value, id] of asked) {
      const answer = yield* t.storage.find(t.id, "job", { name, value }, { limit: 9 });
      same(idsOf(answer), [id], `find ${name}=${JSON.stringify(value)}`);
    }
  }),
  storageCase(
    "kinds",
    "the same id in every kind is each its own, also where one kind's name begins another's",
    function* (t) {
      const joined = [
        put("asset", "Run-a", "asset"),
        put("assetRun", "-a", "assetRun"),
        put("assessment", "Profile-a", "assessment"),
        put("assessmentProfile", "-a", "assessmentProfile"),
      ];
      const named = entityKinds.flatMap((kind) => [
        put(kind, "same", kind, [{ name: "n", value: "v" }]),
        put(kind, kind, kind),
      ]);
      yield* t.must({ writes: [...named, ...joined] });
      for (const kind of entityKinds) {
        same([yield* t.body(kind, "same"), yield* t.revision(kind, "same")], [kind, 1], kind);
        same(
          (yield* t.storage.list(t.id, kind, { limit: 9 })).filter((s) => s.body !== kind),
          [],
          `others among ${kind}`,
        );
        const answer = yield* t.storage.find(t.id, kind, { name: "n", value: "v" }, { limit: 9 });
        same(answer, [{ kind, id: "same", revision: 1, body: kind }], `${kind} by its index`);
      }
      for (const { kind, id } of joined)
        same([yield* t.body(kind, id), yield* t.revision(kind, id)], [kind, 1], `${kind} ${id}`);
      // One kind's entry must not find what is another's though the id is there too.
      yield* t.must({
        writes: [
          put("job", "same", "job"),
          put("tag", "only", "tag", [{ name: "n", value: "w" }]),
          put("job", "only", "job"),
        ],
      });
      same(yield* t.storage.find(t.id, "job", { name: "n", value: "w" }, { limit: 9 }), [], "a job by a tag's entry");
      same(
        yield* t.storage.find(t.id, "job", { name: "n", value: "v" }, { limit: 9 }),
        [],
        "a job by an entry of before",
      );
    },
  ),
  storageCase("full-page", "a page of the largest size is answered whole", function* (t) {
    const ids = Array.from({ length: PAGE_LIMIT_MAX + 1 }, (_, i) => `id-${String(i).padStart(5, "0")}`);
    yield* t.must({ writes: ids.map((id) => put("asset", id, null, [{ name: "all", value: "1" }])) });
    const page = { limit: PAGE_LIMIT_MAX };
    same((yield* t.storage.list(t.id, "asset", page)).length, PAGE_LIMIT_MAX, "listed");
    same((yield* t.storage.find(t.id, "asset", { name: "all", value: "1" }, page)).length, PAGE_LIMIT_MAX, "found");
    same((yield* t.storage.getMany(t.id, "asset", ids.slice(1))).length, PAGE_LIMIT_MAX, "by ids");
  }),
];

const pageOf = (limit: number, after: string | undefined) => (after === undefined ? { limit } : { limit, after });

// All ids, asking for the page after the last one of each page until a page is empty.
const walk = (
  read: (after: string | undefined) => Effect.Effect<readonly Stored[], unknown>,
): Effect.Effect<readonly string[], unknown> =>
  Effect.gen(function* () {
    const ids: string[] = [];
    for (let turn = 0; turn <= 2 * ordered.length; turn += 1) {
      const page = yield* read(ids.at(-1));
      if (page.length === 0) return ids;
      ids.push(...idsOf(page));
    }
    throw new Error(`a walk of many pages comes to no end; it stands at ${ids.at(-1)}`);
  });
