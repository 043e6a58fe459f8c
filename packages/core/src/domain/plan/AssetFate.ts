/** What one asset gets of a job's patches, and why nothing when it gets nothing. Pure; planning and explaining share it. */
import type { Asset } from "../asset/Asset.ts";
import type { Patch } from "../patch/Patch.ts";
import * as Fate from "./Fate.ts";
import type { Assessed, Obstacle, PlanInputs } from "./PlanInputs.ts";

/** The fate of an asset under these patches, in the order of work. */
export const of = (inputs: PlanInputs, { id, facts }: Asset, patches: readonly Patch[]): Fate.Fate => {
  if (inputs.job.kind === "rollback") {
    return Fate.rollback(patches, {
      format: facts.packageFormat,
      former: inputs.former.get(id) ?? new Map(),
      replaced: inputs.replaced.get(id) ?? new Map(),
    });
  }
  const missing = inputs.assessments.get(id)?.missing ?? [];
  return Fate.deployment(patches, {
    format: facts.packageFormat,
    missing: new Map(missing.map((m) => [m.patchId, m.packages])),
    supplied: inputs.supplied,
  });
};

/** Why an asset has nothing to do though none of the patches is withheld. `patches`: of which; null: of any. */
export const idle = (inputs: PlanInputs, assetId: string, patches: ReadonlySet<string> | null): Obstacle => {
  if (inputs.job.kind === "rollback") return { rule: "PAT-12", reason: "no former version is known" };
  const assessment = inputs.assessments.get(assetId);
  if (assessment === undefined) return { rule: "SYN-03", reason: "not assessed yet: no snapshot" };
  const unknown = unknownOf(assessment, patches);
  return unknown === null
    ? { rule: "JOB-22", reason: "none of the patches is missing" }
    : { rule: "SYN-03", reason: `none of the patches is missing for certain: ${unknown}` };
};

/** Why an asset with such a fate gets nothing of these patches: what is withheld first, or what leaves it idle. */
export const whyNothing = (
  inputs: PlanInputs,
  patches: readonly Patch[],
): ((assetId: string, withheld: Fate.Withheld | undefined) => Obstacle) => {
  // A query may be about any patch that can't be judged.
  const listed = inputs.job.patches?._tag !== "Query" ? new Set(patches.map((p) => p.id)) : null;
  return (assetId, withheld) =>
    withheld === undefined
      ? idle(inputs, assetId, listed)
      : { rule: withheld.rule, reason: `${withheld.patchId}: ${withheld.reason}` };
};

// Which of the patches can't be judged on an asset.
const unknownOf = (assessment: Assessed, patches: ReadonlySet<string> | null): string | null => {
  const found = assessment.unknown.filter((u) => patches === null || patches.has(u.patchId));
  const [first] = found;
  if (first === undefined) return null;
  const more = found.length > 1 ? ` and ${found.length - 1} more` : "";
  return `${first.patchId}${more} can't be judged (${first.reason})`;
};
