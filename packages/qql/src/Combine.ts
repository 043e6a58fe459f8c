/**
 * Several queries as one, without gluing texts together: a job's query and an owner's scope, a saved search and what was
 * typed into the box. What one says can't leak into another: parentheses and quotes stay its own.
 *
 * Queries that keep a limit each may pass it together, by their conditions, their length (in the printer's spelling) or the
 * parentheses around one. Then `diagnostics` says so, as of any text, and `ast` is broken: look before the text is stored.
 */
import type * as Ast from "./Ast.ts";
import * as Limits from "./Limits.ts";
import * as Parser from "./Parser.ts";
import * as Printer from "./Printer.ts";

/** At least one query, each without errors. */
export type Queries = readonly [Ast.Expr, ...(readonly Ast.Expr[])];

/**
 * What fulfils all of them, with its own text and spans.
 *
 * @example
 * Combine.and([parse("a: 1 or b: 2").ast, parse("c: 3").ast]).text; // "(a: 1 OR b: 2) AND c: 3"
 */
export const and = (queries: Queries, limits: Limits.Limits = Limits.defaults): Parser.Parsed =>
  join("And", queries, limits);

/** What fulfils any of them, with its own text and spans. */
export const or = (queries: Queries, limits: Limits.Limits = Limits.defaults): Parser.Parsed =>
  join("Or", queries, limits);

function join(_tag: "And" | "Or", queries: Queries, limits: Limits.Limits): Parser.Parsed {
  const operands = queries.flatMap((query) => (query._tag === _tag ? query.operands : [query]));
  const [only] = operands;
  const joined = operands.length === 1 && only !== undefined ? only : ({ _tag, start: 0, end: 0, operands } as const);
  return Parser.parse(Printer.print(joined), limits);
}
