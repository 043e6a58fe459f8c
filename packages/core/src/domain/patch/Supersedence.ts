/**
 * Which patch takes the place of which (PAT-08), and which of an asset's missing patches are the newest (AST-03).
 *
 * Vendors' links make a graph per product: the links of that product and those of no product in particular. Its chains
 * are followed transitively. Where vendors' data goes in a circle, the links of that circle which lead from the earlier
 * patch (by publication, then id) to the later one are dropped and reported; what is left can't loop. Neither the answer
 * nor what is dropped depends on the order of the patches.
 *
 * A deprecated patch takes nobody's place, but a chain goes through it: what replaces it replaces what it replaced. A
 * link to a patch that is in no feed is reported and leads nowhere.
 *
 * Linux feeds have no such links. There, of the missing advisories, each package's highest version decides: an advisory
 * is among the latest when it is the one that brings the highest version of at least one of its packages, of two that
 * bring the same version the later one. So the latest ones together bring every package as far as all of them would.
 */
import { PackageVersion } from "@fettle/agent-protocol/vocabulary";
import * as Components from "./Components.ts";
import { ANY_ARCHITECTURE, type Patch } from "./Patch.ts";

/** "`newer` takes the place of `older`", on one product or on every one that both are for (null). */
export interface Link {
  readonly newer: string;
  readonly older: string;
  readonly product: string | null;
}

export interface Supersedence {
  readonly patches: ReadonlyMap<string, Patch>;
  /** The links that stand, by the id of their older patch. */
  readonly standing: ReadonlyMap<string, readonly Link[]>;
  /** Left out because vendors' data goes in a circle. With a product on a link without one: left out there only. Sorted. */
  readonly dropped: readonly Link[];
  /** Links to patches that no feed has. Sorted. */
  readonly dangling: readonly Link[];
  /** Where a link without a product is left out for one product only; see {@link keyOf}. */
  readonly exceptions: ReadonlySet<string>;
}

/** A patch that an asset lacks, by what of it stands there too old; no packages where patches are files. */
export interface MissingHere {
  readonly patchId: string;
  readonly packages: readonly { readonly name: string; readonly arch: string; readonly fixed: string }[];
}

/** What is known of one asset. */
export interface AssetPatches {
  readonly missing: readonly MissingHere[];
  readonly installed: readonly string[];
  /** Products that the asset has; null when that is unknown: then only what is superseded on all its products is. */
  readonly products: ReadonlySet<string> | null;
}

/**
 * The graph of these patches' links.
 *
 * @example
 * const graph = Supersedence.make(patches);
 * Supersedence.isSuperseded(graph, "KB5034441");
 * graph.dropped; // links of a circle in the vendor's data, for its report
 */
export const make = (patches: readonly Patch[]): Supersedence => {
  const known = new Map(patches.map((p) => [p.id, p]));
  const links: Link[] = [];
  const dropped: Link[] = [];
  const dangling: Link[] = [];
  for (const link of linksOf(known)) {
    if (link.newer === link.older) dropped.push(link);
    else if (known.has(link.older)) links.push(link);
    else dangling.push(link);
  }
  const broken = breakCycles(known, links);
  const gone = new Set(broken.map(keyOf));
  const standing = new Map<string, Link[]>();
  for (const link of links) if (!gone.has(keyOf(link))) push(standing, link.older, link);
  const exceptions = new Set(broken.filter((l) => l.product !== null).map(keyOf));
  return {
    patches: known,
    standing,
    dropped: [...dropped, ...broken].sort(inOrder),
    dangling: dangling.sort(inOrder),
    exceptions,
  };
};

/** The patches that take its place, nearest first on each chain; through a deprecated one, what takes that one's place. Sorted. */
export const supersededBy = (graph: Supersedence, id: string): readonly string[] => {
  const found = new Set<string>();
  for (const product of [null, ...productsOfLinks(graph, id)]) {
    walk(graph, id, product, (newer) => {
      if (!isLive(graph, newer)) return "further";
      found.add(newer);
      return "no-further";
    });
  }
  return [...found].sort();
};

