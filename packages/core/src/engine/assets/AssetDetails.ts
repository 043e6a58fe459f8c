/** One asset as a user sees it: what it is, and which patches are missing, installed and unknown on it (AST-02, AST-06). */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import type { MissingPackage, UnknownReason } from "../../domain/assessment/Assessment.ts";
import * as AssetSearch from "../../domain/assessment/AssetSearch.ts";
import * as Asset from "../../domain/asset/Asset.ts";
import type { Patch } from "../../domain/patch/Patch.ts";
import * as PatchCatalog from "../../domain/patch/PatchCatalog.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Keyset from "../../domain/shared/Keyset.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Authority from "../access/Authority.ts";
import * as Assessments from "../assessment/Assessments.ts";
import { reject } from "../Rejected.ts";
import * as Cursor from "../searches/Cursor.ts";
import * as Queries from "../searches/Queries.ts";
import * as ScannedSearch from "../searches/ScannedSearch.ts";
import * as AssetSearches from "./AssetSearches.ts";
import * as Fleet from "./Fleet.ts";
import * as SeenAsset from "./SeenAsset.ts";

/** An asset with everything that is known of it but its list of patches. */
export interface AssetDetails extends AssetSearches.AssetRow {
  readonly tags: readonly { readonly id: string; readonly name: string }[];
  /** How many patches can't be judged on it; null before the first assessment. */
  readonly unknown: number | null;
  /** When it was last assessed; null before the first time. */
  readonly assessedAt: number | null;
  /** Whether the catalogue may say something newer: a change of it has not come to every asset yet (SYN-03). */
  readonly isAssessmentBehind: boolean;
  /** Why no plan may hold it (AST-13); null when one may. */
  readonly unpatchable: Asset.Unfit | null;
  /** Why it is not scanned (AST-07); null when it is. */
  readonly notScanned: Asset.Unfit | null;
}

/** An asset that the actor sees. Rejects (`not-found`) one outside their scope as one that doesn't exist. */
export const get = Effect.fn("AssetDetails.get")(function* (actor: Actor, assetId: string) {
  const { fleet, asset } = yield* find(actor, assetId);
  const progress = yield* Assessments.progress(actor.tenantId);
  const assessed = fleet.assessments.get(asset.id);
  const details: AssetDetails = {
    ...AssetSearches.rowOf(asset, fleet.agents.get(asset.id), ScannedSearch.hitOf(fleet, { asset, patches: null })),
    tags: asset.tags.map((id) => ({ id, name: fleet.tree.get(id)?.name ?? id })),
    unknown: assessed?.unknown.length ?? null,
    assessedAt: assessed?.assessedAt ?? null,
    isAssessmentBehind: assessed !== undefined && Assessments.isBehind(assessed, progress),
    unpatchable: Asset.whyUnpatchable(asset),
    notScanned: Asset.whyNotScanned(asset),
  };
  return details;
});

export const patchStates = ["missing", "latest-missing", "installed", "unknown"] as const;
export type PatchState = (typeof patchStates)[number];

/** What an asset's patches may be sorted by. */
export const patchSortKeys = ["publishedDate", "title", "vendorSeverity", "id"] as const;
export type PatchSortKey = (typeof patchSortKeys)[number];

export interface AssetPatchesInput {
  readonly state: PatchState;
  /** QQL over patches. */
  readonly patchQuery?: string;
  /** By publication, newest first, unless told. */
  readonly sort?: { readonly by: PatchSortKey; readonly direction?: Keyset.Direction };
  readonly cursor?: string;
  readonly limit?: number;
}

/** A patch on an asset. */
export interface AssetPatch {
  readonly patch: Patch;
  /** What stands there and what would fix it; empty unless it is missing. */
  readonly packages: readonly MissingPackage[];
  /** Why it can't be judged; null unless it is unknown. */
  readonly reason: UnknownReason | null;
}

export interface AssetPatchPage {
  readonly rows: readonly AssetPatch[];
  /** How many there are in all; null as long as nothing is known of the asset, which is never "none". */
  readonly total: number | null;
  readonly next: string | null;
}

