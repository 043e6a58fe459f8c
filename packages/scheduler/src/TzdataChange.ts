/**
 * What another release of the zone rules does to what was planned: which starts lie elsewhere now. A plan states the release it
 * was made with; whoever runs with another one asks here before acting on it.
 */
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import type * as Recurrence from "./Recurrence.ts";
import * as TimeZone from "./TimeZone.ts";

/** A start as it was planned, and under which rules. */
export type PlannedStart = {
  readonly slot: Recurrence.Slot;
  readonly zone: string;
  readonly instant: Instant.Instant;
};

/** One that lies elsewhere now; `now` is null where its zone is unknown, or has no such time any more. */
export type MovedStart = {
  readonly planned: PlannedStart;
  readonly now: Instant.Instant | null;
  /** Later, positive; null with `now`. */
  readonly by: Duration.Duration | null;
};

/** The planned starts that the rules of this runtime put elsewhere. */
export const moved = (
  planned: readonly PlannedStart[],
  resolution: TimeZone.Resolution = TimeZone.compatible,
): readonly MovedStart[] =>
  planned.flatMap((start): readonly MovedStart[] => {
    const zone = TimeZone.of(start.zone);
    const now = zone.ok ? TimeZone.resolveLocal(zone.value, start.slot, resolution) : null;
    if (now === start.instant) return [];
    if (now === null) return [{ planned: start, now: null, by: null }];
    return [{ planned: start, now: Instant.held(now), by: Duration.milliseconds(now - start.instant) }];
  });
