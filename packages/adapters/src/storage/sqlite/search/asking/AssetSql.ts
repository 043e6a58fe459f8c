/**
 * A question about assets as conditions on the rows of `search_asset`, called `a` here: which rows it means, in the two
 * shapes that PredicateSql knows.
 */
import type { AssetIndexQuestion, AssetSearch } from "@fettle/core";
import type * as Qql from "@fettle/qql";
import type * as Layout from "../../../search/Layout.ts";
import * as PredicateSql from "../../../search/PredicateSql.ts";
import * as SearchTables from "../SearchTables.ts";
import * as Asks from "./Asks.ts";
import * as Fragment from "./Fragment.ts";
import type * as NameParts from "./NameParts.ts";
import type * as Plans from "./Plans.ts";
import type * as Statements from "./Statements.ts";

const { sql } = Fragment;

/** A question with what was looked up for it. */
export interface Asked {
  readonly question: AssetIndexQuestion;
  /** The tenant's number. */
  readonly tenant: number;
  /** Numbers of the tags of which one must be borne; null: all are seen. */
  readonly seen: readonly number[] | null;
  /** Whether a row holds a seat, as 1 or 0. */
  readonly licensed: Fragment.Fragment;
  readonly hits: Hits | null;
  /** What trigrams were seen to find. They aren't asked where rows are looked at in an order. */
  readonly names: NameParts.Candidates;
  /** Finds the tags that are asked for. */
  readonly elements: PredicateSql.Elements;
  /** What was made of it before; null where that is of no use. */
  readonly plan: Plans.Plan | null;
  /** What its query was written as in this search. */
  readonly written: { [S in PredicateSql.Shape]?: PredicateSql.PredicateSql };
}

/** The numbers of the patches that fulfil the patch query where they are missing, and where they are installed. */
export interface Hits {
  readonly missing: readonly number[];
  readonly installed: readonly number[];
}

const { managed, missing, installed, latestMissing } = SearchTables.assetColumns;

/** The rows that the question means. */
export const found = (asked: Asked, shape: PredicateSql.Shape): Fragment.Fragment => {
  const conditions = [
    ...(asked.question.asset === null ? [] : [fulfils(asked, asked.question.asset, shape)]),
    ...byPatches(asked, shape),
  ];
  return Fragment.all([...visible(asked, shape), ...conditions]);
};

/** Managed (AST-11), and in the caller's scope (TAG-05). */
export const visible = (
  { tenant, seen }: Pick<Asked, "tenant" | "seen">,
  shape: PredicateSql.Shape,
  alias = "a",
): readonly Fragment.Fragment[] => [
  Fragment.of(`${alias}.${managed} = ?`, tenant),
  ...(seen === null ? [] : [bearsOneOf(seen, shape, alias)]),
];

