/**
 * The front door: text to a query that can be matched, printed, hashed and explained.
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
import * as Message from "./Message.ts";
import * as Parser from "./Parser.ts";
import * as Result from "./Result.ts";
import * as StrayValue from "./StrayValue.ts";

/** A text as it was read and checked, sound or not: what an editor shows. */
export interface Inspection {
  readonly text: string;
  /** What could be read of it; without errors, all of it. Spans point into `text`. */
  readonly ast: Ast.Expr;
  /** What it means in the catalogue; null when there are errors. */
  readonly checked: Checked.Checked | null;
  /** Errors and warnings, each with its words, in the order of the text. */
  readonly diagnostics: readonly Message.Told[];
}

/** A sound query over documents of type `Document`. */
export interface Query<Document> {
  /** As the author wrote it. */
  readonly text: string;
  /** What it says; spans point into `text`. */
  readonly ast: Ast.Expr;
  /** What it means in the catalogue it was compiled with. */
  readonly checked: Checked.Checked;
  /** What its author should look at again; no errors among them. */
  readonly warnings: readonly Message.Told[];
  /** True for the documents it selects; `now` in milliseconds since 1970, for relative dates. */
  readonly predicate: Matcher.Matcher<Document>;
}

/** Reads and checks a text, and tells everything about it at once. Pure, and never throws whatever the text. */
export function inspect(catalog: Catalog.Catalog, text: string, limits: Limits.Limits = Limits.defaults): Inspection {
  const { ast, diagnostics: read } = Parser.parse(text, limits);
  const { checked, diagnostics: meant } = Checker.check(catalog, ast, limits);
  // Where the parser stumbled, pieces of conditions look like text to search for.
  const isMeant = ({ code }: Diagnostic.Diagnostic): boolean => code !== "looks-like-token" || read.length === 0;
  const stray = checked === null || read.length > 0 ? [] : StrayValue.find(text, checked);
  if (read.length + meant.length + stray.length === 0) return { text, ast, checked, diagnostics: NOTHING };
  const found = [...read, ...meant.filter(isMeant), ...stray];
  // Where not all can be told, errors go before warnings.
  const told = [...found.filter(isError), ...found.filter((each) => !isError(each))].slice(0, limits.diagnostics);
  return {
    text,
    ast,
    checked: found.some(isError) ? null : checked,
    diagnostics: Message.tell(
      text,
      told.sort((a, b) => a.start - b.start),
    ),
  };
}

/** What most texts are told: searches read each anew, so none is made for it. */
const NOTHING: readonly Message.Told[] = [];

const isError = ({ severity }: Diagnostic.Diagnostic): boolean => severity === "error";

/**
 * Compiles a query over a catalogue. Pure, and never throws whatever the text.
 *
 * Errors: all diagnostics of the text, errors and warnings, each with its words; at least one is an error.
 *
 * @example
 * const query = compile(patches, "category: security and vendorSeverity: [Critical, Important]");
 * if (query.ok) all.filter((patch) => query.value.predicate(patch, Date.now()));
 */
export function compile<D extends Catalog.Definitions>(
  catalog: Catalog.Catalog<D>,
  text: string,
  limits: Limits.Limits = Limits.defaults,
): Result.Result<Query<Catalog.DocumentOf<D>>, readonly Message.Told[]> {
  const { ast, checked, diagnostics } = inspect(catalog, text, limits);
  if (checked === null) return Result.err(diagnostics);
  const predicate = Matcher.compile(checked) as Matcher.Matcher<Catalog.DocumentOf<D>>;
  return Result.ok({ text, ast, checked, warnings: diagnostics, predicate });
}

/** True if the query selects the document at an instant (milliseconds since 1970). */
export const matches = <Document>(query: Query<Document>, document: NoInfer<Document>, now: number): boolean =>
  query.predicate(document, now);

/**
 * The one text of all spellings of this query, an input of plan hashes (beside `FullText.TOKENIZER_VERSION`).
 *
 * @example
 * canonical(query); // 'VENDORSEVERITY = "critical"' → "vendorSeverity: Critical"
 */
export const canonical = (query: Pick<Query<never>, "checked">): string => Canonical.print(query.checked);
