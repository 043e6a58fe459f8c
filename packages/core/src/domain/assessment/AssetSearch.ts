/**
 * Which assets a search finds (AST-03, AST-04): asset tokens, patch tokens or both together, under a view.
 *
 * The patch part holds for one and the same patch of the asset: under Missing a missing one, under Installed an installed
 * one, under Latest missing one that none of the others there takes the place of, under All any of them. So a query about
 * patches is asked of each patch once, and an asset is found when one of its patches of the view fulfilled it. An asset
 * that was never assessed is found by its own tokens only: unknown is neither missing nor installed.
 */
import * as Qql from "@fettle/qql";
import type { Patch } from "../patch/Patch.ts";
import * as PatchCatalog from "../patch/PatchCatalog.ts";
import * as Supersedence from "../patch/Supersedence.ts";
import type { Assessment } from "./Assessment.ts";

/** Under which patches of an asset the patch part of a search looks. */
export const views = ["all", "missing", "installed", "latest-missing"] as const;
export type View = (typeof views)[number];

/** The patches that fulfil the patch part where they are missing, and where they are installed, by their ids. */
export interface PatchHits {
  readonly missing: ReadonlySet<string>;
  readonly installed: ReadonlySet<string>;
}

/**
 * Asks a query of each patch, once; twice where it asks whether the patch is missing or installed, which in a search of
 * assets means: on the asset that is looked at.
 */
export const patchHits = (
  query: Qql.Query<PatchCatalog.PatchDocument>,
  patches: Iterable<Patch>,
  about: { readonly contextOf: (patch: Patch) => PatchCatalog.PatchContext; readonly now: number },
): PatchHits => {
  const asksStatus = Qql.Dependencies.of(query.checked).tokens.has("patchStatus");
  const missing = new Set<string>();
  const installed = asksStatus ? new Set<string>() : missing;
  for (const patch of patches) {
    const document = PatchCatalog.toDocument(patch, about.contextOf(patch));
    const holds = (patchStatus: PatchCatalog.PatchDocument["patchStatus"]): boolean =>
      Qql.matches(query, { ...document, patchStatus }, about.now);
    if (holds(["Missing"])) missing.add(patch.id);
    if (asksStatus && holds(["Installed"])) installed.add(patch.id);
  }
  return { missing, installed };
};

/** Of the missing patches those that no other one of the asset takes the place of. */
export const latestMissing = (assessment: Assessment, graph: Supersedence.Supersedence): readonly string[] =>
  Supersedence.latest(graph, { missing: assessment.missing, installed: assessment.installed, products: null });

/** What a search asks of an asset's patches: nothing at all, or one patch of the view that is among the hits (null: any). */
export interface PatchQuestion {
  readonly view: View;
  readonly hits: PatchHits | null;
}

/**
 * The patches by which an asset is found, none when it isn't; null when the search asks nothing of its patches, so that
 * the asset is found by its own tokens alone. `graph` decides which of the missing ones are the latest.
 */
export const foundBy = (
  { view, hits }: PatchQuestion,
  assessment: Assessment | null,
  graph: Supersedence.Supersedence,
): readonly string[] | null => {
  if (view === "all" && hits === null) return null;
  if (assessment === null) return [];
  const missing = (): readonly string[] =>
    kept(hits?.missing, view === "latest-missing" ? latestMissing(assessment, graph) : idsOf(assessment.missing));
  const installed = (): readonly string[] => kept(hits?.installed, assessment.installed);
  if (view === "all") return [...missing(), ...installed()];
  return view === "installed" ? installed() : missing();
};

const idsOf = (patches: readonly { readonly patchId: string }[]): readonly string[] => patches.map((p) => p.patchId);

const kept = (hits: ReadonlySet<string> | undefined, ids: readonly string[]): readonly string[] =>
  hits === undefined ? ids : ids.filter((id) => hits.has(id));
