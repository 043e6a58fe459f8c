/** Versions as a package format reads and orders them, the same on both sides; read once and compared often. */
import * as DebVersion from "./DebVersion.ts";
import * as DottedVersion from "./DottedVersion.ts";
import * as RpmVersion from "./RpmVersion.ts";

/** By which rules a package's versions are compared; the last two where there is no package manager. */
export const formats = ["rpm", "deb", "windows", "mac"] as const;
export type PackageFormat = (typeof formats)[number];

/** A version that was read; two of one asset are always of one format. */
export type Version =
  | { readonly format: "rpm"; readonly read: RpmVersion.Evr }
  | { readonly format: "deb"; readonly read: DebVersion.DebVersion }
  | { readonly format: "windows" | "mac"; readonly read: DottedVersion.DottedVersion };

/** Reads a version; null when it isn't one in that format. */
export const read = (format: PackageFormat, text: string): Version | null => {
  if (format === "rpm") {
    const evr = RpmVersion.parse(text);
    return evr === null ? null : { format, read: evr };
  }
  if (format === "deb") {
    const version = DebVersion.parse(text);
    return version === null ? null : { format, read: version };
  }
  const dotted = DottedVersion.parse(text, { hasTail: format === "mac" });
  return dotted === null ? null : { format, read: dotted };
};

/** Compares two versions of one format; what is of another format never gets here. */
export const compare = (a: Version, b: Version): RpmVersion.Ordering => {
  if (a.format === "rpm") return b.format === "rpm" ? RpmVersion.compareRead(a.read, b.read) : mixed(a, b);
  if (a.format === "deb") return b.format === "deb" ? DebVersion.compareRead(a.read, b.read) : mixed(a, b);
  return b.format === a.format ? DottedVersion.compareRead(a.read, b.read) : mixed(a, b);
};

/** Compares two texts: what is no version in that format comes before all that are, and by its text among its like. */
export const compareTexts = (format: PackageFormat, a: string, b: string): RpmVersion.Ordering => {
  // These two order any text there is.
  if (format === "rpm") return RpmVersion.compare(a, b);
  if (format === "deb") return DebVersion.compare(a, b);
  const [left, right] = [read(format, a), read(format, b)];
  if (left !== null && right !== null) return compare(left, right);
  if (left !== null || right !== null) return left === null ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
};

const mixed = (a: Version, b: Version): never => {
  throw new Error(`invariant: a version of ${a.format} was held against one of ${b.format}`);
};
