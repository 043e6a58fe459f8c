/**
 * Makes runs of enabled jobs and issues their manifests. A tick may be called by anyone, as often as they like, by
 * several at once: an occurrence becomes a run once (a unique key), an asset run gets one valid manifest (expectations),
 * and a tick that died half way is taken up by the next.
 */
import * as Effect from "effect/Effect";
import type * as Job from "../../domain/job/Job.ts";
import type { JobStatus } from "../../domain/job/JobStatus.ts";
import * as Schedule from "../../domain/job/Schedule.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import * as Run from "../../domain/run/Run.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Tenant from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { Storage } from "../../ports/Storage.ts";
import * as KeySpreads from "../agents/KeySpreads.ts";
import * as Assessments from "../assessment/Assessments.ts";
import * as Purges from "../assets/Purges.ts";
import * as Retentions from "../audit/Retentions.ts";
import * as Idempotency from "../Idempotency.ts";
import * as Revocations from "../jobs/Revocations.ts";
import type { Rejected } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Sweeps from "../tags/Sweeps.ts";
import * as Completion from "./Completion.ts";
import * as DefaultRuns from "./DefaultRuns.ts";
import * as Indexing from "./Indexing.ts";
import * as Issuing from "./Issuing.ts";
import * as Making from "./Making.ts";
import * as Materialising from "./Materialising.ts";
import * as Occurrences from "./Occurrences.ts";
import * as OpenRuns from "./OpenRuns.ts";

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
  const counted = <E extends { readonly message: string }, R>(jobId: string, moved: Effect.Effect<Moved, E, R>) =>
    Effect.map(Effect.result(moved), (done) => {
      const stuck = done._tag === "Success" ? [] : [{ tenantId, jobId, message: done.failure.message }];
      total = add(total, { ...(done._tag === "Success" ? done.success : NOTHING), stuck });
    });
  yield* Indexing.complete(tenantId);
  // What can't be done aside keeps no job from being moved.
  yield* aside(Assessments.resume(tenantId, (yield* Environment).now()));
  // First, so that what is due is planned for the assets as they are tagged now.
  yield* Sweeps.tick(tenantId);
  yield* aside(KeySpreads.tick(tenantId));
  yield* aside(Idempotency.forget(tenantId));
  yield* aside(Purges.tick(tenantId));
  yield* aside(Retentions.tick(tenantId));
  yield* aside(Completion.expire(tenantId));
  yield* aside(
    Effect.map(DefaultRuns.tick(tenantId), (made) => {
      total = add(total, { ...NOTHING, ...made });
    }),
  );
  const open = yield* OpenRuns.byJob(tenantId);
  const jobs = yield* Repository.allBy(tenantId, "job", "status", enabled);
  for (const job of jobs) yield* counted(job.id, move(tenantId, job, open.get(job.id) ?? []));
  // What other jobs have left behind: those that were completed with their sending, ended, disabled, deleted.
  const known = new Set(jobs.map((job) => job.id));
  for (const [jobId, runs] of open) if (!known.has(jobId)) yield* counted(jobId, leave(tenantId, jobId, runs));
  return total;
});

type Moved = Omit<TickReport, "stuck">;
const NOTHING: Moved = { materialised: 0, issued: 0, completed: 0 };

const add = (a: TickReport, b: TickReport): TickReport => ({
  materialised: a.materialised + b.materialised,
  issued: a.issued + b.issued,
  completed: a.completed + b.completed,
  stuck: [...a.stuck, ...b.stuck],
});

const leave = Effect.fn("Dispatcher.leave")(function* (tenantId: TenantId, jobId: string, runs: readonly RunNow[]) {
  const job = yield* Repository.get(tenantId, "job", jobId);
  return yield* lookAfter(tenantId, job, { runs, isSent: job !== null && Run.isSent(job.value.status) });
});

type JobNow = Repository.Versioned<Job.Job>;
type RunNow = Repository.Versioned<Run.Run>;

