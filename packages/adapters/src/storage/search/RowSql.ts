/**
 * The statements that write a document's rows (see Rows), and in which order their parameters are.
 */
import type * as Layout from "./Layout.ts";

export interface RowSql {
  /** The number of a document's row: t, id. */
  readonly find: string;
  /** Adds the main row or replaces it, answers its `n`: t, id, the main table's columns, its scope if it has one. */
  readonly put: string;
  /** Removes the main row: n. */
  readonly remove: string;
  /** By the layout's tables: adds a row (t, n, then what Rows has) and removes a document's rows (t, n). */
  readonly tables: readonly { readonly add: string; readonly clear: string }[];
  /** By the layout's trigrams: adds a document's text (n, folded) and removes it (n). */
  readonly trigrams: readonly { readonly add: string; readonly clear: string }[];
  /** Adds a text to the dictionary unless it is there (t, field, folded, tokens), and finds its number (t, field, folded). */
  readonly share: { readonly add: string; readonly find: string };
}

/** The main table's columns as they are written: behind them its scope, if it has one. */
export const columnsOf = ({ columns, scope }: Layout.MainTable): readonly string[] => [
  ...columns.map(({ name }) => name),
  ...(scope === null ? [] : [scope.column]),
];

export function of({ main, tables, trigrams, dictionary }: Layout.Layout): RowSql {
  const columns = columnsOf(main);
  const sets = columns.map((name) => `${name} = excluded.${name}`);
  const onConflict = sets.length === 0 ? "DO UPDATE SET id = excluded.id" : `DO UPDATE SET ${sets.join(", ")}`;
  return {
    find: `SELECT n FROM ${main.name} WHERE t = ? AND id = ?`,
    put:
      `INSERT INTO ${main.name} (${["t", "id", ...columns].join(", ")}) VALUES (${marks(columns.length + 2)}) ` +
      `ON CONFLICT (t, id) ${onConflict} RETURNING n`,
    remove: `DELETE FROM ${main.name} WHERE n = ?`,
    tables: tables.map((table) => ({
      add: `INSERT INTO ${table.name} VALUES (${marks(1 + table.keys.length + table.columns.length)})`,
      clear: `DELETE FROM ${table.name} WHERE t = ? AND o = ?`,
    })),
    trigrams: trigrams.map(({ table }) => ({
      add: `INSERT INTO ${table} (rowid, folded) VALUES (?, ?)`,
      clear: `DELETE FROM ${table} WHERE rowid = ?`,
    })),
    share: {
      add: `INSERT INTO ${dictionary} (t, field, folded, tokens) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      find: `SELECT n FROM ${dictionary} WHERE t = ? AND field = ? AND folded = ?`,
    },
  };
}

const marks = (count: number): string => Array<string>(count).fill("?").join(", ");
