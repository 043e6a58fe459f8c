/** How a facet's values are spelled: search tables hold keys only, so an entity that has the value is read. */
import { AssetFacets, type Facet, type SearchPart, SearchParts } from "@fettle/core";
import * as FacetSql from "./FacetSql.ts";
import * as Fragment from "./Fragment.ts";
import type * as Statements from "./Statements.ts";

export interface Spelling {
  readonly of: (facet: Facet, groups: readonly FacetSql.Group[]) => readonly AssetFacets.ValueCount[];
}

type Body = { readonly n: number; readonly body: string };

export const make = (statements: Statements.Statements, tenantId: string): Spelling => ({
  of: (facet, groups) => {
    const open = groups.filter(({ key }) => key !== null && FacetSql.told(facet, key) === null);
    const spelled = open.length === 0 ? new Map() : read(statements, tenantId, facet, open);
    return groups.flatMap(({ key, assets, one }): readonly AssetFacets.ValueCount[] => {
      if (key === null) return [{ value: null, assets }];
      const value = FacetSql.told(facet, key) ?? spelled.get(one);
      return value === undefined ? [] : [{ value, assets }];
    });
  },
});

// By the number of the row that spells it: an asset's, or a tag's.
const read = (
  statements: Statements.Statements,
  tenantId: string,
  facet: Facet,
  groups: readonly FacetSql.Group[],
): ReadonlyMap<number, string> => {
  const numbers = groups.map(({ one }) => one);
  const kind = facet === "tag" ? "tag" : facet === "agentVersion" ? "agent" : "asset";
  const named = new Map<number, string>();
  if (kind === "tag") {
    const ids = Fragment.of(
      "SELECT n, id FROM search_tag WHERE n IN (SELECT value FROM json_each(?))",
      JSON.stringify(numbers),
    );
    for (const { n, id } of statements.all<{ readonly n: number; readonly id: string }>(ids)) named.set(n, id);
  }
  const bodies = bodiesOf(statements, tenantId, kind, numbers);
  for (const { n, body } of bodies) {
    const value = spelledIn(facet, SearchParts.ofStored(kind, JSON.parse(body)));
    if (value !== null) named.set(n, value);
  }
  return named;
};

const spelledIn = (facet: Facet, part: ReturnType<typeof SearchParts.ofStored>): string | null => {
  if (part?._tag === "Tag") return part.name;
  if (part?._tag === "Agent") return part.agentVersion;
  return part?._tag === "Asset" ? (AssetFacets.valuesOf(facet, part.document)[0] ?? null) : null;
};

type AssetPart = Extract<SearchPart, { readonly _tag: "Asset" }>;

/** What assets say by themselves, by their numbers. */
export const ofAssets = (
  statements: Statements.Statements,
  tenantId: string,
  numbers: readonly number[],
  say: (part: AssetPart) => string | null | undefined,
): ReadonlyMap<number, string> => {
  const told = new Map<number, string>();
  for (const { n, body } of bodiesOf(statements, tenantId, "asset", numbers)) {
    const part = SearchParts.ofStored("asset", JSON.parse(body));
    const value = part?._tag === "Asset" ? say(part) : null;
    if (value !== null && value !== undefined) told.set(n, value);
  }
  return told;
};

const bodiesOf = (
  statements: Statements.Statements,
  tenantId: string,
  kind: "asset" | "agent" | "tag",
  numbers: readonly number[],
): readonly Body[] =>
  statements.all<Body>(
    Fragment.of(
      `SELECT s.n AS n, e.body AS body FROM ${kind === "tag" ? "search_tag" : "search_asset"} AS s ` +
        `CROSS JOIN entity AS e ON e.tenant_id = ? AND e.kind = ? AND e.id = s.id ` +
        `WHERE s.n IN (SELECT value FROM json_each(?))`,
      tenantId,
      kind,
      JSON.stringify(numbers),
    ),
  );
