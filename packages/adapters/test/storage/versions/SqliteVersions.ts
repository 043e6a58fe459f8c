/** SQLite files of earlier versions. */
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { migrations } from "../../../src/storage/sqlite/SqliteMigrations.ts";
import { rowsOf } from "./Kept.ts";
import { openBy } from "./OpenBy.ts";

/** Makes a file as the code of that version left it. */
export const make = async (file: string, version: number): Promise<void> => {
  const database = await Effect.runPromise(openBy(file, migrations.slice(0, version)));
  database.transaction(() => {
    for (const [table, row] of rowsOf(version)) {
      const names = Object.keys(row).map((name) => `"${name}"`);
      const places = names.map(() => "?");
      database.prepare(`INSERT INTO "${table}" (${names.join()}) VALUES (${places.join()})`).run(Object.values(row));
    }
  })();
  database.close();
};

/** All that is in a file: its version, its schema, its rows. */
export const everything = (file: string): string => {
  const database = new Database(file, { readonly: true });
  const schema = database
    .prepare<[], { name: string; type: string; sql: string }>("SELECT name, type, sql FROM sqlite_master ORDER BY name")
    .all();
  const rows = schema
    .filter(({ type }) => type === "table")
    .map(({ name }) => [
      name,
      database
        .prepare(`SELECT * FROM "${name}"`)
        .raw()
        .all()
        .map((r) => JSON.stringify(r))
        .sort(),
    ]);
  const version = database.pragma("user_version", { simple: true });
  database.close();
  return JSON.stringify([version, schema, rows]);
};
