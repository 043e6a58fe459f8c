/**
 * Searches over the search tables of a SQLite file (see {@link ./SearchTables.ts}). A search reads everything within one
 * transaction, so that count, page and facets are of one moment.
 */
import {
  AssetFacets,
  type AssetHit,
  type AssetHits,
  type AssetIndexQuestion,
  type AssetPaging,
  type Facet,
  type Looked,
  type PatchCounts,
  type PatchTally,
  type Reach,
  type SearchPlan,
  type SeatRule,
} from "@fettle/core";
import * as Qql from "@fettle/qql";
import type { Database } from "better-sqlite3";
import * as AssetSql from "./AssetSql.ts";
import * as FacetSql from "./FacetSql.ts";
import * as Fragment from "./Fragment.ts";
import * as PageSql from "./PageSql.ts";
import * as ReachSql from "./ReachSql.ts";
import * as SearchPlans from "./SearchPlans.ts";
import * as SearchTables from "./SearchTables.ts";
import * as SeatSql from "./SeatSql.ts";
import * as Spelling from "./Spelling.ts";
import * as Statements from "./Statements.ts";
import * as TallySql from "./TallySql.ts";
import * as Upkeep from "./Upkeep.ts";
import type * as WriteTurns from "./WriteTurns.ts";

const { sql } = Fragment;

/** Searches of one connection. Throws what the driver throws. */
export interface SqliteSearch {
  readonly assets: (tenantId: string, question: AssetIndexQuestion, paging: AssetPaging) => AssetHits;
  readonly assetFacets: (
    tenantId: string,
    question: AssetIndexQuestion,
    asked: { readonly facets: readonly Facet[]; readonly values: number },
  ) => readonly AssetFacets.Tally[];
  readonly explainAssets: (tenantId: string, question: AssetIndexQuestion, paging: AssetPaging) => SearchPlan;
  readonly patchCounts: (tenantId: string, looked: Looked) => PatchTally;
  readonly timeZones: (tenantId: string, reach: Reach) => readonly string[];
  readonly licensed: (tenantId: string, seats: SeatRule, assetIds: readonly string[]) => ReadonlySet<string>;
}

const nothing: AssetHits = { hits: [], total: 0, next: null };

