/**
 * What a storage refuses before it looks at its state: text that no database keeps unchanged, and what is too large.
 *
 * The limits fit the smallest of the databases: a PostgreSQL index row holds 2,704 bytes, and the longest key here
 * (tenant, kind, index name, index value, id) stays below 2,000. NUL can't be kept as text there, and a lone surrogate
 * has no UTF-8, so both would turn into other text silently. U+FEFF at the beginning of what is read back is taken for a
 * byte order mark by some drivers (PGlite's) and dropped. Bodies travel as JSON, which none of this touches.
 */
import * as Effect from "effect/Effect";
import {
  type AuditQuery,
  type Batch,
  type EntityKind,
  PAGE_LIMIT_MAX,
  type Page,
  StorageError,
  type StorageShape,
} from "./Storage.ts";

/** Bytes of UTF-8 at most. */
export const TEXT_BYTES_MAX = {
  tenantId: 256,
  id: 512,
  indexName: 128,
  indexValue: 1_024,
  key: 1_024,
  owner: 512,
  eventType: 256,
  actor: 512,
  action: 128,
} as const;

/** Expectations, counters, uniques, writes, events and audit records of one batch together. */
export const BATCH_CHANGES_MAX = 50_000;

/** UTF-16 units of a body's JSON. What is larger belongs into the blob store. */
export const BODY_CHARACTERS_MAX = 16 * 1_024 * 1_024;

/** Index entries of one entity. */
export const INDEXES_MAX = 1_000;

/** A body as it is kept. */
export const encodeBody = (body: unknown, where: string): string => {
  const text = stringify(body, where);
  if (text.length > BODY_CHARACTERS_MAX) {
    throw refused("commit", `${where}: ${text.length} characters of JSON; at most ${BODY_CHARACTERS_MAX}`);
  }
  return text;
};

/** Throws a {@link StorageError} when a batch can't be kept as it is, whatever the state. */
export const checkBatch = (batch: Batch): void => {
  const { expect, counters, uniques, writes, events, audit = [] } = batch;
  const changes = expect.length + counters.length + uniques.length + writes.length + events.length + audit.length;
  if (changes > BATCH_CHANGES_MAX)
    throw refused("commit", `${changes} changes in a batch; at most ${BATCH_CHANGES_MAX}`);
  checkText("commit", "tenantId", batch.tenantId);
  for (const { kind, id, tenantId } of expect) {
    checkText("commit", "id", id);
    if (tenantId !== undefined && tenantId !== batch.tenantId) {
      throw refused("commit", `${kind} ${id} was read of another tenant than the batch is for`);
    }
  }
  for (const { key, by, floor, ceiling } of counters) {
    checkText("commit", "key", key);
    checkInteger("by", by);
    if (floor !== undefined) checkInteger("floor", floor);
    if (ceiling !== undefined) checkInteger("ceiling", ceiling);
  }
  for (const { key, owner } of uniques) {
    checkText("commit", "key", key);
    checkText("commit", "owner", owner);
  }
  for (const write of writes) {
    checkText("commit", "id", write.id);
    if (write._tag === "Put") checkIndexes(write.indexes);
  }
  for (const { type, id, at } of events) {
    checkText("commit", "eventType", type);
    checkText("commit", "id", id);
    checkInteger("at", at);
  }
  for (const { by, action, id, at } of audit) {
    checkText("commit", "actor", by);
    checkText("commit", "action", action);
    checkText("commit", "id", id);
    checkInteger("at", at);
  }
  for (const position of [batch.forget?.events ?? 0, batch.forget?.audit ?? 0]) {
    if (!Number.isSafeInteger(position) || position < 0) throw refused("commit", `${position} is no position`);
  }
};

/** What of a storage only reads. */
export type Reads = Omit<StorageShape, "commit" | "search">;

/** An adapter's reads behind the checks: it sees only what it can keep, and the rest is refused as an effect that fails. */
export const checked = (reads: Reads): Reads => ({
  get: (tenantId, kind, id) =>
    after(
      () => checkIds("get", tenantId, [id]),
      () => reads.get(tenantId, kind, id),
    ),
  getMany: (tenantId, kind, ids) =>
    after(
      () => checkIds("getMany", tenantId, ids),
      () => reads.getMany(tenantId, kind, ids),
    ),
  list: (tenantId, kind, page) =>
    after(
      () => checkPage("list", tenantId, page),
      () => reads.list(tenantId, kind, page),
    ),
  find: (tenantId, kind, index, page) =>
    after(
      () => {
        checkPage("find", tenantId, page);
        checkIndex(index, "find");
      },
      () => reads.find(tenantId, kind, index, page),
    ),
  counter: (tenantId, key) =>
    after(
      () => checkKeys("counter", tenantId, [key]),
      () => reads.counter(tenantId, key),
    ),
  counters: (tenantId, keys) =>
    after(
      () => checkKeys("counters", tenantId, keys),
      () => reads.counters(tenantId, keys),
    ),
  events: (tenantId, position, limit) =>
    after(
      () => checkEvents(tenantId, position, limit),
      () => reads.events(tenantId, position, limit),
    ),
  audit: (tenantId, query) =>
    after(
      () => checkAudit(tenantId, query),
      () => reads.audit(tenantId, query),
    ),
  tenants: reads.tenants,
});

