import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, FullText } from "../../src/index.ts";
import { caseFoldings, codePoints } from "./Unicode.ts";
import { assets, runs } from "./World.ts";

const { fold, words, split, tokens } = FullText;

const ALL_POINTS = Array.from({ length: 0x110000 }, (_, point) => point).filter(
  (point) => point < 0xd800 || point > 0xdfff,
);
const text = (...points: readonly number[]): string => String.fromCodePoint(...points);
const textOf = (points: number | readonly number[]): string => text(...[points].flat());
const hex = (each: string): string => [...each].map((character) => character.codePointAt(0)?.toString(16)).join(" ");
const only = (points: readonly number[]): ReadonlySet<number> => new Set(points);
const union = async (...properties: readonly string[]): Promise<readonly number[]> =>
  (await Promise.all(properties.map(codePoints))).flat();

// ---- Words, with the segmenter of Node as the oracle.

/**
 * Where it and we differ on purpose, or where it can't tell:
 * - `;` (and the Greek question mark that is one): the vendor says that it splits;
 * - scripts that it splits by dictionary: those of South East Asia, and Chinese, Japanese and Korean, which it also parts from
 *   the letters beside them (they have tests of their own below);
 * - code points that Unicode doesn't have, that are private, or that this Node's Unicode doesn't know.
 */
const unlike = only(
  await union(
    "Line_Break/Complex_Context",
    "Script/Han",
    "Script/Hiragana",
    "Script/Katakana",
    "Script/Hangul",
    "Word_Break/Katakana",
    "General_Category/Unassigned",
    "General_Category/Private_Use",
  ),
);
const VENDOR = only([0x3b, 0x37e]);
const isAlike = (point: number): boolean => !unlike.has(point) && !VENDOR.has(point) && !/\p{Cn}/u.test(text(point));

const markPoints = await union("Word_Break/Extend", "Word_Break/Format", "Word_Break/ZWJ");
const marks = only(markPoints);

/** What stands in a word beside joiners and marks. */
const letterPoints = [
  ...(await union("Word_Break/ALetter", "Word_Break/Hebrew_Letter", "Word_Break/Numeric", "Word_Break/Katakana")),
  ...(await union(
    ...["Lowercase", "Uppercase", "Titlecase", "Modifier", "Other"].map((kind) => `General_Category/${kind}_Letter`),
  )),
].filter((point) => !marks.has(point));
const letters = only(letterPoints);
const hasLetter = (each: string): boolean => {
  for (const character of each) if (letters.has(character.codePointAt(0) ?? 0)) return true;
  return false;
};

const segmenter = new Intl.Segmenter("en", { granularity: "word" });

/**
 * Its words. It says of each piece whether it is like a word, but not so of one that ends in marks behind a joiner or behind
 * a Hebrew apostrophe, and says so of joiners only: for both, what holds a letter or a digit is a word.
 */
const segmented = (folded: string): readonly string[] =>
  Array.from(segmenter.segment(folded), ({ segment }) => segment).filter(hasLetter);

/** Ours, but for runs of joiners only (`_`), which are words to us. */
const ours = (folded: string): readonly string[] => split(folded).filter(hasLetter);

/** It keeps an emoji sequence together with a word that ends in a joiner of emoji. */
const EMOJI_SEQUENCE = /\u200d\p{Extended_Pictographic}/u;

const CLASSES = [
  "ALetter",
  "Hebrew_Letter",
  "Numeric",
  "ExtendNumLet",
  "Extend",
  "Format",
  "ZWJ",
  "MidLetter",
  "MidNum",
  "MidNumLet",
  "Single_Quote",
  "Double_Quote",
  "WSegSpace",
  "Regional_Indicator",
];
const classes = (await Promise.all(CLASSES.map((name) => codePoints(`Word_Break/${name}`)))).map((points) =>
  points.filter(isAlike),
);
const ALIKE = ALL_POINTS.filter(isAlike);
const ASCII = Array.from({ length: 0x80 }, (_, point) => point).filter(isAlike);

