/**
 * Filters beside the asset list (AST-12): what values a token has among the assets found, how often, and for each value
 * the QQL text that finds those assets: text that can be read, edited and saved, and that finds as many as were counted.
 */
import * as Qql from "@fettle/qql";
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

export interface FacetValue {
  /** Null counts the assets of which it isn't known. */
  readonly value: string | null;
  readonly assets: number;
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

/** Counts a facet over the documents of the assets found by `asked` (null: all assets). */
export const count = (
  facet: Facet,
  documents: readonly AssetCatalog.AssetDocument[],
  asked: Qql.Query<AssetCatalog.AssetDocument> | null,
): FacetCounts => {
  const token = Qql.Catalog.find(AssetCatalog.catalog, tokens[facet]);
  if (token === undefined || token.type === "group") throw new Error(`${facet} counts by no token`);
  const counts = new Map<string | null, { readonly value: string | null; assets: number }>();
  for (const document of documents) {
    for (const [key, value] of distinct(token, document)) {
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { value, assets: 1 });
      else known.assets += 1;
    }
  }
  const ordered = [...counts.values()].sort((a, b) => b.assets - a.assets || inOrder(a.value, b.value));
  const shown = ordered.slice(0, FACET_VALUES_MAX);
  return {
    facet,
    values: shown.map((counted) => ({ ...counted, ...textsOf(token, counted.value, asked) })),
    more: ordered.length - shown.length,
  };
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

const inOrder = (a: string | null, b: string | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
