/** What people are told: the words of each diagnostic, their rendering, near spellings, and how much is told. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Catalog,
  CatalogJson,
  compile,
  type Diagnostic,
  inspect,
  Limits,
  Message,
  Moment,
  Rendering,
} from "../src/index.ts";
import { nearest } from "../src/Nearest.ts";
import { badQueries } from "./BadQueries.ts";
import { codes } from "./Codes.ts";
import { runs } from "./Fixtures.ts";

function catalogOf(name: string): Catalog.Catalog {
  const json = readFileSync(new URL(`../conformance/catalogs/${name}.json`, import.meta.url), "utf8");
  const read = CatalogJson.read(JSON.parse(json));
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

const patches = catalogOf("patch");
const types = catalogOf("types");

/** All that is told of a query, each in its rendering. */
const rendered = (query: string, catalog: Catalog.Catalog = patches): readonly string[] =>
  inspect(catalog, query).diagnostics.map((each) => Rendering.render(query, each));

/** The hint of the first fault. */
const hintOf = (query: string, catalog: Catalog.Catalog = patches): string =>
  inspect(catalog, query).diagnostics[0]?.hint ?? "";

/** The message of the first fault. */
const messageOf = (query: string, catalog: Catalog.Catalog = patches): string =>
  inspect(catalog, query).diagnostics[0]?.message ?? "";

/** The line of the query in a rendering and the marker under it. */
const shownOf = (rendering: string | undefined): readonly string[] => (rendering ?? "").split("\n").slice(1, 3);

interface Bad {
  readonly what: string;
  readonly query: string;
  readonly diagnostics: readonly Message.Told[];
}

describe("bad queries", () => {
  const byCatalog = new Map(["patch", "asset", "agent", "types", "numbers"].map((name) => [name, catalogOf(name)]));
  const all = (): readonly Bad[] =>
    badQueries.map(({ what, catalog = "patch", query }) => {
      const known = byCatalog.get(catalog);
      if (known === undefined) throw new Error(catalog);
      return { what, query, diagnostics: inspect(known, query).diagnostics };
    });

  it("are told as in the golden file", async () => {
    const golden = all().map(
      ({ what, query, diagnostics }) => `=== ${what}\n\n${Rendering.renderAll(query, diagnostics)}\n`,
    );
    await expect(golden.join("\n\n")).toMatchFileSnapshot("golden/diagnostics.txt");
  });

  it("are 60 or more, each with something to tell, in words of one line", () => {
    const found = all();
    expect(found.length).toBeGreaterThanOrEqual(60);
    for (const { what, diagnostics } of found) {
      expect(diagnostics.length, what).toBeGreaterThan(0);
      for (const { message, hint } of diagnostics) {
        expect(message, what).toMatch(/^[A-Z"'`“”„‘a-z*<].*\.$/);
        expect(hint, what).toMatch(/^.+[.?]$/);
      }
    }
  });

  it("show every code", () => {
    const shown = new Set(all().flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code)));
    expect(codes.filter((code) => !shown.has(code))).toEqual([]);
  });
});

