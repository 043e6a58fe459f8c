/** The catalogue of patches, as the parts of the control plane read it. */
import * as Effect from "effect/Effect";
import * as DownloadHosts from "../../domain/patch/DownloadHosts.ts";
import type { Hold } from "../../domain/patch/Hold.ts";
import type { Patch } from "../../domain/patch/Patch.ts";
import * as Patches from "../../domain/patch/Patch.ts";
import type * as PatchCatalog from "../../domain/patch/PatchCatalog.ts";
import * as Supersedence from "../../domain/patch/Supersedence.ts";
import type { VendorFile } from "../../domain/patch/VendorFile.ts";
import * as Vulnerability from "../../domain/patch/Vulnerability.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Authority from "../access/Authority.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Vulnerabilities from "./Vulnerabilities.ts";

/** The catalogue with all that is linked to it. */
export interface Catalogue {
  readonly patches: readonly Patch[];
  readonly graph: Supersedence.Supersedence;
  /** Files that people supplied, by patch (PAT-04). */
  readonly files: ReadonlyMap<string, VendorFile>;
  /** Holds, by patch (PLN-05). */
  readonly holds: ReadonlyMap<string, Hold>;
}

/** Scanners' numbers by CVE (PAT-05). */
export type QidsByCve = ReadonlyMap<string, readonly number[]>;

/** A patch with what is known of it beyond what its feed says. */
export interface PatchView {
  readonly patch: Patch;
  /** Vulnerabilities by a scanner's number; none without a CVE (PAT-05). */
  readonly qids: readonly number[];
  readonly isSuperseded: boolean;
  readonly supersededBy: readonly string[];
  /** Whether the agent can get it (PAT-02), be it through the supplied file. */
  readonly isPatchable: boolean;
  /** Why no job deploys it, by which rule; null when jobs may. */
  readonly refusal: Patches.Refusal | null;
  readonly file: VendorFile | null;
  /** The hold that keeps it out of every plan (PLN-05); null when there is none. */
  readonly hold: Hold | null;
}

/** Reads a tenant's catalogue. */
export const load = Effect.fn("Catalogue.load")(function* (tenantId: TenantId) {
  const patches = (yield* Repository.all(tenantId, "patch")).map((p) => p.value);
  const files = yield* Repository.all(tenantId, "vendorFile");
  const holds = yield* Repository.all(tenantId, "hold");
  const catalogue: Catalogue = {
    patches,
    graph: Supersedence.make(patches),
    files: new Map(files.map((f) => [f.id, f.value])),
    holds: new Map(holds.map((h) => [h.id, h.value])),
  };
  return catalogue;
});

/** The catalogue's patches as their feeds say them, each with when it was first seen. */
export const list = Effect.fn("Catalogue.list")(function* (actor: Actor) {
  yield* Authority.require(actor, "view-assets");
  return (yield* Repository.all(actor.tenantId, "patch")).map((p) => p.value);
});

/** One patch, with its vulnerabilities, what takes its place, and whether jobs may deploy it. */
export const get = Effect.fn("Catalogue.get")(function* (actor: Actor, patchId: string) {
  yield* Authority.require(actor, "view-assets");
  const catalogue = yield* load(actor.tenantId);
  const patch = catalogue.graph.patches.get(patchId);
  return patch === undefined
    ? yield* reject("PAT-01", "not-found", `there is no patch ${patchId}`, "patchId")
    : viewOf(catalogue, patch, yield* Vulnerabilities.behind(actor.tenantId, [patch]));
});

/** The hosts that agents must reach to fetch what the catalogue has (URL-01). */
export const hosts = Effect.fn("Catalogue.hosts")(function* (actor: Actor) {
  yield* Authority.require(actor, "view-assets");
  const { patches, files } = yield* load(actor.tenantId);
  const urls = [...files].flatMap(([id, { url }]) => (url === null ? [] : [[id, url] as const]));
  return DownloadHosts.of(patches, new Map(urls));
});

/** Supersedence as the vendors say it: which links go in a circle and were left out, and which lead nowhere (PAT-08). */
export const supersedence = Effect.fn("Catalogue.supersedence")(function* (actor: Actor) {
  yield* Authority.require(actor, "view-assets");
  const { graph } = yield* load(actor.tenantId);
  return { dropped: graph.dropped, dangling: graph.dangling };
});

/** A patch of a catalogue with all that is linked to it. */
export const viewOf = (catalogue: Catalogue, patch: Patch, qids: QidsByCve): PatchView => {
  const file = catalogue.files.get(patch.id) ?? null;
  return {
    patch,
    qids: Vulnerability.qidsOf(patch, qids),
    isSuperseded: Supersedence.isSuperseded(catalogue.graph, patch.id),
    supersededBy: Supersedence.supersededBy(catalogue.graph, patch.id),
    isPatchable: Patches.isPatchable(patch, file !== null),
    refusal: Patches.whyNotDeployed(patch, file !== null),
    file,
    hold: catalogue.holds.get(patch.id) ?? null,
  };
};

/** What the query language is told of a patch of a catalogue. */
export const contextOf = (
  catalogue: Catalogue,
  patch: Patch,
  about: { readonly counts: PatchCatalog.PatchContext["counts"]; readonly qids: QidsByCve },
): PatchCatalog.PatchContext => ({
  qids: Vulnerability.qidsOf(patch, about.qids),
  counts: about.counts,
  isSuperseded: Supersedence.isSuperseded(catalogue.graph, patch.id),
  supersededBy: Supersedence.supersededBy(catalogue.graph, patch.id),
  hasVendorFile: catalogue.files.has(patch.id),
});
