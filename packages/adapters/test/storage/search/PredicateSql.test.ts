import * as Qql from "@fettle/qql";
import { describe, expect, test } from "vitest";
import * as Layout from "../../../src/storage/search/Layout.ts";
import * as PlanFacts from "../../../src/storage/search/PlanFacts.ts";
import * as PredicateSql from "../../../src/storage/search/PredicateSql.ts";
import { layoutsOf, SHAPES } from "./Layouts.ts";
import { bySeed, RUNS, SEED } from "./Picks.ts";
import * as RandomQuery from "./RandomQuery.ts";
import * as RandomWorld from "./RandomWorld.ts";
import * as SearchDatabase from "./SearchDatabase.ts";

const catalog = Qql.Catalog.define({
  name: { type: "text", description: "Name", example: "web" },
  system: { type: "text", description: "System", example: "linux" },
  serial: { type: "keyword", description: "Serial number", example: "KB1" },
  count: { type: "number", description: "Count", example: "1" },
  status: { type: "enum", values: ["Ready", "Gone"], description: "Status", example: "Ready" },
  cve: { type: "keyword", repeated: true, description: "Vulnerabilities", example: "CVE-2024-1" },
  parts: {
    type: "group",
    repeated: true,
    description: "Parts",
    tokens: {
      label: { type: "keyword", description: "Label", example: "eth0" },
      size: { type: "number", description: "Size", example: "22" },
    },
  },
});

const options = { alias: "a", now: 0, tenant: 1 } as const;
const predicateOf = (text: string, of: Qql.Catalog.Catalog = catalog): Qql.Predicate.Predicate => {
  const { checked, diagnostics } = Qql.inspect(of, text, Qql.Limits.lifted);
  if (checked === null) throw new Error(`${text.slice(0, 200)}\n${Qql.Rendering.renderAll(text, diagnostics)}`);
  return Qql.Predicate.of(checked);
};

const leafOf = (name: string, test: Qql.Predicate.Test): Qql.Predicate.Leaf => {
  const token = Qql.Catalog.find(catalog, name) as Qql.Catalog.Token;
  return { _tag: "Leaf", token, path: token.path, test, span: { start: 0, end: 0 } };
};
const serialOf = (test: Qql.Predicate.Test): Qql.Predicate.Leaf => leafOf("serial", test);

const HOSTILE = [
  "'", '"', "''", "\\", "%", "_", "*", "\0", "a\0b", "\0a", "; DROP TABLE a", "--", "/*", "?", "?1", "@v0", ":a", "$1", "x''",
  "\ud7ff", "\ue000", "\uffff", "\ufffd", "😀", "a😀", "\u{10ffff}", "a\u{10ffff}", "\u{10ffff}\u{10ffff}", "", " ", "é", "\n", "NULL",
]; // biome-ignore format: a list

