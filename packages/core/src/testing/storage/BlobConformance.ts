/** Every promise of the blob store port as a case that any adapter can run. */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type { BlobStoreShape } from "../../ports/BlobStore.ts";
import { type ConformanceCase, failsWith, same } from "./Conformance.ts";

export interface BlobSubject {
  readonly blobs: BlobStoreShape;
  /** Changes the kept bytes behind the store's back, as a bad disk would. */
  readonly damage: (tenantId: string, digest: Crypto.Digest) => void;
  /** Begins the name of every tenant that a case uses. Lower-case letters, digits and hyphens. */
  readonly prefix: string;
}

type Run = (
  blobs: BlobStoreShape,
  tenantId: string,
  subject: BlobSubject,
) => Generator<Effect.Effect<unknown, unknown>, void, never>;

const blobCase = (tenant: string, name: string, run: Run): ConformanceCase<BlobSubject> => ({
  name,
  run: (subject) => Effect.gen(() => run(subject.blobs, `${subject.prefix}-${tenant}`, subject)),
});

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

// Known beforehand: SHA-256 of "abc" (FIPS 180-2) and of nothing.
const ABC = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export const cases: readonly ConformanceCase<BlobSubject>[] = [
  blobCase("digest", "bytes are kept under their SHA-256 and come back as they were", function* (blobs, t) {
    same(yield* blobs.put(t, bytesOf("abc")), ABC, "the digest of abc");
    same([...(yield* blobs.get(t, ABC))], [97, 98, 99], "the bytes");
    same(yield* blobs.put(t, new Uint8Array()), EMPTY, "the digest of nothing");
    same((yield* blobs.get(t, EMPTY)).length, 0, "the length of nothing");
  }),
  blobCase("again", "putting the same bytes again changes nothing", function* (blobs, t) {
    const first = yield* blobs.put(t, bytesOf("same"));
    same(yield* blobs.put(t, bytesOf("same")), first, "the digest");
    same([...(yield* blobs.get(t, first))], [...bytesOf("same")], "the bytes");
  }),
  blobCase("at-once", "many who put the same bytes at once all get them kept", function* (blobs, t) {
    const puts = Array.from({ length: 20 }, () => blobs.put(t, bytesOf("at once")));
    const digests = yield* Effect.all(puts, { concurrency: "unbounded" });
    same(new Set(digests).size, 1, "how many digests");
    same([...(yield* blobs.get(t, digests[0] ?? EMPTY))], [...bytesOf("at once")], "the bytes");
  }),
  blobCase("large", "a large blob of every byte comes back as it was", function* (blobs, t) {
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, i) => (i * 31 + (i >>> 8)) & 255);
    const digest = yield* blobs.put(t, bytes);
    same(Buffer.compare(yield* blobs.get(t, digest), bytes), 0, "the comparison of the bytes");
  }),
  blobCase("missing", "a digest that was never put is missing", function* (blobs, t) {
    yield* failsWith(blobs.get(t, Crypto.digest("never put")), "Missing", "get");
  }),
  blobCase("tenants", "EVT-03: a tenant's blob is missing for another tenant", function* (blobs, t) {
    const digest = yield* blobs.put(t, bytesOf("of one tenant"));
    yield* failsWith(blobs.get(`${t}-other`, digest), "Missing", "get of another tenant");
    same(yield* blobs.put(`${t}-other`, bytesOf("of one tenant")), digest, "the digest");
    same([...(yield* blobs.get(`${t}-other`, digest))], [...bytesOf("of one tenant")], "the bytes");
  }),
  blobCase(
    "corrupt",
    "bytes that no longer have their digest are corrupt, and putting them again heals",
    function* (blobs, t, subject) {
      const digest = yield* blobs.put(t, bytesOf("will rot"));
      subject.damage(t, digest);
      yield* failsWith(blobs.get(t, digest), "Corrupt", "get");
      yield* blobs.put(t, bytesOf("will rot"));
      same([...(yield* blobs.get(t, digest))], [...bytesOf("will rot")], "the bytes");
    },
  ),
  blobCase("copies", "what was handed in is kept as it was at that moment", function* (blobs, t) {
    const bytes = bytesOf("before");
    const digest = yield* blobs.put(t, bytes);
    bytes.fill(0);
    const given = yield* blobs.get(t, digest);
    given.fill(0);
    same([...(yield* blobs.get(t, digest))], [...bytesOf("before")], "the bytes");
  }),
];
