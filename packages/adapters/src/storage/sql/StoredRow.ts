/** Rows as the port answers them. A body that is no JSON any more was changed from outside. */
import {
  type EntityKind,
  StorageError,
  type Stored,
  type StoredAuditRecord,
  type StoredEvent,
  type StoredJson,
} from "@fettle/core";

export interface EntityRow {
  readonly id: string;
  readonly revision: number;
  readonly body: string;
}

export interface EventRow {
  readonly position: number;
  readonly type: string;
  readonly kind: string;
  readonly id: string;
  readonly at: number;
  readonly body: string;
}

export interface AuditRow {
  readonly position: number;
  readonly at: number;
  readonly by: string;
  readonly action: string;
  readonly kind: string;
  readonly id: string;
  readonly body: string;
  readonly previous: string;
  readonly hash: string;
}

/** Throws a `StorageError` (Corrupt) when the body is no JSON. */
export const toStored = (kind: EntityKind, row: EntityRow): Stored => ({
  kind,
  id: row.id,
  revision: row.revision,
  body: parse(row.body, kind, row.id),
});

/** Throws a `StorageError` (Corrupt) when the body is no JSON. */
export const toEvent = (row: EventRow): StoredEvent => ({
  position: row.position,
  type: row.type,
  kind: row.kind as EntityKind,
  id: row.id,
  at: row.at,
  body: parse(row.body, "event", row.position),
});

/** Throws a `StorageError` (Corrupt) when the body is no JSON. */
export const toAuditRecord = (row: AuditRow): StoredAuditRecord => ({
  at: row.at,
  by: row.by,
  action: row.action,
  kind: row.kind as EntityKind,
  id: row.id,
  body: parse(row.body, "audit record", row.position),
  position: row.position,
  previous: row.previous,
  hash: row.hash,
});

const parse = (text: string, what: string, which: string | number): StoredJson => {
  try {
    return JSON.parse(text) as StoredJson;
  } catch (cause) {
    const message = `${what} ${which}: the stored body is no JSON; restore it from a backup`;
    throw new StorageError({ reason: "Corrupt", operation: "read", message, isRetryable: false, cause });
  }
};
