/**
 * Where a tag stands in something else, so that it can't be deleted unseen: profiles, freezes, quorum groups,
 * the licence, jobs, activation keys.
 *
 * What comes to use tags goes into the storage with what {@link claim} says, and a tag is deleted only while nothing has
 * come to use one since its uses were read: whichever of two at once comes later is refused, in either order.
 */
import * as Effect from "effect/Effect";
import * as Job from "../../domain/job/Job.ts";
import * as JobStatus from "../../domain/job/JobStatus.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import * as Rollout from "../../domain/rollout/Rollout.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import { fail, ok, type Result } from "../../domain/shared/Result.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import type { TagSelection } from "../../domain/tag/TagSelection.ts";
import { type CounterChange, Storage } from "../../ports/Storage.ts";
import * as Repository from "../Repository.ts";
import type * as TagRules from "./TagRules.ts";

/** Counts how often something came to use tags. */
export const USES_COUNTER = "tagUses";

/** One place where a tag is used. */
export interface TagUse {
  readonly kind: "profile" | "assessmentProfile" | "freeze" | "quorumGroup" | "licence" | "job" | "activationKey";
  readonly id: string;
  /** As people call it. */
  readonly name: string;
}

/** Everything that uses a tag, as of one moment. */
export interface TagUses {
  readonly uses: readonly TagUse[];
  /** Goes into the commit that depends on them: refused when something has come to use tags meanwhile. */
  readonly unchanged: CounterChange;
}

/** Everything that uses a tag. A job that has come to its end only tells of what was, and is no use. */
export const of = Effect.fn("TagUses.of")(function* (tenantId: TenantId, tagId: string) {
  // The count is read first: a use that comes after it makes the guard refuse, whichever uses were read.
  const count = yield* (yield* Storage).counter(tenantId, USES_COUNTER);
  const uses: TagUse[] = [];
  const isIn = (selection: Pick<TagSelection, "include" | "exclude">): boolean => named(selection).includes(tagId);
  for (const { id, value } of yield* Repository.all(tenantId, "profile")) {
    if (isIn(value.targets)) uses.push({ kind: "profile", id, name: value.name });
  }
  for (const { id, value } of yield* Repository.all(tenantId, "assessmentProfile")) {
    if (value.tags.includes(tagId)) uses.push({ kind: "assessmentProfile", id, name: value.name });
  }
  for (const { id, value } of yield* Repository.all(tenantId, "freeze")) {
    if (value.targets !== null && isIn(value.targets)) uses.push({ kind: "freeze", id, name: value.name });
  }
  for (const { id, value } of yield* Repository.all(tenantId, "quorumGroup")) {
    if (isIn(value.members)) uses.push({ kind: "quorumGroup", id, name: value.name });
  }
  const subscription = yield* Repository.get(tenantId, "subscription", tenantId);
  if (subscription !== null && Subscription.tagsOf(subscription.value).includes(tagId))
    uses.push({ kind: "licence", id: tenantId, name: "the licence" });
  for (const { id, value } of yield* Repository.all(tenantId, "job")) {
    const isOver = JobStatus.transitions(Job.sortOf(value))[value.status].length === 0;
    const isMeant = value.targets !== null && isIn(value.targets);
    if (!isOver && (isMeant || Rollout.tagsOf(value.rollout).includes(tagId)))
      uses.push({ kind: "job", id, name: value.title });
  }
  for (const { id, value } of yield* Repository.all(tenantId, "activationKey")) {
    if (value.tags.includes(tagId)) uses.push({ kind: "activationKey", id, name: value.title });
  }
  const found: TagUses = { uses, unchanged: { key: USES_COUNTER, by: 0, floor: count, ceiling: count } };
  return found;
});

/**
 * What goes into the commit of something that uses tags: it is refused when a tag has changed meanwhile, and makes a
 * deletion under way look again. Rejects tags that aren't there; `rule` and `path` say where they stand.
 */
export const claim = (
  { tree, unchanged }: TagRules.Standing,
  tags: readonly string[],
  { rule, path }: { readonly rule: string; readonly path: string },
): Result<readonly CounterChange[], Rejection.Rejection> => {
  const unknown = tags.find((tag) => !tree.has(tag));
  if (unknown !== undefined) return fail(Rejection.make(rule, "not-found", `there is no tag ${unknown}`, path));
  return ok(tags.length === 0 ? [] : [unchanged, { key: USES_COUNTER, by: 1 }]);
};

/** The tags of a selection, included and excluded. */
export const named = ({ include, exclude }: Pick<TagSelection, "include" | "exclude">): readonly string[] => [
  ...include.tags,
  ...exclude.tags,
];

/** One rejection for each use; nothing when there is none. */
export const whyKept = (uses: readonly TagUse[], tagId: string): Result<true, readonly Rejection.Rejection[]> => {
  if (uses.length === 0) return ok(true);
  const message = ({ kind, id, name }: TagUse): string =>
    `${tagId} is used by ${wordsOf(kind)} ${name} (${id}); take it out there first`;
  return fail(uses.map((use) => Rejection.make("TAG-01", "conflict", message(use), `${use.kind}.${use.id}`)));
};

// `assessmentProfile` as people say it.
const wordsOf = (kind: TagUse["kind"]): string => kind.replace(/[A-Z]/, (capital) => ` ${capital.toLowerCase()}`);
