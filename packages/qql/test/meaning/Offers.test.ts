/** What each offer of a completion says of itself, and in which order offers stand. */
import { describe, expect, it } from "vitest";
import { Catalog, Completion } from "../../src/index.ts";
import { assets } from "./World.ts";

const itemsOf = (
  text: string,
  catalog: Catalog.Catalog = assets,
  options: Completion.Options = {},
): readonly Completion.Item[] => Completion.complete(catalog, text, text.length, options).items;
const told = (text: string, catalog?: Catalog.Catalog): readonly string[] =>
  itemsOf(text, catalog).map(({ label, rest, detail }) => `${label}|${rest}|${detail}`);

describe("an offer", () => {
  it("of an operator tells what it asks", () => {
    expect(told("cpuCount ")).toEqual([
      ":| 4|Is",
      ": [a, b]|4]|Is one of",
      "<| 4|Is below",
      "<=| 4|Is at most",
      ">| 4|Is above",
      ">=| 4|Is at least",
      ": [a .. b]|4 .. 4]|Lies between, ends included",
      ": (a .. b)|4 .. 4)|Lies between, ends excluded",
      "is null||Has none",
      "is not null||Has a value",
      "AND| name: web server|Both",
      "OR| name: web server|One or both",
    ]);
    expect(told("interfaces: (ports ").at(0)).toBe(": (|port: 443))|One of them fulfils all of what follows");
    expect(itemsOf("cpuCount ").map(({ kind }) => kind)).toEqual([
      ...Array(10).fill("operator"),
      ...Array(2).fill("keyword"),
    ]);
  });

  it("of what may stand behind a value of a list or range tells which", () => {
    expect(told("cpuCount: [3 ")).toEqual([",| 4]|Or another value", "..| 4]|Up to", "]||Ends it"]);
    expect(told("cpuCount: (3 ")).toEqual(["..| 4)|Up to"]);
    expect(told("cpuCount: [3 .. 4 ")).toEqual(["]||Ends it"]);
    expect(itemsOf("cpuCount: [3 ").map(({ kind }) => kind)).toEqual(["operator", "operator", "operator"]);
  });

  it("of a word of the language tells what it does", () => {
    expect(told("(serial: x ")).toEqual([
      "AND| name: web server)|Both",
      "OR| name: web server)|One or both",
      ")||Ends the group",
    ]);
    expect(told("").slice(-2)).toEqual([
      "NOT| name: web server|What doesn't fulfil the condition",
      "(|name: web server)|Several conditions as one",
    ]);
    expect(itemsOf("(serial: x ").map(({ kind }) => kind)).toEqual(["keyword", "keyword", "keyword"]);
  });

  it("of a value is one of the catalogue's, or an example that is called so", () => {
    expect(told("status: re")).toEqual(["Ready||", "Not Ready||"]);
    expect(told("serial: ")).toEqual(["KB2893294||For example"]);
    expect(itemsOf("serial: ").map(({ kind }) => kind)).toEqual(["value"]);
    expect(told("lastSeen: now-7")).toEqual(["now-7d||"]);
  });

  it("of a past query says so, first where nothing is typed, and goes on where the text ends", () => {
    const recent = ["status: Ready", "cpuCount > 3"];
    expect(itemsOf("  ", assets, { recent: ["  licensed: true"] })[0]).toMatchObject({ kind: "recent" });
    expect(itemsOf("", assets, { recent })[0]).toMatchObject({ kind: "recent", label: "status: Ready" });
    const last = itemsOf("status: Re", assets, { recent }).at(-1);
    expect(last).toMatchObject({ kind: "recent", insert: "Ready", detail: "Searched before", rest: "" });
  });
});

describe("offers", () => {
  const described = { description: "Any", example: "a" } as const;
  const catalog = Catalog.define({
    lastName: { ...described, type: "keyword" },
    names: { ...described, type: "keyword" },
    name: { ...described, type: "keyword", aliases: ["fullName"] },
  });

  it("stand with the very word first, then what begins so, then what has a part that does", () => {
    expect(itemsOf("name", catalog).map(({ label }) => label)).toEqual(["name", "names", "lastName"]);
    expect(itemsOf("full", catalog).map(({ label }) => label)).toEqual(["name"]);
    expect(itemsOf("zzz", catalog)).toEqual([]);
  });

  it("ask of a token only what it can be asked", () => {
    const only = (...operators: readonly Catalog.Operator[]): Catalog.Catalog =>
      Catalog.define({ n: { type: "number", operators, description: "Any", example: "3" } });
    const restOf = (of: Catalog.Catalog): string | undefined => itemsOf("n", of)[0]?.rest;
    expect(restOf(only("equals", "list"))).toBe(": 3");
    expect(restOf(only("list"))).toBe(": [3]");
    expect(restOf(only("order", "range"))).toBe(" > 3");
    expect(restOf(only("range"))).toBe(": [3 .. 3]");
    expect(restOf(only("null"))).toBe(" is not null");
    expect(told("n: [", only("range"))).toEqual(["3| .. 3]|For example"]);
    expect(told("n: [", only("list"))).toEqual(["3|]|For example"]);
    expect(told("n: [", only("equals", "order"))).toEqual([]);
    expect(told("n: [3 ", only("list"))).toEqual([",| 3]|Or another value", "]||Ends it"]);
    expect(told("n: [3 ", only("range"))).toEqual(["..| 3]|Up to"]);
    expect(told("n > ", only("range"))).toEqual([]);
    expect(told("n: ", only("range", "list"))).toEqual([]);
  });
});
