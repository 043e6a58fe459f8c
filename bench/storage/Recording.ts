/**
 * What the storage writes, statement by statement, so that the driver alone can write the same rows: no reads, no checks,
 * nothing worked out, only JSON made of bodies.
 */
import * as path from "node:path";
import Database from "better-sqlite3";

/** One statement that changed something. */
export interface Written {
  readonly sql: string;
  readonly values: readonly unknown[];
  /** What the last value is the JSON of; undefined where it is none. */
  readonly body: unknown;
}

export interface Recording {
  /** What was written since it was asked last. */
  readonly take: () => readonly Written[];
}

/** Records what is written to a file that is opened from now on; other files aren't touched. */
export const of = (folder: string, name: string): Recording => {
  const file = path.join(folder, name);
  let written: Written[] = [];
  const prototype = Database.prototype as { prepare: (this: Database.Database, sql: string) => Database.Statement };
  const { prepare } = prototype;
  prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql);
    return this.name === file && WRITES.test(sql) ? recorded(statement, sql, (w) => written.push(w)) : statement;
  };
  return {
    take: () => {
      const taken = written;
      written = [];
      return taken;
    },
  };
};

/** Writes what was recorded in one transaction, its statements prepared before. */
export const replaying = (database: Database.Database) => {
  const [begin, commit] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
  const statements = new Map<string, Database.Statement<unknown[]>>();
  return (all: readonly Written[]): (() => void) => {
    const steps = all.map((written) => {
      const statement = statements.get(written.sql) ?? database.prepare<unknown[]>(written.sql);
      statements.set(written.sql, statement);
      return { statement, body: written.body, values: [...written.values] };
    });
    return () => {
      begin.run();
      for (const { statement, values, body } of steps) {
        if (body !== undefined) values[values.length - 1] = JSON.stringify(body);
        if (statement.reader) statement.all(...values);
        else statement.run(...values);
      }
      commit.run();
    };
  };
};

const WRITES = /^\s*(insert|update|delete|replace)\b/i;
const WITH_BODY = /^\s*insert into (entity|event) /i;

const recorded = (
  statement: Database.Statement,
  sql: string,
  record: (written: Written) => void,
): Database.Statement => {
  const proxy: Database.Statement = new Proxy(statement, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...values: readonly unknown[]) => {
        const answer: unknown = member.apply(target, values);
        if (answer === target) return proxy;
        if (isChange(answer)) record({ sql, values, body: bodyOf(sql, values) });
        return answer;
      };
    },
  });
  return proxy;
};

// Of a statement that answers rows, any answer: it changed something or answered none.
const isChange = (answer: unknown): boolean =>
  typeof answer !== "object" || answer === null || !("changes" in answer) || answer.changes !== 0;

const bodyOf = (sql: string, values: readonly unknown[]): unknown =>
  WITH_BODY.test(sql) ? JSON.parse(String(values.at(-1))) : undefined;
