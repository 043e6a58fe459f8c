/**
 * Changes of a job's definition: of a run-once job before it is enabled (JOB-07, JOB-09), of a recurring one in either state
 * (JOB-08), as it stays whole (JOB-02) and recurring. Kind and platform are of the job for good: its patches and assets are chosen
 * for them.
 */
import { TimeZone } from "@fettle/scheduler";
import * as Canonical from "../shared/Canonical.ts";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import * as CarriedOut from "./CarriedOut.ts";
import * as Job from "./Job.ts";
import * as JobActions from "./JobActions.ts";
import * as JobChecks from "./JobChecks.ts";
import * as Schedule from "./Schedule.ts";

type Editable = Omit<Job.JobDraft, "kind" | "platform">;

/** What is to be otherwise; what is left out stays. Null takes away what a job may go without, its window for instance. */
export type JobEdit = {
  readonly [M in keyof Editable]?: Exclude<Editable[M], undefined> | (undefined extends Editable[M] ? null : never);
};

/** What one must be permitted to do for it (RBAC-02, RBAC-06). */
export type EditAction = "edit" | "edit-patches" | "change-tags" | "change-assets";

/** The actions that an edit is made of: patches, tags and single assets are permitted apart from the rest. */
export const actions = (job: Pick<Job.Job, "targets">, edit: JobEdit): readonly EditAction[] => {
  const { patches, targets, ...rest } = edit;
  const found: EditAction[] = [];
  if (patches !== undefined) found.push("edit-patches");
  if (targets !== undefined) {
    const [before, after] = [job.targets ?? TagSelection.none, targets ?? TagSelection.none];
    if (!isSame(before.assets, after.assets)) found.push("change-assets");
    const tags = ({ include, exclude }: TagSelection.TagSelection) => ({ include, exclude });
    if (!isSame(tags(before), tags(after)) || found.length === 0) found.push("change-tags");
  }
  if (Object.keys(rest).length > 0 || found.length === 0) found.push("edit");
  return found;
};

/** The members that an edit makes otherwise, or takes away. */
export const changed = (before: Job.Job, after: Job.Job): readonly string[] =>
  [...new Set([...Object.keys(after), ...Object.keys(before)])].filter(
    (name) => !isSame(before[name as keyof Job.Job], after[name as keyof Job.Job]),
  );

