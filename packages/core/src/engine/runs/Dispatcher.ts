/**
 * Makes runs of enabled jobs and issues their manifests. A tick may be called by anyone, as often as they like, by
 * several at once: an occurrence becomes a run once (a unique key), an asset run gets one valid manifest (expectations),
 * and a tick that died half way is taken up by the next.
 */
import { type Documents, Dsse } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as CarriedOut from "../../domain/job/CarriedOut.ts";
import * as Job from "../../domain/job/Job.ts";
import type { JobStatus } from "../../domain/job/JobStatus.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import type { Plan, PlannedPatch } from "../../domain/plan/Plan.ts";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import * as Run from "../../domain/run/Run.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Tenant from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { Storage } from "../../ports/Storage.ts";
import * as KeySpreads from "../agents/KeySpreads.ts";
import * as SignedDocuments from "../agents/SignedDocuments.ts";
import * as Assessments from "../assessment/Assessments.ts";
import * as Purges from "../assets/Purges.ts";
import * as Retentions from "../audit/Retentions.ts";
import * as Idempotency from "../Idempotency.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as Approvals from "../plans/Approvals.ts";
import * as Plans from "../plans/Plans.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Sweeps from "../tags/Sweeps.ts";

/** The key of the only occurrence of an on-demand job. */
export const ON_DEMAND = "on-demand";

/** A job, or a whole tenant (null), that could not be moved this time, and why; the next tick tries again. */
export interface StuckJob {
  readonly tenantId: TenantId;
  readonly jobId: string | null;
  readonly message: string;
}

/** What a tick did. */
export interface TickReport {
  readonly materialised: number;
  readonly issued: number;
  readonly completed: number;
  readonly stuck: readonly StuckJob[];
}

/** Moves every tenant's enabled jobs as far as they can go now. What can't move holds up no other job and no other tenant. */
export const tick = Effect.fn("Dispatcher.tick")(function* () {
  const storage = yield* Storage;
  let total: TickReport = { materialised: 0, issued: 0, completed: 0, stuck: [] };
  for (const tenantId of (yield* storage.tenants()).map(Tenant.of)) {
    const ticked = yield* Effect.result(tickTenant(tenantId));
    if (ticked._tag === "Success") total = add(total, ticked.success);
    else total = { ...total, stuck: [...total.stuck, { tenantId, jobId: null, message: ticked.failure.message }] };
  }
  return total;
});

const tickTenant = Effect.fn("Dispatcher.tickTenant")(function* (tenantId: TenantId) {
  let total: TickReport = { materialised: 0, issued: 0, completed: 0, stuck: [] };
  const enabled: JobStatus = "Enabled";
  const aside = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.map(Effect.result(effect), (done) => {
      if (done._tag === "Success") return;
      total = { ...total, stuck: [...total.stuck, { tenantId, jobId: null, message: done.failure.message }] };
    });
  // What can't be done aside keeps no job from being moved.
  yield* aside(Assessments.resume(tenantId, (yield* Environment).now()));
  // First, so that what is due is planned for the assets as they are tagged now.
  yield* Sweeps.tick(tenantId);
  yield* aside(KeySpreads.tick(tenantId));
  yield* aside(Idempotency.forget(tenantId));
  yield* aside(Purges.tick(tenantId));
  yield* aside(Retentions.tick(tenantId));
  for (const job of yield* Repository.allBy(tenantId, "job", "status", enabled)) {
    const moved = yield* Effect.result(move(tenantId, job));
    if (moved._tag === "Success") total = add(total, { ...moved.success, stuck: [] });
    else total = { ...total, stuck: [...total.stuck, { tenantId, jobId: job.id, message: moved.failure.message }] };
  }
  return total;
});

const add = (a: TickReport, b: TickReport): TickReport => ({
  materialised: a.materialised + b.materialised,
  issued: a.issued + b.issued,
  completed: a.completed + b.completed,
  stuck: [...a.stuck, ...b.stuck],
});

