import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Crypto, Json } from "../../src/index.ts";
import { error, runs, value } from "../Runs.ts";

const roomy = { bytes: 16 * 1024 * 1024, depth: 32 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (text: string, limits = roomy) => Json.decode(bytes(text), limits);
const decodeCanonical = (text: string) => Json.decodeCanonical(bytes(text), roomy);
const nested = (depth: number, open = "[", close = "]", core = ""): string =>
  open.repeat(depth) + core + close.repeat(depth);

// Strings of every kind, integers, and nothing that has no JSON.
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("__proto__", "constructor", "1", "", '"', "\\", "\u2028", "😀"),
);
const { json } = fc.letrec<{ json: Json.Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((n) => (n === 0 ? 0 : n)),
    text,
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(text, tie("json"), { maxKeys: 4 }),
  ),
}));

describe("Json.decode", () => {
  it("T16: takes as many bytes as allowed and not one more", () => {
    const exact = JSON.stringify("x".repeat(98));
    expect(value(decode(exact, { bytes: 100, depth: 1 }))).toBe("x".repeat(98));
    expect(error(decode(`${exact} `, { bytes: 100, depth: 1 })).reason).toBe("too-large");
  });

  it.each([
    ["[", "]", "1"],
    ['{"a":', "}", "1"],
    [' [ "]" , ', " ] ", "{}"],
  ])("T16: nests as deep as allowed and not one deeper (%s)", (open, close, core) => {
    const depth = core === "{}" ? 31 : 32;
    expect(decode(nested(depth, open, close, core)).ok).toBe(true);
    expect(error(decode(nested(depth + 1, open, close, core))).reason).toBe("too-deep");
  });

  it("T16: counts depth as a reader would, whatever the strings hold", () => {
    const depthOf = (j: Json.Json): number =>
      j === null || typeof j !== "object"
        ? 0
        : 1 + Math.max(0, ...Object.values(j).map((v) => depthOf(v as Json.Json)));
    fc.assert(
      fc.property(json, (j) => {
        const written = JSON.stringify(j);
        const depth = depthOf(j);
        expect(decode(written, { ...roomy, depth }).ok).toBe(true);
        if (depth > 0) expect(error(decode(written, { ...roomy, depth: depth - 1 })).reason).toBe("too-deep");
      }),
      runs(500),
    );
  });

  it("T16: brackets and quotes inside strings don't nest", () => {
    const tricky = String.raw`{"[[[{{{":"]]]}}}\"[[[\\","\\":["\\\"["]}`;
    expect(value(decode(tricky, { ...roomy, depth: 2 }))).toEqual({ "[[[{{{": ']]]}}}"[[[\\', "\\": ['\\"['] });
    expect(error(decode(tricky, { ...roomy, depth: 1 })).reason).toBe("too-deep");
  });

  it.each([
    ["arrays", nested(1_000_000, "[", "]")],
    ["objects", nested(350_000, '{"a":', "}", "1")],
    ["openings that nothing closes", "[".repeat(2_000_000)],
    ["closings first", `${"]".repeat(1_000_000)}${"[".repeat(1_000_000)}`],
    ["one string that never ends", `"${"[".repeat(2_000_000)}`],
    ["backslashes", `"${"\\".repeat(2_000_001)}`],
  ])("T16: refuses 2 MB of hostile %s at once", (_, hostile) => {
    const input = bytes(hostile);
    expect(input.length).toBeGreaterThan(1_900_000);
    // The processor's time, so that a busy machine is no failure.
    const start = process.cpuUsage();
    expect(["too-deep", "syntax"]).toContain(error(Json.decode(input, roomy)).reason);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1_000).toBeLessThan(500);
  });

  it.each([
    ["a byte order mark", [0xef, 0xbb, 0xbf, 0x31], "syntax"],
    ["an overlong quote", [0xc0, 0xa2], "not-utf8"],
    ["half a character", [0x22, 0xe2, 0x82, 0x22], "not-utf8"],
    ["a surrogate in UTF-8", [0x22, 0xed, 0xa0, 0x80, 0x22], "not-utf8"],
    ["UTF-16", [0x22, 0x00, 0x61, 0x00, 0x22, 0x00], "syntax"],
    ["nothing", [], "syntax"],
    ["two values", [0x31, 0x20, 0x32], "syntax"],
  ])("refuses %s", (_, input, reason) => {
    expect(error(Json.decode(Uint8Array.from(input), roomy)).reason).toBe(reason);
  });
});

