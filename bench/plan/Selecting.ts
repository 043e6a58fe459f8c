/** A job's targets by tags over a large fleet, with exclusions, compiled and asked of every asset; and the same by hand. */
import { TagSelection } from "@fettle/core";
import * as TagTree from "../../packages/core/src/domain/tag/TagTree.ts";
import type { Contest } from "../Entry.ts";
import * as Random from "../qql/Random.ts";

const SEED = 71;
const ASSETS = 100_000;
const TAGS = 500;
/** Roots of the tree; the other tags hang anywhere below. */
const ROOTS = 20;
const TAGS_PER_ASSET_MAX = 8;

type Asset = TagSelection.Selectable;

export const contest = (): Contest => {
  const random = Random.make(SEED);
  const tree = treeOf(random);
  const assets = fleet(random);
  const selections = [selection(random, "any", 12), selection(random, "all", 3), selection(random, "any", 200)];
  const ours = () => selections.map((s) => count(assets, TagSelection.compile(s, tree)));
  const theirs = () => selections.map((s) => byHand(assets, tree, s));
  if (JSON.stringify(ours()) !== JSON.stringify(theirs())) throw new Error(`ours: ${ours()}; theirs: ${theirs()}`);
  if (ours().includes(0)) throw new Error("a selection selects nothing");
  return { ours: () => milliseconds(ours), peer: () => milliseconds(theirs) };
};

const treeOf = (random: Random.Random): TagTree.TagTree =>
  new Map(
    Array.from({ length: TAGS }, (_, i) => {
      const parent = i < ROOTS ? null : `tag-${random(i)}`;
      return [`tag-${i}`, { id: `tag-${i}`, name: `tag-${i}`, parent, rule: TagTree.assigned }];
    }),
  );

// Read from JSON, as assets come from the store: no two share their texts.
const fleet = (random: Random.Random): readonly Asset[] =>
  JSON.parse(
    JSON.stringify(
      Array.from({ length: ASSETS }, (_, i) => ({
        id: `asset-${i}`,
        tags: Array.from({ length: 1 + random(TAGS_PER_ASSET_MAX) }, () => `tag-${random(TAGS)}`),
      })),
    ),
  );

const some = (random: Random.Random, of: number, below: number): readonly string[] =>
  Array.from({ length: of }, () => `tag-${random(below)}`);

const selection = (random: Random.Random, mode: TagSelection.TagMode, tags: number): TagSelection.TagSelection => ({
  assets: some(random, 50, ASSETS).map((id) => id.replace("tag", "asset")),
  include: { mode, tags: some(random, tags, mode === "all" ? ROOTS : TAGS) },
  exclude: { mode: "any", tags: some(random, 3, TAGS) },
});

const count = (assets: readonly Asset[], verdict: (asset: Asset) => TagSelection.TagVerdict): number => {
  let selected = 0;
  for (const asset of assets) if (verdict(asset) === "selected") selected += 1;
  return selected;
};

// What one would write who has these arrays and this selection only.
const byHand = (assets: readonly Asset[], tree: TagTree.TagTree, of: TagSelection.TagSelection): number => {
  const children = new Map<string, string[]>();
  for (const { id, parent } of tree.values()) {
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const below = (id: string): string[] => [id, ...(children.get(id) ?? []).flatMap(below)];
  const named = new Set(of.assets);
  const excluded = new Set(of.exclude.tags.flatMap(below));
  const included = new Set(of.include.tags.flatMap(below));
  const each = of.include.tags.map((t) => new Set(below(t)));
  const isAll = of.include.mode === "all";
  let selected = 0;
  for (const asset of assets) {
    const { tags } = asset;
    let isMeant = named.has(asset.id);
    if (!isMeant && isAll) isMeant = each.every((set) => tags.some((t) => set.has(t)));
    else if (!isMeant) for (const t of tags) if (included.has(t)) isMeant = true;
    if (!isMeant) continue;
    let isOut = false;
    for (const t of tags) if (excluded.has(t)) isOut = true;
    if (!isOut) selected += 1;
  }
  return selected;
};

const milliseconds = (work: () => void): number => {
  const begun = performance.now();
  work();
  return performance.now() - begun;
};