const move = Effect.fn("Dispatcher.move")(function* (tenantId: TenantId, job: Repository.Versioned<Job.Job>) {
  const runs = yield* Repository.allBy(tenantId, "run", "job", job.id);
  // LIC-02: nothing of it begins, and what is on the assets already comes to its end.
  if (yield* isSuspended(tenantId, job.value)) {
    const done = runs[0] !== undefined && (yield* complete(tenantId, job, runs[0]));
    return { materialised: 0, issued: 0, completed: done ? 1 : 0 };
  }
  const run = runs[0] ?? (yield* materialise(tenantId, job));
  if (run === null) return { materialised: 0, issued: 0, completed: 0 };
  const issued = yield* issue(tenantId, job.value, run);
  const completed = yield* complete(tenantId, job, run);
  return { materialised: runs.length === 0 ? 1 : 0, issued, completed: completed ? 1 : 0 };
});

const isSuspended = Effect.fn("Dispatcher.isSuspended")(function* (tenantId: TenantId, job: Job.Job) {
  const subscription = yield* Subscriptions.of(tenantId);
  return Suspension.of(job, subscription, (yield* Environment).now()) !== null;
});

// The plan is compiled anew, in the owner's scope of this moment (TAG-06), and frozen into the run.
const materialise = Effect.fn("Dispatcher.materialise")(function* (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job>,
) {
  const environment = yield* Environment;
  const now = environment.now();
  yield* JobAuthority.mustRun(tenantId, job.value);
  const { hash, plan } = yield* Plans.compile(tenantId, job.value);
  yield* Approvals.mustNotHaveGrown(tenantId, job.value, plan);
  const run: Run.Run = {
    id: environment.uuid(),
    jobId: job.id,
    jobRevision: job.revision,
    kind: job.value.kind,
    occurrenceKey: ON_DEMAND,
    planHash: hash,
    hasDrifted: job.value.enabled?.planHash !== hash,
    startedAt: now,
    isIssued: false,
  };
  const known = yield* Repository.get(tenantId, "plan", hash);
  const assetRuns = placements(plan).map((p) => placed(run, p, now));
  const answer = yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("job", job.id, job)],
    uniques: [{ key: Run.occurrenceClaim(job.id, run.occurrenceKey), owner: run.id }],
    writes: [
      Repository.put("run", run.id, run),
      ...assetRuns.map((a) => Repository.put("assetRun", a.id, a)),
      ...(known === null ? [Repository.put("plan", hash, plan)] : []),
    ],
    events: [
      Repository.event("RunMaterialised", "run", run.id, now, { jobId: job.id, plan: hash, assets: assetRuns.length }),
    ],
  });
  return answer._tag === "Committed" ? yield* Repository.get(tenantId, "run", run.id) : null;
});

interface Placement {
  readonly assetId: string;
  readonly patches: readonly PlannedPatch[];
  readonly placed: Omit<AssetRun.AssetRun["placed"], "at">;
}

// LIC-06: an unlicensed asset stands in the run, is never sent a manifest, and doesn't fail the job.
const placements = (plan: Plan): readonly Placement[] => [
  ...plan.groups.flatMap((g) =>
    g.assets.map(
      (assetId): Placement => ({ assetId, patches: g.patches, placed: { status: "Pending", reason: null } }),
    ),
  ),
  ...plan.excluded.flatMap((e): readonly Placement[] =>
    e.shownAs === null ? [] : [{ assetId: e.assetId, patches: [], placed: { status: e.shownAs, reason: e.reason } }],
  ),
];

const placed = (run: Run.Run, p: Placement, now: number): AssetRun.AssetRun => {
  const base = {
    id: AssetRun.idOf(run.id, p.assetId),
    runId: run.id,
    jobId: run.jobId,
    assetId: p.assetId,
    placed: { ...p.placed, at: now },
    patches: p.patches,
    manifest: null,
  };
  return { ...base, state: AssetRun.fold(base, []) };
};

// Issues manifests to asset runs that have none in force; the run is issued once none is left without. Whoever lost the job
// since, by role or for good, lets nothing more begin (OWN-01).
const issue = Effect.fn("Dispatcher.issue")(function* (
  tenantId: TenantId,
  job: Job.Job,
  run: Repository.Versioned<Run.Run>,
) {
  const now = (yield* Environment).now();
  const assetRuns = yield* Repository.allBy(tenantId, "assetRun", "run", run.id);
  const waiting = assetRuns.filter((a) => needsManifest(a.value, now));
  if (waiting.length > 0) yield* JobAuthority.mustRun(tenantId, job);
  let issued = 0;
  for (const assetRun of waiting) if (yield* issueOne(tenantId, run.value, assetRun)) issued += 1;
  if (issued === waiting.length && !run.value.isIssued) {
    yield* Repository.tryCommit(tenantId, {
      expect: [Repository.expected("run", run.id, run)],
      writes: [Repository.put("run", run.id, { ...run.value, isIssued: true })],
    });
  }
  return issued;
});

