/**
 * A patch of a vendor's feed (PAT-01): on Linux an advisory with the packages that it brings (PAT-13, PAT-14), elsewhere
 * a bulletin with the products that it brings forward, or the KB that it is known by, and the files that install it.
 *
 * Times are epoch milliseconds, sizes bytes. What a feed doesn't say is null or empty, never a guess.
 */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import { formatOf, type PackageFormat, type Platform } from "../shared/Platform.ts";

/** The five words of the vendor's severity, most severe first. */
export const vendorSeverities = ["Critical", "Important", "Moderate", "Low", "None"] as const;
export type VendorSeverity = (typeof vendorSeverities)[number];

/** Whether a patch asks for a reboot: never, where something that runs needs it, or always. */
export type RebootRequirement = "never" | "may" | "always";

/** The architecture of a package of a feed that tells none (OSV): it fixes the package on whichever it stands. */
export const ANY_ARCHITECTURE = "any";

/** A package as a patch brings it, at the version that fixes. Its architecture may be {@link ANY_ARCHITECTURE}. */
export interface PatchPackage extends Package.Package {
  /** Packages that this one takes the place of; without `before`, at any version. */
  readonly obsoletes?: readonly { readonly name: string; readonly before: string | null }[];
  /** The module stream that it belongs to, as `name:stream`: it fixes only an asset on which that stream is enabled. */
  readonly module?: string;
  /** Kept beside its earlier versions on purpose (a kernel, say): the newest installed one decides. */
  readonly isInstallOnly?: boolean;
  /**
   * Known by its presence alone, as a hotfix is by its KB: installed where a package of its name stands, whatever its version,
   * and missing where one of the patch's releases runs without it. What has a version of its own needs no such mark.
   */
  readonly isPresence?: true;
}

/** A file that installs a patch, and how its bytes are known (MAN-01). */
export interface PatchFile {
  readonly url: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** Who must have signed it; null when the digest is all there is. */
  readonly signer: string | null;
}

/** Where an installer comes from (PAT-02). */
export type Download =
  /** The asset's own repositories bring it (PAT-13). */
  | { readonly _tag: "Repository" }
  /** The agent fetches it from the vendor. */
  | { readonly _tag: "Automatic"; readonly files: readonly PatchFile[] }
  /** Its address is known, but only a person may fetch it there (PAT-04). */
  | { readonly _tag: "AcquireFromVendor"; readonly url: string }
  /** Nothing is known about where it comes from. */
  | { readonly _tag: "Unavailable" };

/** "This patch takes the place of that one", for one product or for all that the two have in common (null). */
export interface SupersedenceLink {
  readonly patchId: string;
  readonly product: string | null;
}

export interface Patch {
  /** The vendor's id of the advisory or bulletin, the same in every feed that carries it. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly platform: Platform;
  readonly vendor: string;
  readonly vendorLink: string | null;
  /** The vendor's type of advisory: `security`, `bugfix`, `Security Patches`, … */
  readonly category: string;
  readonly vendorSeverity: VendorSeverity;
  readonly appFamilies: readonly string[];
  readonly products: readonly string[];
  readonly kb: string | null;
  readonly bulletin: string | null;
  readonly cves: readonly string[];
  readonly architectures: readonly string[];
  readonly language: string | null;
  /** Operating system releases that it is for, as `id:version` (`rocky:9`, `debian:12`); none: every asset with its packages. */
  readonly releases: readonly string[];
  readonly packageFormat: PackageFormat | null;
  readonly packages: readonly PatchPackage[];
  /** When it came out. Where its feed doesn't say: what comes nearest to it, else when the catalogue had it first. */
  readonly publishedAt: number;
  readonly modifiedAt: number;
  readonly sizeBytes: number | null;
  readonly download: Download;
  readonly reboot: RebootRequirement;
  /** As the vendor says it; {@link ./Supersedence.ts} makes a graph of it. */
  readonly supersedes: readonly SupersedenceLink[];
  readonly isRollbackSupported: boolean;
  /** A whole new release of the operating system, which is never deployed (PAT-07). */
  readonly isFeatureUpdate: boolean;
  /** Withdrawn by its vendor: never deployed (PAT-06). */
  readonly isDeprecated: boolean;
  /** Its feed tells no date of publication: its age counts from when it was first seen (PLN-07). */
  readonly isUndated?: true;
  /** When the catalogue had it first, whatever its feeds say; left out in what feeds say, and where it was kept before that was. */
  readonly firstSeenAt?: number;
}

