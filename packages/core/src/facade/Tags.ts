/** Tags: the tree, rules, assignments. */
import type { Actor } from "../domain/shared/Actor.ts";
import type { TagSelection } from "../domain/tag/TagSelection.ts";
import type { Repeatable } from "../engine/Idempotency.ts";
import * as TagAssignments from "../engine/tags/TagAssignments.ts";
import * as Tags from "../engine/tags/Tags.ts";
import * as TagViews from "../engine/tags/TagViews.ts";
import type { On } from "./On.ts";

export const tagsOf = (on: On) => ({
  /** Adds or changes a tag, static or with a rule (TAG-01, TAG-08); assets follow. */
  save: (actor: Actor, input: Tags.TagInput, options?: Repeatable) => on(Tags.save(actor, input, options)),
  /** Deletes a tag that nothing uses; `reparent` brings the tags below it to where it stood. */
  delete: (actor: Actor, tagId: string, options?: Tags.DeletionOptions) => on(Tags.remove(actor, tagId, options)),
  /** One tag: where it stands, how many assets bear it, what is wrong with its rule. */
  get: (actor: Actor, tagId: string) => on(TagViews.get(actor, tagId)),
  /** The tree, or what is below a tag, in pages. */
  list: (actor: Actor, input?: TagViews.TagListInput) => on(TagViews.list(actor, input)),
  /** Which assets a rule would find. */
  preview: (actor: Actor, input: TagViews.TagPreviewInput) => on(TagViews.preview(actor, input)),
  /** Gives a static tag to assets; an answer for each. */
  assign: (actor: Actor, input: TagAssignments.AssignmentInput, options?: Repeatable) =>
    on(TagAssignments.assign(actor, input, options)),
  /** Takes a static tag from assets; an answer for each. */
  unassign: (actor: Actor, input: TagAssignments.AssignmentInput, options?: Repeatable) =>
    on(TagAssignments.unassign(actor, input, options)),
  /** How many of the assets that bear the selected tags a job would hold, of how many (TAG-09). */
  coverage: (actor: Actor, selection: TagSelection) => on(TagViews.coverage(actor, selection)),
});
