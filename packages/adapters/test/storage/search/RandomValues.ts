/** The few values that documents and queries of the tests draw from, so that they meet often. */
import type * as Qql from "@fettle/qql";
import { one, type Pick, rarely, some } from "./Picks.ts";

export const NOW = Date.UTC(2024, 1, 29, 12);

const WORDS = [
  "security", "Remote", "code", "win", "Windows", "10.134", "2.1", "qualys.corp", "x", "É", "e\u0301", "straße", "STRASSE",
  "ΣΊΣΥΦΟΣ", "don't", "日本語", "ab", "abc", "abcd", "😀", "a😀b", "\u{10ffff}", "a\u{10ffff}", "\ud7ff", "\uffff", "%", "_", "a_c",
]; // biome-ignore format: a list
const JOINTS = [" ", " ", "-", ".", ", ", "; ", "  ", "%", "\\", "'", '"', "\0", "\t", "`"];
const KEYWORDS = [
  "KB2893294", "kb28", "CVE-2013-3900", "CVE-2024-3094", "a b", "", "*", "or", "%", "a%", "_", "a_c", "abc", "\\", "a\\b", "'",
  "a'; DROP TABLE x; --", 'q"\\', "\0", "a\0", "a\0b", "😀", "😀😀", "x\u{10ffff}", "\u{10ffff}", "\u{10ffff}\u{10ffff}", "\ud7ff",
  "\ue000", "\uffff", "GROSS", "groß", "x'00'", "NULL", "1", "1.0", "Ke\u0301y", "?", "?1", "@v0",
]; // biome-ignore format: a list
const NUMBERS = [-1, -0, 0, 0.5, 0.1, 3, 7.5, 80, 443, 1e-7, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 2 ** 63, 1e300, 5e-324];
const STRANGE_NUMBERS = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, Number.NaN];
const SIZES = [0, 512, 1_024, 1_536, 1_048_576, 1_073_741_824];
const INSTANTS = [
  "2023-12-31T23:59:59.999Z",
  "2024-01-01T00:00:00.000Z",
  "2024-01-01T08:30:00.000Z",
  "2024-01-02T00:00:00.000Z",
  "2024-01-29T12:00:00.000Z",
  "2024-02-29T12:00:00.000Z",
].map((text) => Date.parse(text));
const OFFSETS = [0, -86_400_000, 3_600_000, -30_000];
const VERSIONS = [
  "2",
  "2.1",
  "2.1.0",
  "2.1.10",
  "2.01",
  "2.1~rc1",
  "2.1rc2",
  "v2.2",
  "10.0.17763",
  "",
  "rc",
  "rcx",
  "-",
];
const ADDRESSES = ["10.1.2.3", "10.1.200.0", "10.2.0.1", "::ffff:10.1.2.3", "fe80::1", "FE80::0:1", "::", "none"];
const UUIDS = ["0b1d7a52-6c0e-4b3a-9d6e-1f2a3b4c5d6e", "0B1D7A52-7777-4b3a-9d6e-1f2a3b4c5d6e", "ffffffff-0000"];

const prose = (pick: Pick): string =>
  some(pick, 0, 4, () => one(pick, WORDS) + one(pick, JOINTS))
    .join("")
    .slice(0, rarely(pick, 3) ? undefined : -1);

/** Half a character at the end is none that people write. */
const whole = (text: string): string => text.replace(/[\ud800-\udfff]/gu, "");

/** A value of a token, as documents have it. */
export function valueFor(pick: Pick, token: Qql.Catalog.Token): unknown {
  switch (token.type) {
    case "text":
      return whole(rarely(pick, 4) ? one(pick, KEYWORDS) : prose(pick));
    case "keyword":
      return one(pick, KEYWORDS);
    case "enum":
      return one(pick, token.values);
    case "number":
      return one(pick, rarely(pick, 8) ? STRANGE_NUMBERS : NUMBERS);
    case "size":
      return one(pick, SIZES);
    case "date":
      return one(pick, INSTANTS) + one(pick, OFFSETS);
    case "boolean":
      return rarely(pick, 2);
    case "version":
      return one(pick, VERSIONS);
    case "ip":
      return one(pick, ADDRESSES);
    case "uuid":
      return one(pick, UUIDS);
  }
}

