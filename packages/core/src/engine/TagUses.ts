/** Where a tag stands in something else, so that it can't be deleted unseen: profiles, the licence, jobs, activation keys. */
import * as Effect from "effect/Effect";
import * as JobStatus from "../domain/job/JobStatus.ts";
import * as Rejection from "../domain/shared/Rejection.ts";
import { fail, ok, type Result } from "../domain/shared/Result.ts";
import type { TagSelection } from "../domain/tag/TagSelection.ts";
import * as Repository from "./Repository.ts";

/** One place where a tag is used. */
export interface TagUse {
  readonly kind: "profile" | "licence" | "job" | "activationKey";
  readonly id: string;
  /** As people call it. */
  readonly name: string;
}

/** Everything that uses a tag. A job that has come to its end only tells of what was, and is no use. */
export const of = Effect.fn("TagUses.of")(function* (tenantId: string, tagId: string) {
  const uses: TagUse[] = [];
  const isIn = ({ include, exclude }: Pick<TagSelection, "include" | "exclude">): boolean =>
    include.tags.includes(tagId) || exclude.tags.includes(tagId);
  for (const { id, value } of yield* Repository.all(tenantId, "profile")) {
    if (isIn(value.targets)) uses.push({ kind: "profile", id, name: value.name });
  }
  const subscription = yield* Repository.get(tenantId, "subscription", tenantId);
  if (subscription !== null && isIn(subscription.value))
    uses.push({ kind: "licence", id: tenantId, name: "the licence" });
  for (const { id, value } of yield* Repository.all(tenantId, "job")) {
    const isOver = JobStatus.transitions[value.status].length === 0;
    if (!isOver && value.targets !== null && isIn(value.targets)) uses.push({ kind: "job", id, name: value.title });
  }
  for (const { id, value } of yield* Repository.all(tenantId, "activationKey")) {
    if (value.tags.includes(tagId)) uses.push({ kind: "activationKey", id, name: value.title });
  }
  return uses as readonly TagUse[];
});

/** One rejection for each use; nothing when there is none. */
export const whyKept = (uses: readonly TagUse[], tagId: string): Result<true, readonly Rejection.Rejection[]> => {
  if (uses.length === 0) return ok(true);
  const message = ({ kind, id, name }: TagUse): string =>
    `${tagId} is used by ${kind === "activationKey" ? "activation key" : kind} ${name} (${id}); take it out there first`;
  return fail(uses.map((use) => Rejection.make("TAG-01", "conflict", message(use), `${use.kind}.${use.id}`)));
};
