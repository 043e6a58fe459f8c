/**
 * Asset tags: a tree in which a tag has at most one parent (TAG-01). Selecting a tag selects its descendants, as the
 * tree stands when it is evaluated (TAG-02). No function here can loop: a cycle never gets in.
 */
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

/** How assets come to bear a tag (TAG-08). */
export type TagRule =
  /** People and activation keys assign it. */
  | { readonly _tag: "Static" }
  /** Every asset that the query finds bears it: QQL over assets, without the tokens of tags. */
  | { readonly _tag: "Dynamic"; readonly query: string };

export interface Tag {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  readonly rule: TagRule;
}

/** Borne by whom it was assigned to. */
export const assigned: TagRule = { _tag: "Static" };

/** Tags by id. */
export type TagTree = ReadonlyMap<string, Tag>;

/** The tag that every asset with an agent carries (TAG-07). */
export const cloudAgent: Tag = { id: "cloud-agent", name: "Cloud Agent", parent: null, rule: assigned };

/** The tree with a tag added or changed. Refuses an unknown parent and a cycle. */
export const put = (tree: TagTree, tag: Tag): Result<TagTree, Rejection.Rejection> => {
  if (tag.parent !== null && !tree.has(tag.parent)) {
    return fail(Rejection.make("TAG-01", "not-found", `there is no tag ${tag.parent} to be its parent`, "parent"));
  }
  if (tag.parent !== null && ancestors(tree, tag.parent).has(tag.id)) {
    return fail(Rejection.make("TAG-01", "invalid", `${tag.name} would be its own ancestor`, "parent"));
  }
  return ok(new Map(tree).set(tag.id, tag));
};

/** These tags and all their descendants. Unknown ids select themselves and nothing more. */
export const closure = (tree: TagTree, ids: readonly string[]): ReadonlySet<string> => {
  const wanted = new Set(ids);
  const selected = new Set(ids);
  for (const tag of tree.values()) {
    for (const id of ancestors(tree, tag.id)) if (wanted.has(id)) selected.add(tag.id);
  }
  return selected;
};

/** A tag and everything above it; the set ends the walk even on data that was never let in. */
export const ancestors = (tree: TagTree, id: string): ReadonlySet<string> => {
  const found = new Set<string>();
  for (let at: string | null = id; at !== null && !found.has(at); at = tree.get(at)?.parent ?? null) found.add(at);
  return found;
};
