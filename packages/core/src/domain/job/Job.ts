/**
 * A job: which patches, on which assets, when (JOB-01 … JOB-07). What comes from outside is a {@link JobDraft}; a draft
 * may lack parts and be saved, but then it can't be enabled (JOB-02).
 */
import type { JobKind } from "@fettle/agent-protocol/vocabulary";
import { type Catchup, type Overlap, PatchWindow, type RebootTimeline } from "@fettle/scheduler";
import * as ApprovalAge from "../patch/ApprovalAge.ts";
import * as Rollout from "../rollout/Rollout.ts";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { TagScope } from "../tag/TagScope.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import * as DefaultJobs from "./DefaultJobs.ts";
import * as JobActions from "./JobActions.ts";
import * as JobChecks from "./JobChecks.ts";
import * as JobLinks from "./JobLinks.ts";
import * as JobNotifications from "./JobNotifications.ts";
import * as JobOptions from "./JobOptions.ts";
import * as JobStatus from "./JobStatus.ts";
import * as Schedule from "./Schedule.ts";

/** Where the patches come from: sources exclude one another (JOB-04, JOB-23). */
export type PatchSource =
  | { readonly _tag: "List"; readonly patches: readonly string[] }
  /** `approvalAgeDays`: only fixes that have been out so long (PLN-07). */
  | { readonly _tag: "Query"; readonly query: string; readonly approvalAgeDays?: number }
  | ({ readonly _tag: "Linked" } & JobLink);

/** The list of another job, once that one's success reaches a threshold (JOB-21). */
export interface JobLink {
  readonly jobId: string;
  readonly successPercentMin: number;
  /** What the percentage is of. */
  readonly of: "patches" | "post-actions";
}

export interface JobDraft {
  readonly title: string;
  readonly description?: string;
  readonly kind: JobKind;
  readonly platform: "Windows" | "Linux" | "Mac";
  readonly patches: PatchSource | null;
  readonly targets: TagSelection.TagSelection | null;
  readonly schedule: Schedule.Schedule | null;
  /** WIN-01; left out: none. */
  readonly window?: Schedule.Window;
  /** A job states its mode (RBT-13). */
  readonly reboot: RebootTimeline.RebootSettings;
  /** PAT-14: go on with the other patches when one fails. */
  readonly continueOnFailure: boolean;
  /** JOB-15; left out: none. */
  readonly messages?: JobOptions.JobMessages;
  /** How often a logged-in user may put off the start, and for how long each (JOB-29); left out: never. */
  readonly deferral?: JobOptions.Deferral;
  /** Fetch files before the start (SCH-10, SCH-15). */
  readonly opportunisticDownload?: true;
  /** JOB-20; left out: none. */
  readonly actions?: JobActions.ActionsDraft;
  /** RNG-02; left out: all at once. */
  readonly rollout?: Rollout.Rollout;
  /** JOB-13: when a run-once job is Completed; left out: once every asset has a final status. */
  readonly completion?: "assets-final" | "dispatch-closed";
  /** WIN-06, of recurring jobs; left out: `wait`. */
  readonly overlap?: Overlap.Policy;
  /** SCH-13, of recurring jobs; left out: `skip`. */
  readonly catchUp?: Catchup.Policy;
  /** JOB-22: what drift at a run comes to; left out: `report`. */
  readonly onDrift?: "report" | "hold";
  /** JOB-15: each run's title ends with the run's own time. */
  readonly dynamicTitle?: true;
  /** JOB-15: whom of the host app to tell of what; left out: nobody. */
  readonly notifications?: JobNotifications.Notifications;
}

/** A draft as it is saved for the first time (JOB-26, CLN-02). */
export interface NewJob extends JobDraft {
  readonly coAuthors?: readonly string[];
  /** It shall belong to nobody, as its maker's clone of an ownerless job (CLN-04): only as long as a part is missing. */
  readonly isUnowned?: true;
  /** It is a clone whose schedule was past, and isn't saved without another one (CLN-03). */
  readonly needsSchedule?: true;
}

