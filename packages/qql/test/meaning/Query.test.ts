import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Catalog, canonical, compile, inspect, Limits, Matcher, matches } from "../../src/index.ts";
import { assets, documents, instants, queries, runs } from "./World.ts";

const codes = (text: string, limits: Limits.Limits = Limits.defaults): readonly string[] =>
  inspect(assets, text, limits).diagnostics.map(({ code, start, end }) => `${code}@${start}-${end}`);

describe("a compiled query", () => {
  it("has its text, what it says, what it means, and a predicate", () => {
    const query = compile(assets, "licensed: true");
    if (!query.ok) throw new Error("refused");
    expect(query.value).toMatchObject({
      text: "licensed: true",
      ast: { _tag: "Match" },
      checked: { _tag: "AnyOf" },
      warnings: [],
    });
    expect(matches(query.value, { name: "a", licensed: true }, 0)).toBe(true);
    expect(query.value.predicate({ name: "a", licensed: false }, 0)).toBe(false);
  });

  it("means what its canonical text means, which all of its spellings share", () => {
    expect(
      ["status = READY", "STATUS: ready", " status : 'Ready' ", "(status:`ready`)", "status: [Ready, ready]"].map(
        (text) => {
          const query = compile(assets, text);
          return query.ok ? canonical(query.value) : null;
        },
      ),
    ).toEqual(Array(5).fill("status: Ready"));
    fc.assert(
      fc.property(queries, documents, instants, (text, document, now) => {
        const query = compile(assets, text, Limits.lifted);
        if (!query.ok) throw new Error(`${text} is refused`);
        const again = compile(assets, canonical(query.value), Limits.lifted);
        if (!again.ok) throw new Error(`${canonical(query.value)} is refused`);
        expect(canonical(again.value)).toBe(canonical(query.value));
        expect(matches(again.value, document, now)).toBe(matches(query.value, document, now));
      }),
      runs(1_500),
    );
  });

  it("can be run in spite of warnings, which it has with their words", () => {
    const query = compile(assets, "oldName: x and cpuCount: [5 .. 3]");
    if (!query.ok) throw new Error("refused");
    expect(query.value.warnings.map(({ code, severity, message, hint }) => [code, severity, message, hint])).toEqual([
      ["deprecated-token", "warning", '"oldName" is deprecated.', "Use name."],
      ["empty-range", "warning", "Nothing lies in this range.", "Write the lower end first."],
    ]);
    expect(matches(query.value, { name: "a", oldName: "x", cpuCount: 4 }, 0)).toBe(false);
  });

  it("can be run with any number of warnings, of which as many are told as the limits allow", () => {
    const limits: Limits.Limits = { ...Limits.defaults, diagnostics: 5 };
    const text = Array.from({ length: 30 }, () => "oldName: x").join(" or ");
    const query = compile(assets, text, limits);
    if (!query.ok) throw new Error("refused");
    expect(query.value.warnings.length).toBeLessThanOrEqual(5);
    expect(query.value.warnings.length).toBeGreaterThan(0);
    expect(matches(query.value, { name: "a", oldName: "x" }, 0)).toBe(true);
  });
});

