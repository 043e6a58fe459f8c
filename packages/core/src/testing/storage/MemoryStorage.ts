/**
 * A storage in memory: for tests, examples and the simulator. Every call is synchronous within its effect, so
 * `Effect.runSync` runs it; a batch is decided whole before anything of it is done.
 *
 * Bodies are kept as frozen copies: a caller who changes what it was given gets an error, not a changed store.
 */
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as CodePointOrder from "../../domain/shared/CodePointOrder.ts";
import * as AuditChain from "../../engine/audit/AuditChain.ts";
import {
  type AuditQuery,
  type Batch,
  type CommitAnswer,
  type EntityKind,
  type NewAuditRecord,
  Storage,
  StorageError,
  type StorageShape,
  type Stored,
  type StoredAuditRecord,
  type StoredEvent,
  type StoredJson,
} from "../../ports/Storage.ts";
import * as StorageText from "../../ports/StorageText.ts";
import * as OrderedIds from "./OrderedIds.ts";
import * as TenantMemory from "./TenantMemory.ts";

/** All that a storage holds, as plain JSON; equal states have equal dumps. */
export interface MemoryDump {
  readonly tenants: readonly TenantMemory.TenantDump[];
}

export interface MemoryStorage extends StorageShape {
  /** What is held now; later commits don't change it. */
  readonly dump: () => MemoryDump;
  /** Puts back what was dumped, in place of everything held. */
  readonly restore: (dump: MemoryDump) => void;
}

/**
 * A storage with nothing in it.
 * @example
 * const storage = MemoryStorage.make();
 * const before = storage.dump();
 * Effect.runSync(storage.commit(batch));
 * storage.restore(before);
 */
export const make = (): MemoryStorage => {
  let tenants: Tenants = new Map();
  return {
    ...reads(() => tenants),
    commit: (batch) => attempt(() => commit(batch, tenants)),
    dump: () => ({
      tenants: [...tenants]
        .sort(([a], [b]) => CodePointOrder.compare(a, b))
        .map(([tenantId, tenant]) => TenantMemory.dump(tenantId, tenant)),
    }),
    restore: (dump) => {
      tenants = new Map(dump.tenants.map((t) => [t.tenantId, TenantMemory.restore(t)]));
    },
  };
};

/** A fresh storage in memory as core's port. */
export const layer: Layer.Layer<Storage> = Layer.sync(Storage, make);

type Tenants = Map<string, TenantMemory.TenantMemory>;

const reads = (tenants: () => Tenants): StorageText.Reads => {
  const read = <A>(tenantId: string, none: A, use: (tenant: TenantMemory.TenantMemory) => A) =>
    attempt(() => {
      const tenant = tenants().get(tenantId);
      return tenant === undefined ? none : use(tenant);
    });
  return StorageText.checked({
    get: (tenantId, kind, id) => read(tenantId, null, (t) => TenantMemory.get(t, kind, id)),
    getMany: (tenantId, kind, ids) => read(tenantId, [], (t) => stored(t, kind, [...new Set(ids)])),
    list: (tenantId, kind, page) =>
      read(tenantId, [], (t) => stored(t, kind, OrderedIds.page(TenantMemory.ids(t, kind), page.after, page.limit))),
    find: (tenantId, kind, index, page) =>
      read(tenantId, [], (t) =>
        stored(t, kind, OrderedIds.page(TenantMemory.indexed(t, kind, index), page.after, page.limit)),
      ),
    counter: (tenantId, key) => read(tenantId, 0, (t) => t.counters.get(key) ?? 0),
    counters: (tenantId, keys) =>
      read(
        tenantId,
        keys.map(() => 0),
        (t) => keys.map((key) => t.counters.get(key) ?? 0),
      ),
    events: (tenantId, after, limit) =>
      read<readonly StoredEvent[]>(tenantId, [], (t) => TenantMemory.following(t.events, after).slice(0, limit)),
    audit: (tenantId, query) => read<readonly StoredAuditRecord[]>(tenantId, [], (t) => audited(t.audit, query)),
    tenants: () =>
      Effect.sync(() =>
        [...tenants()]
          .filter(([, t]) => t.entities.size > 0)
          .map(([id]) => id)
          .sort(CodePointOrder.compare),
      ),
  });
};

const tenantOf = (tenants: Tenants, tenantId: string): TenantMemory.TenantMemory => {
  const known = tenants.get(tenantId);
  if (known !== undefined) return known;
  const made = TenantMemory.make();
  tenants.set(tenantId, made);
  return made;
};

const attempt = <A>(run: () => A): Effect.Effect<A, StorageError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run());
    } catch (thrown) {
      return thrown instanceof StorageError ? Effect.fail(thrown) : Effect.die(thrown);
    }
  });

