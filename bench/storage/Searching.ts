/** Searches of the SQLite storage beside the best statements known, over the same fleet and to the same rows. */
import * as fs from "node:fs";
import * as path from "node:path";
import { AssetCatalog, PatchCatalog } from "@fettle/core";
import * as Qql from "@fettle/qql";
import BetterSqlite, { type Database } from "better-sqlite3";
import * as AssetList from "../../packages/adapters/src/storage/sqlite/search/asking/AssetList.ts";
import * as SqliteSearch from "../../packages/adapters/src/storage/sqlite/search/asking/SqliteSearch.ts";
import type { AssetHits, AssetPaging, AssetQuestion } from "../../packages/core/src/ports/SearchIndex.ts";
import type { Contest, Context } from "../Entry.ts";
import * as Fleet from "./Fleet.ts";
import * as Hand from "./Hand.ts";
import * as HandFile from "./HandFile.ts";
import * as OurFile from "./OurFile.ts";
import * as Shapes from "./Shapes.ts";

const SIZE: Fleet.Size = { assets: 100_000, patches: 5_000 };
const SIZE_FULL: Fleet.Size = { assets: 1_000_000, patches: 20_000 };
/** Of a hundred assets so many hold a seat. */
const SEATED = 80;

/** Both files, opened. */
export interface Files {
  readonly size: Fleet.Size;
  readonly ours: string;
  readonly hand: string;
}

/** The files of a run, made by the entry that is first: the others find them beside their own folders. */
export const filesOf = async ({ folder, isFull }: Context): Promise<Files> => {
  const size = isFull ? SIZE_FULL : SIZE;
  const shared = path.join(path.dirname(folder), `fleet-${size.assets}`);
  const files = { size, ours: path.join(shared, "ours.db"), hand: path.join(shared, "hand.db") };
  if (fs.existsSync(shared)) return files;
  const making = `${shared}-${process.pid}`;
  fs.mkdirSync(making, { recursive: true });
  const ours = path.join(making, "ours.db");
  if (isFull) await OurFile.fillInBulk(ours, size, telling());
  else await OurFile.fill(ours, size);
  HandFile.fill(path.join(making, "hand.db"), size);
  fs.renameSync(making, shared);
  return files;
};

/** A million assets take many minutes: whoever waits is told so often, in milliseconds. */
const TOLD_MS = 30_000;

const telling = (): OurFile.OnProgress => {
  let told = performance.now();
  return (what, done, total) => {
    if (performance.now() - told < TOLD_MS) return;
    told = performance.now();
    process.stderr.write(`bench: ${what}: ${done} of ${total}\n`);
  };
};

/** One kind of search on both sides: a call is one search, and answers what it found. */
export interface Sides {
  readonly variants: number;
  readonly ours: (variant: number) => unknown;
  readonly hand: (variant: number) => unknown;
}

export interface Opened {
  readonly sidesOf: (shape: Shapes.Shape) => Sides;
  readonly close: () => void;
}

export const open = (files: Files): Opened => {
  const ours = new BetterSqlite(files.ours);
  const hand = HandFile.open(files.hand);
  const seats = Math.floor((files.size.assets * SEATED) / 100);
  const seat = Hand.lastSeat(hand, seats);
  const searching = { search: SqliteSearch.make(ours), work: SqliteSearch.workOf(ours) };
  return {
    sidesOf: (shape) => sidesOf(shape, searching, { hand, seat, seats }),
    close: () => {
      ours.close();
      hand.close();
    },
  };
};

interface Peer {
  readonly hand: Database;
  readonly seat: Hand.Seat;
  readonly seats: number;
}

interface Searching {
  readonly search: SqliteSearch.SqliteSearch;
  /** For what the port doesn't answer by itself: a count alone, a page alone. */
  readonly work: SqliteSearch.Work;
}

const sidesOf = (shape: Shapes.Shape, searching: Searching, { hand, seat, seats }: Peer): Sides => {
  const variants = shape.variants(hand);
  const byHand = shape.hand(hand, seat);
  const askedOf = (variant: number): Shapes.Asked => variants[variant] as Shapes.Asked;
  const ours = (variant: number) => answerOf(searching, shape.wanted, askedOf(variant), seats);
  const sides = { variants: variants.length, ours, hand: (variant: number) => byHand(askedOf(variant), variant) };
  for (const [i, asked] of variants.entries()) {
    // What the port works out when rows are shown first: which of their missing patches are the latest.
    searching.search.assets(OurFile.TENANT, questionOf(asked, seats), pagingOf(shape.wanted, asked));
    same(shape, sides.ours(i), sides.hand(i));
  }
  return sides;
};

const compiled = <D extends Qql.Catalog.Definitions>(catalog: Qql.Catalog.Catalog<D>, text: string) => {
  const query = Qql.compile(catalog, text);
  if (!query.ok) throw new Error(`${text}: ${query.error[0]?.message}`);
  return query.value;
};

