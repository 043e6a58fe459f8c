/**
 * Checked to text: one spelling for all spellings of the same conditions, fit to be hashed. Canonical token names and
 * enum values, folded search words, dates in UTC, sizes in bytes, list members sorted and without repeats, single spaces,
 * minimal parentheses. The order of AND and OR operands is the author's: only spelling is evened out, not logic (see
 * Simplify for that).
 *
 * Law: the canonical text of a canonical text is itself, and means the same.
 */
import type * as Ast from "./Ast.ts";
import * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";
import * as IpAddress from "./IpAddress.ts";
import * as Moment from "./Moment.ts";
import * as Printer from "./Printer.ts";
import { isReserved } from "./Scanner.ts";
import type * as Value from "./Value.ts";
import * as Version from "./Version.ts";

/** The canonical text of a checked query. */
export const print = (checked: Checked.Checked): string => Printer.print(toAst(checked));

/** The tree that the canonical text is parsed to, but for its spans: they are those of the checked nodes. */
export function toAst(checked: Checked.Checked): Ast.Expr {
  const { start, end } = checked;
  switch (checked._tag) {
    case "And":
    case "Or":
      return { _tag: checked._tag, start, end, operands: checked.operands.map(toAst) };
    case "Not":
      return { _tag: "Not", start, end, operand: toAst(checked.operand) };
    case "Nested": {
      const name = nameOf(checked.group, checked.within, checked);
      return { _tag: "Nested", start, end, name, operand: toAst(checked.operand) };
    }
    case "Search":
      return { _tag: "Search", start, end, value: searchLiteral(checked) };
    default:
      return conditionToAst(checked);
  }
}

const nameOf = (entry: Catalog.Entry, within: Catalog.Group | null, { start, end }: Checked.Checked): Ast.Name => ({
  start,
  end,
  text: Catalog.nameWithin(entry, within),
});

function conditionToAst(leaf: Exclude<Checked.Leaf, Checked.Search>): Ast.Condition {
  const { start, end } = leaf;
  const name = nameOf(leaf.token, leaf.within, leaf);
  switch (leaf._tag) {
    case "AnyOf":
      return members(
        name,
        leaf.values.map((value) => literal(leaf.token, value)),
        leaf,
      );
    case "Order": {
      const { token, operator, value } = leaf;
      return { _tag: "Compare", start, end, name, operator, value: literal(token, value) };
    }
    case "Range": {
      const { token, from, to, isInclusive } = leaf;
      return { _tag: "Range", start, end, name, from: literal(token, from), to: literal(token, to), isInclusive };
    }
    case "IsNull":
      return { _tag: "IsNull", start, end, name, isNegated: leaf.isNegated };
  }
}

/** A list of one is that one; otherwise sorted by code unit, which no locale changes. */
function members(name: Ast.Name, literals: readonly Ast.Literal[], { start, end }: Checked.Checked): Ast.Condition {
  const byText = new Map(literals.map((each) => [Printer.printLiteral(each), each]));
  const values = [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  const [value] = values;
  return values.length === 1 && value !== undefined
    ? { _tag: "Match", start, end, name, value }
    : { _tag: "AnyOf", start, end, name, values };
}

/** A value of a token as it is written. */
export function literal({ type }: Pick<Catalog.Token, "type">, value: Value.Value): Ast.Literal {
  switch (value._tag) {
    case "Words":
      return bareWords(value.words);
    case "Phrase":
      return quote("Phrase", value.words.join(" "));
    case "Whole":
      return type === "text" ? quote("Exact", value.text) : plain(value.text);
    case "StartsWith":
      return quote("Bare", `${value.text}*`);
    case "EndsWith":
      return quote("Bare", `*${value.text}`);
    case "Contains":
      return quote("Bare", `*${value.text}*`);
    case "Numeric":
    case "Flag":
      return quote("Bare", String(value.value));
    case "Interval":
    case "Relative":
      return quote("Bare", Moment.print(value));
    case "Member":
      return plain(value.value);
    case "Version":
      return version(value);
    case "Ip":
      return quote("Bare", IpAddress.print(value.block));
  }
}

/** Text without a token is kept as written, but for letter case: keywords are searched by all of it. */
function searchLiteral({ value, text }: Checked.Search): Ast.Literal {
  if (value._tag === "Words")
    return value.words.length > 1 ? quote("Bare", text.replace(NULL_CHECK, "$1$2i\u017f")) : plain(text);
  return quote(value._tag === "Phrase" ? "Phrase" : "Exact", text);
}

/** A long s is folded to s; where that would make the `is` of a null check, it is written long. */
const NULL_CHECK = /^(\S+ )is(?= |$)|( )is(?= null$)/g;

const quote = (_tag: Ast.Literal["_tag"], text: string): Ast.Literal => ({ _tag, start: 0, end: 0, text });

/** A word that is itself without quotes, in a list too. */
const PLAIN = /^[\p{L}\p{M}\p{Nd}_](?:[\p{L}\p{M}\p{Nd}_@#+/-]|\.(?!\.))*$/u;

/** A value's text as it is written in a query, in quotes only where it needs them. */
export const spell = (text: string): string => Printer.printLiteral(plain(text));

const plain = (text: string): Ast.Literal =>
  PLAIN.test(text) && !isReserved(text) ? quote("Bare", text) : quote("Phrase", text);

/**
 * Several words that would be read as syntax (`and`, the end of `b is null`, a colon) are joined by hyphens, which split
 * words but not values.
 */
function bareWords(words: readonly string[]): Ast.Literal {
  if (words.length === 1) return plain(words[0] ?? "");
  const hasSyntax = words.some((word) => isReserved(word) || word === "is" || word === "null" || word.includes(":"));
  return quote("Bare", words.join(hasSyntax ? "-" : " "));
}

function version({ key, isPrefix }: Value.VersionValue): Ast.Literal {
  const text = Version.print(key);
  return isPrefix ? quote("Bare", `${text}*`) : plain(text);
}
