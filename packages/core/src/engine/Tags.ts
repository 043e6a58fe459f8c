/** Asset tags as users keep them (TAG-01): load, decide (in the domain), commit state and events together. */
import * as Effect from "effect/Effect";
import { type Actor, label } from "../domain/shared/Actor.ts";
import * as TagTree from "../domain/tag/TagTree.ts";
import { Environment } from "../ports/Environment.ts";
import { Storage } from "../ports/Storage.ts";
import * as Stored from "../schema/Stored.ts";
import * as Authority from "./Authority.ts";
import * as Configurations from "./Configurations.ts";
import { lift, reject } from "./Rejected.ts";
import * as Repository from "./Repository.ts";
import * as Subscriptions from "./Subscriptions.ts";

/** A tag to add, or to change when its id is known. */
export interface TagInput {
  readonly id?: string;
  readonly name: string;
  readonly parent?: string | null;
}

/** Counts the changes of the tag tree: what is decided over all tags is written only while none has changed. */
export const TREE_COUNTER = "tagTree";

/** The tag tree as it stands. */
export const tree = Effect.fn("Tags.tree")(function* (tenantId: string) {
  const tags = yield* Repository.all(tenantId, "tag");
  return new Map(tags.map((t) => [t.id, t.value])) as TagTree.TagTree;
});

/** Adds or changes a tag (TAG-01). */
export const save = Effect.fn("Tags.save")(function* (actor: Actor, input: TagInput) {
  yield* Authority.require(actor, "manage-tags");
  const { tenantId } = actor;
  const environment = yield* Environment;
  const { limits } = yield* Subscriptions.of(tenantId);
  const changes = yield* (yield* Storage).counter(tenantId, TREE_COUNTER);
  const known = new Map((yield* Repository.all(tenantId, "tag")).map((t) => [t.id, t]));
  const before: TagTree.TagTree = new Map([...known].map(([id, t]) => [id, t.value]));
  const tag: TagTree.Tag = {
    id: input.id ?? environment.uuid(),
    name: input.name,
    parent: input.parent ?? null,
    rule: TagTree.assigned,
  };
  if (!before.has(tag.id) && before.size >= limits.tagsMax) {
    return yield* reject("TAG-01", "exhausted", `at most ${limits.tagsMax} tags`);
  }
  yield* lift(TagTree.put(before, tag));
  yield* lift(Stored.readable("tag", tag));
  // What stands above it must stand there still, or two changes at once could close a cycle between them.
  const above = tag.parent === null ? [] : [...TagTree.ancestors(before, tag.parent)];
  yield* Repository.commit(tenantId, {
    expect: [tag.id, ...above].map((id) => Repository.expected("tag", id, known.get(id) ?? null)),
    counters: [{ key: TREE_COUNTER, by: 1, floor: changes + 1, ceiling: changes + 1 }],
    writes: [Repository.put("tag", tag.id, tag)],
    events: [Repository.event("TagSaved", "tag", tag.id, environment.now(), { by: label(actor) })],
  });
  if ((before.get(tag.id)?.parent ?? null) !== tag.parent) yield* Configurations.reassign(tenantId);
  return tag;
});
