/**
 * Asset tags: a tree in which a tag has at most one parent (TAG-01). Selecting a tag selects its descendants, as the
 * tree stands when it is evaluated (TAG-02). No function here can loop: a cycle never gets in.
 */
import * as Qql from "@fettle/qql";
import { defaults, type Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

/** How assets come to bear a tag (TAG-08). */
export type TagRule =
  /** People and activation keys assign it. */
  | { readonly _tag: "Static" }
  /** Every asset that the query finds bears it: QQL over assets, without the tokens of tags. */
  | { readonly _tag: "Dynamic"; readonly query: string };

export interface Tag {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  readonly rule: TagRule;
}

/** Borne by whom it was assigned to. */
export const assigned: TagRule = { _tag: "Static" };

/** Tags by id. */
export type TagTree = ReadonlyMap<string, Tag>;

/** The ids of the tags right below each tag. */
export type Children = ReadonlyMap<string, readonly string[]>;

/** The tag that every asset with an agent carries (TAG-07). */
export const cloudAgent: Tag = { id: "cloud-agent", name: "Cloud Agent", parent: null, rule: assigned };

type TreeLimits = Pick<Limits, "tagsMax" | "tagDepthMax" | "titleCharactersMax">;

/**
 * The tree with a tag added or changed. Refuses an unknown parent, a cycle, a name that a sibling has (whatever its
 * letter case), a tree too deep or too large, and a change of what `Cloud Agent` is (TAG-07).
 *
 * @example
 * put(tree, { id: "berlin", name: "Berlin", parent: "emea", rule: TagTree.assigned })
 */
export const put = (tree: TagTree, tag: Tag, limits: TreeLimits = defaults): Result<TagTree, Rejection.Rejection> => {
  const fault = nameFault(tag, limits) ?? placeFault(tree, tag, limits) ?? siblingFault(tree, tag) ?? agentFault(tag);
  if (fault !== null) return fail(fault);
  if (!tree.has(tag.id) && tree.size >= limits.tagsMax) {
    return fail(Rejection.make("TAG-01", "exhausted", `at most ${limits.tagsMax} tags; delete one that is not used`));
  }
  return ok(new Map(tree).set(tag.id, tag));
};

/**
 * The tree without a tag. Its children keep it from being removed, unless `reparent` brings them to where it stood.
 * `Cloud Agent` stays (TAG-07).
 */
export const remove = (
  tree: TagTree,
  id: string,
  options: { readonly reparent: boolean },
): Result<TagTree, Rejection.Rejection> => {
  const tag = tree.get(id);
  if (tag === undefined) return fail(Rejection.make(null, "not-found", `there is no tag ${id}`));
  if (id === cloudAgent.id) {
    return fail(Rejection.make("TAG-07", "conflict", `${tag.name} is borne by every asset with an agent and stays`));
  }
  const below = [...tree.values()].filter((t) => t.parent === id);
  if (below.length > 0 && !options.reparent) {
    const message = `${tag.name} has tags below it: ${named(below)}; move them first, or delete it with reparent`;
    return fail(Rejection.make("TAG-01", "conflict", message));
  }
  const rest = new Map(tree);
  rest.delete(id);
  for (const child of below) {
    const moved = { ...child, parent: tag.parent };
    const fault = siblingFault(rest, moved);
    if (fault !== null) return fail(fault);
    rest.set(child.id, moved);
  }
  return ok(rest);
};

/** The tags right below each tag: made once, it makes closures cheap. */
export const childrenOf = (tree: TagTree): Children => {
  const children = new Map<string, string[]>();
  for (const { id, parent } of tree.values()) {
    if (parent === null) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [id]);
    else siblings.push(id);
  }
  return children;
};

/** These tags and all their descendants. Unknown ids select themselves and nothing more. */
export const closure = (tree: TagTree, ids: readonly string[]): ReadonlySet<string> => descend(childrenOf(tree), ids);

