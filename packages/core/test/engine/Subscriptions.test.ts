import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Subscriber from "../../src/domain/event/Subscriber.ts";
import * as Tenant from "../../src/domain/shared/Tenant.ts";
import * as OutboxRelay from "../../src/engine/events/OutboxRelay.ts";
import * as Fettle from "../../src/Fettle.ts";
import * as Random from "../../src/testing/simulation/Random.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const { manager, TENANT } = ControlPlane;
type Event = OutboxRelay.DeliveredEvent;

/** Events of these entities, in this order. */
const told = (plane: ControlPlane.ControlPlane, ids: string): void => {
  const events = [...ids].map((id) => ({
    type: "TagSaved",
    kind: "tag" as const,
    id,
    at: plane.clock.now(),
    body: {},
  }));
  Effect.runSync(plane.storage.commit({ tenantId: TENANT, expect: [], counters: [], uniques: [], writes: [], events }));
};
/** A control plane that knows its tenant, and nothing told of yet but that. */
const start = () => {
  const plane = ControlPlane.make();
  plane.call(plane.fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: {} }));
  return plane;
};
const relayOf = (deliver: OutboxRelay.Deliver, holder = "one"): OutboxRelay.Relay => ({
  name: "host",
  deliver,
  holder,
  from: "beginning",
  isOver: () => false,
});
const relay = (plane: ControlPlane.ControlPlane, about: OutboxRelay.Relay) =>
  Effect.provideContext(OutboxRelay.relay(Tenant.of(TENANT), about), plane.ports);
const standing = (plane: ControlPlane.ControlPlane) => plane.call(plane.fettle.events.subscribers(TENANT));
const positions = (events: readonly Event[]) => events.map((e) => e.position);

