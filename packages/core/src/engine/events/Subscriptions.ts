/**
 * Subscribers in this process (EVT-01). Each is served by one relay at a time, woken when a commit of this process brought events;
 * what other processes committed, and what failed, comes with the next {@link Subscriptions.deliver}, as the host ticks.
 */
import * as Cause from "effect/Cause";
import type * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Subscriber from "../../domain/event/Subscriber.ts";
import * as Tenant from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { Storage, type StorageError } from "../../ports/Storage.ts";
import { type Rejected, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Commits from "./Commits.ts";
import * as OutboxRelay from "./OutboxRelay.ts";

/** Is given each event, once or more often. An Effect or a promise that it answers is waited for; what fails, or throws, comes again. */
export type Handler = (event: OutboxRelay.DeliveredEvent) => unknown;

export interface SubscribeOptions {
  /** Where it begins when it is new: with the oldest event that is kept, or with the next. Left out: the oldest. */
  readonly from?: "beginning" | "now";
}

/** What one call delivered. */
export interface DeliveryReport {
  readonly delivered: number;
  readonly failed: number;
  /** Entities whose events wait for one that failed. */
  readonly behind: number;
}

interface Entry extends OutboxRelay.Relay {
  isGone: boolean;
  isBusy: boolean;
  readonly pending: Set<string>;
  readonly idle: (() => void)[];
}

type Ports = Storage | Environment;

/** Characters of a subscriber's name. */
export const NAME_CHARACTERS_MAX = 100;

/** The subscribers of one Fettle; at first none. */
export const make = (ports: Context.Context<Ports>) => {
  const entries = new Map<string, Entry>();
  let stop: (() => void) | null = null;
  const wake = (tenantId: string): void => {
    for (const entry of entries.values()) {
      entry.pending.add(tenantId);
      if (!entry.isBusy) Effect.runFork(Effect.provideContext(Effect.ignore(serve(entry)), ports));
    }
  };
  return {
    subscribe: Effect.fn("Subscriptions.subscribe")(function* (
      name: string,
      handler: Handler,
      { from = "beginning" }: SubscribeOptions = {},
    ) {
      if (name === "" || name.length > NAME_CHARACTERS_MAX) {
        return yield* reject("EVT-01", "invalid", `a name has 1 to ${NAME_CHARACTERS_MAX} characters`, "name");
      }
      if (entries.has(name)) yield* reject("EVT-01", "conflict", `${name} is subscribed already`, "name");
      const holder = (yield* Environment).uuid();
      entries.set(name, entryOf({ name, handler, from, holder }));
      stop ??= Commits.listen(yield* Storage, wake);
    }),
    unsubscribe: Effect.fn("Subscriptions.unsubscribe")(function* (name: string) {
      const entry = entries.get(name);
      if (entry === undefined) return;
      entry.isGone = true;
      entries.delete(name);
      if (entries.size === 0) stop = stop?.() ?? null;
      if (entry.isBusy) yield* Effect.callback<void>((resume) => void entry.idle.push(() => resume(Effect.void)));
    }),
    deliver: Effect.fn("Subscriptions.deliver")(function* () {
      const total = { delivered: 0, failed: 0, behind: 0 };
      if (entries.size === 0) return total as DeliveryReport;
      const tenants = yield* (yield* Storage).tenants();
      // One that is forgotten meanwhile is no more for all that.
      for (const entry of Array.from(entries.values())) {
        for (const tenantId of tenants) entry.pending.add(tenantId);
        if (entry.isBusy) continue;
        const { delivered, failed, behind } = yield* serve(entry);
        total.delivered += delivered;
        total.failed += failed;
        total.behind += behind;
      }
      return total as DeliveryReport;
    }),
  };
};

export type Subscriptions = ReturnType<typeof make>;

/** How a tenant's subscribers stand, whoever serves them. */
export const list = Effect.fn("Subscriptions.list")(function* (tenantId: string) {
  return (yield* Repository.all(Tenant.of(tenantId), "subscriber")).map((s) => s.value);
});

/** Forgets how far a subscriber of a tenant came: events wait for it no more, and of that name comes a new one. */
export const forget = (tenantId: string, name: string): Effect.Effect<void, Rejected | StorageError, Storage> =>
  Repository.commit(Tenant.of(tenantId), { writes: [{ _tag: "Delete", kind: "subscriber", id: name }] });

const entryOf = (about: Pick<Entry, "name" | "from" | "holder"> & { readonly handler: Handler }): Entry => {
  const { handler, ...rest } = about;
  const entry: Entry = {
    ...rest,
    deliver: (event) => taken(handler, event),
    isOver: () => entry.isGone,
    isGone: false,
    isBusy: false,
    pending: new Set(),
    idle: [],
  };
  return entry;
};

// Whatever a handler does, it harms nobody but itself.
const taken = (handler: Handler, event: OutboxRelay.DeliveredEvent): Effect.Effect<boolean> =>
  Effect.suspend(() => {
    const answer = handler(event);
    if (Effect.isEffect(answer)) return answer as Effect.Effect<unknown, unknown>;
    return isPromise(answer) ? Effect.tryPromise(() => Promise.resolve(answer)) : Effect.void;
  }).pipe(
    Effect.exit,
    Effect.flatMap((exit) =>
      Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
        ? Effect.interrupt
        : Effect.succeed(Exit.isSuccess(exit)),
    ),
  );

const isPromise = (answer: unknown): answer is PromiseLike<unknown> =>
  typeof answer === "object" && answer !== null && "then" in answer;

// One at a time; what is woken meanwhile is served before it ends.
const serve = (entry: Entry) => {
  const work = Effect.gen(function* () {
    const total = { delivered: 0, failed: 0, behind: 0 };
    for (let [tenantId] = entry.pending; tenantId !== undefined && !entry.isGone; [tenantId] = entry.pending) {
      entry.pending.delete(tenantId);
      const { delivered, failed, behind } = yield* OutboxRelay.relay(Tenant.of(tenantId), entry);
      total.delivered += delivered;
      total.failed += failed;
      total.behind += behind;
    }
    return total;
  });
  entry.isBusy = true;
  return Effect.ensuring(
    work,
    Effect.sync(() => {
      entry.isBusy = false;
      for (const resume of entry.idle.splice(0)) resume();
    }),
  );
};

/** The last event that every subscriber has had: what is kept for one that hasn't had it. */
export const heldBy = Effect.fn("Subscriptions.heldBy")(function* (tenantId: Tenant.TenantId) {
  const subscribers = (yield* Repository.all(tenantId, "subscriber")).map((s) => s.value);
  return subscribers
    .map((s) => ({ name: s.name, needless: Subscriber.needless(s) }))
    .reduce<{ readonly name: string; readonly needless: number } | null>(
      (least, each) => (least === null || each.needless < least.needless ? each : least),
      null,
    );
});
