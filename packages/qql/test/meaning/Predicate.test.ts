/** What a query asks of stored keys, in the form that whoever answers it elsewhere (in SQL, say) reads. */
import { describe, expect, it } from "vitest";
import { Catalog, Matcher, Predicate } from "../../src/index.ts";
import { checkedOf } from "./World.ts";

const testOf = (text: string, catalog?: Catalog.Catalog): unknown => {
  const predicate = Predicate.of(checkedOf(text, catalog));
  return predicate._tag === "Leaf" ? predicate.test : predicate._tag;
};

const contains = (text: string): unknown => ({ _tag: "Contains", key: "tokens", text });
const is = (key: string, ...values: readonly unknown[]): unknown => ({ _tag: "Is", key, values });

describe("a predicate", () => {
  it.each([
    ["serial: KB28", is("folded", "kb28")],
    ["serial: [x, Y, X]", is("folded", "x", "y")],
    [
      "serial: [x*, y, *z]",
      {
        _tag: "Any",
        tests: [
          is("folded", "y"),
          { _tag: "StartsWith", key: "folded", text: "x" },
          { _tag: "EndsWith", key: "folded", text: "z" },
        ],
      },
    ],
    ["serial: [x*]", { _tag: "StartsWith", key: "folded", text: "x" }],
    ["status: ready", is("rank", 0)],
    ["status: [ready, null]", is("rank", 0, 5)],
    ["licensed: true", is("number", 1)],
    ["licensed: false", is("number", 0)],
    ["cpuCount: [3, 4]", is("number", 3, 4)],
    ["cpuCount is not null", { _tag: "Exists" }],
    ["name: remot", contains(" remot")],
    ["name: remote code", { _tag: "All", tests: [contains(" remote "), contains(" code")] }],
    ['name: "remote code"', contains(" remote code")],
    ["name: `Remote Code`", is("folded", "remote code")],
    ["name: [remote, `x`]", { _tag: "Any", tests: [is("folded", "x"), contains(" remote")] }],
  ])("of %s asks one thing of one token", (text, test) => {
    expect(testOf(text)).toEqual(test);
  });

  it("asks once for the alternatives of one token", () => {
    const operandsOf = (text: string): unknown => {
      const predicate = Predicate.of(checkedOf(text));
      return predicate._tag === "Or" && predicate.operands.map((each) => (each._tag === "Leaf" ? each.test : each));
    };
    expect(operandsOf("serial: x or cpuCount: 3 or serial: [y, x]")).toEqual([is("folded", "x", "y"), is("number", 3)]);
    expect(operandsOf("serial: x or labels: x")).toEqual([is("folded", "x"), is("folded", "x")]);
    expect(operandsOf("serial: x or serial is not null")).toEqual([is("folded", "x"), { _tag: "Exists" }]);
  });

  it("asks of the token, without a choice, where search text has only one", () => {
    expect(testOf("latitude", Catalog.define({ t: { type: "text", description: "Any", example: "a" } }))).toEqual(
      contains(" latitude"),
    );
    const letters = Catalog.define({
      e: { type: "enum", values: ["Ab", "B", "ab c"], description: "Any", example: "B" },
    });
    expect(testOf("a", letters)).toEqual(is("rank", 0, 2));
    expect(testOf("`ab`", letters)).toEqual(is("rank", 0));
    expect(Predicate.of(checkedOf("zzz", letters))).toEqual({ _tag: "Or", operands: [] });
  });

  it("keeps the place of each condition, for whoever explains an answer", () => {
    expect(Predicate.of(checkedOf("serial: x and not cpuCount > 3"))).toMatchObject({
      operands: [{ span: { start: 0, end: 9 } }, { operand: { span: { start: 18, end: 30 } } }],
    });
  });
});

describe("a list of versions", () => {
  it.each(["2.1", "3", "2.1.0"])("holds for %s, which is one of them", (agentVersion) => {
    expect(Matcher.compile(checkedOf("agentVersion: [2.1, 2.1.0, 3]"))({ agentVersion }, 0)).toBe(true);
    expect(Matcher.compile(checkedOf("agentVersion: [4, 5]"))({ agentVersion }, 0)).toBe(false);
  });
});