describe("the words", () => {
  it("name a near token by its own name, when the slip is near an alias", () => {
    expect(hintOf("severty: Low")).toBe("Did you mean vendorSeverity?");
  });

  it("name a token by the end of its path", () => {
    expect(hintOf("packageName: openssl")).toBe("Did you mean packageDetails.packageName?");
  });

  it("list the tokens there are, up to a dozen", () => {
    expect(hintOf("wholly.unknown: 1")).toMatch(/^Tokens are id, title, description, .* and 27 more\.$/);
    expect(hintOf("nothing: 1", catalogOf("numbers"))).toBe("Tokens are count, since.");
  });

  it("list the tokens of the group that is asked", () => {
    expect(hintOf("home: (nothing: 1)", types)).toBe("Tokens are city, place.zone, place.floor.");
  });

  it.each([
    ["a and b || keyword: c", "Write OR instead of ||."],
    ["keyword: a & keyword: b", "Write AND instead of &."],
    ["keyword: a + keyword: b", "Write AND instead of +."],
    ["keyword: a where keyword: b", "Write the conditions alone, without SELECT … WHERE."],
    ["keyword in (a)", "Write keyword: [a, b]."],
    ["IN (a)", "Write token: [a, b]."],
    ["part.name contains (a)", "Write part.name: text."],
    ["number: 5 || n: 6", "Write OR instead of ||."],
    ["number: 5 ||", "Write OR instead of ||."],
    ["keyword [a, b]", "A list follows a token's name and a colon: keyword: [a, b]."],
    ["5 [a, b]", "A list follows a token's name and a colon: token: [a, b]."],
    ["number: [.. 5]", "A range has two ends: number: [a .. b]. With a single one write number >= a or number <= b."],
    ["number > (5)", "Write the value without parentheses, or in quotes if they belong to it."],
    ["number is not empty", "Write number is not null; words that are searched for need quotes."],
    ["number is not", "Write number is null or number is not null."],
    ["keyword: [a, *]", "For any value write token: * alone; a * that is searched for needs quotes."],
    ["keyword: a*b", "Write win*, *win or *win*; a * that is searched for needs quotes."],
    [
      "remote *code",
      "Write token: win*, token: *win or token: *win*; without a token the last word may be a beginning as it is.",
    ],
    ["date > '3 months ago'", "Write now-3M."],
    ["date > 1 Minute", "Write now-1m."],
    ["date > now + 7", "Add a unit, such as now + 7d: s, m (minute), h, d, w, M (month) or y."],
    ["date > now-1000000d", `Stay within ${Moment.AMOUNT_MAX} of a unit, ${Moment.YEARS_MAX} of years.`],
    ["text: „x", 'Add a closing “, or write " on both sides.'],
    ["text: ‘x", 'Add a closing ’, or write " on both sides.'],
    ["number like 5", "For a condition write number: *text*; to search for the text, put it in quotes."],
    ["locked: x", "Ask for another token."],
  ])("tell how to write what is meant by %s", (query, hint) => {
    expect(hintOf(query, types)).toBe(hint);
  });

  it("call a long piece by its beginning, in its own quotes", () => {
    expect(messageOf(`vendorSeverity: ${"x".repeat(50)}`)).toBe(`vendorSeverity has no value "${"x".repeat(40)}…".`);
    expect(messageOf(`vendorSeverity: '${"x".repeat(50)}'`)).toBe(`vendorSeverity has no value '${"x".repeat(39)}…'.`);
    expect(messageOf(`vendorSeverity: “${"x".repeat(50)}”`)).toBe(`vendorSeverity has no value “${"x".repeat(39)}…”.`);
    expect(messageOf(`vendorSeverity: ${"🚀".repeat(50)}`)).toBe(`vendorSeverity has no value "${"🚀".repeat(40)}…".`);
  });

  it("spell out what can't be seen", () => {
    expect(messageOf("vendorSeverity: Low\u200b")).toBe('vendorSeverity has no value "Low<U+200B>".');
    expect(messageOf('vendorSeverity: "Lo\nw"')).toBe('vendorSeverity has no value "Lo w".');
    expect(messageOf('vendorSeverity: "Lo\u2028w"')).toBe('vendorSeverity has no value "Lo<U+2028>w".');
    expect(messageOf('kb: "\ud83d"')).toBe("The character U+D83D can't stand in a query.");
    expect(messageOf("vendorSeverity: 👩\u200d💻")).toBe('vendorSeverity has no value "👩\u200d💻".');
  });

  it("are never empty, whatever the text", () => {
    const fragments = fc.constantFrom(
      ..."title kb severity missingCount publishedDate isSecurity cve packageDetails packageName nope".split(" "),
      ...": = < <= > >= ( ) [ ] , \" ' ` \\ and OR Not is null in like between && || ! != .. ... * - ;".split(" "),
      ..."Critical security KB1 5 -1.5 2024-01-01 2024-02-30 now-7 true win* “ ” ‘ \ud800 \0 \u00a0 \u2028 é 🚀".split(
        " ",
      ),
    );
    const soup = fc
      .array(fc.tuple(fragments, fc.constantFrom("", " ", " ", "\n")), { maxLength: 24 })
      .map((parts) => parts.flat().join(""));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: "binary", maxLength: 40 })), (text) => {
        const { diagnostics, checked } = inspect(patches, text);
        expect(diagnostics.some(({ severity }) => severity === "error")).toBe(checked === null);
        for (const each of diagnostics) {
          expect(each.message).toMatch(/^.+\.$/);
          expect(each.hint).toMatch(/^.+[.?]$/);
          expect(0 <= each.start && each.start <= each.end && each.end <= text.length).toBe(true);
          expect(Rendering.render(text, each).split("\n").length).toBe(each.hint === "" ? 3 : 4);
        }
      }),
      runs(3_000),
    );
  });

  it("are those of the diagnostic alone, for a host that keeps diagnostics as data", () => {
    const query = "vendorSeverty: Critical";
    const [told] = inspect(patches, query).diagnostics;
    if (told === undefined) throw new Error("nothing told");
    const { message, hint, ...data } = told;
    expect(Message.of(query, JSON.parse(JSON.stringify(data)) as Diagnostic.Diagnostic)).toEqual({ message, hint });
  });
});