/** {@link closure} over children that are known already. */
export const descend = (children: Children, ids: readonly string[]): ReadonlySet<string> => {
  const selected = new Set(ids);
  // A set is walked in the order of its insertions, those made meanwhile among them.
  for (const id of selected) for (const child of children.get(id) ?? []) selected.add(child);
  return selected;
};

/** A tag and everything above it; the set ends the walk even on data that was never let in. */
export const ancestors = (tree: TagTree, id: string): ReadonlySet<string> => {
  const found = new Set<string>();
  for (let at: string | null = id; at !== null && !found.has(at); at = tree.get(at)?.parent ?? null) found.add(at);
  return found;
};

/** Whether two rules say the same. */
export const isSameRule = (a: TagRule, b: TagRule): boolean =>
  a._tag === "Dynamic" ? b._tag === "Dynamic" && a.query === b.query : b._tag === "Static";

// Control characters and lone surrogates would be shown and sorted differently everywhere.
const UNPRINTABLE = /\p{Cc}|\p{Cs}/u;

const nameFault = ({ name }: Tag, { titleCharactersMax }: TreeLimits): Rejection.Rejection | null => {
  const isSound = name.trim() === name && name !== "" && name.length <= titleCharactersMax && !UNPRINTABLE.test(name);
  if (isSound) return null;
  const message = `a tag's name has 1–${titleCharactersMax} characters, no control characters and no space around it`;
  return Rejection.make("TAG-01", "invalid", message, "name");
};

const placeFault = (tree: TagTree, tag: Tag, { tagDepthMax }: TreeLimits): Rejection.Rejection | null => {
  if (tag.parent === null) return null;
  if (!tree.has(tag.parent)) {
    return Rejection.make("TAG-01", "not-found", `there is no tag ${tag.parent} to be its parent`, "parent");
  }
  const above = ancestors(tree, tag.parent);
  if (above.has(tag.id)) {
    return Rejection.make("TAG-01", "invalid", `${tag.name} would be its own ancestor`, "parent");
  }
  if (above.size + heightOf(childrenOf(tree), tag.id) <= tagDepthMax) return null;
  const message = `tags stand at most ${tagDepthMax} deep; move it, or what is below it, further up`;
  return Rejection.make("TAG-01", "exhausted", message, "parent");
};

// How many levels a tag and what is below it take.
const heightOf = (children: Children, id: string): number => {
  let level: readonly string[] = [id];
  let height = 0;
  while (level.length > 0) {
    height += 1;
    level = level.flatMap((at) => children.get(at) ?? []);
  }
  return height;
};

const siblingFault = (tree: TagTree, tag: Tag): Rejection.Rejection | null => {
  const name = Qql.FullText.fold(tag.name);
  for (const other of tree.values()) {
    if (other.id === tag.id || other.parent !== tag.parent || Qql.FullText.fold(other.name) !== name) continue;
    const message = `${other.name} stands there already; name it differently, or use the tag ${other.id}`;
    return Rejection.make("TAG-01", "conflict", message, "name");
  }
  return null;
};

const agentFault = (tag: Tag): Rejection.Rejection | null => {
  if (tag.id !== cloudAgent.id) return null;
  if (tag.rule._tag === "Dynamic") {
    const message = `every asset with an agent bears ${cloudAgent.name}; it can't have a rule`;
    return Rejection.make("TAG-07", "conflict", message, "rule");
  }
  return tag.name === cloudAgent.name
    ? null
    : Rejection.make("TAG-07", "conflict", `${cloudAgent.name} keeps its name`, "name");
};

/** Most tags that a message names. */
const NAMED_MAX = 5;

const named = (tags: readonly Tag[]): string => {
  const names = tags.slice(0, NAMED_MAX).map((t) => t.name);
  const more = tags.length - names.length;
  return more === 0 ? names.join(", ") : `${names.join(", ")} and ${more} more`;
};
