/**
 * Ten kinds of text built to hurt a parser that looks twice at what it has read, or goes back. A shape is a piece that is
 * repeated up to a length: what is quadratic in any of it shows when the length is doubled.
 */
import { Limits } from "@fettle/qql";

export interface Shape {
  readonly name: string;
  readonly piece: string;
  /** Stands before the pieces; what is open there stays open to the end. */
  readonly opening?: string;
  /** Between the pieces. */
  readonly separator?: string;
}

const deep = (open: string, inner: string, close: string): string =>
  open.repeat(Limits.NESTING_MAX) + inner + close.repeat(Limits.NESTING_MAX);

export const SHAPES: readonly Shape[] = [
  { name: "nesting at its limit, again and again", piece: deep("(", "a: 1", ")"), separator: " or " },
  { name: "nested groups that look like ranges", piece: deep("a: (", "b: 1", ")"), separator: " and " },
  { name: "NOT chains at the limit", piece: `${"not ".repeat(Limits.NESTING_MAX)}a: 1`, separator: " or " },
  { name: "lists", piece: `a: [${"x, ".repeat(200)}y]`, separator: " or " },
  { name: "an open list of brackets", piece: "a: [[(x]", opening: "a: [" },
  { name: "quotes of all kinds, the last one open", piece: `"a' \`b" 'c" \`d' `, opening: '`x` or "' },
  { name: "escapes in one quote", piece: `\\\\\\"\\'\\a`, opening: 'a: "' },
  { name: "wildcards and dots", piece: "a: *.*.* ** ...x *..", separator: " or " },
  { name: "colons", piece: "a:b::c:1:2:ff::", opening: "a: " },
  {
    name: "words that look like a null check, in many scripts",
    piece: "is is not nul is\u00a0Ἰς is not null x 検索 e\u0301 ",
  },
];

/** The text of a shape, about so many characters long. */
export const textOf = ({ piece, opening = "", separator = "" }: Shape, characters: number): string =>
  opening +
  Array<string>(Math.max(1, Math.round(characters / (piece.length + separator.length))))
    .fill(piece)
    .join(separator);
