/** Which assets have a package of a name: what of a fleet a change of the catalogue concerns, without looking at each. */

export interface PackageIndex {
  readonly byName: ReadonlyMap<string, readonly string[]>;
}

/** The index of a fleet: asset ids with the names of their packages. Assets with equal packages may share the names. */
export const make = (fleet: Iterable<{ readonly assetId: string; readonly names: Iterable<string> }>): PackageIndex => {
  const byName = new Map<string, string[]>();
  for (const { assetId, names } of fleet) {
    for (const name of new Set(names)) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [assetId]);
      else known.push(assetId);
    }
  }
  return { byName };
};

/** The assets that have at least one package of these names. */
export const assetsWith = (index: PackageIndex, names: Iterable<string>): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const name of names) for (const assetId of index.byName.get(name) ?? []) found.add(assetId);
  return found;
};
