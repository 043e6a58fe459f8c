import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { Catalog, CatalogJson, compile, Key, Limits, matches, type Query } from "../../src/index.ts";
import { type Asset, assets, runs } from "./World.ts";

const definition = { type: "text", description: "Any", example: "x" } as const;

const told = (made: ReturnType<typeof CatalogJson.read>): readonly string[] =>
  made.ok ? [] : made.error.map(({ name, message }) => `${name}: ${message}`);
const problems = (definitions: Catalog.Definitions): readonly string[] => told(Catalog.make(definitions));
/** As JSON that came from outside, whose shape TypeScript doesn't know. */
const outside = (text: string): unknown => JSON.parse(text);

const compiled = (text: string): Query<Asset> => {
  const query = compile(assets, text);
  if (!query.ok) throw new Error(`${text} is refused`);
  return query.value;
};

describe("the type of a catalogue's documents", () => {
  it("is inferred from the definitions", () => {
    expectTypeOf<Asset["name"]>().toEqualTypeOf<string>();
    expectTypeOf<Asset["serial"]>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<Asset["notes"]>().toEqualTypeOf<readonly string[] | null | undefined>();
    expectTypeOf<Asset["status"]>().toEqualTypeOf<
      "Ready" | "Not Ready" | "and" | "Straße" | "n/a" | "Null" | null | undefined
    >();
    expectTypeOf<Asset["modules"]>().toEqualTypeOf<readonly ("PM" | "VM" | "Policy Compliance")[] | null | undefined>();
    expectTypeOf<Asset["cpuCount"]>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<Asset["memory"]>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<Asset["lastSeen"]>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<Asset["boots"]>().toEqualTypeOf<readonly number[] | null | undefined>();
    expectTypeOf<Asset["licensed"]>().toEqualTypeOf<boolean | null | undefined>();
    expectTypeOf<Asset["agentVersion"]>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<Asset["address"]>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<Asset["id"]>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<keyof Asset>().toEqualTypeOf<keyof typeof assets.definitions>();
  });

  it("has groups as objects, repeated ones as arrays of them, at any depth", () => {
    type Host = NonNullable<Asset["host"]>;
    expectTypeOf<Host["ram"]>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<NonNullable<Host["bios"]>["version"]>().toEqualTypeOf<string | null | undefined>();
    type Interface = NonNullable<Asset["interfaces"]>[number];
    expectTypeOf<Interface["isUp"]>().toEqualTypeOf<boolean | null | undefined>();
    type Port = NonNullable<Interface["ports"]>[number];
    expectTypeOf<Port["port"]>().toEqualTypeOf<number>();
    expectTypeOf<Port["service"]>().toEqualTypeOf<string | null | undefined>();
  });

  it("keeps a query off documents of another type", () => {
    const query = compiled("cpuCount > 2");
    expectTypeOf(query).toEqualTypeOf<Query<Asset>>();
    expect(matches(query, { name: "a", cpuCount: 3, serial: null, labels: ["x"], host: { bios: {} } }, 0)).toBe(true);
    const wider = { name: "a", cpuCount: 3, owner: "only the host application knows this" };
    expect(matches(query, wider, 0)).toBe(true);
    // @ts-expect-error a required token is missing
    matches(query, { serial: "x" }, 0);
    // @ts-expect-error a number is not text
    matches(query, { name: 5 }, 0);
    // @ts-expect-error a date is milliseconds
    matches(query, { name: "a", lastSeen: new Date() }, 0);
    // @ts-expect-error not a value of the enum
    matches(query, { name: "a", status: "Severe" }, 0);
    // @ts-expect-error a repeated token is an array
    matches(query, { name: "a", labels: "x" }, 0);
    // @ts-expect-error a group is an object
    matches(query, { name: "a", host: "x" }, 0);
    // @ts-expect-error a repeated group is an array of objects
    matches(query, { name: "a", interfaces: { label: "x" } }, 0);
    // @ts-expect-error a required token of a group's element is missing
    matches(query, { name: "a", interfaces: [{ ports: [{ service: "x" }] }] }, 0);
    // @ts-expect-error not a token
    matches(query, { name: "a", nmae: "x" }, 0);
    // @ts-expect-error the predicate is typed as well
    [{ title: "x" }].filter((each) => query.predicate(each, 0));
    // @ts-expect-error and so is a document to make keys of
    Key.document(assets, { serial: "x" });
  });

  it("keeps a query of one catalogue off the documents of another", () => {
    const others = Catalog.define({ title: { ...definition, required: true } });
    const query = compile(others, "title: web");
    if (!query.ok) throw new Error("refused");
    const asset: Asset = { name: "web" };
    // @ts-expect-error an asset has no title
    expect(matches(query.value, asset, 0)).toBe(false);
    expect(matches(query.value, { title: "web-1" }, 0)).toBe(true);
  });

  it("is that of its tokens where none is required, and not any other", () => {
    const query = compile(Catalog.define({ title: definition }), "title: web");
    if (!query.ok) throw new Error("refused");
    expect(matches(query.value, {}, 0)).toBe(false);
    const asset = { name: "web" };
    // @ts-expect-error it has none of the tokens
    matches(query.value, asset, 0);
    // @ts-expect-error a text is no document
    matches(query.value, "web", 0);
  });

  it("is a record of any values for definitions known only at run time", () => {
    const definitions: Catalog.Definitions = { size: { ...definition, type: "number" } };
    const made = Catalog.make(definitions);
    if (!made.ok) throw new Error("refused");
    expectTypeOf<Catalog.DocumentOf<typeof made.value.definitions>>().toEqualTypeOf<Catalog.AnyDocument>();
    const query = compile(made.value, "size > 5");
    if (!query.ok) throw new Error("refused");
    expect(matches(query.value, { size: 6, anything: ["x"] }, 0)).toBe(true);
  });
});

