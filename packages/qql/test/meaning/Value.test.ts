/** How a literal is read as a value of its token's type, and which documents it then finds. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Ast,
  Canonical,
  Catalog,
  type Cut,
  compile,
  inspect,
  Limits,
  Parser,
  Printer,
  Value,
} from "../../src/index.ts";
import { assets, runs } from "./World.ts";

const token = (name: string): Catalog.Token => Catalog.find(assets, name) as Catalog.Token;
const literal = (text: string, _tag: Ast.Literal["_tag"] = "Bare"): Ast.Literal => ({ _tag, text, start: 0, end: 0 });

/** The values, or the code of what is wrong. */
function read(name: string, text: string, tag: Ast.Literal["_tag"] = "Bare"): readonly Value.Value[] | string {
  const found = Value.read(token(name), literal(text, tag));
  return found.ok ? found.value : found.error.at({ start: 0, end: 0 }).code;
}

/** Which values of a token a condition finds. */
function found(name: string, condition: string, values: readonly unknown[]): readonly unknown[] {
  const query = compile(assets, name + condition);
  if (!query.ok) throw new Error(`${name}${condition}: ${query.error.map(({ message }) => message).join(" ")}`);
  return values.filter((value) => query.value.predicate({ name: "", [name]: value }, 0));
}

describe("numbers", () => {
  it.each([
    ["5", 5],
    ["-0.5", -0.5],
    ["+7", 7],
    ["007", 7],
    ["1e3", 1_000],
    ["1E-2", 0.01],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["-9007199254740991", Number.MIN_SAFE_INTEGER],
  ])("reads %s as %d, in quotes too", (text, value) => {
    for (const tag of ["Bare", "Phrase", "Exact"] as const)
      expect(read("cpuCount", text, tag)).toEqual([{ _tag: "Numeric", value }]);
  });

  it("reads -0 as 0, so that both print the same", () => {
    const [value] = read("cpuCount", "-0") as readonly [Value.Numeric];
    expect(Object.is(value.value, 0)).toBe(true);
  });

  it.each(["", "five", "1 000", "1,000", "0x10", "NaN", "Infinity", ".5", "5.", "5 MB", "١", "1e", "--1"])(
    "refuses %j",
    (text) => {
      expect(read("cpuCount", text)).toBe("invalid-number");
    },
  );

  it.each(["9007199254740992", "-9007199254740992", "1e400", "1e16"])(
    "refuses %s, which is no longer exact",
    (text) => {
      expect(read("cpuCount", text)).toBe("number-too-large");
    },
  );

  it("reads what a number prints as that number", () => {
    const safe = fc.double({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, noNaN: true });
    fc.assert(
      fc.property(safe, (value) => {
        expect(read("cpuCount", String(value))).toEqual([{ _tag: "Numeric", value: value + 0 }]);
      }),
      runs(2_000),
    );
  });

  it("finds numbers as numbers are compared", () => {
    const values = [-1, 0, 0.5, 4, 5, 5.5, 6];
    fc.assert(
      fc.property(fc.constantFrom(...values), fc.constantFrom(...values), (a, b) => {
        expect(found("cpuCount", `: ${a}`, values)).toEqual([a]);
        expect(found("cpuCount", ` < ${a}`, values)).toEqual(values.filter((value) => value < a));
        expect(found("cpuCount", ` <= ${a}`, values)).toEqual(values.filter((value) => value <= a));
        expect(found("cpuCount", ` > ${a}`, values)).toEqual(values.filter((value) => value > a));
        expect(found("cpuCount", ` >= ${a}`, values)).toEqual(values.filter((value) => value >= a));
        expect(found("cpuCount", `: [${a} .. ${b}]`, values)).toEqual(
          values.filter((value) => value >= a && value <= b),
        );
        expect(found("cpuCount", `: (${a} .. ${b})`, values)).toEqual(values.filter((value) => value > a && value < b));
        expect(found("cpuCount", `: [${a}, ${b}]`, values)).toEqual(
          values.filter((value) => value === a || value === b),
        );
      }),
      runs(100),
    );
  });
});

describe("sizes", () => {
  it.each([
    ["0", 0],
    ["1024", 1_024],
    ["1 B", 1],
    ["7 bytes", 7],
    ["1 byte", 1],
    ["1K", 1_024],
    ["1kb", 1_024],
    ["1 KiB", 1_024],
    ["1.5 KB", 1_536],
    ["10 MB", 10 * 1_024 ** 2],
    ["16 GB", 16 * 1_024 ** 3],
    ["2t", 2 * 1_024 ** 4],
    ["7 PB", 7 * 1_024 ** 5],
    ["0.5 KB", 512],
  ])("reads %s as %d bytes", (text, value) => {
    expect(read("memory", text)).toEqual([{ _tag: "Numeric", value }]);
  });

  it.each(["-1", "1 EB", "MB", "1 MBit", "1 M B", "1e3", "+1 KB", "1,5 KB", ".5 KB", ""])("refuses %j", (text) => {
    expect(read("memory", text)).toBe("invalid-size");
  });

  it("refuses more than is exact", () => {
    expect(read("memory", "8 PB")).toBe("number-too-large");
    expect(read("memory", "7.9 PB")).toHaveLength(1);
  });
});