/** Whether another patch of the catalogue takes its place on every product that it is for. */
export const isSuperseded = (graph: Supersedence, id: string): boolean => isReplaced(graph, id, null, null);

/**
 * Whether one of `among` takes its place on an asset: on one of the asset's products that it is for, or, where the
 * asset's products are unknown (null), on every product that it is for.
 */
export const isSupersededAmong = (
  graph: Supersedence,
  id: string,
  among: ReadonlySet<string>,
  products: ReadonlySet<string> | null,
): boolean => isReplaced(graph, id, among, products);

/** The missing patches that nothing missing or installed there takes the place of: Latest missing (AST-03). Sorted. */
export const latest = (graph: Supersedence, asset: AssetPatches): readonly string[] => {
  const among = new Set([...asset.missing.map((m) => m.patchId), ...asset.installed]);
  const standing = asset.missing.filter((m) => !isReplaced(graph, m.patchId, among, asset.products));
  const best = bestProviders(graph, standing);
  return standing
    .filter((m) => m.packages.length === 0 || best.has(m.patchId))
    .map((m) => m.patchId)
    .sort();
};

/** Whether `by` brings everything that is missing of `of`, at the same versions or higher ones. */
export const covers = (graph: Supersedence, by: MissingHere, of: MissingHere): boolean => {
  const brought = new Map(by.packages.map((p) => [packageKey(graph, by.patchId, p), p.fixed]));
  return of.packages.every((p) => {
    const version = brought.get(packageKey(graph, of.patchId, p));
    return version !== undefined && compareVersions(graph, of.patchId, version, p.fixed) >= 0;
  });
};

// Each distinct link once, in an order of its own.
const linksOf = (known: ReadonlyMap<string, Patch>): readonly Link[] => {
  const links = new Map<string, Link>();
  for (const patch of known.values()) {
    for (const { patchId, product } of patch.supersedes) {
      const link: Link = { newer: patch.id, older: patchId, product };
      links.set(keyOf(link), link);
    }
  }
  return [...links.values()].sort(inOrder);
};

/** A link as one text. */
export const keyOf = (link: Link): string => JSON.stringify([link.newer, link.older, link.product]);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const inOrder = (a: Link, b: Link): number =>
  compareText(a.newer, b.newer) ||
  compareText(a.older, b.older) ||
  Number(a.product !== null) - Number(b.product !== null) ||
  compareText(a.product ?? "", b.product ?? "");

const push = <V>(map: Map<string, V[]>, key: string, value: V): void => {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
};

// A circle of one product lies inside a circle of all links together, and those are rare: only they are looked at closer.
const breakCycles = (known: ReadonlyMap<string, Patch>, links: readonly Link[]): readonly Link[] => {
  const within = inCircles(links);
  if (within.length === 0) return [];
  const isBackward = (link: Link): boolean => !isLater(known, link.newer, link.older);
  const common = within.filter((l) => l.product === null);
  const dropped = inCircles(common).filter(isBackward);
  const gone = new Set(dropped.map(keyOf));
  const kept = common.filter((l) => !gone.has(keyOf(l)));
  const byProduct = new Map<string, Link[]>();
  for (const link of within) if (link.product !== null) push(byProduct, link.product, link);
  for (const [product, own] of byProduct) {
    const circles = inCircles([...own, ...kept]).filter(isBackward);
    dropped.push(...dedupe(circles.map((l) => ({ ...l, product }))));
  }
  return dropped;
};

const dedupe = (links: readonly Link[]): readonly Link[] => [...new Map(links.map((l) => [keyOf(l), l])).values()];

// Those of the links that lie on a circle of them.
const inCircles = (links: readonly Link[]): readonly Link[] => {
  const next = new Map<string, string[]>();
  for (const link of links) push(next, link.newer, link.older);
  const component = Components.of(next);
  return links.filter((l) => component.get(l.newer) === component.get(l.older));
};

const isLater = (known: ReadonlyMap<string, Patch>, a: string, b: string): boolean => {
  const difference = (known.get(a)?.publishedAt ?? 0) - (known.get(b)?.publishedAt ?? 0);
  return difference > 0 || (difference === 0 && a > b);
};

