/** DeadCondition and Simplify: what they say of a query holds for every document of a small world. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Identity from "../../src/Identity.ts";
import { Canonical, Catalog, type Checked, Dependencies, inspect, Matcher, Simplify } from "../../src/index.ts";
import { assets, checkedOf, documents, instants, narrowQueries, queries, runs } from "./World.ts";

// ---- A world so small that it can be walked through: every document, every clock.

const described = { description: "Any", example: "1" } as const;
const small = Catalog.define({
  n: { ...described, type: "number" },
  e: { ...described, type: "enum", values: ["A", "B", "null"] },
  f: { ...described, type: "boolean" },
  d: { ...described, type: "date" },
  k: { ...described, type: "keyword" },
  l: { ...described, type: "number", repeated: true },
  g: { type: "group", description: "One", tokens: { n: { ...described, type: "number" } } },
  r: { type: "group", description: "Many", repeated: true, tokens: { n: { ...described, type: "number" } } },
});
type Small = Catalog.DocumentOf<typeof small.definitions>;

const CLOCKS = [Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 2), Date.UTC(2024, 2, 31)];
const VALUES: { readonly [name in keyof Small]-?: readonly Small[name][] } = {
  n: [null, 0, 1, 2],
  e: [null, "A", "B", "null"],
  f: [null, true, false],
  d: [null, ...CLOCKS, Date.UTC(2023, 11, 31)],
  k: [null, "a", "b", "null"],
  l: [null, [], [0], [1], [0, 1]],
  g: [null, {}, { n: 0 }, { n: 1 }],
  r: [null, [{}], [{ n: 0 }], [{ n: 1 }], [{ n: 0 }, { n: 1 }]],
};
const NAMES = Object.keys(VALUES) as (keyof Small)[];

/** Every document that differs in the named fields; the others don't matter to what is asked. */
const world = (names: readonly (keyof Small)[]): readonly Small[] =>
  names.reduce<readonly Small[]>(
    (all, name) => all.flatMap((one) => VALUES[name].map((value) => ({ ...one, [name]: value }))),
    [{}],
  );

/** Whether a query holds for no document and clock, for all, or for some. */
function answerOf(checked: Checked.Checked): "never" | "always" | "sometimes" {
  const matches = Matcher.compile(checked);
  const names = NAMES.filter((name) => Dependencies.isTouched(Dependencies.of(checked), [name]));
  const answers = new Set(world(names).flatMap((document) => CLOCKS.map((now) => matches(document, now))));
  return answers.size === 2 ? "sometimes" : answers.has(true) ? "always" : "never";
}

const NUMBERS = ["0", "1", "2", "0.5"];
const DATES = [
  "2024",
  "2024-01-01",
  "2024-01-02",
  "now",
  "now-1d",
  "now+1d",
  "now-1M",
  "now-24h",
  "2024-01-01T00:00:00.000Z",
];

const from = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const conditionsOn = (name: string, values: readonly string[]): fc.Arbitrary<string> => {
  const two = fc.tuple(from(values), from(values));
  return fc.oneof(
    from(values).map((value) => `${name}: ${value}`),
    fc.tuple(from(["<", "<=", ">", ">="]), from(values)).map(([operator, value]) => `${name} ${operator} ${value}`),
    two.map(([a, b]) => `${name}: [${a}, ${b}]`),
    two.map(([a, b]) => `${name}: [${a} .. ${b}]`),
    two.map(([a, b]) => `${name}: (${a} .. ${b})`),
    from([`${name} is null`, `${name} is not null`]),
  );
};
const valuesOf = (name: string, values: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(from(values.map((value) => `${name}: ${value}`)), from([`${name} is null`, `${name} is not null`]));

const negated = (condition: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: condition },
    condition.map((text) => `not ${text}`),
  );
/** Two or three conditions joined by a word, often with one and its opposite among them. */
const several = (condition: fc.Arbitrary<string>, word: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(negated(condition), { minLength: 2, maxLength: 3 }), fc.nat(5))
    .map(([all, choice]) => (choice === 0 ? [...all, `not (${all[0]})`] : all).join(` ${word} `));

const inner = several(conditionsOn("n", NUMBERS), "and");
const conditions = fc.oneof(
  { weight: 3, arbitrary: conditionsOn("n", NUMBERS) },
  { weight: 2, arbitrary: conditionsOn("d", DATES) },
  conditionsOn("l", NUMBERS),
  conditionsOn("g.n", NUMBERS),
  conditionsOn("r.n", NUMBERS),
  valuesOf("e", ["A", "B", "a*", '"null"', "[A, B]"]),
  valuesOf("f", ["true", "false"]),
  valuesOf("k", ["a", "b", "a*", "`null`", "[a, b]"]),
  inner.map((text) => `g: (${text})`),
  inner.map((text) => `r: (${text})`),
);