describe("booleans", () => {
  it.each([
    ["true", true],
    ["TRUE", true],
    ["False", false],
  ])("reads %s", (text, value) => {
    for (const tag of ["Bare", "Phrase", "Exact"] as const)
      expect(read("licensed", text, tag)).toEqual([{ _tag: "Flag", value }]);
  });

  it.each(["yes", "1", "", "tru", "t", "null"])("refuses %j", (text) => {
    expect(read("licensed", text)).toBe("invalid-boolean");
  });
});

describe("enum values", () => {
  const members = (text: string, tag?: Ast.Literal["_tag"]): readonly string[] | string => {
    const values = read("status", text, tag);
    return typeof values === "string"
      ? values
      : values.map((value) => (value._tag === "Member" ? `${value.rank} ${value.value}` : value._tag));
  };

  it.each([
    ["ready", "Bare", ["0 Ready"]],
    ["READY", "Phrase", ["0 Ready"]],
    ["not ready", "Bare", ["1 Not Ready"]],
    ["AND", "Exact", ["2 and"]],
    ["strasse", "Bare", ["3 Straße"]],
    ["N/A", "Bare", ["4 n/a"]],
    ["n*", "Bare", ["1 Not Ready", "4 n/a", "5 Null"]],
    ["*ready", "Bare", ["0 Ready", "1 Not Ready"]],
    ["*A*", "Bare", ["0 Ready", "1 Not Ready", "2 and", "3 Straße", "4 n/a"]],
    ["gone", "Bare", "unknown-enum-value"],
    ["n*", "Phrase", "unknown-enum-value"],
    ["z*", "Bare", "unknown-enum-value"],
    ["", "Phrase", "unknown-enum-value"],
  ] as const)("reads %s, written %s, as %j", (text, tag, expected) => {
    expect(members(text, tag)).toEqual(expected);
  });

  it("finds all of a wildcard's", () => {
    expect(found("status", ": n*", ["Ready", "Not Ready", "n/a", "Null", "and"])).toEqual(["Not Ready", "n/a", "Null"]);
  });
});

describe("keywords", () => {
  const values = ["KB2893294", "kb28", "a b", "", "*", "and", "groß", "a*b"];

  it.each([
    [": kb28", ["kb28"]],
    [": KB28*", ["KB2893294", "kb28"]],
    [": *94", ["KB2893294"]],
    [": *b*", ["KB2893294", "kb28", "a b", "a*b"]],
    [": a b", ["a b"]],
    [': ""', [""]],
    [': "*"', ["*"]],
    [": `and`", ["and"]],
    [": GROSS", ["groß"]],
    [": [kb28, 'A B']", ["kb28", "a b"]],
    [': "a*b"', ["a*b"]],
    [": kb", []],
    [": *", values],
  ])("serial%s finds %j", (condition, expected) => {
    expect(found("serial", condition, values)).toEqual(expected);
  });

  it.each(["a*b", "**", "*a*b*", "a**"])("refuses the wildcard in %s", (text) => {
    expect(read("serial", text)).toBe("unsupported-wildcard");
  });
});

describe("identities", () => {
  const values = [
    "0b1d7a52-6c0e-4c1b-9d56-0242ac130003",
    "0B1D7A52-6C0E-4C1B-9D56-0242AC130004",
    "ffffffff-0000-4000-8000-000000000000",
  ];

  it.each([
    [": 0b1d7a52-6c0e-4c1b-9d56-0242ac130003", [0]],
    [": 0B1D7A52-6C0E-4C1B-9D56-0242AC130003", [0]],
    [": 0b1d7a52", [0, 1]],
    [": 0b1d7a52*", [0, 1]],
    [": '0b1d'", [0, 1]],
    [": [0b1d7a52-6c0e-4c1b-9d56-0242ac130004, f]", [1, 2]],
    [": 6c0e", []],
  ])("id%s finds %j", (condition, expected) => {
    expect(found("id", condition, values)).toEqual(expected.map((i) => values[i]));
  });

  it.each(["x", "*0b", "0b1d*52", "", "-0b", "0b1d7a52-6c0e-4c1b-9d56-0242ac1300031", "0b 1d"])(
    "refuses %j",
    (text) => {
      expect(read("id", text)).toBe("invalid-uuid");
    },
  );
});

