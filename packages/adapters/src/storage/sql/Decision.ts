/**
 * What a batch comes to, given what stands: a refusal, or the rows to write. Pure; the adapter holds the locks that keep
 * what stands from changing until the rows are written.
 */
import type { CommitAnswer, EntityKind } from "@fettle/core";
import type { EncodedBatch, EncodedPut } from "./EncodedBatch.ts";

/** What stands, as the transaction sees it. */
export interface Standing {
  /** 0 when there is none. */
  readonly revision: (kind: EntityKind, id: string) => number;
  readonly counter: (key: string) => number;
  readonly owner: (key: string) => string | null;
}

/** How an entity ends up after all writes of the batch; `before` is its revision before the batch, 0 for none. */
export type Outcome =
  | { readonly _tag: "Kept"; readonly put: EncodedPut; readonly revision: number; readonly before: number }
  | { readonly _tag: "Removed"; readonly kind: EntityKind; readonly id: string; readonly before: number };

export interface Accepted {
  readonly _tag: "Accepted";
  /** One for each entity that is written. */
  readonly outcomes: readonly Outcome[];
  /** One for each counter that is changed, with its new value. */
  readonly counters: ReadonlyMap<string, number>;
  /** One for each key that nobody held before. */
  readonly claims: ReadonlyMap<string, string>;
}

export type Refused = Extract<CommitAnswer, { readonly _tag: "Refused" }>;

/** Decides a batch: expectations first, then counters, then unique keys, each in the batch's order. */
export const decide = (batch: EncodedBatch, standing: Standing): Accepted | Refused => {
  // What is expected is mostly what is written, and need not be looked up twice.
  const revisions = new OfEntities<number>();
  for (const expected of batch.expect) {
    const revision = standing.revision(expected.kind, expected.id);
    revisions.set(expected, revision);
    if (revision !== (expected.revision === "absent" ? 0 : expected.revision)) {
      return { _tag: "Refused", because: { _tag: "Revision", expected } };
    }
  }
  const counters = sums(batch, standing);
  if (typeof counters === "string") return { _tag: "Refused", because: { _tag: "Counter", key: counters } };
  const claims = newClaims(batch, standing);
  if ("_tag" in claims) return claims;
  return { _tag: "Accepted", outcomes: outcomes(batch, standing, revisions), counters, claims };
};

// The new values, or the key of the first counter that would leave its bounds.
const sums = (batch: EncodedBatch, standing: Standing): ReadonlyMap<string, number> | string => {
  const values = new Map<string, number>();
  for (const { key, by, floor, ceiling } of batch.counters) {
    const value = (values.get(key) ?? standing.counter(key)) + by;
    if (!Number.isSafeInteger(value)) return key;
    if ((floor !== undefined && value < floor) || (ceiling !== undefined && value > ceiling)) return key;
    values.set(key, value);
  }
  return values;
};

const newClaims = (batch: EncodedBatch, standing: Standing): ReadonlyMap<string, string> | Refused => {
  const claims = new Map<string, string>();
  for (const { key, owner } of batch.uniques) {
    const holder = claims.get(key) ?? standing.owner(key);
    if (holder === null) claims.set(key, owner);
    else if (holder !== owner) return { _tag: "Refused", because: { _tag: "Unique", key, owner: holder } };
  }
  return claims;
};

const outcomes = (batch: EncodedBatch, standing: Standing, revisions: OfEntities<number>): readonly Outcome[] => {
  const ends: Outcome[] = [];
  const places = new OfEntities<number>();
  for (const write of batch.writes) {
    const place = places.get(write) ?? ends.length;
    const known = ends[place];
    const before = known?.before ?? revisions.get(write) ?? standing.revision(write.kind, write.id);
    ends[place] =
      write._tag === "Delete"
        ? { _tag: "Removed", kind: write.kind, id: write.id, before }
        : { _tag: "Kept", put: write, revision: revisionOf(known, before) + 1, before };
    if (known === undefined) places.set(write, place);
  }
  return ends;
};

interface Key {
  readonly kind: EntityKind;
  readonly id: string;
}

// By kind, then by id: a text of both would be made for each, and its hash.
class OfEntities<A> {
  readonly #byKind = new Map<EntityKind, Map<string, A>>();

  get({ kind, id }: Key): A | undefined {
    return this.#byKind.get(kind)?.get(id);
  }

  set({ kind, id }: Key, value: A): void {
    const ofKind = this.#byKind.get(kind);
    if (ofKind === undefined) this.#byKind.set(kind, new Map([[id, value]]));
    else ofKind.set(id, value);
  }
}

const revisionOf = (known: Outcome | undefined, before: number): number => {
  if (known === undefined) return before;
  return known._tag === "Kept" ? known.revision : 0;
};
