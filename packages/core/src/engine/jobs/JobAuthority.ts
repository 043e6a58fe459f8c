/**
 * Who may do what with a job, as of now: the decision of `JobAccess`, with what it needs (the user, the job's owner, the tag
 * tree) read at its moment.
 */
import * as Effect from "effect/Effect";
import * as Access from "../../domain/access/Access.ts";
import type { User } from "../../domain/access/User.ts";
import type { Job } from "../../domain/job/Job.ts";
import * as JobAccess from "../../domain/job/JobAccess.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import type { Subscription } from "../../domain/license/Subscription.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import type { TagTree } from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import { lift, refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Tags from "../tags/Tags.ts";

/** A job, when the actor may do that with it, whatever its state. */
export const load = Effect.fn("JobAuthority.load")(function* (
  actor: Actor,
  jobId: string,
  action: JobAccess.JobAction,
) {
  const user = yield* Authority.userOf(actor);
  const job = yield* find(actor.tenantId, jobId);
  yield* lift(JobAccess.require({ ...(yield* about(actor.tenantId, user, job.value)), action }));
  return job;
});

/** The whole decision, state included, with why and who could. */
export const decide = Effect.fn("JobAuthority.decide")(function* (
  actor: Actor,
  jobId: string,
  action: JobAccess.JobAction,
) {
  const { tenantId } = actor;
  const user = yield* Authority.userOf(actor);
  const { value: job } = yield* find(tenantId, jobId);
  const known = yield* about(tenantId, user, job);
  const state = action === "enable" || action === "approve-plan" ? released(tenantId, job) : shown(tenantId, job);
  const owner = yield* Authority.owner(tenantId, job.ownerId);
  return JobAccess.decide({ ...known, job: yield* state, owner, action });
});

/** The job as it may be enabled again when it is suspended (LIC-02). */
export const released = (tenantId: TenantId, job: Job) => asOfNow(tenantId, job, Suspension.released);

const shown = (tenantId: TenantId, job: Job) => asOfNow(tenantId, job, Suspension.shown);

const asOfNow = Effect.fn("JobAuthority.asOfNow")(function* (
  tenantId: TenantId,
  job: Job,
  as: (job: Job, subscription: Subscription, now: number) => Job,
) {
  const subscription = yield* Repository.get(tenantId, "subscription", tenantId);
  return subscription === null ? job : as(job, subscription.value, (yield* Environment).now());
});

/** Which jobs the actor may view: asked of many at once, so that owners are read once each. */
export const viewer = Effect.fn("JobAuthority.viewer")(function* (actor: Actor, jobs: readonly Job[]) {
  const { tenantId } = actor;
  const policy = yield* Authority.policy();
  const user = yield* Authority.userOf(actor);
  if (!Access.may(policy, user, "view-any-job")) yield* Authority.require(actor, "view-assigned-job");
  const shared = jobs.filter((job) => job.coAuthors.includes(user.id));
  const owners = new Map<string, User | null>();
  for (const id of new Set(shared.map((job) => job.ownerId))) {
    if (id !== null) owners.set(id, yield* Authority.owner(tenantId, id));
  }
  const tree = shared.length === 0 ? NO_TAGS : yield* Tags.tree(tenantId);
  const views = (job: Job): boolean =>
    JobAccess.permit({ policy, user, job, owner: owners.get(job.ownerId ?? "") ?? null, tree, action: "view" }).allowed;
  return { user, views };
});

/** The owner in whose scope a job is carried out, or why it isn't (RBAC-07, OWN-01, OWN-04). */
export const principal = Effect.fn("JobAuthority.principal")(function* (tenantId: TenantId, job: Job) {
  const policy = yield* Authority.policy();
  return yield* lift(JobAccess.principal({ policy, job, owner: yield* Authority.owner(tenantId, job.ownerId) }));
});

/** Rejects a job that is not to be carried out: without an owner who may run it, or with a part missing (I43). */
export const mustRun = Effect.fn("JobAuthority.mustRun")(function* (tenantId: TenantId, job: Job) {
  const policy = yield* Authority.policy();
  const fault = JobAccess.runFault({ policy, job, owner: yield* Authority.owner(tenantId, job.ownerId) });
  if (fault !== null) yield* refuse(fault);
});

/** A job by its id. */
export const find = Effect.fn("JobAuthority.find")(function* (tenantId: TenantId, jobId: string) {
  const job = yield* Repository.get(tenantId, "job", jobId);
  return job ?? (yield* reject(null, "not-found", `there is no job ${jobId}`));
});

const NO_TAGS: TagTree = new Map();

// Only a co-author's part hangs on the owner and the tags: for everybody else they need not be read.
const about = Effect.fn("JobAuthority.about")(function* (tenantId: TenantId, user: User, job: Job) {
  const policy = yield* Authority.policy();
  if (!job.coAuthors.includes(user.id)) return { policy, user, job, owner: null, tree: NO_TAGS };
  const owner = yield* Authority.owner(tenantId, job.ownerId);
  return { policy, user, job, owner, tree: yield* Tags.tree(tenantId) };
});
