/**
 * The port to bulk data (snapshots, feeds, signed documents, patch files): content-addressed, immutable, durable when `put`
 * returns. The engine alone decides what is garbage; a store only tells what it holds and since when, and removes.
 */

import type { Crypto } from "@fettle/agent-protocol";
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";

/** The largest blob, in bytes: 2 GiB, as large as a patch file may be. A store may be opened for less. */
export const BLOB_BYTES_MAX = 2 * 1_024 * 1_024 * 1_024;

export class BlobError extends Data.TaggedError("BlobError")<{
  readonly reason: "Unavailable" | "Missing" | "Corrupt" | "Full" | "TooLarge";
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

/** A blob as it is kept. */
export interface KeptBlob {
  readonly digest: Crypto.Digest;
  readonly bytes: number;
  /** When it was put or renewed last, by the clock of the store; epoch milliseconds. */
  readonly putAt: number;
}

/** Which blobs, in the order of their digests; `after` is the last digest of the page before. */
export interface BlobPage {
  readonly after?: Crypto.Digest;
  readonly limit: number;
}

export interface BlobStoreShape {
  /** Keeps bytes under their digest, per tenant; putting the same again changes nothing but when they were put last. */
  readonly put: (tenantId: string, bytes: Uint8Array) => Effect<Crypto.Digest, BlobError>;
  /** The bytes; `Corrupt` when they no longer have that digest. */
  readonly get: (tenantId: string, digest: Crypto.Digest) => Effect<Uint8Array, BlobError>;
  /** Makes a blob as young as if it were put now; `Missing` when it isn't there. */
  readonly renew: (tenantId: string, digest: Crypto.Digest) => Effect<void, BlobError>;
  readonly list: (tenantId: string, page: BlobPage) => Effect<readonly KeptBlob[], BlobError>;
  /**
   * Removes a blob that was put last before an instant, and answers whether it did. A put or renewal that has returned, or
   * returns meanwhile, keeps the blob: it is then not as old any more.
   */
  readonly remove: (tenantId: string, digest: Crypto.Digest, putBefore: number) => Effect<boolean, BlobError>;
  /** Every tenant that may have a blob. */
  readonly tenants: () => Effect<readonly string[], BlobError>;
}

export class BlobStore extends Context.Service<BlobStore, BlobStoreShape>()("fettle/core/BlobStore") {}