/** What is no value of most tokens. */
export const strangeValue = (pick: Pick): unknown =>
  one(pick, [0, 1, true, "", "x", "2.1", {}, [], ["x"], { length: 1 }, Number.NaN, "Ready"]);

const DATES = [
  "2023",
  "2024",
  "2024-01",
  "2024-01-01",
  "2024-01-01T08:30",
  "now",
  "now-1d",
  "now-1M",
  "now+1h",
  "now-2w",
];
const PREFIXES = ["2*", "2.1*", "10.0*", "2.1rc*", "v2*", "rc*"];
const BLOCKS = ["10.1.0.0/16", "10.0.0.0/8", "fe80::/10", "::/0", "0.0.0.0/0", "10.1.*", "10.1.2.3/32"];
const SIZE_TEXTS = ["0", "512 b", "1KB", "1.5 kb", "1 MB", "1GiB"];

const phrase = (text: string): string => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
const exact = (text: string): string => (text.includes("`") ? phrase(text) : `\`${text}\``);
const isBare = (text: string): boolean =>
  /^[^\s()[\]:=<>,.`"'“”„‘’*\0]+( [^\s()[\]:=<>,.`"'“”„‘’*\0]+)*$/.test(text) &&
  !/(^| )(and|or|not|null|is)( |$)/i.test(text);

function starred(pick: Pick, text: string): string {
  const points = [...text];
  const from = pick(points.length + 1);
  const part = points
    .slice(from, from + 1 + pick(5))
    .join("")
    .trim();
  return isBare(part) ? one(pick, [`${part}*`, `*${part}`, `*${part}*`]) : phrase(text);
}

/** A value of a token, as queries write it. */
export function literalOf(pick: Pick, token: Qql.Catalog.Token): string {
  switch (token.type) {
    case "text":
    case "keyword": {
      const text = String(valueFor(pick, token));
      if (rarely(pick, 3) && token.type === "text") return one(pick, WORDS.filter(isBare));
      return one(pick, [phrase, exact, (each: string) => starred(pick, each)])(text);
    }
    case "enum": {
      const text = one(pick, token.values);
      return rarely(pick, 3) && isBare(text.slice(0, 1)) ? `${text.slice(0, 1)}*` : phrase(text.toUpperCase());
    }
    case "number":
      return String(one(pick, NUMBERS) + 0);
    case "size":
      return one(pick, SIZE_TEXTS);
    case "date":
      return phrase(one(pick, DATES));
    case "boolean":
      return one(pick, ["true", "FALSE"]);
    case "version":
      return rarely(pick, 3) ? one(pick, PREFIXES) : phrase(one(pick, VERSIONS));
    case "ip":
      return rarely(pick, 2) ? one(pick, BLOCKS) : phrase(one(pick, ADDRESSES));
    case "uuid":
      return one(pick, ["0b1d7a52", "0B1D7A52-7*", "0b1d7a52-6c0e-4b3a-9d6e-1f2a3b4c5d6e", "f"]);
  }
}

/** Text without a token. */
export const searchText = (pick: Pick): string =>
  rarely(pick, 3)
    ? exact(one(pick, KEYWORDS))
    : rarely(pick, 2)
      ? phrase(prose(pick))
      : one(pick, [...WORDS, "Ready", "0b1d7a52", "kb28"].filter(isBare));

/** Any text at all, for tests that no query's text comes to. */
export const anyText = (pick: Pick): string => {
  const text = rarely(pick, 2) ? one(pick, KEYWORDS) : prose(pick);
  const points = [...text];
  const from = pick(points.length + 1);
  return rarely(pick, 2) ? text : points.slice(from, from + pick(4)).join("");
};
