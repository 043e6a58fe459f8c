/** The packages of a snapshot, as they were kept. */
import { type Crypto, Json, wireLimits } from "@fettle/agent-protocol";
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { BlobError, BlobStore } from "../../ports/BlobStore.ts";

/** A snapshot's packages: its blob was checked against the wire's schema before it was kept under its digest. */
export const packages = Effect.fn("Snapshots.packages")(function* (tenantId: TenantId, digest: Crypto.Digest) {
  const bytes = yield* (yield* BlobStore).get(tenantId, digest);
  const decoded = Json.decode(bytes, { bytes: wireLimits.snapshotBytes, depth: wireLimits.jsonDepth });
  if (decoded.ok) return decoded.value as readonly Package.Package[];
  return yield* new BlobError({ reason: "Corrupt", message: decoded.error.message, isRetryable: false });
});
