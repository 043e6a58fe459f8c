/** When nothing is to start, and what may be down at once. */
import type { Actor } from "../domain/shared/Actor.ts";
import type { Repeatable } from "../engine/Idempotency.ts";
import * as Freezes from "../engine/maintenance/Freezes.ts";
import * as QuorumCheck from "../engine/maintenance/QuorumCheck.ts";
import * as QuorumGroups from "../engine/maintenance/QuorumGroups.ts";
import type { On } from "./On.ts";

export const freezesOf = (on: On) => ({
  /** Adds or changes a change freeze (WIN-07); everything wrong with it is said at once. */
  save: (actor: Actor, input: Freezes.FreezeInput, options?: Repeatable) => on(Freezes.save(actor, input, options)),
  /** Deletes one; what it alone kept from starting may start, where its window allows. */
  delete: (actor: Actor, freezeId: string, options?: Repeatable) => on(Freezes.remove(actor, freezeId, options)),
  /** Every freeze, by name. */
  list: (actor: Actor) => on(Freezes.list(actor)),
});

export const quorumsOf = (on: On) => ({
  /** Adds or changes a quorum group (PLN-06); everything wrong with it is said at once. */
  save: (actor: Actor, input: QuorumGroups.QuorumGroupInput, options?: Repeatable) =>
    on(QuorumGroups.save(actor, input, options)),
  delete: (actor: Actor, groupId: string, options?: Repeatable) => on(QuorumGroups.remove(actor, groupId, options)),
  /** Every group, by name. */
  list: (actor: Actor) => on(QuorumGroups.list(actor)),
  /** Whether all enabled jobs, and one more, keep within each group: the proof, or a counter-example (PLN-06). */
  check: (actor: Actor, input?: QuorumCheck.QuorumCheckInput) => on(QuorumCheck.check(actor, input)),
});
