import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Explain, Matcher } from "../../src/index.ts";
import { type Asset, checkedOf, documents, instants, queries, runs } from "./World.ts";

/** The answer of an explanation's parts, where some conditions are said to be otherwise. */
function answered(explanation: Explain.Explanation, otherwise: (condition: Explain.OfValues) => boolean): boolean {
  switch (explanation._tag) {
    case "And":
      return explanation.operands.every((operand) => answered(operand, otherwise));
    case "Or":
      return explanation.operands.some((operand) => answered(operand, otherwise));
    case "Not":
      return !answered(explanation.operand, otherwise);
    case "Nested":
      return explanation.elements.some((element) => answered(element, otherwise));
    case "Condition":
      return explanation.holds !== otherwise(explanation);
  }
}

interface Found {
  readonly condition: Explain.OfValues;
  readonly isNested: boolean;
}

function conditionsOf(explanation: Explain.Explanation, isNested = false): readonly Found[] {
  switch (explanation._tag) {
    case "And":
    case "Or":
      return explanation.operands.flatMap((operand) => conditionsOf(operand, isNested));
    case "Not":
      return conditionsOf(explanation.operand, isNested);
    case "Nested":
      return explanation.elements.flatMap((element) => conditionsOf(element, true));
    case "Condition":
      return [{ condition: explanation, isNested }];
  }
}

const hasEmptyGroup = (explanation: Explain.Explanation): boolean => {
  switch (explanation._tag) {
    case "And":
    case "Or":
      return explanation.operands.some(hasEmptyGroup);
    case "Not":
      return hasEmptyGroup(explanation.operand);
    case "Nested":
      return explanation.elements.length === 0 || explanation.elements.some(hasEmptyGroup);
    case "Condition":
      return false;
  }
};

/** All values of a document by their path, arrays taken apart; written without a look at the catalogue. */
function valuesByPath(value: unknown, path: string, into: Map<string, unknown[]>): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) for (const each of value) valuesByPath(each, path, into);
  else {
    into.set(path, [...(into.get(path) ?? []), value]);
    if (typeof value !== "object") return;
    for (const [name, held] of Object.entries(value)) valuesByPath(held, path === "" ? name : `${path}.${name}`, into);
  }
}

describe("an explanation", () => {
  const cases = fc.tuple(queries, documents, instants);

  it("has the matcher's answer, and its parts add up to it", () => {
    fc.assert(
      fc.property(cases, ([text, document, now]) => {
        const checked = checkedOf(text);
        const explanation = Explain.explain(checked, document, now);
        const expected = Matcher.compile(checked)(document, now);
        if (explanation.holds !== expected) throw new Error(`${text}\n${JSON.stringify(document)}`);
        if (answered(explanation, () => false) !== expected) throw new Error(`${text}: the parts`);
      }),
      runs(20_000),
    );
  });

  it("names the conditions that decide: with those as they are the others may be anything, with all of those otherwise the answer is", () => {
    fc.assert(
      fc.property(cases, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), ([text, document, now], coins) => {
        const explanation = Explain.explain(checkedOf(text), document, now);
        const decisive = new Set(Explain.decisive(explanation));
        const all = conditionsOf(explanation).map(({ condition }) => condition);
        const isFlipped = (condition: Explain.OfValues): boolean =>
          coins[all.indexOf(condition) % coins.length] ?? false;
        expect(answered(explanation, (condition) => !decisive.has(condition) && isFlipped(condition))).toBe(
          explanation.holds,
        );
        if (!hasEmptyGroup(explanation))
          expect(answered(explanation, (condition) => decisive.has(condition))).toBe(!explanation.holds);
      }),
      runs(3_000),
    );
  });

  it("shows the document's values, all of them outside of groups, and spans of the query's conditions", () => {
    fc.assert(
      fc.property(cases, ([text, document, now]) => {
        const byPath = new Map<string, unknown[]>();
        valuesByPath(document, "", byPath);
        for (const { condition, isNested } of conditionsOf(Explain.explain(checkedOf(text), document, now))) {
          expect(condition.start).toBeLessThan(condition.end);
          expect(condition.values.size).toBeGreaterThan(0);
          for (const [name, shown] of condition.values) {
            const held = byPath.get(name) ?? [];
            if (isNested) for (const value of shown) expect(held).toContain(value);
            else expect(shown).toEqual(held);
          }
        }
      }),
      runs(3_000),
    );
  });

  it("tells what a document fails for", () => {
    const text = "licensed: true and (cpuCount > 4 or memory: 1 GB) and not status: ready";
    const asset: Asset = { name: "web", licensed: true, cpuCount: 2, status: "Ready" };
    const explanation = Explain.explain(checkedOf(text), asset, 0);
    const decisive = Explain.decisive(explanation);
    expect(decisive.map(({ start, end }) => text.slice(start, end))).toEqual([
      "cpuCount > 4",
      "memory: 1 GB",
      "status: ready",
    ]);
    expect(decisive.map(({ values }) => [...values])).toEqual([
      [["cpuCount", [2]]],
      [["memory", []]],
      [["status", ["Ready"]]],
    ]);
  });

  it("tells which element of a group it is about", () => {
    const text = "interfaces: (isUp: true and ports: (port: 22))";
    const asset: Asset = {
      name: "web",
      interfaces: [
        { isUp: true, ports: [{ port: 80 }] },
        { isUp: false, ports: [{ port: 22 }, { port: 443 }] },
      ],
    };
    const explanation = Explain.explain(checkedOf(text), asset, 0);
    expect(explanation).toMatchObject({
      _tag: "Nested",
      group: "interfaces",
      holds: false,
      elements: [
        {
          _tag: "And",
          operands: [{ holds: true }, { _tag: "Nested", group: "interfaces.ports", elements: [{ holds: false }] }],
        },
        { _tag: "And", operands: [{ holds: false }, { elements: [{ holds: true }, { holds: false }] }] },
      ],
    });
    const decisive = Explain.decisive(explanation);
    expect(decisive.map(({ start, end, values }) => [text.slice(start, end), ...[...values.values()].flat()])).toEqual([
      ["port: 22", 80],
      ["isUp: true", false],
    ]);
  });

  it("counts the elements that decide, and none of what is no element", () => {
    const decisiveOf = (asset: object): readonly unknown[] =>
      Explain.decisive(Explain.explain(checkedOf("interfaces: (label: eth0)"), { name: "web", ...asset }, 0)).map(
        ({ values }) => [...values.values()].flat(),
      );
    expect(decisiveOf({ interfaces: [{ label: "eth1" }, { label: "eth0" }] })).toEqual([["eth0"]]);
    expect(decisiveOf({ interfaces: [{ label: "eth1" }, 5, "x", null] })).toEqual([["eth1"]]);
    const explanation = Explain.explain(checkedOf("host.model: x"), { name: "web", host: "x" }, 0);
    expect(explanation).toMatchObject({ holds: false, values: new Map([["host.model", []]]) });
  });

  it("of search text asks each token that takes part", () => {
    const explanation = Explain.explain(
      checkedOf("host: (latitude)"),
      { name: "web", host: { model: "Latitude 5400" } },
      0,
    );
    const [condition] = Explain.decisive(explanation);
    expect([...(condition?.values ?? [])]).toEqual([["host.model", ["Latitude 5400"]]]);
  });

  it("has nothing to tell of a group without elements", () => {
    const explanation = Explain.explain(checkedOf("interfaces: (isUp: true)"), { name: "web" }, 0);
    expect(explanation).toMatchObject({ holds: false, elements: [] });
    expect(Explain.decisive(explanation)).toEqual([]);
  });
});
