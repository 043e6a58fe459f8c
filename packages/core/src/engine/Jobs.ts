/** Jobs as users make them: drafts, plans, enabling. Load, decide (in the domain), commit state and events together. */

import * as Effect from "effect/Effect";
import * as Job from "../domain/job/Job.ts";
import * as PlanApproval from "../domain/job/PlanApproval.ts";
import * as Suspension from "../domain/job/Suspension.ts";
import * as Subscription from "../domain/license/Subscription.ts";
import { type Actor, label } from "../domain/shared/Actor.ts";
import type { TenantId } from "../domain/shared/Tenant.ts";
import { Environment } from "../ports/Environment.ts";
import * as Stored from "../schema/Stored.ts";
import * as Approvals from "./Approvals.ts";
import * as Authority from "./Authority.ts";
import * as Decisions from "./Decisions.ts";
import * as Idempotency from "./Idempotency.ts";
import * as JobAuthority from "./JobAuthority.ts";
import * as Plans from "./Plans.ts";
import { lift, refuse, reject } from "./Rejected.ts";
import * as Repository from "./Repository.ts";
import * as Subscriptions from "./Subscriptions.ts";
import * as TagRules from "./TagRules.ts";
import * as TagUses from "./TagUses.ts";

/** Makes a job, Disabled and owned by its maker (JOB-06, JOB-26). Everything wrong with the draft is said at once. */
export const create = Effect.fn("Jobs.create")(function* (
  actor: Actor,
  draft: Job.JobDraft,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const user = yield* Authority.require(actor, "create-job");
  const subscription = yield* Subscriptions.of(actor.tenantId);
  const { limits } = subscription;
  const environment = yield* Environment;
  const now = environment.now();
  const decide = Effect.gen(function* () {
    const unlicensed = Subscription.deploymentFault(subscription, now);
    if (unlicensed !== null) return yield* refuse(unlicensed);
    const job = yield* lift(Job.create(draft, { id: environment.uuid(), ownerId: user.id, now, limits }));
    yield* lift(Stored.readable("job", job));
    const change = {
      expect: [Repository.expected("job", job.id, null)],
      counters: yield* usesOfTags(actor.tenantId, job),
      writes: [Repository.put("job", job.id, job)],
      events: [Repository.event("JobCreated", "job", job.id, now, { by: label(actor), title: job.title })],
    };
    return { change, answer: job };
  });
  const once = Idempotency.once(actor, { method: "jobs.create", key, request: draft }, decide);
  return yield* Decisions.ifItStands(actor.tenantId, once);
});

const usesOfTags = Effect.fn("Jobs.usesOfTags")(function* (tenantId: TenantId, { targets }: Job.JobDraft) {
  if (targets === null) return [];
  const standing = yield* TagRules.standing(tenantId);
  return yield* lift(TagUses.claim(standing, TagUses.named(targets), { rule: "TAG-03", path: "targets" }));
});

/** A job, to those who may see it; one that is suspended as Disabled, with the reason (LIC-02). */
export const get = Effect.fn("Jobs.get")(function* (actor: Actor, jobId: string) {
  const { value: job } = yield* JobAuthority.load(actor, jobId, "view");
  return Suspension.shown(job, yield* Subscriptions.of(actor.tenantId), (yield* Environment).now());
});

/** What the job would do if it ran now: who gets what, who doesn't and by which rule (PLN-01). Changes nothing. */
export const plan = Effect.fn("Jobs.plan")(function* (actor: Actor, jobId: string) {
  const job = yield* JobAuthority.load(actor, jobId, "view");
  return yield* Plans.compile(actor.tenantId, job.value);
});

/** How a job is enabled. */
export interface EnablingOptions extends Idempotency.Repeatable {
  /** Of the plan that was looked at. */
  readonly planHash?: string;
}

/**
 * Enables a job. Naming a plan's hash approves that plan and no other (PLN-02): when the plan has drifted since, the
 * enabling is refused. A plan of very many assets must have been approved by a second person.
 */
export const enable = Effect.fn("Jobs.enable")(function* (
  actor: Actor,
  jobId: string,
  { planHash, idempotencyKey: key }: EnablingOptions = {},
) {
  const { tenantId } = actor;
  const job = yield* JobAuthority.load(actor, jobId, "enable");
  const enabledBy = (yield* Authority.userOf(actor)).id;
  const subscription = yield* Subscriptions.of(tenantId);
  const { limits } = subscription;
  const now = (yield* Environment).now();
  const decide = Effect.gen(function* () {
    const unlicensed = Subscription.deploymentFault(subscription, now);
    if (unlicensed !== null) return yield* refuse(unlicensed);
    const { hash, plan } = yield* Plans.compile(tenantId, job.value);
    if (planHash !== undefined && planHash !== hash) {
      return yield* reject("PLN-02", "stale", `the plan is now ${hash}, not ${planHash}; look at it again`);
    }
    const assets = Approvals.assetsIn(plan);
    const unapproved = PlanApproval.fault(job.value, { planHash: hash, assets, enabledBy, limits });
    if (unapproved !== null) return yield* refuse(unapproved);
    const released = Suspension.released(job.value, subscription, now);
    const at = Subscription.instantAt(subscription, now);
    const enabled = yield* lift(Job.enable(released, { planHash: hash, now: at }));
    const known = yield* Repository.get(tenantId, "plan", hash);
    const change = {
      expect: [Repository.expected("job", jobId, job)],
      writes: [Repository.put("job", jobId, enabled), ...(known === null ? [Repository.put("plan", hash, plan)] : [])],
      events: [Repository.event("JobEnabled", "job", jobId, now, { by: label(actor), plan: hash })],
    };
    return { change, answer: enabled };
  });
  const once = Idempotency.once(actor, { method: "jobs.enable", key, request: { jobId, planHash } }, decide);
  return yield* Decisions.ifItStands(tenantId, once);
});
