/**
 * Decisions that are made anew when what they were made on has changed by the time they are committed. For changes where
 * the later of two callers needs no other answer than the one they would have had a moment later.
 */
import * as Effect from "effect/Effect";
import type { Storage, StorageError } from "../ports/Storage.ts";
import { type Rejected, reject } from "./Rejected.ts";
import * as Repository from "./Repository.ts";

/** How often it is decided before the caller is told to try again. */
export const TRIES_MAX = 5;

/** What was decided, and what to tell when it stands. Without writes and events nothing is committed. */
export interface Decided<A> {
  readonly change: Repository.Change;
  readonly answer: A;
}

/** Decides, commits, and decides anew when the commit was refused; `stale` after {@link TRIES_MAX} times. */
export const untilItStands = Effect.fn("Decisions.untilItStands")(function* <A, E, R>(
  tenantId: string,
  decide: Effect.Effect<Decided<A>, E, R>,
): Effect.fn.Return<A, E | Rejected | StorageError, R | Storage> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { change, answer } = yield* decide;
    if (change.writes.length === 0 && (change.events ?? []).length === 0) return answer;
    const committed = yield* Repository.tryCommit(tenantId, change);
    if (committed._tag === "Committed") return answer;
  }
  return yield* reject("JOB-18", "stale", "others changed the same all the while; try again");
});
