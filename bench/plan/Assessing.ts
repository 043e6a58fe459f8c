/** What is missing on one asset, against an index join written by hand; and on a fleet after one change of its feed. */
import { type Package, RpmVersion } from "@fettle/agent-protocol/vocabulary";
import type { Patch } from "@fettle/core";
import * as Assessment from "../../packages/core/src/domain/assessment/Assessment.ts";
import * as CatalogueIndex from "../../packages/core/src/domain/assessment/CatalogueIndex.ts";
import * as Inventory from "../../packages/core/src/domain/assessment/Inventory.ts";
import * as PackageIndex from "../../packages/core/src/domain/assessment/PackageIndex.ts";
import type { Contest } from "../Entry.ts";
import * as Advisories from "./Advisories.ts";

const SOURCES = 6_000;
const ADVISORIES = 20_000;
const PACKAGES = 5_000;

const traits: Inventory.Traits = {
  platform: "Linux",
  arch: "x86_64",
  release: `${Advisories.RELEASE}.4`,
  packageFormat: "rpm",
  modules: [],
};
const about = { snapshot: "sha256:00", assessedAt: 0, catalogue: 1, traits: Inventory.traitsKey(traits) };

const milliseconds = (work: () => void): number => {
  const begun = performance.now();
  work();
  return performance.now() - begun;
};

// What is made is held here for a moment, so that no work can be left out.
const kept: { last: unknown } = { last: null };

/** One asset of 5,000 packages, from the packages as they came in, against 20,000 advisories. */
export const one = (): Contest => {
  const sources = Advisories.sources(SOURCES);
  const patches = Advisories.advisories(sources, ADVISORIES);
  const index = CatalogueIndex.make(patches);
  const join = joinOf(patches);
  // Several machines, for one alone would be learnt by heart.
  const machines = Array.from({ length: 8 }, (_, i) => Advisories.machine(sources, PACKAGES, i));
  const assess = (packages: readonly Package.Package[]): Assessment.Assessment =>
    Assessment.assess(Inventory.make(traits, packages), index, about);
  for (const packages of machines) same(assess(packages), join(packages));
  const each = (work: (packages: readonly Package.Package[]) => unknown) => (): number =>
    milliseconds(() => {
      for (const packages of machines) kept.last = work(packages);
    }) / machines.length;
  return { ours: each(assess), peer: each(join) };
};

type Joined = Pick<Assessment.Assessment, "missing" | "installed">;

/** Advisories by name and architecture; every version is compared, and the advisories are gone through in order. */
const joinOf = (patches: readonly Patch.Patch[]): ((packages: readonly Package.Package[]) => Joined) => {
  const byKey = new Map<string, { readonly advisory: number; readonly evr: string }[]>();
  for (const [advisory, { packages }] of patches.entries()) {
    for (const { name, arch, evr } of packages) {
      const known = byKey.get(`${name}.${arch}`);
      if (known === undefined) byKey.set(`${name}.${arch}`, [{ advisory, evr }]);
      else known.push({ advisory, evr });
    }
  }
  return (packages) => {
    const behind = new Map<number, { name: string; arch: string; installed: string; fixed: string }[]>();
    const isPresent = new Uint8Array(patches.length);
    for (const { name, arch, evr } of packages) {
      for (const fix of byKey.get(`${name}.${arch}`) ?? []) {
        isPresent[fix.advisory] = 1;
        if (RpmVersion.compare(evr, fix.evr) >= 0) continue;
        const found = { name, arch, installed: evr, fixed: fix.evr };
        const known = behind.get(fix.advisory);
        if (known === undefined) behind.set(fix.advisory, [found]);
        else known.push(found);
      }
    }
    const missing: Assessment.MissingPatch[] = [];
    const installed: string[] = [];
    for (let i = 0; i < patches.length; i += 1) {
      if (isPresent[i] === 0) continue;
      const patchId = (patches[i] as Patch.Patch).id;
      const found = behind.get(i);
      if (found === undefined) installed.push(patchId);
      else missing.push({ patchId, packages: found });
    }
    return { missing, installed };
  };
};

const same = (ours: Joined, peer: Joined): void => {
  const text = ({ missing, installed }: Joined): string => JSON.stringify([missing, installed]);
  if (text(ours) !== text(peer)) throw new Error("the two sides don't say the same");
  if (ours.missing.length < 100 || ours.installed.length < 100) throw new Error("too little to do");
};

const ASSETS = 100_000;
/** Machines of one image have the same packages; each asset has an assessment of its own all the same. */
const IMAGES = 100;
const CHANGED = 50;
/** Assets that are assessed whole, for what all would take. */
const SAMPLE = 50;

/** 50 advisories, ten of which were there before, over 100,000 assets: which are concerned, and what each now misses. */
export const delta = (): Contest => {
  const sources = Advisories.sources(SOURCES);
  const patches = Advisories.advisories(sources, ADVISORIES);
  const put = Advisories.advisories(sources, CHANGED, ADVISORIES - 10);
  const change: CatalogueIndex.CatalogueDelta = { put, gone: [] };
  const before = CatalogueIndex.make(patches);
  const after = CatalogueIndex.apply(before, change);
  const images = Array.from({ length: IMAGES }, (_, i) => {
    const packages = Advisories.machine(sources, PACKAGES, i);
    return { packages, inventory: Inventory.make(traits, packages), key: String(i) };
  });
  const assessed = images.map(({ inventory }) => Assessment.assess(inventory, before, about));
  const fleet = Array.from({ length: ASSETS }, (_, i) => {
    const image = i % IMAGES;
    return {
      image: images[image] as (typeof images)[number],
      assessment: { ...assessed[image] } as Assessment.Assessment,
    };
  });
  const ofImage = images.map(({ key }) => fleet.filter(({ image }) => image.key === key));
  const packageIndex = PackageIndex.make(
    images.map((i) => ({ assetId: i.key, names: Inventory.namesOf(traits, i.inventory.byName.keys()) })),
  );
  const former = new Set(patches.map((p) => p.id));
  const later = { assessedAt: 1, catalogue: 2 };
  const concerned = (): ReadonlySet<string> =>
    PackageIndex.assetsWith(packageIndex, CatalogueIndex.touchedNames(before, change));
  const ours = (): void => {
    const prepared = Assessment.prepareDelta(change, former);
    for (const key of concerned()) {
      for (const { image, assessment } of ofImage[Number(key)] ?? []) {
        kept.last = Assessment.applyPrepared(assessment, image.inventory, prepared, later);
      }
    }
  };
  const peer = (asset: number): Assessment.Assessment => {
    const { image } = fleet[asset] as (typeof fleet)[number];
    return Assessment.assess(Inventory.make(traits, image.packages), after, about);
  };
  // Every image comes to what assessing it whole gives, those that the change doesn't concern by staying as they are.
  const reached = concerned();
  if (reached.size < IMAGES / 100) throw new Error("too little to do");
  for (const [i, { key, inventory }] of images.entries()) {
    const was = assessed[i] as Assessment.Assessment;
    const now = Assessment.applyPrepared(was, inventory, Assessment.prepareDelta(change, former), later);
    same(reached.has(key) ? now : was, peer(i));
  }
  return {
    ours: () => milliseconds(ours),
    peer: () =>
      milliseconds(() => {
        for (let i = 0; i < SAMPLE; i += 1) kept.last = peer(i * (ASSETS / SAMPLE) + i);
      }) *
      (ASSETS / SAMPLE),
  };
};
