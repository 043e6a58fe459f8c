/**
 * What one asset gets of a job's patches: exact packages at exact versions, in the order of work, and what it doesn't get
 * though it lacks it, by which rule. Assets of equal fate share one list. Pure.
 */
import { Package, PatchFile } from "@fettle/agent-protocol/vocabulary";
import { advisoryOf, type Patch } from "../patch/Patch.ts";
import type { VendorFile } from "../patch/VendorFile.ts";
import type { PackageFormat } from "../shared/Platform.ts";
import type { MissingHere } from "./PlanInputs.ts";

export interface PlannedPatch {
  readonly patchId: string;
  readonly advisory: string | null;
  /** How its versions compare; left out where they are RPM's. */
  readonly format?: Exclude<PackageFormat, "rpm">;
  readonly packages: readonly Package.WantedPackage[];
  /** The files that install it; left out where the asset's own repositories bring it. */
  readonly files?: readonly PatchFile.PatchFile[];
}

/** A patch that an asset would get but for a rule. */
export interface Withheld {
  readonly patchId: string;
  readonly rule: string;
  readonly reason: string;
}

export interface Fate {
  readonly patches: readonly PlannedPatch[];
  readonly withheld: readonly Withheld[];
}

/** What a rollback knows of an asset: by patch, the versions that stood there, and what was replaced. */
export interface Past {
  readonly format: PackageFormat | null;
  readonly former: ReadonlyMap<string, readonly Package.Package[]>;
  /** Names of packages whose place the patch took there; those don't come back. */
  readonly replaced: ReadonlyMap<string, readonly string[]>;
}

/** What a deployment knows of an asset: by patch, what is behind there, and how versions compare if it tells. */
export interface Behind {
  readonly format: PackageFormat | null;
  readonly missing: ReadonlyMap<string, MissingHere["packages"]>;
  /** Files that people supplied, by patch (PAT-04). */
  readonly supplied: ReadonlyMap<string, VendorFile>;
}

/** What comes of one patch on an asset: it is on its list, or withheld. */
export type Outcome = PlannedPatch | Withheld;

/** Whether the asset doesn't get it. */
export const isWithheld = (outcome: Outcome): outcome is Withheld => "rule" in outcome;

/** A deployment brings what is behind to the version that fixes, and what is known by its presence to where it isn't. */
export const deployment = (patches: readonly Patch[], { format, missing, supplied }: Behind): Fate =>
  gathered(patches, (patch) => deployed(patch, missing.get(patch.id) ?? [], { format, supplied }));

/** What comes of a patch that is missing by these packages; null: there is nothing to do. */
export const deployed = (
  patch: Patch,
  missing: MissingHere["packages"],
  { format, supplied }: Omit<Behind, "missing">,
): Outcome | null => {
  const packages = missing.map(wanted).sort(inOrder);
  if (packages.length === 0) return null;
  const refusal = tooMany(packages);
  if (refusal !== null) return { patchId: patch.id, rule: "PAT-14", reason: refusal };
  const files = filesOf(patch, supplied.get(patch.id) ?? null);
  const problem = whyNoFiles(patch, files);
  if (problem !== null) return { patchId: patch.id, ...problem };
  const base = planned(patch, format, packages);
  return files.length === 0 ? base : { ...base, files };
};

/** A rollback takes packages back to the versions that stood there; newest first: what was put on last comes off first. */
export const rollback = (patches: readonly Patch[], past: Past): Fate =>
  gathered([...patches].reverse(), (patch) => {
    const replaced = past.replaced.get(patch.id) ?? [];
    if (replaced.length > 0) {
      const reason = `it took the place of ${replaced.join(", ")}, which no rollback brings back`;
      return { patchId: patch.id, rule: "PAT-12", reason };
    }
    const packages = [...(past.former.get(patch.id) ?? [])].sort(inOrder);
    return packages.length === 0 ? null : planned(patch, past.format, packages);
  });

/** Equal for the lists of assets of equal fate. */
export const key = (patches: readonly PlannedPatch[]): string => JSON.stringify(patches.map(plannedKey));

/** The same for what comes of one patch: equal for outcomes that are the same to an asset. */
export const outcomeKey = (outcome: Outcome): string =>
  isWithheld(outcome) ? withheldKey(outcome) : JSON.stringify(plannedKey(outcome));