describe("a subscriber", () => {
  it("EVT-01: gets each event once, in order, with an id of its own, and goes on after a restart where it stood", () => {
    const plane = start();
    const got: Event[] = [];
    told(plane, "abab");
    plane.call(plane.fettle.events.subscribe("host", (event) => void got.push(event)));
    expect(plane.call(plane.fettle.events.deliver())).toEqual({ delivered: 5, failed: 0, behind: 0 });
    told(plane, "c");
    // Another process: nothing is known to it but what is stored.
    const again = Fettle.make(plane.ports);
    plane.call(again.events.subscribe("host", (event) => void got.push(event)));
    expect(plane.call(again.events.deliver())).toMatchObject({ delivered: 1 });
    expect(positions(got)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(got.map((e) => e.eventId)).size).toBe(6);
    expect(got[4]).toMatchObject({ tenantId: TENANT, eventId: `${TENANT}/5`, type: "TagSaved", id: "b" });
    expect(plane.call(again.events.deliver())).toEqual({ delivered: 0, failed: 0, behind: 0 });
  });

  it("EVT-01: is woken by commits of this process, without being asked, by promises as by effects", async () => {
    const plane = start();
    const fettle = Fettle.promises(plane.fettle);
    const got: string[] = [];
    await fettle.events.subscribe("host", async (event) => {
      await Promise.resolve();
      got.push(event.type);
    });
    await fettle.tags.save(manager, { id: "web", name: "web", parent: null });
    for (let i = 0; i < 100 && got.length < 2; i += 1) await new Promise((turn) => setImmediate(turn));
    expect(got).toEqual(["SubscriptionOpened", "TagSaved"]);
    await fettle.events.unsubscribe("host");
    await fettle.tags.save(manager, { id: "lab", name: "lab", parent: null });
    for (let i = 0; i < 20; i += 1) await new Promise((turn) => setImmediate(turn));
    expect(got).toHaveLength(2);
  });

  it("EVT-01: that begins now gets nothing of before", () => {
    const plane = start();
    told(plane, "ab");
    const got: Event[] = [];
    plane.call(plane.fettle.events.subscribe("host", (event) => void got.push(event), { from: "now" }));
    plane.call(plane.fettle.events.deliver());
    told(plane, "c");
    plane.call(plane.fettle.tick());
    expect(positions(got)).toEqual([4]);
  });

  it("EVT-01: gets the same again, under the same ids, when a relay died between delivering and marking", () => {
    const plane = start();
    told(plane, "ab");
    const got: Event[] = [];
    const deliver = (event: Event) => Effect.sync(() => got.push(event) > 0);
    let commits = 0;
    plane.hooks.before = () => {
      commits += 1;
      // The lease, then the mark.
      if (commits === 2) throw new ControlPlane.Death();
    };
    expect(plane.dies(relay(plane, relayOf(deliver)))).toBe(true);
    plane.hooks.before = null;
    expect(positions(got)).toEqual([1, 2, 3]);
    // Until its lease is over, nobody knows that it died.
    expect(plane.call(relay(plane, relayOf(deliver, "two")))).toMatchObject({ delivered: 0, isElsewhere: true });
    plane.clock.pass(Subscriber.LEASE_MILLISECONDS);
    expect(plane.call(relay(plane, relayOf(deliver, "two")))).toMatchObject({ delivered: 3, isElsewhere: false });
    expect(got.slice(3).map((e) => e.eventId)).toEqual(got.slice(0, 3).map((e) => e.eventId));
  });

  it("EVT-01: that fails at an event gets later ones of other entities, and those of its entity in order once it takes it", () => {
    const plane = start();
    told(plane, "abacab");
    const got: Event[] = [];
    let isBroken = true;
    const deliver = (event: Event) =>
      Effect.sync(() => {
        if (isBroken && event.id === "a") return false;
        return got.push(event) > 0;
      });
    expect(plane.call(relay(plane, relayOf(deliver)))).toMatchObject({ delivered: 4, failed: 1, behind: 1 });
    expect(positions(got)).toEqual([1, 3, 5, 7]);
    // Not before its time, and later with each try.
    expect(plane.call(relay(plane, relayOf(deliver)))).toMatchObject({ failed: 0, behind: 1 });
    plane.clock.pass(Subscriber.RETRY_MILLISECONDS_MIN);
    expect(plane.call(relay(plane, relayOf(deliver)))).toMatchObject({ failed: 1, behind: 1 });
    plane.clock.pass(Subscriber.RETRY_MILLISECONDS_MIN);
    expect(plane.call(relay(plane, relayOf(deliver)))).toMatchObject({ failed: 0 });
    isBroken = false;
    told(plane, "a");
    plane.clock.pass(Subscriber.RETRY_MILLISECONDS_MIN);
    expect(plane.call(relay(plane, relayOf(deliver)))).toMatchObject({ delivered: 4, behind: 0 });
    expect(positions(got).slice(4)).toEqual([2, 4, 6, 8]);
  });

  it("EVT-01: a handler that throws, rejects or fails has not taken the event", async () => {
    const plane = start();
    told(plane, "abc");
    const fail: ((event: Event) => unknown)[] = [
      () => {
        throw new Error("thrown");
      },
      () => Promise.reject(new Error("rejected")),
      () => Effect.fail("failed"),
      () => undefined,
    ];
    let n = 0;
    plane.call(
      plane.fettle.events.subscribe("host", (event) => {
        const handler = fail[n % fail.length];
        n += 1;
        return handler?.(event);
      }),
    );
    expect(await Effect.runPromise(plane.fettle.events.deliver())).toEqual({ delivered: 1, failed: 3, behind: 3 });
  });

  it("holds no more than BEHIND_MAX entities back, and then waits as a whole", () => {
    const plane = start();
    const events = Array.from({ length: Subscriber.BEHIND_MAX + 5 }, (_, i) => ({
      type: "TagSaved",
      kind: "tag" as const,
      id: `${i}`,
      at: i,
      body: {},
    }));
    Effect.runSync(
      plane.storage.commit({ tenantId: TENANT, expect: [], counters: [], uniques: [], writes: [], events }),
    );
    const report = plane.call(
      relay(
        plane,
        relayOf(() => Effect.succeed(false)),
      ),
    );
    expect(report).toMatchObject({ failed: Subscriber.BEHIND_MAX + 1, behind: Subscriber.BEHIND_MAX });
    expect(standing(plane)).toMatchObject([{ through: Subscriber.BEHIND_MAX }]);
  });

  it("EVT-01: two relays at once, interleaved anyhow, keep each entity's order and leave nothing out", async () => {
    for (let seed = 0; seed < 15; seed += 1) {
      const random = Random.make(`relays ${seed}`);
      const plane = ControlPlane.make({ interleave: random });
      await Effect.runPromise(
        plane.fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: {} }),
      );
      for (let i = 0; i < 40; i += 1) told(plane, "abcabc");
      const got: Event[] = [];
      const deliver = (event: Event) =>
        Effect.gen(function* () {
          for (let n = random.below(3); n > 0; n -= 1) yield* Effect.yieldNow;
          return random.below(8) > 0 && got.push(event) > 0;
        });
      for (let round = 0; round < 60; round += 1) {
        const both = ["one", "two"].map((holder) => relay(plane, relayOf(deliver, holder)));
        await Effect.runPromise(Effect.all(both, { concurrency: "unbounded" }));
        plane.clock.pass(Subscriber.RETRY_MILLISECONDS_MAX);
      }
      expect(new Set(positions(got)).size).toBe(241);
      for (const id of "abc") {
        const firsts = [...new Set(positions(got.filter((e) => e.id === id)))];
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
      }
    }
  });

  it("has a name of its own in a process, of 1 to 100 characters", () => {
    const plane = start();
    const subscribe = (name: string) => plane.fettle.events.subscribe(name, () => undefined);
    plane.call(subscribe("x".repeat(100)));
    for (const bad of ["", "x".repeat(101)]) expect(plane.rejections(subscribe(bad))).toMatchObject([{ path: "name" }]);
    expect(plane.rejections(subscribe("x".repeat(100)))).toMatchObject([{ code: "conflict" }]);
  });
});

