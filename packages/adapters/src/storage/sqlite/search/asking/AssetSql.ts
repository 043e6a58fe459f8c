/**
 * A question about assets as conditions on the rows of `search_asset`, called `a` here: which rows it means, in the two
 * shapes that PredicateSql knows.
 */
import type { AssetIndexQuestion, AssetSearch } from "@fettle/core";
import * as Qql from "@fettle/qql";
import * as PredicateSql from "../../../search/PredicateSql.ts";
import * as SearchTables from "../SearchTables.ts";
import * as Asks from "./Asks.ts";
import * as Fragment from "./Fragment.ts";
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
  /** Whether trigrams are asked for parts of names, where rows are not looked at in an order. */
  readonly hasTrigrams: boolean;
  /** Rows that trigrams were seen to find. */
  readonly known: PredicateSql.Options["known"];
  /** Whether it was seen already that few rows are found. */
  readonly areFew: boolean;
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

const { managed } = SearchTables.assetColumns;

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
  const { tenant, question, licensed, hasTrigrams, elements, known } = asked;
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
  if (links !== null)
    return { ...sql`SELECT DISTINCT l.asset FROM search_asset_patch AS l WHERE ${either(links)}`, areManaged: false };
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
const bound = ({ text, parameters }: Fragment.Fragment, bind: (value: never) => string): string => {
  let at = 0;
  return text.replace(/\?/g, () => bind(parameters[at++] as never));
};

/** Whether every row that is found is found by one link, which is to one patch. */
export const isOfOneLink = ({ question, hits }: Pick<Asked, "question" | "hits">): boolean =>
  hits !== null && question.view !== "all" && hitsIn(question.view, hits).length === 1;

const hitsIn = (view: AssetSearch.View, { missing, installed }: Hits): readonly number[] =>
  view === "installed" ? installed : missing;

/** The links to a few patches that are all that is asked for; null where they aren't few, or not all. */
export const fewLinks = (asked: Asked): Fragment.Fragment | null => {
  const { question, seen, hits } = asked;
  if (question.asset !== null || seen !== null || hits === null || question.view === "all") return null;
  const links = hitsIn(question.view, hits).length > LOOKED_UP_MAX ? null : linksOf(asked);
  return links === null ? null : either(links);
};

const byPatches = (asked: Asked, shape: PredicateSql.Shape): readonly Fragment.Fragment[] => {
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
 * Which of an asset's patches it is found by, as conditions on rows of `search_asset_patch` called `l`, one of which must
 * hold; null when nothing is asked of patches (see AssetSearch.foundBy).
 */
export const linksOf = (
  { question, hits }: Pick<Asked, "question" | "hits">,
  shape: PredicateSql.Shape = "set",
): readonly Fragment.Fragment[] | null => {
  const { view } = question;
  if (view === "all" && hits === null) return null;
  const missing = (): Fragment.Fragment => among(shape, statusOf(view), hits?.missing ?? null);
  const installed = (): Fragment.Fragment =>
    among(shape, `l.status = ${SearchTables.INSTALLED}`, hits?.installed ?? null);
  if (view === "all") return [missing(), installed()];
  return [view === "installed" ? installed() : missing()];
};

const statusOf = (view: AssetSearch.View): string =>
  view === "latest-missing"
    ? `l.status = ${SearchTables.MISSING} AND l.latest = 1`
    : `l.status = ${SearchTables.MISSING}`;

/** More patches than these are not looked up one by one among those of an asset: all of these are looked at. */
const LOOKED_UP_MAX = 8;

const among = (shape: PredicateSql.Shape, status: string, patches: readonly number[] | null): Fragment.Fragment => {
  if (patches === null) return Fragment.of(status);
  const patch = shape === "probe" && patches.length > LOOKED_UP_MAX ? "+l.patch" : "l.patch";
  return sql`${Fragment.of(`${status} AND ${patch} IN `)}${Fragment.numbers(patches)}`;
};

/** The patches that fulfil the patch query as missing, or as installed, ones. */
export const hits = (
  asked: Pick<Asked, "question" | "tenant" | "seen">,
  query: Qql.Query<never>,
  status: typeof SearchTables.MISSING | typeof SearchTables.INSTALLED,
): Fragment.Fragment => {
  const { tenant, question } = asked;
  const counted =
    (of: number) =>
    ({ alias, bind }: { readonly alias: string; readonly bind: (v: never) => string }) => {
      const rows = Fragment.all(visible(asked, "probe", "b"));
      return (
        `(SELECT count(*) FROM search_asset_patch AS c JOIN search_asset AS b ON b.n = c.asset ` +
        `WHERE c.patch = ${alias}.n AND c.status = ${of} AND ${bound(rows, bind)})`
      );
    };
  const layout = SearchTables.withComputed(SearchTables.withStatus(SearchTables.patches, status), {
    missingCount: counted(SearchTables.MISSING),
    installedCount: counted(SearchTables.INSTALLED),
  });
  const predicate = Qql.Predicate.of(query.checked);
  const fulfilled = PredicateSql.of(predicate, layout, { alias: "p", shape: "set", now: question.asOf, tenant });
  const stored = Fragment.of(`p.t = ? AND ${SearchTables.isPatchStored("p")}`, tenant);
  return sql`SELECT p.n FROM search_patch AS p WHERE ${stored} AND ${fulfilled}`;
};
