/**
 * Decisions and the commits that let them stand. {@link untilItStands} makes one anew when what it was made on has changed
 * by the time it is committed: for changes where the later of two callers needs no other answer than the one they would
 * have had a moment later. {@link ifItStands} tells the caller that it has changed.
 */
import * as Effect from "effect/Effect";
import type { TenantId } from "../domain/shared/Tenant.ts";
import type { CommitAnswer, EntityKind, Storage, StorageError } from "../ports/Storage.ts";
import { type Rejected, reject } from "./Rejected.ts";
import * as Repository from "./Repository.ts";

/** How often it is decided before the caller is told to try again. */
export const TRIES_MAX = 5;

/** What was decided, and what to tell when it stands. Without writes and events nothing is committed. */
export interface Decided<A> {
  readonly change: Repository.Change;
  readonly answer: A;
}

/** Rejects a change by somebody who read something else than what stands (JOB-18). */
export const mustBe = (
  kind: EntityKind,
  read: { readonly id: string; readonly revision: number },
  revision: number,
): Effect.Effect<void, Rejected> =>
  read.revision === revision
    ? Effect.void
    : reject("JOB-18", "stale", `${kind} ${read.id} is not as it was read; read it again and decide anew`, "revision");

/** Why a commit was refused. */
export type Refusal = Extract<CommitAnswer, { readonly _tag: "Refused" }>["because"];

/** Decides, commits, and decides anew when the commit was refused; `stale` after {@link TRIES_MAX} times. */
export const untilItStands = <A, E, R>(tenantId: TenantId, decide: Effect.Effect<Decided<A>, E, R>) =>
  stands(tenantId, decide, null);

/**
 * Decides and commits; `stale` or `conflict` when others have changed what it was decided on, unless `refused` says it
 * otherwise. Two things are decided anew all the same: what was only looked at and not changed (a counter's guard, as of
 * the tag tree), and the same request that came twice at once, which gets the answer of the first.
 */
export const ifItStands = <A, E, R>(
  tenantId: TenantId,
  decide: Effect.Effect<Decided<A>, E, R>,
  refused: (because: Refusal) => Effect.Effect<never, Rejected> = Repository.refused,
) => stands(tenantId, decide, refused);

const stands = Effect.fn("Decisions.stands")(function* <A, E, R>(
  tenantId: TenantId,
  decide: Effect.Effect<Decided<A>, E, R>,
  refused: ((because: Refusal) => Effect.Effect<never, Rejected>) | null,
): Effect.fn.Return<A, E | Rejected | StorageError, R | Storage> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { change, answer } = yield* decide;
    if (change.writes.length === 0 && (change.events ?? []).length === 0) return answer;
    const committed = yield* Repository.tryCommit(tenantId, change);
    if (committed._tag === "Committed") return answer;
    const { because } = committed;
    if (refused !== null && !isRepetition(because) && !isOnlyLookedAt(because, change)) return yield* refused(because);
  }
  return yield* reject("JOB-18", "stale", "others changed the same all the while; try again");
});

const isRepetition = (because: Refusal): boolean => because._tag === "Revision" && because.expected.kind === "answer";

const isOnlyLookedAt = (because: Refusal, { counters = [] }: Repository.Change): boolean =>
  because._tag === "Counter" && counters.every(({ key, by }) => key !== because.key || by === 0);
