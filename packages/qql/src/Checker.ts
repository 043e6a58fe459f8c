/**
 * Ast to Checked: looks up token names, reads values by their token's type, says what cannot be meant and what can
 * hardly be meant.
 *
 * Invariants: never throws; goes on behind a faulty condition, so that all faults are reported at once (up to
 * `Limits.diagnostics`); recursion is bounded by the depth of the Ast.
 */
import type * as Ast from "./Ast.ts";
import * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";
import * as DeadCondition from "./DeadCondition.ts";
import * as Diagnostic from "./Diagnostic.ts";
import * as FullText from "./FullText.ts";
import * as Limits from "./Limits.ts";
import { nearest } from "./Nearest.ts";
import type * as Span from "./Span.ts";
import * as Value from "./Value.ts";

/** What checking comes to. */
export interface Outcome {
  /** Null when there are errors. */
  readonly checked: Checked.Checked | null;
  /** Errors and warnings, in the order of the text. */
  readonly diagnostics: readonly Diagnostic.Diagnostic[];
}

interface Context {
  readonly catalog: Catalog.Catalog;
  /** The group of the Nested around. */
  readonly within: Catalog.Group | null;
  readonly diagnostics: Diagnostic.Diagnostic[];
  readonly max: number;
}

/**
 * Checks a parsed query against a catalogue.
 *
 * Errors: unknown tokens and enum values, values their token's type cannot have, operators it does not know. Warnings:
 * conditions that never or always hold, deprecated tokens, search text that looks like a condition. A `Broken` part has
 * been reported by the parser and makes no diagnostic here.
 */
export function check(catalog: Catalog.Catalog, ast: Ast.Expr, limits: Limits.Limits = Limits.defaults): Outcome {
  const context: Context = { catalog, within: null, diagnostics: [], max: limits.diagnostics };
  const checked = checkExpr(context, ast);
  const found = context.diagnostics;
  if (checked !== null) found.push(...DeadCondition.find(checked).slice(0, limits.diagnostics - found.length));
  return { checked, diagnostics: found.sort((a, b) => a.start - b.start) };
}

function checkExpr(context: Context, ast: Ast.Expr): Checked.Checked | null {
  // Looking for near spellings is the dear part of a faulty query: none once nothing can be reported.
  if (context.diagnostics.length >= context.max) return null;
  const { start, end } = ast;
  switch (ast._tag) {
    case "And":
    case "Or": {
      const operands = ast.operands.flatMap((operand) => checkExpr(context, operand) ?? []);
      return operands.length < ast.operands.length ? null : { _tag: ast._tag, start, end, operands };
    }
    case "Not": {
      const operand = checkExpr(context, ast.operand);
      return operand === null ? null : { _tag: "Not", start, end, operand };
    }
    case "Nested":
      return checkNested(context, ast);
    case "Search":
      return checkSearch(context, ast);
    case "Broken":
      return null;
    default:
      return checkCondition(context, ast);
  }
}

function checkNested(context: Context, { start, end, name, operand }: Ast.Nested): Checked.Checked | null {
  const { within } = context;
  const group = entryOf(context, name);
  if (group === null) return null;
  if (group.type !== "group") {
    return fail(context, "not-a-group", name, { name: Catalog.nameWithin(group, within) });
  }
  const checked = checkExpr({ ...context, within: group }, operand);
  return checked === null ? null : { _tag: "Nested", start, end, group, within, operand: checked };
}

function checkCondition(context: Context, ast: Exclude<Ast.Condition, Ast.Search>): Checked.Leaf | null {
  const { start, end, name } = ast;
  const { within } = context;
  const token = entryOf(context, name);
  if (token === null) return null;
  if (ast._tag === "IsNull" || (ast._tag === "Match" && isPresence(ast.value))) {
    if (token.type !== "group" && !isOperatorAllowed(context, token, "null", ast)) return null;
    return { _tag: "IsNull", start, end, token, within, isNegated: ast._tag === "Match" || ast.isNegated };
  }
  if (token.type === "group") return groupWithoutParentheses(context, token, ast);
  if (!isOperatorAllowed(context, token, OPERATOR[ast._tag], ast)) return null;
  const shared = { start, end, token, within };
  switch (ast._tag) {
    case "Match":
    case "AnyOf": {
      const values = valuesOf(context, token, ast._tag === "Match" ? [ast.value] : ast.values);
      return values === null ? null : { _tag: "AnyOf", ...shared, values };
    }
    case "Compare": {
      const [value] = orderedOf(context, token, [ast.value]);
      return value === undefined ? null : { _tag: "Order", ...shared, operator: ast.operator, value };
    }
    case "Range": {
      const [from, to] = orderedOf(context, token, [ast.from, ast.to]);
      if (from === undefined || to === undefined) return null;
      return { _tag: "Range", ...shared, from, to, isInclusive: ast.isInclusive };
    }
  }
}

