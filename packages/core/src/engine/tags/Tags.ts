/** Asset tags as users keep them (TAG-01, TAG-08): load, decide (in the domain), commit state and events together. */
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as DynamicTags from "../../domain/tag/DynamicTags.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as TagTree from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import type { CounterChange } from "../../ports/Storage.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Sweeps from "./Sweeps.ts";
import * as TagRules from "./TagRules.ts";
import * as TagUses from "./TagUses.ts";

/** A tag to add, or to change when its id is known; what is left out of a known one stays as it is. */
export interface TagInput {
  readonly id?: string;
  readonly name: string;
  readonly parent?: string | null;
  /** Static unless said. */
  readonly rule?: TagTree.TagRule;
}

/** The tag tree as it stands. */
export const tree = Effect.fn("Tags.tree")(function* (tenantId: TenantId) {
  return (yield* TagRules.standing(tenantId)).tree;
});

/**
 * Adds or changes a tag (TAG-01). A rule that doesn't read is refused with everything that is wrong with it (TAG-08). When
 * a rule or a place in the tree changed, assets and their configurations follow before this answers; of very many assets
 * the rest follow with the next ticks.
 */
export const save = Effect.fn("Tags.save")(function* (
  actor: Actor,
  input: TagInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const user = yield* Authority.require(actor, "manage-tags");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const id = input.id ?? (yield* Environment).uuid();
  const decide = Effect.gen(function* () {
    const standing = yield* TagRules.standing(tenantId);
    const known = standing.tree.get(id);
    const tag = tagOf(id, input, known);
    yield* lift(Stored.readable("tag", tag));
    yield* isFree(tenantId, id);
    const after = yield* lift(TagTree.put(standing.tree, tag, limits));
    yield* ruleIsSound(tag, after, limits);
    yield* staysInScope(user, standing.tree, after);
    const { parent, rule } = known ?? { parent: null, rule: TagTree.assigned };
    const isMoved = parent !== tag.parent || !TagTree.isSameRule(rule, tag.rule);
    const event = Repository.event("TagSaved", "tag", id, (yield* Environment).now(), { by: label(actor) });
    const change = {
      counters: [changed(standing)],
      writes: [Repository.put("tag", id, tag), ...(isMoved ? [yield* Sweeps.begin(tenantId)] : [])],
      events: [event],
    };
    return { change, answer: { tag, isMoved } };
  });
  const once = Idempotency.once(actor, { method: "tags.save", key, request: input }, decide);
  const { tag, isMoved } = yield* Decisions.untilItStands(tenantId, once);
  if (isMoved) yield* Sweeps.resume(tenantId);
  return tag;
});

export interface DeletionOptions extends Idempotency.Repeatable {
  /** Brings the tags below it to where it stood; without it a tag with others below it stays. */
  readonly reparent?: boolean;
}

/**
 * Deletes a tag; assets lose it. Refused as long as a profile, a freeze, a quorum group, the licence, a job that may still run,
 * an activation key or a tag below it uses it: the answer says which. `reparent` brings the tags below it to where it stood.
 */
export const remove = Effect.fn("Tags.remove")(function* (actor: Actor, tagId: string, options: DeletionOptions = {}) {
  const user = yield* Authority.require(actor, "manage-tags");
  const { tenantId } = actor;
  yield* Subscriptions.of(tenantId);
  const by = { by: label(actor) };
  const reparent = options.reparent === true;
  const decide = Effect.gen(function* () {
    const standing = yield* TagRules.standing(tenantId);
    const after = yield* lift(TagTree.remove(standing.tree, tagId, { reparent }));
    const { uses, unchanged } = yield* TagUses.of(tenantId, tagId);
    yield* lift(TagUses.whyKept(uses, tagId));
    yield* staysInScope(user, standing.tree, after);
    const moved = [...after.values()].filter((t) => standing.tree.get(t.id)?.parent !== t.parent);
    const now = (yield* Environment).now();
    const deletion: Repository.Change["writes"][number] = { _tag: "Delete", kind: "tag", id: tagId };
    const puts = moved.map((t) => Repository.put("tag", t.id, t));
    const change = {
      counters: [changed(standing), unchanged],
      writes: [deletion, ...puts, yield* Sweeps.begin(tenantId, [tagId])],
      events: [
        Repository.event("TagDeleted", "tag", tagId, now, by),
        ...moved.map((t) => Repository.event("TagSaved", "tag", t.id, now, by)),
      ],
    };
    return { change, answer: { deleted: tagId, reparented: moved.map((t) => t.id) } };
  });
  const call = { method: "tags.delete", key: options.idempotencyKey, request: { tagId, reparent } };
  const answer = yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, call, decide));
  yield* Sweeps.resume(tenantId);
  return answer;
});

const tagOf = (id: string, input: TagInput, known: TagTree.Tag | undefined): TagTree.Tag => ({
  id,
  name: input.name,
  parent: input.parent === undefined ? (known?.parent ?? null) : input.parent,
  rule: input.rule ?? known?.rule ?? TagTree.assigned,
});

const isFree = Effect.fn("Tags.isFree")(function* (tenantId: TenantId, id: string) {
  if (!(yield* Sweeps.removing(tenantId)).includes(id)) return;
  const message = `the tag ${id} was deleted and is still being taken from assets; use another id, or wait`;
  yield* reject("TAG-08", "conflict", message, "id");
});

// One change of the tree at a time: names among siblings and cycles are decided over all tags.
const changed = ({ changes }: TagRules.Standing): CounterChange => ({
  key: TagRules.TREE_COUNTER,
  by: 1,
  floor: changes + 1,
  ceiling: changes + 1,
});

const ruleIsSound = Effect.fn("Tags.ruleIsSound")(function* (
  { rule }: TagTree.Tag,
  after: TagTree.TagTree,
  { dynamicTagsMax }: Limits,
) {
  if (rule._tag === "Static") return;
  yield* lift(DynamicTags.check(rule.query, TagRules.catalog));
  const count = [...after.values()].filter((t) => t.rule._tag === "Dynamic").length;
  if (count > dynamicTagsMax)
    yield* reject("TAG-08", "exhausted", `at most ${dynamicTagsMax} tags with a rule`, "rule");
});

// TAG-05: nobody sees more by changing the tree that their scope is cut from.
const staysInScope = (user: User, before: TagTree.TagTree, after: TagTree.TagTree) => {
  const gained = TagScope.gains(user.scope, before, after);
  if (gained.length === 0) return Effect.void;
  const names = gained.map((id) => after.get(id)?.name ?? id).join(", ");
  const message = `it would bring assets into your own scope, through ${names}; ask someone whose scope holds them`;
  return reject("TAG-05", "not-permitted", message);
};
