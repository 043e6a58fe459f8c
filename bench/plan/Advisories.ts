/**
 * A catalogue as vendors publish it and machines as they stand in a fleet: source packages with their parts, a few of which
 * are on most machines; advisories that bring all parts of one source, for the machine's architecture and its multilib one.
 */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import { Patch } from "@fettle/core";
import * as Random from "../qql/Random.ts";

export const RELEASE = "rocky:9";

/** Parts of a source package: the shares of 1, 2, 3… add up to some four on average. */
const PARTS = [1, 1, 2, 2, 3, 4, 5, 6, 8, 10] as const;
const VERSIONS = 9;

const SEED = 20_260_511;
const CHANCES = 1_000_000;

export interface Source {
  readonly names: readonly string[];
  /** Whether it is built for i686 too. */
  readonly isMultilib: boolean;
}

/** `count` source packages. */
export const sources = (count: number): readonly Source[] =>
  Array.from({ length: count }, (_, i) => ({
    names: Array.from({ length: PARTS[i % PARTS.length] ?? 1 }, (_, part) =>
      part === 0 ? `package-${i}` : `package-${i}-part${part}`,
    ),
    isMultilib: i % 4 === 0,
  }));

/** `count` advisories over the sources, in the order of their ids; `first` is the number of the first. */
export const advisories = (of: readonly Source[], count: number, first = 0): readonly Patch.Patch[] => {
  const random = Random.make(SEED + first);
  return Array.from({ length: count }, (_, i) => {
    const source = of[random(of.length)] as Source;
    const evr = version(random);
    const archs = source.isMultilib ? ["x86_64", "i686"] : ["x86_64"];
    return Patch.make({
      id: `RLSA-2026:${String(first + i).padStart(6, "0")}`,
      title: `${source.names[0]} update`,
      platform: "Linux",
      vendor: "Rocky",
      category: "security",
      vendorSeverity: "Important",
      releases: [RELEASE],
      packages: source.names.flatMap((name) => archs.map((arch) => ({ name, arch, evr }))),
      publishedAt: Date.UTC(2026, 0, 1),
    });
  });
};

/** What stands on a machine: whole sources, one after the other from a place of its own, until there are enough packages. */
export const machine = (of: readonly Source[], packages: number, seed: number): readonly Package.Package[] => {
  const random = Random.make(SEED * (seed + 2));
  const found: Package.Package[] = [];
  const taken = new Set<Source>();
  while (found.length < packages) {
    // The square of chance: low numbers, the base of every system, stand on most machines.
    const source = of[Math.floor((random(CHANCES) / CHANCES) ** 2 * of.length)] as Source;
    if (taken.has(source)) continue;
    taken.add(source);
    const evr = version(random);
    for (const name of source.names) found.push({ name, arch: "x86_64", evr });
  }
  found.length = packages;
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
};

const version = (random: Random.Random): string =>
  `${1 + random(3)}.${random(VERSIONS)}.${random(VERSIONS)}-${1 + random(20)}.el9`;
