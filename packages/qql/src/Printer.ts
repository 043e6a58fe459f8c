/**
 * Ast to text. `print` gives one line with one spelling of the syntax: upper-case boolean words, single spaces,
 * parentheses only where precedence asks for them. `format` breaks what is too long for a line. Names and values stay as
 * they are written (see Canonical for the spelling that evens them out too).
 *
 * Law: for a tree without `Broken` that keeps the invariants of Ast, `parse(print(tree))` and `parse(format(tree))` are
 * the tree but for spans, so printing what was printed changes nothing.
 */
import type * as Ast from "./Ast.ts";

/** How tightly a node binds; an operand that binds looser than its place needs parentheses. */
const bindingOf = (expr: Ast.Expr): number => {
  switch (expr._tag) {
    case "Or":
      return OR;
    case "And":
      return AND;
    case "Not":
      return NOT;
    default:
      return CONDITION;
  }
};

const OR = 1;
const AND = 2;
const NOT = 3;
const CONDITION = 4;

/**
 * The text of a tree, on one line. `Broken` prints as nothing.
 *
 * @example
 * Printer.print(ast); // "(a: 1 OR b: 2) AND NOT c is null"
 */
export function print(expr: Ast.Expr): string {
  switch (expr._tag) {
    case "And":
      return expr.operands.map((operand) => within(operand, AND)).join(" AND ");
    case "Or":
      return expr.operands.map((operand) => within(operand, OR)).join(" OR ");
    case "Not":
      return `NOT ${within(expr.operand, NOT)}`;
    case "Nested":
      return `${expr.name.text}: (${print(expr.operand)})`;
    default:
      return printCondition(expr);
  }
}

/** A value as it stands in a query, with its quotes. */
export function printLiteral(literal: Ast.Literal): string {
  switch (literal._tag) {
    case "Bare":
      return literal.text;
    case "Phrase":
      return `"${literal.text.replaceAll(/["\\]/g, "\\$&")}"`;
    case "Exact":
      return `\`${literal.text}\``;
  }
}

/** Characters of a line beyond which `format` breaks it, where it can be broken. */
export const LINE_CHARACTERS = 80;

/**
 * The text of a tree, on several lines where one would be too long: an operand a line, groups indented by two spaces.
 *
 * @example
 * Printer.format(ast);
 * // vendorSeverity: [Critical, Important]
 * // AND (
 * //   category: security
 * //   OR publishedDate > now-30d
 * // )
 */
export const format = (expr: Ast.Expr, lineCharacters: number = LINE_CHARACTERS): string =>
  lines(expr, "", "", lineCharacters).join("\n");

/** The lines of a node: the first behind `lead` (`AND `, `NOT `), all behind `indent`. */
function lines(expr: Ast.Expr, indent: string, lead: string, max: number): readonly string[] {
  const flat = indent + lead + print(expr);
  if (flat.length <= max) return [flat];
  switch (expr._tag) {
    case "And":
      return operands(expr, AND, "AND ", indent, lead, max);
    case "Or":
      return operands(expr, OR, "OR ", indent, lead, max);
    case "Not":
      return group(expr.operand, bindingOf(expr.operand) < NOT, indent, `${lead}NOT `, max);
    case "Nested":
      return group(expr.operand, true, indent, `${lead}${expr.name.text}: `, max);
    case "AnyOf":
      return list(expr, indent, lead, max);
    default:
      return [flat];
  }
}

function operands(
  { operands: all }: Ast.And | Ast.Or,
  binding: number,
  word: string,
  indent: string,
  lead: string,
  max: number,
): readonly string[] {
  return all.flatMap((operand, i) => group(operand, bindingOf(operand) < binding, indent, i === 0 ? lead : word, max));
}

/** A node, in parentheses on lines of their own where it needs some and doesn't fit on one. */
function group(expr: Ast.Expr, isInParentheses: boolean, indent: string, lead: string, max: number): readonly string[] {
  if (!isInParentheses) return lines(expr, indent, lead, max);
  const flat = `${indent}${lead}(${print(expr)})`;
  if (flat.length <= max) return [flat];
  return [`${indent}${lead}(`, ...lines(expr, `${indent}  `, "", max), `${indent})`];
}

/** A list's values, as many a line as fit. */
function list({ name, values }: Ast.AnyOf, indent: string, lead: string, max: number): readonly string[] {
  const inner = `${indent}  `;
  const rows: string[] = [];
  let row = inner;
  for (const [i, value] of values.entries()) {
    const text = printLiteral(value) + (i === values.length - 1 ? "" : ",");
    const isFirst = row === inner;
    if (!isFirst && row.length + 1 + text.length > max) {
      rows.push(row);
      row = inner + text;
    } else row += isFirst ? text : ` ${text}`;
  }
  return [`${indent}${lead}${name.text}: [`, ...rows, row, `${indent}]`];
}

function printCondition(condition: Ast.Condition | Ast.Broken): string {
  switch (condition._tag) {
    case "Match":
      return `${condition.name.text}: ${printLiteral(condition.value)}`;
    case "AnyOf":
      return `${condition.name.text}: [${condition.values.map(printLiteral).join(", ")}]`;
    case "Compare":
      return `${condition.name.text} ${condition.operator} ${printLiteral(condition.value)}`;
    case "Range": {
      const ends = `${printLiteral(condition.from)} .. ${printLiteral(condition.to)}`;
      return `${condition.name.text}: ${condition.isInclusive ? `[${ends}]` : `(${ends})`}`;
    }
    case "IsNull":
      return `${condition.name.text} is ${condition.isNegated ? "not null" : "null"}`;
    case "Search":
      return printLiteral(condition.value);
    case "Broken":
      return "";
  }
}

const within = (expr: Ast.Expr, binding: number): string =>
  bindingOf(expr) < binding ? `(${print(expr)})` : print(expr);
