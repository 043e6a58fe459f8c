/** Changes of jobs: run-once ones before they are enabled, recurring ones in either state (JOB-07 … JOB-10, JOB-18). */
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import type { Job } from "../../domain/job/Job.ts";
import type { JobAction } from "../../domain/job/JobAccess.ts";
import * as JobEdit from "../../domain/job/JobEdit.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as JobForm from "../../schema/JobForm.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, type Rejected, refuse } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as BeforeEdits from "../runs/BeforeEdits.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as JobAuthority from "./JobAuthority.ts";
import * as JobClaims from "./JobClaims.ts";
import * as JobContexts from "./JobContexts.ts";
import * as JobScripts from "./JobScripts.ts";

/** How a job is changed. */
export interface ChangeOptions extends Idempotency.Repeatable {
  /** What the job was read at (`jobs.get`); when it has changed since, the change is refused as `stale` (JOB-18). */
  readonly revision?: number;
}

/**
 * Changes a job, a run-once one before it is enabled (JOB-07), a recurring one whether it is enabled or not (JOB-08): then the
 * change reaches its next run that is in time for it (SCH-08). What is left out stays; null takes away what a job may go without.
 * Everything that would be wrong with it is said at once.
 *
 * @example
 * const job = yield* fettle.jobs.get(actor, jobId);
 * yield* fettle.jobs.update(actor, jobId, { title: "Patch Tuesday" }, { revision: job.revision });
 */
export const update = Effect.fn("JobEdits.update")(function* (
  actor: Actor,
  jobId: string,
  edit: JobEdit.JobEdit,
  options: ChangeOptions = {},
) {
  const user = yield* Authority.userOf(actor);
  const { value: before } = yield* JobAuthority.find(actor.tenantId, jobId);
  return yield* change(actor, jobId, {
    method: "jobs.update",
    request: { edit },
    options,
    first: JobEdit.actions(before, edit),
    actions: (job) => JobEdit.actions(job, edit),
    to: (job, limits) => edited(actor.tenantId, user, { job, edit, limits }),
  });
});

interface Editing {
  readonly job: Job;
  readonly edit: JobEdit.JobEdit;
  readonly limits: Limits;
}

/** What a job would be as a user edits it, or everything that is wrong with it then; nothing of it is saved. */
export const edited = Effect.fn("JobEdits.edited")(function* (
  tenantId: TenantId,
  user: User,
  { job, edit, limits }: Editing,
) {
  const malformed = JobForm.editProblems(edit);
  if (malformed.length > 0) return yield* refuse(malformed);
  const { schedule = job.schedule, targets = job.targets } = edit;
  const { platform } = job;
  const context = yield* JobContexts.ofSaving(tenantId, user, { schedule, targets, platform });
  const made = JobEdit.edit(job, edit, limits, context);
  // Only what is new is looked at: a job whose script's author was revoked meanwhile may be given another title.
  const actions = edit.actions ?? undefined;
  const unsaved = yield* JobScripts.faults(tenantId, { platform, ...(actions === undefined ? {} : { actions }) });
  return unsaved.length === 0 ? yield* lift(made) : yield* refuse([...(made.ok ? [] : made.error), ...unsaved]);
});

/** Adds patches to a job's list, and nothing else (JOB-09, JOB-10). */
export const addPatches = Effect.fn("JobEdits.addPatches")(function* (
  actor: Actor,
  jobId: string,
  patches: readonly string[],
  options: ChangeOptions = {},
) {
  return yield* change(actor, jobId, {
    method: "jobs.addPatches",
    request: { patches },
    options,
    first: ["edit-patches"],
    actions: () => ["edit-patches"],
    to: (job, limits) => lift(JobEdit.addPatches(job, patches, limits)),
  });
});

/** Adds assets to those that a job names, and nothing else (JOB-09, JOB-10). */
export const addAssets = Effect.fn("JobEdits.addAssets")(function* (
  actor: Actor,
  jobId: string,
  assets: readonly string[],
  options: ChangeOptions = {},
) {
  return yield* change(actor, jobId, {
    method: "jobs.addAssets",
    request: { assets },
    options,
    first: ["change-assets"],
    actions: () => ["change-assets"],
    to: (job, limits) => lift(JobEdit.addAssets(job, assets, limits)),
  });
});

interface Change<E, R> {
  readonly method: string;
  readonly request: { readonly [member: string]: unknown };
  readonly options: ChangeOptions;
  /** What it needs as the job stands now, asked before anything else. */
  readonly first: readonly JobAction[];
  readonly actions: (job: Job) => readonly JobAction[];
  readonly to: (job: Job, limits: Limits) => Effect.Effect<Job, E | Rejected, R>;
}

const change = Effect.fn("JobEdits.change")(function* <E = never, R = never>(
  actor: Actor,
  jobId: string,
  asked: Change<E, R>,
) {
  const { tenantId } = actor;
  const { idempotencyKey: key, revision } = asked.options;
  for (const action of asked.first) yield* JobAuthority.load(actor, jobId, action);
  yield* BeforeEdits.settle(tenantId, jobId);
  const decide = Effect.gen(function* () {
    const job = yield* JobAuthority.find(tenantId, jobId);
    for (const action of asked.actions(job.value)) yield* JobAuthority.load(actor, jobId, action);
    if (revision !== undefined) yield* Decisions.mustBe("job", job, revision);
    const { limits } = yield* Subscriptions.of(tenantId);
    const edited = yield* asked.to(job.value, limits);
    yield* lift(Stored.readable("job", edited));
    const changed = JobEdit.changed(job.value, edited);
    if (changed.length === 0) return { change: { writes: [] }, answer: job.value };
    const now = (yield* Environment).now();
    const claims = yield* JobClaims.of(actor, job.value, edited);
    const decided = {
      expect: [Repository.expected("job", jobId, job), ...claims.expect],
      counters: claims.counters,
      writes: [Repository.put("job", jobId, edited)],
      events: [Repository.event("JobChanged", "job", jobId, now, { by: label(actor), changed })],
    };
    return { change: decided, answer: edited };
  });
  const request = { jobId, ...asked.request, ...(revision === undefined ? {} : { revision }) };
  const once = Idempotency.once(actor, { method: asked.method, key, request }, decide);
  const { limits } = yield* Subscriptions.of(tenantId);
  return yield* Decisions.ifItStands(tenantId, once, JobClaims.refused(limits));
});
