/**
 * Runs again what failed (JOB-19): a new run of the same job, under an occurrence key of its own, over only the assets and patches
 * that failed ({@link ../../domain/run/Rerun.ts}). Its plan is made as every plan is, as of now and to be sent at once, so licences,
 * holds, supersedence and scope apply anew; then it is cut down to what failed. An occurrence becomes a run once: of two who ask at
 * the same moment one gets it.
 *
 * It is asked for by whoever may enable the job, and reaches no more than the plan that was enabled, or than needs no approval
 * now (PLN-02).
 */
import * as Effect from "effect/Effect";
import type { Job } from "../../domain/job/Job.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import * as Plan from "../../domain/plan/Plan.ts";
import * as Rerun from "../../domain/run/Rerun.ts";
import * as Run from "../../domain/run/Run.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as AuditTrail from "../audit/AuditTrail.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as Approvals from "../plans/Approvals.ts";
import * as Plans from "../plans/Plans.ts";
import * as Turns from "../plans/Turns.ts";
import { lift, refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Materialising from "./Materialising.ts";
import * as Reruns from "./Reruns.ts";

const METHOD = "jobs.rerunFailed";

/** What came of it. */
export interface RunAgain {
  readonly run: Run.Run;
  /** How many assets it takes. */
  readonly assets: number;
  /** How many asset runs are made yet, of how many: of a large one ticks make them, part by part. Left out: all of them. */
  readonly making?: Run.HalfMade;
  /** What failed and isn't brought any more: by asset, and by patch on all assets, each with the rule. */
  readonly excluded: Plan.Plan["excluded"];
  readonly leftOut: Plan.Plan["leftOut"];
}

/**
 * Runs again what failed in a run and its re-runs so far; the next tick sends it, once it is whole. Rejects (`JOB-19`) when
 * nothing failed, when nothing of it would be brought any more, and while the job's runs aren't sent on: it is disabled, expired or suspended.
 */
export const rerun = Effect.fn("RerunFailed.rerun")(function* (
  actor: Actor,
  runId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const { tenantId } = actor;
  const run = yield* Repository.get(tenantId, "run", runId);
  if (run === null) return yield* reject(null, "not-found", `there is no run ${runId}`, "runId");
  yield* JobAuthority.load(actor, run.value.jobId, "enable");
  const decide = decided(actor, run.value);
  const once = Idempotency.once(actor, { method: METHOD, key, request: { runId } }, decide);
  return yield* Decisions.ifItStands(tenantId, once, (because) =>
    because._tag === "Revision"
      ? Repository.refused(because)
      : reject("JOB-19", "conflict", "somebody else runs it again already"),
  );
});

const decided = Effect.fn("RerunFailed.decided")(function* (actor: Actor, first: Run.Run) {
  const { tenantId } = actor;
  const job = yield* JobAuthority.load(actor, first.jobId, "enable");
  yield* mustBeSent(tenantId, job.value);
  const chain = yield* Reruns.chain(tenantId, first);
  const failed = Rerun.failures(chain);
  if (chain.some(({ run }) => run.making !== undefined)) {
    return yield* reject("JOB-19", "conflict", "a run of it is being made yet; ask again when it is");
  }
  const fault = Rerun.fault(failed);
  if (fault !== null) return yield* refuse(fault);
  const of = first.rerun?.of ?? first.id;
  const number = 1 + Math.max(...chain.map(({ run }) => run.rerun?.number ?? 0));
  const now = (yield* Environment).now();
  const plan = yield* planOf(tenantId, job.value, { failed, key: Rerun.keyOf(of, number), now });
  const again = { of, number, failedBefore: Rerun.count(failed), tried: Rerun.triedIn(plan) };
  if (again.tried === 0) {
    const [out] = [...plan.leftOut, ...plan.excluded];
    const why = out === undefined ? "" : `: ${out.rule}: ${out.reason}`;
    return yield* reject("JOB-19", "conflict", `nothing of what failed would be brought any more${why}`);
  }
  return yield* change(actor, job, { plan, again, now });
});

const mustBeSent = Effect.fn("RerunFailed.mustBeSent")(function* (tenantId: TenantId, job: Job) {
  yield* JobAuthority.mustRun(tenantId, job);
  const subscription = yield* Subscriptions.of(tenantId);
  const now = (yield* Environment).now();
  const unlicensed = Subscription.deploymentFault(subscription, now);
  if (unlicensed !== null) return yield* refuse(unlicensed);
  const suspension = Suspension.of(job, subscription, now);
  if (suspension !== null) return yield* reject(suspension.rule, "conflict", suspension.reason);
  if (!Run.isSent(job.status)) {
    yield* reject("JOB-19", "conflict", `the job is ${job.status}, and nothing of it is sent; enable it again`);
  }
});

interface Wanted {
  readonly failed: Rerun.Failures;
  readonly key: string;
  readonly now: number;
}

// As an on-demand job's, of the fleet as it is now, and then of what failed alone. Seats are given among all assets.
const planOf = Effect.fn("RerunFailed.planOf")(function* (tenantId: TenantId, job: Job, { failed, key, now }: Wanted) {
  const { rollout: _, ...rest } = job;
  const atOnce: Job = { ...rest, schedule: { _tag: "OnDemand" } };
  const inputs = yield* Plans.gather(tenantId, atOnce, null, { enabledAt: now });
  const assets = inputs.assets.filter((a) => failed.has(a.id));
  const plan = yield* lift(yield* Turns.take(Plan.steps({ ...inputs, assets })));
  const restricted = Rerun.restrict(plan, failed, key);
  yield* Approvals.mustNotHaveGrown(tenantId, job, restricted);
  return restricted;
});

interface Again {
  readonly plan: Plan.Plan;
  readonly again: Rerun.OfRun;
  readonly now: number;
}

const change = Effect.fn("RerunFailed.change")(function* (
  actor: Actor,
  job: Repository.Versioned<Job>,
  { plan, again, now }: Again,
) {
  const { tenantId } = actor;
  const hash = yield* Plans.hashing(plan);
  const moment = { now, enabledAt: now, isMissable: false };
  const made = yield* Materialising.runOf(tenantId, job, { hash, plan }, { ...moment, hasDrifted: false });
  const run: Run.Run = { ...made.run, rerun: again };
  const { occurrenceKey, planHash } = run;
  const after = { jobId: job.id, occurrenceKey, planHash, rerun: { ...again } };
  const asked = { kind: "run", id: run.id, before: {}, after } as const;
  const none = { expect: [], writes: [], events: [] };
  const kept = yield* Materialising.changeOf(tenantId, job, { ...made, run, plan, also: none });
  const assets = plan.groups.reduce((sum, group) => sum + group.assets.length, 0);
  const { excluded, leftOut } = plan;
  const answer: RunAgain = { run, assets, ...Run.makingOf(run), excluded, leftOut };
  return {
    change: { ...kept, audit: [yield* AuditTrail.about(actor, METHOD, asked)] },
    answer,
  };
});
