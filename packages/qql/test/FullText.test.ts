import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, FullText, matches } from "../src/index.ts";
import { patches, runs } from "./Fixtures.ts";
import { wordsOf } from "./Oracle.ts";

const hits = (value: string, query: string): boolean => {
  const result = compile(patches, `title: ${query}`);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return matches(result.value, { title: value, missingCount: 0 });
};

describe("words of a text", () => {
  it.each([
    ["10,125 and 10.134", ["10,125", "and", "10.134"]],
    ["qualys.corp.com", ["qualys.corp.com"]],
    ["qualys,corp", ["qualys", "corp"]],
    ["102354.qualys", ["102354", "qualys"]],
    ["v2.1a", ["v2.1a"]],
    ["a.1 1.a 1,a", ["a", "1", "1", "a", "1", "a"]],
    ["end. Next", ["end", "next"]],
    [".net 1..2 a..b", ["net", "1", "2", "a", "b"]],
    ["KB-12_34 (x64)", ["kb", "12", "34", "x64"]],
    ["don't", ["don", "t"]],
    ["Ünïcode 𝒳𝒴 日本", ["ünïcode", "𝒳𝒴", "日本"]],
    ["", []],
    ["-- ,.;", []],
  ])("splits %j into %j", (text, words) => {
    expect(FullText.words(text)).toEqual(words);
  });

  it("takes the composed and the decomposed spelling of a letter for one", () => {
    expect(FullText.words("Cafe\u0301")).toEqual(FullText.words("Caf\u00e9"));
  });

  it("agrees with a reading character by character, on any text", () => {
    const characters = fc.constantFrom(..."aZ9é.,.,-_ '\u0301İßΣ𝒳٣²\t日".split(/(?:)/u));
    const texts = fc.oneof(fc.string({ unit: characters, maxLength: 20 }), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(texts, (text) => {
        expect(FullText.words(text)).toEqual(wordsOf(text));
      }),
      runs(2000),
    );
  });

  it("finds every word of a text inside its folded form, and splits a word into itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const folded = FullText.fold(text);
        for (const word of FullText.words(text)) {
          expect(folded).toContain(word);
          expect(FullText.words(word)).toEqual([word]);
        }
      }),
      runs(1000),
    );
  });
});

describe("search of a text", () => {
  it.each([
    ["10,125", '"10"', true],
    ["10,125", '"10,1"', true],
    ["10,125", '"125"', false],
    ["10.134", '"13"', false],
    ["qualys.corp.com", '"qual"', true],
    ["qualys.corp.com", '"qualys.corp"', true],
    ["qualys.corp.com", '"corp"', false],
    ["qualys.corp.com", '"com"', false],
    ["102354.qualys", '"1023"', true],
    ["102354.qualys", '"qualy"', true],
    ["102354.qualys", '"354"', false],
    ["102354.qualys", '"lys"', false],
  ])("in %j, the phrase %s is found: %j", (value, query, found) => {
    expect(hits(value, query)).toBe(found);
  });

  it.each([
    ['"ensure iam pass"', true],
    ['"is enab"', true],
    ["'IS ENAB'", true],
    ['"password policy is"', true],
    ['"ens password"', false],
    ['"pass policy"', false],
    ['"iam policy word"', false],
    ['"policy password"', false],
    ["policy password", true],
    ["pass policy", false],
    ["policy pass", true],
    ["pass*", true],
    ["enabled policy ens*", true],
    ["enabled policy missing", false],
    ["`Ensure IAM Password Policy is Enabled`", true],
    ["`ensure IAM Password Policy is Enabled`", false],
    ["`Ensure`", false],
  ])("in 'Ensure IAM Password Policy is Enabled', %s is found: %j", (query, found) => {
    expect(hits("Ensure IAM Password Policy is Enabled", query)).toBe(found);
  });

  it("does not take words of two elements of a repeated token together", () => {
    const result = compile(patches, "product: windows server");
    if (!result.ok) throw new Error("refused");
    expect(matches(result.value, { product: ["Windows 11", "Server 2022"], missingCount: 0 })).toBe(false);
    expect(
      matches(result.value, { product: ["Office", "Server for Windows", "Windows Server"], missingCount: 0 }),
    ).toBe(true);
  });
});
