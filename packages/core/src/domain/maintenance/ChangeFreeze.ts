/** Change freezes of a tenant: dated stretches in which nothing starts on the assets that they are for (WIN-07). */
import { Freeze, type WallTime } from "@fettle/scheduler";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";
import * as Meant from "./Meant.ts";

export interface ChangeFreeze {
  readonly id: string;
  readonly name: string;
  /** From a local time up to, not including, another. */
  readonly from: WallTime.WallTime;
  readonly to: WallTime.WallTime;
  /** An IANA name; null: on each asset's own clock. */
  readonly zone: string | null;
  /** The assets that it is for; null: every asset. */
  readonly targets: TagSelection.TagSelection | null;
}

const RULE = "WIN-07";

/** Everything that is wrong with one, each with its place. Tags are the tree's to know. */
export const problems = (freeze: ChangeFreeze, limits: Limits): readonly Rejection.Rejection[] => {
  const refuse = (message: string, path: string) => Rejection.make(RULE, "invalid", message, path);
  const made = Freeze.make(freeze);
  const { targets } = freeze;
  const nameMax = Math.min(Meant.NAME_CHARACTERS_MAX, limits.titleCharactersMax);
  return [
    ...Meant.textFault(freeze.id, Meant.ID_CHARACTERS_MAX, { rule: RULE, path: "id" }),
    ...Meant.textFault(freeze.name, nameMax, { rule: RULE, path: "name" }),
    ...(made.ok ? [] : [refuse(made.error.message, made.error.path)]),
    ...(targets === null ? [] : Meant.tooLarge(targets, { rule: RULE, path: "targets" }, limits)),
    ...(targets !== null && TagSelection.isEmpty(targets)
      ? [refuse("name assets or tags, or leave the targets out for every asset", "targets")]
      : []),
  ];
};

/** The freezes of each asset that has any. */
export const byAsset = (
  freezes: readonly ChangeFreeze[],
  tree: TagTree,
  assets: readonly TagSelection.Selectable[],
): ReadonlyMap<string, readonly Freeze.Freeze[]> => {
  if (freezes.length === 0) return new Map();
  const compiled = [...freezes]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((freeze) => ({ freeze, verdict: freeze.targets && TagSelection.compile(freeze.targets, tree) }));
  // Assets of the same freezes share one list, so that what is worked out of it is worked out once.
  const lists = new Map<string, readonly Freeze.Freeze[]>();
  const found = new Map<string, readonly Freeze.Freeze[]>();
  for (const asset of assets) {
    const own = compiled.filter(({ verdict }) => verdict === null || verdict(asset) === "selected");
    if (own.length === 0) continue;
    const key = own.map(({ freeze }) => freeze.id).join("\n");
    const list = lists.get(key) ?? own.map(({ freeze }) => freeze);
    lists.set(key, list);
    found.set(asset.id, list);
  }
  return found;
};