const move = Effect.fnUntraced(function* (tenantId: TenantId, job: JobNow, open: readonly RunNow[]) {
  // LIC-02: nothing of it begins, and what is on the assets already comes to its end.
  if (yield* isSuspended(tenantId, job.value)) return yield* lookAfter(tenantId, job, { runs: open, isSent: false });
  const made = Schedule.isRunOnce(job.value.schedule)
    ? yield* ofOnce(tenantId, job, open)
    : yield* ofRecurring(tenantId, job, open);
  const moved = yield* lookAfter(tenantId, job, { runs: made.runs, isSent: true });
  return { ...moved, materialised: made.materialised + moved.materialised };
});

// The run of before the index of open ones existed, or one that is over and its job not, is found by its job. One that was
// recurring before has other runs, too.
const ofOnce = Effect.fn("Dispatcher.ofOnce")(function* (tenantId: TenantId, job: JobNow, open: readonly RunNow[]) {
  const key = Schedule.runOnceKey(job.value.schedule);
  const isOwn = (run: RunNow) => run.value.occurrenceKey === key;
  if (open.some(isOwn)) return { runs: open, materialised: 0 };
  const own = (yield* Repository.allBy(tenantId, "run", "job", job.id)).filter(isOwn);
  const runs = [...open, ...own];
  if (own.length > 0) return { runs, materialised: 0 };
  const made = yield* Effect.result(Materialising.once(tenantId, job));
  if (made._tag === "Failure") {
    if (made.failure._tag !== "Rejected" || !isOutOfTime(made.failure)) return yield* Effect.fail(made.failure);
    yield* Completion.giveUp(tenantId, job, made.failure);
    return { runs, materialised: 0 };
  }
  const run = made.success;
  return run === null ? { runs, materialised: 0 } : { runs: [...runs, run], materialised: wholeOf(run) };
});

const isOutOfTime = ({ rejections }: Rejected): boolean =>
  rejections.some(({ rule }) => rule === "SCH-05" || rule === "SCH-06");

const ofRecurring = Effect.fnUntraced(function* (tenantId: TenantId, job: JobNow, open: readonly RunNow[]) {
  const due = yield* Occurrences.due(tenantId, job.value);
  if (due._tag === "Ended") yield* Completion.end(tenantId, job, open);
  const run = due._tag === "Due" ? yield* Materialising.recurring(tenantId, job, due) : null;
  return run === null ? { runs: open, materialised: 0 } : { runs: [...open, run], materialised: wholeOf(run) };
});

// What is half made counts once it is whole.
const wholeOf = (run: RunNow): number => (Making.isWhole(run.value) ? 1 : 0);

// Sends what is to be sent of a job's runs, ends what can't start any more, and closes what is over.
const lookAfter = Effect.fnUntraced(function* (
  tenantId: TenantId,
  job: JobNow | null,
  { runs, isSent }: { readonly runs: readonly RunNow[]; readonly isSent: boolean },
) {
  const earlier: RunNow[] = [];
  let [materialised, issued, completed] = [0, 0, 0];
  for (const found of runs) {
    const run = yield* Making.goOn(tenantId, found);
    materialised += wholeOf(run) - wholeOf(found);
    // A later one waits with it: whether it may be sent depends on this one's asset runs (WIN-06).
    if (!Making.isWhole(run.value)) break;
    yield* Revocations.finish(tenantId, run);
    const open = yield* OpenRuns.load(tenantId, run);
    issued += yield* Issuing.issue(tenantId, isSent && job !== null ? job.value : null, open, earlier);
    if (yield* Completion.settle(tenantId, job, run.id)) completed += 1;
    earlier.push(run);
  }
  return { materialised, issued, completed };
});

const isSuspended = Effect.fnUntraced(function* (tenantId: TenantId, job: Job.Job) {
  const subscription = yield* Subscriptions.of(tenantId);
  return Suspension.of(job, subscription, (yield* Environment).now()) !== null;
});
