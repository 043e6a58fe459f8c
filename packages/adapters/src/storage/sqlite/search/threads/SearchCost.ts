/**
 * How long a search will take on the thread that asks, roughly and before it is carried out: what decides whether it is carried
 * out there. Told from a query's cost and the rows there are; once a search was carried out, from how long it took.
 */
import type { AssetIndexQuestion, SeatRule } from "@fettle/core";
import * as Qql from "@fettle/qql";
import type { Database } from "better-sqlite3";
import * as SqliteSearch from "../asking/SqliteSearch.ts";
import * as Upkeep from "../keeping/Upkeep.ts";
import type { Method } from "./SearchCall.ts";

/** What is known of a search before it is carried out. */
export interface Estimate {
  /** Milliseconds. */
  readonly ms: number;
  /** Whether something has to be brought up to date before, which is written. */
  readonly isWriting: boolean;
  /** To tell how long it took in the end; null where that says nothing about the next one. */
  readonly key: string | null;
}

export interface SearchCost {
  readonly of: <M extends Method>(method: M, args: Parameters<SqliteSearch.SqliteSearch[M]>) => Estimate;
  /** How long a search took. */
  readonly took: (key: string, ms: number) => void;
  /** Something was committed. */
  readonly changed: () => void;
}

// Of 100,000 assets with 15 patches each, on the large side: what is sent away in vain costs a tenth of a millisecond. All in
// milliseconds.

/** Of any search: count, page and what is told of its rows. */
const BASE_MS = 0.3;
/** Of an asset that is looked at, counted and perhaps sorted. */
const ASSET_MS = 0.000_5;
/** Of an asset's patches. */
const PATCHES_MS = 0.001_5;
/** Of a patch that is asked. */
const PATCH_MS = 0.002;
/** Of an asset that is put into the groups of one facet. */
const GROUPED_MS = 0.001;
/** Of an asset in the order of seats. */
const SEAT_MS = 0.000_5;
/** Of an asset of which the latest missing patches are worked out. */
const LATEST_MS = 0.2;
/** Of a patch when the places of patches among each other are worked out. */
const PLACE_MS = 0.1;

/** A search that took so long may take this many times as long the next time. */
const VARIES = 2;

/** Up to so many rows nothing is counted: whatever is asked of them is cheap. */
const FEW_ROWS = 1_000;
/** Rows are counted up to here; of a tenant that has more, the file's highest number stands for their count. */
const COUNTED_MAX = 20_000;
/** Unknown assets are counted up to here, beyond which it is clear. */
const UNKNOWN_MAX = 500;
/** For so long, in milliseconds, what a tenant has isn't looked up again unless this process wrote something. */
const LOOKED_UP_MS = 100;
/** Searches and tenants that are remembered. */
const KEPT_MAX = 1_000;

/**
 * Tokens that few assets, or patches, have one value of. Of any other, what it selects may be a good part of all, though it is
 * one look-up in an index.
 */
const SELECTIVE: ReadonlySet<string> = new Set([
  "id",
  "name",
  "hardware.serialNumber",
  "interfaces.address",
  "interfaces.macAddress",
  "title",
  "kb",
  "cve",
  "qid",
  "bulletin",
  "supersedes",
  "supersededBy",
]);

/** The units of what isn't selective, at least: a fifth of all. */
const COMMON_UNITS = Qql.Cost.SCAN / 5;

interface Standing {
  readonly t: number;
  readonly most: number;
  readonly patches: number;
  readonly arePlacesDue: 0 | 1;
  readonly isUnknown: 0 | 1;
}

export const make = (database: Database): SearchCost => {
  const sql = prepare(database);
  const counted = new Map<number, { readonly most: number; readonly rows: number }>();
  const known = new Map<string, number>();
  const standings = new Map<string, Standing>();
  let until = 0;
  const standingOf = (tenantId: string): Standing | undefined => {
    const now = performance.now();
    if (now > until) {
      standings.clear();
      until = now + LOOKED_UP_MS;
    }
    const standing = standings.get(tenantId) ?? sql.standing.get(tenantId);
    if (standing !== undefined) keep(standings, tenantId, standing);
    return standing;
  };
  const rowsOf = ({ t, most }: Standing): number => {
    if (most <= FEW_ROWS) return most;
    const before = counted.get(t);
    // A tenth more doesn't change what a search is.
    if (before !== undefined && most <= before.most * 1.1) return before.rows;
    const some = sql.rows.get(t, COUNTED_MAX) ?? 0;
    const rows = some < COUNTED_MAX ? some : most;
    keep(counted, t, { most, rows });
    return rows;
  };
  // What is unknown of the rows of a page is worked out once, and then a part of what the search was found to take.
  const upkeepOf = (
    { t, patches, arePlacesDue, isUnknown }: Standing,
    { needs, shown }: Asked,
    isKnown: boolean,
  ): number => {
    if (needs === null || (arePlacesDue === 0 && isUnknown === 0)) return 0;
    const { supersedence, latest } = needs();
    const arePlaced = arePlacesDue === 1 && (supersedence || latest || shown > 0);
    const most = latest ? UNKNOWN_MAX : isKnown ? 0 : Math.min(shown, UNKNOWN_MAX);
    const unknown = isUnknown === 0 || most === 0 ? 0 : (sql.unknown.get(t, most) ?? 0);
    return (arePlaced ? patches * PLACE_MS : 0) + unknown * LATEST_MS;
  };
  return {
    of: <M extends Method>(method: M, args: Parameters<SqliteSearch.SqliteSearch[M]>) => {
      const asked = (asking[method] as Of<M> | undefined)?.(...args) ?? whole(method, args[0]);
      const standing = standingOf(args[0]);
      if (standing === undefined) return { ms: 0, isWriting: false, key: null };
      // Of few, what once took long was held up by something else.
      const areFew = standing.most <= FEW_ROWS;
      const before = areFew ? undefined : known.get(asked.key);
      const upkeep = upkeepOf(standing, asked, before !== undefined);
      const ms = before ?? asked.ms(rowsOf(standing), standing.patches);
      const key = areFew || (asked.shown === 0 && upkeep > 0) ? null : asked.key;
      return { ms: ms + upkeep, isWriting: upkeep > 0, key };
    },
    took: (key, ms) => keep(known, key, ms * VARIES),
    changed: () => standings.clear(),
  };
};

