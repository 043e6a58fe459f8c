/** Brings what is over to its end: runs, the jobs that they are of, and jobs whose time has passed (JOB-13, SCH-06, SCH-07). */
import { type Instant, Interval, JobSchedule, TimeZone } from "@fettle/scheduler";
import * as Effect from "effect/Effect";
import type { EventType } from "../../domain/event/Event.ts";
import * as Job from "../../domain/job/Job.ts";
import type { JobStatus } from "../../domain/job/JobStatus.ts";
import * as Schedule from "../../domain/job/Schedule.ts";
import * as NotificationDue from "../../domain/run/NotificationDue.ts";
import type * as Run from "../../domain/run/Run.ts";
import type { Result } from "../../domain/shared/Result.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import type { Rejected } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Notices from "./Notices.ts";

/** Closes a run whose asset runs are all final, and completes its job where that is its time. Answers whether it was completed. */
export const settle = Effect.fnUntraced(function* (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job> | null,
  runId: string,
) {
  const run = yield* Repository.get(tenantId, "run", runId);
  // Of what is half made nobody knows whether it is over.
  if (run === null || run.value.making !== undefined) return false;
  const now = (yield* Environment).now();
  const going = yield* Repository.pageBy(tenantId, "assetRun", ["going", runId], { after: null, limit: 1 });
  const isFinal = going.length === 0;
  const closes = isFinal && run.value.closedAt === null;
  const completed = job !== null && isComplete(job.value, run.value, { now, isFinal }) ? Job.complete(job.value) : null;
  const completes = job !== null && completed?.ok === true;
  if (!closes && !completes) return false;
  const assetRuns = yield* Repository.allBy(tenantId, "assetRun", "run", runId);
  const about = { run: run.value, assetRuns: assetRuns.map((a) => a.value) };
  const answer = yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("run", runId, run), ...(completes ? [Repository.expected("job", job.id, job)] : [])],
    writes: [
      ...(closes ? [Repository.put("run", runId, { ...run.value, closedAt: now })] : []),
      ...(completes ? [Repository.put("job", job.id, completed.value)] : []),
    ],
    events: [
      ...(closes ? Notices.events(NotificationDue.ofClosed(about), now) : []),
      ...(completes ? [Repository.event("JobCompleted", "job", job.id, now)] : []),
      ...(completes ? Notices.events(NotificationDue.ofEnded(completed.value, about), now) : []),
    ],
  });
  return completes && answer._tag === "Committed";
});

/** Ends a recurring job that has no time left, once the last of its runs has started everywhere (SCH-07). */
export const end = Effect.fn("Completion.end")(function* (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job>,
  runs: readonly Repository.Versioned<Run.Run>[],
) {
  const now = (yield* Environment).now();
  if (runs.some((run) => run.value.lastStart > now)) return;
  yield* move(tenantId, job, { to: Job.end(job.value), event: "JobEnded" });
});

/** Gives a job up that has no time left to run in any more, though it had as it was enabled (JOB-12): its assets' zones changed. */
export const giveUp = Effect.fn("Completion.giveUp")(function* (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job>,
  why: Rejected,
) {
  yield* move(tenantId, job, { to: Job.giveUp(job.value), event: "JobFailed", body: { reason: why.message } });
});

/** Expires jobs that were to run once and were not enabled before their window was over in the last zone on earth (SCH-06). */
export const expire = Effect.fn("Completion.expire")(function* (tenantId: TenantId) {
  const now = (yield* Environment).now() as Instant.Instant;
  const disabled: JobStatus = "Disabled";
  for (const job of yield* Repository.allBy(tenantId, "job", "status", disabled)) {
    const isOver = windowOf(job.value);
    if (isOver !== null && Interval.isOver(isOver, now)) {
      yield* move(tenantId, job, { to: Job.expire(job.value), event: "JobExpired" });
    }
  }
});

// JOB-13: the earlier of every asset's final status and the end of the window in the last zone; or, where the job says so, when
// it was sent, or has started in the last zone. A run of when the job was recurring yet says nothing of it.
const isComplete = (
  job: Job.Job,
  run: Run.Run,
  { now, isFinal }: { readonly now: number; readonly isFinal: boolean },
): boolean => {
  if (run.occurrenceKey !== Schedule.runOnceKey(job.schedule)) return false;
  if (isFinal || (run.windowEnd !== null && run.windowEnd <= now)) return true;
  if (job.completion !== "dispatch-closed") return false;
  return job.schedule?._tag === "OnDemand" ? run.isIssued : run.lastStart <= now;
};

// With `agent` a zone's assets may yet join: it is over where it is over last.
const windowOf = ({ schedule, ...job }: Job.Job): Interval.Interval | null => {
  if (schedule?._tag !== "Once" || job.window === undefined) return null;
  const compiled = Schedule.compile(schedule);
  if (!compiled.ok) return null;
  const at = { zone: TimeZone.westernmost, enabledAt: 0 as Instant.Instant };
  const nominal = JobSchedule.nominalFor(compiled.value, at);
  return nominal.ok ? JobSchedule.validityFor(nominal.value, Job.windowOf(job)) : null;
};

const move = (
  tenantId: TenantId,
  job: Repository.Versioned<Job.Job>,
  {
    to,
    event,
    body = {},
  }: {
    readonly to: Result<Job.Job, unknown>;
    readonly event: EventType;
    readonly body?: { readonly reason: string } | Record<string, never>;
  },
) =>
  Effect.gen(function* () {
    if (!to.ok) return;
    const now = (yield* Environment).now();
    yield* Repository.tryCommit(tenantId, {
      expect: [Repository.expected("job", job.id, job)],
      writes: [Repository.put("job", job.id, to.value)],
      events: [
        Repository.event(event, "job", job.id, now, body),
        ...Notices.events(NotificationDue.ofEnded(to.value, null), now),
      ],
    });
  });
