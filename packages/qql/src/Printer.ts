/**
 * Ast to text in one spelling: lower-case boolean words, single spaces, parentheses only where precedence asks for
 * them. Names and values stay as they are written (see Canonical for the spelling that ignores that too).
 *
 * Law: for a tree that keeps the invariants of Ast, `parse(print(tree))` is the tree but for spans, so printing what
 * was printed changes nothing.
 */
import type * as Ast from "./Ast.ts";

/** How tightly a node binds; an operand that binds looser than its place needs parentheses. */
const BINDING = { Or: 1, And: 2, Not: 3, Match: 4, AnyOf: 4, Compare: 4, IsNull: 4 } as const;

/**
 * The text of a tree.
 *
 * @example
 * Printer.print(ast); // "(a: 1 or b: 2) and not c is null"
 */
export function print(expr: Ast.Expr): string {
  switch (expr._tag) {
    case "And":
      return expr.operands.map((operand) => within(operand, BINDING.And)).join(" and ");
    case "Or":
      return expr.operands.map((operand) => within(operand, BINDING.Or)).join(" or ");
    case "Not":
      return `not ${within(expr.operand, BINDING.Not)}`;
    case "Match":
      return `${expr.name.text}: ${printLiteral(expr.value)}`;
    case "AnyOf":
      return `${expr.name.text}: [${expr.values.map(printLiteral).join(", ")}]`;
    case "Compare":
      return `${expr.name.text} ${expr.operator} ${printLiteral(expr.value)}`;
    case "IsNull":
      return `${expr.name.text} is ${expr.negated ? "not null" : "null"}`;
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

const within = (expr: Ast.Expr, binding: number): string =>
  BINDING[expr._tag] < binding ? `(${print(expr)})` : print(expr);
