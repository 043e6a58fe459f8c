/**
 * Delivers a tenant's events to one subscriber (EVT-01): from where it stands on, at least once, those of an entity in order. How far
 * it came is written after each page, under a lease that only one relay holds: whoever dies between delivering and marking leaves
 * the page to the next, which delivers it again under the same ids.
 */
import * as Effect from "effect/Effect";
import * as Subscriber from "../../domain/event/Subscriber.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { PAGE_LIMIT_MAX, Storage, type StoredEvent } from "../../ports/Storage.ts";
import * as Repository from "../Repository.ts";

/** An event as subscribers get it. */
export interface DeliveredEvent extends StoredEvent {
  readonly tenantId: string;
  /** The same each time that the event is delivered, and no other's. */
  readonly eventId: string;
}

/** What is called with each event; answers whether it took it. */
export type Deliver = (event: DeliveredEvent) => Effect.Effect<boolean>;

/** Events that are delivered between two marks. */
export const PER_MARK = 100;

export interface Relay {
  readonly name: string;
  readonly deliver: Deliver;
  /** Who this relay is, among all that serve the subscriber. */
  readonly holder: string;
  /** Where a subscriber begins that nobody knows yet. */
  readonly from: "beginning" | "now";
  /** Whether nothing more is to be delivered. */
  readonly isOver: () => boolean;
}

export interface Relayed {
  readonly delivered: number;
  readonly failed: number;
  /** Entities whose events wait for one that failed. */
  readonly behind: number;
  /** Another relay is at it. */
  readonly isElsewhere: boolean;
}

type Known = Repository.Versioned<Subscriber.Subscriber>;

/** Delivers all that there is. */
export const relay = Effect.fn("OutboxRelay.relay")(function* (tenantId: TenantId, about: Relay) {
  const counts = { delivered: 0, failed: 0 };
  const known = yield* Repository.get(tenantId, "subscriber", about.name);
  if (known !== null && !(yield* hasWork(tenantId, known.value))) {
    return { ...counts, behind: known.value.behind.length, isElsewhere: false } as Relayed;
  }
  let held = yield* take(tenantId, known, about);
  if (held === null) return { ...counts, behind: 0, isElsewhere: true } as Relayed;
  let behind = held.value.behind.length;
  for (let isMore = true; isMore && held !== null; ) {
    const caught: Subscriber.Subscriber = yield* retry(tenantId, held.value, about, counts);
    const next = yield* advance(tenantId, caught, about, counts);
    isMore = next.isMore;
    behind = next.subscriber.behind.length;
    const marked = isMore ? next.subscriber : Subscriber.released(next.subscriber);
    held = yield* mark(tenantId, held, marked, about);
  }
  return { ...counts, behind, isElsewhere: held === null } as Relayed;
});

/** How an event is known again. */
export const eventIdOf = (tenantId: string, position: number): string => `${tenantId}/${position}`;

interface Counts {
  delivered: number;
  failed: number;
}

// Looked at with every tick: nothing is written where there is nothing to do.
const hasWork = Effect.fnUntraced(function* (tenantId: TenantId, subscriber: Subscriber.Subscriber) {
  if (Subscriber.due(subscriber, (yield* Environment).now()).length > 0) return true;
  return (yield* (yield* Storage).events(tenantId, subscriber.through, 1)).length > 0;
});

const take = Effect.fn("OutboxRelay.take")(function* (
  tenantId: TenantId,
  known: Known | null,
  { name, holder, from }: Relay,
) {
  const now = (yield* Environment).now();
  const stands = known?.value ?? Subscriber.make(name, yield* begin(tenantId, from));
  const leased = Subscriber.leased(stands, holder, now);
  return leased === null ? null : yield* write(tenantId, known, leased);
});

const begin = Effect.fn("OutboxRelay.begin")(function* (tenantId: TenantId, from: Relay["from"]) {
  const storage = yield* Storage;
  // What was removed before anybody subscribed is missed by nobody.
  if (from === "beginning") return ((yield* storage.events(tenantId, 0, 1))[0]?.position ?? 1) - 1;
  let last = 0;
  for (;;) {
    const page = yield* storage.events(tenantId, last, PAGE_LIMIT_MAX);
    last = page.at(-1)?.position ?? last;
    if (page.length < PAGE_LIMIT_MAX) return last;
    yield* Effect.yieldNow;
  }
});

