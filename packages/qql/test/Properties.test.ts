/** What queries mean, held against an oracle of its own; canonical texts, and queries joined. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Ast,
  Canonical,
  Catalog,
  type Checked,
  Checker,
  Combine,
  compile,
  Dependencies,
  Diagnostic,
  inspect,
  Key,
  Limits,
  Matcher,
  Parser,
  Printer,
} from "../src/index.ts";
import { document, expr, spell } from "./Arbitraries.ts";
import {
  type Asset,
  assets,
  conformanceQueries,
  isShort,
  limitsWith,
  NOW,
  PATIENT,
  runs,
  SEED,
  withoutSpans,
} from "./Fixtures.ts";
import { mutated } from "./Mutations.ts";
import { selects } from "./oracle/MatcherOracle.ts";
import { bySeed, made, one, type Pick, rarely } from "./Picks.ts";

const drawer = bySeed(SEED + 2);
/** Documents drawn once, beside their keys. */
const documents = Array.from({ length: 400 }, () => {
  const held: Asset = document(drawer);
  return { held, keyed: Key.document(assets, held) };
});

interface Sound {
  readonly text: string;
  readonly ast: Ast.Expr;
  readonly checked: Checked.Checked;
}

/** A query of the catalogue; null where a value that was picked means nothing there (`title: "*"`). */
function soundQuery(pick: Pick): Sound | null {
  const text = spell(expr(pick), pick);
  const { ast, checked } = inspect(assets, text, Limits.lifted);
  return checked === null ? null : { text, ast, checked };
}

const isSound = <A>(value: A | null): value is A => value !== null;

const soundQueries = made(soundQuery).filter(isSound);

describe("matching", PATIENT, () => {
  it("agrees with the oracle, over documents and over their keys", () => {
    const counts = { selected: 0, passed: 0 };
    const cases = made((pick) => ({ query: soundQuery(pick), first: pick(256) + pick(256) }));
    fc.assert(
      fc.property(cases, ({ query, first }) => {
        if (query === null) return;
        const { text, ast, checked } = query;
        const [isMatch, isKeyedMatch] = [Matcher.compile(checked), Matcher.compileKeyed(checked)];
        for (const at of [first, first + 1]) {
          const { held, keyed } = one(() => at % documents.length, documents);
          const expected = selects(assets.definitions, ast, held, NOW);
          if (isMatch(held, NOW) !== expected) throw new Error(`${text} on ${JSON.stringify(held)}: not ${expected}`);
          if (isKeyedMatch(keyed, NOW) !== expected) throw new Error(`${text} on keys: not ${expected}`);
          counts[expected ? "selected" : "passed"]++;
        }
      }),
      runs(20_000),
    );
    // A comparison that is nearly always true, or nearly always false, would prove little.
    expect(Math.min(counts.selected, counts.passed)).toBeGreaterThan((counts.selected + counts.passed) / 5);
  });

  it("agrees with the oracle on each condition by itself, which holds for some documents and fails for others", () => {
    const counts = new Map<string, { holds: number; fails: number }>();
    const leaf = made((pick) => {
      const text = spell(expr(pick, null, Number.POSITIVE_INFINITY), pick);
      return { query: inspect(assets, text), at: pick(documents.length) };
    });
    fc.assert(
      fc.property(leaf, ({ query: { text, ast, checked }, at }) => {
        if (checked === null) return;
        const { held } = one(() => at, documents);
        const expected = selects(assets.definitions, ast, held, NOW);
        if (Matcher.compile(checked)(held, NOW) !== expected) {
          throw new Error(`${text} on ${JSON.stringify(held)}: not ${expected}`);
        }
        for (const { _tag, ...rest } of Dependencies.leavesOf(checked)) {
          const name = `${_tag} ${"token" in rest ? rest.token.type : "text"}`;
          const found = counts.get(name) ?? { holds: 0, fails: 0 };
          counts.set(name, found);
          found[expected ? "holds" : "fails"]++;
        }
      }),
      runs(15_000),
    );
    const types = ["number", "size", "date", "version", "ip"];
    const others = ["text", "keyword", "enum", "boolean", "uuid"];
    const expected = [
      ...types.flatMap((type) => [`Order ${type}`, `Range ${type}`]),
      ...[...types, ...others].flatMap((type) => [`AnyOf ${type}`, `IsNull ${type}`]),
      "IsNull group",
      "Search text",
    ];
    expect([...counts.keys()].sort()).toEqual(expected.sort());
    // Where few are tried, rare ones may all be alike.
    if (runs(15_000).numRuns < 15_000) return;
    const onesided = [...counts].filter(([, { holds, fails }]) => Math.min(holds, fails) < (holds + fails) / 100);
    expect(onesided.map(([name]) => name)).toEqual([]);
  });

  it("takes NOT as the plain complement", () => {
    fc.assert(
      fc.property(soundQueries, fc.nat(documents.length - 1), ({ text, checked }, at) => {
        const not = inspect(assets, `not (${text})`, Limits.lifted).checked;
        if (not === null) throw new Error(`not (${text}) is refused`);
        const { held } = one(() => at, documents);
        expect(Matcher.compile(not)(held, NOW)).toBe(!Matcher.compile(checked)(held, NOW));
      }),
      runs(2_000),
    );
  });
});

