/**
 * The port to stored state. **Writes are data**: one {@link Batch} is one transaction, all of it or nothing.
 *
 * Rules over sets (a key's limit, seats, once per occurrence) are expectations, counters and unique keys of a batch,
 * checked inside the transaction; never a read that came before. The tenant is part of every key. A refusal is an
 * answer, not a failure: the caller reads again and decides anew. Adapters may put many batches into one transaction
 * of the database (group commit, a savepoint each), and answer each by itself once it is durable.
 */
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";
import type { SearchPart } from "../domain/assessment/SearchPart.ts";
import type { SearchIndexShape } from "./SearchIndex.ts";

/** The closed list of what is stored. */
export const entityKinds = [
  "subscription",
  "tag",
  "activationKey",
  "asset",
  "agent",
  "removedAgent",
  "activity",
  "purgeRule",
  "retention",
  "patch",
  "feed",
  "vendorFile",
  "hold",
  "breaker",
  "attempts",
  "vulnerability",
  "profile",
  "assessmentProfile",
  "freeze",
  "quorumGroup",
  "snapshot",
  "packageNames",
  "assessment",
  "job",
  "plan",
  "planPart",
  "run",
  "assetRun",
  "recurred",
  "cause",
  "fact",
  "document",
  "answer",
  "savedSearch",
  "recentSearch",
  "sweep",
  "subscriber",
  "scriptAuthor",
  "script",
] as const;
export type EntityKind = (typeof entityKinds)[number];

/** Any JSON value, as it is stored. */
export type StoredJson =
  | null
  | boolean
  | number
  | string
  | readonly StoredJson[]
  | { readonly [key: string]: StoredJson };

/**
 * An entity as it stands: revision 1 after its first write, one more after each. A body that is frozen is so through and
 * through: who holds it may keep what they made of it.
 */
export interface Stored {
  readonly kind: EntityKind;
  readonly id: string;
  readonly revision: number;
  readonly body: StoredJson;
}

/** What must be so for the batch to be carried out. */
export interface Expectation {
  readonly kind: EntityKind;
  readonly id: string;
  readonly revision: number | "absent";
  /** The tenant that it was read of; a batch of another tenant can't rest on it, and is refused as a whole (EVT-03). */
  readonly tenantId?: string;
}

/** Adds to a counter (0 until first used); refused when the sum would leave `floor`…`ceiling`, both inclusive. */
export interface CounterChange {
  readonly key: string;
  readonly by: number;
  readonly floor?: number;
  readonly ceiling?: number;
}

/** Claims a key for an owner; refused when another owner holds it, granted again to the same owner. */
export interface UniqueClaim {
  readonly key: string;
  readonly owner: string;
}

/** Writes an entity whole and replaces its index entries. Index names and values are text; an entity may have several. */
export interface PutWrite {
  readonly _tag: "Put";
  readonly kind: EntityKind;
  readonly id: string;
  readonly body: StoredJson;
  readonly indexes: readonly { readonly name: string; readonly value: string }[];
  /** What the entity is searched by. Left out, an adapter with a {@link StorageShape.search} works it out of the body. */
  readonly part?: SearchPart;
}

/** Removes an entity and its index entries; nothing happens when there is none. */
export interface DeleteWrite {
  readonly _tag: "Delete";
  readonly kind: EntityKind;
  readonly id: string;
}

/** An event for the outbox (EVT-01): numbered per tenant in the order of commits, without gaps. */
export interface NewEvent {
  readonly type: string;
  readonly kind: EntityKind;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly body: StoredJson;
}
export interface StoredEvent extends NewEvent {
  readonly position: number;
}

/**
 * A change for the audit trail (RBAC-11): who did what to which entity. The store numbers records per tenant in the order
 * of commits, and chains each to the one before it by `AuditChain.link`.
 */
export interface NewAuditRecord {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The actor, as `Actor.label` spells it. */
  readonly by: string;
  /** The method that was called, `jobs.enable`. */
  readonly action: string;
  readonly kind: EntityKind;
  readonly id: string;
  /** What changed, and why. */
  readonly body: StoredJson;
}

/** A record as it stands. `hash` covers all of it and `previous`, the hash of the record before. */
export interface StoredAuditRecord extends NewAuditRecord {
  readonly position: number;
  readonly previous: string;
  readonly hash: string;
}

