/** The next runs of a job, or of a draft that isn't saved, and what each would do (SCH-12). Changes nothing. */
import * as Effect from "effect/Effect";
import * as Job from "../../domain/job/Job.ts";
import * as JobStatus from "../../domain/job/JobStatus.ts";
import * as Plan from "../../domain/plan/Plan.ts";
import * as PreviewPlaces from "../../domain/plan/PreviewPlaces.ts";
import * as RunPreview from "../../domain/plan/RunPreview.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type * as Rejection from "../../domain/shared/Rejection.ts";
import type { Result } from "../../domain/shared/Result.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as JobForm from "../../schema/JobForm.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as JobContexts from "../jobs/JobContexts.ts";
import { lift, refuse } from "../Rejected.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Plans from "./Plans.ts";
import * as Turns from "./Turns.ts";

export interface PreviewInput {
  /** 1–60; five unless told. */
  readonly runs?: number;
}

/** The id by which a draft's preview names it. */
const DRAFT = "draft";

/**
 * Previews the next runs of a job, to who may view it: of an enabled recurring job those to come, of any other as if it were
 * enabled now.
 *
 * @example
 * const preview = yield* fettle.jobs.preview(actor, jobId, { runs: 12 });
 * RunPreviewTable.render(preview);
 */
export const preview = Effect.fn("Previews.preview")(function* (actor: Actor, jobId: string, input: PreviewInput = {}) {
  const runs = yield* runsOf(input);
  const { value: job } = yield* JobAuthority.load(actor, jobId, "view");
  return yield* of(actor.tenantId, yield* JobAuthority.released(actor.tenantId, job), runs);
});

/** Previews a draft as if it were saved and enabled now, in the scope of the actor, who would own it. */
export const previewDraft = Effect.fn("Previews.previewDraft")(function* (
  actor: Actor,
  draft: Job.NewJob,
  input: PreviewInput = {},
) {
  const runs = yield* runsOf(input);
  const user = yield* Authority.require(actor, "create-job");
  const malformed = JobForm.problems(draft);
  if (malformed.length > 0) return yield* refuse(malformed);
  const { limits } = yield* Subscriptions.of(actor.tenantId);
  const context = yield* JobContexts.ofSaving(actor.tenantId, user, draft);
  const job = yield* lift(Job.create(draft, { ...context, id: DRAFT, ownerId: user.id, limits }));
  yield* lift(Stored.readable("job", job));
  return yield* of(actor.tenantId, job, runs);
});

const runsOf = Effect.fnUntraced(function* ({ runs = RunPreview.RUNS_DEFAULT }: PreviewInput) {
  const fault = RunPreview.runsFault(runs);
  return fault === null ? runs : yield* refuse(fault);
});

const of = Effect.fn("Previews.of")(function* (tenantId: TenantId, job: Job.Job, runs: number) {
  const now = (yield* Environment).now();
  // Of one that was enabled the lead counts from then; its runs from now on.
  const inputs = yield* Plans.gather(tenantId, job, null, yield* Plans.timeOf(tenantId, job));
  const places = yield* Turns.take(PreviewPlaces.steps(inputs));
  const frame = yield* lift(RunPreview.frame(inputs, { runs, after: now }, places));
  if (isOver(job)) return { ...frame.preview, runs: [] };
  const plans: Result<Plan.Plan, Rejection.Rejection>[] = [];
  for (const each of frame.plans) plans.push(yield* Turns.take(Plan.steps(each)));
  return RunPreview.fill(frame, plans);
});

// What has come to its end runs no more.
const isOver = (job: Job.Job): boolean => JobStatus.transitions(Job.sortOf(job))[job.status].length === 0;
