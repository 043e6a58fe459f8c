/** What a storage case works on, and the short words in which cases are written. */
import * as Effect from "effect/Effect";
import type {
  Batch,
  CommitAnswer,
  DeleteWrite,
  EntityKind,
  NewAuditRecord,
  NewEvent,
  PutWrite,
  StorageShape,
  StoredJson,
} from "../../../ports/Storage.ts";
import { type ConformanceCase, same } from "../Conformance.ts";

export interface StorageSubject {
  readonly storage: StorageShape;
  /** Begins the name of every tenant that a case uses. Lower-case letters, digits and hyphens. */
  readonly prefix: string;
}

/** A tenant of one case: its own storage calls with the tenant filled in. */
export interface Tenant {
  readonly id: string;
  readonly storage: StorageShape;
  readonly commit: (parts: Partial<Omit<Batch, "tenantId">>) => ReturnType<StorageShape["commit"]>;
  /** Commits what must be carried out. */
  readonly must: (parts: Partial<Omit<Batch, "tenantId">>) => Effect.Effect<void, unknown>;
  /** The body of an entity, or "absent". */
  readonly body: (kind: EntityKind, id: string) => Effect.Effect<StoredJson, unknown>;
  readonly revision: (kind: EntityKind, id: string) => Effect.Effect<number, unknown>;
}

export const committed: CommitAnswer = { _tag: "Committed" };

/** Makes a case whose tenant is named after the prefix and its place in a list. */
export const storageCase = (
  tenant: string,
  name: string,
  run: (tenant: Tenant, subject: StorageSubject) => Generator<Effect.Effect<unknown, unknown>, void, never>,
): ConformanceCase<StorageSubject> => ({
  name,
  run: (subject) => Effect.gen(() => run(tenantOf(subject, tenant), subject)),
});

/** The calls of one tenant. */
export const tenantOf = ({ storage, prefix }: StorageSubject, name: string): Tenant => {
  const id = `${prefix}-${name}`;
  const commit: Tenant["commit"] = (parts) => storage.commit(batchOf(id, parts));
  return {
    id,
    storage,
    commit,
    must: (parts) => Effect.map(commit(parts), (answer) => same(answer, committed, "the commit's answer")),
    body: (kind, entityId) => Effect.map(storage.get(id, kind, entityId), (s) => s?.body ?? "absent"),
    revision: (kind, entityId) => Effect.map(storage.get(id, kind, entityId), (s) => s?.revision ?? 0),
  };
};

export const batchOf = (tenantId: string, parts: Partial<Omit<Batch, "tenantId">>): Batch => ({
  tenantId,
  expect: [],
  counters: [],
  uniques: [],
  writes: [],
  events: [],
  ...parts,
});

export const put = (
  kind: EntityKind,
  id: string,
  body: StoredJson = {},
  indexes: PutWrite["indexes"] = [],
): PutWrite => ({ _tag: "Put", kind, id, body, indexes });

export const del = (kind: EntityKind, id: string): DeleteWrite => ({ _tag: "Delete", kind, id });

export const event = (type: string, id: string, body: StoredJson = null): NewEvent => ({
  type,
  kind: "job",
  id,
  at: 1_790_000_000_000,
  body,
});

/** A record of the audit trail about a job. */
export const audited = (by: string, id: string, body: StoredJson = null): NewAuditRecord => ({
  at: 1_790_000_000_000,
  by,
  action: "jobs.enable",
  kind: "job",
  id,
  body,
});

/** All answers of batches committed at once. */
export const atOnce = (
  tenant: Tenant,
  batches: readonly Partial<Omit<Batch, "tenantId">>[],
): Effect.Effect<readonly CommitAnswer[], unknown> =>
  Effect.all(batches.map(tenant.commit), { concurrency: "unbounded" });
