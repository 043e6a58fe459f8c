/** The bytes that a fleet takes in a file, by SQLite's own figures of its pages: those of search, and all of them. */
import * as fs from "node:fs";
import * as path from "node:path";
import BetterSqlite from "better-sqlite3";
import type { Contest, Context } from "../Entry.ts";
import * as OurFile from "./OurFile.ts";
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

/** So many that what a file holds beside them, its tables and the tags, is some 10 bytes of each. */
const WHOLE = { assets: 20_000, patches: 0 };

/**
 * All of a file in which no patch is known, and so none is missing or installed: what assets, agents and assessments say, their
 * keys, and what is searched of them.
 */
export const wholeFileSize = async ({ folder }: Context): Promise<Contest> => {
  const file = path.join(folder, "whole.db");
  await OurFile.fill(file, WHOLE);
  const { size } = fs.statSync(file);
  return { ours: () => size / WHOLE.assets, peer: () => GOAL_BYTES };
};
