/**
 * The kinds of searches that are measured: each as QQL asks it, and as the best SQL known answers it over tables made for it.
 * Several variants are asked in turn, so that nothing is learnt by heart.
 */
import { FullText } from "@fettle/qql";
import type { Database } from "better-sqlite3";
import type { View } from "../../packages/core/src/domain/assessment/AssetSearch.ts";
import type { AssetSortKey } from "../../packages/core/src/domain/assessment/AssetSort.ts";
import type { Facet } from "../../packages/core/src/domain/asset/AssetFacets.ts";
import * as Fleet from "./Fleet.ts";
import * as Hand from "./Hand.ts";

/** A search as it is asked. */
export interface Asked {
  readonly asset: string | null;
  readonly patch?: string;
  readonly view?: View;
  readonly by?: AssetSortKey;
  readonly direction?: "ascending" | "descending";
}

/** What is asked for: a page with how many there are in all, or one of the two, or what stands beside a list. */
export type Wanted = "search" | "count" | "page" | "deep-page" | "facets";

export interface Shape {
  readonly name: string;
  readonly what: string;
  readonly peer: string;
  readonly wanted: Wanted;
  readonly variants: (hand: Database) => readonly Asked[];
  /** By hand, for each variant. */
  readonly hand: (hand: Database, seat: Hand.Seat) => (asked: Asked, variant: number) => Hand.HandPage | Tallied;
}

/** How often each value of a facet is there. */
export type Tallied = { readonly [facet: string]: ReadonlyMap<string, number> };

export const FACETS: readonly Facet[] = ["osFamily", "operatingSystem", "architecture", "manufacturer"];

const ROLES = ["web", "sql", "db", "app"] as const;
/** Pairs of tags that many assets bear. */
const PAIRS = [1, 2, 3, 4].map((i) => [i, i + 4, i + 9] as const);
const tag = (i: number): string => `\`${Fleet.tagName(i)}\``;
const folded = (i: number): string => FullText.fold(Fleet.tagName(i));
const numberOfTag = "(SELECT n FROM tag WHERE t = 1 AND name = ?)";

const exact: Shape = {
  name: "exact",
  what: "assets of one name, counted and paged by name",
  peer: "one look-up in an index",
  wanted: "search",
  variants: (hand) =>
    hand
      .prepare<[], string>("SELECT name FROM asset WHERE n % (SELECT max(n) / 200 FROM asset) = 0")
      .pluck()
      .all()
      .map((name) => ({ asset: `name: \`${name}\`` })),
  hand: (hand, seat) => {
    const search = Hand.few(hand, seat, { page: "asset AS a WHERE a.t = 1 AND a.name = ?", order: "a.id" });
    return ({ asset }) => search((asset ?? "").slice("name: `".length, -1));
  },
};

const prefix: Shape = {
  name: "prefix",
  what: "names that begin with a text, counted and paged by name",
  peer: "a range of an index",
  wanted: "search",
  variants: () => ROLES.map((role, i) => ({ asset: `name: ${role}-${i + 1}*` })),
  hand: (hand, seat) => {
    const range = "a.t = 1 AND a.name >= ? AND a.name < ?";
    const search = Hand.counted(hand, seat, {
      count: `SELECT count(*) FROM asset AS a WHERE ${range}`,
      page: `asset AS a WHERE ${range}`,
      order: "a.name, a.id",
    });
    return (_, i) => search(`${ROLES[i]}-${i + 1}`, `${ROLES[i]}-${i + 2}`);
  },
};

const contains: Shape = {
  name: "contains",
  what: "names with a text in them, counted and paged by name",
  peer: "the names' index read from end to end, and up to a full page",
  wanted: "search",
  variants: () => ROLES.map((role, i) => ({ asset: `name: *${role}-${i + 1}*` })),
  hand: (hand, seat) => {
    const has = "a.t = 1 AND instr(a.name, ?) > 0";
    const search = Hand.counted(hand, seat, {
      count: `SELECT count(*) FROM asset AS a WHERE ${has}`,
      page: `asset AS a INDEXED BY asset_name WHERE ${has}`,
      order: "a.name, a.id",
    });
    return (_, i) => search(`${ROLES[i]}-${i + 1}`);
  },
};

