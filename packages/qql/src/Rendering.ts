/**
 * Diagnostics for a terminal: the message, the line of the query it is about with a marker under the place, and the hint.
 *
 * Columns are those of terminals: characters of East Asian scripts and emoji take two, marks that sit on a letter none.
 */
import type * as Diagnostic from "./Diagnostic.ts";
import * as Message from "./Message.ts";

/** Columns of a query's line that are shown; a longer one is cut around the place. */
export const LINE_COLUMNS_MAX = 100;

/**
 * One diagnostic as text of several lines, without an end of line behind the last.
 *
 * @example
 * Rendering.render("vendorSeverty: Critical", diagnostic);
 * // error[unknown-token]: There is no token "vendorSeverty".
 * //   vendorSeverty: Critical
 * //   ^^^^^^^^^^^^^
 * //   Did you mean vendorSeverity?
 */
export function render(text: string, diagnostic: Diagnostic.Diagnostic): string {
  const { code, severity, start, end } = diagnostic;
  const { message, hint } = Message.of(text, diagnostic);
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", start);
  const line = text.slice(from, lineEnd < 0 ? undefined : lineEnd).replace(/\r$/, "");
  const { shown, marker } = mark(line, start - from, end - from);
  const number = text.includes("\n") ? ` (line ${text.slice(0, from).split("\n").length})` : "";
  return [`${severity}[${code}]${number}: ${message}`, shown, marker, hint]
    .map((each, i) => (i === 0 ? each : `  ${each}`).trimEnd())
    .join("\n");
}

/** All of them, an empty line between. */
export const renderAll = (text: string, diagnostics: readonly Diagnostic.Diagnostic[]): string =>
  diagnostics.map((each) => render(text, each)).join("\n\n");

/** What is read as one character, and the columns it takes. */
interface Cell {
  readonly text: string;
  readonly columns: number;
}

/** A line, cut to what fits around the place, `…` where something was left out, and the marker under it. */
function mark(line: string, start: number, end: number): { readonly shown: string; readonly marker: string } {
  const before = cellsOf(line.slice(Math.max(0, start - NEAR_CHARACTERS), start));
  const behind = cellsOf(line.slice(start, start + NEAR_CHARACTERS));
  const isWhole = line.length <= NEAR_CHARACTERS && columnsOf(before) + columnsOf(behind) <= LINE_COLUMNS_MAX;
  const most = LINE_COLUMNS_MAX - 2;
  // As much behind the place as before it, and what one side doesn't need for the other.
  const onRight = Math.max(Math.ceil(most / 2), most - columnsOf(before));
  const right = isWhole ? behind : taken(behind, onRight);
  const left = isWhole ? before : [...taken([...before].reverse(), most - columnsOf(right))].reverse();
  const head = lengthOf(left) < start ? "…" : "";
  const tail = start + lengthOf(right) < line.length ? "…" : "";
  const marked = columnsOf(taken(right, LINE_COLUMNS_MAX, Math.min(end, line.length) - start));
  return {
    shown: head + textOf(left) + textOf(right) + tail,
    marker: " ".repeat(head.length + columnsOf(left)) + "^".repeat(Math.max(1, marked)),
  };
}

/** Columns that a text takes on a terminal. */
export const columns = (text: string): number => columnsOf(cellsOf(text));

/** Characters of a longer line that are looked at on each side of the place. */
const NEAR_CHARACTERS = 10 * LINE_COLUMNS_MAX;

const cellsOf = (text: string): readonly Cell[] =>
  [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].map(({ segment }) => ({
    text: segment,
    columns: Math.max(...[...segment].map(widthOf)),
  }));

/** Characters of scripts that terminals show two columns wide. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|\p{Regional_Indicator}/u;
const NO_WIDTH = /\p{M}|\p{Cf}/u;

function widthOf(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** The first cells, as many as fit into the columns and begin within the characters. */
function taken(cells: readonly Cell[], columns: number, characters = Number.POSITIVE_INFINITY): readonly Cell[] {
  let [width, length, count] = [0, 0, 0];
  for (const cell of cells) {
    width += cell.columns;
    if (width > columns || length >= characters) break;
    length += cell.text.length;
    count++;
  }
  return cells.slice(0, count);
}

const columnsOf = (cells: readonly Cell[]): number => cells.reduce((sum, { columns }) => sum + columns, 0);

const lengthOf = (cells: readonly Cell[]): number => cells.reduce((sum, { text }) => sum + text.length, 0);

/** Tabs and control characters as a space; half a pair as the character for what can't be shown. */
const textOf = (cells: readonly Cell[]): string =>
  cells
    .map(({ text, columns }) => (/^\p{Cc}+$/u.test(text) ? " ".repeat(columns) : text.replace(/\p{Cs}/gu, "\ufffd")))
    .join("");
