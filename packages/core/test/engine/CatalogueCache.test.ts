import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Tenant from "../../src/domain/shared/Tenant.ts";
import * as CatalogueCache from "../../src/engine/catalogue/CatalogueCache.ts";
import * as Decoding from "../../src/engine/Decoding.ts";
import * as Repository from "../../src/engine/Repository.ts";
import { Storage, type Stored, type StoredJson } from "../../src/ports/Storage.ts";
import * as MemoryStorage from "../../src/testing/storage/MemoryStorage.ts";
import * as Values from "../scenario/Values.ts";

const { patch } = Values;

/** A storage that counts how often a catalogue is read, and can change it in between. */
const counted = () => {
  const storage = MemoryStorage.make();
  const reads = { patches: 0, between: null as (() => void) | null };
  const service: typeof storage = {
    ...storage,
    list: (tenantId, kind, page) =>
      Effect.tap(storage.list(tenantId, kind, page), () =>
        Effect.sync(() => {
          if (kind !== "patch") return;
          reads.patches += 1;
          const { between } = reads;
          reads.between = null;
          between?.();
        }),
      ),
  };
  const run = <A, E>(effect: Effect.Effect<A, E, Storage>): A =>
    Effect.runSync(Effect.provideService(effect, Storage, service));
  const write = (tenantId: string, ...ids: readonly string[]) =>
    run(
      Repository.tryCommit(Tenant.of(tenantId), {
        counters: [{ key: CatalogueCache.CATALOGUE_COUNTER, by: 1 }],
        writes: ids.map((id) => Repository.put("patch", id, patch(id))),
      }),
    );
  const standing = (tenantId: string) => run(CatalogueCache.standing(Tenant.of(tenantId)));
  const ids = (tenantId: string) => [...standing(tenantId).index.byId.keys()].sort();
  return { reads, run, write, standing, ids };
};

describe("the kept catalogue", () => {
  it("is read once after each change", () => {
    const { reads, write, ids } = counted();
    write("acme", "A");
    expect([ids("acme"), ids("acme"), reads.patches]).toEqual([["A"], ["A"], 1]);
    write("acme", "B");
    expect([ids("acme"), reads.patches]).toEqual([["A", "B"], 2]);
  });

  it("read while it changes is refused by its guard, and read again", () => {
    const { reads, run, write, standing, ids } = counted();
    write("acme", "A");
    reads.between = () => write("acme", "B");
    const torn = standing("acme");
    const use = Repository.tryCommit(Tenant.of("acme"), { counters: [torn.unchanged], writes: [] });
    expect(run(use)).toMatchObject({ _tag: "Refused", because: { _tag: "Counter" } });
    expect(ids("acme")).toEqual(["A", "B"]);
  });

  it("follows a change that continues it, and no other", () => {
    const { reads, run, write, ids } = counted();
    write("acme", "A");
    ids("acme");
    write("acme", "B");
    run(CatalogueCache.follow(Tenant.of("acme"), { put: [patch("B")], gone: [], from: 1, to: 2 }));
    expect([ids("acme"), reads.patches]).toEqual([["A", "B"], 1]);
    write("acme", "C");
    write("acme", "D");
    run(CatalogueCache.follow(Tenant.of("acme"), { put: [patch("D")], gone: [], from: 3, to: 4 }));
    expect([ids("acme"), reads.patches]).toEqual([["A", "B", "C", "D"], 2]);
  });

  it("is one tenant's own, and only of the tenants last asked for", () => {
    const { reads, write, ids } = counted();
    const tenants = Array.from({ length: CatalogueCache.CATALOGUES_MAX + 1 }, (_, i) => `tenant-${i}`);
    for (const tenant of tenants) write(tenant, `P-${tenant}`);
    for (const tenant of tenants.slice(0, -1)) expect(ids(tenant)).toEqual([`P-${tenant}`]);
    expect([ids("tenant-0"), reads.patches]).toEqual([["P-tenant-0"], CatalogueCache.CATALOGUES_MAX]);
    ids(tenants.at(-1) ?? "");
    ids("tenant-0");
    expect(reads.patches).toBe(CatalogueCache.CATALOGUES_MAX + 1);
    ids("tenant-1");
    expect(reads.patches).toBe(CatalogueCache.CATALOGUES_MAX + 2);
  });
});

describe("the value of a stored body", () => {
  const tag = { id: "web", name: "web", parent: null, rule: { _tag: "Static" } } as const;
  const stored = (body: StoredJson): Stored => ({ kind: "tag", id: "web", revision: 1, body });
  const read = (from: Stored) => {
    const decoded = Decoding.decode("tag", from);
    if (!decoded.ok) throw decoded.error;
    return decoded.value;
  };

  it("is read once of a body that lasts, and nobody can change it for others", () => {
    const lasting = stored(Object.freeze({ ...tag, rule: Object.freeze({ ...tag.rule }) }));
    const value = read(lasting);
    expect(read({ ...lasting, revision: 2 })).toBe(value);
    expect(() => Object.assign(value.rule, { _tag: "Dynamic" })).toThrow(TypeError);
  });

  it("is read anew of one that may change, and stays the reader's own", () => {
    const body = { ...tag, name: String(tag.name) };
    const value = read(stored(body));
    expect(Object.isFrozen(value)).toBe(false);
    body.name = "mail";
    expect([value.name, read(stored(body)).name]).toEqual(["web", "mail"]);
  });

  it("that doesn't read back is corrupt each time", () => {
    const corrupt = stored(Object.freeze({ id: "web" }));
    for (const _ of [1, 2]) expect(() => read(corrupt)).toThrow("tag web");
  });
});
