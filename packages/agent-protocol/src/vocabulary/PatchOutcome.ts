/** What became of one patch on one asset in one run (RUN-03). */
export type PatchOutcome =
  | "Pending"
  | "Downloaded"
  | "Installed"
  | "InstalledPendingReboot"
  | "Failed"
  | "Skipped"
  | "NotApplicable"
  | "AlreadyInstalled"
  | "Removed";

const labels: { readonly [O in PatchOutcome]: string } = {
  Pending: "Pending",
  Downloaded: "Downloaded",
  Installed: "Installed",
  InstalledPendingReboot: "Installed - Pending Reboot",
  Failed: "Failed",
  Skipped: "Skipped",
  NotApplicable: "Not Applicable",
  AlreadyInstalled: "Already Installed",
  Removed: "Removed",
};

/** Every outcome. */
export const all: readonly PatchOutcome[] = Object.keys(labels).filter((o): o is PatchOutcome => o in labels);

/** The field's word for an outcome, as RUN-03 spells it. */
export const label = (outcome: PatchOutcome): string => labels[outcome];

/** Whether a run that ended so for a patch brought something about on the asset, which a reboot may have to bring into effect. */
export const takesEffect = (outcome: PatchOutcome): boolean =>
  outcome === "Installed" || outcome === "InstalledPendingReboot" || outcome === "Removed";

/** Whether an asset run whose patches all ended so is Completed (RUN-08). */
export const isSuccess = (outcome: PatchOutcome): boolean =>
  outcome === "Installed" || outcome === "AlreadyInstalled" || outcome === "NotApplicable" || outcome === "Removed";
