/** Assets of which only so many may be down at once, whatever jobs plan for them (PLN-06, RBT-10). */
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import * as Meant from "./Meant.ts";

export interface QuorumGroup {
  readonly id: string;
  readonly name: string;
  readonly members: TagSelection.TagSelection;
  /** How many members may be down at once. */
  readonly atMost: number;
}

const RULE = "PLN-06";

/** Everything that is wrong with one, each with its place. Tags are the tree's to know. */
export const problems = (group: QuorumGroup, limits: Limits): readonly Rejection.Rejection[] => {
  const refuse = (message: string, path: string) => Rejection.make(RULE, "invalid", message, path);
  const { id, name, members, atMost } = group;
  const nameMax = Math.min(Meant.NAME_CHARACTERS_MAX, limits.titleCharactersMax);
  return [
    ...Meant.textFault(id, Meant.ID_CHARACTERS_MAX, { rule: RULE, path: "id" }),
    ...Meant.textFault(name, nameMax, { rule: RULE, path: "name" }),
    ...(TagSelection.isEmpty(members) ? [refuse("name assets or tags", "members")] : []),
    ...Meant.tooLarge(members, { rule: RULE, path: "members" }, limits),
    ...(Number.isSafeInteger(atMost) && atMost >= 0 ? [] : [refuse("a whole number, 0 or more", "atMost")]),
  ];
};
