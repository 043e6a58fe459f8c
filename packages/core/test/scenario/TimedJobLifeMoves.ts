/** What people and ticks do to the jobs of `TimedJobLifeModel`, and what each request comes to. */
import type * as Model from "./TimedJobLifeModel.ts";
import * as Jobs from "./TimedJobLifeModel.ts";

type M = Model.Model;
type Job = Model.ModelJob;
type Person = Model.Person;

/** `ok`, `not-found`, `not-permitted`, or the rule that forbids it. */
export type Outcome = string;

/** The first of these that isn't null, or `ok`. */
const first = (...faults: readonly (string | null | false)[]): Outcome => faults.find((f) => f) || "ok";

/** Whether there is the job and one may change it. */
const changing = (who: Person, job: Job): Outcome => {
  if (job.isDeleted) return "not-found";
  return who === "mara" || (who !== "rita" && job.owner === who) ? "ok" : "not-permitted";
};

const draftFault = (m: M, who: Person, draft: Model.ModelDraft, isNewTime: boolean): string | null => {
  if (draft.title === "") return "JOB-03";
  if (draft.patches !== null && "list" in draft.patches && draft.patches.list.length > Jobs.PATCHES_MAX)
    return "JOB-04";
  return isNewTime && Jobs.isPast(m, who, draft) ? "SCH-06" : null;
};

/** Which plan is enabled: that of now, unless it is one that nobody has seen. */
export type Hash = "none" | "seen" | "unseen";

const enableFault = (m: M, job: Job, hash: Hash): string | null => {
  if (Jobs.isFree(m)) return "LIC-03";
  const outOfTime = Jobs.noTime(m, job, m.now);
  if (outOfTime !== null) return outOfTime;
  if (!Jobs.isPlannable(job)) return "JOB-02";
  if (hash === "unseen") return "PLN-02";
  if (Jobs.isPartial(job)) return "JOB-02";
  if (job.status === "Disabled" || Jobs.isSuspended(m, job)) return null;
  return Jobs.isRunOnce(job) ? "JOB-07" : "JOB-14";
};

const enabled = (m: M, job: Job): void => {
  job.status = "Enabled";
  job.enabledAt = m.now;
};

export const create = (
  m: M,
  who: Person,
  draft: Model.ModelDraft,
  { isEnabled, needsSchedule }: { readonly isEnabled: boolean; readonly needsSchedule: boolean },
): Outcome => {
  if (who === "rita") return "not-permitted";
  const blank = { isBound: false, isDeleted: false, enabledAt: null, rescheduledAt: 0, through: null } as const;
  const job: Job = { ...draft, ...blank, status: "Disabled", owner: who, runs: [] };
  const outcome = first(
    Jobs.isFree(m) && "LIC-03",
    draftFault(m, who, draft, true),
    needsSchedule && draft.schedule === null && "CLN-03",
    isEnabled && enableFault(m, job, "none"),
  );
  if (outcome !== "ok") return outcome;
  if (isEnabled) enabled(m, job);
  m.jobs.push(job);
  return "ok";
};

export type Edit = Partial<Model.ModelDraft>;

// A run-once job before it is enabled, a recurring one while it isn't over.
const editFault = (job: Job, ofRunOnce: string): string | null => {
  if (Jobs.isRunOnce(job)) return job.status === "Disabled" && job.enabledAt === null ? null : ofRunOnce;
  return job.status === "Disabled" || job.status === "Enabled" ? null : "JOB-08";
};

/** What an edit comes too late for happens as it was: what was due before now (SCH-08). */
export const settle = (m: M, job: Job): void => {
  if (job.status === "Enabled" && !Jobs.isRunOnce(job) && !Jobs.isSuspended(m, job)) makeDue(m, job, m.now - 1);
};

