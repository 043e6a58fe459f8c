/**
 * Which assets a user sees and may target (TAG-05). `All` is said, never implied; no tags see nothing.
 */
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagTree from "./TagTree.ts";

export type TagScope = { readonly _tag: "All" } | { readonly _tag: "Tags"; readonly tags: readonly string[] };

/** Every asset of the subscription. */
export const all: TagScope = { _tag: "All" };

/** The assets that bear one of these tags or a descendant of one; none of them, when there are no tags. */
export const tags = (ids: readonly string[]): TagScope => ({ _tag: "Tags", tags: ids });

/** Whether an asset with these tags is in the scope; the error names the rule that keeps it out. */
export const sees = (
  scope: TagScope,
  tree: TagTree.TagTree,
  assetTags: readonly string[],
): Result<true, { readonly rule: "TAG-05" }> => {
  if (scope._tag === "All") return ok(true);
  const closure = TagTree.closure(tree, scope.tags);
  return assetTags.some((t) => closure.has(t)) ? ok(true) : fail({ rule: "TAG-05" });
};
