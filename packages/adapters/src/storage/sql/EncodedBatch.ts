/** A batch that was checked and whose bodies are JSON text: what waits in a queue can't be changed by its caller any more. */
import type { Batch, DeleteWrite, NewEvent, PutWrite } from "@fettle/core";
import { type AuditChain, StorageText } from "@fettle/core";

export interface EncodedPut extends Omit<PutWrite, "body"> {
  readonly body: string;
}

export interface EncodedEvent extends Omit<NewEvent, "body"> {
  readonly body: string;
}

export interface EncodedBatch extends Omit<Batch, "writes" | "events" | "audit"> {
  readonly writes: readonly (EncodedPut | DeleteWrite)[];
  readonly events: readonly EncodedEvent[];
  readonly audit: readonly AuditChain.EncodedAuditRecord[];
}

/** How many things a batch checks and changes. */
export const sizeOf = (batch: EncodedBatch): number =>
  batch.expect.length +
  batch.counters.length +
  batch.uniques.length +
  batch.writes.length +
  batch.events.length +
  batch.audit.length;

/** Throws a `StorageError` (Refused) when the batch can't be kept as it is. */
export const encode = (batch: Batch): EncodedBatch => {
  StorageText.checkBatch(batch);
  return {
    tenantId: batch.tenantId,
    expect: [...batch.expect],
    counters: [...batch.counters],
    uniques: [...batch.uniques],
    writes: batch.writes.map((write) => (write._tag === "Delete" ? write : encodePut(write))),
    events: batch.events.map(({ type, kind, id, at, body }) => ({
      type,
      kind,
      id,
      at,
      body: StorageText.encodeBody(body, `event ${type}`),
    })),
    ...(batch.forget === undefined ? {} : { forget: { ...batch.forget } }),
    audit: (batch.audit ?? []).map(({ at, by, action, kind, id, body }) => ({
      at,
      by,
      action,
      kind,
      id,
      body: StorageText.encodeBody(body, `audit of ${action}`),
    })),
  };
};

// Member by member: spreading a write costs four times its memory, for as long as its batch waits.
const encodePut = ({ _tag, kind, id, body, indexes, part }: PutWrite): EncodedPut => {
  const text = StorageText.encodeBody(body, `${kind} ${id}`);
  return part === undefined
    ? { _tag, kind, id, body: text, indexes: [...indexes] }
    : { _tag, kind, id, body: text, indexes: [...indexes], part };
};
