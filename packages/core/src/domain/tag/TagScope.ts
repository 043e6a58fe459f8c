/**
 * Which assets a user sees and may target (TAG-05). `All` is said, never implied; no tags see nothing.
 */
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagSelection from "./TagSelection.ts";
import * as TagTree from "./TagTree.ts";

export type TagScope = { readonly _tag: "All" } | { readonly _tag: "Tags"; readonly tags: readonly string[] };

/** Every asset of the subscription. */
export const all: TagScope = { _tag: "All" };

/** The assets that bear one of these tags or a descendant of one; none of them, when there are no tags. */
export const tags = (ids: readonly string[]): TagScope => ({ _tag: "Tags", tags: ids });

/**
 * A scope that came from outside, or what it is instead. There is no third kind: nothing, an empty object, a tag of a
 * newer version are refused, and never read as {@link all} or as no tags.
 */
export const read = (answer: TagScope | null | undefined): Result<TagScope, string> => {
  if (answer?._tag === "All") return ok(all);
  const given: unknown = answer?._tag === "Tags" ? answer.tags : null;
  if (Array.isArray(given) && given.every((t): t is string => typeof t === "string")) return ok(tags(given));
  return fail('a scope is { _tag: "All" } or { _tag: "Tags", tags: [...] }; no tags see nothing');
};

/**
 * Whether a scope is the same as another or larger (RBAC-05): every tag of the other lies in its closure. `All` is as large
 * as any, and only `All` is as large as `All`.
 */
export const covers = (scope: TagScope, other: TagScope, tree: TagTree.TagTree): boolean => {
  if (scope._tag === "All") return true;
  if (other._tag === "All") return false;
  return other.tags.every((tag) => isUnder(tree, tag, scope.tags));
};

// Upwards, for it is asked for every decision, and a closure would be walked as a whole. No way up is longer than the tree.
const isUnder = (tree: TagTree.TagTree, tag: string, tags: readonly string[]): boolean => {
  let at: string | null = tag;
  for (let steps = 0; at !== null && steps <= tree.size; steps += 1) {
    if (tags.includes(at)) return true;
    at = tree.get(at)?.parent ?? null;
  }
  return false;
};

/** Whether an asset with these tags is in the scope; the error names the rule that keeps it out. */
export const sees = (
  scope: TagScope,
  tree: TagTree.TagTree,
  assetTags: readonly string[],
): Result<true, { readonly rule: "TAG-05" }> => (compile(scope, tree)(assetTags) ? ok(true) : fail({ rule: "TAG-05" }));

/** {@link sees} for many assets: the scope as the tree stands now. */
export const compile = (scope: TagScope, tree: TagTree.TagTree): ((assetTags: readonly string[]) => boolean) =>
  scope._tag === "All" ? () => true : TagSelection.matcher({ mode: "any", tags: scope.tags }, tree);

/**
 * The tags by which a change of the tree would let the scope see assets that it doesn't see yet: tags that come under one
 * of its own, and rules of tags under its own that are new or others. A new tag without a rule is borne by no asset. Who
 * changes the tree must not so widen the scope that was given to them (TAG-05).
 */
export const gains = (scope: TagScope, before: TagTree.TagTree, after: TagTree.TagTree): readonly string[] => {
  if (scope._tag === "All") return [];
  const seen = TagTree.closure(before, scope.tags);
  return [...TagTree.closure(after, scope.tags)].filter((id) => {
    const [was, is] = [before.get(id), after.get(id)];
    if (is?.rule._tag === "Dynamic")
      return was === undefined || !seen.has(id) || !TagTree.isSameRule(was.rule, is.rule);
    return was !== undefined && !seen.has(id);
  });
};
