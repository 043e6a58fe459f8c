/** Who has a part in a job: its co-authors and readers (RBAC-04, RBAC-05), and its owner (OWN-01, OWN-03). */
import * as Effect from "effect/Effect";
import type { Job } from "../../domain/job/Job.ts";
import * as JobAccess from "../../domain/job/JobAccess.ts";
import * as JobSharing from "../../domain/job/JobSharing.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, refuse } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";
import * as JobAuthority from "./JobAuthority.ts";
import * as JobClaims from "./JobClaims.ts";

/**
 * Sets who co-authors a job and who may look at it; a list that is left out stays. Everybody who is new is looked up and
 * held to the rules as of now, and all that is wrong is said at once; who was there before is not looked at again, for
 * their part holds or lapses whenever they act.
 */
export const share = Effect.fn("JobSharing.share")(function* (
  actor: Actor,
  jobId: string,
  sharing: JobSharing.Sharing,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const { tenantId } = actor;
  yield* JobAuthority.load(actor, jobId, "share-read-only");
  const decide = Effect.gen(function* () {
    const job = yield* JobAuthority.load(actor, jobId, "share-read-only");
    const before = job.value;
    const { limits } = yield* Subscriptions.of(tenantId);
    const shared = yield* lift(JobSharing.share(before, sharing, limits));
    yield* lift(Stored.readable("job", shared));
    const isSame = JobSharing.isSame(before.readers, shared.readers);
    if (!JobSharing.isSame(before.coAuthors, shared.coAuthors)) yield* mayTakeCoAuthors(actor, before);
    else if (isSame) return { change: { writes: [] }, answer: before };
    const faults = [
      ...(yield* coAuthorFaults(tenantId, before, JobSharing.added(before.coAuthors, shared.coAuthors))),
      ...(yield* readerFaults(tenantId, JobSharing.added(before.readers, shared.readers))),
    ];
    if (faults.length > 0) return yield* refuse(faults);
    const now = (yield* Environment).now();
    const told = { by: label(actor), coAuthors: shared.coAuthors, readers: shared.readers };
    const change = {
      expect: [Repository.expected("job", jobId, job)],
      writes: [Repository.put("job", jobId, shared)],
      events: [Repository.event("JobShared", "job", jobId, now, told)],
    };
    return { change, answer: shared };
  });
  const once = Idempotency.once(actor, { method: "jobs.share", key, request: { jobId, sharing } }, decide);
  return yield* Decisions.ifItStands(tenantId, once);
});

/**
 * Gives a job to another owner, in every state (JOB-07). The new owner must be able to own jobs; from then on the job runs
 * in their scope (RBAC-07), and who co-authors it is held to their role and scope.
 */
export const changeOwner = Effect.fn("JobSharing.changeOwner")(function* (
  actor: Actor,
  jobId: string,
  userId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const { tenantId } = actor;
  yield* JobAuthority.load(actor, jobId, "change-owner");
  const decide = changingOwner(actor, jobId, userId);
  const once = Idempotency.once(actor, { method: "jobs.changeOwner", key, request: { jobId, userId } }, decide);
  const { limits } = yield* Subscriptions.of(tenantId);
  return yield* Decisions.ifItStands(tenantId, once, JobClaims.refused(limits));
});

/** The decision, alone or with others. */
export const changingOwner = Effect.fn("JobSharing.changingOwner")(function* (
  actor: Actor,
  jobId: string,
  userId: string,
) {
  const { tenantId } = actor;
  const job = yield* JobAuthority.load(actor, jobId, "change-owner");
  const from = job.value.ownerId;
  if (from === userId) return { change: { writes: [] }, answer: job.value };
  yield* mayOwn(tenantId, userId);
  const former = yield* Authority.owner(tenantId, from);
  // OWN-02 narrows targets by the scope that the former owner had at this moment.
  const scope = former === null ? null : former.scope;
  const changed = JobSharing.changeOwner(job.value, userId, scope);
  yield* lift(Stored.readable("job", changed));
  const now = (yield* Environment).now();
  const told = { by: label(actor), from, to: userId, formerScope: scope === null ? null : { ...scope } };
  const change = {
    expect: [Repository.expected("job", jobId, job)],
    counters: yield* JobClaims.held(tenantId, job.value, changed),
    writes: [Repository.put("job", jobId, changed)],
    events: [Repository.event("JobOwnerChanged", "job", jobId, now, told)],
  };
  return { change, answer: changed };
});

// Co-authors are part of the job, so that a job which can't be edited takes none (JOB-07), and one without owner neither.
const mayTakeCoAuthors = Effect.fn("JobSharing.mayTakeCoAuthors")(function* (actor: Actor, job: Job) {
  const decision = yield* JobAuthority.decide(actor, job.id, "add-co-author");
  if (decision.allowed) return;
  const { rule, why } = decision;
  yield* refuse(Rejection.make(rule, "conflict", why, "coAuthors"));
});

/** Why people can't be co-authors of a job with this owner (RBAC-05). */
export const coAuthorFaults = Effect.fn("JobSharing.coAuthorFaults")(function* (
  tenantId: TenantId,
  job: Pick<Job, "ownerId">,
  ids: readonly string[],
) {
  if (ids.length === 0) return [];
  const policy = yield* Authority.policy();
  const owner = yield* Authority.owner(tenantId, job.ownerId);
  const tree = yield* Tags.tree(tenantId);
  const faults: Rejection.Rejection[] = [];
  for (const id of ids) {
    const user = yield* Authority.user(tenantId, id);
    const fault = user === null ? unknown(id) : JobAccess.coAuthorFault({ policy, user, owner, tree });
    if (fault !== null) faults.push({ ...fault, path: "coAuthors" });
  }
  return faults;
});

const readerFaults = Effect.fn("JobSharing.readerFaults")(function* (tenantId: TenantId, ids: readonly string[]) {
  const faults: Rejection.Rejection[] = [];
  for (const id of ids) {
    if ((yield* Authority.user(tenantId, id)) === null) faults.push({ ...unknown(id), path: "readers" });
  }
  return faults;
});

/** The user who is to own a job, or why they can't (OWN-01, OWN-03). */
export const mayOwn = Effect.fn("JobSharing.mayOwn")(function* (tenantId: TenantId, userId: string) {
  const user = yield* Authority.user(tenantId, userId);
  const fault = user === null ? unknown(userId) : JobAccess.ownerFault(yield* Authority.policy(), user);
  if (user === null || fault !== null) return yield* refuse({ ...(fault ?? unknown(userId)), path: "userId" });
  return user;
});

const unknown = (id: string): Rejection.Rejection =>
  Rejection.make("RBAC-04", "not-found", `there is no user ${id} in this tenant`);
