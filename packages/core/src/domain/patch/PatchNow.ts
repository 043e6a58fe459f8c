/**
 * "Patch now" (VUL-01): which patches fix given vulnerabilities on given assets, the newest of each chain that is missing
 * there and that jobs may deploy, and what no patch fixes.
 *
 * A patch fixes a vulnerability when it names its CVE, and so does what takes that patch's place: by the vendor's links,
 * or, on Linux, by bringing everything that is missing of it as far or further. Where the newest can't be deployed, the
 * newest that can is proposed. A held patch is none that can (PLN-05); it is named, so that nobody takes what is proposed
 * instead for the newest.
 */
import type { Asset } from "../asset/Asset.ts";
import { type Platform, platforms } from "../shared/Platform.ts";
import type { Patch } from "./Patch.ts";
import * as Patches from "./Patch.ts";
import * as Supersedence from "./Supersedence.ts";
import * as Vulnerability from "./Vulnerability.ts";

export interface PatchNowInputs {
  /** Scanners' numbers and CVE ids that are to be fixed. */
  readonly qids: readonly number[];
  readonly cves: readonly string[];
  /** What is known of the numbers; one that isn't here is unknown. */
  readonly vulnerabilities: ReadonlyMap<number, Vulnerability.Vulnerability>;
  readonly assets: readonly Asset[];
  /** What each asset lacks; an asset that isn't here was never assessed. */
  readonly missing: ReadonlyMap<string, readonly Supersedence.MissingHere[]>;
  readonly graph: Supersedence.Supersedence;
  /** Patches whose file someone supplied (PAT-04). */
  readonly supplied: ReadonlySet<string>;
  /** Patches that are held (PLN-05). */
  readonly held: ReadonlySet<string>;
}

/** Assets that get the same patches; in the order in which the patches were published. */
export interface PatchNowGroup {
  readonly platform: Platform;
  readonly assets: readonly string[];
  readonly patches: readonly string[];
}

/**
 * Why a vulnerability isn't fixed by what is proposed: its number is unknown, or no CVE links it to patches (PAT-05); no
 * patch names the CVE; what fixes it can't be deployed on these assets, or could but for a hold; or none of the assets lacks
 * what fixes it.
 */
export type UnfixedReason = "unknown" | "no-cve" | "no-patch" | "not-deployable" | "held" | "not-missing";

export interface Unfixed {
  /** The number, or null where a CVE was asked for. */
  readonly qid: number | null;
  readonly cve: string | null;
  readonly reason: UnfixedReason;
  /** The patches that it is about. */
  readonly patches: readonly string[];
  /** The assets that lack them. */
  readonly assets: readonly string[];
}

export interface PatchNow {
  readonly groups: readonly PatchNowGroup[];
  readonly unfixed: readonly Unfixed[];
  /** Held patches that would have been proposed (PLN-05): something older is in their place, or nothing. Sorted. */
  readonly held: readonly string[];
  /** Assets of which nothing is known: whether they need a fix, nobody can say. */
  readonly unassessed: readonly string[];
}

/** What to patch now; the same for the same inputs in any order. */
export const propose = (inputs: PatchNowInputs): PatchNow => {
  const wishes = wishesOf(inputs);
  const fixers = fixersOf(inputs.graph, new Set(wishes.flatMap((w) => w.cve ?? [])));
  const assets = [...inputs.assets].sort((a, b) => compare(a.id, b.id));
  const cures = cureAll(inputs, assets, fixers);
  return {
    groups: groupsOf(inputs.graph, assets, cures),
    unfixed: wishes.flatMap((w) => whyUnfixed(w, fixers, cures)),
    held: [...new Set([...cures.values()].flatMap((cure) => [...cure.values()].flatMap((c) => c.held ?? [])))].sort(),
    unassessed: assets.filter((a) => !inputs.missing.has(a.id)).map((a) => a.id),
  };
};

interface Wish {
  readonly qid: number | null;
  readonly cve: string | null;
  /** Why there is no CVE to go by. */
  readonly reason: "unknown" | "no-cve" | null;
}

const wishesOf = (inputs: PatchNowInputs): readonly Wish[] => [
  ...[...new Set(inputs.qids)]
    .sort((a, b) => a - b)
    .flatMap((qid): readonly Wish[] => {
      const known = inputs.vulnerabilities.get(qid);
      if (known === undefined) return [{ qid, cve: null, reason: "unknown" }];
      if (known.cves.length === 0) return [{ qid, cve: null, reason: "no-cve" }];
      return known.cves.map((cve) => ({ qid, cve: Vulnerability.normal(cve), reason: null }));
    }),
  ...[...new Set(inputs.cves.map(Vulnerability.normal))].sort().map((cve) => ({ qid: null, cve, reason: null })),
];

type Fixers = ReadonlyMap<string, readonly Patch[]>;

const fixersOf = (graph: Supersedence.Supersedence, cves: ReadonlySet<string>): Fixers => {
  const found = new Map<string, Patch[]>();
  for (const patch of graph.patches.values()) {
    for (const cve of new Set(patch.cves.map(Vulnerability.normal))) {
      if (!cves.has(cve)) continue;
      const known = found.get(cve);
      if (known === undefined) found.set(cve, [patch]);
      else known.push(patch);
    }
  }
  return found;
};

/**
 * What is proposed on one asset, by missing patch that fixes something: the patch to deploy, or null if none can be, and the
 * held one that would be proposed were it not.
 */
type Cure = ReadonlyMap<string, { readonly patch: string | null; readonly held: string | null }>;

