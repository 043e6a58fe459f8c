/** Which binary packages a record means by a name: by what it lists itself, and by what the caller knows. Pure. */
import type { Result } from "@fettle/agent-protocol";
import { all, one, type Problem, property } from "../reading/Checked.ts";
import * as PackageUrl from "../reading/PackageUrl.ts";
import { type Affected, NamedBinary } from "./OsvSchema.ts";

/** A package as a record names it. */
export interface NamedPackage {
  readonly name: string;
  /** `source`: binary packages are built of it. `binary`: an asset has it under this name. */
  readonly kind: "source" | "binary";
  /** `debian:12`. */
  readonly release: string;
  readonly format: "rpm" | "deb";
}

/** A binary package's name, with its architecture or for any. */
export type BinaryPackage = string | { readonly name: string; readonly arch: string };

/** The binary packages that are meant by a name; none when that isn't known. */
export type BinariesOf = (named: NamedPackage) => readonly BinaryPackage[];

export interface MeantPackage {
  readonly name: string;
  /** Null where nobody tells it. */
  readonly arch: string | null;
  /** Null where it is that of the source package. */
  readonly version: string | null;
}

/** The binary packages meant; null where they aren't known. A source package beside its binary ones brings nothing. */
export const meant = (
  affected: Affected,
  named: NamedPackage,
  binariesOf: BinariesOf | null,
  path: string,
): Result<readonly MeantPackage[] | null, Problem> => {
  const known = (each: NamedPackage, version: string | null): readonly MeantPackage[] =>
    (binariesOf?.(each) ?? []).map((b) =>
      typeof b === "string" ? { name: b, arch: null, version } : { ...b, version },
    );
  const binary = (name: string, version: string | null): readonly MeantPackage[] => {
    const found = known({ ...named, name, kind: "binary" }, version);
    return found.length > 0 ? found : [{ name, arch: null, version }];
  };
  const told = property(affected.ecosystem_specific, "binaries");
  if (Array.isArray(told) && told.length > 0) {
    const listed = listedIn(told, `${path}.ecosystem_specific.binaries`);
    if (!listed.ok) return listed;
    return { ok: true, value: listed.value.flatMap((b) => binary(b.binary_name, b.binary_version ?? null)) };
  }
  if (named.kind === "binary") return { ok: true, value: isSource(affected) ? [] : binary(named.name, null) };
  const found = known(named, null);
  return { ok: true, value: found.length === 0 ? null : found };
};

const isSource = (affected: Affected): boolean => {
  const purl = PackageUrl.parse(affected.package?.purl ?? "");
  return /^(?:src|source)$/.test(purl?.qualifiers.get("arch") ?? "");
};

// Two forms are in use: {binary_name, binary_version}, and {name: version, …}.
const listedIn = (told: readonly unknown[], path: string): Result<readonly NamedBinary[], Problem> => {
  const found: NamedBinary[] = [];
  for (const [i, entry] of told.entries()) {
    const at = `${path}[${i}]`;
    if (typeof entry === "object" && entry !== null && !Object.hasOwn(entry, "binary_name")) {
      const versions = Object.entries(entry);
      const binaries = versions.map(([name, version]) => ({ binary_name: name, binary_version: version as unknown }));
      const read = all(NamedBinary, binaries, at);
      if (!read.ok) return read;
      for (const each of read.value) found.push(each);
    } else {
      const read = one(NamedBinary, entry, at);
      if (!read.ok) return read;
      found.push(read.value);
    }
  }
  return { ok: true, value: found };
};
