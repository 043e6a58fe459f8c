/**
 * What jobs should do, as naively as it can be said: a list of jobs, who is who, and no storage, revisions of entities or
 * events. A property holds the façade against it (`engine/JobLifeProperty.test.ts`).
 */
export type Person = "mara" | "uli" | "uma" | "rita";
export type Rank = "PatchManager" | "PatchUser" | "PatchReader";
export type Target = "fleet" | "web" | "lab" | "first";

export interface ModelDraft {
  readonly title: string;
  readonly patches: readonly string[] | null;
  readonly target: Target | null;
  readonly isUnowned: boolean;
}

export interface ModelJob {
  title: string;
  patches: readonly string[] | null;
  target: Target | null;
  status: "Disabled" | "Enabled" | "Completed";
  owner: Person | null;
  maker: Person;
  /** Whether a former owner's scope (only uma's is limited) bounds it. */
  isBound: boolean;
  revision: number;
  /** The assets of its run, once there is one. */
  run: readonly number[] | null;
  isDeleted: boolean;
  enablings: number;
}

export interface Model {
  readonly jobs: ModelJob[];
  readonly ranks: Record<Person, Rank>;
}

export const make = (): Model => ({
  jobs: [],
  ranks: { mara: "PatchManager", uli: "PatchUser", uma: "PatchUser", rita: "PatchReader" },
});

/** What a request comes to: `ok`, `not-found`, `not-permitted`, or the rule that forbids it. */
export type Outcome = string;

const isManager = (m: Model, who: Person): boolean => m.ranks[who] === "PatchManager";
const mayMake = (m: Model, who: Person): boolean => m.ranks[who] !== "PatchReader";
const isPartner = (job: ModelJob, who: Person): boolean =>
  job.owner === who || (job.owner === null && job.maker === who);
const isPartial = (d: Pick<ModelJob, "patches" | "target">): boolean => d.patches === null || d.target === null;

/** Whether there is the job and one may change it. */
const changing = (m: Model, who: Person, job: ModelJob): Outcome => {
  if (job.isDeleted) return "not-found";
  return isManager(m, who) || (mayMake(m, who) && isPartner(job, who)) ? "ok" : "not-permitted";
};

/** The assets that a run would reach: 0 bears fleet, 1 bears web, which lies below fleet; uma sees web only. */
export const reached = (job: ModelJob): readonly number[] => {
  const meant = job.target === "fleet" ? [0, 1] : job.target === "web" ? [1] : job.target === "first" ? [0] : [];
  return job.owner === "uma" || job.isBound ? meant.filter((n) => n === 1) : meant;
};

const enabling = (m: Model, job: ModelJob): Outcome => {
  if (job.owner === null) return "OWN-04";
  if (!mayMake(m, job.owner)) return "OWN-01";
  if (isPartial(job)) return "JOB-02";
  return job.status === "Disabled" ? "ok" : "JOB-07";
};

const enabled = (job: ModelJob): void => {
  job.status = "Enabled";
  job.enablings += 1;
};

export const create = (m: Model, who: Person, draft: ModelDraft, enable: boolean): Outcome => {
  if (!mayMake(m, who)) return "not-permitted";
  if (draft.title === "") return "JOB-03";
  if (draft.isUnowned && !isPartial(draft)) return "OWN-04";
  const { isUnowned, ...rest } = draft;
  const owner = isUnowned ? null : who;
  const blank = { status: "Disabled", isBound: false, revision: 1, run: null, isDeleted: false, enablings: 0 } as const;
  const job: ModelJob = { ...rest, ...blank, owner, maker: who };
  if (enable) {
    const outcome = enabling(m, job);
    if (outcome !== "ok") return outcome;
    enabled(job);
  }
  m.jobs.push(job);
  return "ok";
};

export type ModelEdit = Partial<Pick<ModelJob, "title" | "patches" | "target">>;

export const update = (m: Model, who: Person, job: ModelJob, edit: ModelEdit, isStale: boolean): Outcome => {
  const may = changing(m, who, job);
  if (may !== "ok") return may;
  if (isStale) return "JOB-18";
  if (job.status !== "Disabled") return "JOB-07";
  if (edit.title === "") return "JOB-03";
  const before = JSON.stringify(job);
  Object.assign(job, edit);
  if (JSON.stringify(job) !== before) job.revision += 1;
  return "ok";
};

export const addPatches = (m: Model, who: Person, job: ModelJob, patches: readonly string[]): Outcome => {
  const may = changing(m, who, job);
  if (may !== "ok") return may;
  if (job.status !== "Disabled") return "JOB-09";
  return update(m, who, job, { patches: [...new Set([...(job.patches ?? []), ...patches])] }, false);
};

export const enable = (m: Model, who: Person, job: ModelJob): Outcome => {
  const may = changing(m, who, job);
  const outcome = may === "ok" ? enabling(m, job) : may;
  if (outcome !== "ok") return outcome;
  enabled(job);
  job.revision += 1;
  return "ok";
};

export const remove = (m: Model, who: Person, job: ModelJob): Outcome => {
  const may = changing(m, who, job);
  if (may === "ok") job.isDeleted = true;
  return may;
};

export const clone = (m: Model, who: Person, job: ModelJob): ModelDraft | Outcome => {
  if (!mayMake(m, who)) return "not-permitted";
  const may = changing(m, who, job);
  if (may !== "ok") return may;
  const { title, patches, target } = job;
  return { title: `Copy of ${title}`, patches, target, isUnowned: job.owner === null && isPartial(job) };
};

export const changeOwner = (m: Model, who: Person, job: ModelJob, to: Person): Outcome => {
  if (job.isDeleted) return "not-found";
  if (!isManager(m, who)) return "not-permitted";
  if (job.owner === to) return "ok";
  if (!mayMake(m, to)) return "OWN-03";
  job.isBound ||= job.owner === "uma";
  job.owner = to;
  job.revision += 1;
  return "ok";
};

export const lift = (m: Model, who: Person, job: ModelJob): Outcome => {
  if (job.isDeleted) return "not-found";
  if (!isManager(m, who)) return "not-permitted";
  if (job.isBound) job.revision += 1;
  job.isBound = false;
  return "ok";
};

/** What a tick does: a run for every enabled job that may be carried out; one that reaches nothing is done at once. */
export const tick = (m: Model): void => {
  for (const job of m.jobs) {
    if (job.isDeleted || job.status !== "Enabled" || job.run !== null) continue;
    if (job.owner === null || !mayMake(m, job.owner)) continue;
    job.run = reached(job);
    if (job.run.length > 0) continue;
    job.status = "Completed";
    job.revision += 1;
  }
};