/** What was withheld from how many assets, each distinct one once, ordered. */
export const summary = (counts: Iterable<readonly [Withheld, number]>): readonly Withheld[] =>
  [...counts]
    .map(([withheld, assets]) => ({ key: withheldKey(withheld), withheld, assets }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ withheld, assets }) => ({ ...withheld, reason: `${withheld.reason} (on ${assetsOf(assets)})` }));

const withheldKey = ({ patchId, rule, reason }: Withheld): string => JSON.stringify([patchId, rule, reason]);

const assetsOf = (n: number): string => (n === 1 ? "1 asset" : `${n} assets`);

const planned = (patch: Patch, own: PackageFormat | null, packages: readonly Package.WantedPackage[]): PlannedPatch => {
  const format = own ?? patch.packageFormat ?? "rpm";
  const base = { patchId: patch.id, advisory: advisoryOf(patch) };
  return format === "rpm" ? { ...base, packages } : { ...base, format, packages };
};

// What someone supplied is for a patch that names no files of its own.
const filesOf = ({ download }: Patch, supplied: VendorFile | null): readonly PatchFile.PatchFile[] => {
  const own = download._tag === "Automatic" ? download.files : supplied === null ? [] : [supplied];
  return own.map(({ url, digest, sizeBytes, signer }) => ({
    url,
    digest: digest as `sha256:${string}`,
    sizeBytes,
    signer,
  }));
};

// A list that an agent would refuse whole is better not sent: what it can't be told is said here.
const whyNoFiles = (
  { download }: Patch,
  files: readonly PatchFile.PatchFile[],
): { readonly rule: string; readonly reason: string } | null => {
  if (download._tag === "Repository") return null;
  const rule = download._tag === "Automatic" ? "PAT-02" : "PAT-04";
  if (files.length === 0) return { rule, reason: "its vendor names no file to install it from" };
  if (files.length > PatchFile.PER_PATCH_MAX) {
    return { rule, reason: `${files.length} files; an agent is told ${PatchFile.PER_PATCH_MAX} at most` };
  }
  for (const file of files) {
    const reason = PatchFile.problemOf(file);
    if (reason !== null) return { rule, reason };
  }
  return null;
};

const gathered = (patches: readonly Patch[], of: (patch: Patch) => Outcome | null): Fate => {
  const fate: { patches: PlannedPatch[]; withheld: Withheld[] } = { patches: [], withheld: [] };
  for (const patch of patches) {
    const found = of(patch);
    if (found === null) continue;
    if (isWithheld(found)) fate.withheld.push(found);
    else fate.patches.push(found);
  }
  return fate;
};

const wanted = ({
  name,
  arch,
  fixed,
  replaces = [],
  isPresence,
}: MissingHere["packages"][number]): Package.WantedPackage => ({
  name,
  arch,
  evr: fixed,
  ...(replaces.length === 0 ? {} : { replaces: [...replaces].sort(inOrder) }),
  ...(isPresence === undefined ? {} : { isPresence }),
});

// What an agent is told of one patch has a limit; more than it would be refused there, and be nobody's fault.
const tooMany = (packages: readonly Package.WantedPackage[]): string | null => {
  const concerned = Package.concerned(packages).length;
  if (concerned > Package.PER_PATCH_MAX) {
    return `${concerned} packages of it, those that it replaces included; a job brings ${Package.PER_PATCH_MAX} at most`;
  }
  const replacing = packages.find((p) => (p.replaces?.length ?? 0) > Package.REPLACED_MAX);
  return replacing === undefined
    ? null
    : `${replacing.name} replaces more than ${Package.REPLACED_MAX} packages at once`;
};

const plannedKey = (p: PlannedPatch): readonly unknown[] => [
  p.patchId,
  p.format ?? "rpm",
  p.packages.map(packageKey),
  (p.files ?? []).map(fileKey),
];

const fileKey = (f: PatchFile.PatchFile): readonly unknown[] => [f.url, f.digest, f.sizeBytes, f.signer];

const packageKey = (p: Package.WantedPackage): readonly unknown[] => {
  const own = [p.name, p.arch, p.evr, p.isPresence === true];
  return p.replaces === undefined ? own : [...own, p.replaces.map((r) => [r.name, r.arch, r.evr])];
};

// By name, architecture and version: an advisory may bring several versions of one package.
const inOrder = (a: Package.Package, b: Package.Package): number =>
  compare(a.name, b.name) || compare(a.arch, b.arch) || compare(a.evr, b.evr);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