/** What is asked, as far as it costs something. */
interface Asked {
  /** Of all that costs the same. */
  readonly key: string;
  /** Milliseconds over so many assets and patches. */
  readonly ms: (rows: number, patches: number) => number;
  /** What has to be up to date; null: nothing. */
  readonly needs: (() => Upkeep.Needs) | null;
  /** Assets of which what is missing is told. */
  readonly shown: number;
}

type Of<M extends Method> = (...args: Parameters<SqliteSearch.SqliteSearch[M]>) => Asked;

const searched: Of<"assets"> = (tenantId, question, paging) => ({
  key: keyOf("page", tenantId, question, paging.by),
  ms: (rows, patches) => msOf(question, rows, patches),
  needs: () => SqliteSearch.needsOf(question, paging),
  shown: paging.limit,
});

const asking: { readonly [M in Method]?: Of<M> } = {
  assets: searched,
  explainAssets: searched,
  assetFacets: (tenantId, question, { facets }) => ({
    key: keyOf("facets", tenantId, question, facets.length),
    ms: (rows, patches) => msOf(question, rows, patches) + share(question.asset) * rows * facets.length * GROUPED_MS,
    needs: () => SqliteSearch.needsOf(question, null),
    shown: 0,
  }),
  timeZones: (tenantId) => ({
    key: `zones | ${tenantId}`,
    ms: (rows) => BASE_MS + rows * ASSET_MS,
    needs: null,
    shown: 0,
  }),
  licensed: (tenantId, seats) => ({
    key: `seats | ${tenantId}`,
    ms: (rows) => BASE_MS + seatsOf(seats, rows),
    needs: null,
    shown: 0,
  }),
};

// Of whatever else is asked: everything is looked at.
const whole = (method: string, tenantId: string): Asked => ({
  key: `${method} | ${tenantId}`,
  ms: (rows) => BASE_MS + rows * (ASSET_MS + PATCHES_MS),
  needs: () => ({ supersedence: true, latest: true }),
  shown: 0,
});

const prepare = (database: Database) => ({
  standing: database.prepare<[string], Standing>(
    `SELECT x.t AS t, (SELECT max(n) FROM search_asset) AS most, (SELECT max(n) FROM search_patch) AS patches,
       coalesce(s.superseded < s.catalogue, 0) AS arePlacesDue,
       EXISTS (SELECT 1 FROM search_asset INDEXED BY "search_asset:unknown" WHERE t = x.t AND ${Upkeep.unknown}) AS isUnknown
     FROM search_tenant AS x LEFT JOIN search_state AS s ON s.t = x.t WHERE x.tenant_id = ?`,
  ),
  rows: database
    .prepare<[number, number], number>("SELECT count(*) FROM (SELECT 1 FROM search_asset WHERE t = ? LIMIT ?)")
    .pluck(),
  unknown: database
    .prepare<[number, number], number>(
      `SELECT count(*) FROM (SELECT 1 FROM search_asset INDEXED BY "search_asset:unknown" WHERE t = ? AND ${Upkeep.unknown} LIMIT ?)`,
    )
    .pluck(),
});

const msOf = ({ asset, patch, view, seats }: AssetIndexQuestion, rows: number, patches: number): number => {
  const ofPatches = patch === null && view === "all" ? 0 : patches * PATCH_MS + share(patch) * rows * PATCHES_MS;
  return BASE_MS + share(asset) * rows * ASSET_MS + ofPatches + seatsOf(seats, rows);
};

const seatsOf = (seats: SeatRule, rows: number): number =>
  seats._tag === "Seats" ? Math.min(rows, seats.seats) * SEAT_MS : 0;

// Of all documents, as much as a query has to look at.
const share = (query: Qql.Query<never> | null): number => {
  if (query === null) return 1;
  const units = Qql.Cost.of(query.checked);
  const isSelective = [...Qql.Dependencies.of(query.checked).tokens].some((token) => SELECTIVE.has(token));
  return (isSelective ? units : Math.max(units, COMMON_UNITS)) / Qql.Cost.SCAN;
};

const keyOf = (
  what: string,
  tenantId: string,
  { asset, patch, view }: AssetIndexQuestion,
  more: string | number,
): string => [what, tenantId, view, more, asset?.text, patch?.text].join(" | ");

const keep = <K, V>(kept: Map<K, V>, key: K, value: V): void => {
  kept.delete(key);
  const [oldest] = kept.keys();
  if (kept.size >= KEPT_MAX && oldest !== undefined) kept.delete(oldest);
  kept.set(key, value);
};