const rare: Shape = {
  name: "contains-rare",
  what: "names with a rare text in them, counted and paged by name",
  peer: "trigrams",
  wanted: "search",
  variants: () => ["b7f", "3c9", "e41", "0ad"].map((part, i) => ({ asset: `name: *${i + 1}-${part}*` })),
  hand: (hand, seat) => {
    const search = Hand.few(hand, seat, {
      page: "asset AS a WHERE a.t = 1 AND a.n IN (SELECT rowid FROM name_parts WHERE name_parts MATCH ?) AND instr(a.name, ?) > 0",
      order: "a.name, a.id",
    });
    return ({ asset }) => {
      const text = (asset ?? "").slice("name: *".length, -1);
      const parts = Array.from({ length: text.length - 2 }, (_, at) => `"${text.slice(at, at + 3)}"`);
      return search(parts.join(" AND "), text);
    };
  },
};

const date: Shape = {
  name: "date",
  what: "assets that checked in lately, counted and paged by when",
  peer: "a range of an index",
  wanted: "search",
  variants: () =>
    [1, 2, 3].map((days) => ({ asset: `lastCheckedIn > now-${days}d`, by: "lastCheckedIn", direction: "descending" })),
  hand: (hand, seat) => {
    const search = Hand.counted(hand, seat, {
      count: "SELECT count(*) FROM asset AS a WHERE a.t = 1 AND a.checked_in > ?",
      page: "asset AS a WHERE a.t = 1 AND a.checked_in > ?",
      order: "a.checked_in DESC, a.id",
    });
    return (_, i) => search(Fleet.NOW - (i + 1) * Fleet.DAY_MS);
  },
};

const nested: Shape = {
  name: "nested",
  what: "assets that lack a critical patch of the last days, counted and paged by name, with how many each lacks",
  peer: "counted over the links of these patches, paged along the names with a probe of the links",
  wanted: "search",
  variants: () =>
    [20, 30, 40].map((days) => ({
      asset: null,
      patch: `vendorSeverity: Critical and publishedDate > now-${days}d`,
      view: "missing",
    })),
  hand: (hand, seat) => {
    const which = hand
      .prepare<[number], number>("SELECT n FROM patch WHERE t = 1 AND severity = 0 AND published > ?")
      .pluck();
    const linked = "FROM asset_patch AS l WHERE l.patch IN (SELECT value FROM json_each(@patches))";
    const search = Hand.counted(hand, seat, {
      count: `SELECT count(DISTINCT l.asset) ${linked}`,
      page: `asset AS a INDEXED BY asset_name WHERE a.t = 1 AND EXISTS (SELECT 1 ${linked} AND l.asset = a.n)`,
      order: "a.name, a.id",
      matching: `(SELECT count(*) ${linked} AND l.asset = a.n)`,
    });
    return (_, i) => search({ patches: JSON.stringify(which.all(Fleet.NOW - (20 + 10 * i) * Fleet.DAY_MS)) });
  },
};

// Of the catalogue's patches every other one has a bulletin.
const BULLETINS = [11, 21, 31, 41];

const oneKb: Shape = {
  name: "nested-one",
  what: "assets that lack one bulletin, counted and paged by name",
  peer: "the links of the patch, sorted",
  wanted: "search",
  variants: () => BULLETINS.map((i) => ({ asset: null, patch: `kb: ${Fleet.kbOf(i)}`, view: "missing" })),
  hand: (hand, seat) => {
    const linked = "SELECT l.asset FROM asset_patch AS l WHERE l.patch = (SELECT n FROM patch WHERE t = 1 AND kb = ?)";
    const search = Hand.counted(hand, seat, {
      count: `SELECT count(*) FROM (${linked})`,
      page: `asset AS a WHERE a.t = 1 AND a.n IN (${linked})`,
      order: "a.name, a.id",
      matching: "1",
    });
    return (_, i) => search(FullText.fold(Fleet.kbOf(BULLETINS[i] ?? 0)));
  },
};