describe("versions", () => {
  const values = ["2.0.9", "2.1~rc1", "2.1", "2.1.0", "2.1.7", "2.10", "3", "rc"];

  it.each([
    [": 2.1", ["2.1"]],
    [": v2.01", ["2.1"]],
    [": 2.1*", ["2.1~rc1", "2.1", "2.1.0", "2.1.7"]],
    [": 2.1.*", ["2.1~rc1", "2.1", "2.1.0", "2.1.7"]],
    ["<2.1*", ["2.0.9", "rc"]],
    [" <= 2.1*", ["2.0.9", "2.1~rc1", "2.1", "2.1.0", "2.1.7", "rc"]],
    [" > 2.1*", ["2.10", "3"]],
    [" >= 2.1", ["2.1", "2.1.0", "2.1.7", "2.10", "3"]],
    [" < 2.1", ["2.0.9", "2.1~rc1", "rc"]],
    [": [2.1 .. 2.1.7]", ["2.1", "2.1.0", "2.1.7"]],
    [": (2.0* .. 3*)", ["2.1~rc1", "2.1", "2.1.0", "2.1.7", "2.10"]],
    [': "2.10"', ["2.10"]],
  ])("agentVersion%s finds %j", (condition, expected) => {
    expect(found("agentVersion", condition, values)).toEqual(expected);
  });

  it.each(["*2", "2*1", "*", "é", "2.1**"])("refuses %j", (text) => {
    expect(read("agentVersion", text)).toBe("invalid-version");
  });
});

describe("addresses", () => {
  const values = [
    "10.0.255.255",
    "10.1.0.0",
    "10.1.2.3",
    "::ffff:10.1.2.3",
    "10.2.0.0",
    "fe80::1",
    "FE80:0:0::2",
    "::1",
    "nowhere",
  ];

  it.each([
    [": 10.1.2.3", ["10.1.2.3", "::ffff:10.1.2.3"]],
    [": 10.1.0.0/16", ["10.1.0.0", "10.1.2.3", "::ffff:10.1.2.3"]],
    [": 10.1.*", ["10.1.0.0", "10.1.2.3", "::ffff:10.1.2.3"]],
    [" < 10.1.0.0/16", ["10.0.255.255", "::1"]],
    [" > 10.1.0.0/16", ["10.2.0.0", "fe80::1", "FE80:0:0::2"]],
    [": fe80::/10", ["fe80::1", "FE80:0:0::2"]],
    [": [10.1.2.3 .. 10.2.0.0]", ["10.1.2.3", "::ffff:10.1.2.3", "10.2.0.0"]],
    [": (10.0.0.0/16 .. 10.2.0.0)", ["10.1.0.0", "10.1.2.3", "::ffff:10.1.2.3"]],
    [": [::1, fe80:0::1]", ["fe80::1", "::1"]],
  ])("address%s finds %j", (condition, expected) => {
    expect(found("address", condition, values)).toEqual(expected);
  });

  it.each(["10.1", "10.1.2.3.4", "10.*.3", "here", "10.1.2.3/33"])("refuses %j", (text) => {
    expect(read("address", text)).toBe("invalid-ip");
  });
});

describe("texts", () => {
  it.each([
    ["Remote Code", "Bare", { _tag: "Words", words: ["remote", "code"] }],
    ["Remote-Code", "Bare", { _tag: "Words", words: ["remote", "code"] }],
    ["Remote Code", "Phrase", { _tag: "Phrase", words: ["remote", "code"] }],
    ["Remote", "Phrase", { _tag: "Words", words: ["remote"] }],
    ["Remote  Code!", "Exact", { _tag: "Whole", text: "remote  code!" }],
    ["win*", "Bare", { _tag: "StartsWith", text: "win" }],
    ["Win 10*", "Bare", { _tag: "StartsWith", text: "win 10" }],
    ["*WIN", "Bare", { _tag: "EndsWith", text: "win" }],
    ["*win*", "Bare", { _tag: "Contains", text: "win" }],
    ["*", "Exact", { _tag: "Whole", text: "*" }],
    ["win*", "Phrase", { _tag: "Words", words: ["win"] }],
  ] as const)("reads %s, written %s", (text, tag, expected) => {
    expect(read("name", text, tag)).toEqual([expected]);
  });

  it.each([
    ["--", "Bare", "no-searchable-words"],
    ["", "Phrase", "no-searchable-words"],
    ["w*n", "Bare", "unsupported-wildcard"],
    ["**", "Bare", "unsupported-wildcard"],
  ] as const)("refuses %s, written %s: %s", (text, tag, code) => {
    expect(read("name", text, tag)).toBe(code);
  });

  it("reads search text as words, a phrase or a whole value, without wildcards", () => {
    const search = (text: string, tag: Ast.Literal["_tag"] = "Bare"): unknown => {
      const value = Value.readSearch(literal(text, tag));
      return value.ok ? value.value : value.error.at({ start: 0, end: 0 }).code;
    };
    expect(search("Remote Code")).toEqual({ _tag: "Words", words: ["remote", "code"] });
    expect(search("Remote Code", "Phrase")).toEqual({ _tag: "Phrase", words: ["remote", "code"] });
    expect(search("Remote", "Exact")).toEqual({ _tag: "Whole", text: "remote" });
    expect(search("win*")).toBe("search-wildcard");
    expect(search("*")).toBe("search-wildcard");
    expect(search("win*", "Phrase")).toEqual({ _tag: "Words", words: ["win"] });
    expect(search("--")).toBe("no-searchable-words");
  });

  it("finds nothing by a wildcard where the token takes none", () => {
    const catalog = Catalog.define({ a: { type: "text", description: "Any", example: "x", operators: ["equals"] } });
    expect(inspect(catalog, "a: x*").diagnostics.map(({ code }) => code)).toEqual(["unsupported-wildcard"]);
  });
});

