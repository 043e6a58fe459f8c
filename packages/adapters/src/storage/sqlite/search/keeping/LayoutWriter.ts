/**
 * Writes the rows of a layout's documents, of which only what differs: most rewrites of an entity leave most of what is
 * searched as it was, and each index costs as much as the row.
 */
import type { Database, Statement } from "better-sqlite3";
import type * as Layout from "../../../search/Layout.ts";
import * as RowSql from "../../../search/RowSql.ts";
import * as Rows from "../../../search/Rows.ts";
import * as Trigrams from "../../../search/Trigrams.ts";
import type * as Numbers from "./Numbers.ts";

type Value = string | number | null | Uint8Array;

export interface LayoutWriter {
  /** The number of a row; undefined for none. */
  readonly find: (t: number, id: string) => number | undefined;
  /** Adds a row: all of it. */
  readonly add: (t: number, id: string, rows: Rows.Rows) => number;
  /** Makes a row that is there what the rows say, but for what others say. Undefined, and the rows aren't made, for none. */
  readonly change: (t: number, id: string, rows: () => Rows.Rows) => number | undefined;
  readonly remove: (t: number, n: number) => void;
}

/** What of a layout is written by others, by quoted names of columns and tables: a change leaves it as it is. */
export const make = (
  database: Database,
  numbers: Numbers.Numbers,
  layout: Layout.Layout,
  others: ReadonlySet<string>,
): LayoutWriter => {
  const sql = prepare(database, layout);
  const own = layout.main.columns.map(({ name }, i) => (others.has(name) ? -1 : i)).filter((i) => i >= 0);
  const update = updates(database, layout);
  const { scope } = layout.main;
  const scoped = (t: number, values: readonly Value[]): readonly Value[] =>
    scope === null ? [] : [Rows.scopeOf(scope, t, values)];
  const valuesOf = (t: number, cells: readonly Rows.Cell[]): Value[] =>
    cells.map((cell) => (Rows.isShared(cell) ? numbers.text(layout, t, cell) : cell));
  const addAll = (at: number, t: number, n: number, rows: readonly (readonly Value[])[]): void => {
    for (const row of rows) sql.tables[at]?.add.run(t, n, ...row);
  };
  const replaceAll = (at: number, t: number, n: number, rows: readonly (readonly Value[])[]): void => {
    const table = sql.tables[at];
    if (table === undefined || isSameTable(table.all.all(t, n), rows)) return;
    table.clear.run(t, n);
    addAll(at, t, n, rows);
  };
  return {
    find: (t, id) => sql.find.get(t, id),
    add: (t, id, rows) => {
      const values = valuesOf(t, rows.main);
      const n = Number(sql.add.run(t, id, ...values, ...scoped(t, values)).lastInsertRowid);
      for (const [at, all] of rows.tables.entries()) {
        for (const row of all) sql.tables[at]?.add.run(t, n, ...valuesOf(t, row));
      }
      for (const [at, text] of rows.trigrams.entries()) {
        if (text !== null) sql.trigrams[at]?.add.run(n, Trigrams.textOf(text));
      }
      return n;
    },
    change: (t, id, make) => {
      const current = sql.current.get(t, id);
      if (current === undefined) return undefined;
      const n = current[0] as number;
      const rows = make();
      const values = valuesOf(t, rows.main);
      const changed = own.filter((i) => !isSame(current[i + 1] ?? null, values[i] ?? null));
      if (changed.length > 0) {
        const ofScope = scope !== null && changed.includes(scope.at) ? scoped(t, values) : [];
        update(changed).run(...changed.map((i) => values[i] ?? null), ...ofScope, n);
      }
      for (const [at, all] of rows.tables.entries()) {
        if (others.has(layout.tables[at]?.name ?? "")) continue;
        replaceAll(
          at,
          t,
          n,
          all.map((row) => valuesOf(t, row)),
        );
      }
      for (const [at, { column }] of layout.trigrams.entries()) {
        const i = layout.main.columns.findIndex(({ name }) => name === column);
        if (!changed.includes(i)) continue;
        const text = rows.trigrams[at] ?? null;
        sql.trigrams[at]?.clear.run(n);
        if (text !== null) sql.trigrams[at]?.add.run(n, Trigrams.textOf(text));
      }
      return n;
    },
    remove: (t, n) => {
      for (const { clear } of sql.tables) clear.run(t, n);
      for (const { clear } of sql.trigrams) clear.run(n);
      sql.remove.run(n);
    },
  };
};

const prepare = (database: Database, layout: Layout.Layout) => {
  const sql = RowSql.of(layout);
  const { name, columns } = layout.main;
  const names = columns.map((column) => column.name);
  const all = ["t", "id", ...RowSql.columnsOf(layout.main)];
  return {
    find: database.prepare<[number, string], number>(sql.find).pluck(),
    current: database
      .prepare<[number, string], Value[]>(`SELECT ${["n", ...names].join(", ")} FROM ${name} WHERE t = ? AND id = ?`)
      .raw(),
    add: database.prepare(`INSERT INTO ${name} (${all.join(", ")}) VALUES (${all.map(() => "?").join(", ")})`),
    remove: database.prepare(sql.remove),
    tables: sql.tables.map(({ add, clear }, i) => ({
      add: database.prepare(add),
      clear: database.prepare(clear),
      all: database
        .prepare<[number, number], Value[]>(`SELECT * FROM ${layout.tables[i]?.name} WHERE t = ? AND o = ?`)
        .raw(),
    })),
    trigrams: sql.trigrams.map(({ add, clear }) => ({ add: database.prepare(add), clear: database.prepare(clear) })),
  };
};

/** Which columns change together are few combinations; more are prepared each time. */
const UPDATES_KEPT_MAX = 500;

// An UPDATE rewrites the indexes of all columns that it names, whether they change or not.
const updates = (database: Database, { main }: Layout.Layout): ((changed: readonly number[]) => Statement) => {
  const prepared = new Map<string, Statement>();
  return (changed) => {
    const key = changed.join();
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const { columns, scope } = main;
    const sets = changed.map((i) => `${columns[i]?.name} = ?`);
    if (scope !== null && changed.includes(scope.at)) sets.push(`${scope.column} = ?`);
    const statement = database.prepare(`UPDATE ${main.name} SET ${sets.join(", ")} WHERE n = ?`);
    if (prepared.size < UPDATES_KEPT_MAX) prepared.set(key, statement);
    return statement;
  };
};

// Numbers come back as they went in, and the only blob is the empty one.
const isSame = (a: Value, b: Value): boolean => a === b || (a instanceof Uint8Array && b instanceof Uint8Array);

// Rows of the table begin with the tenant and the document; both lists are in the order of the places.
const isSameTable = (current: readonly (readonly Value[])[], rows: readonly (readonly Value[])[]): boolean =>
  current.length === rows.length &&
  rows.every((row, i) => row.every((value, at) => isSame(current[i]?.[at + 2] ?? null, value)));
