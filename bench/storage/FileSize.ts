/** The bytes that search takes in a file, by SQLite's own figures of its pages. */
import BetterSqlite from "better-sqlite3";
import type { Contest, Context } from "../Entry.ts";
import { filesOf } from "./Searching.ts";

const GOAL_BYTES = 1.3 * 1_024;

// Tables of search and their indexes, those of SQLite itself included; what links assets and patches is left out.
const SEARCHED = `
  SELECT sum(pgsize) FROM dbstat WHERE name IN (
    SELECT name FROM sqlite_schema WHERE tbl_name LIKE 'search\\_%' ESCAPE '\\' AND tbl_name <> 'search_asset_patch'
  )`;

export const fileSize = async (context: Context): Promise<Contest> => {
  const { ours } = await filesOf(context);
  const database = new BetterSqlite(ours, { readonly: true });
  const bytes = Number(database.prepare(SEARCHED).pluck().get());
  const assets = Number(database.prepare("SELECT count(*) FROM search_asset").pluck().get());
  database.close();
  return { ours: () => bytes / assets, peer: () => GOAL_BYTES };
};
