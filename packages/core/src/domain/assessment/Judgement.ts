/**
 * One patch held against one asset's inventory: missing, installed, not applicable, or unknown with the reason. Unknown is
 * never "nothing missing", and a patch that is missing for certain is missing, whatever else of it is unknown.
 *
 * A package of a patch concerns an asset through the installed package of the same name (and a matching architecture),
 * and through those that it obsoletes. Where several versions of one package stand side by side, the newest decides if
 * the package manager keeps them so on purpose; otherwise the oldest, which a half-done update left behind. A package that
 * is known by its presence alone concerns every asset of the patch's releases, whatever stands there.
 */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import { ANY_ARCHITECTURE, type Patch, type PatchPackage } from "../patch/Patch.ts";
import type { PackageFormat } from "../shared/Platform.ts";
import * as Architecture from "./Architecture.ts";
import * as InstallOnly from "./InstallOnly.ts";
import type { Installed, Inventory } from "./Inventory.ts";
import * as Release from "./Release.ts";
import * as Version from "./Version.ts";

/** Why a patch can't be judged on an asset that has packages of it. */
export const unknownReasons = [
  /** The patch is for certain releases, and the agent doesn't tell the asset's. */
  "release-not-told",
  /** The agent tells the release less exactly than the patch asks for. */
  "release-too-coarse",
  /** The patch is for a module stream, and the agent doesn't tell which are enabled. */
  "modules-not-told",
  /** Neither the asset nor the patch says by which rules versions are compared. */
  "format-not-told",
  /** A version isn't one in its package format. */
  "version-unreadable",
] as const;
export type UnknownReason = (typeof unknownReasons)[number];

/** A package of a missing patch: what stands there and what would fix it; of what is known by its presence, nothing stands. */
export interface MissingPackage {
  readonly name: string;
  /** The architecture of the package that fixes. */
  readonly arch: string;
  /** The version that decided; null when only packages stand there that this one replaces. */
  readonly installed: string | null;
  readonly fixed: string;
  /** It is known by its presence alone, and isn't there. */
  readonly isPresence?: true;
  /** Installed packages that this one obsoletes, by name, architecture and version; left out when there are none. */
  readonly replaces?: readonly Package.Package[];
}

export type Verdict =
  | { readonly _tag: "Missing"; readonly packages: readonly MissingPackage[] }
  | { readonly _tag: "Installed" }
  | { readonly _tag: "NotApplicable" }
  | { readonly _tag: "Unknown"; readonly reason: UnknownReason };

interface Obsolete {
  readonly name: string;
  readonly before: string | null;
  readonly version: Version.Version | null;
}

interface Fix {
  readonly package: PatchPackage;
  readonly version: Version.Version | null;
  readonly obsoletes: readonly Obsolete[];
}

/** A patch made ready to be held against many inventories. */
export interface Candidate {
  readonly patch: Patch;
  readonly fixes: readonly Fix[];
}

const none: readonly never[] = [];
const installed: Verdict = { _tag: "Installed" };
const notApplicable: Verdict = { _tag: "NotApplicable" };

/** Reads a patch's versions once. */
export const prepare = (patch: Patch): Candidate => {
  const format = patch.packageFormat;
  const read = (text: string | null): Version.Version | null =>
    format === null || text === null ? null : Version.read(format, text);
  const fixes = patch.packages.map((p): Fix => {
    // As rpm has it: a package doesn't obsolete itself.
    const obsoletes = p.obsoletes?.filter((o) => o.name !== p.name) ?? none;
    return {
      package: p,
      version: read(p.evr),
      obsoletes: obsoletes.map(({ name, before }) => ({ name, before, version: read(before) })),
    };
  });
  return { patch, fixes };
};

/** Judges a patch on an asset (SYN-03). */
export const judge = ({ patch, fixes }: Candidate, inventory: Inventory): Verdict => {
  const { traits } = inventory;
  if (patch.isDeprecated || patch.platform !== traits.platform) return notApplicable;
  const format = traits.packageFormat ?? patch.packageFormat;
  if (patch.packageFormat !== null && patch.packageFormat !== format) return notApplicable;
  const release = Release.judge(patch.releases, traits.release);
  if (release === "not-for") return notApplicable;
  const behind: MissingPackage[] = [];
  let reason: UnknownReason | null = null;
  let isConcerned = false;
  for (const fix of fixes.flatMap((f) => onArchitectures(f, inventory))) {
    const state = fix.package.isPresence === true ? present(fix, patch, inventory) : weigh(fix, inventory, format);
    if (state === null) continue;
    isConcerned = true;
    if (typeof state !== "string") behind.push(state);
    else if (state !== "installed") reason ??= state;
  }
  if (!isConcerned) return notApplicable;
  if (release !== "for") return { _tag: "Unknown", reason: release };
  if (behind.length > 0) return { _tag: "Missing", packages: behind };
  return reason === null ? installed : { _tag: "Unknown", reason };
};

// A fix of any architecture is one for each that stands there, and of the machine's own where none does.
const onArchitectures = (fix: Fix, inventory: Inventory): readonly Fix[] => {
  if (fix.package.arch !== ANY_ARCHITECTURE || fix.package.isPresence === true) return [fix];
  const standing = new Set(inventory.byName.get(fix.package.name)?.map((installed) => installed.arch));
  if (standing.size === 0) standing.add(inventory.traits.arch);
  return [...standing].sort().map((arch) => ({ ...fix, package: { ...fix.package, arch } }));
};