describe("a rendering", () => {
  it("has the severity and code, the line, the marker and the hint", () => {
    expect(rendered("isSecurity: yes")).toEqual([
      [
        'error[invalid-boolean]: "yes" is neither true nor false.',
        "  isSecurity: yes",
        "              ^^^",
        "  Write true or false.",
      ].join("\n"),
    ]);
  });

  it("calls a warning one", () => {
    expect(rendered("publishedDate: now")[0]).toMatch(/^warning\[exact-instant\]: /);
  });

  it("names the line when there are several, and shows that one only", () => {
    const [first, second] = rendered("isSecurity: yes\nor\nisSecurity: no");
    expect(first).toMatch(/^error\[invalid-boolean\] \(line 1\): .*\n {2}isSecurity: yes\n/);
    expect(second).toMatch(/^error\[invalid-boolean\] \(line 3\): .*\n {2}isSecurity: no\n/);
  });

  it("marks up to the line's end what goes on behind it", () => {
    const [rendering] = rendered("kb: a and missingCount: [9 ..\n 1]");
    expect(shownOf(rendering)).toEqual(["  kb: a and missingCount: [9 ..", `            ${"^".repeat(19)}`]);
  });

  it("shows a line without its end, be it of Windows or not", () => {
    for (const end of ["\n", "\r\n"]) {
      expect(shownOf(rendered(`isSecurity: yes${end}or kb: a`)[0])).toEqual(["  isSecurity: yes", "              ^^^"]);
    }
  });

  it("marks the place where something is missing by one column", () => {
    expect(shownOf(rendered("kb:")[0])).toEqual(["  kb:", "     ^"]);
    expect(shownOf(rendered("")[0])).toEqual(["", "  ^"]);
    expect(shownOf(rendered("kb: a and\n")[0])).toEqual(["", "  ^"]);
  });

  it("stands under wide, combining and joined characters, and under none at all", () => {
    const marked = (value: string): readonly string[] => shownOf(rendered(`kb: ${value} or severity: x`)[0]);
    const at = (columns: number): string => `${" ".repeat(2 + 4 + columns + 14)}^`;
    expect(marked("ab")).toEqual(["  kb: ab or severity: x", at(2)]);
    expect(marked("東京")[1]).toBe(at(4));
    expect(marked("한글")[1]).toBe(at(4));
    expect(marked("ｶﾅ")[1]).toBe(at(2));
    expect(marked("🚀")[1]).toBe(at(2));
    expect(marked("🇸🇪")[1]).toBe(at(2));
    expect(marked("👩\u200d💻")[1]).toBe(at(2));
    expect(marked("e\u0301a\u0308")[1]).toBe(at(2));
    expect(marked("a\u200bb")[1]).toBe(at(2));
  });

  it("is as wide as what it stands under", () => {
    expect(shownOf(rendered("severity: 東京")[0])[1]).toBe(`${" ".repeat(12)}^^^^`);
    expect(shownOf(rendered("severity: e\u0301")[0])[1]).toBe(`${" ".repeat(12)}^`);
  });

  it("shows tabs and control characters as one space, and halves of pairs as what can't be shown", () => {
    expect(shownOf(rendered("isSecurity:\tyes")[0])).toEqual(["  isSecurity: yes", "              ^^^"]);
    expect(shownOf(rendered("kb: a\u0007b")[0])).toEqual(["  kb: a b", "       ^"]);
    expect(shownOf(rendered('kb: "\udc00"')[0])).toEqual(['  kb: "\ufffd"', "       ^"]);
  });

  it("cuts a long line around the place, and shows as much of it as fits", () => {
    const filler = "kb: a or ".repeat(30);
    for (const query of [
      `${filler}isSecurity: yes`,
      `isSecurity: yes or ${filler}kb: a`,
      `${filler}isSecurity: yes or ${filler}kb: a`,
    ]) {
      const [line = "", marker = ""] = shownOf(rendered(query)[0]);
      expect(line.length).toBeGreaterThan(Rendering.LINE_COLUMNS_MAX - 2);
      expect(line.length).toBeLessThanOrEqual(2 + Rendering.LINE_COLUMNS_MAX);
      expect(line.slice(marker.indexOf("^"), marker.length)).toBe("yes");
      expect(line.startsWith("  …")).toBe(!query.startsWith("isSecurity"));
      expect(line.endsWith("…")).toBe(!query.endsWith("yes"));
      expect(query).toContain(line.trim().replaceAll("…", "").trim());
    }
  });

  it("cuts by columns, and never a character in two", () => {
    const query = `kb: ${"東".repeat(100)}${"👩\u200d💻".repeat(100)}e\u0301 or severity: ${"🇸🇪".repeat(100)}`;
    const [line = "", marker = ""] = shownOf(rendered(query)[0]);
    expect(line).toMatch(/^ {2}…(?:👩\u200d💻)+e\u0301 or severity: (?:🇸🇪)+…$/u);
    expect(marker).toMatch(/^ +\^+$/);
    expect(marker.length).toBeLessThanOrEqual(2 + Rendering.LINE_COLUMNS_MAX);
  });

  it("leaves a line of just the columns whole, and cuts one that is a column longer", () => {
    const whole = `isSecurity: ${"y".repeat(Rendering.LINE_COLUMNS_MAX - 12)}`;
    expect(shownOf(rendered(whole)[0])[0]).toBe(`  ${whole}`);
    expect(shownOf(rendered(`${whole}y`)[0])[0]).toBe(`  ${whole.slice(0, Rendering.LINE_COLUMNS_MAX - 2)}…`);
  });

  it("keeps the end of what it marks in the line", () => {
    const [line = "", marker = ""] = shownOf(rendered(`severity: "${"x ".repeat(400)}"`)[0]);
    expect(marker.length).toBeLessThan(line.length);
  });

  it("puts an empty line between several", () => {
    const query = "isSecurity: yes or severity: x";
    const { diagnostics } = inspect(patches, query);
    expect(Rendering.renderAll(query, diagnostics)).toBe(rendered(query).join("\n\n"));
    expect(Rendering.renderAll(query, [])).toBe("");
  });
});

