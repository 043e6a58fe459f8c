/**
 * The tag tree and its rules as they stand, and what assets bear by them (TAG-08). Reading them is cheap: they are kept
 * compiled for as long as no tag has changed.
 */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { Asset } from "../../domain/asset/Asset.ts";
import * as AssetCatalog from "../../domain/asset/AssetCatalog.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as DynamicTags from "../../domain/tag/DynamicTags.ts";
import type { TagTree } from "../../domain/tag/TagTree.ts";
import { type CounterChange, Storage, type StorageShape } from "../../ports/Storage.ts";
import * as Repository from "../Repository.ts";

/** Counts the changes of the tag tree: what is decided over all tags is written only while none has changed. */
export const TREE_COUNTER = "tagTree";

/** Tenants whose rules are kept compiled at once, in one process. */
const TENANTS_KEPT_MAX = 64;

/** The tree and the rules of one moment. */
export interface Standing {
  /** The counter's value: how many changes the tree had seen. */
  readonly changes: number;
  readonly tree: TagTree;
  readonly rules: DynamicTags.DynamicTags;
  /** Goes into a batch that depends on them: refused when a tag has changed meanwhile. */
  readonly unchanged: CounterChange;
}

/** What a rule may ask of an asset: its own tokens. What licence, agent, assessment and tags say would change under it. */
export const catalog: Qql.Catalog.Catalog = ownCatalog();

/** The asset as a rule sees it. */
export const documentOf = (asset: Asset): Qql.Catalog.AnyDocument =>
  AssetCatalog.toDocument(asset, AssetCatalog.noContext);

/** An asset with the tags that it bears at that moment; every asset is written through this. */
export const tagged = ({ rules }: Standing, asset: Asset, now: number): Asset =>
  DynamicTags.withTags(asset, rules, documentOf(asset), now);

/** The tree and its rules as they stand. */
export const standing = Effect.fnUntraced(function* (tenantId: TenantId) {
  const storage = yield* Storage;
  // The count is read first: a change after it makes the guard refuse, whichever tags were read.
  const changes = yield* storage.counter(tenantId, TREE_COUNTER);
  const kept = keptFor(storage);
  const known = kept.get(tenantId);
  if (known?.changes === changes) return known;
  const tags = yield* Repository.all(tenantId, "tag");
  const tree: TagTree = new Map(tags.map((t) => [t.id, t.value]));
  const fresh: Standing = {
    changes,
    tree,
    rules: DynamicTags.compile(tree, catalog),
    unchanged: { key: TREE_COUNTER, by: 0, floor: changes, ceiling: changes },
  };
  const [oldest] = kept.keys();
  if (kept.size >= TENANTS_KEPT_MAX && oldest !== undefined) kept.delete(oldest);
  kept.set(tenantId, fresh);
  return fresh;
});

// A tag and the counter change in one commit, so that the same count means the same tags.
const standings = new WeakMap<StorageShape, Map<string, Standing>>();

const keptFor = (storage: StorageShape): Map<string, Standing> => {
  const known = standings.get(storage) ?? new Map<string, Standing>();
  standings.set(storage, known);
  return known;
};

function ownCatalog(): Qql.Catalog.Catalog {
  const { definitions, tokens } = AssetCatalog.catalog;
  const isOwn = (name: string): boolean =>
    tokens.every((t) => (t.name !== name && !t.name.startsWith(`${name}.`)) || AssetCatalog.ownTokens.has(t.name));
  return Qql.Catalog.define(Object.fromEntries(Object.entries(definitions).filter(([name]) => isOwn(name))));
}
