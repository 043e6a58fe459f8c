/**
 * Disables recurring jobs (JOB-08, JOB-28): no more runs are made of one, and those that have not started are revoked. Enabled
 * again, it takes the next time that is the lead away (SCH-08); what ran already doesn't run twice. A run-once job that was
 * enabled can't be disabled (JOB-07): delete it.
 */
import * as Effect from "effect/Effect";
import * as Job from "../../domain/job/Job.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as JobAuthority from "./JobAuthority.ts";
import type { ChangeOptions } from "./JobEdits.ts";
import * as Revocations from "./Revocations.ts";

/** What came of it. */
export interface JobDisabled {
  readonly job: Job.Job;
  /** Assets on which its runs had not started, and now never will. */
  readonly revoked: number;
}

/** Disables a recurring job. */
export const disable = Effect.fn("JobDisabling.disable")(function* (
  actor: Actor,
  jobId: string,
  { idempotencyKey: key, revision }: ChangeOptions = {},
) {
  yield* JobAuthority.load(actor, jobId, "disable");
  const request = { jobId, ...(revision === undefined ? {} : { revision }) };
  const once = Idempotency.once(actor, { method: "jobs.disable", key, request }, decide(actor, jobId, revision));
  return yield* Decisions.untilItStands(actor.tenantId, once);
});

/** The decision, alone or with others. */
export const decide = Effect.fn("JobDisabling.decide")(function* (
  actor: Actor,
  jobId: string,
  revision: number | undefined,
) {
  const { tenantId } = actor;
  const job = yield* JobAuthority.load(actor, jobId, "disable");
  if (revision !== undefined) yield* Decisions.mustBe("job", job, revision);
  const disabled = yield* lift(Job.disable(job.value));
  const { revoked, change } = yield* Revocations.of(tenantId, jobId, "the job was disabled");
  const now = (yield* Environment).now();
  const answer: JobDisabled = { job: disabled, revoked };
  const told = Repository.event("JobDisabled", "job", jobId, now, { by: label(actor), revoked });
  return {
    change: {
      expect: [Repository.expected("job", jobId, job), ...change.expect],
      counters: change.counters,
      writes: [Repository.put("job", jobId, disabled), ...change.writes],
      events: [told, ...change.events],
    },
    answer,
  };
});
