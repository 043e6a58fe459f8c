/**
 * What an assessment looks at on an asset: its packages by name, and what of its facts says which patches are for it.
 * Made once and held against any number of patches.
 */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import type { Asset } from "../asset/Asset.ts";
import type { PackageFormat } from "../shared/Platform.ts";
import * as Release from "./Release.ts";
import * as Version from "./Version.ts";

/** What of an asset, beside its packages, an assessment depends on. Null: the agent didn't tell. */
export interface Traits {
  readonly platform: Asset["platform"];
  /** The machine's own architecture. */
  readonly arch: string;
  /** `id:version`, as `rocky:9.4`. */
  readonly release: string | null;
  readonly packageFormat: PackageFormat | null;
  /** Enabled module streams as `name:stream`. */
  readonly modules: readonly string[] | null;
}

/** One installed version of a package. */
export interface Installed extends Package.Package {
  /** Null when the asset's format is unknown, or can't read it. */
  readonly version: Version.Version | null;
}

export interface Inventory {
  readonly traits: Traits;
  /** Every installed version of every architecture, under the package's name. */
  readonly byName: ReadonlyMap<string, readonly Installed[]>;
}

/** What of an asset its assessment depends on. */
export const traitsOf = (asset: Pick<Asset, "platform" | "arch" | "facts">): Traits => ({
  platform: asset.platform,
  arch: asset.arch,
  release: asset.facts.release,
  packageFormat: asset.facts.packageFormat,
  modules: asset.facts.modules,
});

/** What leads to an asset in an index of packages: their names, and the marks of what it runs. */
export const namesOf = (traits: Traits, names: Iterable<string>): readonly string[] => [
  ...names,
  ...Release.marksOf(traits.platform, traits.release),
];

/** The traits as one text: equal for assets that are judged alike. */
export const traitsKey = (traits: Traits): string =>
  JSON.stringify([
    traits.platform,
    traits.arch,
    traits.release,
    traits.packageFormat,
    traits.modules === null ? null : [...traits.modules].sort(),
  ]);

/**
 * An inventory of packages in any order.
 *
 * @example Inventory.make(Inventory.traitsOf(asset), [{ name: "openssl", arch: "x86_64", evr: "3.0.7-1" }])
 */
export const make = (traits: Traits, packages: readonly Package.Package[]): Inventory => {
  const byName = new Map<string, Installed[]>();
  for (const { name, arch, evr } of packages) {
    const version = traits.packageFormat === null ? null : Version.read(traits.packageFormat, evr);
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [{ name, arch, evr, version }]);
    else known.push({ name, arch, evr, version });
  }
  return { traits, byName };
};

/** Names of packages of which the versions or architectures are not the same in both. */
export const changedNames = (before: Inventory, after: Inventory): ReadonlySet<string> => {
  const changed = new Set<string>();
  for (const [name, entries] of after.byName) {
    if (!areSame(before.byName.get(name), entries)) changed.add(name);
  }
  for (const name of before.byName.keys()) if (!after.byName.has(name)) changed.add(name);
  return changed;
};

const areSame = (a: readonly Installed[] | undefined, b: readonly Installed[]): boolean => {
  if (a === undefined || a.length !== b.length) return false;
  if (a.length === 1) return a[0]?.arch === b[0]?.arch && a[0]?.evr === b[0]?.evr;
  const texts = (entries: readonly Installed[]): string =>
    entries
      .map((e) => `${e.arch} ${e.evr}`)
      .sort()
      .join("\n");
  return texts(a) === texts(b);
};
