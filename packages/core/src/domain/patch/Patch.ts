/**
 * A patch (PAT-01) of a vendor's feed: on Linux an advisory with the packages that it brings (PAT-13, PAT-14).
 *
 * Times are epoch milliseconds. A Linux patch is carried by the asset's own repositories, so it has no url.
 */
import type { Package } from "@fettle/agent-protocol/vocabulary";

/** The five words of the vendor's severity, most severe first. */
export const vendorSeverities = ["Critical", "Important", "Moderate", "Low", "None"] as const;
export type VendorSeverity = (typeof vendorSeverities)[number];

/** Whether a patch asks for a reboot: never, where something that runs needs it, or always. */
export type RebootRequirement = "never" | "may" | "always";

export interface Patch {
  /** The vendor's id of the advisory, the same in every feed that carries it. */
  readonly id: string;
  readonly title: string;
  readonly platform: "Windows" | "Linux" | "Mac";
  readonly vendor: string;
  /** The vendor's type of advisory: `security`, `bugfix`, `enhancement`, … */
  readonly category: string;
  readonly vendorSeverity: VendorSeverity;
  readonly cves: readonly string[];
  /** What the advisory brings, at the versions that fix it. */
  readonly packages: readonly Package.Package[];
  readonly publishedAt: number;
  readonly modifiedAt: number;
  readonly reboot: RebootRequirement;
  /** Withdrawn by its vendor: never deployed (PAT-06). */
  readonly isDeprecated: boolean;
}

/** Whether the patch closes a security hole. */
export const isSecurity = (patch: Patch): boolean => patch.category === "security";
