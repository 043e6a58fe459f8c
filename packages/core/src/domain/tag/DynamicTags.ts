/**
 * Tags that assets bear by a rule (TAG-08). A rule is QQL over an asset's own tokens, never over tags, so that no rule
 * depends on another and one evaluation settles all.
 *
 * Law: what an asset bears is what asking every rule by itself says. A stored rule that no longer reads says nothing:
 * it is told with what is wrong with it, and assets keep the tag they had.
 */
import * as Qql from "@fettle/qql";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { TagTree } from "./TagTree.ts";

/** The rules of a tree, ready to be asked. */
export interface DynamicTags {
  /** Of each rule its alternatives, under their number and the tag's id. */
  readonly index: Qql.QueryIndex.QueryIndex;
  /** Every tag with a rule, readable or not. */
  readonly ids: ReadonlySet<string>;
  /** What is wrong with the rules that don't read, by tag. */
  readonly unreadable: ReadonlyMap<string, readonly string[]>;
  /** A rule has a relative date: what assets bear changes as time passes. */
  readonly isOnClock: boolean;
}

/** What bears tags. */
export interface Bearer {
  readonly assignedTags: readonly string[];
  readonly tags: readonly string[];
}

/** Reads every rule of a tree over the tokens that a rule may use. */
export const compile = (tree: TagTree, catalog: Qql.Catalog.Catalog): DynamicTags => {
  const index = Qql.QueryIndex.make();
  const ids = new Set<string>();
  const unreadable = new Map<string, readonly string[]>();
  let isOnClock = false;
  for (const { id, rule } of tree.values()) {
    if (rule._tag === "Static") continue;
    ids.add(id);
    const read = Qql.compile(catalog, rule.query);
    if (read.ok) {
      for (const [i, part] of alternatives(read.value.checked).entries()) {
        Qql.QueryIndex.add(index, `${i}${PART}${id}`, part);
      }
      isOnClock ||= Qql.Dependencies.of(read.value.checked).isOnClock;
    } else unreadable.set(id, read.error.map(tell));
  }
  return { index, ids, unreadable, isOnClock };
};

/** A rule that may be stored; every error in it is told at once (DSH-04). */
export const check = (
  query: string,
  catalog: Qql.Catalog.Catalog,
): Result<Qql.Query<Qql.Catalog.AnyDocument>, readonly Rejection.Rejection[]> => {
  const read = Qql.compile(catalog, query);
  if (read.ok) return ok(read.value);
  const errors = read.error.filter((d) => d.severity === "error");
  return fail(errors.map((d) => Rejection.make("TAG-08", "invalid", tell(d), "rule.query")));
};

/**
 * The asset with the tags that it bears now: those assigned to it, and those whose rule its document meets; sorted. What
 * was assigned of a tag that has a rule by now doesn't count.
 *
 * Everything that writes an asset writes it through this.
 */
export const withTags = <A extends Bearer>(
  asset: A,
  rules: DynamicTags,
  document: Qql.Catalog.AnyDocument,
  now: number,
): A => {
  const tags = new Set<string>();
  for (const part of Qql.QueryIndex.match(rules.index, document, now)) tags.add(part.slice(part.indexOf(PART) + 1));
  for (const tag of asset.assignedTags) if (!rules.ids.has(tag)) tags.add(tag);
  if (rules.unreadable.size > 0) for (const tag of asset.tags) if (rules.unreadable.has(tag)) tags.add(tag);
  const sorted = [...tags].sort();
  return isSame(sorted, asset.tags) ? asset : { ...asset, tags: sorted };
};

/** Which tags an asset bears that it didn't, and the reverse; both sorted. */
export interface TagChange {
  readonly entered: readonly string[];
  readonly left: readonly string[];
}

/** What came and went between two lists of tags. */
export const difference = (before: readonly string[], after: readonly string[]): TagChange => {
  const [was, is] = [new Set(before), new Set(after)];
  return { entered: after.filter((t) => !was.has(t)).sort(), left: before.filter((t) => !is.has(t)).sort() };
};

// Between an alternative's number and the tag's id.
const PART = "/";

// `a or b` is met where one of the two is: each by itself is looked at for fewer assets than both together are.
const alternatives = (checked: Qql.Checked.Checked): readonly Qql.Checked.Checked[] =>
  checked._tag === "Or" ? checked.operands : [checked];

/** Whether nothing came or went. */
export const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((tag, i) => tag === b[i]);

const tell = ({ message, hint }: Qql.Message.Told): string => `${message} ${hint}`;