export const update = (m: M, who: Person, job: Job, edit: Edit, isStale: boolean): Outcome => {
  const may = changing(who, job);
  if (may !== "ok") return may;
  settle(m, job);
  const after: Job = { ...job, ...edit };
  const isNewTime = JSON.stringify(after.schedule) !== JSON.stringify(job.schedule);
  const isOn = job.status === "Enabled";
  const outcome = first(
    isStale && "JOB-18",
    editFault(job, "JOB-07"),
    draftFault(m, who, after, isNewTime),
    isOn && Jobs.isPartial(after) && "JOB-02",
    isOn && Jobs.isRunOnce(after) && "JOB-08",
    isOn && Jobs.isOver(after.schedule, m.now) && "SCH-07",
  );
  if (outcome !== "ok") return outcome;
  Object.assign(job, edit);
  if (isNewTime && isOn) job.rescheduledAt = m.now;
  if (isNewTime && !isOn && Jobs.isRunOnce(job)) job.enabledAt = null;
  return "ok";
};

export const addPatches = (m: M, who: Person, job: Job, added: readonly string[]): Outcome => {
  const may = changing(who, job);
  if (may !== "ok") return may;
  settle(m, job);
  const { patches } = job;
  const fault = editFault(job, "JOB-09");
  if (fault !== null) return fault;
  if (patches !== null && "query" in patches) return "JOB-23";
  const list = [...new Set([...(patches?.list ?? []), ...added])];
  if (list.length > Jobs.PATCHES_MAX) return "JOB-04";
  job.patches = { list };
  return "ok";
};

export const addAssets = (m: M, who: Person, job: Job, asset: number): Outcome => {
  const may = changing(who, job);
  if (may !== "ok") return may;
  settle(m, job);
  const fault = editFault(job, "JOB-09");
  if (fault !== null) return fault;
  const { include = null, exclude = null, assets = [] } = job.target ?? {};
  job.target = { include, exclude, assets: [...new Set([...assets, asset])] };
  return "ok";
};

export const enable = (m: M, who: Person, job: Job, hash: Hash): Outcome => {
  const outcome = first(changing(who, job) === "ok" ? enableFault(m, job, hash) : changing(who, job));
  if (outcome === "ok") enabled(m, job);
  return outcome;
};

const revoke = (job: Job): void => {
  for (const run of job.runs) {
    for (const [n, status] of run.statuses) if (status === "Pending" && !run.isClosed) run.statuses.set(n, "JobFailed");
  }
};

export const disable = (who: Person, job: Job): Outcome => {
  const may = changing(who, job);
  if (may !== "ok") return may;
  if (Jobs.isRunOnce(job) && job.status !== "Disabled") return "JOB-07";
  if (job.status !== "Enabled") return "JOB-14";
  job.status = "Disabled";
  revoke(job);
  return "ok";
};

export const remove = (who: Person, job: Job): Outcome => {
  const may = changing(who, job);
  if (may !== "ok") return may;
  job.isDeleted = true;
  revoke(job);
  return "ok";
};

/** The draft of a clone, and whether it has to be given a schedule before it is saved (CLN-03). */
export const clone = (m: M, who: Person, job: Job): Outcome | (Model.ModelDraft & { readonly isPast: boolean }) => {
  const may = who === "rita" ? "not-permitted" : changing(who, job);
  if (may !== "ok") return may;
  const isPast = Jobs.isPast(m, who, job);
  const { title, patches, target, schedule, window } = job;
  return { title: `Copy of ${title}`, patches, target, schedule: isPast ? null : schedule, window, isPast };
};

export const changeOwner = (who: Person, job: Job, to: Person): Outcome => {
  if (job.isDeleted) return "not-found";
  if (who !== "mara") return "not-permitted";
  if (to === "rita") return "OWN-03";
  if (job.owner !== to) job.isBound ||= job.owner === "uma";
  job.owner = to;
  return "ok";
};

export const lift = (who: Person, job: Job): Outcome => {
  if (job.isDeleted) return "not-found";
  if (who !== "mara") return "not-permitted";
  job.isBound = false;
  return "ok";
};

// --- time