describe("hostile values", () => {
  const documents = new Map<string, Qql.Catalog.AnyDocument>(
    HOSTILE.map((text, i) => [
      `d${i}`,
      { name: `abc${text}`, system: `${text}abc`, serial: text, cve: [text, `z${text}`] },
    ]),
  );
  const databases = [...layoutsOf(catalog).values()].map((layout) => SearchDatabase.open(layout));
  for (const database of databases) for (const [id, one] of documents) database.put(1, id, one);

  const tests = (text: string): readonly Qql.Predicate.Test[] => [
    { _tag: "Is", key: "folded", values: [text] },
    ...(["StartsWith", "EndsWith", "Contains"] as const).flatMap((_tag) => [
      { _tag, key: "folded", text } as const,
      { _tag, key: "folded", text: `abc${text}` } as const,
      { _tag, key: "folded", text: `${text}abc` } as const,
    ]),
  ];

  test.each(HOSTILE.map((text) => [text]))("%j is looked for as it is", (text) => {
    for (const token of catalog.tokens.filter(({ type }) => type === "text" || type === "keyword")) {
      for (const each of tests(Qql.FullText.fold(text))) {
        const predicate = leafOf(token.name, each);
        const matches = Qql.Matcher.compilePredicate(predicate);
        const expected = [...documents].flatMap(([id, one]) => (matches(one, 0) ? [id] : [])).sort();
        for (const database of databases) {
          for (const shape of SHAPES) {
            const selected = SearchDatabase.select(database, predicate, { shape, now: 0, tenant: 1 });
            expect(selected, `${token.name} ${JSON.stringify(each)}`).toEqual(expected);
          }
        }
      }
    }
  });

  test("half a character is found in no document, and hides none of the other words of one that has it", () => {
    for (const layout of layoutsOf(catalog).values()) {
      const database = SearchDatabase.open(layout);
      database.put(1, "half", { name: "server \ud83d end", serial: "x\ude00" });
      database.put(1, "whole", { name: "server 😀 end", serial: "x😀" });
      const select = (predicate: Qql.Predicate.Predicate) =>
        SearchDatabase.select(database, predicate, { shape: "set", now: 0, tenant: 1 });
      expect(select(predicateOf("name: end"))).toEqual(["half", "whole"]);
      expect(select(predicateOf("serial: x*"))).toEqual(["half", "whole"]);
      expect(select(predicateOf("serial: *😀"))).toEqual(["whole"]);
      // No text of a query has half a character, but a predicate may.
      expect(select(serialOf({ _tag: "Is", key: "folded", values: ["x\ude00"] }))).toEqual([]);
      expect(select(serialOf({ _tag: "Is", key: "folded", values: ["x\ude00", "x😀"] }))).toEqual(["whole"]);
      expect(select(serialOf({ _tag: "EndsWith", key: "folded", text: "\ude00" }))).toEqual([]);
      expect(select(serialOf({ _tag: "StartsWith", key: "folded", text: "x\ud83d" }))).toEqual([]);
      expect(select(serialOf({ _tag: "Contains", key: "folded", text: "\ude00" }))).toEqual([]);
    }
  });

  test("numbers of any size and either zero compare as they do in memory", () => {
    const numbers = [0, -0, 0.1, 0.1 + 0.2, 0.3, 1e300, -1e300, 5e-324, 2 ** 53, 2 ** 53 - 1, 2 ** 63, 1 / 0, -1 / 0];
    const at = [...numbers, 1, 2 ** 53 + 2];
    const database = SearchDatabase.open(Layout.of(catalog, { prefix: "a", indexed: ["count"] }));
    for (const [i, count] of numbers.entries()) database.put(1, `d${i}`, { count });
    for (const value of at) {
      for (const test of [
        { _tag: "Is", key: "number", values: [value] },
        { _tag: "Between", key: "number", low: Qql.Cut.before(value), high: null },
        { _tag: "Between", key: "number", low: Qql.Cut.after(value), high: null },
        { _tag: "Between", key: "number", low: null, high: Qql.Cut.before(value) },
        { _tag: "Between", key: "number", low: null, high: Qql.Cut.after(value) },
      ] as const) {
        const predicate = leafOf("count", test);
        const matches = Qql.Matcher.compilePredicate(predicate);
        const expected = numbers.flatMap((count, i) => (matches({ count }, 0) ? [`d${i}`] : [])).sort();
        const selected = SearchDatabase.select(database, predicate, { shape: "set", now: 0, tenant: 1 });
        expect(selected, JSON.stringify(test)).toEqual(expected);
      }
    }
  });
});

test("an element that is no object holds nothing, not even what texts have in JavaScript", () => {
  const named = Qql.Catalog.define({
    parts: {
      type: "group",
      repeated: true,
      description: "Parts",
      tokens: {
        length: { type: "number", description: "Length", example: "1" },
        description: { type: "keyword", description: "Description", example: "x" },
      },
    },
  });
  const database = SearchDatabase.open(Layout.of(named, { prefix: "asset" }));
  database.put(1, "text", { parts: ["abc"] });
  database.put(1, "object", { parts: [{ length: 3 }] });
  const select = (text: string) =>
    SearchDatabase.select(database, predicateOf(text, named), { shape: "set", now: 0, tenant: 1 });
  expect(select("parts.length: 3")).toEqual(["object"]);
  expect(select("parts.description is not null")).toEqual([]);
  expect(select("parts: (description is null)")).toEqual(["object"]);
  expect(select("parts is not null")).toEqual(["object", "text"]);
});

