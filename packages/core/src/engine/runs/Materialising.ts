/**
 * Makes the run of a job's occurrence: the plan compiled anew, in the owner's scope of this moment (TAG-06), and frozen with its
 * asset runs (CMP-03). However many try at once, an occurrence becomes a run once: its claim is part of the commit. A large run is
 * claimed with its frozen plan first, and its asset runs follow in parts ({@link ./Making.ts}).
 */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as Job from "../../domain/job/Job.ts";
import * as JobTitle from "../../domain/job/JobTitle.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import type { Plan } from "../../domain/plan/Plan.ts";
import * as PlanParts from "../../domain/plan/PlanParts.ts";
import * as Drift from "../../domain/run/Drift.ts";
import * as MakingOf from "../../domain/run/Making.ts";
import * as Placement from "../../domain/run/Placement.ts";
import * as Run from "../../domain/run/Run.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as JobLinks from "../jobs/JobLinks.ts";
import * as Approvals from "../plans/Approvals.ts";
import * as KeptPlans from "../plans/KeptPlans.ts";
import * as Plans from "../plans/Plans.ts";
import * as Turns from "../plans/Turns.ts";
import { refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Making from "./Making.ts";
import * as Occurrences from "./Occurrences.ts";

/**
 * The run of a job that runs once, when it is time for it: at once, for it is sent as soon as it is enabled (SCH-09); of a
 * query the lead before its first start, for its patches are those of then (JOB-22). Null: not yet, or somebody else made it.
 */
export const once = Effect.fn("Materialising.once")(function* (tenantId: TenantId, job: Repository.Versioned<Job.Job>) {
  yield* JobAuthority.mustRun(tenantId, job.value);
  yield* mustNotWait(tenantId, job.value);
  const enabledAt = job.value.enabled?.at ?? (yield* Environment).now();
  const planned = yield* Plans.compile(tenantId, job.value, { enabledAt });
  const { plan } = planned;
  if (plan.isProvisional && !(yield* isNear(tenantId, plan))) return null;
  yield* Approvals.mustNotHaveGrown(tenantId, job.value, plan);
  const moment = { now: (yield* Environment).now(), enabledAt, isMissable: false };
  const hasDrifted = job.value.enabled?.planHash !== planned.hash;
  yield* mustNotBeHeld(tenantId, job.value, plan, moment);
  const made = yield* runOf(tenantId, job, planned, { ...moment, hasDrifted });
  return yield* commit(tenantId, job, { ...made, plan, also: { expect: [], writes: [], events: [] } });
});

/** What came of the times of a recurring job that are due. */
export interface Recurred {
  readonly run: Repository.Versioned<Run.Run> | null;
}

/** The run of a recurring job's time that is due, if one is; and that others were missed is told (SCH-13). */
export const recurring = Effect.fn("Materialising.recurring")(function* (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job>,
  due: Extract<Occurrences.Due, { readonly _tag: "Due" }>,
) {
  const environment = yield* Environment;
  const now = environment.now();
  const also = { ...Occurrences.dealtWith(job.id, due), events: missedEvents(job.id, due, now) };
  if (due.run === null) {
    const expect = [Repository.expected("job", job.id, job), ...also.expect];
    yield* Repository.tryCommit(tenantId, { ...also, expect });
    return null;
  }
  yield* JobAuthority.mustRun(tenantId, job.value);
  yield* mustNotWait(tenantId, job.value);
  const time = { slot: due.run.slot, enabledAt: due.since };
  const planned = yield* Plans.compile(tenantId, job.value, time);
  const { plan } = planned;
  yield* Approvals.mustNotHaveGrown(tenantId, job.value, plan);
  const isMissable = (job.value.catchUp ?? "skip") === "skip";
  const moment = { now, enabledAt: due.since, isMissable };
  yield* mustNotBeHeld(tenantId, job.value, plan, moment);
  const hasDrifted = yield* isDrifted(tenantId, job.value, plan);
  const made = yield* runOf(tenantId, job, planned, { ...moment, hasDrifted });
  return yield* commit(tenantId, job, { ...made, plan, also });
});

/**
 * The run of a default job on the one asset that gave cause, whose plan's key names it (JOB-24). Answers false where it was
 * made for that cause before.
 */
export const caused = Effect.fn("Materialising.caused")(function* (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job>,
  plan: Plan,
) {
  yield* Approvals.mustNotHaveGrown(tenantId, job.value, plan);
  const now = (yield* Environment).now();
  const moment = { now, enabledAt: now, isMissable: false };
  const planned = { hash: yield* Plans.hashing(plan), plan };
  const made = yield* runOf(tenantId, job, planned, { ...moment, hasDrifted: false });
  return (yield* commit(tenantId, job, { ...made, plan, also: { expect: [], writes: [], events: [] } })) !== null;
});

const missedEvents = (
  jobId: string,
  { missed, missedCount }: Pick<Extract<Occurrences.Due, { readonly _tag: "Due" }>, "missed" | "missedCount">,
  now: number,
) =>
  missedCount === 0 ? [] : [Repository.event("OccurrenceMissed", "job", jobId, now, { missed, count: missedCount })];

const isNear = Effect.fn("Materialising.isNear")(function* (tenantId: TenantId, plan: Plan) {
  const { limits } = yield* Subscriptions.of(tenantId);
  const due = (yield* Environment).now() + limits.leadSeconds * 1_000;
  return plan.groups.length === 0 || plan.groups.some(({ timing }) => timing.start === null || timing.start <= due);
});

const isDrifted = Effect.fn("Materialising.isDrifted")(function* (tenantId: TenantId, job: Job.Job, plan: Plan) {
  const enabled = job.enabled === null ? null : yield* KeptPlans.get(tenantId, job.enabled.planHash);
  return enabled !== null && (yield* Turns.take(Drift.steps(enabled, plan)));
});

// JOB-21: a job without a window waits for the one that it is linked to, however long; nothing is planned for it meanwhile.
const mustNotWait = Effect.fn("Materialising.mustNotWait")(function* (tenantId: TenantId, job: Job.Job) {
  const waits = job.window === undefined ? yield* JobLinks.mayStart(tenantId, job) : null;
  if (waits !== null) yield* refuse(waits);
});

// JOB-21, JOB-22: the other's success holds the run, and drift where the job says so, as long as anything of it could start.
const mustNotBeHeld = Effect.fn("Materialising.mustNotBeHeld")(function* (
  tenantId: TenantId,
  job: Job.Job,
  plan: Plan,
  moment: Placement.Moment,
) {
  const { windowEnd } = Placement.span(plan, moment);
  if (windowEnd !== null && windowEnd <= moment.now) return;
  const waits = yield* JobLinks.mayStart(tenantId, job);
  if (waits !== null) return yield* refuse(waits);
  if (job.onDrift !== "hold" || !(yield* isDrifted(tenantId, job, plan))) return;
  const message = "held: its plan has drifted since it was enabled; enable it again, with the plan of now";
  yield* reject("JOB-22", "conflict", message);
});

interface Made {
  readonly run: Run.Run;
  readonly moment: Placement.Moment;
}

/** A run of a job with this plan, not kept yet. */
export const runOf = Effect.fn("Materialising.runOf")(function* (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job>,
  { hash, plan }: Plans.HashedPlan,
  about: Placement.Moment & Pick<Run.Run, "hasDrifted">,
) {
  const { hasDrifted, ...moment } = about;
  const window = Job.windowOf(job.value);
  const { notifications } = job.value;
  const run: Run.Run = {
    id: Run.idOf({ tenantId, jobId: job.id, occurrenceKey: plan.occurrence.key }, Crypto.digest),
    jobId: job.id,
    jobRevision: job.revision,
    title: yield* titleOf(tenantId, job.value, plan, moment.now),
    kind: job.value.kind,
    occurrenceKey: plan.occurrence.key,
    planHash: hash,
    hasDrifted,
    startedAt: moment.now,
    isIssued: false,
    conduct: {
      ...plan.conduct,
      bound: window._tag === "None" ? "start" : window.bound,
      overlap: job.value.overlap ?? "wait",
    },
    ...(notifications === undefined ? {} : { notifications }),
    ...Placement.span(plan, moment),
    closedAt: null,
    ...(PlanParts.isSmall(plan) ? {} : { making: makingOf(plan, moment) }),
  };
  const made: Made = { run, moment };
  return made;
});

// JOB-15. What names no time itself is told by when it is made, on the clock that stands for those of assets.
const titleOf = Effect.fn("Materialising.titleOf")(function* (
  tenantId: TenantId,
  job: Job.Job,
  { occurrence: { nominalLocal } }: Plan,
  now: number,
) {
  const subscription = yield* Subscriptions.of(tenantId);
  const time = { nominalLocal, now, zone: Subscription.defaultZoneOf(subscription) };
  return JobTitle.ofRun(job, time, subscription.limits.titleCharactersMax);
});

interface Kept extends Made {
  readonly plan: Plan;
  readonly also: Required<Pick<Repository.Change, "expect" | "writes" | "events">>;
}

/** What keeps a run with its plan, and its asset runs where they are few; it is claimed by its occurrence key. */
export const changeOf = Effect.fn("Materialising.changeOf")(function* (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job>,
  { run, moment, plan, also }: Kept,
) {
  const planWrites = yield* KeptPlans.keep(tenantId, { hash: run.planHash, plan });
  const first = Making.isWhole(run) ? yield* Making.placed(tenantId, run, { part: plan, moment }) : null;
  const change: Repository.Change = {
    expect: [Repository.expected("job", job.id, job), ...also.expect, ...(first?.expect ?? [])],
    // In this attempt's own name: whoever else makes the run makes it under the same id.
    uniques: [{ key: Run.occurrenceClaim(job.id, run.occurrenceKey), owner: (yield* Environment).uuid() }],
    writes: [
      Repository.put("run", run.id, run),
      ...(first?.assetRuns ?? []).map((a) => Repository.put("assetRun", a.id, a)),
      ...planWrites,
      ...also.writes,
    ],
    events: [
      ...(first === null ? [] : Making.told(run, MakingOf.counted({}, first.assetRuns), moment.now)),
      ...also.events,
    ],
  };
  return change;
});

const commit = Effect.fn("Materialising.commit")(function* (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job>,
  about: Kept,
) {
  const { run, also } = about;
  const expect = [Repository.expected("job", job.id, job), ...also.expect];
  const answer = yield* Repository.tryCommit(tenantId, yield* changeOf(tenantId, job, about));
  if (answer._tag === "Committed") return yield* Repository.get(tenantId, "run", run.id);
  // It ran before the job was disabled and enabled again: it doesn't a second time, and the next one is next.
  const isTaken = answer.because._tag === "Unique" && also.writes.length > 0;
  if (isTaken) yield* Repository.tryCommit(tenantId, { ...also, expect });
  return null;
});

const makingOf = (plan: Plan, { enabledAt, isMissable }: Placement.Moment): MakingOf.Making => {
  const parts = [...PlanParts.cut(plan)].length;
  return { part: 0, parts, of: Placement.countOf(plan), enabledAt, isMissable, byStatus: {} };
};
