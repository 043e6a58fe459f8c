/** What may be said of the assets that a freeze or a group is for. */
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import type { TagSelection } from "../tag/TagSelection.ts";

/** Longest id and name, in characters. */
export const ID_CHARACTERS_MAX = 128;
export const NAME_CHARACTERS_MAX = 200;

interface Place {
  readonly rule: string;
  readonly path: string;
}

/** Why a selection is too large, each with its place. */
export const tooLarge = (
  { assets, include, exclude }: TagSelection,
  { rule, path }: Place,
  { assetsPerSelectionMax, tagsPerSelectionMax }: Limits,
): readonly Rejection.Rejection[] => {
  const refuse = (message: string, at: string) => Rejection.make(rule, "invalid", message, `${path}.${at}`);
  const tags = `at most ${tagsPerSelectionMax} tags`;
  return [
    ...(assets.length > assetsPerSelectionMax ? [refuse(`at most ${assetsPerSelectionMax} assets`, "assets")] : []),
    ...(include.tags.length > tagsPerSelectionMax ? [refuse(tags, "include.tags")] : []),
    ...(exclude.tags.length > tagsPerSelectionMax ? [refuse(tags, "exclude.tags")] : []),
  ];
};

/** Why an id or a name is none, or null. */
export const textFault = (value: string, max: number, { rule, path }: Place): readonly Rejection.Rejection[] =>
  value.trim() === "" || value.length > max ? [Rejection.make(rule, "invalid", `1–${max} characters`, path)] : [];