/** Bears one of these tags. */
export const bearsOneOf = (tags: readonly number[], shape: PredicateSql.Shape, alias = "a"): Fragment.Fragment => {
  const borne = Fragment.numbers(tags);
  return shape === "set"
    ? sql`${Fragment.of(`${alias}.n IN (SELECT l.asset FROM search_asset_tag AS l WHERE l.tag IN `)}${borne}${Fragment.of(")")}`
    : sql`${Fragment.of(`EXISTS (SELECT 1 FROM search_asset_tag AS l WHERE l.asset = ${alias}.n AND l.tag IN `)}${borne}${Fragment.of(")")}`;
};

// Whichever statements of a search ask it, it is written once in each shape.
const fulfils = (asked: Asked, query: Qql.Query<never>, shape: PredicateSql.Shape): PredicateSql.PredicateSql => {
  const made = asked.written[shape] ?? write(asked, query, shape);
  asked.written[shape] = made;
  return made;
};

/** More tags than these are not named, but looked for along with the assets that bear them. */
const ELEMENTS_MAX = 256;

export const elementsIn =
  (statements: Statements.Statements): PredicateSql.Elements =>
  ({ text, parameters }) => {
    const some = statements.raw<readonly [number]>({ text: `${text} LIMIT ${ELEMENTS_MAX + 1}`, parameters });
    return some.length > ELEMENTS_MAX ? null : some.map(([key]) => key);
  };

const LICENSED: ReadonlySet<string> = new Set(["licensed"]);

const write = (asked: Asked, query: Qql.Query<never>, shape: PredicateSql.Shape): PredicateSql.PredicateSql => {
  const { tenant, question, licensed, elements } = asked;
  const { hasTrigrams, known } = asked.names;
  const predicate = Asks.predicateOf(query);
  const layout = Asks.asksOf(predicate, LICENSED)
    ? SearchTables.withComputed(SearchTables.assets, { licensed: ({ bind }) => bound(licensed, bind) })
    : SearchTables.assets;
  const trigrams = hasTrigrams && shape === "set";
  return PredicateSql.of(predicate, layout, {
    alias: "a",
    shape,
    now: question.asOf,
    tenant,
    trigrams,
    elements,
    // What is kept for the next time must not hold what may be another number, or none, by then.
    ...(asked.plan === null ? { texts: elements } : {}),
    ...(known === undefined ? {} : { known }),
  });
};

/** A SELECT of numbers of assets, each once. */
export interface Numbers extends Fragment.Fragment {
  /** Whether the unmanaged are not among them. */
  readonly areManaged: boolean;
}

/** The numbers of what the question means, by a SELECT that looks at no row of an asset; null where that can't tell. */
export const numbers = (asked: Asked): Numbers | null => {
  const { asset } = asked.question;
  const links = linksOf(asked);
  if (asked.seen !== null || (asset === null) === (links === null)) return null;
  // Links of patches are the tenant's; without patches they are everybody's.
  if (links !== null && asked.hits === null) return null;
  if (links !== null) {
    // Of one link each, an asset is found once.
    const each = Fragment.of(isOfOneLink(asked) ? "" : "DISTINCT ");
    return { ...sql`SELECT ${each}l.asset FROM search_asset_patch AS l WHERE ${either(links)}`, areManaged: true };
  }
  const fulfilled = asset === null ? null : fulfils(asked, asset, "set");
  if (fulfilled === null || fulfilled.numbers === null) return null;
  return { text: fulfilled.numbers, parameters: fulfilled.parameters, areManaged: fulfilled.areInScope };
};

/** Links of which one of these holds. */
export const either = (links: readonly Fragment.Fragment[]): Fragment.Fragment =>
  links.length === 1
    ? (links[0] as Fragment.Fragment)
    : sql`(${Fragment.joined(
        links.map((link) => sql`(${link})`),
        " OR ",
      )})`;

/** A fragment's text whose values are bound anew, where it stands in another statement. */
const bound = ({ text, parameters }: Fragment.Fragment, bind: Parameters<Layout.ComputedSql>[0]["bind"]): string => {
  let at = 0;
  return text.replace(/\?/g, () => bind(parameters[at++] as Layout.Parameter));
};

/** Whether every row that is found is found by one link, which is to one patch. */
export const isOfOneLink = ({ question, hits }: Pick<Asked, "question" | "hits">): boolean =>
  hits !== null && question.view !== "all" && hitsIn(question.view, hits).length === 1;

const hitsIn = (view: AssetSearch.View, { missing, installed }: Hits): readonly number[] =>
  view === "installed" ? installed : missing;

const byPatches = (asked: Asked, shape: PredicateSql.Shape): readonly Fragment.Fragment[] => {
  if (asked.hits === null) return hasSome[asked.question.view];
  const links = linksOf(asked, shape);
  if (links === null) return [];
  const each = links.map((link) =>
    shape === "set"
      ? sql`a.n IN (SELECT l.asset FROM search_asset_patch AS l WHERE ${link})`
      : sql`EXISTS (SELECT 1 FROM search_asset_patch AS l WHERE l.asset = a.n AND ${link})`,
  );
  return [each.length === 1 ? (each[0] as Fragment.Fragment) : sql`(${Fragment.joined(each, " OR ")})`];
};

/**
 * Whichever patches they are, the asset's own row says how many. Which are the latest may have become unknown since it was
 * worked out for the question: links still tell what it was then.
 */
const hasSome: { readonly [V in AssetSearch.View]: readonly Fragment.Fragment[] } = {
  all: [],
  missing: [Fragment.of(`a.${missing} > 0`)],
  installed: [Fragment.of(`a.${installed} > 0`)],
  "latest-missing": [
    Fragment.of(
      `CASE WHEN a.${latestMissing} IS NULL THEN EXISTS (SELECT 1 FROM search_asset_patch AS l WHERE l.asset = a.n ` +
        `AND ${statusOf("latest-missing")}) ELSE a.${latestMissing} > 0 END`,
    ),
  ],
};

/**
 * Which of an asset's patches it is found by, as conditions on rows of `search_asset_patch` called `l`, one of which must
 * hold; null when nothing is asked of patches (see AssetSearch.foundBy). In sets they are links of assets that searches find.
 */
export const linksOf = (
  { question, hits }: Pick<Asked, "question" | "hits">,
  shape: PredicateSql.Shape = "set",
): readonly Fragment.Fragment[] | null => {
  const { view } = question;
  if (view === "all" && hits === null) return null;
  const areMissing = (): Fragment.Fragment => among(shape, statusOf(view), hits?.missing ?? null);
  const areInstalled = (): Fragment.Fragment =>
    among(shape, `l.status = ${SearchTables.INSTALLED}`, hits?.installed ?? null);
  if (view === "all") return [areMissing(), areInstalled()];
  return [view === "installed" ? areInstalled() : areMissing()];
};

function statusOf(view: AssetSearch.View): string {
  const missing = `l.status = ${SearchTables.MISSING}`;
  return view === "latest-missing" ? `${missing} AND l.latest = 1` : missing;
}

/** More patches than these are not looked up one by one among those of an asset: all of these are looked at. */
const LOOKED_UP_MAX = 8;

const among = (shape: PredicateSql.Shape, status: string, patches: readonly number[] | null): Fragment.Fragment => {
  const found = shape === "set" ? `${status} AND l.managed = 1` : status;
  if (patches === null) return Fragment.of(found);
  const patch = shape === "probe" && patches.length > LOOKED_UP_MAX ? "+l.patch" : "l.patch";
  return sql`${Fragment.of(`${found} AND ${patch} IN `)}${Fragment.numbers(patches)}`;
};

type Status = typeof SearchTables.MISSING | typeof SearchTables.INSTALLED;

/** Patches as they are missing, or installed, with how many assets that are seen they are so on. */
const patchesAs = (status: Status, asked: Pick<Asked, "tenant" | "seen">): Layout.Layout => {
  const counted =
    (of: Status): Layout.ComputedSql =>
    ({ alias, bind }) => {
      const links = `c.patch = ${alias}.n AND c.status = ${of} AND c.managed = 1`;
      if (asked.seen === null) return `(SELECT count(*) FROM search_asset_patch AS c WHERE ${links})`;
      const rows = bound(Fragment.all(visible(asked, "probe", "b")), bind);
      return `(SELECT count(*) FROM search_asset_patch AS c JOIN search_asset AS b ON b.n = c.asset WHERE ${links} AND ${rows})`;
    };
  return SearchTables.withComputed(SearchTables.withStatus(SearchTables.patches, status), {
    missingCount: counted(SearchTables.MISSING),
    installedCount: counted(SearchTables.INSTALLED),
  });
};

// Whose links these are, the patch tells: of all assets they are the same for every tenant.
const ofAll = { tenant: 0, seen: null };
const ofAllMissing = patchesAs(SearchTables.MISSING, ofAll);
const ofAllInstalled = patchesAs(SearchTables.INSTALLED, ofAll);

/** The patches that fulfil the patch query as missing, or as installed, ones. */
export const hits = (
  asked: Pick<Asked, "question" | "tenant" | "seen">,
  query: Qql.Query<never>,
  status: Status,
): Fragment.Fragment => {
  const { tenant, question, seen } = asked;
  const all = status === SearchTables.MISSING ? ofAllMissing : ofAllInstalled;
  const layout = seen === null ? all : patchesAs(status, asked);
  const predicate = Asks.predicateOf(query);
  const fulfilled = PredicateSql.of(predicate, layout, { alias: "p", shape: "set", now: question.asOf, tenant });
  const stored = Fragment.of(`p.t = ? AND ${SearchTables.isPatchStored("p")}`, tenant);
  return sql`SELECT p.n FROM search_patch AS p WHERE ${stored} AND ${fulfilled}`;
};