/** Code points that are worth a look: each class of UAX #29 as often as any other, ASCII, and anything. */
const interesting = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(...classes.map((points) => fc.constantFrom(...points))) },
  { weight: 2, arbitrary: fc.constantFrom(...ASCII) },
  { weight: 1, arbitrary: fc.constantFrom(...ALIKE) },
);
const mixed = fc.array(interesting, { minLength: 1, maxLength: 8 }).map((points) => text(...points));

/** Joins with a bar, which is in no word. */
const shown = (each: readonly string[]): string => each.join("|");

describe("words of a text", () => {
  it("are those of Node's segmenter, on any mixture of scripts that it splits without a dictionary", () => {
    fc.assert(
      fc.property(mixed, (each) => {
        const folded = fold(each);
        if (EMOJI_SEQUENCE.test(folded)) return;
        const [mine, its] = [shown(ours(folded)), shown(segmented(folded))];
        if (mine !== its) throw new Error(`${hex(folded)}: ours ${mine}, its ${its}`);
      }),
      runs(200_000),
    );
  });

  it("are those of Node's segmenter for every assigned character between two letters, between two digits, and alone", () => {
    const wrong = ALIKE.filter((point) => {
      const folded = fold(`a${text(point)}b 1${text(point)}2 ${text(point)}`);
      return shown(ours(folded)) !== shown(segmented(folded));
    });
    expect(wrong.map((point) => point.toString(16))).toEqual([]);
  });

  it("are those of Node's segmenter for Korean that stands by itself", () => {
    const hangul = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0xac00, max: 0xd7a3 }) },
      { weight: 2, arbitrary: fc.constantFrom(0x20, 0x21, 0x28) },
    );
    fc.assert(
      fc.property(fc.array(hangul, { maxLength: 12 }), (points) => {
        const folded = fold(text(...points));
        expect(shown(ours(folded))).toBe(shown(segmented(folded)));
      }),
      runs(2_000),
    );
  });

  it("are single letters, each with its marks, in scripts that write no spaces", async () => {
    const spaceless = only(await union("Line_Break/Complex_Context", "Script/Han", "Script/Hiragana"));
    const isWanted = (points: readonly number[]): readonly number[] => points.filter((point) => spaceless.has(point));
    const letter = fc.constantFrom(...isWanted(await codePoints("General_Category/Other_Letter")));
    const mark = fc.constantFrom(...isWanted(await codePoints("General_Category/Nonspacing_Mark")));
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 3, arbitrary: letter }, mark), { maxLength: 8 }), (points) => {
        const folded = fold(text(...points));
        expect(split(folded)).toEqual(folded.match(/\p{Lo}\p{Mn}*/gu) ?? []);
      }),
      runs(5_000),
    );
  });

  it.each([
    ["10,125 and 10.134", ["10,125", "and", "10.134"]],
    ["qualys.corp.com", ["qualys.corp.com"]],
    ["102354.qualys", ["102354", "qualys"]],
    ["qualys,corp", ["qualys", "corp"]],
    ["v2.1a", ["v2.1a"]],
    ["end. Next", ["end", "next"]],
    [".net 1..2 a..b", ["net", "1", "2", "a", "b"]],
    ["KB-12_34 (x64)", ["kb", "12_34", "x64"]],
    ["don't 'quote' it", ["don't", "quote", "it"]],
    ["a:b 12:30", ["a:b", "12", "30"]],
    ["1;2 a;b", ["1", "2", "a", "b"]],
    ['ר"ת צה"ל', ['ר"ת', 'צה"ל']],
    ["東京タワーとBerlin", ["東", "京", "タワー", "と", "berlin"]],
    ["กขค", ["ก", "ข", "ค"]],
    ["대한민국 12월", ["대한민국", "12월"]],
    ["naïve Ünïcode", ["naïve", "ünïcode"]],
    ["🇩🇪 👩‍💻 1️⃣", ["1️⃣"]],
    ["_ __init__", ["_", "__init__"]],
    ["", []],
    ["-- ,.;", []],
  ])("of %j are %j", (each, expected) => {
    expect(words(each)).toEqual(expected);
  });

  it.each([...",-;\t\u2028\u2029\r\n ([{}])?@$%&/\\"].map((splitter) => [JSON.stringify(splitter), splitter]))(
    "are split at %s, as the vendor's list has it",
    (_, splitter) => {
      expect(words(`left${splitter}right`)).toEqual(["left", "right"]);
    },
  );
});

