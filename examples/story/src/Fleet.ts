/** The machines that the story patches: real install roots, or simulated ones. The story doesn't know which. */
import type { Patch } from "@fettle/core";
import type { Story } from "@fettle/core/testing";

/** What an install command carries to a machine (KEY-03). */
export interface InstallCommand {
  readonly tenantId: string;
  readonly activationKeyId: string;
  readonly activationSecret: string;
  readonly tenantKeyFingerprint: `sha256:${string}`;
}

export type Group = Story.Machine["group"];

export interface Fleet {
  readonly kind: "real" | "simulated";
  /** Machine names, in the order in which they are enrolled. */
  readonly machines: readonly string[];
  /** The vendor's feed, read as it is published. */
  readonly catalogue: () => Promise<readonly Patch.Patch[]>;
  /** Installs and starts every agent. */
  readonly enrol: (server: string, commands: { readonly [G in Group]: InstallCommand }) => Promise<void>;
  /** Asks every agent to check in now. */
  readonly checkInNow: () => Promise<void>;
  /** Somebody reboots a machine by hand: everything on it ends, and its agent comes back in another boot. */
  readonly reboot: (machine: string) => Promise<void>;
  /** What truly stands on a machine: name → EVRs, from its own package database. */
  readonly installed: (machine: string) => Promise<ReadonlyMap<string, readonly string[]>>;
  /** Stops the agents and removes what was made. */
  readonly close: () => Promise<void>;
}
