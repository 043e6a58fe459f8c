import { describe, expect, expectTypeOf, it } from "vitest";
import { Catalog, compile, matches, type Query } from "../src/index.ts";
import { compiled, type Patch, patches } from "./Fixtures.ts";

const definition = { type: "text", description: "Any", example: "x" } as const;

const problems = (definitions: Catalog.Definitions): readonly string[] => {
  const made = Catalog.make(definitions);
  return made.ok ? [] : made.error.map(({ name, message }) => `${name}: ${message}`);
};

describe("the type of a catalogue's documents", () => {
  it("is inferred from the definitions", () => {
    expectTypeOf<Patch["title"]>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<Patch["vendorSeverity"]>().toEqualTypeOf<
      "Critical" | "Important" | "Moderate" | "Low" | "None" | null | undefined
    >();
    expectTypeOf<Patch["cve"]>().toEqualTypeOf<readonly string[] | null | undefined>();
    expectTypeOf<Patch["architecture"]>().toEqualTypeOf<
      readonly ("X64" | "X86" | "Arm 64" | "and")[] | null | undefined
    >();
    expectTypeOf<Patch["missingCount"]>().toEqualTypeOf<number>();
    expectTypeOf<Patch["publishedDate"]>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<Patch["isSecurity"]>().toEqualTypeOf<boolean | null | undefined>();
    expectTypeOf<keyof Patch>().toEqualTypeOf<keyof typeof patches.definitions>();
    expect(patches.tokens.map((token) => token.name)).toEqual(Object.keys(patches.definitions));
  });

  it("keeps a query off documents of another type", () => {
    const query = compiled("missingCount > 2");
    expectTypeOf(query).toEqualTypeOf<Query<Patch>>();
    expect(matches(query, { missingCount: 3, title: null, cve: ["CVE-1"] })).toBe(true);
    const wider = { missingCount: 3, host: "only the host application knows this" };
    expect(matches(query, wider)).toBe(true);
    // @ts-expect-error a required token is missing
    expect(matches(query, { title: "x" })).toBe(false);
    // @ts-expect-error a number is not text
    expect(matches(query, { missingCount: 3, title: 5 })).toBe(true);
    // @ts-expect-error not a value of the enum
    expect(matches(query, { missingCount: 3, vendorSeverity: "Severe" })).toBe(true);
    // @ts-expect-error a repeated token is an array
    expect(matches(query, { missingCount: 3, cve: "CVE-1" })).toBe(true);
    // @ts-expect-error not a token
    expect(matches(query, { missingCount: 3, titel: "x" })).toBe(true);
    // @ts-expect-error the predicate is typed as well
    expect([{ name: "x" }].filter(query.predicate)).toEqual([]);
  });

  it("keeps a query of one catalogue off the documents of another", () => {
    const assets = Catalog.define({ name: { ...definition, required: true } });
    const query = compile(assets, "name: web");
    if (!query.ok) throw new Error("refused");
    const patch: Patch = { missingCount: 1 };
    // @ts-expect-error a patch has no name
    expect(matches(query.value, patch)).toBe(false);
    expect(matches(query.value, { name: "web-1" })).toBe(true);
  });

  it("is a record of any values for definitions known only at run time", () => {
    const definitions: Catalog.Definitions = { size: { ...definition, type: "number" } };
    const made = Catalog.make(definitions);
    if (!made.ok) throw new Error("refused");
    const query = compile(made.value, "size > 5");
    if (!query.ok) throw new Error("refused");
    expect(matches(query.value, { size: 6, anything: ["x"] })).toBe(true);
    // @ts-expect-error values are still values
    expect(matches(query.value, { size: { bytes: 6 } })).toBe(false);
  });
});

describe("a catalogue", () => {
  it("reads an enum's values as a set in its own spelling", () => {
    expect(compiled("severity: [low, LOW, l*, `Low`]").checked).toMatchObject({ _tag: "Enum", values: ["Low"] });
  });

  it("finds tokens by name and alias in any letter case", () => {
    for (const name of ["vendorSeverity", "VENDORSEVERITY", "severity", "Severity"]) {
      expect(Catalog.find(patches, name)?.name).toBe("vendorSeverity");
    }
    expect(Catalog.find(patches, "sever")).toBeUndefined();
  });

  it("has examples that are values of their tokens", () => {
    for (const token of patches.tokens)
      expect(compile(patches, `${token.name}: ${token.example}`).ok, token.name).toBe(true);
  });

  it("refuses names and aliases that clash but for letter case", () => {
    expect(problems({ a: definition, A: definition })).toEqual(['A: "A" already names the token "a".']);
    expect(problems({ a: { ...definition, aliases: ["b"] }, B: definition })).toEqual([
      'B: "B" already names the token "a".',
    ]);
    expect(problems({ a: { ...definition, aliases: ["A"] } })).toEqual(['a: "A" already names the token "a".']);
  });

  it.each(["", "and", "Not", "1a", "a b", "a:b", "a(", "ä", "constructor", "toString"])(
    "refuses the name %j",
    (name) => {
      expect(problems({ [name]: definition })).toEqual([`${name}: "${name}" cannot be a token name.`]);
      expect(problems({ ok: { ...definition, aliases: [name] } })).toEqual([`ok: "${name}" cannot be a token name.`]);
    },
  );

  it.each(["a", "tags.name", "_x-1", "is", "null"])("takes the name %j, and a query can use it", (name) => {
    const made = Catalog.make({ [name]: definition });
    if (!made.ok) throw new Error(JSON.stringify(made.error));
    expect(compile(made.value, `${name}: x and ${name} is null`).ok).toBe(true);
  });

  it("refuses enums without values, with blank ones, and with values that differ in letter case only", () => {
    const values = (...each: string[]): Catalog.Definitions => ({ e: { ...definition, type: "enum", values: each } });
    expect(problems(values())).toEqual(["e: The enum has no values."]);
    expect(problems(values("Low", "low"))).toEqual(['e: The value "low" is listed twice.']);
    expect(problems(values("", " x", "a\nb"))).toHaveLength(3);
    expect(problems(values("Not Applicable", "*", 'q"'))).toEqual([]);
  });

  it("refuses types and properties it does not know, as a file may hold them", () => {
    const file = JSON.parse(
      '{"a": {"type": "ip", "requierd": true, "description": "", "example": ""}}',
    ) as Catalog.Definitions;
    expect(problems(file)).toEqual(['a: "ip" is not a type.', 'a: "requierd" is not a property of a token.']);
  });

  it("throws its problems when the definitions are part of the program", () => {
    expect(() => Catalog.define({ and: definition })).toThrow(Catalog.CatalogError);
    expect(() => Catalog.define({ and: definition })).toThrow(/"and" cannot be a token name/);
  });
});