/** Which records, in the order of their positions. What is left out narrows nothing. */
export interface AuditQuery {
  /** The position of the last record of the page before; 0 for the first page. */
  readonly after: number;
  readonly limit: number;
  readonly by?: string;
  readonly action?: string;
  readonly entity?: { readonly kind: EntityKind; readonly id: string };
  /** First instant, and the first that is no longer looked at; epoch milliseconds. */
  readonly from?: number;
  readonly until?: number;
}

/**
 * How much of the outbox and of the audit trail is removed, from the oldest on (CFG-07): up to and including a position. It
 * happens before the batch's own events and records are appended, so these always stay. Positions are never given again,
 * and the next record is chained to the last one whether that still stands or not.
 */
export interface Forgetting {
  readonly events?: number;
  readonly audit?: number;
}

export interface Batch {
  readonly tenantId: string;
  readonly expect: readonly Expectation[];
  readonly counters: readonly CounterChange[];
  readonly uniques: readonly UniqueClaim[];
  readonly writes: readonly (PutWrite | DeleteWrite)[];
  readonly events: readonly NewEvent[];
  /** Appended: no call changes a record, and only {@link Forgetting} removes the oldest. Left out: nothing to audit. */
  readonly audit?: readonly NewAuditRecord[];
  /** Left out: nothing is removed. */
  readonly forget?: Forgetting;
}

/** What a commit answers. `Refused` names the first thing that did not hold; nothing of the batch happened. */
export type CommitAnswer =
  | { readonly _tag: "Committed" }
  | { readonly _tag: "Refused"; readonly because: { readonly _tag: "Revision"; readonly expected: Expectation } }
  | { readonly _tag: "Refused"; readonly because: { readonly _tag: "Counter"; readonly key: string } }
  | {
      readonly _tag: "Refused";
      readonly because: { readonly _tag: "Unique"; readonly key: string; readonly owner: string };
    };

/** Which entities, in the order of their ids; `after` is the last id of the page before. */
export interface Page {
  readonly after?: string;
  readonly limit: number;
}

/** The largest page that a read answers, in entities or events. */
export const PAGE_LIMIT_MAX = 1_000;

/** The store could not answer. */
export class StorageError extends Data.TaggedError("StorageError")<{
  readonly reason: "Unavailable" | "Busy" | "Corrupt" | "Full" | "Refused";
  readonly operation: string;
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

export interface StorageShape {
  /** Durable when it answers `Committed`. */
  readonly commit: (batch: Batch) => Effect<CommitAnswer, StorageError>;
  readonly get: (tenantId: string, kind: EntityKind, id: string) => Effect<Stored | null, StorageError>;
  /** Those that exist, in no particular order. At most {@link PAGE_LIMIT_MAX} ids. */
  readonly getMany: (
    tenantId: string,
    kind: EntityKind,
    ids: readonly string[],
  ) => Effect<readonly Stored[], StorageError>;
  readonly list: (tenantId: string, kind: EntityKind, page: Page) => Effect<readonly Stored[], StorageError>;
  /** Those with an index entry of that name and value. */
  readonly find: (
    tenantId: string,
    kind: EntityKind,
    index: { readonly name: string; readonly value: string },
    page: Page,
  ) => Effect<readonly Stored[], StorageError>;
  readonly counter: (tenantId: string, key: string) => Effect<number, StorageError>;
  /** Several at once, in the order of their keys. At most {@link PAGE_LIMIT_MAX}. */
  readonly counters: (tenantId: string, keys: readonly string[]) => Effect<readonly number[], StorageError>;
  /** Events after a position (0 for the first), in order. */
  readonly events: (tenantId: string, after: number, limit: number) => Effect<readonly StoredEvent[], StorageError>;
  /** Records of the audit trail, in order. */
  readonly audit: (tenantId: string, query: AuditQuery) => Effect<readonly StoredAuditRecord[], StorageError>;
  /** Every tenant that has an entity: what a dispatcher walks. The only call that is not of one tenant. */
  readonly tenants: () => Effect<readonly string[], StorageError>;
  /** Searches that the adapter answers by itself, over what stands; without it the engine reads every asset. */
  readonly search?: SearchIndexShape;
}

export class Storage extends Context.Service<Storage, StorageShape>()("fettle/core/Storage") {}
