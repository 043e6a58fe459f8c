/**
 * Deletes jobs (JOB-11, JOB-28). What was not started of a job is revoked with it; what has started finishes. The runs, what
 * they brought about, and the audit trail stay, for whoever may view any job.
 */
import * as Effect from "effect/Effect";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import * as Run from "../../domain/run/Run.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import * as Repository from "../Repository.ts";
import * as JobAuthority from "./JobAuthority.ts";
import type { ChangeOptions } from "./JobEdits.ts";

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
  const runs = yield* Repository.allBy(tenantId, "run", "job", jobId);
  const open: Repository.Versioned<AssetRun.AssetRun>[] = [];
  for (const run of runs) {
    const assetRuns = yield* Repository.allBy(tenantId, "assetRun", "run", run.id);
    open.push(...assetRuns.filter((a) => !AssetRun.hasStarted(a.value)));
  }
  const revoked = open.map((a) => AssetRun.revoked(a.value, "the job was deleted", now));
  const answer: JobDeletion = { jobId, revoked: open.length };
  const change = {
    expect: [Repository.expected("job", jobId, job), ...open.map((a) => Repository.expected("assetRun", a.id, a))],
    // A tick that is about to make the run finds that its occurrence is taken.
    uniques: runs.length > 0 ? [] : [{ key: Run.occurrenceClaim(jobId, Run.ON_DEMAND), owner: jobId }],
    writes: [
      { _tag: "Delete" as const, kind: "job" as const, id: jobId },
      ...revoked.map((a) => Repository.put("assetRun", a.id, a)),
    ],
    events: [
      Repository.event("JobDeleted", "job", jobId, now, {
        by: label(actor),
        title: job.value.title,
        revoked: open.length,
      }),
      ...revoked.map(({ id, runId, state }) =>
        Repository.event("AssetRunChanged", "assetRun", id, now, { runId, status: state.status }),
      ),
    ],
  };
  return { change, answer };
});