describe("a value of an order", () => {
  const at = ({ low, high }: Cut.Extent): readonly unknown[] => [low.at, low.isAfter, high.at, high.isAfter];

  it("covers what it names", () => {
    const extent = (name: string, text: string): readonly unknown[] => {
      const [value] = read(name, text) as readonly [Value.Ordered];
      return at(Value.extentOf(value));
    };
    expect(extent("cpuCount", "5")).toEqual([5, false, 5, true]);
    expect(extent("lastSeen", "2024")).toEqual([Date.UTC(2024, 0), false, Date.UTC(2025, 0), false]);
    expect(extent("lastSeen", "now-7d")[0]).toEqual({ _tag: "Relative", amount: -7, unit: "d" });
    expect(extent("address", "10.1.2.3").map(String)).toEqual([
      "00000000000000000000ffff0a010203",
      "false",
      "00000000000000000000ffff0a010203",
      "true",
    ]);
  });

  it("is told from one without", () => {
    for (const [name, text] of [
      ["cpuCount", "1"],
      ["memory", "1"],
      ["lastSeen", "now"],
      ["lastSeen", "2024"],
      ["agentVersion", "1"],
      ["address", "::"],
    ] as const) {
      expect((read(name, text) as readonly Value.Value[]).map(Value.isOrdered)).toEqual([true]);
    }
    for (const [name, text] of [
      ["name", "1"],
      ["serial", "1"],
      ["status", "ready"],
      ["licensed", "true"],
      ["id", "f"],
    ] as const) {
      expect((read(name, text) as readonly Value.Value[]).map(Value.isOrdered)).toEqual([false]);
    }
  });
});

describe("any text as a value", () => {
  const texts = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.stringMatching(/^[0-9a-f.:*/~ TZnow+dM-]{0,14}$/),
    fc.constantFrom(
      "2024-02-29",
      "now-7d",
      "10.1.*",
      "2.1*",
      "1.5 KB",
      "*x*",
      "true",
      "ready",
      "null",
      "and",
      "__proto__",
    ),
  );
  const literals = fc.tuple(fc.constantFrom<Ast.Literal["_tag"][]>("Bare", "Phrase", "Exact"), texts);

  /** Whether a query can hold the literal as it is: without quotes only what is all of a value. */
  const isWritten = (each: Ast.Literal): boolean => {
    const { ast, diagnostics } = Parser.parse(`a: ${Printer.printLiteral(each)}`);
    return (
      diagnostics.length === 0 && ast._tag === "Match" && ast.value._tag === each._tag && ast.value.text === each.text
    );
  };

  it("is a value or a diagnostic of every type, never an exception", () => {
    fc.assert(
      fc.property(literals, fc.constantFrom(...assets.tokens), ([tag, text], of) => {
        const result = Value.read(of, literal(text, tag));
        if (result.ok) expect(result.value.length).toBeGreaterThan(0);
        else expect(result.error.at({ start: 0, end: 0 }).severity).toBe("error");
      }),
      runs(3_000),
    );
  });

  it("is read back from how Canonical writes it", () => {
    fc.assert(
      fc.property(literals, fc.constantFrom(...assets.tokens), ([tag, text], of) => {
        const result = Value.read(of, literal(text, tag));
        if (!result.ok || !isWritten(literal(text, tag))) return;
        const written = result.value.map((value) => Printer.printLiteral(Canonical.literal(of, value))).join(", ");
        const { checked } = inspect(
          assets,
          `${of.name}: ${result.value.length > 1 ? `[${written}]` : written}`,
          Limits.lifted,
        );
        if (checked?._tag !== "AnyOf") throw new Error(`${of.name}, ${tag}: ${text} is written ${written}`);
        expect(checked.values).toEqual(result.value);
      }),
      runs(5_000),
    );
  });
});
