/**
 * The rows that hold a document's storage keys. They name no row's number: whoever writes them puts the document's own
 * before them, and gives a shared text the number that its dictionary has for it (see RowSql).
 */
import * as Qql from "@fettle/qql";
import type * as Layout from "./Layout.ts";
import * as StoredText from "./StoredText.ts";
import * as Trigrams from "./Trigrams.ts";

/** What a column gets: of a shared text its keys, for whose row of the dictionary its number is to be put. */
export type Cell = string | number | null | Uint8Array | SharedKeys;

export interface SharedKeys extends Qql.Key.TextKeys {
  /** The dictionary's field. */
  readonly field: number;
}

export interface Rows {
  /** In the order of the main table's columns. */
  readonly main: readonly Cell[];
  /** By the layout's tables: each row begins with its places `i1` …, then come the table's columns. */
  readonly tables: readonly (readonly (readonly Cell[])[])[];
  /** By the layout's trigrams: the folded text; null for none. */
  readonly trigrams: readonly (string | null)[];
}

/** Stands for a value that has no key. */
export const UNKNOWN: Uint8Array = new Uint8Array(0);

export const isShared = (cell: Cell): cell is SharedKeys =>
  typeof cell === "object" && cell !== null && !(cell instanceof Uint8Array);

/** The rows of one document of the layout's catalogue. */
export function of(layout: Layout.Layout, document: Qql.Catalog.AnyDocument): Rows {
  const main: Cell[] = [];
  const tables: Cell[][][] = layout.tables.map(() => []);
  const write: Write = { rows: new Map(layout.tables.map((table, i) => [table, tables[i] as Cell[][]])) };
  writeFields(write, layout.fields, document, main, []);
  return { main, tables, trigrams: layout.trigrams.map(({ column }) => trigramText(layout, main, column)) };
}

/** What stands in the main table's scope beside a row's values. */
export const scopeOf = ({ at }: Layout.MainScope, tenant: number, values: readonly unknown[]): number | null =>
  (values[at] ?? null) === null ? null : tenant;

interface Write {
  readonly rows: ReadonlyMap<Layout.Table, Cell[][]>;
}

function trigramText({ main }: Layout.Layout, cells: readonly Cell[], column: string): string | null {
  const cell = cells[main.columns.findIndex(({ name }) => name === column)];
  return typeof cell === "string" ? Trigrams.textOf(cell) : null;
}

/** Columns of an object's tokens, in the order of the layout; `object` is null where there is none. */
function writeFields(
  write: Write,
  fields: Layout.Fields,
  object: Qql.Catalog.AnyDocument | null,
  row: Cell[],
  places: readonly number[],
): void {
  for (const [key, field] of fields) {
    const held = object === null ? null : object[key];
    if (field._tag === "Child") writeElements(write, field, held, places);
    else if (field._tag !== "Linked") writeElement(write, field, held, row, places);
  }
}

function writeElements(write: Write, child: Layout.Child, held: unknown, places: readonly number[]): void {
  if (!Array.isArray(held)) return;
  const rows = write.rows.get(child.table);
  for (const [at, value] of held.entries()) {
    if (value === null || value === undefined) continue;
    const inner = [...places, at];
    const row: Cell[] = [...inner];
    rows?.push(row);
    writeElement(write, child.element, value, row, inner);
  }
}

function writeElement(
  write: Write,
  element: Layout.Element,
  value: unknown,
  row: Cell[],
  places: readonly number[],
): void {
  if (element._tag === "Value") {
    writeValue(element, value, row);
    return;
  }
  const isThere = value !== null && value !== undefined;
  const isObject = isThere && typeof value === "object";
  if (element.presence !== null) row.push(isObject ? 1 : isThere ? UNKNOWN : null);
  writeFields(write, element.fields, isObject ? (value as Qql.Catalog.AnyDocument) : null, row, places);
}

function writeValue({ token, stored }: Layout.Value, value: unknown, row: Cell[]): void {
  if (stored._tag === "Computed") return;
  const isThere = value !== null && value !== undefined;
  if (stored._tag === "KeyColumn") {
    row.push(isThere ? keyCell(Qql.Key.of(token, value)) : null);
    return;
  }
  if (stored._tag === "SharedText") {
    row.push(isThere ? sharedCell(token, stored, value) : null);
    return;
  }
  const keys = isThere ? textKeys(token, value) : null;
  if (keys === null) row.push(isThere ? UNKNOWN : null, isThere ? UNKNOWN : null);
  else row.push(keys.folded, keys.tokens);
}

function keyCell(key: Qql.Key.Key): Cell {
  if (typeof key === "string") return StoredText.stored(key);
  return typeof key === "number" ? key : UNKNOWN;
}

function textKeys(token: Qql.Catalog.Token, value: unknown): Qql.Key.TextKeys | null {
  if (typeof value !== "string") return null;
  const { folded, tokens } = Qql.Key.of(token, value) as Qql.Key.TextKeys;
  return { folded: StoredText.stored(folded), tokens: StoredText.stored(tokens) };
}

/** Cells of texts that many documents share, by the text; of each field so many. */
const CELLS_MAX = 1_024;
const cells = new WeakMap<Layout.SharedText, Map<string, SharedKeys>>();

function sharedCell(token: Qql.Catalog.Token, stored: Layout.SharedText, value: unknown): SharedKeys | Uint8Array {
  if (typeof value !== "string") return UNKNOWN;
  const known = cells.get(stored) ?? new Map<string, SharedKeys>();
  const cell = known.get(value);
  if (cell !== undefined) return cell;
  if (known.size >= CELLS_MAX) known.clear();
  const { folded, tokens } = textKeys(token, value) as Qql.Key.TextKeys;
  const made = { field: stored.field, folded, tokens };
  cells.set(stored, known.set(value, made));
  return made;
}
