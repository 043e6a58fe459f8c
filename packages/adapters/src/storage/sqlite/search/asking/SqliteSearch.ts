/**
 * Searches over the search tables of a SQLite file (see {@link ../SearchTables.ts}). A search reads everything within one
 * transaction, so that count, page and facets are of one moment.
 */
import {
  AssetFacets,
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
import type * as Qql from "@fettle/qql";
import type { Database } from "better-sqlite3";
import type * as PredicateSql from "../../../search/PredicateSql.ts";
import type * as WriteTurns from "../../WriteTurns.ts";
import * as Upkeep from "../keeping/Upkeep.ts";
import * as SearchTables from "../SearchTables.ts";
import * as Asks from "./Asks.ts";
import * as AssetList from "./AssetList.ts";
import * as AssetSql from "./AssetSql.ts";
import * as FacetSql from "./FacetSql.ts";
import * as Fragment from "./Fragment.ts";
import * as NameParts from "./NameParts.ts";
import * as PageSql from "./PageSql.ts";
import * as Plans from "./Plans.ts";
import * as ReachSql from "./ReachSql.ts";
import * as SearchPlans from "./SearchPlans.ts";
import * as Seats from "./Seats.ts";
import * as Spelling from "./Spelling.ts";
import * as Statements from "./Statements.ts";
import * as TallySql from "./TallySql.ts";

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
  const work = workOf(database);
  const { statements } = work;
  const upkeep = Upkeep.make(database, inTurn);
  const within = database.transaction((read: () => unknown) => read());
  const reading = <A>(read: () => A): A => within.deferred(read) as A;
  const bringUp = (tenantId: string, needs: Upkeep.Needs): void => {
    if (!needs.supersedence && !needs.latest) return;
    const tenant = tenantOf(statements, tenantId);
    if (tenant !== null) upkeep.before(tenant, needs);
  };
  return {
    assets: (tenantId, question, paging) => {
      bringUp(tenantId, needsOf(question, paging));
      const found = reading(() => listed(work, tenantId, question, paging));
      if (found === null) return nothing;
      const { standing, what, total } = found;
      let rows: readonly AssetList.Row[] = found.rows.slice(0, paging.limit);
      const last = found.rows.length > paging.limit ? rows.at(-1) : undefined;
      const unknown = standing.arePlacesDue === 1 ? rows.map((row) => row.n) : AssetList.unknownOf(rows);
      if (unknown.length > 0) {
        upkeep.assets(standing.t, unknown);
        rows = reading(() => AssetList.again(statements, what, rows));
      }
      return { hits: rows.map(AssetList.hitOf), total, next: last === undefined ? null : [last.key, last.id] };
    },
    assetFacets: (tenantId, question, { facets, values }) => {
      bringUp(tenantId, needsOf(question, null));
      return reading(() => {
        const standing = standingOf(work, tenantId);
        if (standing === null) return facets.map((facet) => ({ facet, values: [], more: 0 }));
        return tallies(statements, asked(work, standing, question), tenantId, facets, values);
      });
    },
    explainAssets: (tenantId, question, paging) => {
      bringUp(tenantId, needsOf(question, paging));
      return reading(() => {
        const standing = standingOf(work, tenantId);
        if (standing === null) return { cost: 0, statements: [], warnings: [] };
        const what = asked(work, standing, question);
        const counted = AssetList.count(what);
        const total = statements.get<{ readonly total: number }>(counted)?.total ?? 0;
        const shape = total > PageSql.sortedMax(standing.most(), paging.limit + 1) ? "probe" : "set";
        return SearchPlans.of(statements, what, paging, { count: counted, shape });
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
    licensed: (tenantId, seats, assetIds) =>
      reading(() => {
        const standing = standingOf(work, tenantId);
        if (standing === null) return new Set();
        const ids = Fragment.of("(SELECT value FROM json_each(?))", JSON.stringify(assetIds));
        const licensed = work.seats.licensed(standing, seats);
        const held = sql`SELECT a.id AS id FROM search_asset AS a WHERE ${Fragment.of("a.t = ?", standing.t)} AND a.id IN ${ids} AND ${licensed}`;
        return new Set(statements.all<{ readonly id: string }>(held).map((row) => row.id));
      }),
  };
};

/** What searches of one connection share. */
export interface Work {
  readonly statements: Statements.Statements;
  readonly seats: Seats.Seats;
  readonly plans: Plans.Plans;
  readonly elements: PredicateSql.Elements;
  /**
   * Tenants as they were found last. Their seating says whether their numbers are still so: no filling of the tables has it
   * again, and no asset that can be found comes without changing it.
   */
  readonly tenants: Map<string, Pick<Seats.Standing, "t" | "seating" | "most">>;
}

export const workOf = (database: Database): Work => {
  const statements = Statements.make(database);
  const seats = Seats.make(statements, (tenant, tags) => numbersOf(statements, tenant, tags));
  return { statements, seats, plans: Plans.make(), elements: AssetSql.elementsIn(statements), tenants: new Map() };
};

const TENANTS_MAX = 1_000;

const STANDING =
  "SELECT s.t, g.state, coalesce((SELECT superseded < catalogue FROM search_state AS c WHERE c.t = s.t), 0)";
const STANDING_BY_NAME = `${STANDING} FROM search_tenant AS s LEFT JOIN search_seating AS g ON g.t = s.t WHERE s.tenant_id = ?`;
const STANDING_BY_NUMBER = `${STANDING.replaceAll("s.t", "g.t")} FROM search_seating AS g WHERE g.t = ?`;

const MOST = Fragment.of("SELECT max(n) FROM search_asset");

const standingIn = (statements: Statements.Statements, standing: Fragment.Fragment): Seats.Standing | null => {
  const [found] = statements.raw<readonly [t: number, seating: number | null, arePlacesDue: 0 | 1]>(standing);
  if (found === undefined) return null;
  let known: number | undefined;
  const most = (): number => {
    known ??= statements.raw<readonly [number | null]>(MOST)[0]?.[0] ?? 0;
    return known;
  };
  return { t: found[0], seating: found[1], arePlacesDue: found[2], most };
};

/** Null for a tenant of whom nothing is stored. */
export const standingOf = ({ statements, tenants }: Work, tenantId: string): Seats.Standing | null => {
  const known = tenants.get(tenantId);
  if (known !== undefined) {
    const still = standingIn(statements, Fragment.of(STANDING_BY_NUMBER, known.t));
    if (still !== null && still.seating === known.seating) return { ...still, most: known.most };
  }
  const found = standingIn(statements, Fragment.of(STANDING_BY_NAME, tenantId));
  if (tenants.size >= TENANTS_MAX) tenants.clear();
  if (found !== null && found.seating !== null) tenants.set(tenantId, found);
  return found;
};

const listed = (work: Work, tenantId: string, question: AssetIndexQuestion, paging: AssetPaging) => {
  const standing = standingOf(work, tenantId);
  if (standing === null) return null;
  const what = asked(work, standing, question);
  return { standing, what, ...AssetList.of(work.statements, what, paging, standing.most) };
};

const tenantOf = (statements: Statements.Statements, tenantId: string): number | null =>
  statements.get<{ readonly t: number }>(Fragment.of("SELECT t FROM search_tenant WHERE tenant_id = ?", tenantId))?.t ??
  null;

/** What has to be brought up to date before the question can be answered. */
export const needsOf = (question: AssetIndexQuestion, paging: AssetPaging | null): Upkeep.Needs => {
  const asks = (query: Qql.Query<never> | null, tokens: ReadonlySet<string>): boolean =>
    query !== null && Asks.asksOf(Asks.predicateOf(query), tokens);
  return {
    supersedence: asks(question.patch, SUPERSEDENCE),
    latest: question.view === "latest-missing" || paging?.by === "latestMissing" || asks(question.asset, LATEST),
  };
};

const SUPERSEDENCE: ReadonlySet<string> = new Set(["isSuperseded", "supersededBy"]);
const LATEST: ReadonlySet<string> = new Set(["nonSupersededMissingPatchCount"]);

/** The question with what has to be looked up for it: numbers of tags, who holds seats, which patches are meant. */
export const asked = (
  { statements, seats, plans, elements }: Work,
  standing: Seats.Standing,
  question: AssetIndexQuestion,
): AssetSql.Asked => {
  const tenant = standing.t;
  const seen = question.seen === null ? null : numbersOf(statements, tenant, question.seen);
  const licensed = seats.licensed(standing, question.seats);
  const plan = plans.of(tenant, question, licensed);
  const names = plan === null ? NameParts.candidates(statements, question, standing.most) : NameParts.none;
  const hits = question.patch === null ? null : hitsOf(statements, { question, tenant, seen });
  return { question, tenant, seen, licensed, hits, names, elements, plan, written: {} };
};

const PATCH_STATUS: ReadonlySet<string> = new Set(["patchStatus"]);

const hitsOf = (
  statements: Statements.Statements,
  base: Pick<AssetSql.Asked, "question" | "tenant" | "seen">,
): AssetSql.Hits | null => {
  const query = base.question.patch;
  if (query === null) return null;
  const hit = (status: typeof SearchTables.MISSING | typeof SearchTables.INSTALLED): readonly number[] =>
    statements.all<{ readonly n: number }>(AssetSql.hits(base, query, status)).map((row) => row.n);
  const asksStatus = Asks.asksOf(Asks.predicateOf(query), PATCH_STATUS);
  const missing = hit(SearchTables.MISSING);
  return { missing, installed: asksStatus ? hit(SearchTables.INSTALLED) : missing };
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
