/** The ways in which the tests keep a catalogue's documents: each must answer the same. */
import type * as Qql from "@fettle/qql";
import * as Layout from "../../../src/storage/search/Layout.ts";
import type * as PredicateSql from "../../../src/storage/search/PredicateSql.ts";

export const SHAPES: readonly PredicateSql.Shape[] = ["set", "probe"];

const isRepeated = ({ path }: Qql.Catalog.Token): boolean => path.some((step) => step.isRepeated);

/** Texts in the rows, nothing indexed; in the rows with indexes and trigrams; in a dictionary. */
export function layoutsOf(catalog: Qql.Catalog.Catalog): ReadonlyMap<string, Layout.Layout> {
  const indexed = catalog.tokens.map(({ name }) => name);
  const trigrams = catalog.tokens.flatMap((token) => (token.type === "text" && !isRepeated(token) ? [token.name] : []));
  return new Map([
    ["inline", Layout.of(catalog, { prefix: "inline" })],
    ["indexed", Layout.of(catalog, { prefix: "indexed", indexed, trigrams })],
    ["shared", Layout.of(catalog, { prefix: "shared", otherTexts: "shared", indexed })],
  ]);
}
