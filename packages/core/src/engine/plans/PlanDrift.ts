/**
 * How far a job's plan has drifted from one that was looked at (PLN-02). A plan that was only looked at isn't kept, so who
 * looked at it hands it back with its hash; one that was enabled is kept under its hash.
 */
import * as Effect from "effect/Effect";
import type { Plan } from "../../domain/plan/Plan.ts";
import * as PlanDifference from "../../domain/plan/PlanDifference.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type * as Rejection from "../../domain/shared/Rejection.ts";
import * as R from "../../domain/shared/Rejection.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Stored from "../../schema/Stored.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import { lift, refuse, reject } from "../Rejected.ts";
import * as Approvals from "./Approvals.ts";
import * as KeptPlans from "./KeptPlans.ts";
import * as Plans from "./Plans.ts";

/** A plan that was looked at. */
export interface LookedAt {
  readonly planHash: string;
  /** The plan itself, as `jobs.plan` gave it; needed unless it was kept, as that of a job that was enabled with it. */
  readonly plan?: Plan;
}

/** What has changed in a job's plan since it was looked at. Changes nothing. */
export const compare = Effect.fn("PlanDrift.compare")(function* (actor: Actor, jobId: string, lookedAt: LookedAt) {
  const { tenantId } = actor;
  const { value: job } = yield* JobAuthority.load(actor, jobId, "view");
  const now = yield* Plans.compile(tenantId, job, yield* Plans.timeOf(tenantId, job));
  const before = lookedAt.planHash === now.hash ? now.plan : yield* find(tenantId, jobId, lookedAt);
  if (before === null) {
    const message = `the plan ${lookedAt.planHash} of this job wasn't kept; hand it back with its hash`;
    return yield* reject("PLN-02", "not-found", message, "plan");
  }
  return { hash: now.hash, plan: now.plan, ...PlanDifference.compare(before, now.plan) };
});

/** Rejects a plan that isn't the one that was looked at, unless it has drifted within the tolerance; with the difference. */
export const mustBeWithin = Effect.fn("PlanDrift.mustBeWithin")(function* (
  tenantId: TenantId,
  now: Plans.HashedPlan,
  lookedAt: LookedAt,
  tolerance: PlanDifference.DriftTolerance,
) {
  const fault = PlanDifference.toleranceFault(tolerance);
  if (fault !== null) return yield* refuse(fault);
  if (lookedAt.planHash === now.hash) return;
  const message = `the plan is now ${now.hash}, not ${lookedAt.planHash}; look at it again`;
  const before = yield* find(tenantId, now.plan.jobId, lookedAt);
  if (before === null) return yield* reject("PLN-02", "stale", message);
  const difference = PlanDifference.compare(before, now.plan);
  if (PlanDifference.isTolerated(difference, tolerance, Approvals.assetsIn(before))) return;
  const refusal: Rejection.Rejection = {
    ...R.make("PLN-02", "stale", `${message}: ${difference.words.join("; ")}`),
    difference,
  };
  return yield* refuse(refusal);
});

const find = Effect.fn("PlanDrift.find")(function* (tenantId: TenantId, jobId: string, { planHash, plan }: LookedAt) {
  if (plan !== undefined) {
    yield* lift(Stored.readable("plan", plan));
    if ((yield* Plans.hashing(plan)) !== planHash || plan.jobId !== jobId) {
      return yield* reject("PLN-02", "invalid", `this is not the plan ${planHash} of this job`, "plan");
    }
    return plan;
  }
  const kept = yield* KeptPlans.get(tenantId, planHash);
  return kept === null || kept.jobId !== jobId ? null : kept;
});
