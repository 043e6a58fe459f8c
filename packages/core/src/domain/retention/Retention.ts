/**
 * How long a tenant's past is kept (CFG-07): runs with their results, events, and the audit trail, each for a number of
 * days, or for ever, as everything is until somebody says otherwise. A legal hold keeps what there is, whatever its age:
 * of the whole tenant, or of one job's runs.
 *
 * Only what nothing needs any more goes: a run whose every asset run is final, and whose job is not at work on it.
 */
import type { Job } from "../job/Job.ts";
import * as AssetRun from "../run/AssetRun.ts";
import type { Run } from "../run/Run.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

/** Why something is kept whatever its age. */
export interface Hold {
  /** As whoever holds it said it: the name of a case, a ticket. */
  readonly reason: string;
  /** The actor, as the audit trail spells it. */
  readonly by: string;
  readonly since: number;
}

/** For how many days each is kept; null: for ever. */
export interface RetentionDays {
  readonly runsDays: number | null;
  readonly eventsDays: number | null;
  readonly auditDays: number | null;
}

/** The last record of the audit trail that was removed: where the trail begins since. */
export interface Anchor {
  readonly position: number;
  readonly hash: string;
}

/** When everything that was due had been removed, and what was not removed though it was due. */
export interface RetentionOutcome {
  readonly at: number;
  readonly failure: string | null;
}

export interface Retention extends RetentionDays {
  /** Of the whole tenant. */
  readonly hold: Hold | null;
  /** By job. */
  readonly jobHolds: { readonly [jobId: string]: Hold };
  readonly anchor: Anchor | null;
  readonly lastRun: RetentionOutcome | null;
}

/** The shortest that each may be kept, in days: results for one patch cycle, events for consumers that were away. */
export const DAYS_MIN: { readonly [M in keyof RetentionDays]: number } = { runsDays: 30, eventsDays: 7, auditDays: 90 };

/** The longest, in days: a hundred years. What is to be kept for ever says null. */
export const DAYS_MAX = 36_500;

/** The longest reason of a hold, in characters. */
export const REASON_CHARACTERS_MAX = 1_000;

/** Jobs that may be held at once. */
export const JOB_HOLDS_MAX = 1_000;

/** How often it is looked for what is due. */
export const EVERY_MS = 24 * 3_600_000;

const DAY_MS = 24 * 3_600_000;

/** Everything for ever: what holds until it is said otherwise. */
export const forEver: Retention = {
  runsDays: null,
  eventsDays: null,
  auditDays: null,
  hold: null,
  jobHolds: {},
  anchor: null,
  lastRun: null,
};

const limited = ["runsDays", "eventsDays", "auditDays"] as const satisfies readonly (keyof RetentionDays)[];

/** The retention with other limits; everything wrong with them at once. What is due is looked for anew. */
export const save = (retention: Retention, days: RetentionDays): Result<Retention, readonly Rejection.Rejection[]> => {
  const { runsDays, eventsDays, auditDays } = days;
  const faults = limited.flatMap((member) => {
    const value = days[member];
    if (value === null || (Number.isInteger(value) && value >= DAYS_MIN[member] && value <= DAYS_MAX)) return [];
    const message = `${DAYS_MIN[member]}–${DAYS_MAX} days, or null for ever; not ${value}`;
    return [Rejection.make("CFG-07", "invalid", message, member)];
  });
  return faults.length > 0 ? fail(faults) : ok({ ...retention, runsDays, eventsDays, auditDays, lastRun: null });
};

/** Holds everything (`jobId` null), or a job's runs. What is held already must be released first, so that no reason is lost. */
export const hold = (
  retention: Retention,
  jobId: string | null,
  { reason: given, ...who }: Hold,
): Result<Retention, Rejection.Rejection> => {
  const reason = given.trim();
  if (reason === "" || reason.length > REASON_CHARACTERS_MAX) {
    const message = `a legal hold has a reason of 1–${REASON_CHARACTERS_MAX} characters`;
    return fail(Rejection.make("CFG-07", "invalid", message, "reason"));
  }
  const known = holdOf(retention, jobId);
  if (known !== null) {
    return fail(Rejection.make("CFG-07", "conflict", `${known.by} holds it already: ${known.reason}`));
  }
  const held: Hold = { ...who, reason };
  if (jobId === null) return ok({ ...retention, hold: held });
  if (Object.keys(retention.jobHolds).length >= JOB_HOLDS_MAX) {
    const message = `at most ${JOB_HOLDS_MAX} jobs are held at once; hold the whole tenant`;
    return fail(Rejection.make("CFG-07", "exhausted", message));
  }
  return ok({ ...retention, jobHolds: { ...retention.jobHolds, [jobId]: held } });
};

/** Lets go what was held. */
export const release = (retention: Retention, jobId: string | null): Result<Retention, Rejection.Rejection> => {
  if (holdOf(retention, jobId) === null) {
    const what = jobId === null ? "the tenant" : `job ${jobId}`;
    return fail(Rejection.make("CFG-07", "not-found", `${what} is not held`));
  }
  if (jobId === null) return ok({ ...retention, hold: null });
  const { [jobId]: _released, ...jobHolds } = retention.jobHolds;
  return ok({ ...retention, jobHolds });
};

/** The hold of the whole tenant (`jobId` null), or of a job. */
export const holdOf = (retention: Retention, jobId: string | null): Hold | null =>
  jobId === null
    ? retention.hold
    : Object.hasOwn(retention.jobHolds, jobId)
      ? (retention.jobHolds[jobId] ?? null)
      : null;

/** Whether it is to be looked now for what is due. */
export const isDue = (retention: Retention, now: number): boolean =>
  retention.hold === null &&
  limited.some((member) => retention[member] !== null) &&
  (retention.lastRun === null || now - retention.lastRun.at >= EVERY_MS);

/** The instants before which things are past their limits; null: none is. */
export interface Due {
  readonly runs: number | null;
  readonly events: number | null;
  readonly audit: number | null;
}

/**
 * What is past its limit now. A job's hold keeps events and audit records too: they tell of many jobs at once, and go from
 * the oldest on or not at all.
 */
export const due = (retention: Retention, now: number): Due => {
  if (retention.hold !== null) return { runs: null, events: null, audit: null };
  const before = (days: number | null): number | null => (days === null ? null : now - days * DAY_MS);
  const isAnyHeld = Object.keys(retention.jobHolds).length > 0;
  return {
    runs: before(retention.runsDays),
    events: isAnyHeld ? null : before(retention.eventsDays),
    audit: isAnyHeld ? null : before(retention.auditDays),
  };
};

/** How many of the first are past their limit; one that isn't keeps all behind it, whatever the clock was then. */
export const leading = (oldest: readonly { readonly at: number }[], before: number): number => {
  const kept = oldest.findIndex(({ at }) => at >= before);
  return kept === -1 ? oldest.length : kept;
};

/** Whether a run's age, its job and its holds let it go, as far as they tell without its asset runs. */
export const mayGo = (run: Run, job: Job | null, retention: Retention, before: number): boolean =>
  run.startedAt < before &&
  holdOf(retention, run.jobId) === null &&
  // Of a job that runs again and again, those that are over.
  (job?.status !== "Enabled" || run.closedAt !== null);

/** Whether it goes with these asset runs: final, all past the limit, and none of which an agent may hold a manifest in force. */
export const isOver = (assetRuns: readonly AssetRun.AssetRun[], before: number, now: number): boolean =>
  assetRuns.every(
    (a) => AssetRun.isFinal(a) && a.state.changedAt < before && (a.manifest === null || a.manifest.notAfter < now),
  );