describe("a catalogue", () => {
  it("lists its tokens in the order of their definitions, by their path, and its groups", () => {
    expect(assets.tokens.map(({ name }) => name).filter((name) => name.includes("."))).toEqual([
      "host.model",
      "host.ram",
      "host.bios.version",
      "interfaces.address",
      "interfaces.label",
      "interfaces.isUp",
      "interfaces.ports.port",
      "interfaces.ports.service",
    ]);
    expect(assets.groups.map(({ name }) => name)).toEqual(["host", "host.bios", "interfaces", "interfaces.ports"]);
    expect(Catalog.find(assets, "interfaces.ports.port")?.path).toEqual([
      { key: "interfaces", isRepeated: true },
      { key: "ports", isRepeated: true },
      { key: "port", isRepeated: false },
    ]);
  });

  it("finds tokens and groups by name and alias in any letter case, inside a group by their name there", () => {
    const nameOf = (text: string, within: Catalog.Group | null = null): string | undefined =>
      Catalog.find(assets, text, within)?.name;
    expect(["agentVersion", "AGENTVERSION", "agentversion"].map((text) => nameOf(text))).toEqual(
      Array(3).fill("agentVersion"),
    );
    expect(["sn", "SN", "remarks"].map((text) => nameOf(text))).toEqual(["serial", "serial", "notes"]);
    expect(nameOf("HOST.bios.VERSION")).toBe("host.bios.version");
    const host = assets.groups.find(({ name }) => name === "host") ?? null;
    expect(nameOf("bios.version", host)).toBe("host.bios.version");
    expect(nameOf("host.model", host)).toBeUndefined();
    expect(nameOf("name", host)).toBeUndefined();
    expect(nameOf("agent")).toBeUndefined();
  });

  it("finds an alias inside its group, beside the token", () => {
    const made = Catalog.define({
      g: { type: "group", description: "A group", tokens: { a: { ...definition, aliases: ["b", "c.d"] } } },
    });
    expect(["g.a", "g.b", "g.c.d", "G.C.D"].map((text) => Catalog.find(made, text)?.name)).toEqual(
      Array(4).fill("g.a"),
    );
    expect(["b", "c.d", "a"].map((text) => Catalog.find(made, text))).toEqual([undefined, undefined, undefined]);
  });

  it("says what a token may be asked: what its type allows, or less", () => {
    for (const token of assets.tokens) expect(token.operators).toEqual(Catalog.OPERATORS[token.type]);
    const made = Catalog.define({ a: { ...definition, operators: ["null"] } });
    const [token] = made.tokens;
    expect(token?.operators).toEqual(["null"]);
    expect(compile(made, "a is null").ok).toBe(true);
    for (const text of ["a: x", "a: [x, y]", "a: x*"]) expect(compile(made, text).ok, text).toBe(false);
  });

  it("searches text, keywords, enums and identities, unless it is said otherwise", () => {
    const searched = assets.tokens.filter(({ isSearchable }) => isSearchable).map(({ type }) => type);
    expect([...new Set(searched)].sort()).toEqual(["enum", "keyword", "text", "uuid"]);
    const made = Catalog.define({ a: { ...definition, searchable: false }, b: definition });
    expect(made.tokens.map(({ isSearchable }) => isSearchable)).toEqual([false, true]);
  });

  it.each(["a", "_x-1", "is", "null", "now", "A9", "group"])("takes the name %j, and a query can use it", (name) => {
    const made = Catalog.make({ [name]: definition });
    if (!made.ok) throw new Error(JSON.stringify(made.error));
    expect(compile(made.value, `${name}: x and ${name} is null`).ok).toBe(true);
  });
});