const tagAny: Shape = {
  name: "tag-any",
  what: "assets that bear one of two tags, counted and paged by name",
  peer: "the links of both counted, and probed along the names",
  wanted: "search",
  variants: () => PAIRS.map(([a, b]) => ({ asset: `tags.name: [${tag(a)}, ${tag(b)}]` })),
  hand: (hand, seat) => {
    const either = "l.tag IN (SELECT n FROM tag WHERE t = 1 AND name IN (?, ?))";
    const search = Hand.counted(hand, seat, {
      count: `SELECT count(DISTINCT l.asset) FROM asset_tag AS l WHERE ${either}`,
      page: `asset AS a INDEXED BY asset_name WHERE a.t = 1 AND EXISTS (SELECT 1 FROM asset_tag AS l WHERE l.asset = a.n AND ${either})`,
      order: "a.name, a.id",
    });
    return (_, i) => search(folded(PAIRS[i]?.[0] ?? 0), folded(PAIRS[i]?.[1] ?? 0));
  },
};

const both = `SELECT asset FROM asset_tag WHERE tag = ${numberOfTag} INTERSECT SELECT asset FROM asset_tag WHERE tag = ${numberOfTag}`;

const tagAll: Shape = {
  name: "tag-all",
  what: "assets that bear both of two tags, counted and paged by name",
  peer: "the links of both intersected",
  wanted: "search",
  variants: () => PAIRS.map(([a, b]) => ({ asset: `tags.name: ${tag(a)} and tags.name: ${tag(b)}` })),
  hand: (hand, seat) => {
    const search = Hand.counted(hand, seat, {
      count: `SELECT count(*) FROM (${both})`,
      page: `asset AS a WHERE a.t = 1 AND a.n IN (${both})`,
      order: "a.name, a.id",
    });
    return (_, i) => search(folded(PAIRS[i]?.[0] ?? 0), folded(PAIRS[i]?.[1] ?? 0));
  },
};

const tagExclude: Shape = {
  name: "tag-exclude",
  what: "assets that bear both of two tags and not a third, counted and paged by name",
  peer: "the links of both intersected, those of the third taken away",
  wanted: "search",
  variants: () =>
    PAIRS.map(([a, b, c]) => ({ asset: `tags.name: ${tag(a)} and tags.name: ${tag(b)} and not tags.name: ${tag(c)}` })),
  hand: (hand, seat) => {
    const rest = `${both} EXCEPT SELECT asset FROM asset_tag WHERE tag = ${numberOfTag}`;
    const search = Hand.counted(hand, seat, {
      count: `SELECT count(*) FROM (${rest})`,
      page: `asset AS a WHERE a.t = 1 AND a.n IN (${rest})`,
      order: "a.name, a.id",
    });
    return (_, i) => search(...(PAIRS[i] ?? []).map(folded));
  },
};

const VENDORS = ["Rocky Linux", "Windows Server", "Red Hat"] as const;
const osIs = "a.t = 1 AND a.os IN (SELECT n FROM word WHERE t = 1 AND folded >= ? AND folded < ?)";
const rangeOf = (text: string): readonly [string, string] => {
  const from = FullText.fold(text);
  return [from, from.slice(0, -1) + String.fromCharCode(from.charCodeAt(from.length - 1) + 1)];
};

const combined: Shape = {
  name: "combined",
  what: "systems by their beginning, a machine's maker or many patches lacking, checked in lately, and not a tag",
  peer: "counted over an index with all of it, paged along the names",
  wanted: "search",
  variants: () =>
    VENDORS.map((vendor, i) => ({
      asset:
        `operatingSystem: ${vendor}* and (hardware.manufacturer: \`Dell Inc.\` or missingPatchCount < 10) ` +
        `and lastCheckedIn > now-7d and not tags.name: ${tag(i)}`,
    })),
  hand: (hand, seat) => {
    const maker = Number(hand.prepare("SELECT n FROM word WHERE t = 1 AND folded = 'dell inc.'").pluck().get());
    const row = `${osIs} AND (a.maker = ${maker} OR a.missing < 10) AND a.checked_in > ?`;
    const link = `SELECT asset FROM asset_tag WHERE tag = ${numberOfTag}`;
    const search = Hand.counted(hand, seat, {
      count: `SELECT count(*) FROM asset AS a WHERE ${row} AND a.n NOT IN (${link})`,
      page: `asset AS a INDEXED BY asset_name WHERE ${row} AND NOT EXISTS (${link} AND asset = a.n)`,
      order: "a.name, a.id",
    });
    return (_, i) => search(...rangeOf(VENDORS[i] ?? ""), Fleet.NOW - 7 * Fleet.DAY_MS, folded(i));
  },
};

