import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Catalog, type Checked, Matcher, QueryIndex } from "../../src/index.ts";
import { type Asset, checkedOf, documents, instants, narrowQueries, queries, runs } from "./World.ts";

// Queries are read once: an index holds them as they were checked.
const ANCHORED = [
  "serial: kb2893294", "serial: [KB2893294, kb28]", "labels: kb28 and cpuCount > 3", "status: ready", "status: ready and serial: kb28",
  "licensed: true", "name: security update", "name: 'remote code'", 'notes: "security update" or notes: "remote code"', "name: `security update`",
  "id: 0b1d7a52-6c0e-4c1b-9d56-0242ac130003", "interfaces.label: eth0", "interfaces: (label: eth0 and not isUp: true)", "interfaces.ports.port: 22",
  "serial: groß", "serial: K\u00e9y", "agentVersion: 2.1", "agentVersion: [2.1, 3]", "address: 10.1.2.3", "cpuCount: 0", "cpuCount: [0, 3]",
  "host: (model: latitude 54)", "host.bios.version: 2.1", "kb2893294", "zzz", "host: (zzz)", "serial: kb28 or licensed: true", "(serial: kb28 or `and`) and licensed: true",
  "not serial: kb28", "serial: kb28 and not serial: kb28", "modules: pm and modules: vm", "lastSeen: 2024-01-01", "memory: 1 KB",
]; // biome-ignore format: a list
const seed = runs(1).seed;
const pool: readonly Checked.Checked[] = [
  ...ANCHORED,
  ...fc.sample(queries, { numRuns: 150, seed }),
  ...fc.sample(narrowQueries, { numRuns: 30, seed }),
].map((text) => checkedOf(text));
const matchers = new Map(pool.map((checked) => [checked, Matcher.compile(checked)]));

type Step =
  | { readonly _tag: "Add"; readonly id: string; readonly checked: Checked.Checked }
  | { readonly _tag: "Remove"; readonly id: string }
  | { readonly _tag: "Change"; readonly after: Asset; readonly isTold: boolean; readonly extra: readonly string[] };

const ids = fc.constantFrom("a", "b", "c", "d", "e");
/** Few fields differ between a document and what it was before. */
const changes = fc.tuple(
  documents,
  fc.subarray([
    "name",
    "serial",
    "labels",
    "status",
    "licensed",
    "interfaces",
    "host",
    "cpuCount",
    "lastSeen",
    "agentVersion",
  ] as const),
);
const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(ids, fc.constantFrom(...pool)).map(([id, checked]): Step => ({ _tag: "Add", id, checked })),
  },
  { weight: 1, arbitrary: ids.map((id): Step => ({ _tag: "Remove", id })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(documents, fc.boolean(), fc.subarray(["name", "interfaces.label", "host.ram"]))
      .map(([after, isTold, extra]): Step => ({ _tag: "Change", after, isTold, extra })),
  },
);

const sorted = (all: readonly string[]): readonly string[] => [...all].sort();

/** The plain way: every query by itself. */
const matching = (kept: ReadonlyMap<string, Checked.Checked>, document: Asset, now: number): readonly string[] =>
  sorted([...kept].filter(([, checked]) => matchers.get(checked)?.(document, now) === true).map(([id]) => id));

const differing = (before: Asset, after: Asset): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name as keyof Asset]) !== JSON.stringify(after[name as keyof Asset]),
  );

function play(history: readonly Step[], first: Asset, now: number): void {
  const index = QueryIndex.make();
  const kept = new Map<string, Checked.Checked>();
  let document = first;
  for (const step of history) {
    switch (step._tag) {
      case "Add":
        QueryIndex.add(index, step.id, step.checked);
        kept.set(step.id, step.checked);
        break;
      case "Remove":
        expect(QueryIndex.remove(index, step.id)).toBe(kept.delete(step.id));
        break;
      case "Change": {
        const [before, after] = [matching(kept, document, now), matching(kept, step.after, now)];
        const told = step.isTold ? [...differing(document, step.after), ...step.extra] : null;
        const { entered, left } = QueryIndex.change(index, document, step.after, now, told);
        expect(sorted(entered)).toEqual(after.filter((id) => !before.includes(id)));
        expect(sorted(left)).toEqual(before.filter((id) => !after.includes(id)));
        document = step.after;
        break;
      }
    }
    expect(sorted(QueryIndex.match(index, document, now))).toEqual(matching(kept, document, now));
  }
}

