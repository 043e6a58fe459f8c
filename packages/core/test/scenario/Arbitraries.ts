/** Generated domain values, small enough that collisions and edge cases are frequent; most of them as embedders have them. */
import * as fc from "fast-check";
import type { Activations, Asset } from "../../src/domain/asset/Asset.ts";
import { ASSETS, tagId } from "../../src/testing/arbitraries/TagArbitraries.ts";
import * as Values from "./Values.ts";

/** How often a property is tried, and from which seed. */
export const runs = (times: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: times * Number(process.env.FETTLE_RUNS ?? 1),
  seed: Number(process.env.FETTLE_SEED ?? 20_260_201),
});

export { scope, selection, TAGS, tagId, tagSet, tree } from "../../src/testing/arbitraries/TagArbitraries.ts";

export const ASSET_IDS = [...ASSETS];

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

/** The same items in another order. */
export const shuffled = <A>(items: readonly A[]): fc.Arbitrary<readonly A[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length });
