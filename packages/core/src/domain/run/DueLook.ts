/**
 * When a tick has to look at an asset run again: found by an index, so that a tick costs by what is due and not by how large runs are.
 * Pure. Whatever {@link ./Sending.ts} would do something about at an instant, or have wait, is under one of the values for that
 * instant; some others are, too, for the values are hours and days.
 */
import * as AssetRun from "./AssetRun.ts";
import type { Run } from "./Run.ts";
import * as Watchdog from "./Watchdog.ts";

/** The value that an asset run is found by as long as there is something to come of it; null: nothing is, of itself. */
export const of = (run: AssetRun.AssetRun): string | null => {
  if (AssetRun.isFinal(run)) return null;
  const windowEnd = run.timing?.windowEnd ?? null;
  if (!AssetRun.hasStarted(run)) {
    // What may not be sent yet waits for what no clock tells: for an earlier run, a reboot, the end of a freeze.
    if (run.manifest === null) return atOnce(run.runId);
    const { notAfter } = run.manifest;
    return windowEnd === null ? leaseEnd(run.runId, notAfter) : overAt(run.runId, Math.min(notAfter, windowEnd));
  }
  if (run.state.scan !== null && !Watchdog.isUnheard(run, run.state.scan)) return atOnce(run.runId);
  if (windowEnd === null || Watchdog.waitsForReboot(run)) return null;
  return silentAt(run.runId, windowEnd + Watchdog.SILENCE_MS);
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
    for (let at = dayOf(run.startedAt); at <= dayOf(now); at += 1) yield leaseEnd(run.id, at * DAY_MS);
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
const DAY_MS = 86_400_000;

const hourOf = (instant: number): number => Math.floor(instant / HOUR_MS);
const dayOf = (instant: number): number => Math.floor(instant / DAY_MS);

const atOnce = (runId: string): string => `${runId}.now`;
/** Its window ends in that hour, sent and not begun. */
const overAt = (runId: string, instant: number): string => `${runId}.over.${hourOf(instant)}`;
/** Leases last for days, and a run of leases for as long as an asset is off: a day's are under one value. */
const leaseEnd = (runId: string, instant: number): string => `${runId}.lease.${dayOf(instant)}`;
/** It has begun, and its silence may be over in that hour. */
const silentAt = (runId: string, instant: number): string => `${runId}.silent.${hourOf(instant)}`;