describe("a refused query", () => {
  it("is told all that is wrong at once: characters, structure and meaning, in the order of the text", () => {
    expect(codes("cpuCount: five and status: gone and host: (ramm: 1) or naem: x and and licensed:")).toEqual([
      "invalid-number@10-14",
      "unknown-enum-value@27-31",
      "unknown-token@43-47",
      "unknown-token@55-59",
      "expected-condition@67-70",
      "expected-value@80-80",
    ]);
  });

  it("has the words for each", () => {
    const query = compile(assets, "naem: x");
    if (query.ok) throw new Error("taken");
    expect(query.error).toMatchObject([
      { code: "unknown-token", message: 'There is no token "naem".', hint: "Did you mean name?" },
    ]);
  });

  it("has its warnings beside its errors", () => {
    expect(codes("oldName: x and naem: y")).toEqual(["deprecated-token@0-7", "unknown-token@15-19"]);
  });

  it.each([
    ["a syntax error behind many warnings", "cpuCount: [5 .. 3]", "(cpuCount: 1"],
    ["an unknown name behind many warnings", "oldName: x", "naem: x"],
    ["a missing word behind many warnings", "cpuCount: [5 .. 3]", "cpuCount: 1 cpuCount: 2"],
    ["a bad value behind many warnings", "oldName: x", "cpuCount: x"],
  ])("is refused, and told an error, for %s", (_, warned, faulty) => {
    const text = [...Array.from({ length: 40 }, () => warned), faulty].join(" and ");
    const query = compile(assets, text);
    if (query.ok) throw new Error("taken");
    expect(query.error.length).toBeLessThanOrEqual(Limits.defaults.diagnostics);
    expect(query.error.some(({ severity }) => severity === "error")).toBe(true);
    expect([...query.error].map(({ start }) => start)).toEqual(
      query.error.map(({ start }) => start).sort((a, b) => a - b),
    );
  });

  it("has an error among what is told, whatever the text, and is sound without one", () => {
    const pieces = fc.constantFrom(
      "oldName",
      "cpuCount",
      "naem",
      "status",
      ":",
      " ",
      "(",
      ")",
      "[",
      "]",
      "..",
      ",",
      "and",
      "or",
      "not",
      "x",
      "5",
      '"',
      "`",
      "<",
      "is null",
      "now",
      "*",
      "\u0000",
    );
    const limits = { ...Limits.defaults, diagnostics: 2 };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces, { maxLength: 14 }).map((all) => all.join(" ")),
          fc.string({ unit: "binary" }),
        ),
        (text) => {
          const query = compile(assets, text, limits);
          const told = inspect(assets, text, limits);
          expect(told.text).toBe(text);
          if (query.ok) {
            expect(query.value.warnings).toEqual(told.diagnostics);
            expect(told.diagnostics.every(({ severity }) => severity === "warning")).toBe(true);
            Matcher.compile(query.value.checked)({}, 0);
          } else {
            expect(told.checked).toBeNull();
            expect(query.error).toEqual(told.diagnostics);
            expect(query.error.some(({ severity }) => severity === "error")).toBe(true);
            expect(query.error.length).toBeLessThanOrEqual(2);
          }
          for (const { message, hint, start, end } of told.diagnostics) {
            expect(message).not.toBe("");
            expect(hint).not.toBe("");
            expect(start <= end && start >= 0 && end <= text.length).toBe(true);
          }
        },
      ),
      runs(2_500),
    );
  });
});

