/**
 * Generated inventories and catalogues: few names, few versions, so that patches meet packages often, in every way that an
 * assessment knows, and now and then with a version that nobody can read.
 */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as fc from "fast-check";
import type { CatalogueDelta } from "../../domain/assessment/CatalogueIndex.ts";
import type { Traits } from "../../domain/assessment/Inventory.ts";
import type { Patch, PatchPackage } from "../../domain/patch/Patch.ts";
import * as PatchBuilders from "../builders/PatchBuilders.ts";

const NAMES = ["a", "b", "c", "kernel", "kernel-core"] as const;
const ARCHS = ["x86_64", "x86_64", "x86_64", "i686", "noarch", "s390x"] as const;

const name = fc.constantFrom(...NAMES);
const arch = fc.constantFrom(...ARCHS);

/** Versions 1 to 4, some of them spelt in another way, and one text that is no version. */
export const evr: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => `${n}-1`) },
  { weight: 2, arbitrary: fc.constantFrom("02-1", "0:2-1", "3-01") },
  { weight: 1, arbitrary: fc.constant("no version") },
);

/** An installed package. */
export const installed: fc.Arbitrary<Package.Package> = fc.record({ name, arch, evr });

/** Up to seven installed packages, some of them in several versions: what a snapshot holds. */
export const packages: fc.Arbitrary<readonly Package.Package[]> = fc.array(installed, { maxLength: 7 });

/** What of an asset assessments depend on, told or not. */
export const traits: fc.Arbitrary<Traits> = fc.record({
  platform: fc.constantFrom("Linux", "Linux", "Linux", "Linux", "Linux", "Mac"),
  arch: fc.constantFrom("x86_64", "x86_64", "x86_64", "i686"),
  release: fc.constantFrom("os:9.4", "os:9.4", "os:9", "os:8.1", "os:94", null),
  packageFormat: fc.constantFrom("rpm", "rpm", "rpm", "deb", null),
  modules: fc.constantFrom([], ["m:1"], ["m:1", "n:2"], null),
});

const obsoletes = fc.array(fc.record({ name, before: fc.oneof(evr, fc.constant(null)) }), { maxLength: 2 });

/** A package as a patch brings it, with what it replaces, its module stream, and that it is kept beside others. */
export const brought: fc.Arbitrary<PatchPackage> = fc
  .record({
    name,
    arch: fc.constantFrom(...ARCHS, "any"),
    evr,
    obsoletes: fc.option(obsoletes, { nil: undefined, freq: 2 }),
    module: fc.option(fc.constantFrom("m:1", "m:2"), { nil: undefined, freq: 2 }),
    isInstallOnly: fc.option(fc.boolean(), { nil: undefined, freq: 1 }),
    isPresence: fc.constantFrom(undefined, true),
  })
  .map((p): PatchPackage => Object.fromEntries(Object.entries(p).filter(([, v]) => v !== undefined)) as never);

/** An advisory that may concern such machines. */
export const advisory = (id: string): fc.Arbitrary<Patch> =>
  fc
    .record({
      packages: fc.array(brought, { maxLength: 4 }),
      releases: fc.constantFrom([], [], [], ["os:9"], ["os:9.4", "os:8"], ["other:1"]),
      packageFormat: fc.constantFrom("rpm", "rpm", "rpm", "rpm", "deb", null),
      isDeprecated: fc.constantFrom(false, false, false, false, false, true),
    } as const)
    // What is known by its presence says where it ought to be, or no feed may carry it.
    .map((over) =>
      over.releases.length > 0
        ? over
        : { ...over, packages: over.packages.map(({ isPresence: _presence, ...p }) => p) },
    )
    .map((over) => PatchBuilders.advisory(id, over));

const IDS = ["P-1", "P-10", "P-2", "P-3", "p-4", "P-5"] as const;

/** Advisories with different ids. */
export const catalogue: fc.Arbitrary<readonly Patch[]> = fc
  .subarray([...IDS])
  .chain((ids) => fc.tuple(...ids.map(advisory)));

/** A change of a catalogue: some patches new or different, others gone, known or not. */
export const delta: fc.Arbitrary<CatalogueDelta> = fc.record({
  put: fc.subarray([...IDS], { maxLength: 3 }).chain((ids) => fc.tuple(...ids.map(advisory))),
  gone: fc.subarray([...IDS, "never-there"], { maxLength: 2 }),
});

/** A machine as its snapshot tells of it. */
export interface Machine {
  readonly traits: Traits;
  readonly packages: readonly Package.Package[];
}

export const machine: fc.Arbitrary<Machine> = fc.record({ traits, packages });

/** What one assessment is made of: a machine and the catalogue that it is held against. */
export const situation: fc.Arbitrary<{ readonly machine: Machine; readonly catalogue: readonly Patch[] }> = fc.record({
  machine,
  catalogue,
});

/** The packages of a machine before and after some of them changed. */
export const change: fc.Arbitrary<{
  readonly before: readonly Package.Package[];
  readonly after: readonly Package.Package[];
}> = packages.chain((before) =>
  fc
    .tuple(fc.subarray([...before]), packages)
    .map(([kept, more]) => ({ before, after: [...kept, ...more.slice(0, 3)] })),
);
