/**
 * QQL: text to typed query to meaning. `compile` a text over a catalogue, then `matches` documents; the modules behind
 * them are exported by name for editors, storage adapters and tools, one concept each.
 */
export * as Ast from "./Ast.ts";
export * as Canonical from "./Canonical.ts";
export * as Catalog from "./Catalog.ts";
export * as CatalogJson from "./CatalogJson.ts";
export * as Checked from "./Checked.ts";
export * as Checker from "./Checker.ts";
export * as Combine from "./Combine.ts";
export * as Completion from "./Completion.ts";
export * as Cost from "./Cost.ts";
export * as Cut from "./Cut.ts";
export * as DeadCondition from "./DeadCondition.ts";
export * as Dependencies from "./Dependencies.ts";
export * as Diagnostic from "./Diagnostic.ts";
export * as Explain from "./Explain.ts";
export * as FullText from "./FullText.ts";
export * as Highlight from "./Highlight.ts";
export * as IpAddress from "./IpAddress.ts";
export * as Key from "./Key.ts";
export * as Limits from "./Limits.ts";
export * as Matcher from "./Matcher.ts";
export * as Message from "./Message.ts";
export * as Moment from "./Moment.ts";
export * as Parser from "./Parser.ts";
export * as Predicate from "./Predicate.ts";
export * as Printer from "./Printer.ts";
export { canonical, compile, type Inspection, inspect, matches, type Query } from "./Query.ts";
export * as QueryIndex from "./QueryIndex.ts";
export * as Rendering from "./Rendering.ts";
export type { Result } from "./Result.ts";
export * as Simplify from "./Simplify.ts";
export * as Span from "./Span.ts";
export * as Value from "./Value.ts";
export * as Version from "./Version.ts";