describe("a condition that is called dead", () => {
  const codesOf = (text: string): readonly string[] => inspect(small, text).diagnostics.map(({ code }) => code);

  it("never holds, or always, for any document at any time", () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(
        from(["and", "or"]).chain((word) => several(conditions, word)),
        (text) => {
          // Warnings of conditions inside a group are about the group.
          if (text.includes("(") && /[gr]: \(/.test(text)) return;
          const codes = codesOf(text);
          for (const code of codes) seen.set(code, (seen.get(code) ?? 0) + 1);
          const answer = answerOf(checkedOf(text, small));
          if (codes.includes("contradiction") || codes.includes("opposite-never"))
            expect([text, answer]).toEqual([text, "never"]);
          if (codes.includes("opposite-always")) expect([text, answer]).toEqual([text, "always"]);
        },
      ),
      runs(6_000),
    );
    for (const code of ["contradiction", "opposite-never", "opposite-always", "empty-range"])
      expect(seen.get(code) ?? 0).toBeGreaterThan(runs(6_000).numRuns / 300);
  });

  it("never holds for an element of a group when it is called so inside the group", () => {
    let count = 0;
    fc.assert(
      fc.property(from(["g", "r"]), inner, (group, text) => {
        const codes = codesOf(`${group}: (${text})`);
        if (!codes.includes("contradiction") && !codes.includes("opposite-never")) return;
        count += 1;
        expect([text, answerOf(checkedOf(`${group}: (${text})`, small))]).toEqual([text, "never"]);
      }),
      runs(2_000),
    );
    expect(count).toBeGreaterThan(runs(2_000).numRuns / 20);
  });

  it("as an empty range holds for nothing", () => {
    let count = 0;
    fc.assert(
      fc.property(conditions, (text) => {
        if (!codesOf(text).includes("empty-range") || /[gr]: \(/.test(text)) return;
        count += 1;
        expect([text, answerOf(checkedOf(text, small))]).toEqual([text, "never"]);
      }),
      runs(2_000),
    );
    expect(count).toBeGreaterThan(runs(2_000).numRuns / 40);
  });

  it.each([
    ["n: 0 and n: 1", "contradiction"],
    ["n: 0 and n > 0", "contradiction"],
    ["n < 1 and n >= 1", "contradiction"],
    ["n: [0 .. 1] and n: [2 .. 3]", "contradiction"],
    ["n: [0, 1] and f: true and n: [2, 3]", "contradiction"],
    ["e: A and e: B", "contradiction"],
    ["e: a* and e: B", "contradiction"],
    ["f: true and f: false", "contradiction"],
    ["k: a and k: b", "contradiction"],
    ["n is null and n: 0", "contradiction"],
    ["d: 2023 and d: 2024", "contradiction"],
    ["d > now and d < now-1d", "contradiction"],
    ["g: (n: 0 and n: 1)", "contradiction"],
    ["r: (n: 0 and n: 1)", "contradiction"],
    ["g.n: 0 and g.n: 1", "contradiction"],
    ["n: 0 and not n: 0", "opposite-never"],
    ["n is null and n is not null", "opposite-never"],
    ["r: (n: 0) and not r: (n: 0)", "opposite-never"],
    ["l: 0 and not l: 0", "opposite-never"],
    ["(n: 0 or f: true) and not (n: 0 or f: true)", "opposite-never"],
    ["n: 0 or not n: 0", "opposite-always"],
    ["n is null or n: *", "opposite-always"],
    ["n: [1 .. 0]", "empty-range"],
    ["n: (1 .. 1)", "empty-range"],
    ["d: [2024 .. 2023]", "empty-range"],
    ["d: [now .. now-7d]", "empty-range"],
    ["d: (2024-01-01 .. 2024-01-02)", "empty-range"],
    ["d: now", "exact-instant"],
    ["d: 2024-01-01T00:00:00.000Z", "exact-instant"],
    ["f: true or (e: A and n: 0 and n: 1)", "contradiction"],
    ["not (n: 0 and n: 1)", "contradiction"],
  ])("is found in %s: %s", (text, code) => {
    expect(codesOf(text)).toEqual([code]);
  });

  it.each([
    "l: 0 and l: 1",
    "r.n: 0 and r.n: 1",
    "r: (n: 0) and r: (n: 1)",
    "n: [0 .. 1] and n: [1 .. 2]",
    "n > 0 and n < 1",
    "n: 0 or n: 1",
    "e: A and k: b",
    "d > now-1M and d < 2024",
    "d > now-1M and d < now-31d",
    "k: a* and k: ab",
    "n: (0 .. 1)",
    "n: [1 .. 1]",
    "d: 2024-01-01",
    "n: 0 and not n: 1",
    "e: A and not f: true",
  ])("is not seen in %s, which can be so", (text) => {
    expect(codesOf(text)).toEqual([]);
  });

  it("is told once for a token, however often it is contradicted", () => {
    expect(codesOf("n: 0 and n: 1 and n: 2 and n is null")).toEqual(["contradiction"]);
    expect(codesOf("n: 0 and n: 1 and f: true and f: false")).toEqual(["contradiction", "contradiction"]);
  });
});

