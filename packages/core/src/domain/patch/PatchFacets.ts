/**
 * Filters beside the patch list: what values a token has among the patches found, how often, and the QQL text that finds
 * those patches.
 */
import * as Qql from "@fettle/qql";
import * as PatchCatalog from "./PatchCatalog.ts";

/** The closed list of facets: tokens of the catalogue. */
export const facets = [
  "platform",
  "vendor",
  "category",
  "vendorSeverity",
  "appFamily",
  "product",
  "architecture",
  "downloadMethod",
  "isSecurity",
  "rebootRequired",
  "isSuperseded",
  "patchStatus",
] as const;
export type Facet = (typeof facets)[number];

/** Most values that a facet tells, the most frequent first. */
export const FACET_VALUES_MAX = 100;

export interface FacetValue {
  /** Null counts the patches of which it isn't known. */
  readonly value: string | null;
  readonly patches: number;
  /** Finds these patches among all; null for a value that no query can hold. */
  readonly condition: string | null;
}

export interface FacetCounts {
  readonly facet: Facet;
  readonly values: readonly FacetValue[];
  /** How many values more there are. */
  readonly more: number;
}

/** Counts a facet over patches' documents. A patch of several values counts in each. */
export const count = (facet: Facet, documents: readonly PatchCatalog.PatchDocument[]): FacetCounts => {
  const counts = new Map<string | null, { readonly value: string | null; patches: number }>();
  for (const document of documents) {
    for (const [key, value] of distinct(document[facet])) {
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { value, patches: 1 });
      else known.patches += 1;
    }
  }
  const ordered = [...counts.values()].sort(
    (a, b) => b.patches - a.patches || ((a.value ?? "") < (b.value ?? "") ? -1 : 1),
  );
  const shown = ordered.slice(0, FACET_VALUES_MAX);
  return {
    facet,
    values: shown.map((v) => ({ ...v, condition: conditionOf(facet, v.value) })),
    more: ordered.length - shown.length,
  };
};

// Values that a query can't tell apart are one: such as two that differ in letter case.
const distinct = (value: unknown): ReadonlyMap<string | null, string | null> => {
  const values = (Array.isArray(value) ? value : [value]).filter((v) => v !== null && v !== undefined && v !== "");
  if (values.length === 0) return new Map([[null, null]]);
  return new Map(values.map((v) => [Qql.FullText.fold(String(v)), String(v)] as const).reverse());
};

const conditionOf = (facet: Facet, value: string | null): string | null => {
  if (value === null) return `${facet} is null`;
  const condition = `${facet}: \`${value}\``;
  const query = Qql.compile(PatchCatalog.catalog, condition);
  // A backtick in the value would end it early, and the text find something else: then there is none.
  return query.ok && !value.includes("`") ? condition : null;
};
