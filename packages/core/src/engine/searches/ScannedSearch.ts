/**
 * Searches for storages that don't search by themselves: reads every asset, agent, assessment and patch of the tenant and
 * asks each. What it answers is what an adapter's own search has to answer (see {@link ../../ports/SearchIndex.ts}).
 */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { Assessment } from "../../domain/assessment/Assessment.ts";
import * as AssetSearch from "../../domain/assessment/AssetSearch.ts";
import type { AssetSortKey } from "../../domain/assessment/AssetSort.ts";
import { type Asset, isPatchManaged } from "../../domain/asset/Asset.ts";
import * as AssetCatalog from "../../domain/asset/AssetCatalog.ts";
import * as AssetFacets from "../../domain/asset/AssetFacets.ts";
import * as SeatRule from "../../domain/license/SeatRule.ts";
import * as Supersedence from "../../domain/patch/Supersedence.ts";
import * as Keyset from "../../domain/shared/Keyset.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import type {
  AssetHit,
  AssetPaging,
  AssetQuestion,
  Looked,
  PatchCounts,
  PatchTally,
  Reach,
  SearchIndexShape,
  SearchPlan,
  Selected,
} from "../../ports/SearchIndex.ts";
import { Storage, type StorageShape } from "../../ports/Storage.ts";
import * as Assessments from "../assessment/Assessments.ts";
import * as Fleet from "../assets/Fleet.ts";
import * as Repository from "../Repository.ts";
import * as Tags from "../tags/Tags.ts";

/** Searches by reading everything. */
export const over = (storage: StorageShape): SearchIndexShape => {
  const on = Effect.provideService(Storage, storage);
  return {
    assets: (tenantId, question, paging) => on(assets(tenantId, question, paging)),
    assetFacets: (tenantId, question, { facets, values }) =>
      on(
        Effect.map(find(tenantId, question), ({ fleet, found }) => {
          const needs = Fleet.needsOf(null);
          const documents = found.map(({ asset }) =>
            AssetCatalog.toDocument(asset, Fleet.contextOf(fleet, asset, needs)),
          );
          return facets.map((facet) => AssetFacets.tally(facet, documents, values));
        }),
      ),
    explainAssets: () => Effect.succeed(scan),
    patchCounts: (tenantId, looked) => on(patchCounts(tenantId, looked)),
    timeZones: (tenantId, reach) =>
      on(
        Effect.map(Repository.all(tenantId, "asset"), (all) => {
          const reaches = reached(reach);
          return [...new Set(all.flatMap(({ value }) => (reaches(value) ? [value.timeZone] : [])))].sort();
        }),
      ),
    licensed: (tenantId, seats, assetIds) =>
      on(
        Effect.map(Repository.all(tenantId, "asset"), (all) => {
          const held = SeatRule.holders(
            seats,
            all.map((a) => a.value),
          );
          return new Set(assetIds.filter((id) => held.has(id)));
        }),
      ),
  };
};

const selects = ({ named, include, exclude }: Selected): ((asset: Asset) => boolean) => {
  const byName = new Set(named);
  const [isIn, isOut] = [TagSelection.bears(include), TagSelection.bears(exclude)];
  return ({ id, tags }) => (byName.has(id) || isIn(tags)) && !isOut(tags);
};

const reached = (reach: Reach): ((asset: Asset) => boolean) => {
  const [isSelected, isSeen] = [selects(reach), TagSelection.bears(reach.scopes)];
  return (asset) => asset.platform === reach.platform && isSelected(asset) && isSeen(asset.tags);
};

const patchCounts = Effect.fnUntraced(function* (tenantId: TenantId, { seen, within }: Looked) {
  const isSeen = seen === null ? () => true : TagSelection.bears([seen]);
  const isSelected = within === null ? () => true : selects(within);
  const all = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const looked = all.filter((a) => isPatchManaged(a) && isSeen(a.tags) && isSelected(a));
  const assessments = Fleet.scanned(all, yield* Assessments.all(tenantId));
  const graph = Supersedence.make((yield* Repository.all(tenantId, "patch")).map((p) => p.value));
  const assessed = looked.flatMap((a) => assessments.get(a.id) ?? []);
  const tally: PatchTally = {
    assets: { looked: looked.length, unassessed: looked.length - assessed.length },
    counts: counted(graph, assessed),
  };
  return tally;
});

