/** What one tenant holds, and what a batch does to it. No files here: every storage has to come to this. */
import * as Core from "@fettle/core";

type Index = Core.PutWrite["indexes"][number];
type Held = Core.Stored & { readonly indexes: readonly Index[] };

export interface Tenant {
  readonly tenantId: string;
  readonly entities: Map<string, Held>;
  readonly counters: Map<string, number>;
  readonly owners: Map<string, string>;
  events: Core.StoredEvent[];
  audit: Core.StoredAuditRecord[];
  /** The last position of an event, and the last link of the chain, whatever of them was removed. */
  lastEvent: number;
  lastLink: Core.AuditChain.Link;
}

export const none = (tenantId: string): Tenant => {
  const nothing = { entities: new Map(), counters: new Map(), owners: new Map(), events: [], audit: [] };
  return { tenantId, ...nothing, lastEvent: 0, lastLink: Core.AuditChain.GENESIS };
};

export const toText = (tenant: Tenant): string =>
  JSON.stringify(tenant, (_, value) => (value instanceof Map ? [...value] : value));

export const fromText = (text: string): Tenant => {
  const { entities, counters, owners, ...kept } = JSON.parse(text);
  return { ...kept, entities: new Map(entities), counters: new Map(counters), owners: new Map(owners) };
};

/** Decides a batch and carries it out; of a refused one the tenant keeps traces, so it is done on a copy. */
export const carryOut = (tenant: Tenant, batch: Core.Batch): Core.CommitAnswer => {
  for (const expected of batch.expect) {
    const revision = tenant.entities.get(keyOf(expected))?.revision ?? "absent";
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
    if (write._tag === "Delete") tenant.entities.delete(keyOf(write));
    else tenant.entities.set(keyOf(write), held(write, tenant.entities.get(keyOf(write))));
  }
  const { events = 0, audit = 0 } = batch.forget ?? {};
  tenant.events = tenant.events.filter((event) => event.position > events);
  tenant.audit = tenant.audit.filter((record) => record.position > audit);
  append(tenant, batch);
  return { _tag: "Committed" };
};

/** Those that are there, each once. */
export const get = (tenant: Tenant, kind: Core.EntityKind, ids: readonly string[]): readonly Core.Stored[] =>
  [...new Set(ids)].flatMap((id) => tenant.entities.get(keyOf({ kind, id })) ?? []).map(stored);

/** A page of a kind, or of those with an index entry, in the order of the ids' UTF-8 bytes. */
export const list = (tenant: Tenant, kind: Core.EntityKind, page: Core.Page, index?: Index): readonly Core.Stored[] =>
  [...tenant.entities.values()]
    .filter((e) => e.kind === kind && Core.CodePointOrder.compare(e.id, page.after ?? "") > 0)
    .filter((e) => index === undefined || e.indexes.some((i) => i.name === index.name && i.value === index.value))
    .sort((a, b) => Core.CodePointOrder.compare(a.id, b.id))
    .slice(0, page.limit)
    .map(stored);

export const isAsked = (r: Core.StoredAuditRecord, query: Core.AuditQuery): boolean =>
  r.position > query.after &&
  (query.by === undefined || r.by === query.by) &&
  (query.action === undefined || r.action === query.action) &&
  (query.entity === undefined || (r.kind === query.entity.kind && r.id === query.entity.id)) &&
  (query.from === undefined || r.at >= query.from) &&
  (query.until === undefined || r.at < query.until);

// Numbered and chained from where the tenant stands.
const append = (tenant: Tenant, { events, audit = [] }: Core.Batch): void => {
  for (const { type, kind, id, at, body } of events) {
    tenant.lastEvent += 1;
    tenant.events.push({ position: tenant.lastEvent, type, kind, id, at, body: plain(body, `event ${type}`) });
  }
  for (const { at, by, action, kind, id, body } of audit) {
    const record = { at, by, action, kind, id, body: Core.StorageText.encodeBody(body, `audit of ${action}`) };
    const previous = tenant.lastLink.hash;
    tenant.lastLink = Core.AuditChain.link(tenant.tenantId, tenant.lastLink, record);
    tenant.audit.push({ ...record, body: JSON.parse(record.body), previous, ...tenant.lastLink });
  }
};

const keyOf = ({ kind, id }: Pick<Core.Stored, "kind" | "id">): string => Core.StorageText.entityKey(kind, id);

const held = ({ kind, id, body, indexes }: Core.PutWrite, before: Held | undefined): Held => {
  const revision = (before?.revision ?? 0) + 1;
  return { kind, id, revision, body: plain(body, `${kind} ${id}`), indexes };
};

/** A body as it can be kept; throws for what can't. */
const plain = (body: Core.StoredJson, of: string) => JSON.parse(Core.StorageText.encodeBody(body, of));

const stored = ({ kind, id, revision, body }: Held): Core.Stored => ({ kind, id, revision, body });
