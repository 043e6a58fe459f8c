/**
 * What takes whose place, the slow and obvious way: per product, who reaches whom by trying every patch in between until
 * nothing is added; a link inside a circle that leads from the earlier to the later patch is left out.
 */
import { DebVersion, RpmVersion } from "@fettle/agent-protocol/vocabulary";
import type { Patch } from "../../../src/domain/patch/Patch.ts";
import type { AssetPatches } from "../../../src/domain/patch/Supersedence.ts";

type Pair = readonly [newer: string, older: string];

const isLater = (a: Patch, b: Patch): boolean =>
  a.publishedAt > b.publishedAt || (a.publishedAt === b.publishedAt && a.id > b.id);

const reaches = (pairs: readonly Pair[], ids: readonly string[]): ReadonlySet<string> => {
  const known = new Set(pairs.map(([a, b]) => `${a}>${b}`));
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    for (const a of ids)
      for (const b of ids)
        for (const c of ids) if (known.has(`${a}>${b}`) && known.has(`${b}>${c}`)) known.add(`${a}>${c}`);
  }
  return known;
};

const acyclic = (pairs: readonly Pair[], patches: ReadonlyMap<string, Patch>): readonly Pair[] => {
  const all = reaches(pairs, [...patches.keys()]);
  return pairs.filter(([newer, older]) => {
    const [a, b] = [patches.get(newer), patches.get(older)];
    return a !== undefined && b !== undefined && (!all.has(`${older}>${newer}`) || isLater(a, b));
  });
};

/** The pairs that stand on one product, or on none in particular. */
export const pairsOn = (list: readonly Patch[], product: string | null): readonly Pair[] => {
  const patches = new Map(list.map((p) => [p.id, p]));
  const pairs = (of: (product: string | null) => boolean): readonly Pair[] =>
    list.flatMap((p) =>
      p.supersedes
        .filter((s) => of(s.product) && s.patchId !== p.id && patches.has(s.patchId))
        .map((s): Pair => [p.id, s.patchId]),
    );
  const common = acyclic(
    pairs((p) => p === null),
    patches,
  );
  return product === null ? common : acyclic([...common, ...pairs((p) => p === product)], patches);
};

/** Whether one of `among` takes the patch's place on the product. */
export const isReplacedOn = (
  list: readonly Patch[],
  id: string,
  product: string | null,
  among: ReadonlySet<string>,
): boolean => {
  const all = reaches(
    pairsOn(list, product),
    list.map((p) => p.id),
  );
  return list.some((p) => !p.isDeprecated && among.has(p.id) && p.id !== id && all.has(`${p.id}>${id}`));
};

export const isReplaced = (
  list: readonly Patch[],
  id: string,
  among: ReadonlySet<string>,
  products: ReadonlySet<string> | null,
): boolean => {
  const own = list.find((p) => p.id === id)?.products ?? [];
  const on = (product: string | null): boolean => isReplacedOn(list, id, product, among);
  if (own.length === 0) return on(null);
  const here = own.filter((p) => products?.has(p));
  return here.length > 0 ? here.some(on) : own.every(on);
};

const isAtLeast = (patch: Patch | undefined, a: string, b: string): boolean =>
  (patch?.packageFormat === "deb" ? DebVersion.compare(a, b) : RpmVersion.compare(a, b)) >= 0;

/** Latest missing: of what nothing takes the place of, whoever brings a package further than all others, or as far and later. */
export const latest = (list: readonly Patch[], asset: AssetPatches): readonly string[] => {
  const among = new Set([...asset.missing.map((m) => m.patchId), ...asset.installed]);
  const left = asset.missing.filter((m) => !isReplaced(list, m.patchId, among, asset.products));
  const find = (id: string): Patch | undefined => list.find((p) => p.id === id);
  const beats = (id: string, version: string, other: string, otherVersion: string): boolean => {
    const [a, b] = [find(id), find(other)];
    if (a === undefined || b === undefined || !isAtLeast(a, version, otherVersion)) return false;
    return !isAtLeast(a, otherVersion, version) || isLater(a, b);
  };
  return left
    .filter(
      (m) =>
        m.packages.length === 0 ||
        m.packages.some((p) =>
          left.every(
            (o) =>
              o.patchId === m.patchId ||
              o.packages.every(
                (q) => q.name !== p.name || q.arch !== p.arch || beats(m.patchId, p.fixed, o.patchId, q.fixed),
              ),
          ),
        ),
    )
    .map((m) => m.patchId)
    .sort();
};
