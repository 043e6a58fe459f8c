/**
 * Filters beside the asset list (AST-12): what values a token has among the assets found, how often, and for each value
 * the QQL text that finds those assets: text that can be read, edited and saved, and that finds as many as were counted.
 */
import * as Qql from "@fettle/qql";
import * as CodePointOrder from "../shared/CodePointOrder.ts";
import * as AssetCatalog from "./AssetCatalog.ts";

/** The closed list of facets, with the token that each counts by. */
export const tokens = {
  osFamily: "osFamily",
  operatingSystem: "operatingSystem",
  platform: "platform",
  architecture: "architecture",
  scanStatus: "scanStatus",
  status: "status",
  licensed: "licensed",
  module: "activatedModules",
  tag: "tags.name",
  manufacturer: "hardware.manufacturer",
  agentVersion: "agentVersion",
} as const;
export type Facet = keyof typeof tokens;
export const facets = Object.keys(tokens) as readonly Facet[];

/** Most values that a facet tells, the most frequent first. */
export const FACET_VALUES_MAX = 100;

/** How many assets have a value. */
export interface ValueCount {
  /** As one of these assets spells it; null: it isn't known. */
  readonly value: string | null;
  readonly assets: number;
}

export interface FacetValue extends ValueCount {
  /** Finds these assets among all; null for a value that no query can hold. */
  readonly condition: string | null;
  /** The search that was asked and this condition. */
  readonly query: string | null;
}

export interface FacetCounts {
  readonly facet: Facet;
  readonly values: readonly FacetValue[];
  /** How many values more there are. */
  readonly more: number;
}

/** A facet as it was counted, without the texts that narrow a search to its values. */
export interface Tally {
  readonly facet: Facet;
  /** Most frequent first, then in their order; at most as many as were asked for. */
  readonly values: readonly ValueCount[];
  /** How many values more there are. */
  readonly more: number;
}

/** Counts a facet over documents, and keeps the `most` frequent values. */
export const tally = (facet: Facet, documents: readonly AssetCatalog.AssetDocument[], most: number): Tally => {
  const token = tokenOf(facet);
  const counts = new Map<string | null, { readonly value: string | null; assets: number }>();
  for (const document of documents) {
    for (const [key, value] of distinct(token, document)) {
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { value, assets: 1 });
      else known.assets += 1;
    }
  }
  const ordered = inOrder([...counts.values()]);
  return { facet, values: ordered.slice(0, most), more: Math.max(0, ordered.length - most) };
};

/** Most frequent first, then by value, the unknown last. */
export const inOrder = (values: readonly ValueCount[]): readonly ValueCount[] =>
  [...values].sort((a, b) => b.assets - a.assets || compare(a.value, b.value));

/** The values of a document that a facet counts it under, as they are spelled there; null where there is none. */
export const valuesOf = (facet: Facet, document: AssetCatalog.AssetDocument): readonly (string | null)[] => [
  ...distinct(tokenOf(facet), document).values(),
];

/** A tally with the texts that narrow `asked` (null: all assets) to each of its values. */
export const told = (
  { facet, values, more }: Tally,
  asked: Qql.Query<AssetCatalog.AssetDocument> | null,
): FacetCounts => ({
  facet,
  values: values.map((counted) => ({ ...counted, ...textsOf(tokenOf(facet), counted.value, asked) })),
  more,
});

const tokenOf = (facet: Facet): Qql.Catalog.Token => {
  const token = Qql.Catalog.find(AssetCatalog.catalog, tokens[facet]);
  if (token === undefined || token.type === "group") throw new Error(`${facet} counts by no token`);
  return token;
};

// Values that a query can't tell apart, such as two that differ in letter case, are one.
const distinct = (
  token: Qql.Catalog.Token,
  document: AssetCatalog.AssetDocument,
): ReadonlyMap<string | null, string | null> => {
  const values = valuesAt(document, token.path);
  if (values.length === 0) return new Map([[null, null]]);
  return new Map(values.map((v) => [sameness(token, String(v)), String(v)] as const).reverse());
};

const sameness = (token: Qql.Catalog.Token, value: string): string =>
  token.type === "version" ? (Qql.Version.key(value) ?? value) : Qql.FullText.fold(value);

const valuesAt = (node: unknown, path: readonly Qql.Catalog.Step[]): readonly unknown[] => {
  const [step, ...rest] = path;
  if (node === null || node === undefined) return [];
  if (step === undefined) return [node];
  const next = (node as { readonly [key: string]: unknown })[step.key];
  return step.isRepeated && Array.isArray(next) ? next.flatMap((each) => valuesAt(each, rest)) : valuesAt(next, rest);
};

const textsOf = (
  token: Qql.Catalog.Token,
  value: string | null,
  asked: Qql.Query<AssetCatalog.AssetDocument> | null,
): Pick<FacetValue, "condition" | "query"> => {
  const meant = conditionOf(token, value);
  // A backtick or a line end can't stand in a query: no text rather than one that finds something else.
  const condition = Qql.Printer.print(meant);
  const { ast } = Qql.Parser.parse(condition);
  const isSame = meant._tag === "IsNull" || (ast._tag === "Match" && ast.value.text === value);
  if (!isSame || !Qql.compile(AssetCatalog.catalog, condition).ok) return { condition: null, query: null };
  if (asked === null) return { condition, query: condition };
  const both = Qql.Combine.and([asked.ast, ast]);
  return { condition, query: both.diagnostics.length === 0 ? both.text : null };
};

const nowhere = { start: 0, end: 0 };

const conditionOf = (token: Qql.Catalog.Token, value: string | null): Qql.Ast.Match | Qql.Ast.IsNull => {
  const name = { ...nowhere, text: token.name };
  if (value === null) return { _tag: "IsNull", ...nowhere, name, isNegated: false };
  const quote = token.type === "boolean" ? "Bare" : "Exact";
  return { _tag: "Match", ...nowhere, name, value: { ...nowhere, _tag: quote, text: value } };
};

const compare = (a: string | null, b: string | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : CodePointOrder.compare(a, b);
