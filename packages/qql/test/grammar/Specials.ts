/** The special sequences of grammar.ebnf, each by the end of its words: what they take, and samples for sentences. */

/** One special sequence. */
export interface Special {
  /** Where it ends that begins at a place of a text, in a symbol that begins at `start`; null if it isn't there. */
  readonly end: (text: string, at: number, start: number) => number | null;
  /** Texts that it takes. */
  readonly samples: readonly string[];
}

/** The code point at a place, as a text; empty at the end. */
const characterAt = (text: string, at: number): string => String.fromCodePoint(...codesAt(text, at));

const codesAt = (text: string, at: number): readonly number[] => {
  const code = text.codePointAt(at);
  return code === undefined ? [] : [code];
};

const character = (is: RegExp, samples: readonly string[]): Special => ({
  end: (text, at) => {
    const found = characterAt(text, at);
    return found !== "" && is.test(found) ? at + found.length : null;
  },
  samples,
});

const place = (is: (text: string, at: number, start: number) => boolean): Special => ({
  end: (text, at, start) => (is(text, at, start) ? at : null),
  samples: [""],
});

/** Ordinary characters, then those that are syntax somewhere, and some that mislead. */
const CHARACTERS = [
  ..."xaeBF019-*_/\\!?;+~&|%{}#@$^éßİſ中ع",
  "\u0301",
  "👍",
  "\u200d",
  "\u2019",
  "\ufffd",
  ...`()[]:=<>,."'\`“”„‘`,
  ..." \t\n\u00a0",
];

const BLANKS = [..." \t\n\r\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\ufeff"];

/** By their words in the file. */
export const specials: ReadonlyMap<string, Special> = new Map([
  [
    "a Unicode character that is no control character, or a tab, line feed or carriage return",
    character(/^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])$/u, CHARACTERS),
  ],
  [
    "a tab, line feed, carriage return, a character of Unicode's category Zs (space, no-break space …), or " +
      "U+2028, U+2029 or U+FEFF",
    character(/^(?:[\t\n\r\u2028\u2029\ufeff]|\p{Zs})$/u, BLANKS),
  ],
  ["no dot stands at this place", place((text, at) => text[at] !== ".")],
  ["at most 40 characters of the word stand before this place", place((_, at, start) => at - start <= 40)],
]);
