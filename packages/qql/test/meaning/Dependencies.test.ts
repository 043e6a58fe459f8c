import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cost, Dependencies, Matcher } from "../../src/index.ts";
import { type Asset, assets, checkedOf, documents, instants, narrowQueries, queries, runs } from "./World.ts";

const dependenciesOf = (text: string): Dependencies.Dependencies => Dependencies.of(checkedOf(text));

/** Another document's fields wherever a query isn't touched by them, in groups too. */
function mixed(
  own: object,
  other: object | null | undefined,
  prefix: string,
  isTouched: (field: string) => boolean,
): object {
  const result: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(own), ...Object.keys(other ?? {})])) {
    const [held, its] = [own, other ?? {}].map((each) => (each as Record<string, unknown>)[name]);
    const field = prefix + name;
    if (!isTouched(field)) result[name] = its;
    else if (Array.isArray(held)) {
      const others: readonly unknown[] = Array.isArray(its) ? its : [];
      result[name] = held.map((each, i) =>
        isObject(each) ? mixed(each, others[i] as object, `${field}.`, isTouched) : each,
      );
    } else result[name] = isObject(held) ? mixed(held, isObject(its) ? its : null, `${field}.`, isTouched) : held;
  }
  return result;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

describe("what a query depends on", () => {
  it("is all that can change its answer", () => {
    fc.assert(
      fc.property(queries, documents, documents, instants, (text, own, other, now) => {
        const checked = checkedOf(text);
        const dependencies = Dependencies.of(checked);
        const changed = mixed(own, other, "", (field) => Dependencies.isTouched(dependencies, [field])) as Asset;
        const matches = Matcher.compile(checked);
        if (matches(own, now) !== matches(changed, now))
          throw new Error(`${text}\n${JSON.stringify(own)}\n${JSON.stringify(changed)}`);
      }),
      runs(4_000),
    );
  });

  it.each(["lastSeen > now-1d", "lastSeen: [2024, now]", "lastSeen: [2024 .. now]", "boots: (now-7d .. 2024)"])(
    "is the clock for %s",
    (text) => {
      expect(dependenciesOf(text).isOnClock).toBe(true);
    },
  );

  it("is the clock only where a date is relative", () => {
    fc.assert(
      fc.property(fc.oneof(queries, narrowQueries), documents, instants, instants, (text, document, now, later) => {
        const checked = checkedOf(text);
        const { isOnClock } = Dependencies.of(checked);
        expect(isOnClock).toBe(/\bnow\b/.test(text));
        const matches = Matcher.compile(checked);
        if (!isOnClock) expect(matches(document, now)).toBe(matches(document, later));
      }),
      runs(1_500),
    );
  });

  it.each([
    ["name: web", ["name"]],
    ["SN: x or not cpuCount > 3", ["serial", "cpuCount"]],
    ["host.bios.version: 1", ["host.bios.version"]],
    ["host: (ram: 1 and bios: (version: 1))", ["host.ram", "host.bios.version"]],
    ["interfaces is null", ["interfaces"]],
    ["interfaces: (ports is null)", ["interfaces.ports"]],
    ["host: (latitude)", ["host.model"]],
  ])("%s: %j", (text, expected) => {
    expect([...dependenciesOf(text).tokens]).toEqual(expected);
  });

  it("is every searchable token for text without one", () => {
    const searchable = assets.tokens.filter(({ isSearchable }) => isSearchable).map(({ name }) => name);
    expect([...dependenciesOf("web").tokens]).toEqual(searchable);
  });

  it.each([
    ["interfaces.address: 10.1.2.3", ["interfaces.address"], true],
    ["interfaces.address: 10.1.2.3", ["interfaces"], true],
    ["interfaces.address: 10.1.2.3", ["interfaces.label"], false],
    ["interfaces.address: 10.1.2.3", ["name", "interfaces.label", "interfaces.address"], true],
    ["interfaces.address: 10.1.2.3", [], false],
    ["interfaces is null", ["interfaces.label"], true],
    ["interfaces is null", ["interfaces.ports.port"], true],
    ["name: web", ["na"], false],
    ["name: web", ["name.x"], true],
    ["host: (not ram: 1)", ["host"], true],
  ])("%s is touched by a change of %j: %j", (text, changed, expected) => {
    expect(Dependencies.isTouched(dependenciesOf(text), changed)).toBe(expected);
  });

  it("are its conditions, one by one in the order of the text", () => {
    const text = "a b and (cpuCount > 1 or not host: (ram: 1)) and name is null";
    const leaves = Dependencies.leavesOf(checkedOf(text));
    expect(leaves.map(({ start, end }) => text.slice(start, end))).toEqual([
      "a b",
      "cpuCount > 1",
      "ram: 1",
      "name is null",
    ]);
  });
});

describe("the cost of a query", () => {
  const cost = (text: string): number => Cost.of(checkedOf(text));

  it.each([
    ["a look-up", "serial: x", "a list", "serial: [x, y]"],
    ["a list", "serial: [x, y]", "the beginning of a value", "serial: x*"],
    ["a part of an order", "cpuCount > 3", "words of a text", "name: web"],
    ["words of a text", "name: web", "the end of a value", "serial: *x"],
    ["a look-up beside a scan", "serial: x and not cpuCount: 3", "the scan", "not cpuCount: 3"],
    ["a look-up", "serial: x", "one that is asked more", "serial: x and cpuCount: 3"],
    ["one of two", "serial: x", "either of two", "serial: x or cpuCount: 3"],
    ["words of a token", "name: web", "words of any", "web"],
    ["a condition", "serial: x", "its opposite", "not serial: x"],
  ])("of %s (%s) is below that of %s (%s)", (_, cheap, __, dear) => {
    expect(cost(cheap)).toBeLessThan(cost(dear));
  });

  it.each([
    ["serial: x", 1],
    ["serial: [x, y, z]", 3],
    ["serial: [x*, y]", 21],
    ["cpuCount > 3 and serial: x", 2],
    ["serial: x and serial: y and serial: z", 3],
    ["serial: x or cpuCount > 3", 21],
    ["name: remote code", 100],
    ["name: remote code and cpuCount > 3", 21],
    ["interfaces: (label: x and isUp: true)", 2],
  ])("%s is %i units", (text, units) => {
    expect(cost(text)).toBe(units);
  });

  it("of what reads everything is that of reading everything", () => {
    for (const text of ["serial: *x", "serial is not null", "not serial: x", "serial is null"])
      expect(cost(text)).toBe(Cost.SCAN);
  });

  it("is a number up to that of reading everything, which answers any query", () => {
    fc.assert(
      fc.property(queries, (text) => {
        const units = cost(text);
        expect(units).toBeGreaterThanOrEqual(0);
        expect(units).toBeLessThanOrEqual(Cost.SCAN);
      }),
      runs(1_000),
    );
    expect(cost("not serial: x or not serial: y")).toBe(Cost.SCAN);
  });

  it("never grows by a further condition that all has to fulfil, but for the look at what is found", () => {
    fc.assert(
      fc.property(queries, queries, (a, b) => {
        expect(cost(`(${a}) and (${b})`)).toBeLessThanOrEqual(
          Math.min(cost(a), cost(b)) + conditionsOf(a) + conditionsOf(b),
        );
        expect(cost(`(${a}) or (${b})`)).toBeGreaterThanOrEqual(Math.max(cost(a), cost(b)));
      }),
      runs(1_000),
    );
  });
});

const conditionsOf = (text: string): number => Dependencies.leavesOf(checkedOf(text)).length;
