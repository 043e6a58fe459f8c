/**
 * What goes on with a module on an asset (RUN-02), and the one table of what may follow what (RUN-09). The statuses follow three
 * manifests: Preparing and Ready the prerequisites', Configuring and Configured the configuration's, Assigning and Assigned a job's.
 * "-ing" is downloaded, "-ed" parsed; "- Failed" is that one of both failed. A failure is left as the next manifest comes.
 */

/** Machine names; {@link label} gives the field's words. */
export type ModuleStatus =
  | "Enabled"
  | "Disabled"
  | "Deactivated"
  | "Preparing"
  | "PreparingFailed"
  | "Ready"
  | "Configuring"
  | "Configured"
  | "ConfiguringFailed"
  | "Assigning"
  | "Assigned"
  | "AssigningFailed"
  | "Scanned"
  | "Failed";

/** From a status that work goes on from: whatever manifest comes next, a scan, or one that fails. */
const WORKING: readonly ModuleStatus[] = [
  "Preparing",
  "Configuring",
  "Assigning",
  "AssigningFailed",
  "Scanned",
  "Failed",
];

/** From each status, where it may go. Disabled (patch scan off) and Deactivated (module off) may come at any time. */
export const transitions: { readonly [From in ModuleStatus]: readonly ModuleStatus[] } = {
  Deactivated: ["Enabled", "Disabled"],
  Disabled: ["Enabled", "Deactivated", "Configured"],
  Enabled: ["Disabled", "Deactivated", "Preparing", "PreparingFailed", "Configuring", "ConfiguringFailed"],
  Preparing: ["Disabled", "Deactivated", "PreparingFailed", "Ready", "Failed"],
  PreparingFailed: ["Disabled", "Deactivated", "Preparing"],
  Ready: ["Disabled", "Deactivated", "Configuring", "ConfiguringFailed"],
  Configuring: ["Disabled", "Deactivated", "Configured", "ConfiguringFailed"],
  ConfiguringFailed: ["Disabled", "Deactivated", "Configuring", "Configured"],
  Configured: ["Disabled", "Deactivated", "ConfiguringFailed", ...WORKING],
  Assigning: ["Disabled", "Deactivated", "Assigned", "AssigningFailed"],
  Assigned: ["Disabled", "Deactivated", "Configured", "ConfiguringFailed", ...WORKING],
  AssigningFailed: ["Disabled", "Deactivated", "Assigned", "Configured", "ConfiguringFailed", ...WORKING],
  Scanned: ["Disabled", "Deactivated", "Configured", "ConfiguringFailed", ...WORKING],
  Failed: ["Disabled", "Deactivated", "Configured", "ConfiguringFailed", ...WORKING],
};

const labels: { readonly [S in ModuleStatus]: string } = {
  Enabled: "Enabled",
  Disabled: "Disabled",
  Deactivated: "Deactivated",
  Preparing: "Preparing",
  PreparingFailed: "Preparing - Failed",
  Ready: "Ready",
  Configuring: "Configuring",
  Configured: "Configured",
  ConfiguringFailed: "Configuring - Failed",
  Assigning: "Assigning",
  Assigned: "Assigned",
  AssigningFailed: "Assigning - Failed",
  Scanned: "Scanned",
  Failed: "Failed",
};

/** Every status. */
export const all: readonly ModuleStatus[] = Object.keys(labels).filter((s): s is ModuleStatus => s in labels);

/** The field's word for a status, as RUN-02 spells it. */
export const label = (status: ModuleStatus): string => labels[status];

/** Whether one status may follow another straight away. */
export const mayFollow = (from: ModuleStatus, to: ModuleStatus): boolean =>
  from !== to && transitions[from].includes(to);