describe("Json.decodeCanonical", () => {
  it.each([
    ["a duplicate key", '{"a":1,"a":1}'],
    ["a duplicate key in another spelling", String.raw`{"a":1,"\u0061":1}`],
    ["unsorted keys", '{"b":1,"a":1}'],
    ["keys sorted as numbers", '{"9":1,"10":1}'],
    ["white space", '{"a": 1}'],
    ["a line's end", '{"a":1}\n'],
    ["an escape that needs none", String.raw`"\u0041"`],
    ["an escaped slash", String.raw`"\/"`],
    ["capital hexadecimal", String.raw`"\u001F"`],
    ["a fraction", "1.5"],
    ["a fraction of nothing", "1.0"],
    ["an exponent", "1e3"],
    ["an integer that doubles can't tell from its neighbour", "9007199254740992"],
    ["an integer that was rounded", "9007199254740993"],
    ["infinity", "1e400"],
    ["minus nought", "-0"],
    ["a lone surrogate", String.raw`"\ud800"`],
    ["surrogates the wrong way round", String.raw`"\udc00\ud800"`],
    ["a lone surrogate in a key", String.raw`{"\udfff":1}`],
    ["a duplicate __proto__", '{"__proto__":1,"__proto__":1}'],
  ])("F3: refuses %s", (_, document) => {
    expect(error(decodeCanonical(document)).reason).toBe("not-canonical");
  });

  it("F3: says what JSON.parse would hide: the last of two keys", () => {
    expect(JSON.parse('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(decodeCanonical('{"a":1,"a":2}').ok).toBe(false);
  });

  it("keeps size and depth before everything else", () => {
    expect(error(Json.decodeCanonical(bytes("[[1]]"), { bytes: 5, depth: 1 })).reason).toBe("too-deep");
    expect(error(Json.decodeCanonical(bytes("[[1]]"), { bytes: 4, depth: 9 })).reason).toBe("too-large");
  });

  it("T26: a __proto__ key is a key like any other, and nobody's prototype", () => {
    const document = '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}';
    const read = value(decodeCanonical(document)) as object;
    expect(Object.keys(read)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(value(Json.canonical(read))).toBe(document);
  });
});

describe("Json.canonical", () => {
  it("reads back what it wrote, and writes again what it read", () => {
    fc.assert(
      fc.property(json, (j) => {
        const written = value(Json.canonical(j));
        const read = value(decodeCanonical(written));
        expect(read).toEqual(j);
        expect(value(Json.canonical(read))).toBe(written);
      }),
      runs(500),
    );
  });

  it("depends on the value alone, not on the order in which its members came", () => {
    const reversed = (j: Json.Json): Json.Json => {
      if (j === null || typeof j !== "object") return j;
      if (Array.isArray(j)) return j.map(reversed);
      return Object.fromEntries(
        Object.entries(j)
          .reverse()
          .map(([k, v]) => [k, reversed(v)]),
      );
    };
    fc.assert(
      fc.property(json, (j) => {
        expect(value(Json.canonical(reversed(j)))).toBe(value(Json.canonical(j)));
      }),
      runs(300),
    );
  });

  it("writes what RFC 8785 writes: UTF-16 order, short escapes, nothing else escaped", () => {
    const object = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\u0080": 6, ö: 7 };
    const sorted = `{"\\r":2,"1":4,"\u0080":6,"ö":7,"\u20ac":1,"😀":5,"\ufb33":3}`;
    expect(value(Json.canonical(object))).toBe(sorted);
    expect(value(Json.canonical('\b\t\n\f\r\u0000\u001f"\\/\u007f\u2028'))).toBe(
      `${String.raw`"\b\t\n\f\r\u0000\u001f\"\\/`}\u007f\u2028"`,
    );
  });

  it.each([
    ["1.5", 1.5],
    ["2^53", 2 ** 53],
    ["-2^53", -(2 ** 53)],
    ["-0", -0],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["a high surrogate alone", "a\ud83d"],
    ["a low surrogate alone", "\ude00a"],
    ["a lone surrogate as a key", { "\ud83d": 1 }],
    ["a big integer", 1n],
    ["a function", () => 1],
    ["a symbol", Symbol.iterator],
    ["nothing", undefined],
    ["nothing in an array", [undefined]],
  ])("refuses %s", (_, wrong) => {
    expect(error(Json.canonical(wrong)).reason).toBe("not-canonical");
    expect(error(Json.canonical({ a: [wrong] })).reason).toBe("not-canonical");
    expect(() => Json.canonicalBytes(wrong)).toThrow("not canonical JSON");
  });

  it("takes the largest safe integers, and leaves out members that are undefined", () => {
    const edge = { max: Number.MAX_SAFE_INTEGER, min: Number.MIN_SAFE_INTEGER, none: undefined };
    expect(value(Json.canonical(edge))).toBe('{"max":9007199254740991,"min":-9007199254740991}');
  });

  it.each([
    ["around a value", 1],
    ["around nothing", null],
  ])("nests as deep as its limit and not one deeper (%s)", (_, core) => {
    const wrapped = (depth: number): unknown =>
      Array.from({ length: depth }).reduce<unknown>((inner) => (inner === null ? [] : [inner]), core);
    expect(Json.canonical(wrapped(Json.CANONICAL_DEPTH_MAX)).ok).toBe(true);
    expect(error(Json.canonical(wrapped(Json.CANONICAL_DEPTH_MAX + 1))).reason).toBe("not-canonical");
  });
});

describe("Json.canonicalPieces", () => {
  const spelt = (j: unknown): string => [...Json.canonicalPieces(j)].join("");

  it("spells the same as in one go, to the byte and to the digest", () => {
    fc.assert(
      fc.property(json, fc.array(json, { maxLength: 4 }), text, (j, more, key) => {
        for (const each of [j, { [key]: [{ more: [j, ...more] }, j], a: more }, [[[[[j]]]]]]) {
          expect(spelt(each)).toBe(value(Json.canonical(each)));
        }
      }),
      runs(300),
    );
    const large = Array.from({ length: 9_000 }, (_, i) => ({ id: `asset ${i} 😀`, at: i }));
    const pieces = [...Json.canonicalPieces({ large, none: undefined })];
    expect(pieces.length).toBeGreaterThan(5);
    expect(Math.max(...pieces.map((p) => p.length))).toBeLessThan(40_000);
    const digesting = Crypto.digesting(pieces);
    let step = digesting.next();
    while (step.done !== true) step = digesting.next();
    expect(step.value).toBe(Crypto.digest(Json.canonicalBytes({ large })));
  });

  it("refuses the same", () => {
    for (const wrong of [
      1.5,
      { a: [undefined] },
      [["\ude00a"]],
      { "\ud83d": 1 },
      { a: { b: { c: { d: { e: 1.5 } } } } },
    ]) {
      expect(() => spelt(wrong)).toThrow("not canonical JSON");
      expect(() => Json.canonicalBytes(wrong)).toThrow("not canonical JSON");
    }
  });
});

describe("Json.wellFormed", () => {
  it("leaves Unicode text as it is, and makes any other text writable without making it longer", () => {
    expect(Json.wellFormed("\ufeffä😀\u0000")).toBe("\ufeffä😀\u0000");
    expect(Json.wellFormed("\ude00a\ud83d")).toBe("\ufffda\ufffd");
    const units = fc
      .array(fc.constantFrom("a", "\ud83d", "\ude00", "ä", "\ufeff"), { maxLength: 6 })
      .map((u) => u.join(""));
    fc.assert(
      fc.property(units, (any) => {
        expect(Json.canonical(Json.wellFormed(any)).ok).toBe(true);
        expect(Json.wellFormed(any)).toHaveLength(any.length);
        if (Json.canonical(any).ok) expect(Json.wellFormed(any)).toBe(any);
      }),
      runs(300),
    );
  });
});