const after = <A>(check: () => void, read: () => Effect.Effect<A, StorageError>): Effect.Effect<A, StorageError> => {
  try {
    check();
  } catch (thrown) {
    return thrown instanceof StorageError ? Effect.fail(thrown) : Effect.die(thrown);
  }
  return read();
};

const checkIds = (operation: string, tenantId: string, ids: readonly string[]): void => {
  checkText(operation, "tenantId", tenantId);
  if (ids.length > PAGE_LIMIT_MAX) throw refused(operation, `${ids.length} ids; at most ${PAGE_LIMIT_MAX} at once`);
  for (const id of ids) checkText(operation, "id", id);
};

const checkKeys = (operation: string, tenantId: string, keys: readonly string[]): void => {
  checkText(operation, "tenantId", tenantId);
  if (keys.length > PAGE_LIMIT_MAX) throw refused(operation, `${keys.length} keys; at most ${PAGE_LIMIT_MAX} at once`);
  for (const key of keys) checkText(operation, "key", key);
};

const checkPage = (operation: string, tenantId: string, page: Page): void => {
  checkText(operation, "tenantId", tenantId);
  if (page.after !== undefined) checkText(operation, "id", page.after, 0);
  checkLimit(operation, page.limit);
};

const checkIndex = (index: { readonly name: string; readonly value: string }, operation: string): void => {
  checkText(operation, "indexName", index.name);
  checkText(operation, "indexValue", index.value, 0);
};

const checkEvents = (tenantId: string, position: number, limit: number): void => {
  checkText("events", "tenantId", tenantId);
  if (!Number.isSafeInteger(position) || position < 0) throw refused("events", `after is ${position}; 0 or a position`);
  checkLimit("events", limit);
};

const checkAudit = (tenantId: string, query: AuditQuery): void => {
  checkText("audit", "tenantId", tenantId);
  const { after: position, limit, by, action, entity, from, until } = query;
  if (!Number.isSafeInteger(position) || position < 0) throw refused("audit", `after is ${position}; 0 or a position`);
  checkLimit("audit", limit);
  if (by !== undefined) checkText("audit", "actor", by);
  if (action !== undefined) checkText("audit", "action", action);
  if (entity !== undefined) checkText("audit", "id", entity.id);
  for (const instant of [from, until]) {
    if (instant !== undefined && !Number.isSafeInteger(instant)) throw refused("audit", `${instant} is no instant`);
  }
};

/** Where an entity stands in a map; NUL is in no id. */
export const entityKey = (kind: EntityKind, id: string): string => `${kind}\0${id}`;

const checkLimit = (operation: string, limit: number): void => {
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_LIMIT_MAX) {
    throw refused(operation, `limit is ${limit}; 1 to ${PAGE_LIMIT_MAX}: read page by page`);
  }
};

const checkIndexes = (indexes: readonly { readonly name: string; readonly value: string }[]): void => {
  if (indexes.length > INDEXES_MAX) throw refused("commit", `${indexes.length} index entries; at most ${INDEXES_MAX}`);
  for (const index of indexes) checkIndex(index, "commit");
};

const checkInteger = (what: string, value: number): void => {
  if (!Number.isSafeInteger(value)) throw refused("commit", `${what} is ${value}; a safe integer`);
};

const readBack: ReadonlySet<keyof typeof TEXT_BYTES_MAX> = new Set([
  "tenantId",
  "id",
  "owner",
  "eventType",
  "actor",
  "action",
]);

const checkText = (operation: string, what: keyof typeof TEXT_BYTES_MAX, text: string, least = 1): void => {
  const max = TEXT_BYTES_MAX[what];
  const bytes = text.length * 3 <= max && text.length >= least ? max : Buffer.byteLength(text);
  if (bytes < least || bytes > max) throw refused(operation, `${what}: ${bytes} bytes; ${least} to ${max}`);
  if (!text.isWellFormed() || text.includes("\0"))
    throw refused(operation, `${what}: has NUL or a lone surrogate: ${JSON.stringify(text)}`);
  if (text.startsWith("\ufeff") && readBack.has(what))
    throw refused(operation, `${what}: begins with a byte order mark`);
};

const stringify = (body: unknown, where: string): string => {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(body);
  } catch (thrown) {
    cause = thrown;
  }
  if (text === undefined) throw refused("commit", `${where}: not JSON`, cause);
  return text;
};

const refused = (operation: string, message: string, cause?: unknown): StorageError =>
  new StorageError({ reason: "Refused", operation, message, isRetryable: false, cause });