export interface Job extends JobDraft {
  readonly id: string;
  readonly actions?: JobActions.JobActions;
  readonly description: string;
  readonly status: JobStatus.JobStatus;
  readonly ownerId: string | null;
  /** Who made it; null when that was not kept. As long as it has no owner, it is assigned to them (RBAC-04). */
  readonly makerId: string | null;
  /** Users who may change it beside its owner, as long as RBAC-05 holds of them. */
  readonly coAuthors: readonly string[];
  /** Users who may look at it. */
  readonly readers: readonly string[];
  /** The scopes that its former owners had as they gave it away: its assets lie in all of them, too (OWN-02). */
  readonly formerScopes: readonly TagScope[];
  readonly createdAt: number;
  /** The plan that a second person approved last, and when. */
  readonly approved: { readonly planHash: string; readonly by: string; readonly at: number } | null;
  /** The hash of the plan that was enabled, and when. */
  readonly enabled: { readonly planHash: string; readonly at: number } | null;
  /** When its schedule was changed last while it was enabled; see {@link countsFrom}. */
  readonly rescheduledAt?: number;
}

/** What somebody chooses who may choose patches and nothing else (RBAC-08): no targets, no schedule, no owner. */
export interface AdvisoryDraft extends Pick<JobDraft, "title" | "description" | "platform"> {
  readonly patches: readonly string[];
}

export type JobPart = "patches" | "targets" | "schedule";

/** What a draft is made of, and whether it may be left out: the members that edits change and clones take over (CLN-02). */
const members: { readonly [M in keyof JobDraft]-?: undefined extends JobDraft[M] ? "optional" : "required" } = {
  title: "required",
  description: "optional",
  kind: "required",
  platform: "required",
  patches: "required",
  targets: "required",
  schedule: "required",
  window: "optional",
  reboot: "required",
  continueOnFailure: "required",
  messages: "optional",
  deferral: "optional",
  opportunisticDownload: "optional",
  actions: "optional",
  rollout: "optional",
  completion: "optional",
  overlap: "optional",
  catchUp: "optional",
  onDrift: "optional",
  dynamicTitle: "optional",
  notifications: "optional",
};

export const draftMembers = Object.keys(members) as readonly (keyof JobDraft)[];

/** Whether a draft may go without it. */
export const isOptional = (member: keyof JobDraft): boolean => members[member] === "optional";

/** What of a job is its definition: the draft that would make another like it. */
export const definition = (job: JobDraft): JobDraft =>
  Object.fromEntries(draftMembers.filter((m) => job[m] !== undefined).map((m) => [m, job[m]])) as unknown as JobDraft;

/** WIN-02: what must lie inside the window where the job doesn't say. */
export const defaultBound = { Windows: "start", Mac: "start", Linux: "complete" } as const;

/** The window as the scheduler takes it. */
export const windowOf = ({ window, platform }: Pick<JobDraft, "window" | "platform">): PatchWindow.PatchWindow =>
  window === undefined
    ? PatchWindow.none
    : { _tag: "Bounded", minutes: window.minutes, bound: window.bound ?? defaultBound[platform] };

/** The critical parts that are missing (JOB-02); none means that the job can be enabled. Actions alone are enough (JOB-20). */
export const missingParts = (
  job: Pick<JobDraft, "patches" | "targets" | "schedule" | "actions">,
): readonly JobPart[] => [
  ...(job.patches === null && !JobActions.areSome(job.actions) ? (["patches"] as const) : []),
  ...(job.targets === null || TagSelection.isEmpty(job.targets) ? (["targets"] as const) : []),
  ...(job.schedule === null ? (["schedule"] as const) : []),
];

/**
 * Everything that is wrong with a draft, each with its rule and place; one that lacks parts may be saved all the same (JOB-02).
 * The draft has the form of one; what comes from outside is looked at by `schema/JobForm` before.
 */
