/**
 * Configuration profiles: one per agent, the topmost that names its asset, else the topmost that matches by tags (CFG-01,
 * CFG-08), the default for the rest. Durations are in whole seconds; every setting stays inside the subscription's limits.
 */

import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
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
  if (!isWithin(status, limits.statusIntervalSecondsMin, limits.statusIntervalSecondsMax)) {
    const range = `${limits.statusIntervalSecondsMin}–${limits.statusIntervalSecondsMax} s`;
    return fail(Rejection.make("AGT-04", "invalid", `${status} s; allowed: ${range}`, "statusIntervalSeconds"));
  }
  if (!isWithin(scan, limits.scanIntervalSecondsMin, limits.scanIntervalSecondsMax)) {
    const range = `${limits.scanIntervalSecondsMin}–${limits.scanIntervalSecondsMax} s`;
    return fail(Rejection.make("CFG-02", "invalid", `${scan} s; allowed: ${range}`, "scanIntervalSeconds"));
  }
  return ok(profile);
};

/** The profile that an asset gets: the topmost that names it, that matches it, the default; null when there is none. */
export const effective = (
  profiles: readonly ConfigurationProfile[],
  tree: TagTree,
  asset: TagSelection.Selectable,
): ConfigurationProfile | null => compile(profiles, tree)(asset);

/** {@link effective} for many assets. */
export const compile = (
  profiles: readonly ConfigurationProfile[],
  tree: TagTree,
): ((asset: TagSelection.Selectable) => ConfigurationProfile | null) => {
  const ordered = [...profiles].sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
  const compiled = ordered.map((profile) => ({
    profile,
    verdict: TagSelection.compile(profile.targets, tree),
    named: new Set(profile.targets.assets),
  }));
  const standard = ordered.find((p) => p.isDefault) ?? null;
  return (asset) => {
    const matching = compiled.filter((c) => c.verdict(asset) === "selected");
    return (matching.find((c) => c.named.has(asset.id)) ?? matching[0])?.profile ?? standard;
  };
};

const isWithin = (seconds: number, min: number, max: number): boolean =>
  Number.isInteger(seconds) && seconds >= min && seconds <= max;