describe("large queries", () => {
  const count = 1_000;
  const documents = new Map<string, Qql.Catalog.AnyDocument>([
    ["a", { name: "w5 w17", serial: "s5", count: 5, cve: ["c5", "c6"], parts: [{ label: "l5", size: 5 }] }],
    ["b", { name: "w2000", serial: "s2000", count: 2_000, cve: ["c2000"], parts: [{ label: "l2000", size: 1 }] }],
    ["c", {}],
    ["d", { cve: ["c500"], parts: [{ size: 500 }] }],
  ]);
  const each = (make: (i: number) => string, between: string): string =>
    Array.from({ length: count }, (_, i) => make(i)).join(between);
  const nested = (depth: number): string =>
    depth === 0 ? "count: 5" : `not (name is not null and ${nested(depth - 1)})`;

  test.each([
    ["a list of 1,000 keywords", `serial: [${each((i) => `s${i}`, ", ")}]`],
    ["a list of 1,000 repeated keywords", `cve: [${each((i) => `c${i}`, ", ")}]`],
    ["a list of 1,000 texts", `name: [${each((i) => `w${i}`, ", ")}]`],
    ["1,000 alternatives", each((i) => `count: ${i}`, " or ")],
    ["1,000 alternatives that aren't points", each((i) => `count > ${i + 1_500}`, " or ")],
    ["1,000 alternatives of a group", each((i) => `parts: (label: l${i} and size < ${i + 10})`, " or ")],
    ["1,000 conditions that all hold", each((i) => `count < ${i + 10}`, " and ")],
    ["1,000 denials", each((i) => `not cve: c${i + 10}`, " and ")],
    ["1,000 groups that must all be there", each((i) => `parts: (size < ${i + 6})`, " and ")],
    ["1,000 searches", each((i) => `w${i}`, " or ")],
    ["a depth of 64", nested(32)],
    ["a depth of 400", nested(200)],
  ])("%s is answered as in memory", (_, text) => {
    const predicate = predicateOf(text);
    const matches = Qql.Matcher.compilePredicate(predicate);
    const expected = [...documents].flatMap(([id, one]) => (matches(one, 0) ? [id] : []));
    expect(expected.length % documents.size, "tells nothing").not.toBe(0);
    for (const layout of layoutsOf(catalog).values()) {
      const database = SearchDatabase.open(layout);
      for (const [id, one] of documents) database.put(1, id, one);
      for (const shape of SHAPES) {
        expect(SearchDatabase.select(database, predicate, { shape, now: 0, tenant: 1 })).toEqual(expected);
      }
    }
  });

  test("what has more values than a statement takes gives each only once", () => {
    const token = (i: number) => [`k${i}`, { type: "keyword", description: "K", example: "x" }] as const;
    const wide = Qql.Catalog.define(Object.fromEntries(Array.from({ length: 40 }, (_, i) => token(i))));
    const predicate = predicateOf(
      each((i) => `w${i}`, " or "),
      wide,
    );
    const database = SearchDatabase.open(Layout.of(wide, { prefix: "wide" }));
    database.put(1, "a", { k39: "w999x" });
    database.put(1, "b", { k0: "x" });
    const { parameters } = PredicateSql.of(predicate, database.layout, { ...options, shape: "set" });
    expect(parameters.length).toBe(1);
    expect(Object.keys(parameters[0] as object).length).toBeLessThanOrEqual(2 * count + 1);
    expect(SearchDatabase.select(database, predicate, { shape: "set", now: 0, tenant: 1 })).toEqual(["a"]);
  });
});

