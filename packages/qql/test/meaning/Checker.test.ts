/** The checker by itself, as one uses it who keeps trees: what `inspect` makes even comes after it. */
import { describe, expect, it } from "vitest";
import { type Catalog, Checker, type Diagnostic, Limits, Parser } from "../../src/index.ts";
import { assets } from "./World.ts";

const check = (text: string, limits: Partial<Limits.Limits> = {}, catalog: Catalog.Catalog = assets): Checker.Outcome =>
  Checker.check(catalog, Parser.parse(text, Limits.lifted).ast, { ...Limits.defaults, ...limits });
const codesOf = ({ diagnostics }: Checker.Outcome): readonly string[] => diagnostics.map(({ code }) => code);
const firstOf = (outcome: Checker.Outcome): Diagnostic.Diagnostic | undefined => outcome.diagnostics[0];

describe("checking", () => {
  it.each([
    "nope: 1",
    "nope: 1 and serial: x",
    "serial: x or nope: 1",
    "not nope: 1",
    "interfaces: (nope: 1)",
    "interfaces: (label: x and nope: 1)",
    "cpuCount > x",
    "cpuCount: [x .. 3]",
    "cpuCount: [3 .. x]",
    "cpuCount: (x .. x)",
    "serial > 3",
    "serial: x and",
  ])("of %s comes to no query, as a part is faulty", (text) => {
    expect(check(text).checked).toBeNull();
  });

  it("tells errors and warnings in the order of the text, whichever it finds first", () => {
    expect(codesOf(check("cpuCount: [3 .. 1] and oldName: x"))).toEqual(["empty-range", "deprecated-token"]);
    expect(codesOf(check("oldName: x and cpuCount: [3 .. 1]"))).toEqual(["deprecated-token", "empty-range"]);
  });

  it("tells no more than it may, of what it finds in a sound query too", () => {
    const dead = "cpuCount: [3 .. 1] or cpuCount: [4 .. 1] or cpuCount: [5 .. 1]";
    expect(codesOf(check(dead))).toHaveLength(3);
    expect(codesOf(check(dead, { diagnostics: 2 }))).toHaveLength(2);
    expect(codesOf(check(`oldName: x or ${dead}`, { diagnostics: 3 }))).toHaveLength(3);
  });

  it("tells of both ends of a range", () => {
    expect(codesOf(check("cpuCount: [x .. y]"))).toEqual(["invalid-number", "invalid-number"]);
  });
});

describe("an unknown name", () => {
  it("inside a group is told with the names of the group, by their ends", () => {
    expect(firstOf(check("interfaces: (labl: x)"))).toMatchObject({
      code: "unknown-token",
      details: { group: "interfaces", near: "label", outside: null },
    });
    expect(firstOf(check("host: (bios.versoin: 1)"))).toMatchObject({ details: { near: "bios.version" } });
  });

  it("inside a group isn't near to names outside, but may be one of them", () => {
    expect(firstOf(check("interfaces: (serial: x)"))).toMatchObject({
      details: { near: null, outside: "serial" },
    });
    expect(firstOf(check("interfaces: (sn: x)"))).toMatchObject({ details: { outside: "serial" } });
    expect(firstOf(check("interfaces: (serail: x)"))).toMatchObject({ details: { near: null, outside: null } });
    expect(firstOf(check("serail: x"))).toMatchObject({ details: { group: null, near: "serial", outside: null } });
  });
});

describe("a group", () => {
  it("that is asked like a token is told how it is asked, by its first token", () => {
    expect(firstOf(check("interfaces: x"))).toMatchObject({
      code: "group-without-parentheses",
      details: { name: "interfaces", child: "address", example: "10.1.2.3" },
    });
    expect(firstOf(check("host: (bios: 1)"))).toMatchObject({
      details: { name: "bios", child: "version", example: "1.0" },
    });
  });

  it("is what parentheses ask of", () => {
    expect(firstOf(check("serial: (x: y)"))).toMatchObject({ code: "not-a-group", details: { name: "serial" } });
    expect(firstOf(check("interfaces: (label: (x: y))"))).toMatchObject({ details: { name: "label" } });
  });
});