/** What a job is edited in. */
export interface EditContext extends Omit<JobChecks.DraftContext, "now"> {
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * The job as edited, or everything that is wrong with it then. A run-once job that was enabled can't be edited (JOB-07). A start
 * that has passed is refused where the edit brings it in (SCH-06).
 */
export const edit = (
  job: Job.Job,
  change: JobEdit,
  limits: Limits,
  context: EditContext = noContext,
): Result<Job.Job, readonly Rejection.Rejection[]> => {
  const fault = Job.editFault(job);
  if (fault !== null) return fail([fault]);
  const edited = withMembers(job, change);
  const isRescheduled = !isSame(job.schedule, edited.schedule);
  const wrong = [
    ...Job.problems(edited, limits, isRescheduled ? context : { ...context, now: null }),
    ...enabledProblems(job, edited, context.now),
  ];
  if (wrong.length > 0) return fail(wrong);
  return ok(isRescheduled ? rescheduled(job, edited, context.now) : edited);
};

const noContext: EditContext = { ...JobChecks.noContext, now: 0 };

// What an enabled job must stay: whole, recurring, with a time to come, and something that is carried out.
const enabledProblems = (job: Job.Job, edited: Job.Job, now: number): readonly Rejection.Rejection[] => {
  if (job.status !== "Enabled") return [];
  const partial = Job.partsFault(edited);
  if (partial !== null) return [partial];
  if (Job.sortOf(edited) === "recurring") return [...CarriedOut.faults(edited), ...endedProblems(edited, now)];
  const message = "an enabled recurring job stays recurring: disable it first, or make another";
  return [Rejection.make("JOB-08", "conflict", message, "schedule")];
};

// Over in the last zone on earth; one that is wrong in itself is told elsewhere.
const endedProblems = ({ schedule }: Job.Job, now: number): readonly Rejection.Rejection[] => {
  const { first, next } = Schedule.starts(schedule, TimeZone.westernmost, now);
  if (first === null || next !== null) return [];
  return [Rejection.make("SCH-07", "conflict", "the schedule has no run left: it has ended", "schedule")];
};

// SCH-08: from when on the starts of a changed schedule count. As a run-once job, it was never enabled (JOB-07).
const rescheduled = (job: Job.Job, edited: Job.Job, now: number): Job.Job => {
  if (job.status === "Enabled") return { ...edited, rescheduledAt: now };
  return Job.sortOf(edited) === "run-once" ? { ...edited, enabled: null } : edited;
};

/** The job with more patches in its list (JOB-09, JOB-10); those that it has already stay where they are. */
export const addPatches = (
  job: Job.Job,
  patches: readonly string[],
  limits: Limits,
): Result<Job.Job, readonly Rejection.Rejection[]> => {
  const fault = addingFault(job, patches, "patches");
  if (fault !== null) return fail([fault]);
  if (job.patches !== null && job.patches._tag !== "List") {
    const from = job.patches._tag === "Query" ? "a query" : "another job";
    const message = `its patches come from ${from}; a list and ${from} exclude one another`;
    return fail([Rejection.make("JOB-23", "conflict", message, "patches")]);
  }
  const all = [...new Set([...(job.patches?.patches ?? []), ...patches])];
  return checked({ ...job, patches: { _tag: "List", patches: all } }, limits);
};

/** The job with more assets named (JOB-09, JOB-10). */
export const addAssets = (
  job: Job.Job,
  assets: readonly string[],
  limits: Limits,
): Result<Job.Job, readonly Rejection.Rejection[]> => {
  const fault = addingFault(job, assets, "assets");
  if (fault !== null) return fail([fault]);
  const before = job.targets ?? TagSelection.none;
  return checked({ ...job, targets: { ...before, assets: [...new Set([...before.assets, ...assets])] } }, limits);
};

const addingFault = (job: Job.Job, added: readonly string[], path: string): Rejection.Rejection | null => {
  const fault = Job.editFault(job);
  if (fault !== null && Job.sortOf(job) === "recurring") return fault;
  if (fault !== null) {
    const message = `nothing can be added to a run-once job that was enabled; this one is ${job.status}. Clone it`;
    return Rejection.make("JOB-09", "conflict", message);
  }
  return added.length === 0 ? Rejection.make("JOB-10", "invalid", `name at least one of the ${path}`, path) : null;
};

// What only the subscription and the clock could be against stood before.
const checked = (job: Job.Job, limits: Limits): Result<Job.Job, readonly Rejection.Rejection[]> => {
  const wrong = Job.problems(job, limits);
  return wrong.length > 0 ? fail(wrong) : ok(job);
};

// Member by member: what comes from outside may carry more than an edit, and what the job is must not come by it.
const editable = Job.draftMembers.filter((m): m is keyof Editable => m !== "kind" && m !== "platform");

const withMembers = (job: Job.Job, change: JobEdit): Job.Job => {
  const edited: { [member: string]: unknown } = { ...job };
  for (const member of editable) {
    const to = change[member];
    if (to === undefined) continue;
    if (to === null && member === "description") edited[member] = "";
    else if (to === null && Job.isOptional(member)) delete edited[member];
    else edited[member] = member === "schedule" ? Schedule.plain(to as Schedule.Schedule | null) : to;
  }
  return JobActions.filledIn(edited as unknown as Job.Job);
};

// Jobs are plain data, and in which order their members are written means nothing.
const isSame = (a: unknown, b: unknown): boolean => Canonical.text(a) === Canonical.text(b);
