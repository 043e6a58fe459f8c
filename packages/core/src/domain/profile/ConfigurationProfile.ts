/**
 * Configuration profiles: one per agent, the topmost that matches (CFG-01, CFG-08), the default for the rest.
 * Durations are in seconds; every setting stays inside the subscription's limits.
 */
import * as Rejection from "../shared/Rejection.ts";
import type { Limits } from "../shared/Limits.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";

export interface ConfigurationProfile {
  readonly id: string;
  readonly name: string;
  /** Lower stands higher in the list. */
  readonly position: number;
  readonly isDefault: boolean;
  readonly targets: TagSelection.TagSelection;
  /** AGT-04. */
  readonly statusIntervalSeconds: number;
  /** CFG-02. */
  readonly scanIntervalSeconds: number;
}

/** The profile as it may be stored: its settings inside the limits. */
export const validate = (
  profile: ConfigurationProfile,
  limits: Limits,
): Result<ConfigurationProfile, Rejection.Rejection> => {
  const { statusIntervalSeconds: status, scanIntervalSeconds: scan } = profile;
  if (status < limits.statusIntervalSecondsMin || status > limits.statusIntervalSecondsMax) {
    const range = `${limits.statusIntervalSecondsMin}–${limits.statusIntervalSecondsMax} s`;
    return fail(Rejection.make("AGT-04", "invalid", `${status} s; allowed: ${range}`, "statusIntervalSeconds"));
  }
  if (scan < limits.scanIntervalSecondsMin || scan > limits.scanIntervalSecondsMax) {
    const range = `${limits.scanIntervalSecondsMin}–${limits.scanIntervalSecondsMax} s`;
    return fail(Rejection.make("CFG-02", "invalid", `${scan} s; allowed: ${range}`, "scanIntervalSeconds"));
  }
  return ok(profile);
};

/** The profile that an asset gets: the topmost that selects it, else the default; null when there is none at all. */
export const effective = (
  profiles: readonly ConfigurationProfile[],
  tree: TagTree,
  asset: { readonly id: string; readonly tags: readonly string[] },
): ConfigurationProfile | null => {
  const ordered = [...profiles].sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
  const matching = ordered.find((p) => TagSelection.compile(p.targets, tree)(asset) === "selected");
  return matching ?? ordered.find((p) => p.isDefault) ?? null;
};
