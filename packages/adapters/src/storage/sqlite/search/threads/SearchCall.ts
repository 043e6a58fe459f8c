/**
 * Searches as plain data, which cross from one thread to another. Of a query goes its text: whoever carries the search out
 * compiles it over the same catalogues.
 */
import { AssetCatalog, type AssetIndexQuestion, PatchCatalog } from "@fettle/core";
import * as Qql from "@fettle/qql";
import type { SqliteSearch } from "../asking/SqliteSearch.ts";

export type Method = keyof SqliteSearch;

/** A search, by the name of its method. */
export interface SearchCall {
  readonly method: Method;
  /** Its arguments; a question has its queries as texts. */
  readonly args: readonly unknown[];
  /** Whether it may well be told to end, so that all of it is made to. */
  readonly mayBeLate: boolean;
}

/** A question with its queries as texts. */
interface Told extends Omit<AssetIndexQuestion, "asset" | "patch"> {
  readonly asset: string | null;
  readonly patch: string | null;
}

/** Those whose second argument is a question. */
const ofQuestions: ReadonlySet<Method> = new Set(["assets", "assetFacets", "explainAssets"]);

export const make = <M extends Method>(
  method: M,
  args: Parameters<SqliteSearch[M]>,
  mayBeLate = false,
): SearchCall => ({
  method,
  args: ofQuestions.has(method) ? args.map((each, i) => (i === 1 ? told(each) : each)) : args,
  mayBeLate,
});

const told = (question: unknown): Told => {
  const { asset, patch, ...rest } = question as AssetIndexQuestion;
  return { ...rest, asset: asset?.text ?? null, patch: patch?.text ?? null };
};

/** Carries calls out; throws what the driver throws. */
export const carrier = (search: SqliteSearch): ((call: Omit<SearchCall, "mayBeLate">) => unknown) => {
  const assets = compiler(AssetCatalog.catalog);
  const patches = compiler(PatchCatalog.catalog);
  const meant = (question: unknown): AssetIndexQuestion => {
    const { asset, patch, ...rest } = question as Told;
    return {
      ...rest,
      asset: asset === null ? null : assets(asset),
      patch: patch === null ? null : patches(patch),
    };
  };
  return ({ method, args }) => {
    const carry = search[method] as (...args: readonly unknown[]) => unknown;
    return carry(...(ofQuestions.has(method) ? args.map((each, i) => (i === 1 ? meant(each) : each)) : args));
  };
};

/** Compiled queries of one catalogue that are kept: the pages of a list ask the same one again and again. */
const QUERIES_MAX = 100;

const compiler = <D extends Qql.Catalog.Definitions>(catalog: Qql.Catalog.Catalog<D>) => {
  type Query = Qql.Query<Qql.Catalog.DocumentOf<D>>;
  const kept = new Map<string, Query>();
  return (text: string): Query => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const query = Qql.compile(catalog, text);
    // It came compiled, over this very catalogue.
    if (!query.ok) throw new TypeError(`a query doesn't compile again: ${text}`);
    if (kept.size >= QUERIES_MAX) kept.delete(kept.keys().next().value ?? "");
    kept.set(text, query.value);
    return query.value;
  };
};
