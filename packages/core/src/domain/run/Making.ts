/**
 * How far a large run is made. Its asset runs come part by part of its plan, each part once; until the last of them stands the run
 * is not whole: nothing of it is sent, settled or told. Pure.
 */
import type { AssetRun } from "./AssetRun.ts";
import type { RunProgress } from "./Run.ts";

export interface Making {
  /** The next of the plan's parts, and how many there are. */
  readonly part: number;
  readonly parts: number;
  /** How many asset runs it is to have, at most. */
  readonly of: number;
  /** What the later parts need of the moment that it was begun. */
  readonly enabledAt: number;
  readonly isMissable: boolean;
  /** Those that are made, by the status that they were made with. */
  readonly byStatus: RunProgress["byStatus"];
}

/** What is made after one more part; null: it is whole. */
export const after = (making: Making, assetRuns: readonly Pick<AssetRun, "state">[]): Making | null => {
  const part = making.part + 1;
  return part >= making.parts ? null : { ...making, part, byStatus: counted(making.byStatus, assetRuns) };
};

/** Asset runs by status, added to those that were counted before. */
export const counted = (
  before: RunProgress["byStatus"],
  assetRuns: readonly Pick<AssetRun, "state">[],
): RunProgress["byStatus"] => {
  const byStatus = { ...before };
  for (const { state } of assetRuns) byStatus[state.status] = (byStatus[state.status] ?? 0) + 1;
  return byStatus;
};

/** How many that is, whatever the status. */
export const total = (byStatus: RunProgress["byStatus"]): number =>
  Object.values(byStatus).reduce((sum, count) => sum + count, 0);