describe("the canonical text", PATIENT, () => {
  it("is its own, is the same for every spelling, and selects the same documents", () => {
    fc.assert(
      fc.property(
        made((pick) => ({ pick, query: soundQuery(pick) })),
        ({ pick, query }) => {
          if (query === null) return;
          const { text, ast, checked } = query;
          const canonical = Canonical.print(checked);
          const again = inspect(assets, canonical, Limits.lifted);
          if (again.checked === null) throw new Error(`${canonical} is refused, which is ${text}`);
          if (Canonical.print(again.checked) !== canonical) throw new Error(`${canonical} isn't itself, of ${text}`);
          const other = inspect(assets, spell(ast, pick), Limits.lifted).checked;
          if (other === null || Canonical.print(other) !== canonical) throw new Error(`${text} is spelled otherwise`);
          const [isMatch, isMatchAgain] = [Matcher.compile(checked), Matcher.compile(again.checked)];
          for (let i = 0; i < 5; i++) {
            const { held } = one(pick, documents);
            if (isMatch(held, NOW) !== isMatchAgain(held, NOW)) throw new Error(`${canonical} isn't ${text}`);
          }
        },
      ),
      runs(10_000),
    );
  });

  it("is what its tree is printed as, and the tree is what the text is read as", () => {
    fc.assert(
      fc.property(soundQueries, ({ checked }) => {
        const tree = Canonical.toAst(checked);
        expect(isDeepStrictEqual(withoutSpans(Parser.parse(Printer.print(tree)).ast), withoutSpans(tree))).toBe(true);
      }),
      runs(10_000),
    );
  });

  it("of search text is its own, in any script", () => {
    const texts = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(texts, fc.constantFrom("", "title: ", "kb: ", "notes: "), (text, name) => {
        const quoted = name + Printer.printLiteral({ _tag: "Phrase", text, start: 0, end: 0 });
        const { checked } = inspect(assets, quoted);
        if (checked === null) return;
        const canonical = Canonical.print(checked);
        const again = inspect(assets, canonical);
        if (again.checked === null || Canonical.print(again.checked) !== canonical) {
          throw new Error(`${quoted} → ${canonical}`);
        }
      }),
      runs(10_000),
    );
  });
});