const makeRun = (m: M, job: Job, local: number | null): void => {
  const fates = m.assets.map((_, n) => [n, Jobs.fateOf(m, job, n, local)] as const);
  const listed = fates.flatMap(([, fate]) => (fate?.isListed === true ? [fate] : []));
  const ends = listed.map((f) => f.end ?? Number.POSITIVE_INFINITY);
  const { schedule } = job;
  job.runs.push({
    kind: schedule?.kind ?? "demand",
    local: schedule?.kind === "once" ? schedule.local : local,
    zone: schedule === null || schedule.kind === "demand" ? null : schedule.zone,
    madeAt: m.now,
    lists: new Map(
      fates.flatMap(([n, fate]) => (fate?.isListed === true ? [[n, Jobs.patchesOf(m, job)] as const] : [])),
    ),
    statuses: new Map(fates.flatMap(([n, fate]) => (fate === null ? [] : [[n, fate.status] as const]))),
    ends: new Map(fates.map(([n, fate]) => [n, fate?.isListed === true ? fate.end : null])),
    lastStart: listed.length === 0 ? m.now : Math.max(...listed.map((f) => f.start)),
    windowEnd: ends.length === 0 || ends.includes(Number.POSITIVE_INFINITY) ? null : Math.max(...ends),
    isClosed: false,
  });
};

const isMade = (job: Job, local: number): boolean =>
  job.runs.some((r) => {
    const { schedule } = job;
    return schedule?.kind === "again" && r.kind === "again" && r.local === local && r.zone === schedule.zone;
  });

/** The time that is due by an instant becomes a run; those that were missed before it, and those that are nobody's, are passed. */
const makeDue = (m: M, job: Job, by: number): void => {
  const since = Jobs.sinceOf(job);
  for (const local of Jobs.timesLeft(job)) {
    const starts = Jobs.startsOf(m, job, local);
    if (starts.length > 0 && by < Jobs.dueAt(m, job, local)) return;
    job.through = { since, local };
    if (!starts.some((start) => start > by - Jobs.LATE)) continue;
    if (!isMade(job, local)) makeRun(m, job, local);
    return;
  }
};

const tickOnce = (m: M, job: Job): void => {
  if (job.runs.some((r) => r.kind !== "again")) return;
  if (Jobs.noTime(m, job, Jobs.sinceOf(job)) !== null) {
    job.status = "Failed";
    return;
  }
  const starts = m.assets.flatMap((_, n) => {
    const fate = Jobs.fateOf(m, job, n, null);
    return fate?.isListed === true ? [fate.start] : [];
  });
  const isQuery = job.patches !== null && "query" in job.patches;
  if (isQuery && starts.length > 0 && m.now < Math.min(...starts) - Jobs.LEAD) return;
  makeRun(m, job, null);
};

const tickAgain = (m: M, job: Job): void => {
  if (Jobs.timesLeft(job).length > 0) makeDue(m, job, m.now);
  else if (job.runs.every((r) => r.isClosed || r.lastStart <= m.now)) job.status = "Ended";
};

/** What is over ends; so does a job that runs once, as all of its run has. */
export const lookAfter = (m: M, job: Job): void => {
  for (const run of job.runs) {
    for (const [n, status] of run.statuses) {
      const end = run.ends.get(n) ?? null;
      if (status === "Pending" && end !== null && end <= m.now) run.statuses.set(n, "TimedOut");
    }
    run.isClosed ||= ![...run.statuses.values()].includes("Pending");
    const isDone = run.isClosed || (run.windowEnd !== null && run.windowEnd <= m.now);
    if (isDone && run.kind !== "again" && job.status === "Enabled") job.status = "Completed";
  }
};

export const tick = (m: M): void => {
  for (const job of m.jobs) {
    if (!job.isDeleted && job.status === "Disabled" && Jobs.isExpired(job, m.now)) job.status = "Expired";
    const isOn = !job.isDeleted && job.status === "Enabled" && !Jobs.isSuspended(m, job);
    if (isOn && Jobs.isRunOnce(job)) tickOnce(m, job);
    else if (isOn) tickAgain(m, job);
    lookAfter(m, job);
  }
};
