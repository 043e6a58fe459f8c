/** What a run came to, as lines for people and for the checks. */
import { PatchOutcome, ReasonCode, RunStatus } from "@fettle/agent-protocol";
import type { AssetRun, ResultRow } from "@fettle/core";

/** One asset × patch, as it is shown and printed. */
export interface Line {
  readonly asset: string;
  readonly status: string;
  readonly patch: string;
  /** One entry per package. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly result: string;
  readonly reason: string;
  readonly isConfirmed: boolean | null;
}

/** A row of results as a line. */
export const line = (r: ResultRow): Line => {
  const packages = r.result?.packages ?? [];
  const versions = (side: "before" | "after"): readonly string[] =>
    packages.map((p) => `${p.name} ${p[side].join(" + ") || "absent"}`);
  return {
    asset: r.asset.name,
    status: RunStatus.label(r.status),
    patch: r.patchId ?? "—",
    before: versions("before"),
    after: versions("after"),
    result: r.result === null ? "" : PatchOutcome.label(r.result.outcome),
    reason: r.result === null ? (r.reason ?? "") : failure(r.result),
    isConfirmed: r.isConfirmed,
  };
};

const failure = (result: AssetRun.PatchEvidence): string =>
  result.reasonCode === null ? "" : `${result.reasonCode} ${ReasonCode.nameOf(result.reasonCode)}`;

// A patch with several packages takes a line for each; what they share stands on the first.
export const cells = (l: Line): readonly (readonly string[])[] => {
  const confirmed = l.isConfirmed === null ? "" : l.isConfirmed ? "yes" : "no";
  const first = [l.asset, l.status, l.patch, l.before[0] ?? "", l.after[0] ?? "", l.result, l.reason, confirmed];
  const others = l.before.slice(1).map((before, i) => ["", "", "", before, l.after[i + 1] ?? ""]);
  return [first, ...others];
};
