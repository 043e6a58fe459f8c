import { Crypto } from "@fettle/agent-protocol";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GRACE_HOURS, PAGE_MAX } from "../../src/engine/blobs/BlobGarbage.ts";
import * as Repository from "../../src/engine/Repository.ts";
import * as Fettle from "../../src/Fettle.ts";
import { BlobError, BlobStore, type BlobStoreShape } from "../../src/ports/BlobStore.ts";
import { entityKinds, Storage, type StorageShape } from "../../src/ports/Storage.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";

const { TENANT, manager } = ControlPlane;
const HOUR_MS = 3_600_000;
const GRACE_MS = GRACE_HOURS * HOUR_MS;
const { runSync } = Effect;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const all = { limit: 100_000 };

type Plane = ControlPlane.ControlPlane;
const kept = ({ blobs }: Plane, tenantId: string = TENANT): readonly Crypto.Digest[] =>
  runSync(blobs.list(tenantId, all)).map((b) => b.digest);

// All that is stored of a tenant, as text: whatever is named anywhere stands in it.
const dumped = ({ storage }: Plane): string =>
  entityKinds.map((kind) => JSON.stringify(runSync(storage.list(TENANT, kind, { limit: 1_000 })))).join("");

describe("the collection of blobs", () => {
  it("removes what nothing names any more, and says how much that was", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane } = scene;
    const { fettle, call, blobs } = plane;
    const former = kept(plane);
    scene.enabled();
    call(fettle.tick());
    // Another catalogue, and other packages on one of two machines that had the same.
    call(fettle.catalogue.ingest(manager, Scene.catalogue.slice(0, 1)));
    scene.agents[0]?.snapshot(Scene.installed.slice(0, 1));
    expect(call(fettle.collectBlobs())).toMatchObject({ removed: 0, bytesFreed: 0 });
    plane.clock.pass(GRACE_MS + 1);
    const before = runSync(blobs.list(TENANT, all));
    const report = call(fettle.collectBlobs());
    const after = new Set(kept(plane));
    const removed = before.filter((b) => !after.has(b.digest));
    // The former feed: the packages are still those of the other machine.
    expect(removed.map((b) => former.includes(b.digest))).toEqual([true]);
    expect(report).toEqual({ removed: 1, bytesFreed: removed[0]?.bytes, kept: after.size, stuck: [] });
    for (const { digest } of before)
      expect([digest, dumped(plane).includes(digest)]).toEqual([digest, after.has(digest)]);
    // What an agent has still to fetch, it fetches.
    expect(scene.stored("document").size).toBeGreaterThan(2);
    for (const { digest } of scene.stored("document").values()) runSync(blobs.get(TENANT, digest));
    expect(call(fettle.collectBlobs())).toEqual({ removed: 0, bytesFreed: 0, kept: after.size, stuck: [] });
  });

  it("keeps a blob for the time of grace, and no longer", () => {
    const plane = ControlPlane.make();
    runSync(plane.blobs.put(TENANT, bytesOf("of a commit that never came")));
    plane.clock.pass(GRACE_MS);
    expect(plane.call(plane.fettle.collectBlobs())).toMatchObject({ removed: 0, kept: 1 });
    plane.clock.pass(1);
    expect(plane.call(plane.fettle.collectBlobs())).toMatchObject({ removed: 1, kept: 0 });
  });

  it("PAT-04: the content of a file that is withdrawn stays for plans that have read of it", () => {
    const plane = Scene.make({ agents: 0 }).plane;
    const { catalogue } = plane.fettle;
    plane.call(catalogue.ingest(manager, { feed: "windows", patches: Scene.windows }));
    const content = bytesOf("the installer");
    const digest = Crypto.digest(content);
    plane.call(catalogue.supplyFile(manager, { patchId: "W-1", digest, content }));
    plane.clock.pass(10 * GRACE_MS);
    plane.call(plane.fettle.collectBlobs());
    expect(kept(plane)).toContain(digest);
    plane.call(catalogue.withdrawFile(manager, "W-1"));
    plane.clock.pass(GRACE_MS);
    plane.call(plane.fettle.collectBlobs());
    expect(kept(plane)).toContain(digest);
    plane.clock.pass(1);
    plane.call(plane.fettle.collectBlobs());
    expect(kept(plane)).not.toContain(digest);
  });

  it("goes through more blobs and entities than a page has, and frees a tenant that has no entity", () => {
    const plane = ControlPlane.make();
    const texts = Array.from({ length: 2 * PAGE_MAX + 7 }, (_, i) => `blob ${i}`);
    for (const [i, text] of texts.entries()) {
      const digest = runSync(plane.blobs.put(TENANT, bytesOf(text)));
      runSync(plane.blobs.put("gone", bytesOf(text)));
      if (i % 2 === 0) write(plane, TENANT, { kind: "document", id: `d-${i}`, digest });
    }
    plane.clock.pass(GRACE_MS + 1);
    const named = Math.ceil(texts.length / 2);
    expect(plane.call(plane.fettle.collectBlobs())).toMatchObject({ removed: 2 * texts.length - named, kept: named });
    expect(kept(plane, "gone")).toEqual([]);
  });

  it("removes nothing of a tenant whose entities don't read back, and goes on with the others", () => {
    const plane = ControlPlane.make();
    for (const tenantId of [TENANT, "other"]) runSync(plane.blobs.put(tenantId, bytesOf("garbage")));
    const write = { _tag: "Put" as const, kind: "feed" as const, id: "f", body: { id: "f" }, indexes: [] };
    runSync(
      plane.storage.commit({ tenantId: TENANT, expect: [], counters: [], uniques: [], writes: [write], events: [] }),
    );
    plane.clock.pass(GRACE_MS + 1);
    const message = expect.stringContaining("feed f");
    const stuck = [{ tenantId: TENANT, message }];
    expect(plane.call(plane.fettle.collectBlobs())).toMatchObject({ removed: 1, kept: 0, stuck });
    expect(kept(plane)).toHaveLength(1);
  });

  it("taken up again after it was cut off, it frees the rest", () => {
    const plane = ControlPlane.make();
    for (const i of [1, 2, 3, 4, 5]) runSync(plane.blobs.put(TENANT, bytesOf(`${i}`)));
    plane.clock.pass(GRACE_MS + 1);
    let left = 2;
    const remove: BlobStoreShape["remove"] = (...given) => {
      left -= 1;
      const message = "the disk is gone";
      if (left < 0) return Effect.fail(new BlobError({ reason: "Unavailable", message, isRetryable: true }));
      return plane.blobs.remove(...given);
    };
    const { fettle } = over(plane, { blobs: { ...plane.blobs, remove } });
    const stuck = [{ tenantId: TENANT, message: "the disk is gone" }];
    expect(runSync(fettle.collectBlobs())).toEqual({ removed: 2, bytesFreed: 2, kept: 0, stuck });
    expect(plane.call(plane.fettle.collectBlobs())).toEqual({ removed: 3, bytesFreed: 3, kept: 0, stuck: [] });
  });
});

