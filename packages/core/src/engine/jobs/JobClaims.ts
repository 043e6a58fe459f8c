/**
 * What goes into the commit that saves, changes, gives away or deletes a job, beside the job itself: that its tags are there
 * and stay (TAG-03), that its link closes no circle (JOB-21), that its owner has no more default jobs than may be (JOB-24), that its
 * scripts are saved and their authors' keys good (JOB-20).
 */
import * as Effect from "effect/Effect";
import * as DefaultJobs from "../../domain/job/DefaultJobs.ts";
import type { Job } from "../../domain/job/Job.ts";
import * as Rollout from "../../domain/rollout/Rollout.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { type CounterChange, type Expectation, Storage } from "../../ports/Storage.ts";
import type * as Decisions from "../Decisions.ts";
import { refuse } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as JobLinks from "./JobLinks.ts";
import * as JobScripts from "./JobScripts.ts";
import * as JobTags from "./JobTags.ts";

export interface JobClaims {
  readonly expect: readonly Expectation[];
  readonly counters: readonly CounterChange[];
}

/** Of a job that is saved for the first time (`before` null), or changed. Only what is new is looked at. */
export const of = Effect.fn("JobClaims.of")(function* (actor: Actor, before: Job | null, after: Job) {
  const { tenantId } = actor;
  const isNew = (a: unknown, b: unknown): boolean => before === null || JSON.stringify(a) !== JSON.stringify(b);
  const tags = isNew(before?.targets, after.targets) ? yield* JobTags.claim(tenantId, after.targets) : [];
  const ofRings = isNew(before?.rollout, after.rollout)
    ? yield* JobTags.claimRings(tenantId, Rollout.tagsOf(after.rollout))
    : [];
  const scripts = isNew(before?.actions, after.actions) ? yield* JobScripts.claim(tenantId, after) : null;
  const links = isNew(before?.patches, after.patches) ? yield* JobLinks.claim(actor, after) : null;
  const claims: JobClaims = {
    expect: [...(links?.expect ?? []), ...(scripts?.expect ?? [])],
    counters: [
      ...tags,
      ...ofRings,
      ...(links?.counters ?? []),
      ...(scripts?.counters ?? []),
      ...(yield* held(tenantId, before, after)),
    ],
  };
  return claims;
});

/** Of a job that is deleted; rejects while others take their patches from it. */
export const ofDeletion = Effect.fn("JobClaims.ofDeletion")(function* (actor: Actor, job: Job) {
  const unlinked = yield* JobLinks.release(actor, job.id);
  return [unlinked, ...(yield* held(actor.tenantId, job, null))];
});

/** Counts default jobs by whose they are (JOB-24); rejects one too many. Two at once are told apart by the ceiling. */
export const held = Effect.fn("JobClaims.held")(function* (tenantId: TenantId, before: Job | null, after: Job | null) {
  const key = (job: Job | null): string | null => {
    const holder = job === null ? null : DefaultJobs.holderOf(job);
    return holder === null ? null : DefaultJobs.counterOf(holder);
  };
  const [from, to] = [key(before), key(after)];
  const counters: CounterChange[] = [];
  if (from === to) return counters;
  if (from !== null) counters.push({ key: from, by: -1 });
  if (to === null) return counters;
  const { limits } = yield* Subscriptions.of(tenantId);
  const count = yield* (yield* Storage).counter(tenantId, to);
  if (count >= limits.defaultJobsMax) return yield* refuse(tooMany(limits));
  counters.push({ key: to, by: 1, ceiling: limits.defaultJobsMax });
  return counters;
});

/** Tells the caller why the commit didn't stand, for `Decisions.ifItStands`. */
export const refused = (limits: Limits) => (because: Decisions.Refusal) =>
  because._tag === "Counter" && DefaultJobs.isCounter(because.key)
    ? refuse(tooMany(limits))
    : Repository.refused(because);

const tooMany = ({ defaultJobsMax: max }: Limits): Rejection.Rejection =>
  Rejection.make("JOB-24", "exhausted", `at most ${max} default jobs of one owner and platform`, "schedule");
