/** grammar.ebnf, read; whether it derives a text, and sentences of it. */
import { readFileSync } from "node:fs";
import type { Pick } from "../Picks.ts";
import { type Rule, read } from "./Ebnf.ts";
import { recognizer } from "./Recognizer.ts";
import { sentences } from "./Sentences.ts";
import { specials } from "./Specials.ts";

export const grammar = read(readFileSync(new URL("../../grammar.ebnf", import.meta.url), "utf8"));

/** Where every query begins. */
export const QUERY = "query";

const query: Rule = { _tag: "Name", text: QUERY };
const { derives } = recognizer(grammar, specials);

/** True if the grammar derives all of the text. */
export const isQuery = (text: string): boolean => derives(query, text);

const generate = sentences(grammar, { specials, symbols: new Map() });

/** A query that the grammar derives. */
export const sentence = (pick: Pick): string => generate(QUERY, pick);
