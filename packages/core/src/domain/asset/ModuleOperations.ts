/**
 * How far the patch module has come on an asset (RUN-02, RUN-09), from what the platform knows: what it offered, what the agent took,
 * says that it holds, or refused, and its scans. Pure. What agents don't tell is never said: there is no prerequisite manifest, so
 * nothing is Preparing or Ready, and a scan that failed is told by none, so nothing is Failed.
 */
import type { ModuleStatus } from "@fettle/agent-protocol/vocabulary";

/** What an agent holds: as its check-ins say, and as it took and refused documents. */
export interface Holds {
  readonly configuration: string | null;
  readonly fetched: string | null;
  readonly refused: string | null;
  /** Versions of manifests: the highest that it says it has seen, that it took, that it refused. */
  readonly manifest: number;
  readonly manifestFetched: number;
  readonly manifestRefused: number;
}

/** An agent that has said nothing yet. */
export const nothing: Holds = {
  configuration: null,
  fetched: null,
  refused: null,
  manifest: 0,
  manifestFetched: 0,
  manifestRefused: 0,
};

export interface Known {
  /** The patch module is active on the agent. */
  readonly isActive: boolean;
  /** Its profile lets the module act (CFG-09). */
  readonly isEnabled: boolean;
  /** The configuration that the agent is to hold; null: the tenant has no profile. */
  readonly configuration: string | null;
  /** The version of the latest manifest that was issued to it, 0: none; and whether its run goes on. */
  readonly manifest: number;
  readonly isAtWork: boolean;
  readonly holds: Holds;
  readonly scannedAt: number | null;
}

export interface Operations {
  readonly status: ModuleStatus.ModuleStatus;
  /** Each manifest's own part; null: it has not come to that. */
  readonly configuration: "Configuring" | "Configured" | "ConfiguringFailed" | null;
  readonly assignment: "Assigning" | "Assigned" | "AssigningFailed" | null;
  readonly scannedAt: number | null;
}

/** What goes on. */
export const of = (known: Known): Operations => {
  const configuration = configurationOf(known);
  const assignment = assignmentOf(known);
  return { status: statusOf(known, configuration, assignment), configuration, assignment, scannedAt: known.scannedAt };
};

const statusOf = (
  { isActive, isEnabled, scannedAt, holds }: Known,
  configuration: Operations["configuration"],
  assignment: Operations["assignment"],
): ModuleStatus.ModuleStatus => {
  if (!isActive) return "Deactivated";
  if (!isEnabled) return "Disabled";
  if (configuration === "ConfiguringFailed" || configuration === "Configuring") return configuration;
  // A new configuration that it hasn't taken yet leaves it as it was under the one that it holds.
  if (configuration === null && holds.configuration === null) return "Enabled";
  return assignment ?? (scannedAt === null ? "Configured" : "Scanned");
};

const configurationOf = ({ configuration, holds }: Known): Operations["configuration"] => {
  if (configuration === null) return null;
  if (holds.configuration === configuration) return "Configured";
  if (holds.refused === configuration) return "ConfiguringFailed";
  return holds.fetched === configuration ? "Configuring" : null;
};

const assignmentOf = ({ manifest, isAtWork, holds }: Known): Operations["assignment"] => {
  if (manifest === 0) return null;
  if (holds.manifestRefused >= manifest) return "AssigningFailed";
  if (holds.manifest >= manifest) return isAtWork ? "Assigned" : null;
  return holds.manifestFetched >= manifest ? "Assigning" : null;
};
