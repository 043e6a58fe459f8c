/** Generated change freezes and quorum groups: valid ones, some for every asset, some of no members that a tree knows. */
import type { WallTime } from "@fettle/scheduler";
import * as fc from "fast-check";
import type { ChangeFreeze } from "../../domain/maintenance/ChangeFreeze.ts";
import type { QuorumGroup } from "../../domain/maintenance/QuorumGroup.ts";
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import * as TagArbitraries from "./TagArbitraries.ts";

const name = fc.constantFrom("Year's end", "etcd", "n");

/** A selection that means something, whatever assets there are. */
const meant = TagArbitraries.selection.filter((selection) => !TagSelection.isEmpty(selection));

/** Whole hours of 2026, from the first on. */
const wall = (hour: number): WallTime.WallTime => {
  const at = new Date(Date.UTC(2026, 0, 1) + hour * 3_600_000);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()];
  return { year, month, day, hour: at.getUTCHours(), minute: 0, second: 0 };
};

/** From a few hours to a month, on each asset's own clock or in one zone. */
export const changeFreeze: fc.Arbitrary<ChangeFreeze> = fc
  .record({
    id: fc.constantFrom("f1", "f2", "f3"),
    name,
    from: fc.nat(8_000),
    hours: fc.integer({ min: 1, max: 740 }),
    zone: fc.option(fc.constantFrom("UTC", "Europe/Berlin", "Asia/Tokyo")),
    targets: fc.option(meant),
  })
  .map(({ from, hours, ...freeze }) => ({ ...freeze, from: wall(from), to: wall(from + hours) }));

/** None, one or a few of its members may be down at once. */
export const quorumGroup: fc.Arbitrary<QuorumGroup> = fc.record({
  id: fc.constantFrom("g1", "g2", "g3"),
  name,
  members: meant,
  atMost: fc.nat(3),
});
