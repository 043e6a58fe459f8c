/**
 * Runs default jobs (JOB-24): on an asset that was newly activated, or heard of again, each enabled default job that means it
 * by its tags makes a run of that asset alone. A cause waits until the asset is assessed, for there is nothing to plan before;
 * each job runs for it once, however many try, and it is forgotten when all have.
 */
import * as Effect from "effect/Effect";
import type { Job } from "../../domain/job/Job.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import * as Plan from "../../domain/plan/Plan.ts";
import * as Cause from "../../domain/run/Cause.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as JobLinks from "../jobs/JobLinks.ts";
import * as Plans from "../plans/Plans.ts";
import { lift, refuse } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Materialising from "./Materialising.ts";

/** Most causes that one tick takes up; the others wait for the next. */
export const CAUSES_PER_TICK_MAX = 500;

type JobNow = Repository.Versioned<Job>;

/** What one tick did: how many runs it made, and which jobs could not be carried out. */
export interface DefaultRunsReport {
  readonly materialised: number;
  readonly stuck: readonly { readonly tenantId: TenantId; readonly jobId: string; readonly message: string }[];
}

/** Takes up the causes of assets that are assessed, and drops those that waited too long or whose asset is gone. */
export const tick = Effect.fn("DefaultRuns.tick")(function* (tenantId: TenantId) {
  const report: { materialised: number; stuck: DefaultRunsReport["stuck"][number][] } = { materialised: 0, stuck: [] };
  const { ready, over } = yield* sorted(tenantId);
  const done = new Set([...ready, ...over].map((c) => c.id));
  for (const job of ready.length === 0 ? [] : yield* defaultJobs(tenantId)) {
    const own = ready.filter((cause) => Cause.starts(cause, job.value));
    if (own.length === 0) continue;
    const made = yield* Effect.result(carryOut(tenantId, job, own));
    if (made._tag === "Success") report.materialised += made.success;
    else {
      report.stuck.push({ tenantId, jobId: job.id, message: made.failure.message });
      for (const { id } of own) done.delete(id);
    }
  }
  if (done.size > 0) yield* forget(tenantId, [...done]);
  return report as DefaultRunsReport;
});

const sorted = Effect.fn("DefaultRuns.sorted")(function* (tenantId: TenantId) {
  const causes = (yield* Repository.all(tenantId, "cause")).map((c) => c.value);
  const now = (yield* Environment).now();
  const ids = [...new Set(causes.map((c) => c.assetId))];
  const assets = new Set((yield* Repository.some(tenantId, "asset", ids)).map((a) => a.id));
  const assessed = new Set((yield* Repository.some(tenantId, "assessment", ids)).map((a) => a.id));
  const isOver = (cause: Cause.Cause) => !assets.has(cause.assetId) || Cause.isOver(cause, now);
  const ready = causes.filter((c) => !isOver(c) && assessed.has(c.assetId)).slice(0, CAUSES_PER_TICK_MAX);
  return { ready, over: causes.filter(isOver).slice(0, CAUSES_PER_TICK_MAX) };
});

const defaultJobs = Effect.fn("DefaultRuns.defaultJobs")(function* (tenantId: TenantId) {
  const found: JobNow[] = [];
  for (const trigger of ["OnActivation", "AfterInactivity"] as const) {
    found.push(...(yield* Repository.allBy(tenantId, "job", "trigger", trigger)));
  }
  const subscription = yield* Subscriptions.of(tenantId);
  const now = (yield* Environment).now();
  // LIC-02: nothing of a suspended job begins.
  return found.filter((job) => Suspension.of(job.value, subscription, now) === null);
});

// What the job depends on is read once for all of its causes; then each asset is planned as if it were the only one.
const carryOut = Effect.fn("DefaultRuns.carryOut")(function* (
  tenantId: TenantId,
  job: JobNow,
  causes: readonly Cause.Cause[],
) {
  yield* JobAuthority.mustRun(tenantId, job.value);
  const waits = yield* JobLinks.mayStart(tenantId, job.value);
  if (waits !== null) return yield* refuse(waits);
  const enabledAt = (yield* Environment).now();
  const inputs = yield* Plans.gather(tenantId, job.value, null, { enabledAt });
  const assets = new Map(inputs.assets.map((a) => [a.id, a]));
  let made = 0;
  for (const { id: key, assetId } of causes) {
    const asset = assets.get(assetId);
    if (asset === undefined) continue;
    const planned = yield* lift(Plan.compile({ ...inputs, assets: [asset] }));
    const plan = { ...planned, occurrence: { key, nominalLocal: null } };
    if (hasNothing(plan)) continue;
    if (yield* Materialising.caused(tenantId, job, plan)) made += 1;
  }
  return made;
});

const hasNothing = ({ groups, excluded }: Plan.Plan): boolean =>
  groups.length === 0 && excluded.every((e) => e.shownAs === null);

const forget = (tenantId: TenantId, ids: readonly string[]) =>
  Repository.tryCommit(tenantId, {
    writes: ids.map((id) => ({ _tag: "Delete" as const, kind: "cause" as const, id })),
  });
