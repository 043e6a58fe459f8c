/**
 * How each asset of a plan stands in a run from the start: it waits to be sent its list, or it has come to an end already, for
 * its licence (LIC-06), its window (SCH-06), a blackout (WIN-05), or because its time was missed (SCH-13). Pure.
 */
import type { Plan, PlanGroup } from "../plan/Plan.ts";
import * as AssetRun from "./AssetRun.ts";
import * as DueOccurrences from "./DueOccurrences.ts";
import type * as Run from "./Run.ts";

export interface Moment {
  readonly now: number;
  /** When the job was enabled: what starts at once starts then, and its window counts from then. */
  readonly enabledAt: number;
  /** Whether a start that was missed is one, or may be made up for inside its window. */
  readonly isMissable: boolean;
}

/** When the assets of a group may start, and until when. */
export const timingOf = (
  { timing }: Pick<PlanGroup, "timing">,
  { conduct }: Pick<Plan, "conduct">,
  enabledAt: number,
): AssetRun.AssetRunTiming => {
  const { start, windowEnd } = timing;
  const isOpenEnded = conduct.window === undefined;
  const fromEnabling = isOpenEnded ? null : enabledAt + conduct.window.minutes * MINUTE_MILLISECONDS;
  return { start: start ?? enabledAt, windowEnd: windowEnd ?? fromEnabling };
};

/** What of a plan says how its assets stand: all of it, or a part. */
export type Placed = Pick<Plan, "groups" | "excluded" | "conduct">;

/** The asset runs of a run, as they stand at first. */
export const assetRuns = (
  run: Pick<Run.Run, "id" | "jobId">,
  plan: Placed,
  moment: Moment,
): readonly AssetRun.AssetRun[] => [
  ...plan.groups.flatMap((group) => {
    const timing = timingOf(group, plan, moment.enabledAt);
    const placed = { ...placedAt(timing, moment), at: moment.now };
    return group.assets.map((assetId) => made(run, { assetId, patches: group.patches, placed, timing }));
  }),
  ...plan.excluded.flatMap((e) => {
    if (e.shownAs === null) return [];
    const placed = { status: e.shownAs, reason: e.reason, at: moment.now };
    return [made(run, { assetId: e.assetId, patches: [], placed, timing: null })];
  }),
];

/** How many asset runs come of a plan. */
export const countOf = ({ groups, excluded }: Pick<Plan, "groups" | "excluded">): number =>
  groups.reduce((sum, { assets }) => sum + assets.length, 0) + excluded.filter((e) => e.shownAs !== null).length;

/** When the run starts, and is over, in the last zone; and is over in the first. */
export const span = (
  plan: Plan,
  { now, enabledAt }: Pick<Moment, "now" | "enabledAt">,
): Pick<Run.Run, "lastStart" | "windowEnd" | "firstEnd"> => {
  const timings = plan.groups.map((group) => timingOf(group, plan, enabledAt));
  if (timings.length === 0) return { lastStart: now, windowEnd: null };
  const lastStart = timings.reduce((last, { start }) => Math.max(last, start), Number.NEGATIVE_INFINITY);
  const ends = timings.flatMap(({ windowEnd }) => windowEnd ?? []);
  if (ends.length === 0) return { lastStart, windowEnd: null };
  const firstEnd = ends.reduce((a, b) => Math.min(a, b));
  return {
    lastStart,
    windowEnd: ends.length < timings.length ? null : ends.reduce((a, b) => Math.max(a, b)),
    firstEnd,
  };
};

const MINUTE_MILLISECONDS = 60_000;

const placedAt = (
  { start, windowEnd }: AssetRun.AssetRunTiming,
  { now, isMissable }: Moment,
): Omit<AssetRun.AssetRun["placed"], "at"> => {
  if (windowEnd !== null && windowEnd <= now) {
    return { status: "TimedOut", reason: `WIN-02: its window was over at ${iso(windowEnd)}` };
  }
  if (isMissable && !DueOccurrences.isInTime(start, now)) {
    return {
      status: "TimedOut",
      reason: `SCH-13: nobody looked after it at ${iso(start)}, when it should have started`,
    };
  }
  return { status: "Pending", reason: null };
};

const made = (
  run: Pick<Run.Run, "id" | "jobId">,
  about: Pick<AssetRun.AssetRun, "assetId" | "patches" | "placed" | "timing">,
): AssetRun.AssetRun => {
  const base = {
    id: AssetRun.idOf(run.id, about.assetId),
    runId: run.id,
    jobId: run.jobId,
    ...about,
    marks: [],
    manifest: null,
  };
  return { ...base, state: AssetRun.fold(base, []) };
};

const iso = (instant: number): string => new Date(instant).toISOString();