/** `inTurn` does what a search has to write, a transaction at a time; left out, it is done at once. */
export const make = (database: Database, inTurn?: WriteTurns.InTurn): SqliteSearch => {
  const statements = Statements.make(database);
  const upkeep = Upkeep.make(database, inTurn);
  const reading = <A>(read: () => A): A => database.transaction(read).deferred();
  return {
    assets: (tenantId, question, paging) => {
      const tenant = tenantOf(statements, tenantId);
      if (tenant === null) return nothing;
      upkeep.before(tenant, needsOf(question, paging));
      const { what, rows, total } = reading(() => found(statements, asked(statements, tenant, question), paging));
      const shown = rows.slice(0, paging.limit);
      upkeep.assets(
        tenant,
        shown.map((row) => row.n),
      );
      const last = rows.length > paging.limit ? shown.at(-1) : undefined;
      const hits = reading(() => hitsOf(statements, what, shown));
      return { hits, total, next: last === undefined ? null : [last.key, last.id] };
    },
    assetFacets: (tenantId, question, { facets, values }) => {
      const tenant = tenantOf(statements, tenantId);
      if (tenant === null) return facets.map((facet) => ({ facet, values: [], more: 0 }));
      upkeep.before(tenant, needsOf(question, null));
      return reading(() => tallies(statements, asked(statements, tenant, question), tenantId, facets, values));
    },
    explainAssets: (tenantId, question, paging) => {
      const tenant = tenantOf(statements, tenantId);
      if (tenant === null) return { cost: 0, statements: [], warnings: [] };
      upkeep.before(tenant, needsOf(question, paging));
      return reading(() => {
        const what = asked(statements, tenant, question);
        const total = statements.get<{ readonly total: number }>(count(what))?.total ?? 0;
        const shape = shapeOf(statements, total, paging.limit);
        return SearchPlans.of(statements, what, paging, { count: count(what), shape });
      });
    },
    patchCounts: (tenantId, looked) => {
      const tenant = tenantOf(statements, tenantId);
      if (tenant === null) return { assets: { looked: 0, unassessed: 0 }, counts: new Map() };
      upkeep.before(tenant, { supersedence: false, latest: true });
      return reading(() => tallyOf(statements, tenant, looked));
    },
    timeZones: (tenantId, reach) => {
      const tenant = tenantOf(statements, tenantId);
      if (tenant === null) return [];
      return reading(() => {
        const reached = ReachSql.of(reach, tenant, (tags) => numbersOf(statements, tenant, tags));
        const examples = statements.all<{ readonly one: number }>(ReachSql.zones(reached)).map((row) => row.one);
        return [...Spelling.ofAssets(statements, tenantId, examples, (part) => part.document.timeZone).values()].sort();
      });
    },
    licensed: (tenantId, seats, assetIds) => {
      const tenant = tenantOf(statements, tenantId);
      if (tenant === null) return new Set();
      const ids = Fragment.of("(SELECT value FROM json_each(?))", JSON.stringify(assetIds));
      const licensed = seatsOf(statements, tenant, seats);
      const held = sql`SELECT a.id AS id FROM search_asset AS a WHERE ${Fragment.of("a.t = ?", tenant)} AND a.id IN ${ids} AND ${licensed}`;
      return reading(() => new Set(statements.all<{ readonly id: string }>(held).map((row) => row.id)));
    },
  };
};

const tenantOf = (statements: Statements.Statements, tenantId: string): number | null =>
  statements.get<{ readonly t: number }>(Fragment.of("SELECT t FROM search_tenant WHERE tenant_id = ?", tenantId))?.t ??
  null;

/** What has to be brought up to date before the question can be answered. */
export const needsOf = (question: AssetIndexQuestion, paging: AssetPaging | null): Upkeep.Needs => {
  const asset = question.asset === null ? null : Qql.Dependencies.of(question.asset.checked).tokens;
  const patch = question.patch === null ? null : Qql.Dependencies.of(question.patch.checked).tokens;
  return {
    supersedence: patch !== null && (patch.has("isSuperseded") || patch.has("supersededBy")),
    latest:
      question.view === "latest-missing" ||
      paging?.by === "latestMissing" ||
      asset?.has("nonSupersededMissingPatchCount") === true,
  };
};

/** The question with what has to be looked up for it: numbers of tags, who holds seats, which patches are meant. */
export const asked = (
  statements: Statements.Statements,
  tenant: number,
  question: AssetIndexQuestion,
): AssetSql.Asked => {
  const seen = question.seen === null ? null : numbersOf(statements, tenant, question.seen);
  const base = { question, tenant, seen };
  const query = question.patch;
  const hit = (status: typeof SearchTables.MISSING | typeof SearchTables.INSTALLED): readonly number[] =>
    query === null
      ? []
      : statements.all<{ readonly n: number }>(AssetSql.hits(base, query, status)).map((row) => row.n);
  const asksStatus = query !== null && Qql.Dependencies.of(query.checked).tokens.has("patchStatus");
  const missing = hit(SearchTables.MISSING);
  const installed = asksStatus ? hit(SearchTables.INSTALLED) : missing;
  const licensed = seatsOf(statements, tenant, question.seats);
  return { ...base, licensed, hits: query === null ? null : { missing, installed } };
};

const numbersOf = (statements: Statements.Statements, tenant: number, tags: readonly string[]): readonly number[] =>
  statements
    .all<{ readonly n: number }>(
      Fragment.of(
        "SELECT n FROM search_tag WHERE t = ? AND id IN (SELECT value FROM json_each(?))",
        tenant,
        JSON.stringify(tags),
      ),
    )
    .map((row) => row.n);