// ---- Folding.

/** All that words are made of, or held together by. */
const known = only(
  [
    ...letterPoints,
    ...markPoints,
    ...(await union(
      ...["ExtendNumLet", "MidLetter", "MidNum", "MidNumLet", "Single_Quote", "Double_Quote"].map(
        (name) => `Word_Break/${name}`,
      ),
    )),
  ].filter((point) => !VENDOR.has(point)),
);
const unassigned = only(await codePoints("General_Category/Unassigned"));

describe("folding", () => {
  it("makes one of what Unicode's case folding makes one", async () => {
    for (const status of ["C", "F"] as const) {
      const foldings = [...(await caseFoldings(status))];
      expect(foldings.length).toBeGreaterThan(100);
      const wrong = foldings.filter(([point, to]) => fold(text(point)) !== fold(textOf(to)));
      expect(wrong.map(([point]) => point.toString(16))).toEqual([]);
    }
  });

  it("makes one of nothing else but the dotless i and i, which have a capital in common", async () => {
    const simple = new Map([...(await caseFoldings("C")), ...(await caseFoldings("F"))]);
    const cased = (each: string): string =>
      [...each.normalize("NFD")]
        .map((character) =>
          textOf(simple.get(character.codePointAt(0) ?? 0) ?? [...character].flatMap((c) => c.codePointAt(0) ?? [])),
        )
        .join("");
    // Canonical caseless matching as the standard defines it (D145).
    const caseless = (each: string): string => cased(cased(each)).normalize("NFC");
    const byFold = new Map<string, Set<string>>();
    for (const point of known) {
      const folded = fold(text(point));
      byFold.set(folded, (byFold.get(folded) ?? new Set()).add(caseless(text(point))));
    }
    const together = [...byFold.entries()].filter(([, several]) => several.size > 1);
    expect(together.map(([folded, several]) => [folded, [...several].sort()])).toEqual([["i", ["i", "ı"]]]);
  });

  it("changes nothing when done twice, for every code point and for any text", () => {
    const isFolded = (each: string): boolean => fold(each) === each;
    expect(ALL_POINTS.filter((point) => !isFolded(fold(text(point))))).toEqual([]);
    fc.assert(
      fc.property(fc.oneof(mixed, fc.string({ unit: "binary" })), (each) => {
        expect(fold(fold(each))).toBe(fold(each));
      }),
      runs(8_000),
    );
  });

  it("makes one of both spellings of a letter with its marks", () => {
    const spelledTwice = ALL_POINTS.filter((point) => known.has(point) && text(point).normalize("NFD") !== text(point));
    expect(spelledTwice.length).toBeGreaterThan(10_000);
    expect(spelledTwice.filter((point) => fold(text(point).normalize("NFD")) !== fold(text(point)))).toEqual([]);
    const marked = fc
      .tuple(fc.constantFrom(...spelledTwice), fc.array(fc.constantFrom(...markPoints), { maxLength: 3 }))
      .map(([letter, above]) => text(letter, ...above));
    fc.assert(
      fc.property(fc.array(marked, { minLength: 1, maxLength: 4 }), (all) => {
        const each = all.join("");
        expect(fold(each.normalize("NFD"))).toBe(fold(each));
        expect(fold(each.normalize("NFC"))).toBe(fold(each));
      }),
      runs(4_000),
    );
  });

  it("leaves what is neither letter, mark nor digit as it is", () => {
    const others = ALL_POINTS.filter((point) => !known.has(point) && !unassigned.has(point));
    expect(others.length).toBeGreaterThan(5_000);
    expect(others.filter((point) => fold(text(point)) !== text(point)).map((point) => point.toString(16))).toEqual([]);
  });

  it.each([
    ["Straße", "STRASSE"],
    ["ΣΊΣΥΦΟΣ", "σίσυφος"],
    ["ẞ", "ss"],
    ["ﬃ", "FFI"],
    ["K", "k"],
    ["Ǆ", "ǅ"],
    ["Cafe\u0301", "CAFÉ"],
    ["ᾘ", "ἠι"],
    ["I", "ı"],
  ])("makes one of %j and %j", (a, b) => {
    expect(fold(a)).toBe(fold(b));
  });

  it.each([
    ["İ", "i"],
    ["é", "e"],
    ["１", "1"],
    ["²", "2"],
  ])("keeps %j and %j apart", (a, b) => {
    expect(fold(a)).not.toBe(fold(b));
  });
});

