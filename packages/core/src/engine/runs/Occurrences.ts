/** Which time of a job is due: read cheaply, for every tick asks; the fleet only when its time may have come somewhere. */
import { Duration, Instant, JobSchedule, type TimeZone } from "@fettle/scheduler";
import * as Effect from "effect/Effect";
import * as Job from "../../domain/job/Job.ts";
import * as Schedule from "../../domain/job/Schedule.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import * as PlanTiming from "../../domain/plan/PlanTiming.ts";
import * as DueOccurrences from "../../domain/run/DueOccurrences.ts";
import type * as Run from "../../domain/run/Run.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import { lift } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";

/** What is due of a recurring job, and what it was decided on. */
export type Due =
  | { readonly _tag: "NotYet" }
  /** The schedule has no time left (SCH-07). */
  | { readonly _tag: "Ended" }
  | (DueOccurrences.Due & {
      readonly _tag: "Due";
      readonly since: number;
      readonly known: Repository.Versioned<Run.Recurred> | null;
    });

/** What is due of a recurring job at an instant: now, unless told. */
export const due = Effect.fnUntraced(function* (tenantId: TenantId, job: Job.Job, at?: number) {
  const schedule = yield* recurringOf(job);
  const subscription = yield* Subscriptions.of(tenantId);
  const since = Job.countsFrom(job);
  if (schedule === null || since === null) return { _tag: "NotYet" } satisfies Due as Due;
  const known = yield* Repository.get(tenantId, "recurred", job.id);
  const question: DueOccurrences.Question = {
    schedule,
    since: Instant.held(since),
    through: known === null || known.value.since !== since ? null : known.value.through,
    now: Instant.held(at ?? (yield* Environment).now()),
    lead: Duration.milliseconds(subscription.limits.leadSeconds * 1_000),
  };
  const slot = DueOccurrences.nextSlot(question);
  if (slot === null) return { _tag: "Ended" } satisfies Due as Due;
  if (!DueOccurrences.mayBeDue(question, slot)) return { _tag: "NotYet" } satisfies Due as Due;
  const fleet = {
    zones: yield* zonesOf(tenantId, job),
    window: Job.windowOf(job),
    catchUp: job.catchUp ?? "skip",
  };
  const found = yield* lift(DueOccurrences.next(question, fleet));
  if (found.run === null && found.through === question.through) return { _tag: "NotYet" } satisfies Due as Due;
  return { _tag: "Due", ...found, since, known } satisfies Due as Due;
});

/** How the dealing with a time is kept, and that nobody else dealt with it meanwhile. */
export const dealtWith = (jobId: string, { since, known, through }: Extract<Due, { readonly _tag: "Due" }>) => ({
  expect: [Repository.expected("recurred", jobId, known)],
  writes: through === null ? [] : [Repository.put("recurred", jobId, { jobId, since, through })],
});

/** The zones of the assets that a job is for; the subscription's where there are none (SCH-03). */
export const zonesOf = Effect.fn("Occurrences.zonesOf")(function* (tenantId: TenantId, job: Job.Job) {
  const fallback = Subscription.defaultZoneOf(yield* Subscriptions.of(tenantId));
  const assets = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  // What is missed for want of an owner is told all the same, of every asset that it means.
  const scope = yield* JobAuthority.principal(tenantId, job).pipe(
    Effect.map((owner) => owner.scope),
    Effect.catchTag("Rejected", () => Effect.succeed(TagScope.all)),
  );
  const names = PlanTiming.zonesOf(job, { scope, tree: yield* Tags.tree(tenantId) }, assets);
  const zones: readonly TimeZone.TimeZone[] = names.map((name) => JobSchedule.assetZone(name, fallback).zone);
  return zones.length === 0 ? [fallback] : zones;
});

const recurringOf = Effect.fnUntraced(function* ({ schedule }: Job.Job) {
  if (schedule?._tag !== "Recurring") return null;
  const compiled = yield* lift(Schedule.compile(schedule));
  return compiled as JobSchedule.Recurring;
});
