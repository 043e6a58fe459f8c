/**
 * What each stored entity contributes to searches: the tokens that it answers by itself. Stores that search (see
 * {@link ../../ports/SearchIndex.ts}) keep these parts, and put together what is asked from them.
 *
 * | kind | contributes |
 * |---|---|
 * | asset | {@link AssetCatalog}'s own tokens, the ids of its tags, whether it is scanned at all (AST-07) |
 * | agent | when it spoke last, and its version |
 * | assessment | since when, and which patches are missing and installed |
 * | patch | what `PatchCatalog` tells of it |
 * | tag | its name |
 * | vendorFile | that the patch of this id has one (PAT-04) |
 * | vulnerability | its number, and the CVE ids that link it to patches (PAT-05) |
 */
import { type Asset, whyNotScanned } from "../asset/Asset.ts";
import * as AssetCatalog from "../asset/AssetCatalog.ts";
import type { Patch } from "../patch/Patch.ts";
import type { Vulnerability } from "../patch/Vulnerability.ts";
import type { Assessment } from "./Assessment.ts";

export type SearchPart =
  | { readonly _tag: "Asset"; readonly document: AssetCatalog.AssetDocument; readonly isScanned: boolean }
  | { readonly _tag: "Agent"; readonly lastCheckedInAt: number; readonly agentVersion: string }
  /** Whole, for which of the missing ones are the latest depends on all of it (`AssetSearch.latestMissing`). */
  | { readonly _tag: "Assessment"; readonly assessment: Assessment }
  /** Whole, for what takes whose place depends on all patches together (`Supersedence.make`). */
  | { readonly _tag: "Patch"; readonly patch: Patch }
  | { readonly _tag: "Tag"; readonly name: string }
  | { readonly _tag: "VendorFile" }
  | { readonly _tag: "Vulnerability"; readonly qid: number; readonly cves: readonly string[] };

/** Tags stand with their ids for names: their names are the tags' own parts. */
export const ofAsset = (asset: Asset): SearchPart => ({
  _tag: "Asset",
  document: AssetCatalog.toDocument(asset, AssetCatalog.noContext),
  isScanned: whyNotScanned(asset) === null,
});

export const ofAgent = (agent: { readonly lastCheckedInAt: number; readonly agentVersion: string }): SearchPart => ({
  _tag: "Agent",
  lastCheckedInAt: agent.lastCheckedInAt,
  agentVersion: agent.agentVersion,
});

export const ofAssessment = (assessment: Assessment): SearchPart => ({ _tag: "Assessment", assessment });

export const ofPatch = (patch: Patch): SearchPart => ({ _tag: "Patch", patch });

export const ofTag = ({ name }: { readonly name: string }): SearchPart => ({ _tag: "Tag", name });

export const vendorFile: SearchPart = { _tag: "VendorFile" };

export const ofVulnerability = ({ qid, cves }: Vulnerability): SearchPart => ({ _tag: "Vulnerability", qid, cves });