/** Where an index keeps its queries: by the token, the values that a document must have one of. */
function anchorsOf(...texts: readonly string[]): readonly string[] {
  const index = QueryIndex.make();
  for (const text of texts) QueryIndex.add(index, text, checkedOf(text));
  return [...index.anchorsByToken].map(([{ name }, byValue]) => `${name}: ${[...byValue.keys()].join(" ")}`);
}

describe("an index of queries", () => {
  it("answers as each query by itself does, whatever was added, replaced, removed and changed before", () => {
    fc.assert(fc.property(fc.array(steps, { minLength: 4, maxLength: 12 }), documents, instants, play), runs(5_000));
  });

  it("answers so of a document that changes a little", () => {
    const index = QueryIndex.make();
    for (const [i, checked] of pool.entries()) QueryIndex.add(index, String(i), checked);
    const kept = new Map(pool.map((checked, i) => [String(i), checked]));
    fc.assert(
      fc.property(documents, changes, instants, (before, [other, fields], now) => {
        const after: Asset = { ...before, ...Object.fromEntries(fields.map((field) => [field, other[field]])) };
        const { entered, left } = QueryIndex.change(index, before, after, now, fields);
        const [was, is] = [matching(kept, before, now), matching(kept, after, now)];
        expect(sorted(entered)).toEqual(is.filter((id) => !was.includes(id)));
        expect(sorted(left)).toEqual(was.filter((id) => !is.includes(id)));
        expect(sorted(QueryIndex.match(index, after, now))).toEqual(is);
      }),
      runs(300),
    );
  });

  it("looks at a query only for documents that can match it", () => {
    const index = QueryIndex.make();
    const anchored = [
      "serial: x",
      "status: ready and serial: [x, y]",
      "name: remote code",
      "interfaces: (label: eth0)",
    ];
    for (const text of [...anchored, "name: remot", "name: `x`"]) QueryIndex.add(index, text, checkedOf(text));
    expect(index.unanchored.size).toBe(0);
    for (const text of ["cpuCount > 3", "not serial: x", "serial: x or cpuCount: 3", "serial: x*", "name: `-`"]) {
      QueryIndex.add(index, text, checkedOf(text));
      expect([text, index.unanchored.size]).toEqual([text, 1]);
      QueryIndex.remove(index, text);
    }
  });

  it.each([
    ["its value", ["serial: x"], ["serial: x"]],
    ["each of its values", ["serial: x or serial: [y, z]"], ["serial: x y z"]],
    ["what two alternatives need", ["labels: x or not serial: y and labels: z"], ["labels: x z"]],
    ["the first word of a text, whole where others follow", ["name: remote code"], ["name: remote"]],
    ["the beginning of a last word", ["name: remot"], ["name: ^remot"]],
    ["the first word of each text", ['name: [remote code, "security update"]'], ["name: remote security"]],
    ["the first word of an equal text", ["name: `remote code`"], ["name: remote"]],
    ["a name rather than a state, which many have", ["status: ready and serial: x"], ["serial: x"]],
    ["a name rather than a state, wherever it stands", ["serial: x and licensed: true"], ["serial: x"]],
    ["one of two states", ["licensed: true and status: [ready, null]"], ["licensed: 1"]],
    ["fewer values rather than more", ["serial: [x, y] and labels: z"], ["labels: z"]],
    ["fewer values, wherever they stand", ["labels: z and serial: [x, y]"], ["labels: z"]],
    ["the first of what is as rare", ["labels: z and serial: x"], ["labels: z"]],
    ["what few ask for", ["serial: x", "serial: x and labels: z"], ["serial: x", "labels: z"]],
    ["what few ask for, wherever it stands", ["serial: x", "labels: z and serial: x"], ["serial: x", "labels: z"]],
    [
      "what few ask for, though it has more values",
      ["serial: x", "serial: x and labels: [y, z]"],
      ["serial: x", "labels: y z"],
    ],
    [
      "what few ask for, of several values",
      ["serial: x", "serial: y", "serial: [x, y] and labels: z", "labels: z and serial: w"],
      ["serial: x y w", "labels: z"],
    ],
  ])("finds a query by %s", (_, texts, anchors) => {
    expect(anchorsOf(...texts)).toEqual(anchors);
  });

  it.each([
    "serial: x or labels: x",
    "serial: x or not serial: x",
    "serial: [x*, y]",
    "name: `x` or name: `-`",
    "name: *mote*",
    "host is not null",
    "cpuCount > 0 or serial: x",
  ])("looks at %s for every document", (text) => {
    expect(anchorsOf(text)).toEqual([]);
  });

  it("keeps what others need when one is removed", () => {
    const index = QueryIndex.make();
    const texts = [
      "name: remot",
      "name: secur",
      "name: remote code",
      "name: 'remote code'",
      "serial: x",
      "serial: [x, y]",
    ];
    for (const text of texts) QueryIndex.add(index, text, checkedOf(text));
    const document = { name: "Remote code for security", serial: "X" };
    for (const [i, text] of texts.entries()) {
      expect(sorted(QueryIndex.match(index, document, 0))).toEqual(sorted(texts.slice(i)));
      QueryIndex.remove(index, text);
    }
  });

  it("keeps beginnings of words for texts only", () => {
    const index = QueryIndex.make();
    for (const text of ["serial: x", "cpuCount: 3", "name: remote code"]) QueryIndex.add(index, text, checkedOf(text));
    expect(index.beginningsByToken.size).toBe(0);
  });

  it("looks at a change only where a query asks for what has changed", () => {
    const index = QueryIndex.make();
    for (const text of ["serial: x", "not serial: x", "name: a"]) QueryIndex.add(index, text, checkedOf(text));
    const [before, after] = [{ name: "b" }, { name: "a", serial: "x" }];
    expect(QueryIndex.change(index, before, after, 0, ["name"])).toEqual({ entered: ["name: a"], left: [] });
    const both = { entered: ["serial: x", "name: a"], left: ["not serial: x"] };
    expect(QueryIndex.change(index, before, after, 0)).toEqual(both);
    expect(QueryIndex.change(index, before, after, 0, ["name", "serial"])).toEqual(both);
  });

  it("takes documents with values of other types than their tokens'", () => {
    const index = QueryIndex.make();
    for (const text of ["name: a", "serial: x", "cpuCount: 3"]) QueryIndex.add(index, text, checkedOf(text));
    const odd = { name: 3, serial: true, cpuCount: "3", host: 1, interfaces: "x" };
    expect(QueryIndex.match(index, odd, 0)).toEqual([]);
  });

  it("keeps nothing of what was removed", () => {
    const index = QueryIndex.make();
    for (const [i, checked] of pool.entries()) QueryIndex.add(index, String(i), checked);
    for (const [i, checked] of pool.entries()) QueryIndex.add(index, String(i), checked);
    expect(index.queries.size).toBe(pool.length);
    for (const i of pool.keys()) expect(QueryIndex.remove(index, String(i))).toBe(true);
    expect([index.queries.size, index.unanchored.size, index.anchorsByToken.size]).toEqual([0, 0, 0]);
    expect(index.beginningsByToken.size).toBe(0);
    expect(QueryIndex.remove(index, "0")).toBe(false);
  });

  it("takes search text that no token can answer", () => {
    const catalog = Catalog.define({ e: { type: "enum", values: ["A"], description: "Any", example: "A" } });
    const index = QueryIndex.make();
    QueryIndex.add(index, "x", checkedOf("zzz", catalog));
    QueryIndex.add(index, "y", checkedOf("a", catalog));
    expect(QueryIndex.match(index, { e: "A" }, 0)).toEqual(["y"]);
  });
});