// ---- Simplify.

const printed = (text: string, catalog: Catalog.Catalog = small): string =>
  Canonical.print(Simplify.simplify(checkedOf(text, catalog)));

describe("a simplified query", () => {
  const generated = fc.oneof({ weight: 4, arbitrary: narrowQueries }, queries);

  /** The law of its header, its own form, and that nothing was added, all of one simplification. */
  it("says the same of every document at any time, with some of the conditions, and can't be simplified further", () => {
    fc.assert(
      fc.property(generated, documents, instants, (text, document, now) => {
        const checked = checkedOf(text);
        const simple = Simplify.simplify(checked);
        if (Matcher.compile(checked)(document, now) !== Matcher.compile(simple)(document, now)) {
          throw new Error(`${text}\n${Canonical.print(simple)}\n${JSON.stringify(document)}`);
        }
        const places = new Set(Dependencies.leavesOf(checked).map(({ start }) => start));
        const left = Dependencies.leavesOf(simple);
        const isOfIt = left.length <= places.size && left.every(({ start }) => places.has(start));
        const isDone = Identity.of(Simplify.simplify(simple)) === Identity.of(simple);
        if (!isOfIt || !isDone || !isNormal(simple)) throw new Error(`${text}\n${Canonical.print(simple)}`);
      }),
      runs(20_000),
    );
  }, 300_000);

  it("says the same of every document of the small world", () => {
    const nested = fc.array(
      fc.oneof(conditions, several(conditions, "and"), several(conditions, "or")).map((text) => `(${text})`),
      { minLength: 2, maxLength: 3 },
    );
    const small2 = fc.tuple(nested, from(["and", "or"])).map(([all, word]) => all.join(` ${word} `));
    fc.assert(
      fc.property(small2, (text) => {
        const checked = checkedOf(text, small);
        const names = NAMES.filter((name) => Dependencies.isTouched(Dependencies.of(checked), [name]));
        if (names.length > 4) return;
        const [before, after] = [Matcher.compile(checked), Matcher.compile(Simplify.simplify(checked))];
        const wrong = world(names).find((document) =>
          CLOCKS.some((now) => before(document, now) !== after(document, now)),
        );
        if (wrong !== undefined) throw new Error(`${text}\n${JSON.stringify(wrong)}`);
      }),
      runs(2_000),
    );
  });

  it.each([
    ["n: 0 and n: 0", "n: 0"],
    ["n = 0 or N: 0.0", "n: 0"],
    ["not not n: 0", "n: 0"],
    ["not (n: 0 or n > 3) and n <= 5", "NOT n: 0 AND NOT n > 3 AND n <= 5"],
    ["not (n is null)", "n is not null"],
    ["not (n: 0 and not f: true)", "NOT n: 0 OR f: true"],
    ["n > 3 and n > 5", "n > 5"],
    ["n > 3 or n > 5", "n > 3"],
    ["n: 4 and n: [3 .. 5]", "n: 4"],
    ["n: [1, 2] or n: [1, 2, 3]", "n: [1, 2, 3]"],
    ["e: A and e is not null", "e: A"],
    ["e: A or e is not null", "e is not null"],
    ["n: 0 and (n: 0 or f: true)", "n: 0"],
    ["n: 0 or n: 0 and f: true", "n: 0"],
    ["l > 1 and l > 2", "l > 2"],
    ["d > now-7d and d > now-1d", "d > now-1d"],
    ["d: 2024 or d: 2024-01", "d: 2024"],
    ["r: (n > 1) or r: (n > 2)", "r: (n > 1)"],
    ["not r: (not n: 0)", "NOT r: (NOT n: 0)"],
    ["n: 0 and n: 1", "n: 0 AND n: 1"],
    ["l: 0 and l: 1", "l: 0 AND l: 1"],
    ["n > 3 and not n <= 3", "n > 3 AND NOT n <= 3"],
    ["f: true and (n: 0 and (e: A and n: 0))", "f: true AND n: 0 AND e: A"],
    ["f: true and (n: 0 or n: 0)", "f: true AND n: 0"],
    ["not n: 1 and not (f: true or n: 1)", "NOT n: 1 AND NOT f: true"],
    ["not r: (n: 0 and n: 0)", "NOT r: (n: 0)"],
    ["r: (n: 0 or n: 0 and n: 1)", "r: (n: 0)"],
    ["(a b) or (a b) and n: 1", "a b"],
    ["(a b) and ((a b) or n: 1)", "a b"],
    ["(a b) or (b a) and n: 1", "a b OR b a AND n: 1"],
    ["n is null or n: 1", "n is null OR n: 1"],
    ["f is null or f: [true, false]", "f is null OR f: [false, true]"],
    ["n is null and n: 1", "n is null AND n: 1"],
    ["n: 1 or f is not null", "n: 1 OR f is not null"],
    ["g: (n: 0) and r: (n: 0)", "g: (n: 0) AND r: (n: 0)"],
    ["r: (n: 0) or g.n: 0", "r: (n: 0) OR g.n: 0"],
  ])("of %s is %s", (text, expected) => {
    expect(printed(text)).toBe(expected);
  });

  it("keeps the first of two that say the same, where it stood", () => {
    expect(printed("n: 0 and f: true and n: 0")).toBe("n: 0 AND f: true");
    expect(printed("n: [1, 2] or f: true or n: [2, 1]")).toBe("n: [1, 2] OR f: true");
  });

  it("tells the one of two that say the same where the first stood", () => {
    expect(Simplify.simplify(checkedOf("n: 1 or n = 1.0", small))).toMatchObject({ start: 0, end: 4 });
    expect(Simplify.simplify(checkedOf("n: 1 and n = 1.0", small))).toMatchObject({ start: 0, end: 4 });
  });

  it("keeps what is asked of the elements of an inner and of an outer group apart", () => {
    const text = "interfaces: (NOT ports.port: 22) OR interfaces.ports: (NOT port: 22)";
    expect(printed(text, assets)).toBe(text);
  });

  it("isn't looked for among more conditions than people write", () => {
    const many = Array.from({ length: 101 }, (_, i) => `n > ${i}`).join(" and ");
    expect(printed(many).split(" AND ")).toHaveLength(101);
    expect(printed(`${many} and n > 0`).split(" AND ")).toHaveLength(101);
    expect(printed(many.split(" and ").slice(1).join(" and "))).toBe("n > 100");
  });
});