export const problems = (
  draft: JobDraft,
  limits: Limits,
  context: JobChecks.DraftContext = JobChecks.noContext,
): readonly Rejection.Rejection[] => [
  ...JobChecks.title(draft, limits),
  ...JobChecks.patches(draft, limits),
  ...JobChecks.targets(draft, limits),
  ...JobChecks.schedule(draft, context),
  ...JobChecks.window(draft),
  ...JobChecks.reboot(draft, limits, context),
  ...JobChecks.deferral(draft, limits),
  ...JobChecks.fitting(draft),
  ...JobOptions.problems(draft),
  ...JobNotifications.problems(draft.notifications),
  ...ApprovalAge.problems(draft.patches),
  ...JobLinks.problems(draft),
  ...DefaultJobs.problems(draft),
  ...JobActions.problems(draft.actions, draft.platform),
  ...(draft.rollout === undefined ? [] : Rollout.problems(draft.rollout, limits)),
];

/** Everything that keeps a draft from being saved for the first time. */
export const newProblems = (
  { isUnowned, needsSchedule, ...draft }: NewJob,
  limits: Limits,
  context: JobChecks.DraftContext,
): readonly Rejection.Rejection[] => [
  ...problems(draft, limits, context),
  ...ownerProblems(draft, isUnowned),
  ...scheduleProblems(draft, needsSchedule),
];

/** What a job is made in. */
export type Making = {
  readonly id: string;
  readonly ownerId: string;
  readonly now: number;
  readonly limits: Limits;
} & Partial<Pick<JobChecks.DraftContext, "zones" | "strictReboots">>;

/** Makes a job from a draft, or says everything that is wrong with it. It starts Disabled (JOB-06), owned by its maker (JOB-26). */
export const create = (given: NewJob, about: Making): Result<Job, readonly Rejection.Rejection[]> => {
  const { coAuthors = [], isUnowned, needsSchedule: _, ...draft } = given;
  const { now, zones = [], strictReboots = false } = about;
  const wrong = newProblems(given, about.limits, { now, zones, strictReboots });
  if (wrong.length > 0) return fail(wrong);
  return ok({
    ...JobActions.filledIn(draft),
    schedule: Schedule.plain(draft.schedule),
    description: draft.description ?? "",
    id: about.id,
    status: JobStatus.initial,
    ownerId: isUnowned === true ? null : about.ownerId,
    makerId: about.ownerId,
    coAuthors,
    readers: [],
    formerScopes: [],
    createdAt: about.now,
    approved: null,
    enabled: null,
  });
};

/** Makes an advisory: a partially configured job with a list of patches only, owned by nobody (RBAC-08, OWN-04). */
export const createAdvisory = (
  draft: AdvisoryDraft,
  about: { readonly id: string; readonly makerId: string; readonly now: number; readonly limits: Limits },
): Result<Job, readonly Rejection.Rejection[]> => {
  const { title, description = "", platform, patches } = draft;
  const whole: JobDraft = {
    title,
    description,
    kind: "deployment",
    platform,
    patches: { _tag: "List", patches },
    targets: null,
    schedule: null,
    reboot: { _tag: "Suppress" },
    continueOnFailure: true,
  };
  const made = create(whole, { ...about, ownerId: about.makerId });
  return made.ok ? ok({ ...made.value, ownerId: null }) : made;
};

/** Why the job can't be carried out for what it lacks (JOB-02); null when it lacks nothing. */
export const partsFault = (job: JobDraft): Rejection.Rejection | null => {
  const missing = missingParts(job);
  if (missing.length === 0) return null;
  return Rejection.make("JOB-02", "conflict", `partially configured: ${missing.join(", ")} missing`, missing[0]);
};

/** Whether it runs at most once, or again and again: what it may become depends on that. */
export const sortOf = ({ schedule }: Pick<JobDraft, "schedule">): JobStatus.JobSort =>
  Schedule.isRunOnce(schedule) ? "run-once" : "recurring";