// Assets that lack the same get the same, so it is worked out once for all of them.
const cureAll = (inputs: PatchNowInputs, assets: readonly Asset[], fixers: Fixers): ReadonlyMap<string, Cure> => {
  const wanted = new Set([...fixers.values()].flat().map((p) => p.id));
  const known = new Map<string, Cure>();
  const cures = new Map<string, Cure>();
  for (const asset of assets) {
    const missing = inputs.missing.get(asset.id);
    if (missing === undefined) continue;
    const key = JSON.stringify(missing.map((m) => [m.patchId, m.packages.map((p) => [p.name, p.arch, p.fixed])]));
    const cure = known.get(key) ?? cureOf(inputs, missing, wanted);
    known.set(key, cure);
    cures.set(asset.id, cure);
  }
  return cures;
};

const cureOf = (
  inputs: PatchNowInputs,
  missing: readonly Supersedence.MissingHere[],
  wanted: ReadonlySet<string>,
): Cure => {
  const deployable = missing.filter((m) => {
    const patch = inputs.graph.patches.get(m.patchId);
    return patch !== undefined && Patches.whyNotDeployed(patch, inputs.supplied.has(m.patchId)) === null;
  });
  const free = deployable.filter((m) => !inputs.held.has(m.patchId));
  const cure = new Map<string, { readonly patch: string | null; readonly held: string | null }>();
  for (const m of missing) {
    if (!wanted.has(m.patchId)) continue;
    const best = newest(inputs.graph, m, deployable);
    const isHeld = best !== null && inputs.held.has(best);
    cure.set(m.patchId, { patch: isHeld ? newest(inputs.graph, m, free) : best, held: isHeld ? best : null });
  }
  return cure;
};

// Of those that do what it does, one that no other of them takes the place of; of several the latest.
const newest = (
  graph: Supersedence.Supersedence,
  fix: Supersedence.MissingHere,
  deployable: readonly Supersedence.MissingHere[],
): string | null => {
  const options = deployable.filter((o) => o.patchId === fix.patchId || replaces(graph, o, fix));
  const best = options.filter((o) => !options.some((other) => isBetter(graph, other, o)));
  const order = best.map((o) => o.patchId).sort((a, b) => byPublication(graph, a, b));
  return order.at(-1) ?? null;
};

const replaces = (
  graph: Supersedence.Supersedence,
  newer: Supersedence.MissingHere,
  older: Supersedence.MissingHere,
): boolean =>
  Supersedence.isSupersededAmong(graph, older.patchId, new Set([newer.patchId]), null) ||
  (older.packages.length > 0 && Supersedence.covers(graph, newer, older));

// Two that bring the same replace each other; then neither is better, and the later one is taken.
const isBetter = (
  graph: Supersedence.Supersedence,
  a: Supersedence.MissingHere,
  b: Supersedence.MissingHere,
): boolean => a.patchId !== b.patchId && replaces(graph, a, b) && !replaces(graph, b, a);

const whyUnfixed = (
  { qid, cve, reason }: Wish,
  fixers: Fixers,
  cures: ReadonlyMap<string, Cure>,
): readonly Unfixed[] => {
  const unfixed = (why: UnfixedReason, patches: readonly string[], assets: readonly string[]): readonly Unfixed[] => [
    { qid, cve, reason: why, patches: [...patches].sort(), assets },
  ];
  if (reason !== null || cve === null) return unfixed(reason ?? "unknown", [], []);
  const patches = (fixers.get(cve) ?? []).filter((p) => !p.isDeprecated).map((p) => p.id);
  if (patches.length === 0) return unfixed("no-patch", [], []);
  const lacking = [...cures].filter(([, cure]) => patches.some((id) => cure.has(id)));
  if (lacking.length === 0) return unfixed("not-missing", patches, []);
  // Nothing can be deployed that fixes it: but for a hold, or at all.
  const isStuck = (cure: Cure, id: string, isHeld: boolean): boolean => {
    const found = cure.get(id);
    return found?.patch === null && (found.held !== null) === isHeld;
  };
  return ([false, true] as const).flatMap((isHeld) => {
    const stuck = lacking.filter(([, cure]) => patches.some((id) => isStuck(cure, id, isHeld)));
    const which = patches.filter((id) => stuck.some(([, cure]) => isStuck(cure, id, isHeld)));
    const assets = stuck.map(([id]) => id);
    return stuck.length === 0 ? [] : unfixed(isHeld ? "held" : "not-deployable", which, assets);
  });
};

const groupsOf = (
  graph: Supersedence.Supersedence,
  assets: readonly Asset[],
  cures: ReadonlyMap<string, Cure>,
): readonly PatchNowGroup[] => {
  const groups = new Map<string, { platform: Platform; assets: string[]; patches: readonly string[] }>();
  for (const { id, platform: of } of assets) {
    // No job is for another platform.
    const platform = platforms.find((p) => p === of);
    if (platform === undefined) continue;
    const chosen = new Set([...(cures.get(id)?.values() ?? [])].flatMap(({ patch }) => patch ?? []));
    if (chosen.size === 0) continue;
    const patches = [...chosen].sort((a, b) => byPublication(graph, a, b));
    const key = JSON.stringify([platform, patches]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { platform, assets: [id], patches });
    else known.assets.push(id);
  }
  return [...groups.values()].sort((a, b) => compare(a.assets[0] ?? "", b.assets[0] ?? ""));
};

const byPublication = (graph: Supersedence.Supersedence, a: string, b: string): number =>
  (graph.patches.get(a)?.publishedAt ?? 0) - (graph.patches.get(b)?.publishedAt ?? 0) || compare(a, b);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
