import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, type Diagnostic, Limits } from "../src/index.ts";
import { nearest } from "../src/Nearest.ts";
import { asts, spell, whims } from "./Arbitraries.ts";
import { compiled, faults, patches, runs } from "./Fixtures.ts";

const refused = (text: string, limits: Limits.Limits = Limits.defaults): readonly Diagnostic.Diagnostic[] => {
  const result = compile(patches, text, limits);
  return result.ok ? [] : result.error;
};

const hintOf = (text: string): string => refused(text)[0]?.hint ?? "";

describe("hints", () => {
  it("names the nearest token, or an alias, or lists the tokens", () => {
    expect(hintOf("vendorSeverty: Low")).toBe("Did you mean vendorSeverity?");
    expect(hintOf("artcle: KB1")).toBe("Did you mean article?");
    expect(hintOf("wholly.unknown: 1")).toMatch(/^Tokens are title, category, .* and 1 more\.$/);
  });

  it("names the nearest enum value and all allowed ones", () => {
    expect(hintOf("severity: critcal")).toBe(
      "Did you mean Critical? Values of vendorSeverity are Critical, Important, Moderate, Low, None.",
    );
    expect(hintOf("severity: 5")).toBe("Values of vendorSeverity are Critical, Important, Moderate, Low, None.");
  });

  it("names the earlier one of two that are as near, and none that is too far", () => {
    expect(nearest("lox", ["Low", "Lot"])).toBe("Low");
    expect(nearest("lot", ["Low", "Lot"])).toBe("Lot");
    expect(nearest("critcl", ["Critical"])).toBe("Critical");
    expect(nearest("crtcl", ["Critical"])).toBeNull();
    expect(nearest("a".repeat(65), ["a".repeat(65)])).toBeNull();
  });

  it("says how to write what the operator was for", () => {
    expect(hintOf("category > security")).toBe("Write category: security; < <= > >= are for numbers and dates.");
    expect(hintOf("windows")).toContain("token: windows");
  });

  it("says how to write a range with comparisons", () => {
    expect(hintOf("missingCount: [1 .. 5]")).toContain("missingCount >= a and missingCount <= b");
  });
});

describe("several faults", () => {
  it("reports one for each broken condition, and goes on behind it", () => {
    expect(faults("title: and (kb < or cve:) or kb is")).toEqual([
      "expected-value@7-10",
      "expected-value@17-19",
      "expected-value@24-25",
      "expected-null@34-34",
    ]);
  });

  it("reports all names and values that cannot be meant", () => {
    expect(faults("titel: x and severity: [Low, Hihg] or missingCount: many")).toEqual([
      "unknown-token@0-5",
      "unknown-enum-value@29-33",
      "invalid-number@52-56",
    ]);
  });

  it("goes on behind text that belongs nowhere", () => {
    expect(faults("kb: a ] and kb or kb: b ]")).toEqual([
      "unexpected-text@6-7",
      "expected-operator@15-17",
      "unexpected-text@24-25",
    ]);
  });

  it("does not report one parenthesis twice", () => {
    expect(faults(") kb: a")).toEqual(["expected-condition@0-1"]);
  });

  it("reports at most maxDiagnostics of them", () => {
    const broken = Array.from({ length: 21 }, () => "titel: x").join(" or ");
    expect(refused(broken)).toHaveLength(20);
    expect(refused(broken, { ...Limits.defaults, maxDiagnostics: 3 })).toHaveLength(3);
    expect(refused(Array.from({ length: 21 }, () => "title:").join(" or "))).toHaveLength(20);
  });
});

