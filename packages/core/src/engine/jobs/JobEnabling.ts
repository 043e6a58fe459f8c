/** The decision to enable a job, alone, with others, or as it is saved (JOB-06, PLN-02). */
import * as Effect from "effect/Effect";
import * as CarriedOut from "../../domain/job/CarriedOut.ts";
import * as Job from "../../domain/job/Job.ts";
import * as PlanApproval from "../../domain/job/PlanApproval.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import type { Plan } from "../../domain/plan/Plan.ts";
import type { DriftTolerance } from "../../domain/plan/PlanDifference.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Approvals from "../plans/Approvals.ts";
import * as KeptPlans from "../plans/KeptPlans.ts";
import * as PlanDrift from "../plans/PlanDrift.ts";
import * as Plans from "../plans/Plans.ts";
import { lift, refuse } from "../Rejected.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as JobScripts from "./JobScripts.ts";

/** Who enables, and the plan that they looked at. */
export interface Enabling {
  readonly enabledBy: string;
  readonly planHash?: string | undefined;
  /** The plan itself, and how far that of now may have drifted from it. */
  readonly plan?: Plan | undefined;
  readonly drift?: DriftTolerance | undefined;
}

/** The job enabled with its plan of now, and the write that keeps the plan. */
export const decide = Effect.fn("JobEnabling.decide")(function* (
  tenantId: TenantId,
  job: Job.Job,
  { enabledBy, planHash, plan: lookedAt, drift = {} }: Enabling,
) {
  const subscription = yield* Subscriptions.of(tenantId);
  const now = (yield* Environment).now();
  const unlicensed = Subscription.deploymentFault(subscription, now);
  if (unlicensed !== null) return yield* refuse(unlicensed);
  const missing = [...CarriedOut.faults(job), ...(yield* JobScripts.faults(tenantId, job))];
  if (missing.length > 0) return yield* refuse(missing);
  const { hash, plan } = yield* Plans.compile(tenantId, job);
  if (planHash !== undefined) {
    const seen = lookedAt === undefined ? { planHash } : { planHash, plan: lookedAt };
    yield* PlanDrift.mustBeWithin(tenantId, { hash, plan }, seen, drift);
  }
  const assets = Approvals.assetsIn(plan);
  const { limits } = subscription;
  const unapproved = PlanApproval.fault(job, { planHash: hash, assets, enabledBy, limits });
  if (unapproved !== null) return yield* refuse(unapproved);
  const released = Suspension.released(job, subscription, now);
  const at = Subscription.instantAt(subscription, now);
  const enabled = yield* lift(Job.enable(released, { planHash: hash, now: at }));
  return { job: enabled, hash, now, writes: yield* KeptPlans.keep(tenantId, { hash, plan }) };
});
