/** The text of a query to SQL, as a search does it, beside SQLite's prepare of what comes of it. */
import { AssetCatalog } from "@fettle/core";
import * as Qql from "@fettle/qql";
import BetterSqlite from "better-sqlite3";
import * as PredicateSql from "../../packages/adapters/src/storage/search/PredicateSql.ts";
import * as SearchTables from "../../packages/adapters/src/storage/sqlite/search/SearchTables.ts";
import type { Contest, Context } from "../Entry.ts";
import * as Fleet from "./Fleet.ts";
import * as HandFile from "./HandFile.ts";
import { filesOf } from "./Searching.ts";
import * as Shapes from "./Shapes.ts";

const ROUNDS = 3_000;

// What is made is held here for a moment, so that no work can be left out.
const kept: { last: unknown } = { last: null };

export const toSql = async (context: Context): Promise<Contest> => {
  const files = await filesOf(context);
  const [ours, hand] = [new BetterSqlite(files.ours), HandFile.open(files.hand)];
  const texts = Shapes.shapes.flatMap((shape) =>
    shape
      .variants(hand)
      .slice(0, 1)
      .flatMap(({ asset }) => asset ?? []),
  );
  hand.close();
  const statements = texts.map((text) => statementOf(text));
  return {
    ours: () => each(texts, statementOf),
    peer: () => each(statements, (statement) => ours.prepare(statement)),
    close: () => void ours.close(),
  };
};

// What is searched by SQL needs no matcher.
const statementOf = (text: string): string => {
  const { checked } = Qql.inspect(AssetCatalog.catalog, text);
  if (checked === null) throw new Error(`${text} can't be read`);
  const options = { alias: "a", shape: "set", now: Fleet.NOW, tenant: 1 } as const;
  const made = PredicateSql.of(Qql.Predicate.of(checked), SearchTables.assets, options);
  return `SELECT count(*) FROM search_asset AS a WHERE a.managed = ? AND ${made.text}`;
};

/** Microseconds of one. */
const each = <A>(all: readonly A[], work: (one: A) => unknown): number => {
  const begun = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) for (const one of all) kept.last = work(one);
  return ((performance.now() - begun) * 1_000) / (ROUNDS * all.length);
};
