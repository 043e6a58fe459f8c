/**
 * What a query means, said a second time and naively, straight from the parsed tree: no checker, no closures, no code
 * of the package but its types. Slow on purpose.
 */
import type { Ast, Catalog } from "../src/index.ts";

type Document = Record<string, unknown>;

export function selects(definitions: Catalog.Definitions, ast: Ast.Expr, document: Document): boolean {
  if (ast._tag === "And") return ast.operands.reduce((sum, each) => sum && selects(definitions, each, document), true);
  if (ast._tag === "Or") return ast.operands.reduce((sum, each) => sum || selects(definitions, each, document), false);
  if (ast._tag === "Not") return !selects(definitions, ast.operand, document);
  const [name, definition] = find(definitions, ast.name.text);
  const held = document[name];
  const elements: unknown[] = held === null || held === undefined ? [] : [held].flat();
  if (ast._tag === "IsNull") return ast.negated ? elements.length > 0 : elements.length === 0;
  if (ast._tag === "Compare") return elements.some((each) => isOrdered(definition, each, ast.operator, ast.value.text));
  const literals = ast._tag === "Match" ? [ast.value] : ast.values;
  return literals.some((literal) => elements.some((each) => answers(definition, each, literal)));
}

function find(definitions: Catalog.Definitions, name: string): [string, Catalog.Definition] {
  const wanted = name.toUpperCase();
  for (const [key, definition] of Object.entries(definitions)) {
    const names = [key, ...(definition.aliases ?? [])].map((each) => each.toUpperCase());
    if (names.includes(wanted)) return [key, definition];
  }
  throw new Error(`the oracle knows no token ${name}`);
}

function answers(definition: Catalog.Definition, held: unknown, literal: Ast.Literal): boolean {
  const starred = literal._tag === "Bare" && literal.text.endsWith("*");
  const asked = starred ? literal.text.slice(0, -1) : literal.text;
  const text = String(held);
  switch (definition.type) {
    case "keyword":
      return starred ? text.slice(0, asked.length) === asked : text === asked;
    case "enum": {
      const upper = text.toUpperCase();
      return starred ? upper.slice(0, asked.length) === asked.toUpperCase() : upper === asked.toUpperCase();
    }
    case "boolean":
      return text === asked.toLowerCase();
    case "number":
      return held === Number.parseFloat(asked);
    case "date":
      return bounds(asked)[0] <= Number(held) && Number(held) <= bounds(asked)[1];
    case "text":
      if (literal._tag === "Exact") return text === asked;
      return literal._tag === "Phrase"
        ? hasPhrase(wordsOf(text), wordsOf(asked))
        : hasAll(wordsOf(text), wordsOf(asked));
  }
}

function isOrdered(definition: Catalog.Definition, held: unknown, operator: Ast.Ordering, asked: string): boolean {
  const [first, last] =
    definition.type === "date" ? bounds(asked) : [Number.parseFloat(asked), Number.parseFloat(asked)];
  const value = Number(held);
  if (operator === "<") return value < first;
  if (operator === "<=") return value <= last;
  return operator === ">" ? value > last : value >= first;
}

/** First and last millisecond of a date as the engine's own ISO reader sees it. */
function bounds(asked: string): [number, number] {
  if (!asked.includes("T")) return [Date.parse(`${asked}T00:00:00.000Z`), Date.parse(`${asked}T23:59:59.999Z`)];
  const offset = asked.replace(/([+-]\d\d)(\d\d)$/, "$1:$2");
  const at = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(offset) ? offset : `${offset}Z`);
  return [at, at];
}

function hasAll(held: string[], asked: string[]): boolean {
  const last = asked.at(-1) ?? "";
  const whole = new Set(asked.slice(0, -1));
  return [...whole].every((word) => held.includes(word)) && held.filter((word) => word.indexOf(last) === 0).length > 0;
}

function hasPhrase(held: string[], asked: string[]): boolean {
  // A space closes every asked word but the last, so that only the last can be a beginning.
  const text = ` ${held.join(" ")} `;
  return text.includes(` ${asked.join(" ")}`);
}

/** Words by looking at each character between its neighbours. */
export function wordsOf(text: string): string[] {
  const characters = Array.from(text.toLowerCase().normalize("NFC"));
  const kind = (at: number): "letter" | "digit" | "other" => {
    const character = characters[at] ?? "";
    if (/\p{Nd}/u.test(character)) return "digit";
    return /[\p{L}\p{M}]/u.test(character) ? "letter" : "other";
  };
  let line = "";
  characters.forEach((character, at) => {
    const around = kind(at - 1) === kind(at + 1) ? kind(at - 1) : "other";
    const joins = (character === "." && around !== "other") || (character === "," && around === "digit");
    line += kind(at) !== "other" || joins ? character : " ";
  });
  return line.split(" ").filter((word) => word !== "");
}
