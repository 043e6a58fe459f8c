/** Works out what is missing, on the platform, from the snapshots that agents sent (SYN-03). */
import { type Crypto, Json, wireLimits } from "@fettle/agent-protocol";
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import * as Assessment from "../domain/assessment/Assessment.ts";
import * as CatalogueIndex from "../domain/assessment/CatalogueIndex.ts";
import * as Inventory from "../domain/assessment/Inventory.ts";
import type { Asset } from "../domain/asset/Asset.ts";
import { BlobError, BlobStore } from "../ports/BlobStore.ts";
import { type CounterChange, Storage } from "../ports/Storage.ts";
import * as Repository from "./Repository.ts";

/** Every assessment of a tenant, by asset. An asset that isn't here is unknown. */
export const all = Effect.fn("Assessments.all")(function* (tenantId: string) {
  const found = yield* Repository.all(tenantId, "assessment");
  return new Map(found.map((a) => [a.id, a.value])) as ReadonlyMap<string, Assessment.Assessment>;
});

/** Counts the changes of the catalogue. An assessment is written only while it stands as when the patches were read. */
export const CATALOGUE_COUNTER = "catalogue";

/** Assesses an asset's packages against the tenant's catalogue; `unchanged` goes into the batch that writes the assessment. */
export const assess = Effect.fn("Assessments.assess")(function* (
  tenantId: string,
  asset: Asset,
  packages: readonly Package.Package[],
  about: { readonly snapshot: string; readonly assessedAt: number },
) {
  const standing = yield* standingOf(tenantId);
  return { assessment: assessed(standing, asset, packages, about), unchanged: standing.unchanged };
});

/** Assesses every snapshot anew, after the catalogue changed. */
export const reassess = Effect.fn("Assessments.reassess")(function* (tenantId: string, now: number) {
  const standing = yield* standingOf(tenantId);
  for (const snapshot of yield* Repository.all(tenantId, "snapshot")) {
    const asset = yield* Repository.get(tenantId, "asset", snapshot.id);
    if (asset === null) continue;
    const packages = yield* packagesOf(tenantId, snapshot.value.digest);
    const about = { snapshot: snapshot.value.digest, assessedAt: now };
    // A newer snapshot may come in meanwhile, or a newer catalogue: then the assessment that has seen both stands.
    yield* Repository.tryCommit(tenantId, {
      expect: [Repository.expected("snapshot", snapshot.id, snapshot)],
      counters: [standing.unchanged],
      writes: [Repository.put("assessment", snapshot.id, assessed(standing, asset.value, packages, about))],
    });
  }
});

interface Standing {
  readonly catalogue: CatalogueIndex.CatalogueIndex;
  readonly changes: number;
  readonly unchanged: CounterChange;
}

const assessed = (
  standing: Standing,
  asset: Asset,
  packages: readonly Package.Package[],
  about: { readonly snapshot: string; readonly assessedAt: number },
): Assessment.Assessment => {
  const traits = Inventory.traitsOf(asset);
  return Assessment.assess(Inventory.make(traits, packages), standing.catalogue, {
    ...about,
    catalogue: standing.changes,
    traits: Inventory.traitsKey(traits),
  });
};

// The count is read first: a change after it makes the guard refuse, whichever patches were read.
const standingOf = Effect.fn("Assessments.standing")(function* (tenantId: string) {
  const changes = yield* (yield* Storage).counter(tenantId, CATALOGUE_COUNTER);
  const patches = (yield* Repository.all(tenantId, "patch")).map((p) => p.value);
  const unchanged: CounterChange = { key: CATALOGUE_COUNTER, by: 0, floor: changes, ceiling: changes };
  const standing: Standing = { catalogue: CatalogueIndex.make(patches), changes, unchanged };
  return standing;
});

// A snapshot's blob was checked against the wire's schema before it was kept under its digest.
const packagesOf = Effect.fn("Assessments.packagesOf")(function* (tenantId: string, digest: Crypto.Digest) {
  const bytes = yield* (yield* BlobStore).get(tenantId, digest);
  const decoded = Json.decode(bytes, { bytes: wireLimits.snapshotBytes, depth: wireLimits.jsonDepth });
  if (decoded.ok) return decoded.value as readonly Package.Package[];
  return yield* new BlobError({ reason: "Corrupt", message: decoded.error.message, isRetryable: false });
});
