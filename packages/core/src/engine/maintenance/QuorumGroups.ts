/** Quorum groups as users keep them (PLN-06): assets of which only so many may be down at once. */
import * as Effect from "effect/Effect";
import * as QuorumGroup from "../../domain/maintenance/QuorumGroup.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TagSelection } from "../../domain/tag/TagSelection.ts";
import type { Repeatable } from "../Idempotency.ts";
import * as Entries from "./Entries.ts";

/** A group to add, or to change when its id is known. */
export interface QuorumGroupInput {
  readonly id?: string;
  readonly name: string;
  /** Its members: whatever this means at the moment of asking. */
  readonly members: TagSelection;
  /** How many of them may be down at once. */
  readonly atMost: number;
}

const sort: Entries.Sort<"quorumGroup"> = {
  kind: "quorumGroup",
  methods: "quorums",
  called: "quorum groups",
  rule: "PLN-06",
  path: "members",
  assetsOf: ({ members }) => members,
  problems: QuorumGroup.problems,
  max: ({ quorumGroupsMax }) => quorumGroupsMax,
  events: { saved: "QuorumGroupSaved", deleted: "QuorumGroupDeleted" },
};

/**
 * Adds or changes a group. Everything wrong with it is said at once; nothing is saved then.
 *
 * @example
 * yield* fettle.quorums.save(actor, {
 *   name: "etcd",
 *   members: { assets: [], include: { mode: "any", tags: ["etcd"] }, exclude: { mode: "any", tags: [] } },
 *   atMost: 1,
 * });
 */
export const save = Effect.fn("QuorumGroups.save")(function* (
  actor: Actor,
  input: QuorumGroupInput,
  { idempotencyKey: key }: Repeatable = {},
) {
  const make = (id: string): QuorumGroup.QuorumGroup => ({ ...input, id });
  return yield* Entries.save(sort, actor, { input, make, key });
});

/** Deletes a group. */
export const remove = (actor: Actor, groupId: string, { idempotencyKey: key }: Repeatable = {}) =>
  Entries.remove(sort, actor, { id: groupId, key });

/** Every group, by name. */
export const list = (actor: Actor) => Entries.list("quorumGroup", actor);
