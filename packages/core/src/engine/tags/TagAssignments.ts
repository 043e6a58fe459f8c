/**
 * Giving static tags to assets and taking them back, many at once (AST-09): each asset has its own answer, in the caller's
 * scope, and all that can be changed is changed in one commit.
 */
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import type { Asset } from "../../domain/asset/Asset.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import { fail, ok, type Result } from "../../domain/shared/Result.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as TagTree from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as AssetWrites from "../assets/AssetWrites.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";

/** Which tag is given to, or taken from, which assets. */
export interface AssignmentInput {
  readonly tag: string;
  /** Ids of assets; one that is named twice counts once. */
  readonly assets: readonly string[];
}

/** What became of one asset: changed, as asked for already, or left as it was and why. */
export interface AssignmentItem {
  readonly assetId: string;
  readonly outcome: "changed" | "unchanged" | "refused";
  readonly rejection: Rejection.Rejection | null;
}

export interface AssignmentAnswer {
  readonly changed: number;
  /** In the order in which the assets were named. */
  readonly items: readonly AssignmentItem[];
}

/**
 * Gives a static tag to assets.
 *
 * Refuses as a whole an unknown tag, one with a rule (TAG-08), no asset or more than the subscription's `assetsPerBulkMax`.
 * An asset that doesn't exist or that the caller doesn't see is refused by itself, as `not-found` (TAG-05).
 *
 * @example
 * const { items } = yield* fettle.tags.assign(actor, { tag: "berlin", assets: ids }, { idempotencyKey: "import-17" });
 */
export const assign = Effect.fn("TagAssignments.assign")(function* (
  actor: Actor,
  input: AssignmentInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  return yield* bulk(actor, input, { method: "tags.assign", key }, (tags) => [...tags, input.tag]);
});

/** Takes a static tag from assets, by the same rules as {@link assign}. `Cloud Agent` stays (TAG-07). */
export const unassign = Effect.fn("TagAssignments.unassign")(function* (
  actor: Actor,
  input: AssignmentInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  return yield* bulk(actor, input, { method: "tags.unassign", key }, (tags) => tags.filter((t) => t !== input.tag));
});

type Method = "tags.assign" | "tags.unassign";

const bulk = Effect.fn("TagAssignments.bulk")(function* (
  actor: Actor,
  input: AssignmentInput,
  { method, key }: { readonly method: Method; readonly key: string | undefined },
  change: (assigned: readonly string[]) => readonly string[],
) {
  const user = yield* Authority.require(actor, "manage-tags");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const { tag } = input;
  if (input.assets.length === 0 || input.assets.length > limits.assetsPerBulkMax) {
    return yield* reject("AST-09", "invalid", `name 1–${limits.assetsPerBulkMax} assets in one request`, "assets");
  }
  const decide = Effect.gen(function* () {
    const on = yield* AssetWrites.ground(tenantId, (yield* Environment).now());
    yield* lift(assignable(on.tags.tree, tag, method));
    const seen = yield* visible(user, on.tags.tree, tenantId, input.assets);
    const outcomes = [...new Set(input.assets)].map((id) => outcomeOf(id, seen.get(id) ?? null, change));
    const about = { by: label(actor) };
    const changes = outcomes.flatMap(({ changed }) => (changed === null ? [] : [{ ...changed, about }]));
    const written = yield* AssetWrites.ofMany(on, changes);
    const answer: AssignmentAnswer = { changed: changes.length, items: outcomes.map((o) => o.item) };
    return { change: written.change, answer };
  });
  return yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, { method, key, request: input }, decide));
});

/** Whether people may give or take the tag: one that is there, without a rule, and `Cloud Agent` only given. */
export const assignable = (tree: TagTree.TagTree, id: string, method: Method): Result<true, Rejection.Rejection> => {
  const tag = tree.get(id);
  if (tag === undefined) return fail(Rejection.make(null, "not-found", `there is no tag ${id}`, "tag"));
  if (tag.rule._tag === "Dynamic") {
    const message = `${tag.name} is borne by the assets that its rule finds; change the rule instead`;
    return fail(Rejection.make("TAG-08", "conflict", message, "tag"));
  }
  if (id === TagTree.cloudAgent.id && method === "tags.unassign") {
    return fail(Rejection.make("TAG-07", "conflict", `every asset with an agent keeps ${tag.name}`, "tag"));
  }
  return ok(true);
};

const visible = Effect.fn("TagAssignments.visible")(function* (
  user: User,
  tree: TagTree.TagTree,
  tenantId: TenantId,
  ids: readonly string[],
) {
  const sees = TagScope.compile(user.scope, tree);
  const found = yield* Repository.some(tenantId, "asset", [...new Set(ids)]);
  return new Map(found.filter((a) => sees(a.value.tags)).map((a) => [a.id, a]));
});

const outcomeOf = (
  assetId: string,
  was: Repository.Versioned<Asset> | null,
  change: (assigned: readonly string[]) => readonly string[],
): { readonly item: AssignmentItem; readonly changed: AssetWrites.AssetChange | null } => {
  if (was === null) {
    const rejection = Rejection.make("TAG-05", "not-found", `there is no asset ${assetId} in your scope`, "assets");
    return { item: { assetId, outcome: "refused", rejection }, changed: null };
  }
  const assignedTags = [...new Set(change(was.value.assignedTags))].sort();
  const isSame = assignedTags.length === new Set(was.value.assignedTags).size;
  if (isSame) return { item: { assetId, outcome: "unchanged", rejection: null }, changed: null };
  const changed = { was, is: { ...was.value, assignedTags } };
  return { item: { assetId, outcome: "changed", rejection: null }, changed };
};
