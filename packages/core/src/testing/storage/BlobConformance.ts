/** Every promise of the blob store port as a case that any adapter can run. */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type { BlobStoreShape, KeptBlob } from "../../ports/BlobStore.ts";
import { type ConformanceCase, failsWith, same } from "./Conformance.ts";

/** What a store should be opened for, so that its limit is cheap to reach. */
export const BYTES_MAX = 3_000_001;

export interface BlobSubject {
  readonly blobs: BlobStoreShape;
  /** Changes the kept bytes behind the store's back, as a bad disk would. */
  readonly damage: (tenantId: string, digest: Crypto.Digest) => void;
  /** Lets a blob be as old as if it was put last at an instant, epoch milliseconds. */
  readonly backdate: (tenantId: string, digest: Crypto.Digest, putAt: number) => void;
  /** The largest blob that the store takes: opened for {@link BYTES_MAX}, or what it can't be told. */
  readonly bytesMax: number;
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

// Long ago, before any clock that a store may go by.
const LONG_AGO = Date.UTC(2001, 0, 1);

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
    const bytes = Uint8Array.from({ length: BYTES_MAX }, (_, i) => (i * 31 + (i >>> 8)) & 255);
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
  blobCase("size", "a blob of the largest size is kept, one byte more is refused", function* (blobs, t, { bytesMax }) {
    const largest = new Uint8Array(bytesMax);
    // A limit of gigabytes is reached from above only.
    if (bytesMax <= BYTES_MAX) {
      const digest = yield* blobs.put(t, largest);
      same((yield* blobs.get(t, digest)).byteLength, bytesMax, "the length of the largest");
    }
    yield* failsWith(blobs.put(t, new Uint8Array(bytesMax + 1)), "TooLarge", "put of one byte more");
  }),
  blobCase(
    "list",
    "blobs are listed in the order of their digests, in pages, each with its size",
    function* (blobs, t) {
      const texts = ["one", "two", "three", "four", "five", "six", "seven"];
      const expected = texts.map((text) => ({ digest: Crypto.digest(text), bytes: text.length }));
      expected.sort((a, b) => (a.digest < b.digest ? -1 : 1));
      for (const text of texts) yield* blobs.put(t, bytesOf(text));
      for (const limit of [1, 3, 7, 100]) {
        const listed: { readonly digest: string; readonly bytes: number }[] = [];
        for (let last: Crypto.Digest | undefined; ; ) {
          const page: readonly KeptBlob[] = yield* blobs.list(t, {
            limit,
            ...(last === undefined ? {} : { after: last }),
          });
          same(page.length <= limit, true, `a page of at most ${limit}`);
          listed.push(...page.map(({ digest, bytes }) => ({ digest, bytes })));
          last = page.at(-1)?.digest;
          if (last === undefined) break;
        }
        same(listed, expected, `what is listed, ${limit} at a time`);
      }
      same(yield* blobs.list(`${t}-other`, { limit: 10 }), [], "what another tenant has");
      same((yield* blobs.tenants()).includes(t), true, "the tenant is listed");
    },
  ),
  blobCase("age", "a blob is removed only when it was put last before the instant", function* (blobs, t, { backdate }) {
    const digest = yield* blobs.put(t, bytesOf("old"));
    const putAt = (yield* blobs.list(t, { limit: 1 }))[0]?.putAt ?? 0;
    same(putAt > LONG_AGO, true, "it is young");
    same(yield* blobs.remove(t, digest, putAt), false, "removed at its very instant");
    backdate(t, digest, LONG_AGO);
    same((yield* blobs.list(t, { limit: 1 }))[0]?.putAt, LONG_AGO, "when it was put");
    same(yield* blobs.remove(t, digest, LONG_AGO), false, "removed at its very instant, long ago");
    same([...(yield* blobs.get(t, digest))], [...bytesOf("old")], "the bytes");
    same(yield* blobs.remove(t, digest, LONG_AGO + 1_000), true, "removed");
    yield* failsWith(blobs.get(t, digest), "Missing", "get");
    same(yield* blobs.list(t, { limit: 1 }), [], "what is listed");
    same(yield* blobs.remove(t, digest, LONG_AGO + 1_000), false, "removed again");
    same(yield* blobs.put(t, bytesOf("old")), digest, "put again");
    same([...(yield* blobs.get(t, digest))], [...bytesOf("old")], "the bytes again");
  }),
  blobCase("renewed", "a blob that is put again or renewed is young again", function* (blobs, t, { backdate }) {
    const digest = yield* blobs.put(t, bytesOf("again"));
    for (const renew of [blobs.put(t, bytesOf("again")), blobs.renew(t, digest)]) {
      backdate(t, digest, LONG_AGO);
      yield* renew;
      same(yield* blobs.remove(t, digest, LONG_AGO + 1_000), false, "removed");
      same([...(yield* blobs.get(t, digest))], [...bytesOf("again")], "the bytes");
    }
    yield* failsWith(blobs.renew(t, Crypto.digest("never put")), "Missing", "renew");
    yield* failsWith(blobs.renew(`${t}-other`, digest), "Missing", "renew for another tenant");
  }),
  blobCase(
    "apart",
    "EVT-03: a tenant's blob stays when another tenant's is removed",
    function* (blobs, t, { backdate }) {
      const digest = yield* blobs.put(t, bytesOf("of both"));
      yield* blobs.put(`${t}-other`, bytesOf("of both"));
      for (const tenantId of [t, `${t}-other`]) backdate(tenantId, digest, LONG_AGO);
      same(yield* blobs.remove(t, digest, LONG_AGO + 1_000), true, "removed");
      same([...(yield* blobs.get(`${t}-other`, digest))], [...bytesOf("of both")], "the other's bytes");
    },
  ),
];