/** Negations at conditions and groups only; no AND in an AND, no OR in an OR. */
function isNormal(checked: Checked.Checked): boolean {
  switch (checked._tag) {
    case "And":
    case "Or":
      return (
        checked.operands.length > 1 &&
        checked.operands.every((operand) => operand._tag !== checked._tag && isNormal(operand))
      );
    case "Not":
      return !["And", "Or", "Not", "IsNull"].includes(checked.operand._tag) && isNormal(checked.operand);
    case "Nested":
      return isNormal(checked.operand);
    default:
      return true;
  }
}

describe("the identity of a query", () => {
  const identityOf = (text: string): string => Identity.of(checkedOf(text));

  it("is that of what it says, wherever and however it is written", () => {
    for (const text of [" cpuCount: 1", "cpuCount: 1.00", "(cpuCount   =   1)"])
      expect(identityOf(text)).toBe(identityOf("cpuCount: 1"));
    expect(identityOf("interfaces: ( label:x )")).toBe(identityOf("interfaces:(label: X)"));
    expect(identityOf("not serial: [x, y]")).toBe(identityOf("NOT  sn: [x,  Y]"));
  });

  it("differs with its names, values and groups", () => {
    const texts = ["serial: x", "serial: y", "labels: x", "not serial: x", "interfaces: (label: x)", "serial is null"];
    expect(new Set(texts.map(identityOf)).size).toBe(texts.length);
    expect(identityOf("host: (zzz)")).not.toBe(identityOf("interfaces: (zzz)"));
  });
});

describe("the catalogue of the tests", () => {
  it("has examples that are sound", () => {
    for (const { name, example } of assets.tokens)
      expect(inspect(assets, `${name}: ${example}`).checked, name).not.toBeNull();
  });
});
