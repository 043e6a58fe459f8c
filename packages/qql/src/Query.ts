/**
 * The front door: text to a query that can be matched, printed and hashed.
 *
 * Law: for one catalogue, two texts with the same canonical form match the same documents.
 */
import type * as Ast from "./Ast.ts";
import * as Canonical from "./Canonical.ts";
import type * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";
import * as Checker from "./Checker.ts";
import type * as Diagnostic from "./Diagnostic.ts";
import * as Limits from "./Limits.ts";
import * as Matcher from "./Matcher.ts";
import * as Parser from "./Parser.ts";
import * as Result from "./Result.ts";

/** A sound query over documents of type `Document`. */
export interface Query<Document> {
  /** As the author wrote it. */
  readonly text: string;
  /** What it says; spans point into `text`. */
  readonly ast: Ast.Expr;
  /** What it means in the catalogue it was compiled with. */
  readonly checked: Checked.Checked;
  /** True for the documents it selects. */
  readonly predicate: (document: Document) => boolean;
}

/**
 * Compiles a query over a catalogue. Pure, and never throws whatever the text.
 *
 * Errors: diagnostics of the first stage that refuses it (lexer, parser, checker); at least one, each with a code,
 * message, span and hint.
 *
 * @example
 * const query = compile(patches, "category: security and vendorSeverity: [Critical, Important]");
 * if (query.ok) all.filter(query.value.predicate);
 */
export function compile<D extends Catalog.Definitions>(
  catalog: Catalog.Catalog<D>,
  text: string,
  limits: Limits.Limits = Limits.defaults,
): Result.Result<Query<Catalog.DocumentOf<D>>, readonly Diagnostic.Diagnostic[]> {
  const parsed = Parser.parse(text, limits);
  if (!parsed.ok) return parsed;
  const checked = Checker.check(catalog, parsed.value, limits);
  if (!checked.ok) return checked;
  const predicate = Matcher.compile(checked.value) as (document: Catalog.DocumentOf<D>) => boolean;
  return Result.ok({ text, ast: parsed.value, checked: checked.value, predicate });
}

/** True if the query selects the document. */
export const matches = <Document>(query: Query<Document>, document: NoInfer<Document>): boolean =>
  query.predicate(document);

/**
 * The one text of all spellings of this query, an input of plan hashes (beside `FullText.TOKENIZER_VERSION`).
 *
 * @example
 * canonical(query); // 'VENDORSEVERITY = "critical"' → "vendorSeverity: Critical"
 */
export const canonical = (query: Pick<Query<never>, "checked">): string => Canonical.print(query.checked);
