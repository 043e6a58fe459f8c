/**
 * How far a run has succeeded, as a job that is linked to its job asks (JOB-21). Of patches: how many of the planned pairs of
 * asset and patch came to be as the job wants them. A patch that turned out not to apply tells nothing and isn't counted.
 */
import type { PatchOutcome } from "@fettle/agent-protocol/vocabulary";
import type { AssetRun } from "./AssetRun.ts";

const good: ReadonlySet<PatchOutcome.PatchOutcome> = new Set(["Installed", "AlreadyInstalled", "Removed"]);

/** The percentage of a finished run; of a run that had nothing to do 0, for it has proven nothing. */
export const ofPatches = (assetRuns: readonly Pick<AssetRun, "patches" | "state">[]): number => {
  let [pairs, succeeded] = [0, 0];
  for (const { patches, state } of assetRuns) {
    for (const { patchId } of patches) {
      const outcome = state.results[patchId]?.outcome ?? shown(state, patchId);
      if (outcome === "NotApplicable") continue;
      pairs += 1;
      if (outcome !== null && good.has(outcome)) succeeded += 1;
    }
  }
  return pairs === 0 ? 0 : (succeeded * 100) / pairs;
};

// CMP-02: where the message is lost, a scan tells what became of it.
const shown = ({ by, scan }: AssetRun["state"], patchId: string): PatchOutcome.PatchOutcome | null => {
  if (by !== "scan") return null;
  const verdict = scan?.verdicts[patchId];
  return verdict === "Satisfied" ? "AlreadyInstalled" : verdict === "NotApplicable" ? verdict : null;
};

/** The patches that a run planned for any asset, each once, in order. */
export const plannedPatches = (assetRuns: readonly Pick<AssetRun, "patches">[]): readonly string[] =>
  [...new Set(assetRuns.flatMap(({ patches }) => patches.map((p) => p.patchId)))].sort();