// Of what is known by its presence: there or not. Without releases nothing says where it ought to be.
const present = (fix: Fix, { releases }: Patch, { byName, traits }: Inventory): MissingPackage | "installed" | null => {
  const { name, arch, evr } = fix.package;
  if (byName.has(name)) return "installed";
  if (releases.length === 0) return null;
  if (arch === ANY_ARCHITECTURE) return { name, arch: traits.arch, installed: null, fixed: evr, isPresence: true };
  return Architecture.runsOn(arch, traits.arch) ? { name, arch, installed: null, fixed: evr, isPresence: true } : null;
};

// What one package of a patch comes to; null: it isn't for anything that stands there.
const weigh = (
  fix: Fix,
  inventory: Inventory,
  format: PackageFormat | null,
): MissingPackage | "installed" | UnknownReason | null => {
  const { module } = fix.package;
  const { modules } = inventory.traits;
  if (module !== undefined && modules !== null && !modules.includes(module)) return null;
  const standing = matching(inventory, fix.package.name, fix.package.arch);
  if (standing.length === 0 && fix.obsoletes.length === 0) return null;
  const own = ownState(fix, standing, format);
  const replaced = fix.obsoletes.length === 0 ? none : replacedBy(fix, inventory, format);
  const isUnsure = typeof replaced === "string";
  if (own === null && !isUnsure && replaced.length === 0) return null;
  if (module !== undefined && modules === null) return "modules-not-told";
  const hits = isUnsure ? none : replaced;
  if (own?.state === "behind" || hits.length > 0) return missing(fix, own?.evr ?? null, hits);
  if (isUnsure) return replaced;
  return own === null ? null : own.state === "installed" ? "installed" : (own.state as UnknownReason);
};

const missing = (fix: Fix, standing: string | null, hits: readonly Installed[]): MissingPackage => {
  const { name, arch, evr } = fix.package;
  const base = { name, arch, installed: standing, fixed: evr };
  return hits.length === 0 ? base : { ...base, replaces: hits.map(plain).sort(byIdentity) };
};

const plain = ({ name, arch, evr }: Installed): Package.Package => ({ name, arch, evr });

const byIdentity = (a: Package.Package, b: Package.Package): number =>
  inOrder(a.name, b.name) || inOrder(a.arch, b.arch) || inOrder(a.evr, b.evr);

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

// Installed versions of a name that a package of that architecture takes the place of.
const matching = (inventory: Inventory, name: string, arch: string): readonly Installed[] => {
  const entries = inventory.byName.get(name);
  if (entries === undefined) return none;
  const machine = inventory.traits.arch;
  if (entries.every((e) => Architecture.updates(arch, e.arch, machine))) return entries;
  return entries.filter((e) => Architecture.updates(arch, e.arch, machine));
};

interface OwnState {
  readonly state: "behind" | "installed" | UnknownReason;
  /** The version that decided, where one did. */
  readonly evr: string | null;
}

const ownState = (fix: Fix, standing: readonly Installed[], format: PackageFormat | null): OwnState | null => {
  if (standing.length === 0) return null;
  if (format === null) return { state: "format-not-told", evr: null };
  const target = versionOf(fix.version, fix.package.evr, format);
  if (target === null) return { state: "version-unreadable", evr: null };
  const isNewestDecisive = InstallOnly.isInstallOnly(fix.package);
  let decisive: { readonly evr: string; readonly version: Version.Version } | null = null;
  let isUnreadable = false;
  for (const entry of standing) {
    const version = versionOf(entry.version, entry.evr, format);
    if (version === null) {
      isUnreadable = true;
      continue;
    }
    if (decisive === null || isAhead({ evr: entry.evr, version }, decisive, isNewestDecisive))
      decisive = { evr: entry.evr, version };
  }
  if (decisive === null) return { state: "version-unreadable", evr: null };
  const isBehind = Version.compare(decisive.version, target) < 0;
  // What can't be read could only turn round what isn't certain yet.
  if (isUnreadable && isBehind === isNewestDecisive) return { state: "version-unreadable", evr: null };
  return { state: isBehind ? "behind" : "installed", evr: decisive.evr };
};

// Of two spellings of one version it must not depend on their order which one is shown.
const isAhead = (
  a: { readonly evr: string; readonly version: Version.Version },
  b: { readonly evr: string; readonly version: Version.Version },
  isNewest: boolean,
): boolean => {
  const order = Version.compare(a.version, b.version);
  if (order === 0) return a.evr > b.evr;
  return isNewest ? order > 0 : order < 0;
};

// The installed packages that a package obsoletes; where none is for certain, why it can't be told.
const replacedBy = (
  fix: Fix,
  inventory: Inventory,
  format: PackageFormat | null,
): readonly Installed[] | UnknownReason => {
  const hits: Installed[] = [];
  let reason: UnknownReason | null = null;
  for (const obsolete of fix.obsoletes) {
    for (const entry of matching(inventory, obsolete.name, fix.package.arch)) {
      const isHit = isObsoleted(obsolete, entry, format);
      if (isHit === true) hits.push(entry);
      else if (isHit !== false) reason ??= isHit;
    }
  }
  return hits.length === 0 && reason !== null ? reason : [...new Set(hits)];
};

const isObsoleted = (obsolete: Obsolete, entry: Installed, format: PackageFormat | null): boolean | UnknownReason => {
  if (obsolete.before === null) return true;
  if (format === null) return "format-not-told";
  const before = versionOf(obsolete.version, obsolete.before, format);
  const version = versionOf(entry.version, entry.evr, format);
  return before === null || version === null ? "version-unreadable" : Version.compare(version, before) < 0;
};

// A version was read beforehand if its own side said the format, else here.
const versionOf = (known: Version.Version | null, text: string, format: PackageFormat): Version.Version | null =>
  known ?? Version.read(format, text);
