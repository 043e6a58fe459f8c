/**
 * Generated tags, trees, selections and scopes: few tags, so that they meet often, and now and then one that no tree has.
 * Whatever is made is valid; it shrinks to fewer tags at the top of the tree.
 */
import * as fc from "fast-check";
import type { TagScope } from "../../domain/tag/TagScope.ts";
import type { TagSelection, TagSet } from "../../domain/tag/TagSelection.ts";
import type { Tag, TagRule, TagTree } from "../../domain/tag/TagTree.ts";
import * as TagBuilders from "../builders/TagBuilders.ts";

/** The ids that trees draw from. */
export const TAGS = ["a", "b", "c", "d", "e", "f", "g"] as const;

/** A tag that no tree has. */
export const UNKNOWN = "unknown";

/** The ids of assets that selections name. */
export const ASSETS: readonly string[] = Array.from(
  { length: 10 },
  (_, i) => `00000000-0000-4000-a000-${(i + 1).toString(16).padStart(12, "0")}`,
);

/** An id of {@link TAGS}, or the one that no tree has. */
export const tagId: fc.Arbitrary<string> = fc.constantFrom(...TAGS, UNKNOWN);

/** Up to `max` different ids. */
export const tagIds = (max = 4): fc.Arbitrary<readonly string[]> => fc.uniqueArray(tagId, { maxLength: max });

/** Assigned by people, or by a query that every tenant may ask. */
export const tagRule: fc.Arbitrary<TagRule> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<TagRule>({ _tag: "Static" }) },
  fc
    .constantFrom("operatingSystem: linux", "platform: Windows", "name: web*", "not platform: Linux")
    .map((query): TagRule => ({ _tag: "Dynamic", query })),
);

/** A tag by itself, at the top. */
export const tag: fc.Arbitrary<Tag> = fc
  .record({ id: fc.constantFrom(...TAGS), rule: tagRule })
  .map(({ id, rule }) => TagBuilders.tag(id, { rule }));

/** A forest over {@link TAGS}, with `rules` where they are wanted: a tag's parent is an earlier one of a shuffled order, or none. */
export const treeWith = (rules: fc.Arbitrary<TagRule>): fc.Arbitrary<TagTree> =>
  fc
    .tuple(
      fc.shuffledSubarray([...TAGS], { minLength: 1 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { minLength: 7, maxLength: 7 }),
      fc.array(rules, { minLength: 7, maxLength: 7 }),
    )
    .map(([ids, draws, drawn]) => {
      const parentOf = (i: number): string | null => ids[Math.floor((draws[i] ?? 0) * (i + 1)) - 1] ?? null;
      return TagBuilders.tree(
        ...ids.map((id, i) => TagBuilders.tag(id, { parent: parentOf(i), rule: drawn[i] ?? { _tag: "Static" } })),
      );
    });

/** A forest of static tags. */
export const tree: fc.Arbitrary<TagTree> = treeWith(fc.constant({ _tag: "Static" }));

/** A forest in which some tags have a rule. */
export const treeWithRules: fc.Arbitrary<TagTree> = treeWith(tagRule);

/** ANY or ALL of up to four tags. */
export const tagSet: fc.Arbitrary<TagSet> = fc.record({ mode: fc.constantFrom("any", "all"), tags: tagIds() });

/** Assets by name, tags to include, and often as not tags to exclude. */
export const selection: fc.Arbitrary<TagSelection> = fc.record({
  assets: fc.subarray([...ASSETS], { maxLength: 4 }),
  include: tagSet,
  exclude: fc.oneof(fc.constant<TagSet>({ mode: "any", tags: [] }), tagSet),
});

/** Everything, or what bears some tags; of no tag, nothing. */
export const scope: fc.Arbitrary<TagScope> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<TagScope>({ _tag: "All" }) },
  { weight: 4, arbitrary: tagIds().map((tags): TagScope => ({ _tag: "Tags", tags })) },
);
