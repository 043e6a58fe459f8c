/** From evidence to a patch's outcome: pure. Exit codes only explain a failure, they never make a success (CMP-02). */
import * as Detection from "../vocabulary/Detection.ts";
import type { JobKind } from "../vocabulary/JobKind.ts";
import type { InstalledVersions, PatchInstruction } from "../vocabulary/Package.ts";
import * as Package from "../vocabulary/Package.ts";
import type { PatchOutcome } from "../vocabulary/PatchOutcome.ts";
import { type ReasonCode, reasonCodes } from "../vocabulary/ReasonCode.ts";
import type { PackageChange, PatchFact } from "../wire/Facts.ts";
import * as Json from "../wire/Json.ts";
import { wireLimits } from "../wire/WireLimits.ts";
import type { InstallReport } from "./Installer.ts";

export interface Observation {
  readonly runId: string;
  readonly kind: JobKind;
  readonly patch: PatchInstruction;
  readonly attempt: number;
  readonly before: readonly InstalledVersions[];
  readonly after: readonly InstalledVersions[];
  readonly report: InstallReport | null;
}

/** What the package database shows after an attempt: the patch's fact. */
export const judge = (o: Observation): PatchFact => {
  const verdict = Detection.verdict(o.kind, o.patch, o.after);
  if (verdict === "NotApplicable") return fact(o, "NotApplicable", null);
  if (verdict !== "Satisfied") return fact(o, "Failed", o.report?.reasonCode ?? whyNot(o));
  return fact(o, o.attempt === 0 ? "AlreadyInstalled" : o.kind === "rollback" ? "Removed" : "Installed", null);
};

/** What the package database shows of a patch that waited for a reboot, once it came (RBT-09), or is needed no more (RBT-06). */
export const verified = (
  kind: JobKind,
  patch: PatchInstruction,
  pending: PatchFact,
  after: readonly InstalledVersions[],
): PatchFact => {
  const packages = pending.packages.map((p) => ({ ...p, after: versions(p, after) }));
  if (Detection.verdict(kind, patch, after) === "Satisfied") {
    return { ...pending, packages, outcome: kind === "rollback" ? "Removed" : "Installed" };
  }
  const { InstallerFailed } = reasonCodes;
  return { ...pending, packages, outcome: "Failed", reasonCode: InstallerFailed, outputTail: tail(undone) };
};

const undone = "after the reboot, the package database shows that it did not take effect";

/** What the package database shows (null: it can't tell) of a patch of a run that ended here, of which nothing else is known (RUN-11). */
export const found = (
  { runId, kind }: Pick<Observation, "runId" | "kind">,
  patch: PatchInstruction,
  is: readonly InstalledVersions[] | null,
): PatchFact =>
  is === null || Detection.verdict(kind, patch, is) === "Unsatisfied"
    ? untried({ runId, patch, reason: "RUN-11: its run had ended here, and it isn't tried again" }, "Skipped", null)
    : judge({ runId, kind, patch, attempt: 0, before: is, after: is, report: null });

/** A patch that was not tried: it was skipped, or its files could not be had. */
export const untried = (
  about: { readonly runId: string; readonly patch: PatchInstruction; readonly reason: string },
  outcome: "Skipped" | "Failed",
  reasonCode: ReasonCode | null,
): PatchFact => ({
  _tag: "Patch",
  runId: about.runId,
  patchId: about.patch.patchId,
  attempt: 0,
  outcome,
  reasonCode,
  exitCode: null,
  outputTail: tail(about.reason),
  packages: [],
});

// The cut may fall into the middle of a character, and half a character can't be signed.
const tail = (text: string): string => Json.wellFormed(text.slice(-wireLimits.outputTailCharacters));

// No report at all means that the process which would have written it died.
const whyNot = (o: Observation): ReasonCode =>
  o.report === null ? reasonCodes.DeployerProcessCrashed : reasonCodes.InstallerFailed;

const fact = (o: Observation, outcome: PatchOutcome, reasonCode: ReasonCode | null): PatchFact => ({
  _tag: "Patch",
  runId: o.runId,
  patchId: o.patch.patchId,
  attempt: o.attempt,
  outcome,
  reasonCode,
  exitCode: o.report?.exitCode ?? null,
  outputTail: tail(o.report?.outputTail ?? ""),
  // What went with a replacement is told as well: its own version before, none after.
  packages: Package.concerned(o.patch.packages).map((p) => change(p, o.before, o.after)),
});

const change = (
  p: Package.Package,
  before: readonly InstalledVersions[],
  after: readonly InstalledVersions[],
): PackageChange => ({ name: p.name, arch: p.arch, before: versions(p, before), after: versions(p, after) });

const versions = (p: Pick<Package.Package, "name" | "arch">, found: readonly InstalledVersions[]): string[] => [
  ...(found.find((f) => Package.key(f) === Package.key(p))?.evrs ?? []),
];
