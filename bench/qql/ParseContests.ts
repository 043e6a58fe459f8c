/** The contests of parsing: our parser against another one on short queries, and long texts against short ones. */
import { type Limits, Parser } from "@fettle/qql";
import type { Contest } from "../Entry.ts";
import { longQuery } from "./Long.ts";
import { nanosecondsPerByte, type Parse, queriesPerSecond } from "./Parsing.ts";
import { QUERIES } from "./Queries.ts";

const QUERY_MILLISECONDS = 8;

/** Our parser on `texts` against another one on the same queries as it spells them. */
export const againstParser = (texts: readonly string[], parse: Parse, translated: readonly string[]): Contest => ({
  ours: () => queriesPerSecond(texts, (text) => Parser.parse(text), QUERY_MILLISECONDS),
  peer: () => queriesPerSecond(translated, parse, QUERY_MILLISECONDS),
});

/** A byte of one long query against a byte of the short ones. */
export const againstShort = (characters: number, limits: Limits.Limits, milliseconds: number): Contest => {
  const long = longQuery(characters);
  const short = QUERIES.map(({ text }) => text);
  for (const text of [long, ...short]) {
    if (Parser.parse(text, limits).diagnostics.length > 0) throw new Error(`not sound: ${text.slice(0, 100)}`);
  }
  return {
    ours: () => nanosecondsPerByte([long], (text) => Parser.parse(text, limits), milliseconds),
    peer: () => nanosecondsPerByte(short, (text) => Parser.parse(text), milliseconds),
  };
};
