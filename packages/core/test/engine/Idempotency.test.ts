import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { Actor } from "../../src/domain/shared/Actor.ts";
import * as Decisions from "../../src/engine/Decisions.ts";
import * as Idempotency from "../../src/engine/Idempotency.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Values from "../scenario/Values.ts";

const { as, manager } = ControlPlane;

const happened = { type: "Counted", kind: "tag", id: "x", at: 0, body: {} } as const;

/** Something that must be done once: it counts how often it was. */
const world = () => {
  const plane = ControlPlane.make();
  const ask = (actor: Actor, key: string | undefined, request: unknown, method = "count") => {
    const decide = Effect.sync(() => ({
      change: { counters: [{ key: "done", by: 1 }], writes: [], events: [happened] },
      answer: { done: `${request} at ${plane.clock.now()}` },
    }));
    const once = Idempotency.once(actor, { method, key, request }, decide);
    return Decisions.ifItStands(actor.tenantId, once).pipe(Effect.provideContext(plane.ports));
  };
  const done = () => Effect.runSync(plane.storage.counter(ControlPlane.TENANT, "done"));
  const forget = () => plane.call(Idempotency.forget(ControlPlane.TENANT).pipe(Effect.provideContext(plane.ports)));
  return { plane, ask, done, forget };
};

describe("a request under an idempotency key", () => {
  it("is carried out once, and has the answer of the first time ever after", () => {
    const { plane, ask, done } = world();
    const first = plane.call(ask(manager, "k", "a"));
    plane.clock.pass(Values.MINUTE_MS);
    expect(plane.call(ask(manager, "k", "a"))).toEqual(first);
    expect(done()).toBe(1);
    expect(plane.call(ask(manager, "k2", "a"))).not.toEqual(first);
    expect(done()).toBe(2);
  });

  it("is carried out each time without a key, and nothing is kept", () => {
    const { plane, ask, done } = world();
    plane.call(ask(manager, undefined, "a"));
    plane.call(ask(manager, undefined, "a"));
    expect(done()).toBe(2);
    expect(Effect.runSync(plane.storage.list(ControlPlane.TENANT, "answer", { limit: 10 }))).toEqual([]);
  });

  it("is a conflict when the key stands for another request or method, and changes nothing", () => {
    const { plane, ask } = world();
    plane.call(ask(manager, "k", "a"));
    const before = plane.storage.dump();
    for (const other of [ask(manager, "k", "b"), ask(manager, "k", "a", "another")]) {
      expect(plane.rejections(other)).toMatchObject([{ code: "conflict", path: "idempotencyKey" }]);
    }
    expect(plane.storage.dump()).toEqual(before);
  });

  it("is the user's own: the same key of another user, and of another tenant, is another key", () => {
    const { plane, ask, done } = world();
    plane.call(ask(manager, "k", "a"));
    plane.call(ask(as("sue"), "k", "b"));
    plane.call(ask(as("mara", "zeta"), "k", "c"));
    expect(done()).toBe(2);
  });

  it.each(["", "x".repeat(Idempotency.KEY_CHARACTERS_MAX + 1), "tab\t", "ä", "line\n"])(
    "is refused under %j, which is no key",
    (key) => {
      const { plane, ask } = world();
      expect(plane.rejections(ask(manager, key, "a"))).toMatchObject([{ code: "invalid", path: "idempotencyKey" }]);
      plane.call(ask(manager, "x".repeat(Idempotency.KEY_CHARACTERS_MAX), "a"));
    },
  );

  it("sent twice at once is carried out once, and both get the answer of the first", () => {
    const { plane, ask, done } = world();
    let answer: unknown;
    plane.hooks.before = () => {
      plane.hooks.before = null;
      answer = plane.call(ask(manager, "k", "a"));
    };
    expect(plane.call(ask(manager, "k", "a"))).toEqual(answer);
    expect(done()).toBe(1);
  });

  it("is the same in whatever order its members are written, and another when one of them is another", () => {
    const { plane, ask, done } = world();
    const kept = plane.call(ask(manager, "k", { a: [1, { x: 0.5, y: null }], b: undefined }));
    expect(plane.call(ask(manager, "k", { a: [1, { y: null, x: 0.5 }] }))).toEqual(kept);
    for (const other of [{ a: [{ x: 0.5, y: null }, 1] }, { a: [1, { x: 0.25, y: null }] }, {}, null, "a"]) {
      expect([other, plane.rejections(ask(manager, "k", other))]).toMatchObject([other, [{ code: "conflict" }]]);
    }
    expect(done()).toBe(1);
  });

  it("is kept for a day and no longer; what is out of date is removed, and the key is new again", () => {
    const { plane, ask, done, forget } = world();
    plane.call(ask(manager, "k", "a"));
    plane.clock.pass(Idempotency.ANSWER_KEPT_HOURS * Values.HOUR_MS - 1);
    plane.call(ask(manager, "k", "a"));
    expect(done()).toBe(1);
    plane.clock.pass(1);
    plane.call(ask(manager, "k", "b"));
    expect(done()).toBe(2);
    expect(forget()).toBe(0);
    plane.clock.pass(5 * Values.DAY_MS);
    let forgotten = 0;
    for (let minute = 0; minute < 60; minute += 1) {
      forgotten += forget();
      plane.clock.pass(Values.MINUTE_MS);
    }
    expect(forgotten).toBe(1);
    expect(Effect.runSync(plane.storage.list(ControlPlane.TENANT, "answer", { limit: 10 }))).toEqual([]);
  });
});