const stored = (tenant: TenantMemory.TenantMemory, kind: EntityKind, ids: readonly string[]): readonly Stored[] =>
  ids.flatMap((id) => TenantMemory.get(tenant, kind, id) ?? []);

const commit = (batch: Batch, tenants: Tenants): CommitAnswer => {
  StorageText.checkBatch(batch);
  const bodies = batch.writes.map((w) => (w._tag === "Put" ? copy(w.body, `${w.kind} ${w.id}`) : null));
  const eventBodies = batch.events.map((e) => copy(e.body, `event ${e.type}`));
  const auditBodies = (batch.audit ?? []).map((a) => copy(a.body, `audit of ${a.action}`));
  const tenant = tenantOf(tenants, batch.tenantId);
  const counters = new Map<string, number>();
  const owners = new Map<string, string>();
  const refusal = firstRefusal(batch, tenant, counters, owners);
  if (refusal !== null) return refusal;
  for (const [key, value] of counters) tenant.counters.set(key, value);
  for (const [key, owner] of owners) tenant.owners.set(key, owner);
  for (const [i, write] of batch.writes.entries()) {
    if (write._tag === "Delete") TenantMemory.remove(tenant, write.kind, write.id);
    else TenantMemory.put(tenant, write, bodies[i] ?? null);
  }
  TenantMemory.forget(tenant.events, batch.forget?.events ?? 0);
  TenantMemory.forget(tenant.audit, batch.forget?.audit ?? 0);
  for (const [i, { type, kind, id, at }] of batch.events.entries()) {
    const position = tenant.heads.events + 1;
    tenant.heads.events = position;
    tenant.events.push(Object.freeze({ type, kind, id, at, body: eventBodies[i] ?? null, position }));
  }
  for (const [i, record] of (batch.audit ?? []).entries())
    append(batch.tenantId, tenant, record, auditBodies[i] ?? null);
  return { _tag: "Committed" };
};

const append = (
  tenantId: string,
  tenant: TenantMemory.TenantMemory,
  { at, by, action, kind, id }: NewAuditRecord,
  body: StoredJson,
): void => {
  const last = tenant.heads.audit;
  const { position, hash } = AuditChain.link(tenantId, last, { at, by, action, kind, id, body: JSON.stringify(body) });
  tenant.audit.push(Object.freeze({ at, by, action, kind, id, body, position, previous: last.hash, hash }));
  tenant.heads.audit = { position, hash };
};

const audited = (records: readonly StoredAuditRecord[], query: AuditQuery): readonly StoredAuditRecord[] => {
  const { after, limit, by, action, entity, from, until } = query;
  const isAsked = (r: StoredAuditRecord): boolean =>
    (by === undefined || r.by === by) &&
    (action === undefined || r.action === action) &&
    (entity === undefined || (r.kind === entity.kind && r.id === entity.id)) &&
    (from === undefined || r.at >= from) &&
    (until === undefined || r.at < until);
  return TenantMemory.following(records, after).filter(isAsked).slice(0, limit);
};

// What a batch would change of counters and owners is gathered on the way.
const firstRefusal = (
  batch: Batch,
  tenant: TenantMemory.TenantMemory,
  counters: Map<string, number>,
  owners: Map<string, string>,
): CommitAnswer | null => {
  for (const expected of batch.expect) {
    const revision = TenantMemory.get(tenant, expected.kind, expected.id)?.revision ?? "absent";
    if (revision !== expected.revision) return { _tag: "Refused", because: { _tag: "Revision", expected } };
  }
  for (const { key, by, floor, ceiling } of batch.counters) {
    const sum = (counters.get(key) ?? tenant.counters.get(key) ?? 0) + by;
    const within = sum >= (floor ?? sum) && sum <= (ceiling ?? sum) && Number.isSafeInteger(sum);
    if (!within) return { _tag: "Refused", because: { _tag: "Counter", key } };
    counters.set(key, sum);
  }
  for (const { key, owner } of batch.uniques) {
    const holder = owners.get(key) ?? tenant.owners.get(key) ?? owner;
    if (holder !== owner) return { _tag: "Refused", because: { _tag: "Unique", key, owner: holder } };
    owners.set(key, owner);
  }
  return null;
};

const copy = (body: StoredJson, where: string): StoredJson =>
  freeze(JSON.parse(StorageText.encodeBody(body, where)) as StoredJson);

const freeze = (value: StoredJson): StoredJson => {
  if (value === null || typeof value !== "object") return value;
  for (const member of Object.values(value)) freeze(member as StoredJson);
  return Object.freeze(value);
};