const isLive = (graph: Supersedence, id: string): boolean => graph.patches.get(id)?.isDeprecated === false;

// Every product of which a link speaks on the way up to the nearest live patches.
const productsOfLinks = (graph: Supersedence, id: string): readonly string[] => {
  const products = new Set<string>();
  const seen = new Set([id]);
  const open = [id];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const link of graph.standing.get(at) ?? []) {
      if (link.product !== null) products.add(link.product);
      if (!seen.has(link.newer) && !isLive(graph, link.newer)) open.push(link.newer);
      seen.add(link.newer);
    }
  }
  return [...products].sort();
};

const isReplaced = (
  graph: Supersedence,
  id: string,
  among: ReadonlySet<string> | null,
  products: ReadonlySet<string> | null,
): boolean => {
  if (!graph.standing.has(id)) return false;
  const own = graph.patches.get(id)?.products ?? [];
  if (own.length === 0) return isReplacedOn(graph, id, null, among);
  const here = products === null ? own : own.filter((p) => products.has(p));
  // On none of its products, so the asset's products and the vendor's are spelled differently: as if unknown.
  if (here.length === 0) return own.every((p) => isReplacedOn(graph, id, p, among));
  return products === null
    ? here.every((p) => isReplacedOn(graph, id, p, among))
    : here.some((p) => isReplacedOn(graph, id, p, among));
};

const isReplacedOn = (
  graph: Supersedence,
  id: string,
  product: string | null,
  among: ReadonlySet<string> | null,
): boolean => {
  let isFound = false;
  walk(graph, id, product, (newer) => {
    isFound = isLive(graph, newer) && (among === null || among.has(newer));
    return isFound ? "stop" : "further";
  });
  return isFound;
};

// Up the chains of one product (null: of no product in particular); without recursion, for chains are long.
const walk = (
  graph: Supersedence,
  from: string,
  product: string | null,
  visit: (newer: string) => "further" | "no-further" | "stop",
): void => {
  const seen = new Set([from]);
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const link of graph.standing.get(at) ?? []) {
      if (seen.has(link.newer) || !holdsOn(graph, link, product)) continue;
      seen.add(link.newer);
      const answer = visit(link.newer);
      if (answer === "stop") return;
      if (answer === "further") open.push(link.newer);
    }
  }
};

const holdsOn = (graph: Supersedence, link: Link, product: string | null): boolean =>
  link.product === null
    ? product === null || !graph.exceptions.has(keyOf({ ...link, product }))
    : link.product === product;

// The patches that bring the highest version of at least one package.
const bestProviders = (graph: Supersedence, missing: readonly MissingHere[]): ReadonlySet<string> => {
  const best = new Map<string, { readonly patchId: string; readonly version: string }>();
  for (const { patchId, packages } of missing) {
    for (const p of packages) {
      const key = packageKey(graph, patchId, p);
      const known = best.get(key);
      if (known === undefined || isBetter(graph, { patchId, version: p.fixed }, known)) {
        best.set(key, { patchId, version: p.fixed });
      }
    }
  }
  return new Set([...best.values()].map((b) => b.patchId));
};

interface Provider {
  readonly patchId: string;
  readonly version: string;
}

const isBetter = (graph: Supersedence, a: Provider, b: Provider): boolean => {
  const order = compareVersions(graph, a.patchId, a.version, b.version);
  return order > 0 || (order === 0 && isLater(graph.patches, a.patchId, b.patchId));
};

const compareVersions = (graph: Supersedence, patchId: string, a: string, b: string): number =>
  PackageVersion.compareTexts(graph.patches.get(patchId)?.packageFormat ?? "rpm", a, b);

// Streams of a module are different packages, though of one name.
const packageKey = (
  graph: Supersedence,
  patchId: string,
  p: { readonly name: string; readonly arch: string; readonly fixed: string },
): string => {
  const patch = graph.patches.get(patchId);
  const brought = patch?.packages.find(
    (b) => b.name === p.name && (b.arch === p.arch || b.arch === ANY_ARCHITECTURE) && b.evr === p.fixed,
  );
  return JSON.stringify([patch?.packageFormat ?? "rpm", p.name, p.arch, brought?.module ?? null]);
};
