/**
 * When a tick has to look at an asset run again: found by an index, so that a tick costs by what is due and not by how large runs are.
 * Pure. Whatever {@link ./Sending.ts} would do something about at an instant, or have wait, is under one of the values for that
 * instant; some others are, too, for the values are hours.
 *
 * A lease may have ended at any time since its run was made, and a run of leases lasts for as long as an asset is off. So a lease's end is
 * under several values, of pieces of time each a multiple of the one before; the past is asked for in the largest pieces that it is
 * whole in, each instant in one of them.
 */
import * as AssetRun from "./AssetRun.ts";
import type { Run } from "./Run.ts";
import * as Watchdog from "./Watchdog.ts";

/** The values that an asset run is found by as long as there is something to come of it; none: nothing is, of itself. */
export const of = (run: AssetRun.AssetRun): readonly string[] => {
  if (AssetRun.isFinal(run)) return [];
  const windowEnd = run.timing?.windowEnd ?? null;
  if (!AssetRun.hasStarted(run)) {
    // What may not be sent yet waits for what no clock tells: for an earlier run, a reboot, an agent. Nor for a freeze or a blackout: when
    // it ends on an asset is told by tags, profiles and zones, each of which may change in between.
    if (run.manifest === null) return [atOnce(run.runId)];
    const { notAfter } = run.manifest;
    if (windowEnd !== null) return [overAt(run.runId, Math.min(notAfter, windowEnd))];
    return SPANS.map((span) => leaseEnd(run.runId, span, Math.floor(hourOf(notAfter) / span)));
  }
  if (run.state.scan !== null && !Watchdog.isUnheard(run, run.state.scan)) return [atOnce(run.runId)];
  if (windowEnd === null || Watchdog.waitsForReboot(run)) return [];
  return [silentAt(run.runId, windowEnd + Watchdog.SILENCE_MS)];
};

/** The values under which is all of a run that a tick may have to do something about at an instant. */
export function* until(
  run: Pick<Run, "id" | "startedAt" | "firstEnd" | "windowEnd" | "conduct">,
  now: number,
): Generator<string, void> {
  const { windowEnd } = run;
  yield atOnce(run.id);
  // All of a run have a window, or none has: then it is leases that end.
  if (windowEnd === null) {
    yield* leaseEnds(run.id, hourOf(run.startedAt), hourOf(now));
    return;
  }
  const first = run.firstEnd ?? run.startedAt;
  const last = Math.min(now, windowEnd);
  for (let at = hourOf(first); at <= hourOf(last); at += 1) yield overAt(run.id, at * HOUR_MS);
  if (run.conduct?.bound !== "complete") return;
  const [firstSilent, lastSilent] = [first + Watchdog.SILENCE_MS, last + Watchdog.SILENCE_MS];
  for (let at = hourOf(firstSilent); at <= hourOf(Math.min(now, lastSilent)); at += 1) {
    yield silentAt(run.id, at * HOUR_MS);
  }
}

const HOUR_MS = 3_600_000;

/** The pieces of time in which leases' ends are found, in hours: the longest is three weeks. */
const SPANS = [1, 8, 64, 512] as const;

const hourOf = (instant: number): number => Math.floor(instant / HOUR_MS);

const atOnce = (runId: string): string => `${runId}.now`;
/** Its window ends in that hour, sent and not begun. */
const overAt = (runId: string, instant: number): string => `${runId}.over.${hourOf(instant)}`;
/** Its lease ends in that piece of time, sent and not begun. */
const leaseEnd = (runId: string, span: number, piece: number): string => `${runId}.lease.${span}.${piece}`;
/** It has begun, and its silence may be over in that hour. */
const silentAt = (runId: string, instant: number): string => `${runId}.silent.${hourOf(instant)}`;

// From the last hour back: single ones to where a larger piece ends, then those. What the first piece holds before the run is nobody's.
function* leaseEnds(runId: string, first: number, last: number): Generator<string, void> {
  let end = last + 1;
  for (const [i, span] of SPANS.entries()) {
    const larger = SPANS[i + 1];
    for (; end > first && (larger === undefined || end % larger !== 0); end -= span) {
      yield leaseEnd(runId, span, end / span - 1);
    }
  }
}