/** From the text: read and checked anew each time. */
export const questionOf = ({ asset, patch, view = "all" }: Shapes.Asked, seats: number): AssetQuestion => ({
  asset: asset === null ? null : compiled(AssetCatalog.catalog, asset),
  patch: patch === undefined ? null : compiled(PatchCatalog.catalog, patch),
  view,
  seen: null,
  seats: { _tag: "Seats", seats, include: null, exclude: null },
  asOf: Fleet.NOW,
});

const pagingOf = (wanted: Shapes.Wanted, asked: Shapes.Asked): AssetPaging => ({
  by: asked.by ?? "name",
  direction: asked.direction ?? "ascending",
  after: wanted === "deep-page" ? [Shapes.DEEP.name, Shapes.DEEP.id] : null,
  limit: Hand.LIMIT,
});

export const answerOf = (
  { search, work }: Searching,
  wanted: Shapes.Wanted,
  asked: Shapes.Asked,
  seats: number,
): unknown => {
  const question = questionOf(asked, seats);
  const paging = pagingOf(wanted, asked);
  if (wanted === "search") return search.assets(OurFile.TENANT, question, paging);
  if (wanted === "facets") return search.assetFacets(OurFile.TENANT, question, { facets: Shapes.FACETS, values: 100 });
  const standing = SqliteSearch.standingOf(work, OurFile.TENANT);
  if (standing === null) throw new Error("nothing is stored");
  const what = SqliteSearch.asked(work, standing, question);
  if (wanted === "count")
    return { hits: [], ...work.statements.get<{ readonly total: number }>(AssetList.count(what)) };
  const rows = AssetList.rowsOf(work.statements, what, paging, "probe");
  return { hits: rows.slice(0, paging.limit).map(AssetList.hitOf), total: 0 };
};

// Rows with all they say, in their order, and how many there are: what a shape asks for.
const same = ({ name, wanted }: Shapes.Shape, ours: unknown, hand: unknown): void => {
  const [a, b] = [oursTold(wanted, ours), handTold(wanted, hand)];
  if (a !== b) throw new Error(`${name}: ours says ${a.slice(0, 1_000)}, by hand ${b.slice(0, 1_000)}`);
};

const oursTold = (wanted: Shapes.Wanted, answer: unknown): string => {
  if (wanted === "facets") {
    const tallies = answer as ReturnType<SqliteSearch.SqliteSearch["assetFacets"]>;
    return JSON.stringify(
      tallies.map(({ facet, values }) => [facet, values.map((v) => JSON.stringify([v.value, v.assets])).sort()]),
    );
  }
  const { hits, total } = answer as AssetHits;
  if (wanted === "count") return String(total);
  return JSON.stringify([wanted === "search" ? total : null, hits]);
};

const handTold = (wanted: Shapes.Wanted, answer: unknown): string => {
  if (wanted === "facets") {
    return JSON.stringify(
      Object.entries(answer as Shapes.Tallied).map(([facet, counts]) => [
        facet,
        [...counts].map((count) => JSON.stringify(count)).sort(),
      ]),
    );
  }
  const { rows, total } = answer as Hand.HandPage;
  if (wanted === "count") return String(total);
  const hits = rows.slice(0, Hand.LIMIT).map(({ isLicensed, matching = null, ...row }) => {
    const { id, ...counts } = row;
    return { id, isLicensed: isLicensed === 1, ...counts, matching };
  });
  return JSON.stringify([wanted === "search" ? total : null, hits]);
};

/** A run is so long, so that short searches are many. */
const RUN_MS = 60;

/** Milliseconds of one search, the variants in turn; all of them at least once. */
export const each = (sides: Sides, side: "ours" | "hand"): number => {
  const search = sides[side];
  const begun = performance.now();
  let searches = 0;
  do {
    for (let i = 0; i < sides.variants; i += 1) search(i);
    searches += sides.variants;
  } while (performance.now() - begun < RUN_MS);
  return (performance.now() - begun) / searches;
};

/** A kind of search. */
export const contest = async (shape: string, context: Context): Promise<Contest> => {
  const { sidesOf, close } = open(await filesOf(context));
  const sides = sidesOf(Shapes.shapes.find(({ name }) => name === shape) as Shapes.Shape);
  return { ours: () => each(sides, "ours"), peer: () => each(sides, "hand"), close };
};

/** All kinds: the geometric mean. */
export const mean = async (context: Context): Promise<Contest> => {
  const { sidesOf, close } = open(await filesOf(context));
  const all = Shapes.shapes.map(sidesOf);
  const of = (side: "ours" | "hand") => (): number =>
    Math.exp(all.reduce((sum, sides) => sum + Math.log(each(sides, side)), 0) / all.length);
  return { ours: of("ours"), peer: of("hand"), close };
};
