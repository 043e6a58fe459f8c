/**
 * What a package database says about a patch: evidence, read before and after an installer ran. Pure.
 * An exit code is never proof; only this is (CMP-02).
 */
import type { JobKind } from "./JobKind.ts";
import * as Package from "./Package.ts";
import * as PackageVersion from "./PackageVersion.ts";

/**
 * `Satisfied`: the asset is as the job wants it · `Unsatisfied`: something is left to do · `NotApplicable`: none of the
 * patch's packages is installed, nor any whose place they take · `Broken`: a package is installed twice, which a half-done
 * transaction leaves behind.
 */
export type DetectionVerdict = "Satisfied" | "Unsatisfied" | "NotApplicable" | "Broken";

/**
 * Judges a patch by its packages. For a deployment a package is satisfied at its target version or above; one that isn't
 * installed needs nothing, unless a package stands there whose place it is to take. For a rollback it is satisfied at
 * exactly its target version, and what it once replaced is no matter: no rollback brings that back. What is known by its
 * presence alone is satisfied where it stands, and not where it doesn't.
 */
export const verdict = (
  kind: JobKind,
  patch: Pick<Package.PatchInstruction, "packages" | "format">,
  installed: readonly Package.InstalledVersions[],
): DetectionVerdict => {
  const found = new Map(installed.filter((p) => p.evrs.length > 0).map((p) => [Package.key(p), p]));
  const judged = patch.packages.flatMap((t): readonly DetectionVerdict[] => {
    const p = found.get(Package.key(t));
    if (p !== undefined) return [t.isPresence === true ? present(kind) : judge(kind, t, p, patch.format ?? "rpm")];
    if (kind === "rollback") return [];
    const isWanted = t.isPresence === true || t.replaces?.some((r) => found.has(Package.key(r))) === true;
    return isWanted ? ["Unsatisfied"] : [];
  });
  if (judged.length === 0) return "NotApplicable";
  if (judged.includes("Broken")) return "Broken";
  return judged.every((v) => v === "Satisfied") ? "Satisfied" : "Unsatisfied";
};

// What is known by its presence has no version to go back to: taking it back would be to remove it.
const present = (kind: JobKind): DetectionVerdict => (kind === "deployment" ? "Satisfied" : "Unsatisfied");

const judge = (
  kind: JobKind,
  target: Package.Package,
  p: Package.InstalledVersions,
  format: PackageVersion.PackageFormat,
): DetectionVerdict => {
  if (p.evrs.length > 1 && !p.sideBySide) return "Broken";
  const orders = p.evrs.map((evr) => PackageVersion.compareTexts(format, evr, target.evr));
  if (kind === "rollback") return orders.every((o) => o === 0) ? "Satisfied" : "Unsatisfied";
  return orders.some((o) => o >= 0) ? "Satisfied" : "Unsatisfied";
};
