/**
 * What is missing and what is installed on an asset: its snapshot held against the catalogue, on the platform (SYN-03).
 *
 * A patch concerns an asset only through packages that the asset has, of the same name and architecture. It is missing
 * when one of those is older than the version that fixes it, and installed when none is. An asset without a snapshot has
 * no assessment at all: unknown is never "nothing missing".
 */
import { Package, RpmVersion } from "@fettle/agent-protocol/vocabulary";
import type { Patch } from "../patch/Patch.ts";

/** A package of a missing patch: what stands there and what would fix it. */
export interface MissingPackage {
  readonly name: string;
  readonly arch: string;
  readonly installed: string;
  readonly fixed: string;
}

export interface MissingPatch {
  readonly patchId: string;
  readonly packages: readonly MissingPackage[];
}

export interface Assessment {
  /** Digest of the snapshot that was assessed. */
  readonly snapshot: string;
  readonly assessedAt: number;
  /** Ordered by patch id. */
  readonly missing: readonly MissingPatch[];
  /** Ordered. */
  readonly installed: readonly string[];
}

/**
 * Assesses a snapshot against patches.
 *
 * @example
 * assess([{ name: "openssl", arch: "x86_64", evr: "3.0.7-1" }], patches, { snapshot, assessedAt })
 */
export const assess = (
  packages: readonly Package.Package[],
  patches: readonly Patch[],
  about: { readonly snapshot: string; readonly assessedAt: number },
): Assessment => {
  const newest = newestInstalled(packages);
  const missing: MissingPatch[] = [];
  const installed: string[] = [];
  for (const patch of patches) {
    const present = patch.packages.filter((p) => newest.has(Package.key(p)));
    if (present.length === 0) continue;
    const behind = present.flatMap((p) => older(p, newest.get(Package.key(p)) ?? p.evr));
    if (behind.length > 0) missing.push({ patchId: patch.id, packages: behind });
    else installed.push(patch.id);
  }
  missing.sort((a, b) => (a.patchId < b.patchId ? -1 : 1));
  return { ...about, missing, installed: installed.sort() };
};

const older = (fix: Package.Package, evr: string): readonly MissingPackage[] =>
  RpmVersion.compare(evr, fix.evr) < 0 ? [{ name: fix.name, arch: fix.arch, installed: evr, fixed: fix.evr }] : [];

// A kernel stands there in several versions; the newest decides.
const newestInstalled = (packages: readonly Package.Package[]): ReadonlyMap<string, string> => {
  const newest = new Map<string, string>();
  for (const p of packages) {
    const known = newest.get(Package.key(p));
    if (known === undefined || isBefore(known, p.evr)) newest.set(Package.key(p), p.evr);
  }
  return newest;
};

// Of two spellings of one version it must not depend on their order which one is shown.
const isBefore = (a: string, b: string): boolean => {
  const order = RpmVersion.compare(a, b);
  return order < 0 || (order === 0 && a < b);
};
