/** What an operating system is called here, and its package manager's way of comparing versions. */
import { PackageVersion } from "@fettle/agent-protocol/vocabulary";

export const platforms = ["Windows", "Linux", "Mac"] as const;
export type Platform = (typeof platforms)[number];

/** By which rules a package's versions are compared. */
export const packageFormats = PackageVersion.formats;
export type PackageFormat = PackageVersion.PackageFormat;

/** The one format of a platform; null where there are several, or none is known. */
export const formatOf = (platform: Platform | "Other"): PackageFormat | null =>
  platform === "Windows" ? "windows" : platform === "Mac" ? "mac" : null;