/** The patches of an asset in a state, on every platform (AST-06), in pages. */
export const patches = Effect.fn("AssetDetails.patches")(function* (
  actor: Actor,
  assetId: string,
  input: AssetPatchesInput,
) {
  const seen = yield* find(actor, assetId);
  const { asset } = seen;
  const limit = yield* Cursor.limitOf(input.limit);
  const { state, sort = { by: "publishedDate", direction: "descending" } } = input;
  const { by, direction } = yield* Cursor.sorted(sort, patchSortKeys);
  if (!patchStates.includes(state)) {
    return yield* reject("AST-03", "invalid", `one of ${patchStates.join(", ")}`, "state");
  }
  const query = yield* Queries.read(PatchCatalog.catalog, input.patchQuery, "patchQuery");
  const fleet = yield* fleetOf(actor.tenantId, seen, query);
  const question = { asset: asset.id, state, patch: input.patchQuery ?? null, by, direction };
  const listing: Cursor.Listing = { list: "asset-patches", question };
  const position = yield* Cursor.start(actor, listing, input.cursor);
  const all = inState(fleet, asset.id, state);
  const asked = askedOf(fleet, query, state, position.asOf);
  const found = all?.filter(({ patch }) => asked(patch)) ?? null;
  const key = ({ patch }: AssetPatch): Keyset.Key => [sortKey(patch, by), patch.id];
  const page = Keyset.page(found ?? [], key, { direction, after: position.after, limit });
  const next = page.next === null ? null : yield* Cursor.seal(actor, listing, { ...position, after: page.next });
  const answer: AssetPatchPage = { rows: page.rows, total: found?.length ?? null, next };
  return answer;
});

const find = Effect.fn("AssetDetails.find")(function* (actor: Actor, assetId: string) {
  const user = yield* Authority.require(actor, "view-assets");
  return { user, ...(yield* SeenAsset.load(actor.tenantId, user, assetId)) };
});

// How many assets lack a patch is counted over all that the user sees.
const fleetOf = Effect.fn("AssetDetails.fleetOf")(function* (
  tenantId: TenantId,
  { user, fleet }: { readonly user: User; readonly fleet: Fleet.Fleet },
  query: Qql.Query<PatchCatalog.PatchDocument> | null,
) {
  const asksCounts = query !== null && Fleet.asksCounts(query);
  const read = asksCounts ? yield* Fleet.load(tenantId, user) : fleet;
  return yield* Fleet.asked(tenantId, read, query === null ? [] : [query]);
});

const inState = (fleet: Fleet.Fleet, assetId: string, state: PatchState): readonly AssetPatch[] | null => {
  const assessed = fleet.assessments.get(assetId);
  if (assessed === undefined) return null;
  const one = (
    id: string,
    packages: readonly MissingPackage[] = [],
    reason: UnknownReason | null = null,
  ): readonly AssetPatch[] => {
    const patch = fleet.patches.get(id);
    return patch === undefined ? [] : [{ patch, packages, reason }];
  };
  switch (state) {
    case "missing":
      return assessed.missing.flatMap((m) => one(m.patchId, m.packages));
    case "latest-missing": {
      const latest = new Set(AssetSearch.latestMissing(assessed, fleet.graph));
      return assessed.missing.filter((m) => latest.has(m.patchId)).flatMap((m) => one(m.patchId, m.packages));
    }
    case "installed":
      return assessed.installed.flatMap((id) => one(id));
    case "unknown":
      return assessed.unknown.flatMap((u) => one(u.patchId, [], u.reason));
  }
};

const askedOf = (
  fleet: Fleet.Fleet,
  query: Qql.Query<PatchCatalog.PatchDocument> | null,
  state: PatchState,
  now: number,
): ((patch: Patch) => boolean) => {
  if (query === null) return () => true;
  const contextOf = Fleet.patchContexts(fleet)(query);
  const patchStatus =
    state === "unknown" ? [] : state === "installed" ? (["Installed"] as const) : (["Missing"] as const);
  return (patch) => Qql.matches(query, { ...PatchCatalog.toDocument(patch, contextOf(patch)), patchStatus }, now);
};

const severities = ["None", "Low", "Moderate", "Important", "Critical"] as const;

const sortKey = (patch: Patch, by: PatchSortKey): Keyset.KeyPart => {
  switch (by) {
    case "publishedDate":
      return patch.publishedAt;
    case "title":
      return patch.title;
    case "vendorSeverity":
      return severities.indexOf(patch.vendorSeverity);
    case "id":
      return patch.id;
  }
};
