/**
 * Deletes jobs (JOB-11, JOB-28). What was not started of a job is revoked with it; what has started finishes. The runs, what
 * they brought about, and the audit trail stay, for whoever may view any job.
 */
import * as Effect from "effect/Effect";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import * as Repository from "../Repository.ts";
import * as JobAuthority from "./JobAuthority.ts";
import * as JobClaims from "./JobClaims.ts";
import type { ChangeOptions } from "./JobEdits.ts";
import * as Revocations from "./Revocations.ts";

/** What came of it. */
export interface JobDeletion {
  readonly jobId: string;
  /** Assets on which its run had not started, and now never will. */
  readonly revoked: number;
}

/** Deletes a job, in every state. */
export const remove = Effect.fn("JobDeletions.remove")(function* (
  actor: Actor,
  jobId: string,
  { idempotencyKey: key, revision }: ChangeOptions = {},
) {
  yield* Authority.userOf(actor);
  // One that is gone may be gone by this very request.
  const known = yield* Repository.get(actor.tenantId, "job", jobId);
  if (known !== null) yield* JobAuthority.load(actor, jobId, "delete");
  const request = { jobId, ...(revision === undefined ? {} : { revision }) };
  const once = Idempotency.once(actor, { method: "jobs.delete", key, request }, decide(actor, jobId, revision));
  return yield* Decisions.untilItStands(actor.tenantId, once);
});

/** The decision, alone or with others. */
export const decide = Effect.fn("JobDeletions.decide")(function* (
  actor: Actor,
  jobId: string,
  revision: number | undefined,
) {
  const { tenantId } = actor;
  const job = yield* JobAuthority.load(actor, jobId, "delete");
  if (revision !== undefined) yield* Decisions.mustBe("job", job, revision);
  const now = (yield* Environment).now();
  const { revoked, recurred, change: revocation } = yield* Revocations.of(tenantId, jobId, "the job was deleted");
  const answer: JobDeletion = { jobId, revoked };
  const told = { by: label(actor), title: job.value.title, revoked };
  const change = {
    expect: [Repository.expected("job", jobId, job), ...revocation.expect],
    counters: [...(yield* JobClaims.ofDeletion(actor, job.value)), ...revocation.counters],
    uniques: revocation.uniques,
    writes: [
      { _tag: "Delete" as const, kind: "job" as const, id: jobId },
      ...(recurred === null ? [] : [{ _tag: "Delete" as const, kind: "recurred" as const, id: jobId }]),
      ...revocation.writes,
    ],
    events: [Repository.event("JobDeleted", "job", jobId, now, told), ...revocation.events],
  };
  return { change, answer };
});