const tallyOf = (statements: Statements.Statements, tenant: number, looked: Looked): PatchTally => {
  const rows = TallySql.looked(looked, tenant, (tags) => numbersOf(statements, tenant, tags));
  const assets = statements.get<PatchTally["assets"]>(TallySql.assets(rows)) ?? { looked: 0, unassessed: 0 };
  const counts = new Map<string, PatchCounts>();
  for (const { id, status, assets: on, latest } of statements.all<TallySql.PatchRow>(TallySql.patches(rows))) {
    const known = counts.get(id) ?? { missing: 0, latestMissing: 0, installed: 0 };
    const isMissing = status === SearchTables.MISSING;
    counts.set(id, isMissing ? { ...known, missing: on, latestMissing: latest } : { ...known, installed: on });
  }
  return { assets, counts };
};

const seatsOf = (statements: Statements.Statements, tenant: number, rule: SeatRule): Fragment.Fragment => {
  if (rule._tag !== "Seats" || rule.seats === 0) return SeatSql.licensed(rule, Fragment.always, null);
  const numbers = (tags: readonly string[]): readonly number[] => numbersOf(statements, tenant, tags);
  const last = statements.get<SeatSql.Last>(SeatSql.last(SeatSql.candidates(rule, tenant, numbers, "set"), rule.seats));
  return SeatSql.licensed(rule, SeatSql.candidates(rule, tenant, numbers, "probe"), last ?? null);
};

const found = (statements: Statements.Statements, what: AssetSql.Asked, paging: AssetPaging) => {
  const total = statements.get<{ readonly total: number }>(count(what))?.total ?? 0;
  return { what, total, rows: total === 0 ? [] : rowsOf(statements, what, paging, total) };
};

/** How many are found. */
export const count = (what: AssetSql.Asked): Fragment.Fragment =>
  sql`SELECT count(*) AS total FROM search_asset AS a WHERE ${AssetSql.found(what, "set")}`;

/** The shape in which a page of so many found is read. */
export const shapeOf = (statements: Statements.Statements, found: number, limit: number): "set" | "probe" => {
  const all =
    statements.get<{ readonly most: number }>(Fragment.of("SELECT max(n) AS most FROM search_asset"))?.most ?? 0;
  return PageSql.isAlongIndex(found, all, limit) ? "probe" : "set";
};

// One row more than the page holds tells whether it is the last.
const rowsOf = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  paging: AssetPaging,
  total: number,
): readonly PageSql.PageRow[] => {
  const limit = paging.limit + 1;
  const shape = shapeOf(statements, total, limit);
  const meant = AssetSql.found(what, shape);
  const [key = null, id = ""] = (paging.after ?? []) as readonly [string | number | null, string];
  const after = paging.after === null ? null : { key, id };
  const isBehindKnown = after !== null && after.key === null;
  const known = isBehindKnown
    ? []
    : statements.all<PageSql.PageRow>(PageSql.known(meant, shape, what.tenant, { ...paging, limit }, after));
  if (known.length >= limit) return known;
  const rest = { ...paging, limit: limit - known.length };
  return [...known, ...statements.all<PageSql.PageRow>(PageSql.unknown(meant, rest, isBehindKnown ? after : null))];
};

interface Details {
  readonly n: number;
  readonly isLicensed: number;
  readonly missing: number | null;
  readonly installed: number | null;
  readonly latestMissing: number | null;
  readonly lastScannedAt: number | null;
}

const { missing, installed, latestMissing, scannedAt } = SearchTables.assetColumns;

