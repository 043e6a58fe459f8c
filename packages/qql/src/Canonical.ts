/**
 * Checked to text: one spelling for all spellings of the same conditions, fit to be hashed. Canonical token names and
 * enum values, folded search words, dates in UTC, list members sorted and without repeats, single spaces, minimal
 * parentheses. The order of AND and OR operands is the author's: only spelling is evened out, not logic.
 *
 * Law: the canonical text of a canonical text is itself, and means the same.
 */
import * as Ast from "./Ast.ts";
import type * as Checked from "./Checked.ts";
import * as Printer from "./Printer.ts";
import * as Span from "./Span.ts";
import { isReserved } from "./Token.ts";
import * as Value from "./Value.ts";

/** The canonical text of a checked query. */
export const print = (checked: Checked.Checked): string => Printer.print(toAst(checked));

const NOWHERE = /* @__PURE__ */ Span.make(0, 0);

/** A word that is itself without quotes, in a list too. */
const PLAIN = /^[\p{L}\p{M}\p{Nd}_](?:[\p{L}\p{M}\p{Nd}_@#+/-]|\.(?!\.))*$/u;

function toAst(checked: Checked.Checked): Ast.Expr {
  switch (checked._tag) {
    case "And":
      return Ast.and(checked.operands.map(toAst), NOWHERE);
    case "Or":
      return Ast.or(checked.operands.map(toAst), NOWHERE);
    case "Not":
      return Ast.not(toAst(checked.operand), NOWHERE);
    default:
      return leafToAst(checked);
  }
}

function leafToAst(leaf: Checked.Leaf): Ast.Expr {
  const name: Ast.Name = { text: leaf.token.name, span: NOWHERE };
  switch (leaf._tag) {
    case "Text":
      return members(name, leaf.values.map(text));
    case "Keyword":
      return members(name, leaf.values.map(keyword));
    case "Enum":
      return members(name, leaf.values.map(whole));
    case "Number":
      return members(name, leaf.values.map(bareOf));
    case "Date":
      return members(name, leaf.values.map(date));
    case "Boolean":
      return members(name, leaf.values.map(bareOf));
    case "NumberOrder":
      return Ast.compare(name, leaf.operator, bareOf(leaf.value), NOWHERE);
    case "DateOrder":
      return Ast.compare(name, leaf.operator, date(leaf.value), NOWHERE);
    case "IsNull":
      return Ast.isNull(name, leaf.negated, NOWHERE);
  }
}

/** A list of one is that one; otherwise sorted by code unit, which no locale changes. */
function members(name: Ast.Name, literals: readonly Ast.Literal[]): Ast.Expr {
  const byText = new Map(literals.map((literal) => [Printer.printLiteral(literal), literal]));
  const texts = [...byText.keys()].sort();
  const sorted = texts.map((each) => byText.get(each)).filter((literal) => literal !== undefined);
  const [only] = sorted;
  return sorted.length === 1 && only !== undefined ? Ast.match(name, only, NOWHERE) : Ast.anyOf(name, sorted, NOWHERE);
}

function text(value: Value.Text): Ast.Literal {
  switch (value._tag) {
    case "Exact":
      return Ast.literal("Exact", value.text, NOWHERE);
    case "Phrase":
      return Ast.literal("Phrase", value.words.join(" "), NOWHERE);
    case "Words":
      return words(value.words);
  }
}

/**
 * Words that would be read as syntax (`and`, or the end of `b is null`) are joined to their neighbours by hyphens,
 * which split words but not values.
 */
function words(values: readonly string[]): Ast.Literal {
  const [only = ""] = values;
  const hasSyntax = values.some((word) => isReserved(word) || word === "null");
  return values.length === 1 ? whole(only) : bare(values.join(hasSyntax ? "-" : " "));
}

const keyword = (value: Value.Keyword): Ast.Literal =>
  value._tag === "Prefix" ? bare(`${value.text}*`) : whole(value.text);

/** A value in quotes only where it needs them. */
const whole = (value: string): Ast.Literal =>
  PLAIN.test(value) && !isReserved(value) ? bare(value) : Ast.literal("Phrase", value, NOWHERE);

const date = (value: Value.Interval): Ast.Literal => bare(Value.printDate(value));

const bareOf = (value: number | boolean): Ast.Literal => bare(String(value));

const bare = (value: string): Ast.Literal => Ast.literal("Bare", value, NOWHERE);