const counted = (
  graph: Supersedence.Supersedence,
  assessed: readonly Assessment[],
): ReadonlyMap<string, PatchCounts> => {
  const counts = new Map<string, { missing: number; latestMissing: number; installed: number }>();
  const add = (id: string, as: keyof PatchCounts): void => {
    const known = counts.get(id) ?? { missing: 0, latestMissing: 0, installed: 0 };
    known[as] += 1;
    counts.set(id, known);
  };
  for (const assessment of assessed) {
    for (const { patchId } of assessment.missing) add(patchId, "missing");
    for (const id of assessment.installed) add(id, "installed");
    for (const id of AssetSearch.latestMissing(assessment, graph)) add(id, "latestMissing");
  }
  return counts;
};

const scan: SearchPlan = {
  cost: Qql.Cost.SCAN,
  statements: [],
  warnings: ["this storage has no search of its own: every asset is read and asked"],
};

const assets = Effect.fnUntraced(function* (tenantId: TenantId, question: AssetQuestion, paging: AssetPaging) {
  const { fleet, found } = yield* find(tenantId, question);
  const { by, direction, after, limit } = paging;
  const key = ({ asset }: Found): Keyset.Key => [sortKey(fleet, asset, by), asset.id];
  const page = Keyset.page(found, key, { direction, after, limit });
  return { hits: page.rows.map((one) => hitOf(fleet, one)), total: found.length, next: page.next };
});

/** An asset, and the patches by which it was found; null when nothing was asked of them. */
export interface Found {
  readonly asset: Asset;
  readonly patches: readonly string[] | null;
}

// AST-11: with PM activated only. The patch part is asked of each patch once, not of each asset.
const find = Effect.fnUntraced(function* (tenantId: TenantId, question: AssetQuestion) {
  const { asset: assetQuery, patch: patchQuery, view, seen, seats, asOf } = question;
  const sees = seen === null ? () => true : TagSelection.bears([seen]);
  const read = yield* Fleet.read(tenantId, { tree: yield* Tags.tree(tenantId), seats, sees });
  const fleet = yield* Fleet.asked(tenantId, read, patchQuery === null ? [] : [patchQuery]);
  const contextOf = Fleet.patchContexts(fleet)(patchQuery);
  const hits = patchQuery && AssetSearch.patchHits(patchQuery, fleet.patches.values(), { contextOf, now: asOf });
  const needs = Fleet.needsOf(assetQuery);
  const found = fleet.assets.flatMap((asset): readonly Found[] => {
    if (!isPatchManaged(asset)) return [];
    const patches = AssetSearch.foundBy({ view, hits }, fleet.assessments.get(asset.id) ?? null, fleet.graph);
    if (patches !== null && patches.length === 0) return [];
    if (assetQuery === null) return [{ asset, patches }];
    const document = AssetCatalog.toDocument(asset, Fleet.contextOf(fleet, asset, needs));
    return Qql.matches(assetQuery, document, asOf) ? [{ asset, patches }] : [];
  });
  return { fleet, found };
});

const sortKey = (fleet: Fleet.Fleet, asset: Asset, by: AssetSortKey): Keyset.KeyPart => {
  const assessed = fleet.assessments.get(asset.id);
  switch (by) {
    case "name":
      return Qql.FullText.fold(asset.name);
    case "operatingSystem":
      return Qql.FullText.fold(asset.osName);
    case "missing":
      return assessed?.missing.length ?? null;
    case "installed":
      return assessed?.installed.length ?? null;
    case "latestMissing":
      return assessed === undefined ? null : AssetSearch.latestMissing(assessed, fleet.graph).length;
    case "lastCheckedIn":
      return fleet.agents.get(asset.id)?.lastCheckedInAt ?? null;
    case "lastScanned":
      return assessed?.assessedAt ?? null;
    case "lastBoot":
      return asset.facts.bootedAt;
    case "activated":
      return asset.activations.PM ?? null;
  }
};

/** What is told of an asset that was found. */
export const hitOf = (fleet: Fleet.Fleet, { asset, patches }: Found): AssetHit => {
  const assessed = fleet.assessments.get(asset.id);
  return {
    id: asset.id,
    isLicensed: Fleet.isLicensed(fleet, asset.id),
    missing: assessed?.missing.length ?? null,
    installed: assessed?.installed.length ?? null,
    latestMissing: assessed === undefined ? null : AssetSearch.latestMissing(assessed, fleet.graph).length,
    lastScannedAt: assessed?.assessedAt ?? null,
    matching: patches?.length ?? null,
  };
};
