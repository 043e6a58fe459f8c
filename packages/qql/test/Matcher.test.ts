import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Matcher, matches } from "../src/index.ts";
import { asts, documents, spell, whims } from "./Arbitraries.ts";
import { compiled, type Patch, patches, runs } from "./Fixtures.ts";
import { selects } from "./Oracle.ts";

describe("matching", () => {
  it("agrees with the oracle on generated queries and documents", () => {
    const counts = { selected: 0, passed: 0 };
    fc.assert(
      fc.property(asts, whims, fc.array(documents, { minLength: 5, maxLength: 15 }), (ast, whim, all) => {
        const query = compiled(spell(ast, whim));
        for (const patch of all) {
          const isSelected = matches(query, patch);
          expect(isSelected).toBe(selects(patches.definitions, ast, patch));
          counts[isSelected ? "selected" : "passed"]++;
        }
      }),
      runs(1500),
    );
    // A comparison that is nearly always true or nearly always false would prove little.
    const share = counts.selected / (counts.selected + counts.passed);
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.8);
  });

  it("selects security patches rated critical or important", () => {
    const query = compiled("category: security and vendorSeverity: [Critical, Important]");
    const patch = (category: string | null, vendorSeverity: Patch["vendorSeverity"]): Patch => ({
      category,
      vendorSeverity,
      missingCount: 1,
    });
    expect(matches(query, patch("Security Patches", "Critical"))).toBe(true);
    expect(matches(query, patch("security", "Important"))).toBe(true);
    expect(matches(query, patch("security", "Low"))).toBe(false);
    expect(matches(query, patch("Bug fixes", "Critical"))).toBe(false);
    expect(matches(query, patch(null, "Critical"))).toBe(false);
    expect(matches(query, patch("security", undefined))).toBe(false);
  });

  it("takes NOT as the plain complement, for missing values too", () => {
    fc.assert(
      fc.property(asts, documents, (ast, patch) => {
        const text = spell(ast, () => 0);
        expect(matches(compiled(`not (${text})`), patch)).toBe(!matches(compiled(text), patch));
      }),
      runs(300),
    );
  });

  it("orders a date against the whole day: before, on and after are three different things", () => {
    const at = Date.parse("2024-01-01T23:59:59.999Z");
    const holds = (operator: string, published: number): boolean =>
      matches(compiled(`publishedDate ${operator} 2024-01-01`), { publishedDate: published, missingCount: 0 });
    expect(["<", "<=", ":", ">=", ">"].map((operator) => holds(operator, at))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(["<", "<=", ":", ">=", ">"].map((operator) => holds(operator, at + 1))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    const midnight = Date.parse("2024-01-01T00:00:00.000Z");
    expect(["<", "<=", ":", ">=", ">"].map((operator) => holds(operator, midnight - 1))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("selects nothing by a value of another type than its token's, and does not throw", () => {
    const wrong: Matcher.Document = {
      title: 5,
      kb: ["x"],
      cve: "CVE-1",
      missingCount: "3",
      publishedDate: "2024-01-01",
      isSecurity: "true",
    };
    for (const text of [
      "title: 5",
      "kb: x",
      "cve: CVE-1",
      "missingCount: 3",
      "missingCount > 1",
      "publishedDate: 2024-01-01",
      "isSecurity: true",
    ]) {
      expect(Matcher.compile(compiled(text).checked)(wrong), text).toBe(false);
    }
  });
});
