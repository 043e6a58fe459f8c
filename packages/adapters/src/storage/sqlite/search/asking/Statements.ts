/** Statements prepared once for each text, the last so many kept: questions of the same form have the same text. */
import type { Database, Statement } from "better-sqlite3";
import type * as Fragment from "./Fragment.ts";
import * as Interruptible from "./Interruptible.ts";

export interface Statements {
  readonly all: <Row>(statement: Fragment.Fragment) => readonly Row[];
  /** Rows as arrays of their columns. */
  readonly raw: <Row extends readonly unknown[]>(statement: Fragment.Fragment) => readonly Row[];
  readonly get: <Row>(statement: Fragment.Fragment) => Row | undefined;
  /** SQLite's own plan of a statement, a line a step. */
  readonly plan: (statement: Fragment.Fragment) => readonly string[];
}

/** Prepared statements that are kept. */
export const STATEMENTS_MAX = 200;

export const make = (database: Database): Statements => {
  const interruption = Interruptible.of(database);
  const kept = new Map<string, Statement<unknown[]>>();
  const prepared = (text: string): Statement<unknown[]> => {
    if (interruption !== null) Interruptible.endIfStopped(interruption);
    const isThorough = interruption?.isThorough() ?? false;
    const key = isThorough ? `${text} ` : text;
    const known = kept.get(key);
    const ending = (): string => (interruption === null ? text : Interruptible.ofText(text, isThorough));
    const statement = known ?? database.prepare<unknown[]>(ending());
    // Behind all others: what was used last goes last.
    if (known !== undefined) kept.delete(key);
    else if (kept.size >= STATEMENTS_MAX) kept.delete(kept.keys().next().value ?? "");
    kept.set(key, statement);
    return statement;
  };
  return {
    all: <Row>({ text, parameters }: Fragment.Fragment) => prepared(text).all(...parameters) as readonly Row[],
    raw: <Row extends readonly unknown[]>({ text, parameters }: Fragment.Fragment) =>
      prepared(text)
        .raw(true)
        .all(...parameters) as unknown as readonly Row[],
    get: <Row>({ text, parameters }: Fragment.Fragment) => prepared(text).get(...parameters) as Row | undefined,
    plan: ({ text, parameters }) =>
      database
        .prepare<unknown[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${text}`)
        .all(...parameters)
        .map((step) => step.detail),
  };
};