// The wire's own arrays, for what is planned is never written to.
const listed = ({ files, ...p }: PlannedPatch): Documents.PatchList["patches"][number] => ({
  ...p,
  ...(files === undefined ? {} : { files: files.map((f) => ({ ...f })) }),
  packages: p.packages.map(({ replaces, ...own }) =>
    replaces === undefined ? own : { ...own, replaces: [...replaces] },
  ),
});

// A lease that ran out before the agent took the job is renewed (PLN-04).
const needsManifest = (a: AssetRun.AssetRun, now: number): boolean =>
  (a.state.status === "Pending" || a.state.status === "Downloaded") &&
  (a.manifest === null || a.manifest.notAfter <= now);

const issueOne = Effect.fn("Dispatcher.issueOne")(function* (
  tenantId: TenantId,
  run: Run.Run,
  assetRun: Repository.Versioned<AssetRun.AssetRun>,
) {
  const subscription = yield* Subscriptions.of(tenantId);
  const { limits } = subscription;
  const now = (yield* Environment).now();
  const job = yield* Repository.get(tenantId, "job", run.jobId);
  // Asked at the moment of sending: a tick takes its time, and the fall and a deletion their instant (LIC-02, JOB-28).
  if (job === null || Suspension.of(job.value, subscription, now) !== null) return false;
  const reboot = CarriedOut.rebootOf(job.value);
  if (reboot === null) return false;
  const agent = yield* Repository.get(tenantId, "agent", assetRun.value.assetId);
  // Who is to leave begins nothing more (AGT-07).
  if (agent === null || agent.value.uninstall !== null) return false;
  const list: Documents.PatchList = {
    tenantId,
    kind: run.kind,
    patches: assetRun.value.patches.map(listed),
  };
  const sealedList = yield* SignedDocuments.seal(tenantId, Dsse.payloadTypes.patchList, list, null);
  const version = agent.value.manifestVersion + 1;
  const notAfter = now + limits.leaseSeconds * 1_000;
  const manifest: Documents.JobManifest = {
    tenantId,
    agentId: agent.id,
    epoch: agent.value.session.epoch,
    manifestVersion: version,
    runId: run.id,
    jobId: run.jobId,
    jobRevision: run.jobRevision,
    occurrenceKey: run.occurrenceKey,
    kind: run.kind,
    list: sealedList.digest,
    validity: "lease",
    notBefore: run.startedAt,
    notAfter,
    bound: "start",
    local: null,
    continueOnFailure: job.value.continueOnFailure,
    reboot,
    critical: [],
  };
  const sealed = yield* SignedDocuments.seal(tenantId, Dsse.payloadTypes.jobManifest, manifest, agent.id);
  const reference = { version, digest: sealed.digest, notAfter };
  const answer = yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("agent", agent.id, agent), Repository.expected("assetRun", assetRun.id, assetRun)],
    writes: [
      sealedList.write,
      sealed.write,
      Repository.put("agent", agent.id, {
        ...agent.value,
        manifestVersion: version,
        manifests: [...agent.value.manifests, { ...reference, assetRunId: assetRun.id }],
      }),
      Repository.put("assetRun", assetRun.id, { ...assetRun.value, manifest: reference }),
    ],
    events: [Repository.event("ManifestIssued", "assetRun", assetRun.id, now, { version, notAfter })],
  });
  return answer._tag === "Committed";
});

// JOB-13: a run-once job is Completed when every targeted asset has a final status.
const complete = Effect.fn("Dispatcher.complete")(function* (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job>,
  run: Repository.Versioned<Run.Run>,
) {
  const assetRuns = yield* Repository.allBy(tenantId, "assetRun", "run", run.id);
  if (!assetRuns.every((a) => AssetRun.isFinal(a.value))) return false;
  const completed = Job.complete(job.value);
  if (!completed.ok) return false;
  const now = (yield* Environment).now();
  const answer = yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("job", job.id, job)],
    writes: [Repository.put("job", job.id, completed.value)],
    events: [Repository.event("JobCompleted", "job", job.id, now)],
  });
  return answer._tag === "Committed";
});
