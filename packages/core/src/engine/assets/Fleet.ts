/**
 * Everything that the lists of assets and agents are made from, read once per request: the assets in the caller's scope
 * with what the platform knows of each.
 */
import type * as Qql from "@fettle/qql";
import { Dependencies } from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import type { Assessment } from "../../domain/assessment/Assessment.ts";
import * as AssetSearch from "../../domain/assessment/AssetSearch.ts";
import { type Asset, isPatchManaged, whyNotScanned } from "../../domain/asset/Asset.ts";
import type * as AssetCatalog from "../../domain/asset/AssetCatalog.ts";
import * as SeatRule from "../../domain/license/SeatRule.ts";
import type { Patch } from "../../domain/patch/Patch.ts";
import type * as PatchCatalog from "../../domain/patch/PatchCatalog.ts";
import * as Supersedence from "../../domain/patch/Supersedence.ts";
import * as Vulnerability from "../../domain/patch/Vulnerability.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import type * as TagSelection from "../../domain/tag/TagSelection.ts";
import type { TagTree } from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import type { AgentRecord } from "../../schema/Stored.ts";
import * as Assessments from "../assessment/Assessments.ts";
import * as Vulnerabilities from "../catalogue/Vulnerabilities.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";

export interface Fleet {
  /** In the caller's scope, by nothing else narrowed. */
  readonly assets: readonly Asset[];
  readonly tree: TagTree;
  /** Those that hold a licence now. */
  readonly licensed: ReadonlySet<string>;
  readonly agents: ReadonlyMap<string, AgentRecord>;
  readonly assessments: ReadonlyMap<string, Assessment>;
  readonly patches: ReadonlyMap<string, Patch>;
  readonly graph: Supersedence.Supersedence;
  /** What else a query over patches asked for; see {@link asked}. */
  readonly qids: ReadonlyMap<string, readonly number[]>;
  readonly supplied: ReadonlySet<string>;
}

/** Reads the fleet that a user sees (TAG-05). */
export const load = Effect.fn("Fleet.load")(function* (tenantId: TenantId, user: User) {
  const { tree, seats } = yield* standing(tenantId);
  return yield* read(tenantId, { tree, seats, sees: TagScope.compile(user.scope, tree) });
});

/** What the tags of the moment and the licences come to. */
export const standing = Effect.fn("Fleet.standing")(function* (tenantId: TenantId) {
  const tree = yield* Tags.tree(tenantId);
  const now = (yield* Environment).now();
  return { tree, seats: SeatRule.of(yield* Subscriptions.of(tenantId), tree, now) };
});

/** Which assets are seen, and who holds a seat. */
export interface Looking {
  readonly tree: TagTree;
  readonly seats: SeatRule.SeatRule;
  readonly sees: TagSelection.TagTest;
}

/** Reads a fleet. */
export const read = Effect.fn("Fleet.read")(function* (tenantId: TenantId, { tree, seats, sees }: Looking) {
  const everything = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const assessments = yield* Assessments.all(tenantId);
  return yield* withCatalogue(tenantId, {
    assets: everything.filter((a) => sees(a.tags)),
    tree,
    // Seats are given among all assets of the tenant, whoever looks.
    licensed: SeatRule.holders(seats, everything),
    agents: new Map((yield* Repository.all(tenantId, "agent")).map((a) => [a.id, a.value])),
    assessments: scanned(everything, assessments),
  });
});

/** Assets with what is known of them, beside the catalogue of the moment. */
export const withCatalogue = Effect.fnUntraced(function* (
  tenantId: TenantId,
  fleet: Pick<Fleet, "assets" | "tree" | "licensed" | "agents" | "assessments">,
) {
  const patches = (yield* Repository.all(tenantId, "patch")).map((p) => p.value);
  const whole: Fleet = {
    ...fleet,
    patches: new Map(patches.map((p) => [p.id, p])),
    graph: Supersedence.make(patches),
    qids: new Map(),
    supplied: new Set(),
  };
  return whole;
});

/**
 * The fleet with what queries over patches ask for beyond it, each read once for all of them: vulnerabilities by number
 * (PAT-05), supplied files (PAT-04).
 */
export const asked = Effect.fn("Fleet.asked")(function* (
  tenantId: TenantId,
  fleet: Fleet,
  queries: readonly Qql.Query<PatchCatalog.PatchDocument>[],
) {
  const tokens = new Set(queries.flatMap((query) => [...Dependencies.of(query.checked).tokens]));
  const asksFiles = tokens.has("enabled") || tokens.has("isCustomizedDownloadUrl");
  const files = asksFiles ? yield* Repository.all(tenantId, "vendorFile") : [];
  const answer: Fleet = {
    ...fleet,
    qids: tokens.has("qid") ? yield* Vulnerabilities.byCve(tenantId) : fleet.qids,
    supplied: new Set(files.map((f) => f.id)),
  };
  return answer;
});