/** Why it can't be enabled as it is, or null: a part is missing (JOB-02), or a run-once one was enabled before (JOB-07). */
export const enableFault = (job: Job): Rejection.Rejection | null => {
  const moved = JobStatus.move(job.status, "Enabled", sortOf(job));
  return partsFault(job) ?? (moved.ok ? null : moved.error);
};

/** Why it can't be edited as it is, or null: a run-once job that was enabled stays as it ran (JOB-07), a recurring one that is over, too. */
export const editFault = (job: Job): Rejection.Rejection | null => {
  const { status, enabled } = job;
  if (sortOf(job) === "recurring") {
    if (status === "Disabled" || status === "Enabled") return null;
    const message = `a recurring job can be edited while it is Disabled or Enabled; this one is ${status}. Clone it to change it`;
    return Rejection.make("JOB-08", "conflict", message);
  }
  if (status === "Disabled" && enabled === null) return null;
  const message = `a run-once job that was enabled can't be edited; this one is ${status}. Clone it to change it`;
  return Rejection.make("JOB-07", "conflict", message);
};

/**
 * From when on starts are its own: those that come the lead or more after it (SCH-08). It is when the job was enabled, or when
 * its schedule was changed since; null: it never was.
 */
export const countsFrom = ({ enabled, rescheduledAt }: Pick<Job, "enabled" | "rescheduledAt">): number | null =>
  enabled === null ? null : Math.max(enabled.at, rescheduledAt ?? enabled.at);

/** Why it can't be disabled as it is, or null: a run-once job never can (JOB-07); delete it instead. */
export const disableFault = (job: Job): Rejection.Rejection | null => {
  const moved = JobStatus.move(job.status, "Disabled", sortOf(job));
  return moved.ok ? null : moved.error;
};

/** The job enabled with a plan. Refused when a part is missing (JOB-02), or a run-once one was enabled before (JOB-07). */
export const enable = (
  job: Job,
  with_: { readonly planHash: string; readonly now: number },
): Result<Job, Rejection.Rejection> => {
  const fault = partsFault(job);
  if (fault !== null) return fail(fault);
  const moved = JobStatus.move(job.status, "Enabled", sortOf(job));
  if (!moved.ok) return moved;
  return ok({ ...job, status: moved.value, enabled: { planHash: with_.planHash, at: with_.now } });
};

/** The job disabled: a recurring one, any number of times (JOB-08). */
export const disable = (job: Job): Result<Job, Rejection.Rejection> => moved(job, "Disabled");

/** The job completed: every targeted asset has a final status (JOB-13). */
export const complete = (job: Job): Result<Job, Rejection.Rejection> => moved(job, "Completed");

/** The job expired before it was enabled: its window is over in every zone (SCH-06). */
export const expire = (job: Job): Result<Job, Rejection.Rejection> => moved(job, "Expired");

/** The job ended: a recurring one past its end (SCH-07). */
export const end = (job: Job): Result<Job, Rejection.Rejection> => moved(job, "Ended");

/** The job failed: it could not be carried out (JOB-12). */
export const giveUp = (job: Job): Result<Job, Rejection.Rejection> => moved(job, "Failed");

const moved = (job: Job, to: JobStatus.JobStatus): Result<Job, Rejection.Rejection> => {
  const status = JobStatus.move(job.status, to, sortOf(job));
  return status.ok ? ok({ ...job, status: status.value }) : status;
};

const ownerProblems = (draft: JobDraft, isUnowned: boolean | undefined): readonly Rejection.Rejection[] =>
  isUnowned === true && missingParts(draft).length === 0
    ? [Rejection.make("OWN-04", "invalid", "a job that lacks nothing has an owner", "isUnowned")]
    : [];

const scheduleProblems = (
  { schedule }: JobDraft,
  needsSchedule: boolean | undefined,
): readonly Rejection.Rejection[] =>
  needsSchedule === true && schedule === null
    ? [Rejection.make("CLN-03", "invalid", "the schedule of the job that was cloned is past: give another", "schedule")]
    : [];