describe("the nearest spelling", () => {
  it.each([
    ["lox", ["Low", "Lot"], "Low"],
    ["lot", ["Low", "Lot"], "Lot"],
    ["LOW", ["low"], "low"],
    ["critcl", ["Critical"], "Critical"],
    ["crtcl", ["Critical"], null],
    ["ciritcal", ["Critical"], "Critical"],
    ["tpos", ["stop"], null],
    ["sotp", ["stop"], "stop"],
    ["ab", ["a", "abc"], "a"],
    ["a", ["b"], "b"],
    ["abcdef", ["abc"], null],
    ["", ["a", "abcd"], "a"],
    ["x".repeat(64), ["x".repeat(63)], "x".repeat(63)],
    ["x".repeat(65), ["x".repeat(65)], null],
    ["anything", [], null],
  ])("of %s among %j is %s", (text, candidates, expected) => {
    expect(nearest(text, candidates)).toBe(expected);
  });

  it("is the earlier of two that are as near", () => {
    expect(nearest("lob", ["Low", "Lot"])).toBe("Low");
    expect(nearest("lob", ["Lot", "Low"])).toBe("Lot");
  });
});

describe("limits", () => {
  const many = (count: number, part: string, between: string): string => Array<string>(count).fill(part).join(between);
  const codesOf = (query: string, limits?: Limits.Limits): readonly string[] =>
    inspect(types, query, limits).diagnostics.map(({ code }) => code);

  it("are those given, each by itself, and told in the message", () => {
    const cases: readonly [Partial<Limits.Limits>, string, string, string][] = [
      [{ length: 10 }, "n: 1 or n:", "n: 1 or n:1", "The query is longer than 10 characters."],
      [{ nesting: 2 }, "((n: 1))", "(((n: 1)))", "The query is nested more than 2 levels deep."],
      [{ conditions: 2 }, "n: 1 or n: 2", "n: 1 or n: 2 or n: 3", "The query has more than 2 conditions."],
      [{ listMembers: 2 }, "n: [1, 2]", "n: [1, 2, 3]", "The list has more than 2 values."],
    ];
    for (const [limit, within, beyond, message] of cases) {
      const limits = { ...Limits.defaults, ...limit };
      const told = (query: string): readonly string[] =>
        inspect(types, query, limits).diagnostics.map((each) => each.message);
      expect(told(within)).not.toContain(message);
      expect(told(beyond)).toEqual([message]);
    }
  });

  it("can be lifted, but for the depth that the stack bears", () => {
    const nested = (depth: number): string => `${"(".repeat(depth)}n: 1${")".repeat(depth)}`;
    expect(codesOf(many(5_000, "n: 1", " or "), Limits.lifted)).toEqual([]);
    expect(codesOf(`n: [${many(5_000, "1", ", ")}]`, Limits.lifted)).toEqual([]);
    expect(codesOf(nested(Limits.NESTING_MAX), Limits.lifted)).toEqual([]);
    expect(codesOf(nested(Limits.NESTING_MAX + 1), Limits.lifted)).toEqual(["too-deep"]);
    expect(codesOf(nested(Limits.NESTING_MAX + 1), { ...Limits.lifted, nesting: 10_000 })).toEqual(["too-deep"]);
  });

  it("of diagnostics keep a place for an error, and the order of the text", () => {
    const query = `former: a or ${many(3, "nope: 1", " or ")} or former: b`;
    const toldWith = (diagnostics: number): readonly string[] => codesOf(query, { ...Limits.defaults, diagnostics });
    expect(toldWith(20)).toEqual([
      "deprecated-token",
      "unknown-token",
      "unknown-token",
      "unknown-token",
      "deprecated-token",
    ]);
    expect(toldWith(2)).toContain("unknown-token");
    expect(toldWith(1)).toEqual(["unknown-token"]);
  });

  it("of diagnostics make no sound query faulty, however many warnings it has", () => {
    const query = many(30, "former: a", " or ");
    const result = compile(types, query);
    expect(result.ok && result.value.warnings.length).toBeLessThanOrEqual(Limits.defaults.diagnostics);
    expect(result.ok && result.value.predicate({ former: "A" }, 0)).toBe(true);
  });

  it("of diagnostics make no faulty query sound", () => {
    const limits = { ...Limits.defaults, diagnostics: 1 };
    for (const query of ["nope: 1", "n: ", "n: x", "former: a or nope: 1", "former: a or n:"]) {
      const result = compile(types, query, limits);
      expect(result.ok ? [] : result.error.map(({ severity }) => severity), query).toEqual(["error"]);
    }
  });

  it("of diagnostics hold for those of form and of meaning together", () => {
    const query = `${many(15, "nope: 1", " or ")} or ${many(15, "n:", " or ")}`;
    expect(codesOf(query)).toHaveLength(Limits.defaults.diagnostics);
  });
});

describe("text that the parser stumbled over", () => {
  it("is not told to look like a token as well", () => {
    const codesOf = (query: string): readonly string[] => inspect(types, query).diagnostics.map(({ code }) => code);
    expect(codesOf("number != 5")).toEqual(["unsupported-operator"]);
    expect(codesOf("number 5")).toEqual(["looks-like-token"]);
  });
});