const hitsOf = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  rows: readonly PageSql.PageRow[],
): readonly AssetHit[] => {
  const numbers = Fragment.numbers(rows.map((row) => row.n));
  const columns = Fragment.of(
    `a.${missing} AS missing, a.${installed} AS installed, a.${latestMissing} AS latestMissing, a.${scannedAt} AS lastScannedAt`,
  );
  const details = new Map(
    statements
      .all<Details>(
        sql`SELECT a.n AS n, ${what.licensed} AS isLicensed, ${columns} FROM search_asset AS a WHERE a.n IN ${numbers}`,
      )
      .map((row) => [row.n, row]),
  );
  const matching = matchingOf(statements, what, numbers);
  return rows.flatMap(({ n, id }): readonly AssetHit[] => {
    const found = details.get(n);
    if (found === undefined) return [];
    const { n: _, isLicensed, ...counts } = found;
    return [
      { id, isLicensed: isLicensed === 1, ...counts, matching: matching === null ? null : (matching.get(n) ?? 0) },
    ];
  });
};

// The patches by which each was found.
const matchingOf = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  numbers: Fragment.Fragment,
): ReadonlyMap<number, number> | null => {
  const links = AssetSql.linksOf(what);
  if (links === null) return null;
  const any = Fragment.joined(
    links.map((link) => sql`(${link})`),
    " OR ",
  );
  const rows = statements.all<{ readonly asset: number; readonly matching: number }>(
    sql`SELECT l.asset AS asset, count(*) AS matching FROM search_asset_patch AS l WHERE l.asset IN ${numbers} AND (${any}) GROUP BY l.asset`,
  );
  return new Map(rows.map((row) => [row.asset, row.matching]));
};

const tallies = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  tenantId: string,
  facets: readonly Facet[],
  most: number,
): readonly AssetFacets.Tally[] => {
  const groups = groupsOf(statements, what, facets);
  const spelling = Spelling.make(statements, tenantId);
  return facets.map((facet) => {
    const all = groups.get(facet) ?? [];
    const least = [...all].sort((a, b) => b.assets - a.assets)[most - 1]?.assets ?? 0;
    // Those that may be shown; of equals all, since their order is that of their spelling.
    const shown = all.filter((group) => group.assets >= least);
    const ordered = AssetFacets.inOrder(spelling.of(facet, shown));
    return { facet, values: ordered.slice(0, most), more: Math.max(0, all.length - most) };
  });
};

const groupsOf = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  facets: readonly Facet[],
): ReadonlyMap<Facet, readonly FacetSql.Group[]> => {
  const groups = new Map<Facet, readonly FacetSql.Group[]>();
  const inRow: { readonly facet: Facet; readonly key: Fragment.Fragment }[] = [];
  for (const facet of facets) {
    const counting = FacetSql.countingOf(facet);
    if (counting._tag === "Row") {
      inRow.push({ facet, key: counting.key(what) });
      continue;
    }
    const statement =
      counting._tag === "Tags" ? FacetSql.tags(what) : FacetSql.elements(what, counting.table, counting.column);
    const none = statements.get<{ readonly assets: number }>(FacetSql.without(what, facet))?.assets ?? 0;
    const found = statements.all<FacetSql.Group>(statement);
    groups.set(facet, none === 0 ? found : [...found, { key: null, assets: none, one: 0 }]);
  }
  if (inRow.length > 0) {
    const keys = inRow.map(({ key }) => key);
    const rows = statements.all<Readonly<Record<string, string | number | null>>>(FacetSql.together(what, keys));
    for (const [i, { facet }] of inRow.entries()) groups.set(facet, summed(rows, `k${i}`));
  }
  return groups;
};

const summed = (rows: readonly Readonly<Record<string, string | number | null>>[], column: string) => {
  const sums = new Map<string | number | null, { key: string | number | null; assets: number; one: number }>();
  for (const row of rows) {
    const key = row[column] ?? null;
    const [assets, one] = [Number(row.assets), Number(row.one)];
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { key, assets, one });
    else {
      known.assets += assets;
      known.one = Math.min(known.one, one);
    }
  }
  return [...sums.values()];
};