const OPERATOR: { readonly [T in "Match" | "AnyOf" | "Compare" | "Range"]: Catalog.Operator } = {
  Match: "equals",
  AnyOf: "list",
  Compare: "order",
  Range: "range",
};

/** `name: *`: there is a value. */
const isPresence = ({ _tag, text }: Ast.Literal): boolean => _tag === "Bare" && text === "*";

/** Values of a token whose type has an order, which whoever calls has checked; none if one was faulty. */
const orderedOf = (
  context: Context,
  token: Catalog.Token,
  literals: readonly Ast.Literal[],
): readonly Value.Ordered[] => valuesOf(context, token, literals)?.filter(Value.isOrdered) ?? [];

/** Reads all of them, so that every fault is reported; null if there was one. */
function valuesOf(
  context: Context,
  token: Catalog.Token,
  literals: readonly Ast.Literal[],
): readonly Value.Value[] | null {
  const values: Value.Value[] = [];
  let isSound = true;
  for (const literal of literals) {
    const found = Value.read(token, literal);
    if (found.ok) for (const value of found.value) values.push(value);
    else {
      report(context, found.error.at(literal));
      isSound = false;
    }
  }
  return isSound ? values : null;
}

function checkSearch(context: Context, { start, end, value }: Ast.Search): Checked.Search | null {
  const { catalog, within } = context;
  const found = Value.readSearch(value);
  if (!found.ok) return refuse(context, found.error.at(value));
  const tokens = Catalog.tokensIn(catalog, within).filter((token) => token.isSearchable);
  if (tokens.length === 0) return fail(context, "nothing-to-search", value, Diagnostic.none);
  const [word = ""] = value._tag === "Bare" ? value.text.split(" ", 1) : [];
  if (value.text.length > word.length && Catalog.find(catalog, word, within) !== undefined) {
    report(context, Diagnostic.warning("looks-like-token", value, { name: word }));
  }
  return { _tag: "Search", start, end, within, value: found.value, text: FullText.fold(value.text), tokens };
}

function entryOf(context: Context, name: Ast.Name): Catalog.Entry | null {
  const entry = Catalog.find(context.catalog, name.text, context.within);
  if (entry === undefined) return unknownToken(context, name);
  if (entry.deprecated !== null) {
    report(context, Diagnostic.warning("deprecated-token", name, { instead: entry.deprecated }));
  }
  return entry;
}

function unknownToken({ catalog, within, ...findings }: Context, at: Ast.Name): null {
  const prefix = within === null ? "" : `${within.name}.`;
  const known = [...catalog.entryByFolded.keys()].filter((each) => each.startsWith(prefix.toLowerCase()));
  const near = nearest(
    at.text,
    known.map((each) => each.slice(prefix.length)),
  );
  return fail(findings, "unknown-token", at, {
    group: within?.name ?? null,
    near: near === null ? null : (Catalog.find(catalog, near, within)?.name.slice(prefix.length) ?? null),
    outside: within === null ? null : (Catalog.find(catalog, at.text)?.name ?? null),
    names: Catalog.tokensIn(catalog, within).map(({ name }) => name.slice(prefix.length)),
  });
}

function groupWithoutParentheses(context: Context, group: Catalog.Group, at: Span.Span): null {
  const [first] = Catalog.tokensIn(context.catalog, group);
  return fail(context, "group-without-parentheses", at, {
    name: Catalog.nameWithin(group, context.within),
    child: first === undefined ? "token" : Catalog.nameWithin(first, group),
    example: first?.example ?? "value",
  });
}

function isOperatorAllowed(
  context: Context,
  token: Catalog.Token,
  operator: Catalog.Operator,
  ast: Exclude<Ast.Condition, Ast.Search>,
): boolean {
  if (Catalog.isAllowed(token, operator)) return true;
  const { operators: allowed, example } = token;
  const name = Catalog.nameWithin(token, context.within);
  const at = { start: ast.name.end, end: ast.end };
  fail(context, "operator-not-allowed", at, { name, operator, allowed, example });
  return false;
}

type Findings = Pick<Context, "diagnostics" | "max">;

/** Warnings keep a place for an error: what stops the checking is never a warning. */
function report({ diagnostics, max }: Findings, diagnostic: Diagnostic.Diagnostic): void {
  if (diagnostics.length < max - Number(diagnostic.severity === "warning")) diagnostics.push(diagnostic);
}

/** Reports, and gives the null that stands for a faulty part. */
function refuse(findings: Findings, diagnostic: Diagnostic.Diagnostic): null {
  report(findings, diagnostic);
  return null;
}

const fail = <C extends Diagnostic.ErrorCode>(
  findings: Findings,
  code: C,
  at: Span.Span,
  details: Diagnostic.Details[C],
): null => refuse(findings, Diagnostic.error(code, at, details));
