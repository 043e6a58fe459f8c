/** Blobs in memory, for tests and the simulator: a copy is kept and a copy is given. */

import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import { BlobError, BlobStore, type BlobStoreShape } from "../../ports/BlobStore.ts";

export interface MemoryBlobStore extends BlobStoreShape {
  /** Changes the kept bytes behind the store's back, as a bad disk would. */
  readonly damage: (tenantId: string, digest: Crypto.Digest) => void;
}

/** A blob store with nothing in it. */
export const make = (): MemoryBlobStore => {
  const kept = new Map<string, Uint8Array>();
  return {
    put: (tenantId, bytes) =>
      Effect.sync(() => {
        const digest = Crypto.digest(bytes);
        kept.set(keyOf(tenantId, digest), bytes.slice());
        return digest;
      }),
    get: (tenantId, digest) =>
      Effect.suspend(() => {
        const bytes = kept.get(keyOf(tenantId, digest));
        if (bytes === undefined) return Effect.fail(lost("Missing", `no blob ${digest} of tenant ${tenantId}`));
        if (Crypto.digest(bytes) !== digest) return Effect.fail(lost("Corrupt", `blob ${digest} has other bytes`));
        return Effect.succeed(bytes.slice());
      }),
    damage: (tenantId, digest) => {
      kept.set(keyOf(tenantId, digest), Uint8Array.of(0));
    },
  };
};

/** A fresh blob store in memory as core's port. */
export const layer: Layer.Layer<BlobStore> = Layer.sync(BlobStore, make);

const keyOf = (tenantId: string, digest: string): string => `${digest} ${tenantId}`;

const lost = (reason: "Missing" | "Corrupt", message: string): BlobError =>
  new BlobError({ reason, message, isRetryable: false });