// ---- The key that words are found by.

describe("the tokens of a text", () => {
  const anyText = fc.oneof(mixed, fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));

  it("hold every word behind a space, and a space at the end, and nothing else", () => {
    fc.assert(
      fc.property(anyText, (each) => {
        const all = words(each);
        expect(tokens(each)).toBe(all.length === 0 ? " " : `${all.map((word) => ` ${word}`).join("")} `);
        expect(FullText.tokensOf(fold(each))).toBe(tokens(each));
        for (const word of all) {
          expect(word).not.toContain(" ");
          expect(fold(each)).toContain(word);
          expect(word).not.toBe("");
        }
      }),
      runs(2_500),
    );
  });

  it("hold a word exactly when the text has it, a beginning when a word begins so, and a phrase when its words are side by side", () => {
    const few = fc.array(fc.constantFrom<string[]>("a", "ab", "b", "10.1", "10", "é"), { maxLength: 6 });
    const startsAt = (all: readonly string[], phrase: readonly string[], at: number): boolean =>
      phrase.every((word, i) =>
        i === phrase.length - 1 ? (all[at + i] ?? "").startsWith(word) && at + i < all.length : all[at + i] === word,
      );
    fc.assert(
      fc.property(few, few, (all, phrase) => {
        const key = tokens(all.join(" "));
        for (const word of ["a", "ab", "b", "10.1", "10", "é"]) {
          expect(key.includes(` ${word} `)).toBe(all.includes(word));
          expect(key.includes(` ${word}`)).toBe(all.some((each) => each.startsWith(word)));
        }
        if (phrase.length === 0) return;
        expect(key.includes(` ${phrase.join(" ")}`)).toBe(all.some((_, at) => startsAt(all, phrase, at)));
      }),
      runs(2_500),
    );
  });

  it("of a word are the word, so that a stored word is found by itself", () => {
    fc.assert(
      fc.property(anyText, (each) => {
        for (const word of words(each)) expect(words(word)).toEqual([word]);
      }),
      runs(2_500),
    );
  });
});

// ---- Search.