describe("joined queries", PATIENT, () => {
  const parsed = conformanceQueries()
    .filter(isShort)
    .flatMap((text) => {
      const { ast, diagnostics } = Parser.parse(text);
      return diagnostics.length === 0 ? [ast] : [];
    });

  it("of whatever is sound are sound, and their own text says it", () => {
    fc.assert(
      fc.property(
        made((pick) => [one(pick, parsed), rarely(pick, 2) ? expr(pick) : one(pick, parsed)] as const),
        (pair) => {
          for (const joined of [Combine.and(pair, Limits.lifted), Combine.or(pair, Limits.lifted)]) {
            if (joined.diagnostics.length > 0) throw new Error(`${joined.text}: ${JSON.stringify(joined.diagnostics)}`);
            if (!isDeepStrictEqual(Parser.parse(joined.text, Limits.lifted).ast, joined.ast))
              throw new Error(joined.text);
            if (Printer.print(joined.ast) !== joined.text) throw new Error(`${joined.text} isn't printed as itself`);
          }
        },
      ),
      runs(10_000),
    );
  });

  it("select what all of them select, and what any of them selects", () => {
    fc.assert(
      fc.property(soundQueries, soundQueries, soundQueries, fc.nat(documents.length - 1), (a, b, c, at) => {
        const all = [a, b, c];
        const { held } = one(() => at, documents);
        const answers = all.map(({ checked }) => Matcher.compile(checked)(held, NOW));
        const answerOf = ({ ast }: Parser.Parsed): boolean => {
          const { checked } = Checker.check(assets, ast, Limits.lifted);
          if (checked === null) throw new Error(`refused: ${Printer.print(ast)}`);
          return Matcher.compile(checked)(held, NOW);
        };
        const asts = [a.ast, b.ast, c.ast] as const;
        expect(answerOf(Combine.and(asts, Limits.lifted))).toBe(answers.every(Boolean));
        expect(answerOf(Combine.or(asts, Limits.lifted))).toBe(answers.some(Boolean));
      }),
      runs(2_000),
    );
  });

  it("of one query are that query, and of ANDs one AND", () => {
    const [a, b] = ["a: 1 and b: 2", "(c: 3 or d: 4) and e: 5"].map((text) => Parser.parse(text).ast) as [
      Ast.Expr,
      Ast.Expr,
    ];
    expect(Combine.or([a]).text).toBe("a: 1 AND b: 2");
    expect(Combine.and([a, b]).text).toBe("a: 1 AND b: 2 AND (c: 3 OR d: 4) AND e: 5");
    expect(Combine.or([a, b]).text).toBe("a: 1 AND b: 2 OR (c: 3 OR d: 4) AND e: 5");
  });

  it("are held to the limits given", () => {
    const [a, b] = ["a: 1 and b: 2", "c: 3"].map((text) => Parser.parse(text).ast) as [Ast.Expr, Ast.Expr];
    expect(Combine.and([a, b], limitsWith({ conditions: 2 })).diagnostics.map(({ code }) => code)).toEqual([
      "too-many-conditions",
    ]);
  });
});

describe("inspecting", PATIENT, () => {
  const queries = conformanceQueries().filter(isShort);

  it("of any text finds it sound exactly where no error is told, however few are told", () => {
    fc.assert(
      fc.property(
        made((pick) => mutated(rarely(pick, 2) ? spell(expr(pick), pick) : one(pick, queries), queries, pick)),
        fc.integer({ min: 1, max: 5 }),
        (text, max) => {
          const all = inspect(assets, text, Limits.lifted);
          if ((all.checked === null) !== Diagnostic.hasError(all.diagnostics)) throw new Error(JSON.stringify(text));
          const few = inspect(assets, text, limitsWith({ diagnostics: max }));
          const isSame = (few.checked === null) === (all.checked === null);
          const isTold =
            few.diagnostics.length <= max && Diagnostic.hasError(few.diagnostics) === (few.checked === null);
          if (!isSame || !isTold) throw new Error(`${max} of ${JSON.stringify(text)}`);
          for (const { start, end, message, hint } of all.diagnostics) {
            const isPlaced = 0 <= start && start <= end && end <= text.length;
            if (!isPlaced || message === "" || hint === "") throw new Error(`a diagnostic of ${JSON.stringify(text)}`);
          }
        },
      ),
      runs(10_000),
    );
  });

  const catalog = Catalog.define({
    a: { type: "text", description: "A text", example: "x" },
    day: { type: "date", description: "A day", example: "2024" },
    old: { type: "text", deprecated: "Use a.", description: "An old text", example: "x" },
  });
  const repeated = (text: string): string =>
    Array<string>(Limits.defaults.diagnostics + 5)
      .fill(text)
      .join(" or ");

  it.each([
    ["deprecated tokens", repeated("old: x")],
    ["search text that looks like a condition", repeated("day 2024")],
    ["single instants", repeated("day: now")],
  ])("finds a query sound that has more warnings than are told: %s", (_, text) => {
    const compiled = compile(catalog, text);
    const told = compiled.ok ? compiled.value.warnings.length : 0;
    expect(told).toBeGreaterThan(10);
    expect(told).toBeLessThanOrEqual(Limits.defaults.diagnostics);
  });

  it.each([
    ["of the text", `${repeated("day: now")} or a: x "y"`, "missing-and-or"],
    ["of the meaning", `${repeated("old: x")} or b: x`, "unknown-token"],
  ])("refuses an error %s behind more warnings than are told, and tells it", (_, text, code) => {
    const compiled = compile(catalog, text);
    expect(compiled.ok).toBe(false);
    expect(compiled.ok ? [] : compiled.error.map((each) => each.code)).toContain(code);
  });
});
