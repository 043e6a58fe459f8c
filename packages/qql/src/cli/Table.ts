/** Rows with their columns below each other, for a terminal. */
import * as Rendering from "../Rendering.ts";

/** Columns of the terminal for one cell; a longer one is cut. */
export const CELL_COLUMNS_MAX = 40;

const GAP = "  ";

/** How wide each column has to be for these rows. */
export const widthsOf = (rows: readonly (readonly string[])[]): readonly number[] =>
  rows.reduce<readonly number[]>(
    (widths, row) => row.map((cell, i) => Math.max(widths[i] ?? 0, Math.min(columns(cell), CELL_COLUMNS_MAX))),
    [],
  );

/** One row as a line. */
export const line = (row: readonly string[], widths: readonly number[]): string =>
  `${row
    .map((cell, i) => fitted(cell, widths[i] ?? 0))
    .join(GAP)
    .trimEnd()}\n`;

/** All of them. */
export const render = (rows: readonly (readonly string[])[]): string => {
  const widths = widthsOf(rows);
  return rows.map((row) => line(row, widths)).join("");
};

/** A value on one line, without what would move the terminal's cursor. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");

/** Cut to a width, with `…` for what is left out. */
export function cut(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let [end, taken] = [0, 0];
  for (const character of text) {
    taken += columns(character);
    if (taken >= width) break;
    end += character.length;
  }
  return `${text.slice(0, end)}…`;
}

function fitted(text: string, width: number): string {
  const shown = cut(text, width);
  return shown + " ".repeat(Math.max(0, width - columns(shown)));
}

/** Most cells are ASCII, which needs no looking at. */
const columns = (text: string): number => (/^[ -~]*$/.test(text) ? text.length : Rendering.columns(text));
