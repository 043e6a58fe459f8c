/** An advisory of several releases to patches, which each have one set of packages. Pure. */
import type { Result } from "@fettle/agent-protocol";
import { Patch } from "@fettle/core";
import * as Grammar from "./Grammar.ts";
import type { RecordLimits } from "./RecordLimits.ts";

/** What an advisory brings to one release of an operating system. */
export interface ReleasePackages {
  /** As `id:version` of os-release. */
  readonly release: string;
  readonly vendor: string;
  readonly format: "rpm" | "deb";
  /** By name. */
  readonly packages: readonly Patch.PatchPackage[];
  readonly cves: readonly string[];
}

/** What holds of an advisory on every release. */
export type About = Omit<Patch.PatchInput, "vendor" | "packages" | "releases" | "cves"> & {
  readonly modifiedAt: number;
};

/**
 * One patch, called as the advisory is, where all releases get the same packages for the same CVEs; else one for each
 * release, called `id:release`, with the advisory's own id as its bulletin: that is what repositories know it by.
 */
export const make = (
  releases: readonly ReleasePackages[],
  about: About,
  { limits, vendor }: { readonly limits: RecordLimits; readonly vendor: string | null },
): Result<readonly Patch.Patch[], string> => {
  const kinds = new Set<string>();
  for (const each of releases) {
    if (each.packages.length > limits.packagesPerPatch) {
      return { ok: false, error: `has more than ${limits.packagesPerPatch} packages for ${each.release}` };
    }
    kinds.add(JSON.stringify([each.vendor, each.format, each.packages, each.cves]));
  }
  const isOne = kinds.size === 1;
  const parts = isOne ? [releases] : releases.map((each) => [each]);
  if (parts.length > limits.patchesPerRecord) {
    return { ok: false, error: `has more than ${limits.patchesPerRecord} releases` };
  }
  const patches: Patch.Patch[] = [];
  for (const part of parts) {
    const [first] = part;
    if (first === undefined) continue;
    const id = Grammar.advisoryId(isOne ? about.id : `${about.id}:${first.release}`);
    if (!id.ok) return id;
    patches.push(
      Patch.make({
        ...about,
        id: id.value,
        bulletin: isOne ? null : about.id,
        vendor: vendor ?? first.vendor,
        releases: part.map((each) => each.release).sort(),
        packageFormat: first.format,
        packages: first.packages,
        cves: first.cves,
      }),
    );
  }
  return { ok: true, value: patches };
};
