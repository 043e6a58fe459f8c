/** Generated domain values, small enough that collisions and edge cases are frequent. */
import * as fc from "fast-check";
import type { Activations, Asset } from "../../src/domain/asset/Asset.ts";
import type { TagScope } from "../../src/domain/tag/TagScope.ts";
import type { TagSelection, TagSet } from "../../src/domain/tag/TagSelection.ts";
import type { TagTree } from "../../src/domain/tag/TagTree.ts";
import * as Values from "./Values.ts";

/** How often a property is tried, and from which seed. */
export const runs = (times: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: times * Number(process.env.FETTLE_RUNS ?? 1),
  seed: Number(process.env.FETTLE_SEED ?? 20_260_201),
});

export const TAGS = ["a", "b", "c", "d", "e", "f", "g"] as const;

/** Tags and one that no tree has. */
export const tagId = fc.constantFrom(...TAGS, "unknown");
const tagIds = fc.uniqueArray(tagId, { maxLength: 4 });

/** A forest over {@link TAGS}: a tag's parent is one that comes earlier in a shuffled order, or none. */
export const tree: fc.Arbitrary<TagTree> = fc
  .tuple(
    fc.shuffledSubarray([...TAGS], { minLength: 1 }),
    fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { minLength: 7, maxLength: 7 }),
  )
  .map(([ids, draws]) => {
    const parentOf = (i: number): string | null => ids[Math.floor((draws[i] ?? 0) * (i + 1)) - 1] ?? null;
    return Values.tree(Object.fromEntries(ids.map((id, i) => [id, parentOf(i)])));
  });

export const tagSet: fc.Arbitrary<TagSet> = fc.record({ mode: fc.constantFrom("any", "all"), tags: tagIds });

export const scope: fc.Arbitrary<TagScope> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<TagScope>({ _tag: "All" }) },
  { weight: 4, arbitrary: tagIds.map((tags): TagScope => ({ _tag: "Tags", tags })) },
);

export const ASSET_IDS = Array.from({ length: 10 }, (_, i) => Values.uuid(i + 1));

const instant = fc.integer({ min: 1, max: 4 });

/** Patching active on most, some with another module, some with another alone. */
const activations: fc.Arbitrary<Activations> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ PM: instant }) },
  fc.record({ PM: instant, VM: instant }),
  fc.record({ VM: instant }),
);

export const asset = (id: string): fc.Arbitrary<Asset> =>
  fc
    .record({
      tags: fc.uniqueArray(tagId, { maxLength: 3 }),
      platform: fc.constantFrom("Linux", "Linux", "Linux", "Windows"),
      activations,
    } as const)
    .map((over) => Values.asset(id, over));

/** Up to ten assets with distinct ids. */
export const assets: fc.Arbitrary<readonly Asset[]> = fc
  .subarray(ASSET_IDS)
  .chain((ids) => fc.tuple(...ids.map((id) => asset(id))));

export const selection: fc.Arbitrary<TagSelection> = fc.record({
  assets: fc.subarray(ASSET_IDS, { maxLength: 4 }),
  include: tagSet,
  exclude: fc.oneof(fc.constant<TagSet>({ mode: "any", tags: [] }), tagSet),
});

/** The same items in another order. */
export const shuffled = <A>(items: readonly A[]): fc.Arbitrary<readonly A[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length });
