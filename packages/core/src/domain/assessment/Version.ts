/** Versions as a package format reads and orders them, read once and compared often. */
import { DebVersion, RpmVersion } from "@fettle/agent-protocol/vocabulary";
import type { PackageFormat } from "../shared/Platform.ts";

/** A version that was read; two of one asset are always of one format. */
export type Version =
  | { readonly format: "rpm"; readonly read: RpmVersion.Evr }
  | { readonly format: "deb"; readonly read: DebVersion.DebVersion };

/** Reads a version; null when it isn't one in that format. */
export const read = (format: PackageFormat, text: string): Version | null => {
  if (format === "rpm") {
    const evr = RpmVersion.parse(text);
    return evr === null ? null : { format, read: evr };
  }
  const version = DebVersion.parse(text);
  return version === null ? null : { format, read: version };
};

/** Compares two versions of one format; what is of another format never gets here. */
export const compare = (a: Version, b: Version): RpmVersion.Ordering => {
  if (a.format === "rpm") return b.format === "rpm" ? RpmVersion.compareRead(a.read, b.read) : mixed(a, b);
  return b.format === "deb" ? DebVersion.compareRead(a.read, b.read) : mixed(a, b);
};

const mixed = (a: Version, b: Version): never => {
  throw new Error(`invariant: a version of ${a.format} was held against one of ${b.format}`);
};
