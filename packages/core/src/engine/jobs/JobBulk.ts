/**
 * The same done to many jobs (JOB-16): each succeeds or fails by itself, with its reason, and all that can be done is done
 * in one commit.
 */
import * as Effect from "effect/Effect";
import * as Access from "../../domain/access/Access.ts";
import type { Permission } from "../../domain/access/Permission.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type * as Rejection from "../../domain/shared/Rejection.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import type { Rejected } from "../Rejected.ts";
import { reject } from "../Rejected.ts";
import type * as Repository from "../Repository.ts";
import * as JobDeletions from "./JobDeletions.ts";
import * as JobDisabling from "./JobDisabling.ts";
import * as JobSharing from "./JobSharing.ts";
import * as Jobs from "./Jobs.ts";

/** Most jobs of one request. */
export const JOBS_PER_BULK_MAX = 500;

/** What became of one job. */
export interface BulkItem {
  readonly jobId: string;
  readonly outcome: "changed" | "unchanged" | "refused";
  /** Why it was refused; else none. */
  readonly rejections: readonly Rejection.Rejection[];
}

export interface BulkAnswer {
  readonly changed: number;
  /** In the order in which the jobs were named; one that is named twice counts once. */
  readonly items: readonly BulkItem[];
}

/** Enables jobs, each with its plan of now (JOB-16). */
export const enable = Effect.fn("JobBulk.enable")(function* (
  actor: Actor,
  jobIds: readonly string[],
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* permitted(actor, "enable-any-job", "enable-assigned-job");
  const call = { method: "jobs.enableMany", key, request: { jobIds } };
  return yield* bulk(actor, jobIds, call, (jobId) => Jobs.enabling(actor, jobId, undefined));
});

/** Disables recurring jobs (JOB-16, JOB-08). */
export const disable = Effect.fn("JobBulk.disable")(function* (
  actor: Actor,
  jobIds: readonly string[],
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* permitted(actor, "enable-any-job", "enable-assigned-job");
  const call = { method: "jobs.disableMany", key, request: { jobIds } };
  return yield* bulk(actor, jobIds, call, (jobId) => JobDisabling.decide(actor, jobId, undefined));
});

/** Deletes jobs (JOB-16, JOB-11). */
export const remove = Effect.fn("JobBulk.remove")(function* (
  actor: Actor,
  jobIds: readonly string[],
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* permitted(actor, "delete-any-job", "delete-assigned-job");
  const call = { method: "jobs.deleteMany", key, request: { jobIds } };
  return yield* bulk(actor, jobIds, call, (jobId) => JobDeletions.decide(actor, jobId, undefined));
});

/** Gives jobs to another owner (JOB-16, OWN-01). */
export const changeOwner = Effect.fn("JobBulk.changeOwner")(function* (
  actor: Actor,
  jobIds: readonly string[],
  userId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "change-job-owner");
  const call = { method: "jobs.changeOwnerOfMany", key, request: { jobIds, userId } };
  return yield* bulk(actor, jobIds, call, (jobId) => JobSharing.changingOwner(actor, jobId, userId));
});

const permitted = Effect.fn("JobBulk.permitted")(function* (actor: Actor, any: Permission, assigned: Permission) {
  const user = yield* Authority.userOf(actor);
  if (!Access.may(yield* Authority.policy(), user, any)) yield* Authority.require(actor, assigned);
});

const bulk = Effect.fn("JobBulk.bulk")(function* <E, R>(
  actor: Actor,
  jobIds: readonly string[],
  call: Idempotency.Call,
  decideOne: (jobId: string) => Effect.Effect<Decisions.Decided<unknown>, E | Rejected, R>,
) {
  if (jobIds.length === 0 || jobIds.length > JOBS_PER_BULK_MAX) {
    return yield* reject("JOB-16", "invalid", `name 1–${JOBS_PER_BULK_MAX} jobs in one request`, "jobIds");
  }
  const decide = Effect.gen(function* () {
    const items: BulkItem[] = [];
    const changes: Repository.Change[] = [];
    for (const jobId of new Set(jobIds)) {
      const { item, change } = yield* one(jobId, decideOne(jobId));
      items.push(item);
      if (change !== null) changes.push(change);
    }
    const answer: BulkAnswer = { changed: changes.length, items };
    return { change: together(changes), answer };
  });
  return yield* Decisions.untilItStands(actor.tenantId, Idempotency.once(actor, call, decide));
});

interface One {
  readonly item: BulkItem;
  readonly change: Repository.Change | null;
}

const one = <E, R>(jobId: string, decide: Effect.Effect<Decisions.Decided<unknown>, E | Rejected, R>) =>
  decide.pipe(
    Effect.map(
      ({ change }): One =>
        change.writes.length === 0
          ? { item: { jobId, outcome: "unchanged", rejections: [] }, change: null }
          : { item: { jobId, outcome: "changed", rejections: [] }, change },
    ),
    Effect.catch((failure) =>
      isRejected(failure)
        ? Effect.succeed<One>({ item: { jobId, outcome: "refused", rejections: failure.rejections }, change: null })
        : Effect.fail(failure),
    ),
  );

const isRejected = (failure: unknown): failure is Rejected =>
  typeof failure === "object" && failure !== null && "_tag" in failure && failure._tag === "Rejected";

const together = (changes: readonly Repository.Change[]): Repository.Change => ({
  expect: changes.flatMap((c) => c.expect ?? []),
  counters: changes.flatMap((c) => c.counters ?? []),
  uniques: changes.flatMap((c) => c.uniques ?? []),
  writes: changes.flatMap((c) => c.writes),
  events: changes.flatMap((c) => c.events ?? []),
});