describe("events past their age", () => {
  const DAY = 24 * Values.HOUR_MS;
  const aged = () => {
    const { plane } = Scene.make({ agents: 0 });
    plane.call(plane.fettle.retention.save(manager, { runsDays: null, eventsDays: 7, auditDays: null }));
    return plane;
  };
  const tick = (plane: ControlPlane.ControlPlane) => plane.call(plane.fettle.tick());

  it("CFG-07, EVT-01: wait for a subscriber that hasn't had them, which retention says, and go when it has", () => {
    const plane = aged();
    let isBroken = true;
    const handler = () => {
      if (isBroken) throw new Error("no");
    };
    plane.call(plane.fettle.events.subscribe("host", handler));
    tick(plane);
    plane.clock.pass(8 * DAY);
    tick(plane);
    expect(plane.events()[0]?.position).toBe(1);
    expect(plane.call(plane.fettle.retention.get(manager)).lastRun?.failure).toMatch(/kept for the subscriber host/);
    isBroken = false;
    plane.clock.pass(DAY);
    tick(plane);
    plane.clock.pass(DAY);
    tick(plane);
    expect(plane.events()[0]?.position).toBeGreaterThan(1);
  });

  it("CFG-07, EVT-01: go after thirty days more all the same, and the subscriber's standing tells how many it missed", () => {
    const plane = aged();
    plane.call(plane.fettle.events.subscribe("host", () => undefined));
    plane.call(plane.fettle.events.deliver());
    plane.call(plane.fettle.events.unsubscribe("host"));
    told(plane, "abc");
    plane.clock.pass(38 * DAY);
    tick(plane);
    const first = plane.events()[0]?.position ?? 0;
    const [before] = plane.call(plane.fettle.events.subscribers(TENANT));
    expect(first).toBeGreaterThan((before?.through ?? 0) + 1);
    plane.call(plane.fettle.events.subscribe("host", () => undefined));
    plane.call(plane.fettle.events.deliver());
    expect(plane.call(plane.fettle.events.subscribers(TENANT))).toMatchObject([
      { missed: first - (before?.through ?? 0) - 1 },
    ]);
  });

  it("CFG-07: wait for nobody who is forgotten", () => {
    const plane = aged();
    plane.call(plane.fettle.events.subscribe("host", () => undefined));
    plane.call(plane.fettle.events.deliver());
    plane.call(plane.fettle.events.unsubscribe("host"));
    plane.call(plane.fettle.events.forget(TENANT, "host"));
    told(plane, "abc");
    plane.clock.pass(8 * DAY);
    tick(plane);
    expect(plane.events()[0]?.position).toBeGreaterThan(3);
  });
});
