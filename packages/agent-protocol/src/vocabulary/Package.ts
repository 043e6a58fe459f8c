/**
 * A package of a package manager, by name, architecture and EVR (`[epoch:]version-release`, epoch left out when 0).
 * Both sides speak of packages only so; versions are compared by {@link ./RpmVersion.ts}.
 */
export interface Package {
  readonly name: string;
  readonly arch: string;
  readonly evr: string;
}

/** One patch as an instruction to an installer: exactly these packages at exactly these versions. */
export interface PatchInstruction {
  readonly patchId: string;
  /** The vendor bulletin in the asset's own repositories, when there is one (PAT-13). */
  readonly advisory: string | null;
  readonly packages: readonly Package[];
}

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