describe("the search of a text", () => {
  const hits = (value: string, condition: string): boolean => {
    const query = compile(assets, `name: ${condition}`);
    if (!query.ok) throw new Error(`${condition} is refused`);
    return query.value.predicate({ name: value }, 0);
  };

  // The positive and the negative examples of qql-reference 1.3.
  it.each([
    ["10,125", '"10"', true],
    ["10,125", '"10,1"', true],
    ["10,125", '"125"', false],
    ["10.134", '"10"', true],
    ["10.134", '"13"', false],
    ["qualys.corp.com", '"qual"', true],
    ["qualys.corp.com", '"qualys.corp"', true],
    ["qualys.corp.com", '"corp"', false],
    ["qualys.corp.com", '"com"', false],
    ["102354.qualys", '"1023"', true],
    ["102354.qualys", '"qualy"', true],
    ["102354.qualys", '"354"', false],
    ["102354.qualys", '"lys"', false],
    ["Ensure IAM Password Policy is Enabled", '"ensure iam pass"', true],
    ["Ensure IAM Password Policy is Enabled", '"is enab"', true],
    ["Ensure IAM Password Policy is Enabled", '"ens password"', false],
    ["Ensure IAM Password Policy is Enabled", '"pass policy"', false],
    ["Ensure IAM Password Policy is Enabled", '"iam policy word"', false],
  ])("in %j, the phrase %s is found: %j", (value, condition, expected) => {
    expect(hits(value, condition)).toBe(expected);
  });

  it.each([
    ["'IS ENAB'", true],
    ['"password policy is"', true],
    ['"policy password"', false],
    ["policy password", true],
    ["pass policy", false],
    ["policy pass", true],
    ["enabled policy ens", true],
    ["enabled policy missing", false],
    ["policy policy", true],
    ["ensure*", true],
    ["pass*", false],
    ["*enabled", true],
    ["*password pol*", true],
    ["`Ensure IAM Password Policy is Enabled`", true],
    ["`ensure iam password policy IS enabled`", true],
    ["`Ensure`", false],
    ["[missing, policy]", true],
    ['[missing, "policy is"]', true],
  ])("in 'Ensure IAM Password Policy is Enabled', %s is found: %j", (condition, expected) => {
    expect(hits("Ensure IAM Password Policy is Enabled", condition)).toBe(expected);
  });

  it("doesn't take words of two elements of a repeated token together", () => {
    const query = compile(assets, 'notes: "windows server"');
    if (!query.ok) throw new Error("refused");
    const finds = (...notes: string[]): boolean => query.value.predicate({ name: "", notes }, 0);
    expect(finds("Windows 11", "Server 2022")).toBe(false);
    expect(finds("Office", "Windows Server 2022")).toBe(true);
  });

  it("takes identities as they are: whole, or by their beginning", () => {
    const finds = (condition: string): boolean => {
      const query = compile(assets, condition);
      if (!query.ok) throw new Error("refused");
      return query.value.predicate({ name: "", id: "0b1d7a52-6c0e-4c1b-9d56-0242ac130003" }, 0);
    };
    expect(["id: 0b1d", "0b1d7a52-6c0e", "`0B1D7A52-6C0E-4C1B-9D56-0242AC130003`"].map(finds)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["id: 6c0e", "6c0e", "`0b1d`", "4c1b-9d56"].map(finds)).toEqual([false, false, false, false]);
  });
});

// ---- What stored keys rely on.

describe("the tokenizer's version", () => {
  /**
   * Prose of many scripts, and every character of the table between letters, between digits and alone. If this fails, words
   * or folding mean something else than before: give `TOKENIZER_VERSION` a new number, and then write its digest here.
   */
  const corpus = [
    "Security Update for Windows Server 2022 (KB5034439), 10,125 assets; qualys.corp.com, 102354.qualys",
    "Die Straße ist naß. ΣΊΣΥΦΟΣ, Ὀδυσσεύς. Съешь же ещё этих мягких французских булок. İstanbul'da ışık",
    "东京タワーに行きました。 대한민국 12월. กรุงเทพมหานคร ພາສາລາວ ភាសាខ្មែរ မြန်မာ",
    "צה\"ל ר' דוד. السّلام عليكم ١٢٣٫٤. हिन्दी में लिखा. 👩‍💻 🇩🇪 1️⃣ Cafe\u0301 Ａｂｃ ﬃ x\u200dy",
    ...[...known].sort((a, b) => a - b).map((point) => `a${text(point)}b 1${text(point)}2 ${text(point)}`),
  ];

  it("names one meaning", () => {
    const digest = createHash("sha256").update(corpus.map(tokens).join("\n")).digest("hex");
    expect([FullText.TOKENIZER_VERSION, digest]).toEqual([2, DIGEST]);
  });

  it("stands for the table that the generator makes of Unicode's database", () => {
    const generator = fileURLToPath(new URL("../../../../tools/generate/word-break.mjs", import.meta.url));
    expect(spawnSync(process.execPath, [generator, "--check"], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  });
});

const DIGEST = "0b34c2f4d16eb6d416c4cd5e492ef6f5c697bb0ace12f60ce87607cf0e782713";
