/** What one tenant holds, and what a batch does to it. No files here: every storage has to come to this. */
import {
  AuditChain,
  type AuditQuery,
  type Batch,
  type CommitAnswer,
  type EntityKind,
  type Page,
  type PutWrite,
  StorageText,
  type Stored,
  type StoredAuditRecord,
  type StoredEvent,
} from "@fettle/core";

type Index = PutWrite["indexes"][number];

/** An entity with its body as text: nobody outside can change it, and it is written as it is. */
interface Held extends Omit<Stored, "body"> {
  readonly body: string;
  readonly indexes: readonly Index[];
}

export interface Tenant {
  readonly tenantId: string;
  readonly entities: Map<string, Held>;
  readonly counters: Map<string, number>;
  readonly owners: Map<string, string>;
  events: StoredEvent[];
  audit: StoredAuditRecord[];
  /** The last position of an event, and the last link of the chain, whatever of them was removed. */
  lastEvent: number;
  lastLink: AuditChain.Link;
}

export const none = (tenantId: string): Tenant => ({
  tenantId,
  entities: new Map(),
  counters: new Map(),
  owners: new Map(),
  events: [],
  audit: [],
  lastEvent: 0,
  lastLink: AuditChain.GENESIS,
});

/** A copy that a batch may change. What is in the lists is never changed itself. */
export const copy = (tenant: Tenant): Tenant => ({
  ...tenant,
  entities: new Map(tenant.entities),
  counters: new Map(tenant.counters),
  owners: new Map(tenant.owners),
  events: [...tenant.events],
  audit: [...tenant.audit],
});

/** Decides a batch and carries it out; of a refused one the tenant keeps traces, so it is done on a copy. */
export const carryOut = (tenant: Tenant, batch: Batch): CommitAnswer => {
  for (const expected of batch.expect) {
    const revision = tenant.entities.get(StorageText.entityKey(expected.kind, expected.id))?.revision ?? "absent";
    if (revision !== expected.revision) return { _tag: "Refused", because: { _tag: "Revision", expected } };
  }
  for (const { key, by, floor, ceiling } of batch.counters) {
    const sum = (tenant.counters.get(key) ?? 0) + by;
    const isWithin = sum >= (floor ?? sum) && sum <= (ceiling ?? sum) && Number.isSafeInteger(sum);
    if (!isWithin) return { _tag: "Refused", because: { _tag: "Counter", key } };
    tenant.counters.set(key, sum);
  }
  for (const { key, owner } of batch.uniques) {
    const holder = tenant.owners.get(key) ?? owner;
    if (holder !== owner) return { _tag: "Refused", because: { _tag: "Unique", key, owner: holder } };
    tenant.owners.set(key, owner);
  }
  for (const write of batch.writes) {
    const key = StorageText.entityKey(write.kind, write.id);
    if (write._tag === "Delete") tenant.entities.delete(key);
    else tenant.entities.set(key, held(write, tenant.entities.get(key)));
  }
  const { events = 0, audit = 0 } = batch.forget ?? {};
  tenant.events = tenant.events.filter((event) => event.position > events);
  tenant.audit = tenant.audit.filter((record) => record.position > audit);
  append(tenant, batch);
  return { _tag: "Committed" };
};

export const get = (tenant: Tenant, kind: EntityKind, id: string): Stored | null => {
  const found = tenant.entities.get(StorageText.entityKey(kind, id));
  return found === undefined ? null : stored(found);
};

/** A page of a kind, or of those with an index entry, in the order of the ids' UTF-8 bytes. */
export const list = (tenant: Tenant, kind: EntityKind, page: Page, index?: Index): readonly Stored[] =>
  [...tenant.entities.values()]
    .filter((e) => e.kind === kind && inOrder(e.id, page.after ?? "") > 0)
    .filter((e) => index === undefined || e.indexes.some((i) => i.name === index.name && i.value === index.value))
    .sort((a, b) => inOrder(a.id, b.id))
    .slice(0, page.limit)
    .map(stored);

export const isAsked = (r: StoredAuditRecord, { after, by, action, entity, from, until }: AuditQuery): boolean =>
  r.position > after &&
  (by === undefined || r.by === by) &&
  (action === undefined || r.action === action) &&
  (entity === undefined || (r.kind === entity.kind && r.id === entity.id)) &&
  (from === undefined || r.at >= from) &&
  (until === undefined || r.at < until);

export const toText = (tenant: Tenant): string =>
  JSON.stringify({
    ...tenant,
    entities: [...tenant.entities],
    counters: [...tenant.counters],
    owners: [...tenant.owners],
  });

export const fromText = (text: string): Tenant => {
  const kept = JSON.parse(text);
  return {
    ...kept,
    entities: new Map(kept.entities),
    counters: new Map(kept.counters),
    owners: new Map(kept.owners),
  };
};

// Numbered and chained from where the tenant stands.
const append = (tenant: Tenant, { events, audit = [] }: Batch): void => {
  for (const { type, kind, id, at, body } of events) {
    tenant.lastEvent += 1;
    const kept = JSON.parse(StorageText.encodeBody(body, `event ${type}`));
    tenant.events.push({ position: tenant.lastEvent, type, kind, id, at, body: kept });
  }
  for (const { at, by, action, kind, id, body } of audit) {
    const record = { at, by, action, kind, id, body: StorageText.encodeBody(body, `audit of ${action}`) };
    const previous = tenant.lastLink.hash;
    tenant.lastLink = AuditChain.link(tenant.tenantId, tenant.lastLink, record);
    tenant.audit.push({ ...record, body: JSON.parse(record.body), previous, ...tenant.lastLink });
  }
};

const held = ({ kind, id, body, indexes }: PutWrite, before: Held | undefined): Held => ({
  kind,
  id,
  revision: (before?.revision ?? 0) + 1,
  body: StorageText.encodeBody(body, `${kind} ${id}`),
  indexes: [...indexes],
});

const stored = ({ kind, id, revision, body }: Held): Stored => ({ kind, id, revision, body: JSON.parse(body) });

const inOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
