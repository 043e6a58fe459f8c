/**
 * How far a subscriber has had its tenant's events (EVT-01): at least once each, those of one entity in order.
 *
 * What it fails at holds up the entity that it is about, and no other: events of that entity wait behind the failed one, and are
 * tried again later and later. Of too many entities at once, nothing more is given until some are through. Pure.
 */

/** What of an event says whose it is. */
export interface Told {
  readonly position: number;
  readonly kind: string;
  readonly id: string;
}

/** An entity whose events wait for one that failed. */
export interface Behind {
  readonly kind: string;
  readonly id: string;
  /** The event that failed, the first that isn't delivered. */
  readonly from: number;
  readonly tries: number;
  /** It is tried again then, epoch milliseconds. */
  readonly notBefore: number;
}

/** Who delivers to it now, and until when nobody else does. */
export interface Lease {
  readonly holder: string;
  readonly until: number;
}

export interface Subscriber {
  readonly name: string;
  /** Every event up to it was delivered, but for those that are behind. */
  readonly through: number;
  readonly behind: readonly Behind[];
  /** Events that were removed before it had them (CFG-07). */
  readonly missed: number;
  readonly lease: Lease | null;
}

/** Entities that may be behind at once. */
export const BEHIND_MAX = 100;

/** How long a failed event waits, at first and at most; it doubles with each try. */
export const RETRY_MILLISECONDS_MIN = 1_000;
export const RETRY_MILLISECONDS_MAX = 10 * 60_000;

/** How long one relay delivers before another may take over, unless it marks what it did. */
export const LEASE_MILLISECONDS = 60_000;

/** One that has had all events up to a position, or none. */
export const make = (name: string, through = 0): Subscriber => ({ name, through, behind: [], missed: 0, lease: null });

/** The subscriber under the lease of a relay; null while another's holds. */
export const leased = (subscriber: Subscriber, holder: string, now: number): Subscriber | null => {
  const { lease } = subscriber;
  if (lease !== null && lease.holder !== holder && now < lease.until) return null;
  return { ...subscriber, lease: { holder, until: now + LEASE_MILLISECONDS } };
};

export const released = (subscriber: Subscriber): Subscriber => ({ ...subscriber, lease: null });

/** The entity's place among those that are behind, or null. */
export const behindOf = ({ behind }: Subscriber, { kind, id }: Told): Behind | null =>
  behind.find((b) => b.kind === kind && b.id === id) ?? null;

/** Whether another entity can't be behind. */
export const isFull = ({ behind }: Subscriber): boolean => behind.length >= BEHIND_MAX;

/** After an event that comes next was delivered, or waits behind an earlier one of its entity. */
export const passed = (subscriber: Subscriber, { position }: Told): Subscriber => {
  const gap = Math.max(0, position - subscriber.through - 1);
  return { ...subscriber, through: position, missed: subscriber.missed + gap };
};

/** After an event failed, the next one or one that was behind. */
export const failed = (subscriber: Subscriber, event: Told, now: number): Subscriber => {
  const { kind, id, position: from } = event;
  const known = behindOf(subscriber, event);
  const tries = known?.from === from ? known.tries + 1 : 1;
  const wait = Math.min(RETRY_MILLISECONDS_MIN * 2 ** Math.min(tries - 1, 30), RETRY_MILLISECONDS_MAX);
  return {
    ...subscriber,
    behind: [...without(subscriber, event), { kind, id, from, tries, notBefore: now + wait }],
  };
};

/** After an entity's events were all delivered, as far as the subscriber has come; but the first, if that was removed before. */
export const caughtUp = (
  subscriber: Subscriber,
  entity: Pick<Behind, "kind" | "id">,
  isFirstThere: boolean,
): Subscriber => ({
  ...subscriber,
  behind: without(subscriber, entity),
  missed: subscriber.missed + (isFirstThere ? 0 : 1),
});

/** Those that may be tried again now. */
export const due = ({ behind }: Subscriber, now: number): readonly Behind[] => behind.filter((b) => b.notBefore <= now);

/** The last event that it needs no more; what is older may be removed. */
export const needless = ({ through, behind }: Subscriber): number =>
  behind.reduce((least, { from }) => Math.min(least, from - 1), through);

const without = ({ behind }: Subscriber, { kind, id }: Pick<Behind, "kind" | "id">): readonly Behind[] =>
  behind.filter((b) => b.kind !== kind || b.id !== id);
