/** What a change of owner means for a job's assets, before it is made and after (OWN-02). */
import * as Effect from "effect/Effect";
import * as JobSharing from "../../domain/job/JobSharing.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import * as Repository from "../Repository.ts";
import * as Tags from "../tags/Tags.ts";
import * as JobAuthority from "./JobAuthority.ts";
import * as Sharing from "./JobSharing.ts";

export interface OwnerPreview {
  /** Assets that the job would lose, as far as the caller sees them (TAG-05), by name. */
  readonly lost: readonly { readonly id: string; readonly name: string }[];
  /** How many more it would lose outside the caller's scope. */
  readonly lostUnseen: number;
  /** How many it would keep. */
  readonly kept: number;
}

/**
 * Which of a job's assets another owner would lose it: those in its selection and in the scope of its owner of now, but not
 * in the other's. Refuses an owner to whom it couldn't be given (OWN-03). Changes nothing.
 */
export const preview = Effect.fn("JobOwners.preview")(function* (actor: Actor, jobId: string, userId: string) {
  const { tenantId } = actor;
  const { value: job } = yield* JobAuthority.load(actor, jobId, "change-owner");
  const caller = yield* Authority.userOf(actor);
  const next = yield* Sharing.mayOwn(tenantId, userId);
  const former = yield* Authority.owner(tenantId, job.ownerId);
  const tree = yield* Tags.tree(tenantId);
  const assets = (yield* Repository.all(tenantId, "asset"))
    .map((a) => a.value)
    .filter((a) => a.platform === job.platform);
  const scopes = { former: former?.scope ?? null, next: next.scope };
  const { lost, kept } = JobSharing.ownerChange(job, { ...scopes, tree, assets });
  const sees = TagScope.compile(caller.scope, tree);
  const seen = lost.filter((a) => sees(a.tags)).map(({ id, name }) => ({ id, name }));
  seen.sort((a, b) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1));
  const answer: OwnerPreview = { lost: seen, lostUnseen: lost.length - seen.length, kept: kept.length };
  return answer;
});

/** Lets a job be bound by its owner's scope alone again; for whoever may give jobs to other owners. */
export const lift = Effect.fn("JobOwners.lift")(function* (
  actor: Actor,
  jobId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* JobAuthority.load(actor, jobId, "change-owner");
  const decide = Effect.gen(function* () {
    const job = yield* JobAuthority.load(actor, jobId, "change-owner");
    if (job.value.formerScopes.length === 0) return { change: { writes: [] }, answer: job.value };
    const lifted = JobSharing.liftFormerScopes(job.value);
    const now = (yield* Environment).now();
    const change = {
      expect: [Repository.expected("job", jobId, job)],
      writes: [Repository.put("job", jobId, lifted)],
      events: [Repository.event("JobScopesLifted", "job", jobId, now, { by: label(actor) })],
    };
    return { change, answer: lifted };
  });
  const call = { method: "jobs.liftFormerScopes", key, request: { jobId } };
  return yield* Decisions.ifItStands(actor.tenantId, Idempotency.once(actor, call, decide));
});