interface Naming {
  readonly kind: "document" | "feed" | "vendorFile" | "assetRun";
  readonly id: string;
  readonly digest: Crypto.Digest;
}

const entityOf = ({ kind, id, digest }: Naming): unknown => {
  const file = { url: null, digest, sizeBytes: 1, signer: null };
  if (kind === "document") return { id, digest, payloadType: "x", agentId: null };
  if (kind === "feed") return { id, digest, patches: 1, ingestedAt: 1, state: "settled" };
  if (kind === "vendorFile") return { ...file, patchId: id, suppliedBy: "mara", suppliedAt: 1 };
  return {
    id,
    runId: "r",
    jobId: "j",
    assetId: id,
    timing: null,
    manifest: null,
    placed: { status: "Pending", reason: null, at: 1 },
    patches: [{ patchId: "W-1", advisory: null, packages: [], files: [file] }],
    state: { status: "Pending", reason: null, changedAt: 1, results: {}, violations: 0 },
  };
};

const write = (plane: Plane, tenantId: string, naming: Naming): void => {
  const writes = [Repository.put(naming.kind, naming.id, entityOf(naming) as never)];
  runSync(plane.storage.commit({ tenantId, expect: [], counters: [], uniques: [], writes, events: [] }));
};

const erase = (plane: Plane, tenantId: string, { kind, id }: Pick<Naming, "kind" | "id">): void => {
  const writes = [{ _tag: "Delete" as const, kind, id }];
  runSync(plane.storage.commit({ tenantId, expect: [], counters: [], uniques: [], writes, events: [] }));
};

// The same control plane with another blob store or storage between.
const over = (plane: Plane, instead: { readonly blobs?: BlobStoreShape; readonly storage?: StorageShape }) => ({
  fettle: Fettle.make(
    plane.ports.pipe(
      Context.add(BlobStore, instead.blobs ?? plane.blobs),
      Context.add(Storage, instead.storage ?? plane.storage),
    ),
  ),
});

/** What may happen to a tenant: the blob of a number is put, and what names it is written some hours later. */
type Move =
  | { readonly _tag: "Put"; readonly blob: number }
  | {
      readonly _tag: "Write";
      readonly blob: number;
      readonly kind: Naming["kind"];
      readonly id: number;
      readonly after: number;
    }
  | { readonly _tag: "Erase"; readonly kind: Naming["kind"]; readonly id: number }
  | { readonly _tag: "Pass"; readonly hours: number };

