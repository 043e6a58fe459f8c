/** What an operating system is called here, and its package manager's way of comparing versions. */

export const platforms = ["Windows", "Linux", "Mac"] as const;
export type Platform = (typeof platforms)[number];

/** By which rules a package's versions are compared. */
export const packageFormats = ["rpm", "deb"] as const;
export type PackageFormat = (typeof packageFormats)[number];
