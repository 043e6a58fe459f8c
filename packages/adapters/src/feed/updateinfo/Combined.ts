/**
 * Several repositories of one release, read apart, as one feed: an advisory that some of them share is put together, as two
 * elements of one feed are.
 *
 * Invariant: an advisory is taken whole or not at all, also where only one of the feeds left it out. Pure.
 */
import type { Patch } from "@fettle/core";
import * as Advisory from "./Advisory.ts";
import { type FeedLimits, feedLimits } from "./FeedLimits.ts";
import type { SkippedAdvisory, Updateinfo } from "./Updateinfo.ts";

/**
 * Puts feeds together. What was skipped in any of them is skipped, and so is an advisory that two feeds have for
 * different releases. The lines of what the feeds skipped stay; of what is skipped here they are 0.
 *
 * @example
 * const feed = combineUpdateinfo([baseos.value, appstream.value]);
 * await fettle.catalogue.ingest(actor, { feed: "rocky-9", patches: feed.patches });
 */
export const combineUpdateinfo = (
  feeds: readonly Updateinfo[],
  limits: Pick<FeedLimits, "packagesPerAdvisory"> = feedLimits,
): Updateinfo => {
  const skipped: SkippedAdvisory[] = feeds.flatMap((feed) => feed.skipped);
  const bad = new Set(skipped.map((s) => s.id));
  const patches = new Map<string, Patch.Patch>();
  const skip = (id: string, reason: string): void => {
    skipped.push({ id, line: 0, reason });
    bad.add(id);
    patches.delete(id);
  };
  for (const patch of feeds.flatMap((feed) => feed.patches)) {
    const known = patches.get(patch.id);
    const merged = known === undefined ? patch : Advisory.merge(known, patch);
    if (bad.has(patch.id)) skip(patch.id, "another feed's part of it is left out");
    else if (known !== undefined && known.releases.join("\n") !== patch.releases.join("\n")) {
      skip(patch.id, "two feeds have it for different releases");
    } else if (merged.packages.length > limits.packagesPerAdvisory) {
      skip(patch.id, `its parts have more than ${limits.packagesPerAdvisory} packages`);
    } else patches.set(patch.id, merged);
  }
  return { patches: [...patches.values()], skipped };
};
