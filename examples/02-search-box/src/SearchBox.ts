/**
 * What a search box does with what is typed into it, without a screen: it completes, checks, runs and explains. The state
 * is a value; whoever has a screen draws it.
 */
import { Catalog, Completion, compile, Explain, type Query } from "@fettle/qql";
import { catalog, type Patch } from "./Patches.ts";

export interface SearchBox {
  readonly patches: readonly Patch[];
  /** The instant that relative dates count from. */
  readonly now: number;
  /** Queries that were run, the latest first. */
  readonly recent: readonly string[];
  /** The query that was run last, and what it found. */
  readonly last: Found | null;
}

export interface Found {
  readonly query: Query<Patch>;
  readonly patches: readonly Patch[];
}

/** What a query came to: patches, or what is wrong with it. */
export type Outcome =
  | { readonly _tag: "Found"; readonly found: Found }
  | { readonly _tag: "Refused"; readonly text: string; readonly diagnostics: Query<Patch>["warnings"] };

export const make = (patches: readonly Patch[], now: number): SearchBox => ({ patches, now, recent: [], last: null });

/** Complete: what may come next where the cursor stands, values of the patches at hand among it. */
export const complete = ({ patches, recent }: SearchBox, typed: string): Completion.Completion =>
  Completion.complete(catalog, typed, typed.length, {
    recent,
    values: ({ name }) => (name === "cve" ? [...new Set(patches.flatMap(({ cve }) => cve ?? []))].sort() : []),
    max: 8,
  });

/** Check and run: the box afterwards, and what to show. */
export function run(box: SearchBox, text: string): readonly [SearchBox, Outcome] {
  const query = compile(catalog, text);
  if (!query.ok) return [box, { _tag: "Refused", text, diagnostics: query.error }];
  const found = { query: query.value, patches: box.patches.filter((patch) => query.value.predicate(patch, box.now)) };
  const recent = [text, ...box.recent.filter((other) => other !== text)];
  return [
    { ...box, recent, last: found },
    { _tag: "Found", found },
  ];
}

/** Why a patch is, or isn't, among what was found. */
export interface Reasons {
  readonly isFound: boolean;
  /** The conditions that decide. */
  readonly conditions: readonly Reason[];
}

export interface Reason {
  /** As it is written. */
  readonly text: string;
  readonly holds: boolean;
  /** The patch's values that it was asked of. */
  readonly values: readonly string[];
}

/** Explain: the patch's answer to the query that was run last; null without one. */
export function explain({ last, now }: SearchBox, patch: Patch): Reasons | null {
  if (last === null) return null;
  const { text, checked } = last.query;
  const explanation = Explain.explain(checked, patch, now);
  const conditions = Explain.decisive(explanation).map(({ start, end, holds, values }) => ({
    text: text.slice(start, end),
    holds,
    values: [...values].flatMap(([name, held]) => held.map((value) => `${name} is ${shown(name, value)}`)),
  }));
  return { isFound: explanation.holds, conditions };
}

/** A token's value as people read it. */
export const shown = (name: string, value: unknown): string =>
  Catalog.find(catalog, name)?.type === "date" ? new Date(Number(value)).toISOString().slice(0, 10) : String(value);