describe("a faulty catalogue", () => {
  it.each([
    "",
    "and",
    "Not",
    "OR",
    "1a",
    "a b",
    "a:b",
    "a(",
    "ä",
    "a.b",
    "constructor",
    "toString",
    "__proto__",
    "hasOwnProperty",
  ])("can't have the name %j", (name) => {
    const definitions = Object.fromEntries([[name, definition]]);
    expect(problems(definitions)).toEqual([`${name}: "${name}" cannot be a name.`]);
    if (!name.includes("."))
      expect(problems({ ok: { ...definition, aliases: [name] } })).toEqual([`ok: "${name}" cannot be an alias.`]);
  });

  it("can't have names and aliases that clash but for letter case", () => {
    expect(problems({ a: definition, A: definition })).toEqual(['A: "A" already names "a".']);
    expect(problems({ a: { ...definition, aliases: ["b"] }, B: definition })).toEqual(['B: "B" already names "a".']);
    expect(problems({ a: { ...definition, aliases: ["A"] } })).toEqual(['a: "A" already names "a".']);
    const group = { type: "group", description: "A group", tokens: { b: definition } } as const;
    expect(problems({ a: group, c: { ...definition, aliases: ["A.B"] } })).toEqual([
      'c: "A.B" already names "a.b".',
      'c: The alias "A.B" is a path into the group "a".',
    ]);
    expect(problems({ a: group, c: { ...definition, aliases: ["A.z"] } })).toEqual([
      'c: The alias "A.z" is a path into the group "a".',
    ]);
    expect(problems({ a: group, b: definition })).toEqual([]);
  });

  it("can't have enums without values, with values that nobody can type, or that differ in letter case only", () => {
    const values = (...each: string[]): Catalog.Definitions => ({ e: { ...definition, type: "enum", values: each } });
    expect(problems(values())).toEqual(["e: The enum has no values."]);
    expect(problems(values("Low", "low"))).toEqual(['e: The value "low" is listed twice.']);
    expect(problems(values("Straße", "STRASSE"))).toEqual(['e: The value "STRASSE" is listed twice.']);
    expect(problems(values("Caf\u00e9", "Cafe\u0301"))).toHaveLength(1);
    expect(problems(values("", " x", "x ", "a\nb", "a\u0000", "a\ud800"))).toHaveLength(6);
    expect(problems(values("Not Applicable", "*", 'q"', "`", "and", "“x”"))).toEqual([]);
  });

  it("can't have types, properties and operators that the language doesn't know", () => {
    const file = outside(`{
      "a": {"type": "money", "requierd": true, "description": "", "example": ""},
      "b": {"type": "text", "requierd": true, "description": "", "example": ""},
      "c": {"type": "text", "values": ["x"], "description": "", "example": ""},
      "d": {"type": "group", "example": "x", "description": "", "tokens": {}},
      "e": {"type": "text", "operators": ["order", "equals"], "description": "", "example": ""},
      "f": {"type": "number", "searchable": true, "description": "", "example": ""},
      "g": {"type": "number", "searchable": false, "description": "", "example": ""},
      "h": {"type": "constructor", "description": "", "example": ""}
    }`);
    expect(problems(file as Catalog.Definitions)).toEqual([
      'a: "money" is not a type.',
      'b: "requierd" is not a property of a text.',
      'c: "values" is not a property of a text.',
      'd: "example" is not a property of a group.',
      'e: "order" is not an operator of a text.',
      "f: Text without a token can't be looked for in a number.",
      'h: "constructor" is not a type.',
    ]);
  });

  it("tells every problem at once, each with a hint, at any depth", () => {
    const made = Catalog.make({
      "1": definition,
      g: {
        type: "group",
        description: "A group",
        tokens: { "2": definition, e: { ...definition, type: "enum", values: [] } },
      },
    });
    expect(told(made)).toEqual([
      '1: "1" cannot be a name.',
      'g.2: "2" cannot be a name.',
      "g.e: The enum has no values.",
    ]);
    if (made.ok) return;
    for (const { hint } of made.error) expect(hint).toMatch(/^[A-Z].*\.$/);
  });

  it("is an exception where it is part of the program, which holds all that is wrong", () => {
    const faulty = (): unknown => Catalog.define({ and: definition, "1": definition });
    expect(faulty).toThrow(Catalog.CatalogError);
    expect(faulty).toThrow(/"and" cannot be a name/);
    expect(faulty).toThrow(/"1" cannot be a name/);
  });
});

