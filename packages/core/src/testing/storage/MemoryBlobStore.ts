/** Blobs in memory, for tests and the simulator: a copy is kept and a copy is given. */

import { Crypto } from "@fettle/agent-protocol";
import * as Clock from "effect/Clock";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import { BLOB_BYTES_MAX, BlobError, BlobStore, type BlobStoreShape } from "../../ports/BlobStore.ts";

export interface MemoryBlobStore extends BlobStoreShape {
  /** Changes the kept bytes behind the store's back, as a bad disk would. */
  readonly damage: (tenantId: string, digest: Crypto.Digest) => void;
  /** Lets a blob be as old as if it was put last at an instant. */
  readonly backdate: (tenantId: string, digest: Crypto.Digest, putAt: number) => void;
}

export interface MemoryBlobStoreOptions {
  /** Epoch milliseconds: by what age counts. The clock of the runtime unless told. */
  readonly now?: () => number;
  readonly bytesMax?: number;
}

interface Kept {
  readonly bytes: Uint8Array;
  readonly putAt: number;
}

/** A blob store with nothing in it. */
export const make = ({ now, bytesMax = BLOB_BYTES_MAX }: MemoryBlobStoreOptions = {}): MemoryBlobStore => {
  const tenants = new Map<string, Map<Crypto.Digest, Kept>>();
  const instant = now === undefined ? Clock.currentTimeMillis : Effect.sync(now);
  const find = (tenantId: string, digest: Crypto.Digest) =>
    Effect.suspend(() => {
      const kept = tenants.get(tenantId)?.get(digest);
      if (kept !== undefined) return Effect.succeed(kept);
      return Effect.fail(failure("Missing", `no blob ${digest} of tenant ${tenantId}`));
    });
  const keep = (tenantId: string, digest: Crypto.Digest, kept: Kept): void => {
    const blobs = tenants.get(tenantId) ?? new Map<Crypto.Digest, Kept>();
    tenants.set(tenantId, blobs.set(digest, kept));
  };
  return {
    put: (tenantId, bytes) =>
      Effect.suspend(() => {
        const { byteLength } = bytes;
        if (byteLength > bytesMax)
          return Effect.fail(failure("TooLarge", `${byteLength} bytes, of at most ${bytesMax}`));
        const copy = bytes.slice();
        const digest = Crypto.digest(copy);
        return Effect.map(instant, (putAt) => {
          keep(tenantId, digest, { bytes: copy, putAt });
          return digest;
        });
      }),
    get: (tenantId, digest) =>
      Effect.flatMap(find(tenantId, digest), ({ bytes }) =>
        Crypto.digest(bytes) === digest
          ? Effect.succeed(bytes.slice())
          : Effect.fail(failure("Corrupt", `blob ${digest} has other bytes`)),
      ),
    renew: (tenantId, digest) =>
      Effect.flatMap(find(tenantId, digest), ({ bytes }) =>
        Effect.map(instant, (putAt) => keep(tenantId, digest, { bytes, putAt })),
      ),
    list: (tenantId, { after = "sha256:", limit }) =>
      Effect.sync(() =>
        [...(tenants.get(tenantId) ?? [])]
          .filter(([digest]) => digest > after)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .slice(0, limit)
          .map(([digest, { bytes, putAt }]) => ({ digest, bytes: bytes.byteLength, putAt })),
      ),
    remove: (tenantId, digest, putBefore) =>
      Effect.sync(() => {
        const blobs = tenants.get(tenantId);
        const kept = blobs?.get(digest);
        return kept !== undefined && kept.putAt < putBefore && blobs?.delete(digest) === true;
      }),
    tenants: () => Effect.sync(() => [...tenants.keys()]),
    damage: (tenantId, digest) => {
      const putAt = tenants.get(tenantId)?.get(digest)?.putAt ?? 0;
      keep(tenantId, digest, { bytes: Uint8Array.of(0), putAt });
    },
    backdate: (tenantId, digest, putAt) => {
      const kept = tenants.get(tenantId)?.get(digest);
      if (kept !== undefined) keep(tenantId, digest, { ...kept, putAt });
    },
  };
};

/** A fresh blob store in memory as core's port. */
export const layer: Layer.Layer<BlobStore> = Layer.sync(BlobStore, () => make());

const failure = (reason: BlobError["reason"], message: string): BlobError =>
  new BlobError({ reason, message, isRetryable: false });
