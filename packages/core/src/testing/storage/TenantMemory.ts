/** What one tenant holds in a storage in memory: entities in the order of their ids, index entries, counters, owners, events, audit. */

import * as CodePointOrder from "../../domain/shared/CodePointOrder.ts";
import { GENESIS, type Link } from "../../engine/audit/AuditChain.ts";
import type { EntityKind, PutWrite, Stored, StoredAuditRecord, StoredEvent, StoredJson } from "../../ports/Storage.ts";
import { entityKey } from "../../ports/StorageText.ts";
import * as OrderedIds from "./OrderedIds.ts";

interface Held {
  readonly stored: Stored;
  readonly indexes: PutWrite["indexes"];
}

export interface TenantMemory {
  readonly entities: Map<string, Held>;
  /** Ids of a kind, ordered. */
  readonly byKind: Map<EntityKind, string[]>;
  /** Ids of an index entry, ordered. */
  readonly byIndex: Map<string, string[]>;
  readonly counters: Map<string, number>;
  readonly owners: Map<string, string>;
  readonly events: StoredEvent[];
  readonly audit: StoredAuditRecord[];
  /** Where events and audit stand, whatever of them was removed. */
  readonly heads: Heads;
}

interface Heads {
  events: number;
  audit: Link;
}

export interface TenantDump {
  readonly tenantId: string;
  readonly entities: readonly { readonly stored: Stored; readonly indexes: PutWrite["indexes"] }[];
  readonly counters: readonly (readonly [string, number])[];
  readonly owners: readonly (readonly [string, string])[];
  readonly events: readonly StoredEvent[];
  readonly audit: readonly StoredAuditRecord[];
  readonly heads: Readonly<Heads>;
}

const none: readonly string[] = [];

export const make = (): TenantMemory => ({
  entities: new Map(),
  byKind: new Map(),
  byIndex: new Map(),
  counters: new Map(),
  owners: new Map(),
  events: [],
  audit: [],
  heads: { events: 0, audit: GENESIS },
});

export const get = (tenant: TenantMemory, kind: EntityKind, id: string): Stored | null =>
  tenant.entities.get(entityKey(kind, id))?.stored ?? null;

export const ids = (tenant: TenantMemory, kind: EntityKind): readonly string[] => tenant.byKind.get(kind) ?? none;

export const indexed = (
  tenant: TenantMemory,
  kind: EntityKind,
  index: { readonly name: string; readonly value: string },
): readonly string[] => tenant.byIndex.get(indexKey(kind, index)) ?? none;

/** Writes an entity and replaces its index entries. */
export const put = (tenant: TenantMemory, write: PutWrite, body: StoredJson): void => {
  const { kind, id } = write;
  const revision = (get(tenant, kind, id)?.revision ?? 0) + 1;
  hold(tenant, { kind, id, revision, body }, write.indexes);
};

export const remove = (tenant: TenantMemory, kind: EntityKind, id: string): void => {
  const held = tenant.entities.get(entityKey(kind, id));
  if (held === undefined) return;
  tenant.entities.delete(entityKey(kind, id));
  const siblings = tenant.byKind.get(kind);
  if (siblings !== undefined) OrderedIds.remove(siblings, id);
  for (const index of held.indexes) unindex(tenant, indexKey(kind, index), id);
};

export const dump = (tenantId: string, tenant: TenantMemory): TenantDump => ({
  tenantId,
  entities: inOrder(tenant.entities).map(([, held]) => held),
  counters: inOrder(tenant.counters),
  owners: inOrder(tenant.owners),
  events: [...tenant.events],
  audit: [...tenant.audit],
  heads: { ...tenant.heads },
});

export const restore = (from: TenantDump): TenantMemory => {
  const tenant = make();
  for (const { stored, indexes } of from.entities) hold(tenant, stored, indexes);
  for (const [key, value] of from.counters) tenant.counters.set(key, value);
  for (const [key, owner] of from.owners) tenant.owners.set(key, owner);
  tenant.events.push(...from.events);
  tenant.audit.push(...from.audit);
  Object.assign(tenant.heads, from.heads);
  return tenant;
};

/** Removes the oldest of what stands in the order of its positions. */
export const forget = (rows: { readonly position: number }[], through: number): void => {
  const kept = rows.findIndex((row) => row.position > through);
  rows.splice(0, kept === -1 ? rows.length : kept);
};

/** What stands after a position. */
export const following = <A extends { readonly position: number }>(rows: readonly A[], after: number): readonly A[] =>
  rows.slice(Math.max(0, after + 1 - (rows[0]?.position ?? 1)));

const hold = (tenant: TenantMemory, stored: Stored, wanted: PutWrite["indexes"]): void => {
  const { kind, id } = stored;
  const before = tenant.entities.get(entityKey(kind, id));
  if (before === undefined) OrderedIds.insert(listOf(tenant.byKind, kind), id);
  for (const index of before?.indexes ?? []) unindex(tenant, indexKey(kind, index), id);
  const distinct = new Map(wanted.map(({ name, value }) => [indexKey(kind, { name, value }), { name, value }]));
  const indexes = inOrder(distinct);
  for (const [key] of indexes) OrderedIds.insert(listOf(tenant.byIndex, key), id);
  tenant.entities.set(entityKey(kind, id), {
    stored: Object.freeze(stored),
    indexes: indexes.map(([, index]) => index),
  });
};

const unindex = (tenant: TenantMemory, key: string, id: string): void => {
  const siblings = tenant.byIndex.get(key);
  if (siblings === undefined) return;
  OrderedIds.remove(siblings, id);
  if (siblings.length === 0) tenant.byIndex.delete(key);
};

const indexKey = (kind: EntityKind, index: { readonly name: string; readonly value: string }): string =>
  `${kind}\0${index.name}\0${index.value}`;

const listOf = <K>(lists: Map<K, string[]>, key: K): string[] => {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const made: string[] = [];
  lists.set(key, made);
  return made;
};

const inOrder = <A>(entries: ReadonlyMap<string, A>): (readonly [string, A])[] =>
  [...entries].sort(([a], [b]) => CodePointOrder.compare(a, b));