describe("a catalogue read from JSON", () => {
  const read = (text: string): readonly string[] => told(CatalogJson.read(outside(text)));

  it("is the one that the program would define", () => {
    const made = CatalogJson.read(outside(JSON.stringify(assets.definitions)));
    if (!made.ok) throw new Error(JSON.stringify(made.error));
    expect(made.value.tokens).toEqual(assets.tokens);
    expect(made.value.groups).toEqual(assets.groups);
    expect(made.value.entryByFolded).toEqual(assets.entryByFolded);
  });

  it.each([
    ["[]", "(catalogue): Definitions are an object."],
    ["null", "(catalogue): Definitions are an object."],
    ['"x"', "(catalogue): Definitions are an object."],
    ['{"a": null}', "a: A definition is an object."],
    ['{"a": []}', "a: A definition is an object."],
    ['{"a": {"description": "", "example": ""}}', 'a: "type" is missing.'],
    ['{"a": {"type": "text", "example": ""}}', 'a: "description" is missing.'],
    ['{"a": {"type": "text", "description": ""}}', 'a: "example" is missing.'],
    ['{"a": {"type": "group", "description": ""}}', 'a: "tokens" is missing.'],
    ['{"a": {"type": "group", "description": "", "tokens": []}}', 'a: "tokens" is not an object of definitions.'],
    ['{"a": {"type": 5, "description": "", "example": ""}}', 'a: "type" is not a text.'],
    ['{"a": {"type": "text", "description": 5, "example": ""}}', 'a: "description" is not a text.'],
    ['{"a": {"type": "text", "description": "", "example": []}}', 'a: "example" is not a text.'],
    ['{"a": {"type": "text", "description": "", "example": "", "deprecated": true}}', 'a: "deprecated" is not a text.'],
    ['{"a": {"type": "text", "description": "", "example": "", "repeated": 1}}', 'a: "repeated" is not true or false.'],
    [
      '{"a": {"type": "text", "description": "", "example": "", "required": null}}',
      'a: "required" is not true or false.',
    ],
    [
      '{"a": {"type": "text", "description": "", "example": "", "searchable": "yes"}}',
      'a: "searchable" is not true or false.',
    ],
    [
      '{"a": {"type": "text", "description": "", "example": "", "aliases": "b"}}',
      'a: "aliases" is not a list of texts.',
    ],
    [
      '{"a": {"type": "text", "description": "", "example": "", "operators": [5]}}',
      'a: "operators" is not a list of texts.',
    ],
    [
      '{"a": {"type": "enum", "description": "", "example": "", "values": {"0": "x"}}}',
      'a: "values" is not a list of texts.',
    ],
    ['{"a": {"type": "group", "description": "", "tokens": {"b": 5}}}', "a.b: A definition is an object."],
    [
      '{"a": {"type": "text", "description": "", "example": "", "constructor": 5}}',
      'a: "constructor" is not a property of a text.',
    ],
    [
      '{"a": {"type": "text", "description": "", "example": "", "__proto__": 5}}',
      'a: "__proto__" is not a property of a text.',
    ],
    ['{"__proto__": {"type": "text", "description": "", "example": ""}}', '__proto__: "__proto__" cannot be a name.'],
  ])("says of %s: %s", (text, expected) => {
    expect(read(text)).toEqual([expected]);
  });

  it("has groups in groups up to a depth", () => {
    const nested = (depth: number): string =>
      depth === 0
        ? '{"x": {"type": "text", "description": "", "example": "x"}}'
        : `{"g": {"type": "group", "description": "", "tokens": ${nested(depth - 1)}}}`;
    expect(read(nested(CatalogJson.GROUP_DEPTH_MAX))).toEqual([]);
    expect(read(nested(CatalogJson.GROUP_DEPTH_MAX + 1))).toEqual([
      `${Array(CatalogJson.GROUP_DEPTH_MAX + 1)
        .fill("g")
        .join(".")}: Groups are nested more than ${CatalogJson.GROUP_DEPTH_MAX} deep.`,
    ]);
    expect(read(nested(3_000))).toHaveLength(1);
  });

  it("is refused without a crash where a list is longer than a call can take", () => {
    const values = Array.from({ length: 200_000 }, () => "same");
    const made = CatalogJson.read({ e: { type: "enum", description: "", example: "same", values } });
    expect(made.ok ? 0 : made.error.length).toBe(values.length - 1);
  });

  /** JSON with the names and words that matter, in right and wrong places. */
  const words = [
    "type",
    "description",
    "example",
    "tokens",
    "values",
    "aliases",
    "operators",
    "repeated",
    "required",
    "searchable",
    "deprecated",
    "text",
    "enum",
    "group",
    "number",
    "equals",
    "__proto__",
    "constructor",
    "toString",
    "a",
    "and",
    "",
    "a.b",
  ];
  const word = fc.constantFrom(...words);
  const hostile = fc.letrec<{ value: unknown; definition: unknown; definitions: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(word, tie("value"), { maxKeys: 4 }),
    ),
    definition: fc.oneof(
      { maxDepth: 4 },
      fc.record(
        {
          type: fc.oneof(
            { weight: 5, arbitrary: fc.constantFrom("text", "enum", "group", "number", "date") },
            tie("value"),
          ),
          description: fc.oneof({ weight: 5, arbitrary: word }, tie("value")),
          example: fc.oneof({ weight: 5, arbitrary: word }, tie("value")),
          tokens: fc.oneof({ weight: 5, arbitrary: tie("definitions") }, tie("value")),
          values: fc.oneof({ weight: 5, arbitrary: fc.array(word, { maxLength: 3 }) }, tie("value")),
          aliases: fc.oneof({ weight: 5, arbitrary: fc.array(word, { maxLength: 3 }) }, tie("value")),
          operators: fc.oneof({ weight: 5, arbitrary: fc.array(word, { maxLength: 3 }) }, tie("value")),
          repeated: fc.oneof({ weight: 5, arbitrary: fc.boolean() }, tie("value")),
        },
        { requiredKeys: [] },
      ),
      tie("value"),
    ),
    definitions: fc.oneof({ maxDepth: 4 }, fc.dictionary(word, tie("definition"), { maxKeys: 3 }), tie("value")),
  }));

  it("is a catalogue or a list of problems for any value, never an exception", () => {
    let sound = 0;
    fc.assert(
      fc.property(fc.oneof(hostile.definitions, hostile.value, fc.jsonValue()), (value) => {
        const made = CatalogJson.read(JSON.parse(JSON.stringify(value)));
        if (made.ok) {
          sound += 1;
          // What was taken can be used.
          for (const { name } of made.value.tokens)
            compile(made.value, `${name}: x or ${name} is null`, Limits.defaults);
        } else {
          expect(made.error.length).toBeGreaterThan(0);
        }
      }),
      runs(6_000),
    );
    expect(sound).toBeGreaterThan(runs(6_000).numRuns / 60);
  });
});
