/** The port to bulk data (snapshots, signed documents): content-addressed, immutable, durable when `put` returns. */

import type { Crypto } from "@fettle/agent-protocol";
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";

export class BlobError extends Data.TaggedError("BlobError")<{
  readonly reason: "Unavailable" | "Missing" | "Corrupt" | "Full";
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

export interface BlobStoreShape {
  /** Keeps bytes under their digest, per tenant; putting the same again changes nothing. */
  readonly put: (tenantId: string, bytes: Uint8Array) => Effect<Crypto.Digest, BlobError>;
  /** The bytes; `Corrupt` when they no longer have that digest. */
  readonly get: (tenantId: string, digest: Crypto.Digest) => Effect<Uint8Array, BlobError>;
}

export class BlobStore extends Context.Service<BlobStore, BlobStoreShape>()("fettle/core/BlobStore") {}
