/** Jobs as users make them: drafts, plans, enabling. Load, decide (in the domain), commit state and events together. */
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import * as Job from "../../domain/job/Job.ts";
import * as JobAccess from "../../domain/job/JobAccess.ts";
import * as Sharing from "../../domain/job/JobSharing.ts";
import * as JobView from "../../domain/job/JobView.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import type { Plan } from "../../domain/plan/Plan.ts";
import type { DriftTolerance } from "../../domain/plan/PlanDifference.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as JobForm from "../../schema/JobForm.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import * as Plans from "../plans/Plans.ts";
import { lift, refuse } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Reruns from "../runs/Reruns.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as JobAuthority from "./JobAuthority.ts";
import * as JobClaims from "./JobClaims.ts";
import * as JobContexts from "./JobContexts.ts";
import * as JobEnabling from "./JobEnabling.ts";
import * as JobScripts from "./JobScripts.ts";
import * as JobSharing from "./JobSharing.ts";

/** How a job is saved for the first time. */
export interface CreationOptions extends Idempotency.Repeatable {
  /** Saves and enables it in one step, which exists here only (JOB-06). */
  readonly enable?: boolean;
}

/** Makes a job, Disabled and owned by its maker (JOB-06, JOB-26). Everything wrong with the draft is said at once. */
export const create = Effect.fn("Jobs.create")(function* (
  actor: Actor,
  draft: Job.NewJob,
  { idempotencyKey: key, enable = false }: CreationOptions = {},
) {
  const { tenantId } = actor;
  const user = yield* Authority.require(actor, "create-job");
  const subscription = yield* Subscriptions.of(tenantId);
  const environment = yield* Environment;
  const now = environment.now();
  const decide = Effect.gen(function* () {
    const unlicensed = Subscription.deploymentFault(subscription, now);
    if (unlicensed !== null) return yield* refuse(unlicensed);
    const made = yield* madeOf(tenantId, user, draft, environment.uuid());
    yield* lift(Stored.readable("job", made));
    const created = Repository.event("JobCreated", "job", made.id, now, { by: label(actor), title: made.title });
    const enabled = enable ? yield* enabledAtOnce(actor, user, made) : { job: made, writes: [], events: [] };
    const claims = yield* JobClaims.of(actor, null, made);
    const change = {
      expect: [Repository.expected("job", made.id, null), ...claims.expect],
      counters: claims.counters,
      writes: [Repository.put("job", made.id, enabled.job), ...enabled.writes],
      events: [created, ...enabled.events],
    };
    return { change, answer: enabled.job };
  });
  const request = enable ? { draft, enable } : draft;
  const once = Idempotency.once(actor, { method: "jobs.create", key, request }, decide);
  return yield* Decisions.ifItStands(tenantId, once, JobClaims.refused(subscription.limits));
});

const madeOf = Effect.fn("Jobs.madeOf")(function* (tenantId: TenantId, user: User, draft: Job.NewJob, id: string) {
  const malformed = JobForm.problems(draft);
  if (malformed.length > 0) return yield* refuse(malformed);
  const { limits } = yield* Subscriptions.of(tenantId);
  const { coAuthors = [], isUnowned } = draft;
  const context = yield* JobContexts.ofSaving(tenantId, user, draft);
  const made = Job.create(draft, { ...context, id, ownerId: user.id, limits });
  const ownerId = isUnowned === true ? null : user.id;
  const faults = [
    ...(yield* JobScripts.faults(tenantId, draft)),
    ...(yield* JobSharing.coAuthorFaults(tenantId, { ownerId }, coAuthors)),
  ];
  if (!made.ok || faults.length > 0) return yield* refuse([...(made.ok ? [] : made.error), ...faults]);
  return yield* lift(Sharing.share({ ...made.value, coAuthors: [] }, { coAuthors }, limits));
});

const enabledAtOnce = Effect.fn("Jobs.enabledAtOnce")(function* (actor: Actor, user: User, made: Job.Job) {
  const policy = yield* Authority.policy();
  const about = { policy, user, job: made, owner: user, tree: new Map(), action: "enable" } as const;
  yield* lift(JobAccess.require(about));
  const { job, hash, now, writes } = yield* JobEnabling.decide(actor.tenantId, made, { enabledBy: user.id });
  const event = Repository.event("JobEnabled", "job", made.id, now, { by: label(actor), plan: hash });
  return { job, writes, events: [event] };
});

/**
 * A job, to those who may see it, with what it lacks (JOB-02) and the revision for a change of it (JOB-18); one that is
 * suspended as Disabled, with the reason (LIC-02).
 */
export const get = Effect.fn("Jobs.get")(function* (actor: Actor, jobId: string) {
  const { value: job, revision } = yield* JobAuthority.load(actor, jobId, "view");
  const shown = Suspension.shown(job, yield* Subscriptions.of(actor.tenantId), (yield* Environment).now());
  const escalate = yield* Reruns.escalationOf(actor, jobId);
  return JobView.of(
    shown,
    { revision, ...(escalate === null ? {} : { escalate }) },
    yield* JobContexts.clock(actor.tenantId),
  );
});

/** What the job would do in its next run: who gets what and when, who doesn't and by which rule (PLN-01). Changes nothing. */
export const plan = Effect.fn("Jobs.plan")(function* (actor: Actor, jobId: string) {
  const { value: job } = yield* JobAuthority.load(actor, jobId, "view");
  return yield* Plans.compile(actor.tenantId, job, yield* Plans.timeOf(actor.tenantId, job));
});

/** How a job is enabled. */
export interface EnablingOptions extends Idempotency.Repeatable {
  /** Of the plan that was looked at. */
  readonly planHash?: string;
  /** That plan itself, to be told what has changed since, and for a tolerance. */
  readonly plan?: Plan;
  /** How far the plan may have drifted since; not at all unless told. */
  readonly drift?: DriftTolerance;
}

/**
 * Enables a job. Naming a plan's hash approves that plan and no other (PLN-02): when the plan has drifted since, the
 * enabling is refused with the difference, unless it is within the tolerance that is given. A plan of very many assets must have been approved by a second person.
 */
export const enable = Effect.fn("Jobs.enable")(function* (
  actor: Actor,
  jobId: string,
  { planHash, plan: seen, drift, idempotencyKey: key }: EnablingOptions = {},
) {
  yield* JobAuthority.load(actor, jobId, "enable");
  const decide = enabling(actor, jobId, planHash, { plan: seen, drift });
  const once = Idempotency.once(actor, { method: "jobs.enable", key, request: { jobId, planHash, drift } }, decide);
  return yield* Decisions.ifItStands(actor.tenantId, once);
});

/** The decision, alone or with others. */
export const enabling = Effect.fn("Jobs.enabling")(function* (
  actor: Actor,
  jobId: string,
  planHash: string | undefined,
  about: Pick<JobEnabling.Enabling, "plan" | "drift"> = {},
) {
  const job = yield* JobAuthority.load(actor, jobId, "enable");
  const enabledBy = (yield* Authority.userOf(actor)).id;
  const enabled = yield* JobEnabling.decide(actor.tenantId, job.value, { enabledBy, planHash, ...about });
  const { hash, now, writes } = enabled;
  const change = {
    expect: [Repository.expected("job", jobId, job)],
    writes: [Repository.put("job", jobId, enabled.job), ...writes],
    events: [Repository.event("JobEnabled", "job", jobId, now, { by: label(actor), plan: hash })],
  };
  return { change, answer: enabled.job };
});