describe("limits", () => {
  const many = (count: number, part: string, between: string): string =>
    Array.from({ length: count }, () => part).join(between);

  it("takes a text of 8192 characters and refuses one more", () => {
    const text = "kb: x".padEnd(8192, " ");
    expect(faults(text)).toEqual([]);
    expect(faults(`${text} `)).toEqual(["text-too-long@8192-8193"]);
  });

  it("takes 2000 lexical tokens and refuses one more", () => {
    // 499 conditions of four and one of three, one of them with a word more: 2000.
    const text = `${many(499, "kb:x", " or ")} or kb:x y`;
    expect(faults(text)).toEqual([]);
    expect(faults(`${text} z`)).toEqual([`too-many-tokens@${text.length + 1}-${text.length + 2}`]);
  });

  it("takes 64 levels of parentheses and refuses one more", () => {
    const nested = (depth: number): string => `${"(".repeat(depth)}kb: x${")".repeat(depth)}`;
    expect(faults(nested(64))).toEqual([]);
    expect(faults(nested(65))).toEqual(["too-deep@64-65"]);
  });

  it("takes 64 NOTs in a row and refuses one more, however they mix with parentheses", () => {
    const chained = (depth: number): string => `${"not ".repeat(depth)}kb: x`;
    expect(faults(chained(64))).toEqual([]);
    expect(faults(chained(65))).toEqual(["too-deep@256-259"]);
    const mixed = (depth: number): string => `${"not (".repeat(depth / 2)}kb: x${")".repeat(depth / 2)}`;
    expect(faults(mixed(64))).toEqual([]);
    expect(faults(`not ${mixed(64)}`)).toEqual(["too-deep@163-164"]);
  });

  it("counts nesting, not how many groups or NOTs there are", () => {
    expect(faults(many(200, "not (kb: x)", " or "))).toEqual([]);
  });

  it("takes 500 list members and refuses one more", () => {
    expect(faults(`kb: [${many(500, "x", ",")}]`)).toEqual([]);
    expect(faults(`kb: [${many(501, "x", ",")}]`)).toEqual(["too-many-members@1005-1006"]);
  });

  it("takes 1000 conditions and refuses one more", () => {
    const limits = { ...Limits.defaults, maxTokens: 10_000, maxTextCharacters: 100_000 };
    expect(faults(many(1000, "kb:x", " or "), limits)).toEqual([]);
    expect(faults(many(1001, "kb:x", " or "), limits)).toEqual(["too-many-leaves@8000-8002"]);
  });

  it("stops at the limit: what is behind it is not reported", () => {
    expect(faults(`${"(".repeat(65)} : ] and`)).toEqual(["too-deep@64-65"]);
  });
});

describe("any text at all", () => {
  const fragments = fc.constantFrom(
    ..."title kb severity missingCount publishedDate isSecurity cve nope : = < <= > >= ( ) [ ] , \" ' ` \\ and OR Not is null".split(
      " ",
    ),
    ..."Critical security KB1 5 -1.5 2024-01-01 2024-02-30T10:00 true win* * .. ... \u201c \u201d \ud800 \0 \u00a0 é".split(
      " ",
    ),
    '"a b"',
    "`x`",
  );
  const soup = fc
    .array(fc.tuple(fragments, fc.constantFrom("", " ", " ")), { maxLength: 30 })
    .map((parts) => parts.flat().join(""));
  const damaged = fc.tuple(asts, whims, fc.nat(), fc.nat(3), fragments).map(([ast, whim, at, cut, insert]) => {
    const text = spell(ast, whim);
    const place = at % (text.length + 1);
    return text.slice(0, place) + insert + text.slice(place + cut);
  });

  it("is a query, or is refused with sound diagnostics; nothing is thrown", () => {
    fc.assert(
      fc.property(fc.oneof(soup, damaged, fc.string({ unit: "binary" })), (text) => {
        const result = compile(patches, text);
        if (result.ok) return;
        expect(result.error.length).toBeGreaterThan(0);
        for (const { message, hint, span } of result.error) {
          expect(message).not.toBe("");
          expect(hint).not.toBe("");
          expect(0 <= span.start && span.start <= span.end && span.end <= text.length).toBe(true);
        }
      }),
      runs(5000),
    );
  });

  it("is read in time that grows with its length only: the longest hostile texts", () => {
    const hostile = [
      "(",
      "not ",
      '"',
      "`",
      "[",
      "a:[",
      "a: b ",
      "a:x or ",
      ")",
      "a:(",
      ":",
      "1:",
      "\\",
      "title:*,",
      "x is null ",
    ];
    for (const part of hostile) {
      const text = part.repeat(Math.floor(8192 / part.length));
      const times = [1, 2, 3].map(() => {
        const started = performance.now();
        compile(patches, text);
        return performance.now() - started;
      });
      // The best of three, since the machine has other work to do.
      expect(Math.min(...times), part).toBeLessThan(50);
    }
  });

  it("keeps its meaning in quotes: a value that looks like syntax is only a value", () => {
    expect(compiled('kb: "a or b: [c]" and kb: `x) and (y`').ast._tag).toBe("And");
  });
});