describe("the text of a statement", () => {
  /** Another query of the same form: other letters, other numbers. */
  function revalued<A>(of: A, key = ""): A {
    if (Array.isArray(of)) return of.map((each) => (key === "values" ? otherValue(each) : revalued(each))) as A;
    if (key === "text" || key === "at") return otherValue(of) as A;
    if (typeof of !== "object" || of === null || key === "token" || key === "group") return of;
    return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, revalued(value, name)])) as A;
  }
  const otherText = (text: string): string =>
    text.replaceAll(/[a-z0-9]/g, (one) =>
      one === "z" ? "a" : one === "9" ? "0" : String.fromCharCode(one.charCodeAt(0) + 1),
    );
  const otherValue = (value: unknown): unknown =>
    typeof value === "string" ? otherText(value) : typeof value === "number" ? value * 2 + 1 : value;

  test("is the same for queries of one form, and holds nothing that they say", () => {
    let told = 0;
    for (let at = 0; at < 200 * RUNS; at++) {
      const pick = bySeed(SEED + at);
      const random = RandomWorld.catalog(pick);
      if (random === null) continue;
      for (const layout of layoutsOf(random).values()) {
        const predicate = RandomQuery.predicate(pick, random);
        for (const shape of SHAPES) {
          const { text, parameters } = PredicateSql.of(predicate, layout, { ...options, shape });
          expect(PredicateSql.of(revalued(predicate), layout, { ...options, shape }).text).toBe(text);
          // Without names of the layout nothing is left that a user could have written.
          const rest = text.replaceAll(/"[\w :.-]+"/g, "").replaceAll("x''", "");
          expect(rest).toMatch(/^[ A-Za-z0-9().,?<>=+]*$/);
          expect(rest.match(/\?/g)?.length ?? 0).toBe(parameters.length);
          told += parameters.length > 0 ? 1 : 0;
        }
      }
    }
    expect(told).toBeGreaterThan(500 * RUNS);
  });

  test("brings what other tables are asked for together before rows are looked at", () => {
    const { text, numbers } = PredicateSql.of(
      predicateOf("cve: a and not cve: b and parts.label: c"),
      Layout.of(catalog, { prefix: "asset" }),
      { ...options, shape: "set" },
    );
    expect(text).toMatch(/^a\.n IN \(SELECT x1\.o .* INTERSECT SELECT x2\.o .* EXCEPT SELECT x3\.o .*\)$/);
    expect(text).toBe(`a.n IN (${numbers})`);
  });

  test("enters a table once for alternatives", () => {
    const { text } = PredicateSql.of(
      predicateOf("parts.label: a or parts.size: 1"),
      Layout.of(catalog, { prefix: "asset" }),
      {
        ...options,
        shape: "set",
      },
    );
    expect(text.match(/SELECT/g)?.length).toBe(1);
  });
});

describe("what answers a condition", () => {
  const layout = Layout.of(catalog, {
    prefix: "asset",
    texts: { system: "shared" },
    indexed: ["name", "system", "serial", "cve"],
    trigrams: ["name"],
  });
  const factsOf = (text: string) => PlanFacts.of(predicateOf(text), layout).map(({ token, by }) => `${token}: ${by}`);

  test("is told for each", () => {
    expect(factsOf("serial: a* and count: 1")).toEqual(["serial: index", "count: scan"]);
    expect(factsOf("serial: *a or not serial: a")).toEqual(["serial: scan", "serial: scan"]);
    expect(factsOf("name: web and name: w and name: web*")).toEqual(["name: trigram", "name: scan", "name: index"]);
    expect(factsOf("system: lin and cve: x")).toEqual(["system: index", "cve: index"]);
    expect(factsOf("parts: (label: x and size > 1) and parts is not null")).toEqual([
      "parts.label: scan",
      "parts.size: scan",
      "parts: scan",
    ]);
    expect(PlanFacts.of(predicateOf("name: web"), layout, false).map(({ by }) => by)).toEqual(["scan"]);
  });

  test("is what SQLite plans", () => {
    const { database } = SearchDatabase.open(layout);
    const planOf = (text: string): string => {
      const { text: condition, parameters } = PredicateSql.of(predicateOf(text), layout, { ...options, shape: "set" });
      const sql = `EXPLAIN QUERY PLAN SELECT a.n FROM asset AS a WHERE a.t = ? AND ${condition}`;
      const steps = database.prepare<unknown[], { detail: string }>(sql).all(1, ...parameters);
      return steps.map(({ detail }) => detail).join("\n");
    };
    expect(planOf("serial: a*")).toMatch(
      /INDEX asset:by:serial:folded \(t=\? AND serial:folded>\? AND serial:folded<\?\)/,
    );
    expect(planOf("serial: [a, b]")).toMatch(/INDEX asset:by:serial:folded \(t=\? AND serial:folded=\?\)/);
    expect(planOf("system: linux")).toMatch(/INDEX asset:by:system:text \(t=\? AND system:text=\?\)/);
    expect(planOf("cve: x")).toMatch(/COVERING INDEX asset_cve:by:cve:folded \(t=\? AND cve:folded=\?\)/);
    expect(planOf("name: web")).toMatch(/SCAN asset:trigrams:name VIRTUAL TABLE/);
  });
});
