/**
 * QQL: text to typed query to meaning. `compile` a text over a catalogue, then `matches` documents; the modules behind
 * them are exported by name for editors, storage adapters and tools.
 */
export * as Ast from "./Ast.ts";
export * as Canonical from "./Canonical.ts";
export * as Catalog from "./Catalog.ts";
export * as Checked from "./Checked.ts";
export * as Checker from "./Checker.ts";
export * as Diagnostic from "./Diagnostic.ts";
export * as FullText from "./FullText.ts";
export * as Lexer from "./Lexer.ts";
export * as Limits from "./Limits.ts";
export * as Matcher from "./Matcher.ts";
export * as Parser from "./Parser.ts";
export * as Printer from "./Printer.ts";
export { canonical, compile, matches, type Query } from "./Query.ts";
export type { Result } from "./Result.ts";
export * as Span from "./Span.ts";
export * as Token from "./Token.ts";
export * as Value from "./Value.ts";
