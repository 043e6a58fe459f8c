import type { PackageFormat } from "./PackageVersion.ts";
import type { PatchFile } from "./PatchFile.ts";

/**
 * A package of a package manager, by name, architecture and EVR (`[epoch:]version-release`, epoch left out when 0); on Windows
 * and Mac a product, a hotfix or the system itself, and its version. Both sides speak of packages only so; versions are
 * compared by {@link ./PackageVersion.ts}.
 */
export interface Package {
  readonly name: string;
  readonly arch: string;
  readonly evr: string;
}

/** A package of an instruction, at the version that it is to have. */
export interface WantedPackage extends Package {
  /** Installed packages whose place it takes: it is wanted where one of them stands, though it doesn't stand itself. */
  readonly replaces?: readonly Package[];
  /** Known by its presence alone, as a hotfix is by its KB: it is wanted where it isn't, whatever its version. */
  readonly isPresence?: true;
}

/** One patch as an instruction to an installer: exactly these packages at exactly these versions. */
export interface PatchInstruction {
  readonly patchId: string;
  /** The vendor bulletin in the asset's own repositories, when there is one (PAT-13). */
  readonly advisory: string | null;
  /** By which rules its versions compare; `rpm` unless told. */
  readonly format?: PackageFormat;
  readonly packages: readonly WantedPackage[];
  /** The files that install it, in their order; left out where a package manager fetches by itself. */
  readonly files?: readonly PatchFile[];
}

/** Packages of one patch, those whose place they take counted with them: what a detection, and a fact about it, can hold. */
export const PER_PATCH_MAX = 512;

/** Packages whose place one package takes. */
export const REPLACED_MAX = 64;

/** What a package database says about one package of an instruction: every installed EVR, none when absent. */
export interface InstalledVersions {
  readonly name: string;
  readonly arch: string;
  readonly evrs: readonly string[];
  /** Whether the package manager keeps several versions of it on purpose (a kernel, say). */
  readonly sideBySide: boolean;
}

/** A package's identity across versions. */
export const key = (p: { readonly name: string; readonly arch: string }): string => `${p.name}.${p.arch}`;

/** Every package that an instruction is about, each once: those that it brings, then those whose place they take. */
export const concerned = (wanted: readonly WantedPackage[]): readonly Package[] => {
  const found = new Map<string, Package>();
  for (const p of [...wanted, ...wanted.flatMap((w) => w.replaces ?? [])]) {
    if (!found.has(key(p))) found.set(key(p), { name: p.name, arch: p.arch, evr: p.evr });
  }
  return [...found.values()];
};