const ofSystem = (): readonly Asked[] => VENDORS.map((vendor) => ({ asset: `operatingSystem: ${vendor}*` }));

const count: Shape = {
  name: "count",
  what: "assets of some systems, counted",
  peer: "a count over an index",
  wanted: "count",
  variants: ofSystem,
  hand: (hand) => {
    const counting = hand.prepare<string[], number>(`SELECT count(*) FROM asset AS a WHERE ${osIs}`).pluck();
    return (_, i) => ({ total: counting.get(...rangeOf(VENDORS[i] ?? "")) ?? 0, rows: [] });
  },
};

const page: Shape = {
  name: "page",
  what: "the first page of these, by name",
  peer: "along the names",
  wanted: "page",
  variants: ofSystem,
  hand: (hand, seat) => {
    const paging = Hand.pageOf(hand, seat, {
      page: `asset AS a INDEXED BY asset_name WHERE ${osIs}`,
      order: "a.name, a.id",
    });
    return (_, i) => ({ total: 0, rows: paging(...rangeOf(VENDORS[i] ?? "")) });
  },
};

/** Where the deep page begins. */
export const DEEP = { name: "lis-a", id: "" } as const;

const deepPage: Shape = {
  name: "deep-page",
  what: "a page in the middle of these, by name",
  peer: "along the names, from where the page before ended",
  wanted: "deep-page",
  variants: ofSystem,
  hand: (hand, seat) => {
    const paging = Hand.pageOf(hand, seat, {
      page: `asset AS a INDEXED BY asset_name WHERE ${osIs} AND a.name >= ? AND (a.name > ? OR a.id > ?)`,
      order: "a.name, a.id",
    });
    return (_, i) => ({ total: 0, rows: paging(...rangeOf(VENDORS[i] ?? ""), DEEP.name, DEEP.name, DEEP.id) });
  },
};

const facets: Shape = {
  name: "facets",
  what: "four facets of assets that checked in lately",
  peer: "one GROUP BY over an index with all of it, summed up in JavaScript",
  wanted: "facets",
  variants: () => [5, 6, 7].map((days) => ({ asset: `lastCheckedIn > now-${days}d` })),
  hand: (hand) => {
    const grouped = hand
      .prepare<[number], [number, number, number, number, number]>(
        "SELECT a.family, a.os, a.arch, a.maker, count(*) FROM asset AS a INDEXED BY asset_os WHERE a.t = 1 AND a.checked_in > ? GROUP BY 1, 2, 3, 4",
      )
      .raw();
    const spelled = hand.prepare<[], [number, string]>("SELECT n, text FROM word").raw();
    return (_, i) => {
      const words = new Map(spelled.all());
      const sums: { [facet: string]: Map<string, number> } = {};
      for (const facet of FACETS) sums[facet] = new Map();
      for (const row of grouped.all(Fleet.NOW - (5 + i) * Fleet.DAY_MS)) {
        for (const [at, facet] of FACETS.entries()) {
          const value = words.get(row[at] as number) ?? "";
          sums[facet]?.set(value, (sums[facet]?.get(value) ?? 0) + (row[4] as number));
        }
      }
      return sums;
    };
  },
};

export const shapes: readonly Shape[] = [
  exact,
  prefix,
  contains,
  rare,
  date,
  nested,
  oneKb,
  tagAny,
  tagAll,
  tagExclude,
  combined,
  count,
  page,
  deepPage,
  facets,
];
