/**
 * What a scan proves of an asset run (CMP-02). A scan counts when it was taken after all that its agent told of the run, by the same
 * clock, and, where a reboot was needed, in another boot than the need was found in: before, nothing that waits for it is applied.
 *
 * It stands in for a message that was lost, and never says other than what was told: a patch that failed stays failed, one that was
 * installed and is gone since was installed.
 */
import { type Detection, PatchOutcome } from "@fettle/agent-protocol/vocabulary";
import type { PlannedPatch } from "../plan/Plan.ts";
import type { PatchEvidence } from "./AgentFact.ts";
import * as Marks from "./Marks.ts";
import type { RebootState } from "./RebootState.ts";

/** The latest scan, where it says something of what became of an asset run. */
export interface Scan {
  /** By the agent's clock. */
  readonly takenAt: number;
  /** When it came in. */
  readonly at: number;
  readonly verdicts: { readonly [patchId: string]: Detection.DetectionVerdict };
}

/** What is told of an asset run, as far as scans are judged by it. */
export interface Told {
  readonly heardAt: number | null;
  readonly reboot: RebootState | null;
}

/** The scan that counts among marks, or null. */
export const scanOf = (marks: readonly Marks.Mark[], { heardAt, reboot }: Told): Scan | null => {
  const latest = Marks.scan(marks);
  // Of what nobody ever spoke, a scan says nothing: whatever it shows was done by somebody else.
  if (latest === null || heardAt === null || latest.body.takenAt <= heardAt) return null;
  const { takenAt, bootId, verdicts } = latest.body;
  const isSameBoot = reboot?.need === "needed" && (reboot.bootId === null || reboot.bootId === bootId);
  return isSameBoot ? null : { takenAt, at: latest.at, verdicts };
};

/** Whether every planned patch is as the job wants it by a scan. */
export const isWhole = (scan: Scan, planned: readonly Pick<PlannedPatch, "patchId">[]): boolean =>
  planned.length > 0 && planned.every(({ patchId }) => isGood(scan.verdicts[patchId]));

/**
 * Whether every planned patch ended well, by what was told of it or, where that is lost, by a scan; null: of one of them nothing is
 * known.
 */
export const isSuccess = (
  planned: readonly Pick<PlannedPatch, "patchId">[],
  results: { readonly [patchId: string]: PatchEvidence },
  scan: Scan | null,
): boolean | null => {
  let isGoodSoFar = true;
  for (const { patchId } of planned) {
    const told = results[patchId];
    const shown = scan?.verdicts[patchId];
    if (told === undefined && shown === undefined) return null;
    isGoodSoFar &&= told === undefined ? isGood(shown) : PatchOutcome.isSuccess(told.outcome);
  }
  return isGoodSoFar;
};

const isGood = (verdict: Detection.DetectionVerdict | undefined): boolean =>
  verdict === "Satisfied" || verdict === "NotApplicable";
