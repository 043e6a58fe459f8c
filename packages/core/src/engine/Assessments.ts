/** Works out what is missing, on the platform, from the snapshots that agents sent (SYN-03). */
import { type Crypto, Json, wireLimits } from "@fettle/agent-protocol";
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import * as Assessment from "../domain/assessment/Assessment.ts";
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

/** Assesses packages against the tenant's catalogue; `unchanged` goes into the batch that writes the assessment. */
export const assess = Effect.fn("Assessments.assess")(function* (
  tenantId: string,
  packages: readonly Package.Package[],
  about: { readonly snapshot: string; readonly assessedAt: number },
) {
  const { patches, unchanged } = yield* standing(tenantId);
  return { assessment: Assessment.assess(packages, patches, about), unchanged };
});

/** Assesses every snapshot anew, after the catalogue changed. */
export const reassess = Effect.fn("Assessments.reassess")(function* (tenantId: string, now: number) {
  const { patches, unchanged } = yield* standing(tenantId);
  for (const snapshot of yield* Repository.all(tenantId, "snapshot")) {
    const packages = yield* packagesOf(tenantId, snapshot.value.digest);
    const about = { snapshot: snapshot.value.digest, assessedAt: now };
    // A newer snapshot may come in meanwhile, or a newer catalogue: then the assessment that has seen both stands.
    yield* Repository.tryCommit(tenantId, {
      expect: [Repository.expected("snapshot", snapshot.id, snapshot)],
      counters: [unchanged],
      writes: [Repository.put("assessment", snapshot.id, Assessment.assess(packages, patches, about))],
    });
  }
});

// The count is read first: a change after it makes the guard refuse, whichever patches were read.
const standing = Effect.fn("Assessments.standing")(function* (tenantId: string) {
  const changes = yield* (yield* Storage).counter(tenantId, CATALOGUE_COUNTER);
  const patches = (yield* Repository.all(tenantId, "patch")).map((p) => p.value);
  const unchanged: CounterChange = { key: CATALOGUE_COUNTER, by: 0, floor: changes, ceiling: changes };
  return { patches: patches.filter((p) => !p.isDeprecated), unchanged };
});

// A snapshot's blob was checked against the wire's schema before it was kept under its digest.
const packagesOf = Effect.fn("Assessments.packagesOf")(function* (tenantId: string, digest: Crypto.Digest) {
  const bytes = yield* (yield* BlobStore).get(tenantId, digest);
  const decoded = Json.decode(bytes, { bytes: wireLimits.snapshotBytes, depth: wireLimits.jsonDepth });
  if (decoded.ok) return decoded.value as readonly Package.Package[];
  return yield* new BlobError({ reason: "Corrupt", message: decoded.error.message, isRetryable: false });
});
