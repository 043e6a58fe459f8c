/** The approval of a large plan by a second person, kept with the job. */
import * as Effect from "effect/Effect";
import * as Job from "../../domain/job/Job.ts";
import * as Approved from "../../domain/job/PlanApproval.ts";
import type { Plan } from "../../domain/plan/Plan.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import { refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as KeptPlans from "./KeptPlans.ts";
import * as Plans from "./Plans.ts";

/** What is approved: the plan that was looked at. */
export interface PlanApproval extends Idempotency.Repeatable {
  readonly planHash: string;
}

/**
 * Approves the plan of a job, by its hash. A person does so, never the control plane, and neither the job's maker nor its
 * owner; when the plan has drifted since it was looked at, the approval is refused (PLN-02).
 */
export const approve = Effect.fn("Approvals.approve")(function* (
  actor: Actor,
  jobId: string,
  { planHash, idempotencyKey: key }: PlanApproval,
) {
  const { tenantId } = actor;
  if (actor._tag === "System") return yield* reject("PLN-02", "not-permitted", "a plan is approved by a person");
  yield* JobAuthority.load(actor, jobId, "approve-plan");
  const { id: by } = yield* Authority.userOf(actor);
  const decide = Effect.gen(function* () {
    const job = yield* JobAuthority.load(actor, jobId, "approve-plan");
    yield* JobAuthority.mustRun(tenantId, job.value);
    const released = yield* JobAuthority.released(tenantId, job.value);
    const fault = Job.enableFault(released);
    if (fault !== null) return yield* refuse(fault);
    const { hash } = yield* Plans.compile(tenantId, job.value);
    if (planHash !== hash) {
      return yield* reject("PLN-02", "stale", `the plan is now ${hash}, not ${planHash}; look at it again`);
    }
    const now = (yield* Environment).now();
    const approved = Approved.approve(job.value, { planHash, by, now });
    const change = {
      expect: [Repository.expected("job", jobId, job)],
      writes: [Repository.put("job", jobId, approved)],
      events: [Repository.event("PlanApproved", "job", jobId, now, { by: label(actor), plan: hash })],
    };
    return { change, answer: approved };
  });
  const once = Idempotency.once(actor, { method: "jobs.approve", key, request: { jobId, planHash } }, decide);
  return yield* Decisions.ifItStands(tenantId, once);
});

/** How many assets a plan reaches. */
export const assetsIn = (plan: Plan): number => plan.groups.reduce((sum, group) => sum + group.assets.length, 0);

/** Rejects a plan that is about to be carried out and reaches too many assets more than the one that was enabled. */
export const mustNotHaveGrown = Effect.fn("Approvals.mustNotHaveGrown")(function* (
  tenantId: TenantId,
  job: Job.Job,
  plan: Plan,
) {
  const { limits } = yield* Subscriptions.of(tenantId);
  const assets = assetsIn(plan);
  if (!Approved.isNeeded(assets, limits)) return;
  const enabled = job.enabled === null ? null : yield* KeptPlans.get(tenantId, job.enabled.planHash);
  const fault = Approved.growthFault(assets, { enabled: enabled === null ? 0 : assetsIn(enabled), limits });
  if (fault !== null) yield* refuse(fault);
});
