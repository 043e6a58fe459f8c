/**
 * The pieces of a query's text by what they are, for editors to colour. Works on any text, broken ones too.
 *
 * Invariants: pieces are in the order of the text and don't overlap; every character that is no space lies in one; a text
 * without errors has no piece that is one.
 */
import type * as Ast from "./Ast.ts";
import type * as Diagnostic from "./Diagnostic.ts";
import type * as Parser from "./Parser.ts";
import * as Scanner from "./Scanner.ts";
import type * as Span from "./Span.ts";

/** What a piece is; `error` is what can't stand where it stands. */
export type Kind = "name" | "operator" | "value" | "quoted" | "wildcard" | "keyword" | "punctuation" | "error";

export interface Piece extends Span.Span {
  readonly kind: Kind;
}

/**
 * The pieces of a parsed text.
 *
 * @example
 * Highlight.highlight(Parser.parse("a: win*")).map(({ kind }) => kind); // ["name", "operator", "value", "wildcard"]
 */
export function highlight({ text, ast, diagnostics }: Parser.Parsed): readonly Piece[] {
  const misplaced = diagnostics.filter(({ code }) => MISPLACED.has(code));
  const known: Piece[] = [];
  let at = 0;
  for (const piece of piecesOf(ast, text)) {
    known.push(...between(text, at, piece.start, false), piece);
    at = piece.end;
  }
  known.push(...between(text, at, text.length, false));
  const told = known.map((piece) =>
    misplaced.some((span) => isPart(piece, span)) ? { ...piece, kind: "error" as const } : piece,
  );
  return withInvalid(text, told);
}

/** Codes of what stands where nothing of its kind can. */
const MISPLACED: ReadonlySet<Diagnostic.Code> = /* @__PURE__ */ new Set<Diagnostic.Code>([
  "unexpected-operator",
  "unexpected-text",
  "unsupported-operator",
]);

const isPart = (piece: Span.Span, { start, end }: Span.Span): boolean => piece.start >= start && piece.end <= end;

/** Names and values, which only the parser can tell; in the order of the text. */
function piecesOf(expr: Ast.Expr, text: string): readonly Piece[] {
  switch (expr._tag) {
    case "And":
    case "Or":
      return expr.operands.flatMap((operand) => piecesOf(operand, text));
    case "Not":
      return piecesOf(expr.operand, text);
    case "Nested":
      return [nameOf(expr.name), ...piecesOf(expr.operand, text)];
    case "Match":
    case "Compare":
      return [nameOf(expr.name), ...literalOf(expr.value)];
    case "AnyOf":
      return [nameOf(expr.name), ...expr.values.flatMap(literalOf)];
    case "Range":
      return [nameOf(expr.name), ...literalOf(expr.from), ...literalOf(expr.to)];
    case "IsNull":
      return [nameOf(expr.name)];
    case "Search":
      return literalOf(expr.value);
    case "Broken":
      return [
        ...(expr.name === null ? [] : [nameOf(expr.name)]),
        ...between(text, expr.name?.end ?? expr.start, expr.end, true),
      ];
  }
}

const nameOf = ({ start, end }: Ast.Name): Piece => ({ kind: "name", start, end });

function literalOf({ _tag, text, start, end }: Ast.Literal): readonly Piece[] {
  if (_tag !== "Bare") return [{ kind: "quoted", start, end }];
  const first = text.startsWith("*") ? 1 : 0;
  const last = text.length > 1 && text.endsWith("*") ? 1 : 0;
  return [
    { kind: "wildcard", start, end: start + first },
    { kind: "value", start: start + first, end: end - last },
    { kind: "wildcard", start: end - last, end },
  ];
}

/** What stands between names and values: words of the language and punctuation; or, where it is broken, anything. */
function between(text: string, from: number, to: number, isBroken: boolean): readonly Piece[] {
  const pieces: Piece[] = [];
  const s = Scanner.open(text, from, ignore);
  for (Scanner.advance(s, Scanner.LISTED); s.kind !== Scanner.END && s.start < to; Scanner.advance(s, Scanner.LISTED)) {
    pieces.push({ kind: kindOf(s, isBroken), start: s.start, end: Math.min(s.end, to) });
  }
  return pieces;
}

/** Characters that no query can hold have pieces of their own, see {@link withInvalid}. */
const ignore = (): void => {};

function kindOf(s: Scanner.Scanner, isBroken: boolean): Kind {
  switch (s.kind) {
    case Scanner.AND:
    case Scanner.OR:
    case Scanner.NOT:
      return "keyword";
    case Scanner.WORD:
      if (/^(?:is|null)$/i.test(Scanner.textOf(s))) return "keyword";
      return isBroken ? "value" : "error";
    case Scanner.PHRASE:
    case Scanner.EXACT:
      return "quoted";
    default:
      return Scanner.isOperator(s.kind) ? "operator" : "punctuation";
  }
}

/** Control characters and halves of pairs, as the scanner refuses them. */
const INVALID = /(?![\t\r\n])[\p{Cc}\p{Cs}]/gu;

/** Cuts what no query can hold out of the pieces, and leaves out those that are empty. */
function withInvalid(text: string, pieces: readonly Piece[]): readonly Piece[] {
  const invalid = [...text.matchAll(INVALID)].map(
    ({ index }): Piece => ({ kind: "error", start: index, end: index + 1 }),
  );
  const all: Piece[] = [];
  let next = 0;
  for (const piece of pieces) {
    let { start } = piece;
    for (let cut = invalid[next]; cut !== undefined && cut.start < piece.end; cut = invalid[++next]) {
      if (cut.start > start) all.push({ ...piece, start, end: cut.start });
      all.push(cut);
      start = Math.max(start, cut.end);
    }
    if (start < piece.end) all.push({ ...piece, start });
  }
  return [...all, ...invalid.slice(next)];
}
