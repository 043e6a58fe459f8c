/** Signs documents with the tenant's key, keeps their bytes, and says who may fetch them. */
import { type Crypto, Dsse } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { BlobStore } from "../ports/BlobStore.ts";
import { TenantKeys } from "../ports/TenantKeys.ts";
import type { DocumentRecord } from "../schema/Stored.ts";
import * as Repository from "./Repository.ts";

/** A sealed document whose bytes are already kept; its record goes into the batch that makes it known. */
export interface SealedDocument {
  readonly digest: Crypto.Digest;
  readonly write: ReturnType<typeof Repository.put>;
}

/** A document's id in storage: the hexadecimal part of its digest. */
export const idOf = (digest: Crypto.Digest): string => digest.slice("sha256:".length);

/** Signs a value. `agentId` null lets every agent of the tenant fetch it. */
export const seal = Effect.fn("SignedDocuments.seal")(function* (
  tenantId: string,
  type: Dsse.PayloadType,
  value: unknown,
  agentId: string | null,
) {
  const keys = yield* (yield* TenantKeys).keyPair(tenantId);
  const bytes = Dsse.seal(type, value, keys);
  const digest = yield* (yield* BlobStore).put(tenantId, bytes);
  const record: DocumentRecord = { id: idOf(digest), digest, payloadType: type, agentId };
  const sealed: SealedDocument = { digest, write: Repository.put("document", record.id, record) };
  return sealed;
});

/** A document with its bytes, when that agent may have it; null otherwise, whether or not it exists. */
export const fetch = Effect.fn("SignedDocuments.fetch")(function* (
  tenantId: string,
  digest: Crypto.Digest,
  agentId: string,
) {
  const found = yield* Repository.get(tenantId, "document", idOf(digest));
  if (found === null || (found.value.agentId !== null && found.value.agentId !== agentId)) return null;
  return { payloadType: found.value.payloadType, bytes: yield* (yield* BlobStore).get(tenantId, digest) };
});
