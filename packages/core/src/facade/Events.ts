/** Events: the outbox, and who is told of it in this process. */
import * as Effect from "effect/Effect";
import * as Subscriptions from "../engine/events/Subscriptions.ts";
import { Storage } from "../ports/Storage.ts";
import type { On } from "./On.ts";

export const eventsOf = (on: On, subscribers: Subscriptions.Subscriptions) => ({
  /** The outbox: events after a position, in order (EVT-01). */
  after: (tenantId: string, position: number, limit: number) =>
    on(Effect.flatMap(Storage, (storage) => storage.events(tenantId, position, limit))),
  /**
   * Calls a handler with every event of every tenant, at least once, those of one entity in order (EVT-01): at once after commits of
   * this process, else with {@link deliver} or a tick. How far it came is kept under the name, over restarts.
   */
  subscribe: (name: string, handler: Subscriptions.Handler, options?: Subscriptions.SubscribeOptions) =>
    on(subscribers.subscribe(name, handler, options)),
  /** Ends a subscription here, once its handler is done with what it is at (don't call it from there). Where it stands is kept. */
  unsubscribe: (name: string) => on(subscribers.unsubscribe(name)),
  /** Delivers what there is to the subscribers of this process. Ticks do so, too. */
  deliver: () => on(subscribers.deliver()),
  /** How far the subscribers of a tenant are, and what is behind. */
  subscribers: (tenantId: string) => on(Subscriptions.list(tenantId)),
  /** Forgets how far a subscriber came in a tenant, so that events wait for it no more. */
  forget: (tenantId: string, name: string) => on(Subscriptions.forget(tenantId, name)),
});