/** AST-07: what an evaluation edition's packages would say is not told. */
export const scanned = (
  assets: readonly Asset[],
  assessments: ReadonlyMap<string, Assessment>,
): ReadonlyMap<string, Assessment> => {
  const unscanned = assets.filter((a) => whyNotScanned(a) !== null);
  if (unscanned.length === 0) return assessments;
  const kept = new Map(assessments);
  for (const { id } of unscanned) kept.delete(id);
  return kept;
};

/** Which costly answers a query asks for. */
export interface Needs {
  readonly latest: boolean;
  readonly titles: boolean;
}

/** What a query over assets needs beside counts; nothing without a query. */
export const needsOf = (query: Qql.Query<AssetCatalog.AssetDocument> | null): Needs => {
  if (query === null) return { latest: false, titles: false };
  const { tokens } = Dependencies.of(query.checked);
  return {
    latest: tokens.has("nonSupersededMissingPatchCount"),
    titles: tokens.has("missingPatchTitle") || tokens.has("installedPatchTitle"),
  };
};

/** Whether a query over patches asks on how many assets each is. */
export const asksCounts = (query: Qql.Query<PatchCatalog.PatchDocument>): boolean => {
  const { tokens } = Dependencies.of(query.checked);
  return tokens.has("missingCount") || tokens.has("installedCount");
};

/**
 * What each query over patches is told of a patch: its place among the others, and on how many of the fleet's patch-managed
 * assets it is missing and installed, where the query asks for that. Counted once, however many queries ask.
 */
export const patchContexts = (
  fleet: Fleet,
): ((query: Qql.Query<PatchCatalog.PatchDocument> | null) => (patch: Patch) => PatchCatalog.PatchContext) => {
  const nowhere = { missing: 0, installed: 0 };
  let counted: PatchCounts | null = null;
  const count = (): PatchCounts => {
    counted ??= patchCounts(fleet);
    return counted;
  };
  return (query) => {
    const tokens: ReadonlySet<string> = query === null ? new Set() : Dependencies.of(query.checked).tokens;
    const counts = query !== null && asksCounts(query) ? count() : null;
    return (patch) => ({
      qids: Vulnerability.qidsOf(patch, fleet.qids),
      hasVendorFile: fleet.supplied.has(patch.id),
      counts: counts && (counts.get(patch.id) ?? nowhere),
      isSuperseded: Supersedence.isSuperseded(fleet.graph, patch.id),
      supersededBy: tokens.has("supersededBy") ? Supersedence.supersededBy(fleet.graph, patch.id) : [],
    });
  };
};

type PatchCounts = ReadonlyMap<string, { missing: number; installed: number }>;

const patchCounts = (fleet: Fleet): PatchCounts => {
  const counts = new Map<string, { missing: number; installed: number }>();
  const add = (id: string, as: "missing" | "installed"): void => {
    const known = counts.get(id) ?? { missing: 0, installed: 0 };
    known[as] += 1;
    counts.set(id, known);
  };
  for (const asset of fleet.assets) {
    const assessed = isPatchManaged(asset) ? fleet.assessments.get(asset.id) : undefined;
    for (const m of assessed?.missing ?? []) add(m.patchId, "missing");
    for (const id of assessed?.installed ?? []) add(id, "installed");
  }
  return counts;
};

/** Whether an asset holds a licence now. */
export const isLicensed = (fleet: Fleet, assetId: string): boolean => fleet.licensed.has(assetId);

/** What the query language is told of an asset. */
export const contextOf = (fleet: Fleet, asset: Asset, needs: Needs): AssetCatalog.AssetContext => ({
  isLicensed: isLicensed(fleet, asset.id),
  tagName: (id) => fleet.tree.get(id)?.name,
  agent: fleet.agents.get(asset.id) ?? null,
  patches: countsOf(fleet, fleet.assessments.get(asset.id), needs),
});

const countsOf = (fleet: Fleet, assessed: Assessment | undefined, needs: Needs): AssetCatalog.PatchCounts | null => {
  if (assessed === undefined) return null;
  const title = (id: string): readonly string[] => {
    const patch = fleet.patches.get(id);
    return patch === undefined ? [] : [patch.title];
  };
  return {
    assessedAt: assessed.assessedAt,
    missing: assessed.missing.length,
    installed: assessed.installed.length,
    latestMissing: needs.latest ? AssetSearch.latestMissing(assessed, fleet.graph).length : null,
    missingTitles: needs.titles ? assessed.missing.flatMap((m) => title(m.patchId)) : [],
    installedTitles: needs.titles ? assessed.installed.flatMap(title) : [],
  };
};