describe("a limit", () => {
  const limits = Limits.defaults;
  const codeOf = (text: string, own: Limits.Limits = limits): string | null => {
    const query = compile(assets, text, own);
    return query.ok ? null : (query.error.find(({ severity }) => severity === "error")?.code ?? null);
  };
  const repeated = (count: number, text: string, separator: string): string =>
    Array.from({ length: count }, () => text).join(separator);

  it("ends the text", () => {
    const padded = (length: number): string => "licensed: true".padEnd(length, " ");
    expect(codeOf(padded(limits.length))).toBeNull();
    expect(codeOf(padded(limits.length + 1))).toBe("text-too-long");
  });

  it("ends the nesting of parentheses, NOTs and groups", () => {
    const nested = (depth: number): string => `${"(".repeat(depth)}licensed: true${")".repeat(depth)}`;
    expect(codeOf(nested(limits.nesting))).toBeNull();
    expect(codeOf(nested(limits.nesting + 1))).toBe("too-deep");
    expect(codeOf(`${"not ".repeat(limits.nesting)}licensed: true`)).toBeNull();
    expect(codeOf(`${"not ".repeat(limits.nesting + 1)}licensed: true`)).toBe("too-deep");
    expect(codeOf("host: (bios: (version: 1))", { ...limits, nesting: 2 })).toBeNull();
    expect(codeOf("host: (bios: (version: 1))", { ...limits, nesting: 1 })).toBe("too-deep");
    expect(
      codeOf(`${"(".repeat(Limits.NESTING_MAX)}cpuCount: 1${")".repeat(Limits.NESTING_MAX)}`, Limits.lifted),
    ).toBeNull();
    expect(codeOf(`${"(".repeat(100_000)}cpuCount: 1`, { ...Limits.lifted, nesting: 1e9 })).toBe("too-deep");
  });

  it("ends the conditions", () => {
    const wide = { ...limits, length: Number.POSITIVE_INFINITY };
    expect(codeOf(repeated(limits.conditions, "cpuCount: 1", " or "), wide)).toBeNull();
    expect(codeOf(repeated(limits.conditions + 1, "cpuCount: 1", " or "), wide)).toBe("too-many-conditions");
  });

  it("ends a list", () => {
    const list = (count: number): string => `cpuCount: [${repeated(count, "1", ",")}]`;
    expect(codeOf(list(limits.listMembers))).toBeNull();
    expect(codeOf(list(limits.listMembers + 1))).toBe("too-many-members");
  });

  it("ends what is told", () => {
    const text = repeated(limits.diagnostics + 5, "naem: x", " and ");
    expect(inspect(assets, text).diagnostics).toHaveLength(limits.diagnostics);
    expect(inspect(assets, text, { ...limits, diagnostics: 3 }).diagnostics).toHaveLength(3);
  });

  it("can be lifted", () => {
    const many = 3_000;
    expect(codeOf(repeated(many, "cpuCount: 1", " or "), Limits.lifted)).toBeNull();
    expect(codeOf(`serial: [${repeated(many, "x", ",")}]`, Limits.lifted)).toBeNull();
  });
});

describe("two catalogues", () => {
  it("read one text each in its own way", () => {
    const number = Catalog.define({ a: { type: "number", description: "Any", example: "1" } });
    const text = Catalog.define({ a: { type: "text", description: "Any", example: "1" } });
    const asked = "a: 10";
    const [ofNumber, ofText] = [compile(number, asked), compile(text, asked)];
    expect(ofNumber.ok && ofNumber.value.predicate({ a: 10 }, 0)).toBe(true);
    expect(ofText.ok && ofText.value.predicate({ a: "10,125" }, 0)).toBe(true);
  });
});

describe("search text beside a condition on an enum", () => {
  const states = ["Missing", "Installed"] as const;
  const catalog = Catalog.define({
    title: { type: "text", description: "Any", example: "x" },
    state: { type: "enum", values: states, description: "Any", example: "Missing" },
    part: {
      type: "group",
      description: "Any",
      tokens: {
        name: { type: "text", description: "Any", example: "x" },
        state: { type: "enum", values: states, description: "Any", example: "Missing" },
      },
    },
  });
  const warned = (text: string): readonly string[] =>
    inspect(catalog, text).diagnostics.flatMap(({ code, start, end, hint }) =>
      code === "looks-like-value" ? [`${text.slice(start, end)}: ${hint}`] : [],
    );

  it.each([
    ["state: missing or installed", "installed"],
    ["not (state: missing or installed)", "installed"],
    ["not (title: x and (state: missing or installed))", "installed"],
    ["part: (state: missing or installed)", "installed"],
    ["not part: (state: missing or installed)", "installed"],
    ["state: missing or curl or installed", "installed"],
  ])("%s: looks like a further value", (text, word) => {
    expect(warned(text)).toEqual([expect.stringMatching(`^${word}: For one more value of state `)]);
  });

  it.each([
    "state: missing or curl",
    'state: missing or "installed"',
    "title: missing or installed",
    "installed or state: missing",
    "state is null or installed",
    "state: missing and title: x or installed",
    "not state: missing or installed",
  ])("%s: is text", (text) => {
    expect(warned(text)).toEqual([]);
  });
});
