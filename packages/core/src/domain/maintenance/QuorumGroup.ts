/** Assets of which only so many may be down at once, whatever jobs plan for them (PLN-06, RBT-10). */
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import * as TagSelection from "../tag/TagSelection.ts";

export interface QuorumGroup {
  readonly id: string;
  readonly name: string;
  readonly members: TagSelection.TagSelection;
  /** How many members may be down at once. */
  readonly atMost: number;
}

/** Longest id and name, in characters. */
export const ID_CHARACTERS_MAX = 128;
export const NAME_CHARACTERS_MAX = 200;

/** Everything that is wrong with one, each with its place. Tags are the tree's to know. */
export const problems = (group: QuorumGroup, limits: Limits): readonly Rejection.Rejection[] => {
  const refuse = (message: string, path: string) => Rejection.make("PLN-06", "invalid", message, path);
  const { id, name, members, atMost } = group;
  const nameMax = Math.min(NAME_CHARACTERS_MAX, limits.titleCharactersMax);
  return [
    ...(id.trim() === "" || id.length > ID_CHARACTERS_MAX ? [refuse(`1–${ID_CHARACTERS_MAX} characters`, "id")] : []),
    ...(name.trim() === "" || name.length > nameMax ? [refuse(`1–${nameMax} characters`, "name")] : []),
    ...(TagSelection.isEmpty(members) ? [refuse("name assets or tags", "members")] : []),
    ...(Number.isSafeInteger(atMost) && atMost >= 0 ? [] : [refuse("a whole number, 0 or more", "atMost")]),
  ];
};