const blob = fc.nat({ max: 6 });
const kind = fc.constantFrom("document", "feed", "vendorFile", "assetRun");
const id = fc.nat({ max: 2 });
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ _tag: fc.constant("Put"), blob } as const),
  {
    weight: 3,
    arbitrary: fc.record({ _tag: fc.constant("Write"), blob, kind, id, after: fc.nat({ max: 20 }) } as const),
  },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Erase"), kind, id } as const) },
);
const pass = fc.record({ _tag: fc.constant("Pass"), hours: fc.integer({ min: 1, max: 60 }) } as const);
const moves = fc.array(fc.tuple(fc.constantFrom(TENANT, "other"), fc.oneof({ weight: 3, arbitrary: move }, pass)), {
  maxLength: 25,
});

const textOf = (tenantId: string, n: number): string => `blob ${n} of ${n % 2 === 0 ? "anyone" : tenantId}`;

// What is named and since when each blob is there, kept beside.
const model = (plane: Plane) => {
  const named = new Map<string, string>();
  const putAt = new Map<string, number>();
  const put = (tenantId: string, n: number): Crypto.Digest => {
    const digest = runSync(plane.blobs.put(tenantId, bytesOf(textOf(tenantId, n))));
    putAt.set(`${tenantId} ${digest}`, plane.clock.now());
    return digest;
  };
  const make = (tenantId: string, made: Move): void => {
    if (made._tag === "Pass") plane.clock.pass(made.hours * HOUR_MS);
    if (made._tag === "Put") put(tenantId, made.blob);
    if (made._tag === "Pass" || made._tag === "Put") return;
    const key = `${tenantId} ${made.kind} ${made.id}`;
    if (made._tag === "Erase") {
      erase(plane, tenantId, { kind: made.kind, id: `${made.id}` });
      named.delete(key);
      return;
    }
    const digest = put(tenantId, made.blob);
    plane.clock.pass(made.after * HOUR_MS);
    write(plane, tenantId, { kind: made.kind, id: `${made.id}`, digest });
    named.set(key, `${tenantId} ${digest}`);
  };
  const standing = (): readonly string[] =>
    runSync(plane.blobs.tenants()).flatMap((t) => kept(plane, t).map((d) => `${t} ${d}`));
  return { make, named, putAt, standing };
};

describe("whatever is put, written, erased and collected", () => {
  it("exactly what is named or young stands", () => {
    const property = fc.property(fc.array(moves, { minLength: 1, maxLength: 4 }), (rounds) => {
      const plane = ControlPlane.make();
      const { make, named, putAt, standing } = model(plane);
      for (const round of rounds) {
        for (const [tenantId, made] of round) make(tenantId, made);
        const before = standing();
        const report = plane.call(plane.fettle.collectBlobs());
        const isYoung = (key: string): boolean => (putAt.get(key) ?? 0) >= plane.clock.now() - GRACE_MS;
        const names = new Set(named.values());
        expect([...standing()].sort()).toEqual(before.filter((key) => names.has(key) || isYoung(key)).sort());
        expect(report).toMatchObject({
          removed: before.length - standing().length,
          kept: standing().length,
          stuck: [],
        });
      }
    });
    fc.assert(property, Arbitraries.runs(150));
  });

  it("what is named stands also when others write between any two calls of a collection", () => {
    const property = fc.property(
      moves,
      fc.array(fc.tuple(fc.nat({ max: 12 }), moves), { maxLength: 4 }),
      (first, others) => {
        const plane = ControlPlane.make();
        const { make, named, standing } = model(plane);
        for (const [tenantId, made] of first) make(tenantId, made);
        plane.clock.pass(2 * GRACE_MS);
        let call = 0;
        const interrupt = (): void => {
          for (const [at, made] of others) if (at === call) for (const [tenantId, m] of made) make(tenantId, m);
          call += 1;
        };
        const between =
          <Given extends readonly unknown[], A, E>(asked: (...given: Given) => Effect.Effect<A, E>) =>
          (...given: Given) =>
            Effect.flatMap(Effect.sync(interrupt), () => asked(...given));
        const { blobs, storage } = plane;
        const { fettle } = over(plane, {
          blobs: { ...blobs, list: between(blobs.list), remove: between(blobs.remove) },
          storage: { ...storage, list: between(storage.list) },
        });
        runSync(fettle.collectBlobs());
        const there = new Set(standing());
        expect([...named.values()].filter((key) => !there.has(key))).toEqual([]);
      },
    );
    fc.assert(property, Arbitraries.runs(150));
  });
});
