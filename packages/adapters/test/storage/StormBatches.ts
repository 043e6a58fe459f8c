/** What the processes of a storm write: things that only one of them may get, that all count, and that each must not lose. */
import type { Batch, Stored } from "@fettle/core";

/** What a process says it did. */
export interface Done {
  /** How often it added one to a shared entity. */
  readonly raised: number;
  /** The slots that it got. */
  readonly slots: readonly number[];
  /** Seats that it got, of the few that there are. */
  readonly seats: number;
  /** Answers Busy, each retryable, after which it sent the batch again. */
  readonly busy: number;
  /** How often another one had written first. */
  readonly conflicts: number;
  /** Failures that should not have been. */
  readonly unexpected: readonly string[];
}

/** Seats that there are for all. */
export const SEATS = 150;
/** Entities that all add to. */
export const OPTIMISTS = 3;

const none = { tenantId: "t", expect: [], counters: [], uniques: [], writes: [], events: [] } as const;

/** A slot of a number is one process's: whoever claims it first. */
export const claim = (slot: number, owner: string): Batch => ({
  ...none,
  uniques: [{ key: `slot/${slot}`, owner }],
  counters: [{ key: "slots", by: 1 }],
  writes: [
    { _tag: "Put", kind: "tag", id: `slot-${slot}`, body: { owner }, indexes: [{ name: "owner", value: owner }] },
  ],
  events: [{ type: "SlotTaken", kind: "tag", id: `slot-${slot}`, at: slot, body: { owner } }],
  audit: [{ at: slot, by: `user:${owner}`, action: "slots.take", kind: "tag", id: `slot-${slot}`, body: null }],
});

export const seat = (id: string): Batch => ({
  ...none,
  counters: [{ key: "seats", by: 1, ceiling: SEATS }],
  writes: [{ _tag: "Put", kind: "asset", id, body: {}, indexes: [] }],
  events: [{ type: "SeatTaken", kind: "asset", id, at: 0, body: null }],
});

/** One more on what was read. */
export const raise = (id: string, known: Stored | null, owner: string): Batch => {
  const n = (known?.body as { readonly n: number } | undefined)?.n ?? 0;
  return {
    ...none,
    expect: [{ kind: "job", id, revision: known?.revision ?? "absent" }],
    counters: [{ key: "raised", by: 1 }],
    writes: [{ _tag: "Put", kind: "job", id, body: { n: n + 1 }, indexes: [{ name: "by", value: owner }] }],
    events: [{ type: "Raised", kind: "job", id, at: n + 1, body: { n: n + 1 } }],
  };
};
