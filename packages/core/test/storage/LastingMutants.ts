/** Storages that lose something between one process and the next. */
import * as Effect from "effect/Effect";
import { MemoryStorage, type StorageConformance } from "../../src/testing/storage/index.ts";
import type { MemoryDump } from "../../src/testing/storage/MemoryStorage.ts";

type TenantDump = MemoryDump["tenants"][number];

export interface LastingMutant {
  /** Ends the sentence "a storage that …". */
  readonly name: string;
  readonly open: () => StorageConformance.LastingSubject["open"];
}

/** A storage in memory whose state is written as text when it ends, and read when it is opened anew. */
export const lasting = (
  losing: (tenant: TenantDump) => TenantDump,
  isLate = false,
): StorageConformance.LastingSubject["open"] => {
  let file = JSON.stringify({ tenants: [] });
  return () =>
    Effect.sync(() => {
      const storage = MemoryStorage.make();
      storage.restore(JSON.parse(file) as MemoryDump);
      const write = (): void => {
        file = JSON.stringify({ tenants: storage.dump().tenants.map(losing) });
      };
      const commit: typeof storage.commit = (batch) => {
        if (isLate) write();
        return storage.commit(batch);
      };
      return { storage: { ...storage, commit }, end: () => Effect.sync(() => (isLate ? undefined : write())) };
    });
};

const losing = (name: string, lose: (tenant: TenantDump) => Partial<TenantDump>): LastingMutant => ({
  name,
  open: () => lasting((tenant) => ({ ...tenant, ...lose(tenant) })),
});

export const lastingMutants: readonly LastingMutant[] = [
  losing("loses entities", () => ({ entities: [] })),
  losing("loses index entries", ({ entities }) => ({ entities: entities.map((e) => ({ ...e, indexes: [] })) })),
  losing("begins revisions anew", ({ entities }) => ({
    entities: entities.map((e) => ({ ...e, stored: { ...e.stored, revision: 1 } })),
  })),
  losing("loses counters", () => ({ counters: [] })),
  losing("loses the owners of keys", () => ({ owners: [] })),
  losing("loses events", () => ({ events: [] })),
  losing("loses records", () => ({ audit: [] })),
  losing("begins positions anew once all events were removed", ({ events, heads }) => ({
    heads: { ...heads, events: events.at(-1)?.position ?? 0 },
  })),
  losing("begins a chain anew once all records were removed", ({ audit, heads }) => ({
    heads: { ...heads, audit: audit.at(-1) ?? { position: 0, hash: "" } },
  })),
  losing("writes text that it can't read back", ({ events }) => ({
    events: events.map((e) => ({
      ...e,
      body: JSON.parse(Buffer.from(JSON.stringify(e.body).replaceAll("\\ud800", "\ud800")).toString()),
    })),
  })),
  { name: "answers before the last batch is written", open: () => lasting((tenant) => tenant, true) },
];