type Told = "id" | "title" | "platform" | "vendor" | "category" | "vendorSeverity" | "publishedAt";

/**
 * What a feed must say of a patch, and what it may. A date of publication that it doesn't know is null, or, where something
 * else comes near to it, that date with `isUndated`.
 */
export type PatchInput = Omit<Pick<Patch, Told>, "publishedAt"> & { readonly publishedAt: number | null } & Partial<
    Omit<Patch, Told | "firstSeenAt">
  >;

// Shared, for catalogues are large.
const none: readonly never[] = [];
const repository: Download = { _tag: "Repository" };
const unavailable: Download = { _tag: "Unavailable" };
const undated: Pick<Patch, "isUndated"> = { isUndated: true };

/**
 * A patch from what its feed says. What is left out is unknown or none; a Linux patch comes from the asset's own
 * repositories as RPM packages unless the feed says otherwise; versions on Windows and on a Mac compare as they do there.
 *
 * @example
 * Patch.make({ id: "FTSA-2026:0001", title: "openssl update", platform: "Linux", vendor: "Lab", category: "security",
 *   vendorSeverity: "Critical", publishedAt: Date.UTC(2026, 0, 10), packages: [{ name: "openssl", arch: "x86_64", evr: "3.0.7-2" }] })
 */
export const make = ({ publishedAt, ...input }: PatchInput): Patch => ({
  description: "",
  vendorLink: null,
  appFamilies: none,
  products: none,
  kb: null,
  bulletin: null,
  cves: none,
  architectures: none,
  language: null,
  releases: none,
  packageFormat: input.platform === "Linux" ? "rpm" : formatOf(input.platform),
  packages: none,
  modifiedAt: publishedAt ?? 0,
  sizeBytes: null,
  download: input.platform === "Linux" ? repository : unavailable,
  reboot: "never",
  supersedes: none,
  isRollbackSupported: input.platform === "Linux",
  isFeatureUpdate: false,
  isDeprecated: false,
  ...input,
  publishedAt: publishedAt ?? 0,
  ...(publishedAt === null ? undated : {}),
});

/**
 * The name under which a repository knows the patch: its bulletin where it is one release's part of an advisory, whose own id
 * no repository has; else its id.
 */
export const advisoryOf = (patch: Patch): string =>
  patch.download._tag === "Repository" ? (patch.bulletin ?? patch.id) : patch.id;

/** Whether the patch closes a security hole. */
export const isSecurity = (patch: Patch): boolean => /^security\b/i.test(patch.category);

/** Why a job doesn't deploy a patch, by which rule. */
export interface Refusal {
  readonly rule: string;
  readonly reason: string;
}

/**
 * Whether there is a way for the agent to get the patch (PAT-02): only `Automatic` of the vendors' methods, what someone
 * fetched from its vendor for a Windows patch (PAT-04), and what the asset's own repositories bring (PAT-13).
 */
export const isPatchable = (patch: Patch, hasVendorFile = false): boolean =>
  patch.download._tag === "Automatic" ||
  patch.download._tag === "Repository" ||
  (hasVendorFile && mayBeSupplied(patch));

/** Whether someone may supply the patch's file: it is for Windows and only a person may fetch it (PAT-04). */
export const mayBeSupplied = (patch: Patch): boolean =>
  patch.platform === "Windows" && patch.download._tag === "AcquireFromVendor";

/** The first rule by which no job deploys the patch; null when jobs may. */
export const whyNotDeployed = (patch: Patch, hasVendorFile: boolean): Refusal | null => {
  if (patch.isDeprecated) return { rule: "PAT-06", reason: "deprecated by its vendor" };
  if (patch.isFeatureUpdate) return { rule: "PAT-07", reason: "a feature update, which is never deployed" };
  if (isPatchable(patch, hasVendorFile)) return null;
  const reason =
    patch.download._tag === "AcquireFromVendor"
      ? `not patchable: to be acquired from its vendor at ${patch.download.url}`
      : "not patchable: nothing is known about where to download it";
  return { rule: "PAT-03", reason };
};

/** Why a job of that kind doesn't take the patch up: a rollback takes what supports it (PAT-12), however old or withdrawn. */
export const whyNotIn = (patch: Patch, kind: "deployment" | "rollback", hasVendorFile: boolean): Refusal | null => {
  if (kind === "deployment") return whyNotDeployed(patch, hasVendorFile);
  return patch.isRollbackSupported ? null : { rule: "PAT-12", reason: "can't be rolled back, says its vendor" };
};
