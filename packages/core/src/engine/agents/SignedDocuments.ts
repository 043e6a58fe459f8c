/** Signs documents with the tenant's key, keeps their bytes, and says who may fetch them. */
import { type Crypto, Dsse, Json } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { BlobStore } from "../../ports/BlobStore.ts";
import { TenantKeys } from "../../ports/TenantKeys.ts";
import type { DocumentRecord } from "../../schema/Stored.ts";
import * as Repository from "../Repository.ts";
import { SignatureWork } from "./SignatureWork.ts";

/** A sealed document whose bytes are already kept; its record goes into the batch that makes it known. */
export interface SealedDocument {
  readonly digest: Crypto.Digest;
  readonly write: ReturnType<typeof Repository.put>;
}

/** A document's id in storage: the hexadecimal part of its digest. */
export const idOf = (digest: Crypto.Digest): string => digest.slice("sha256:".length);

/** Signs a value. `agentId` null lets every agent of the tenant fetch it. */
export const seal = Effect.fn("SignedDocuments.seal")(function* (
  tenantId: TenantId,
  type: Dsse.PayloadType,
  value: unknown,
  agentId: string | null,
) {
  const keys = yield* (yield* TenantKeys).keyPair(tenantId);
  const { sign } = yield* SignatureWork;
  const payload = Json.canonicalBytes(value);
  const signature = yield* sign(keys, Dsse.preAuthenticationEncoding(type, payload));
  const bytes = Dsse.envelope(type, payload, keys.publicKey, signature);
  const digest = yield* (yield* BlobStore).put(tenantId, bytes);
  const record: DocumentRecord = { id: idOf(digest), digest, payloadType: type, agentId };
  const sealed: SealedDocument = { digest, write: Repository.put("document", record.id, record) };
  return sealed;
});

/** A document with its bytes, when that agent may have it; null otherwise, whether or not it exists. */
export const fetch = Effect.fn("SignedDocuments.fetch")(function* (
  tenantId: TenantId,
  digest: Crypto.Digest,
  agentId: string,
) {
  const found = yield* Repository.get(tenantId, "document", idOf(digest));
  const isTheirs = found !== null && (found.value.agentId === null || found.value.agentId === agentId);
  if (!isTheirs && !(yield* isFileOf(tenantId, digest, agentId))) return null;
  const payloadType = isTheirs ? found.value.payloadType : FILE_TYPE;
  return { payloadType, bytes: yield* (yield* BlobStore).get(tenantId, digest) };
});

/** What a file that someone supplied is handed out as. */
export const FILE_TYPE = "application/octet-stream";

// PAT-04: supplied content is for the agents that were issued a manifest whose list names it, as long as its run isn't over.
const isFileOf = Effect.fn("SignedDocuments.isFileOf")(function* (
  tenantId: TenantId,
  digest: Crypto.Digest,
  agentId: string,
) {
  const runs = yield* Repository.allBy(tenantId, "assetRun", "asset", agentId);
  return runs.some(
    ({ value: run }) =>
      run.manifest !== null &&
      !AssetRun.isFinal(run) &&
      run.patches.some((p) => p.files?.some((f) => f.url === null && f.digest === digest) === true),
  );
});
