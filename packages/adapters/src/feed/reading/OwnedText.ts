/** The engine keeps a whole chunk of a feed alive for a slice of it, so what is kept is copied. */
import type { Patch } from "@fettle/core";

/** A copy that holds nothing but itself alive. */
export const owned = (text: string): string => Buffer.from(text, "utf8").toString("utf8");

/** A patch all of whose texts are its own. */
export const ownedPatch = (patch: Patch.Patch): Patch.Patch => ({
  ...patch,
  id: owned(patch.id),
  title: owned(patch.title),
  description: owned(patch.description),
  vendor: owned(patch.vendor),
  vendorLink: patch.vendorLink === null ? null : owned(patch.vendorLink),
  category: owned(patch.category),
  cves: patch.cves.map(owned),
  releases: patch.releases.map(owned),
  packages: patch.packages.map((p) => ({
    ...p,
    name: owned(p.name),
    arch: owned(p.arch),
    evr: owned(p.evr),
    ...(p.module === undefined ? {} : { module: owned(p.module) }),
  })),
});