// Null: another relay has taken over, or the subscriber is forgotten.
const mark = Effect.fn("OutboxRelay.mark")(function* (
  tenantId: TenantId,
  held: Known,
  subscriber: Subscriber.Subscriber,
  { holder }: Relay,
) {
  const now = (yield* Environment).now();
  const renewed = subscriber.lease === null ? subscriber : Subscriber.leased(subscriber, holder, now);
  return renewed === null ? null : yield* write(tenantId, held, renewed);
});

const write = Effect.fn("OutboxRelay.write")(function* (
  tenantId: TenantId,
  known: Known | null,
  value: Subscriber.Subscriber,
) {
  const answer = yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("subscriber", value.name, known)],
    writes: [Repository.put("subscriber", value.name, value)],
  });
  const written: Known = { tenantId, id: value.name, revision: (known?.revision ?? 0) + 1, value };
  return answer._tag === "Committed" ? written : null;
});

// The events of entities that are behind and due, from the first that failed up to where the others stand.
const retry = Effect.fn("OutboxRelay.retry")(function* (
  tenantId: TenantId,
  from: Subscriber.Subscriber,
  about: Relay,
  counts: Counts,
) {
  const now = (yield* Environment).now();
  const waiting = new Map(Subscriber.due(from, now).map((b) => [keyOf(b), b]));
  if (waiting.size === 0) return from;
  let subscriber = from;
  const seen = new Set<number>();
  let after = Math.min(...[...waiting.values()].map((b) => b.from)) - 1;
  while (waiting.size > 0 && after < from.through) {
    const page = yield* (yield* Storage).events(tenantId, after, PAGE_LIMIT_MAX);
    for (const event of page) {
      const behind = waiting.get(keyOf(event));
      if (behind === undefined || event.position < behind.from || event.position > from.through) continue;
      seen.add(event.position);
      if (!(yield* mayGoOn(subscriber, about))) return subscriber;
      if (yield* given(tenantId, event, about, counts)) continue;
      subscriber = Subscriber.failed(subscriber, event, now);
      waiting.delete(keyOf(event));
    }
    after = page.at(-1)?.position ?? from.through;
    yield* Effect.yieldNow;
  }
  for (const entity of waiting.values()) {
    subscriber = Subscriber.caughtUp(subscriber, entity, seen.has(entity.from));
  }
  return subscriber;
});

// What comes next, as much as is marked at once.
const advance = Effect.fn("OutboxRelay.advance")(function* (
  tenantId: TenantId,
  from: Subscriber.Subscriber,
  about: Relay,
  counts: Counts,
) {
  let subscriber = from;
  const page = yield* (yield* Storage).events(tenantId, from.through, PER_MARK);
  for (const event of page) {
    if (!(yield* mayGoOn(subscriber, about))) return { subscriber, isMore: false };
    const isBehind = Subscriber.behindOf(subscriber, event) !== null;
    if (!isBehind && !(yield* given(tenantId, event, about, counts))) {
      if (Subscriber.isFull(subscriber)) return { subscriber, isMore: false };
      subscriber = Subscriber.failed(subscriber, event, (yield* Environment).now());
    }
    subscriber = Subscriber.passed(subscriber, event);
  }
  return { subscriber, isMore: page.length === PER_MARK };
});

// A relay whose lease ran out may have been taken over, and must not come after what the other delivers.
const mayGoOn = Effect.fnUntraced(function* ({ lease }: Subscriber.Subscriber, { isOver }: Relay) {
  return !isOver() && lease !== null && (yield* Environment).now() < lease.until;
});

const given = Effect.fnUntraced(function* (tenantId: TenantId, event: StoredEvent, about: Relay, counts: Counts) {
  const isTaken = yield* about.deliver({ ...event, tenantId, eventId: eventIdOf(tenantId, event.position) });
  if (isTaken) counts.delivered += 1;
  else counts.failed += 1;
  return isTaken;
});

const keyOf = ({ kind, id }: { readonly kind: string; readonly id: string }): string => `${kind}/${id}`;
