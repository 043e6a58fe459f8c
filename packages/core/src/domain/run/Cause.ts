/**
 * What starts default jobs (JOB-24): patch management was activated on an asset, or it was heard of again after days of
 * silence. It waits until the asset is assessed, starts each job that it concerns on that asset alone, and is over.
 */
import type { Job } from "../job/Job.ts";

export interface Cause {
  /** The run of it has it, too: each job runs for a cause once. */
  readonly id: string;
  readonly assetId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Null: it was activated. */
  readonly silentMilliseconds: number | null;
}

/** How long it waits for the asset to be assessed, in days. */
export const WAITS_DAYS_MAX = 7;

const DAY_MS = 86_400_000;

export const activated = (assetId: string, at: number): Cause => ({
  id: `activated:${assetId}:${at}`,
  assetId,
  at,
  silentMilliseconds: null,
});

export const returned = (assetId: string, at: number, silentMilliseconds: number): Cause => ({
  id: `returned:${assetId}:${at}`,
  assetId,
  at,
  silentMilliseconds,
});

/** Whether it starts the job, tags aside: a default job of its sort that was enabled by then. */
export const starts = (cause: Cause, { schedule, status, enabled }: Pick<Job, "schedule" | "status" | "enabled">) => {
  if (status !== "Enabled" || enabled === null || enabled.at > cause.at) return false;
  const { silentMilliseconds: silent } = cause;
  if (schedule?._tag === "OnActivation") return silent === null;
  return schedule?._tag === "AfterInactivity" && silent !== null && silent >= schedule.days * DAY_MS;
};

/** Whether it has waited long enough. */
export const isOver = ({ at }: Cause, now: number): boolean => now - at > WAITS_DAYS_MAX * DAY_MS;
