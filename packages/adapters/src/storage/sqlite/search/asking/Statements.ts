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

/** Prepared statements that are kept, at most. */
export const STATEMENTS_MAX = 200;

interface Kept {
  readonly statement: Statement<unknown[]>;
  /** How it answers rows; hardly ever otherwise than the time before. */
  isRaw: boolean;
}

export const make = (database: Database): Statements => {
  const interruption = Interruptible.of(database);
  const kept = lately<Kept>();
  const prepare = (text: string, isThorough: boolean): Kept => {
    const ending = interruption === null ? text : Interruptible.ofText(text, isThorough);
    return { statement: database.prepare<unknown[]>(ending), isRaw: false };
  };
  const prepared = (text: string, isRaw: boolean): Statement<unknown[]> => {
    if (interruption !== null) Interruptible.endIfStopped(interruption);
    const isThorough = interruption?.isThorough() ?? false;
    const key = isThorough ? `${text} ` : text;
    let found = kept.get(key);
    if (found === undefined) {
      found = prepare(text, isThorough);
      kept.add(key, found);
    }
    if (found.isRaw !== isRaw) {
      found.statement.raw(isRaw);
      found.isRaw = isRaw;
    }
    return found.statement;
  };
  return {
    all: <Row>({ text, parameters }: Fragment.Fragment) => prepared(text, false).all(...parameters) as readonly Row[],
    raw: <Row extends readonly unknown[]>({ text, parameters }: Fragment.Fragment) =>
      prepared(text, true).all(...parameters) as unknown as readonly Row[],
    get: <Row>({ text, parameters }: Fragment.Fragment) => prepared(text, false).get(...parameters) as Row | undefined,
    plan: ({ text, parameters }) =>
      database
        .prepare<unknown[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${text}`)
        .all(...parameters)
        .map((step) => step.detail),
  };
};

/**
 * What was used lately, by its text: between half of {@link STATEMENTS_MAX} and all of it. Nothing is written where something
 * is found among the newer half, as it nearly always is.
 */
const lately = <A>() => {
  let newer = new Map<string, A>();
  let older = new Map<string, A>();
  const add = (key: string, value: A): void => {
    if (newer.size >= STATEMENTS_MAX / 2) {
      older = newer;
      newer = new Map();
    }
    newer.set(key, value);
  };
  const get = (key: string): A | undefined => {
    const found = newer.get(key);
    if (found !== undefined) return found;
    const before = older.get(key);
    if (before !== undefined) add(key, before);
    return before;
  };
  return { get, add };
};
