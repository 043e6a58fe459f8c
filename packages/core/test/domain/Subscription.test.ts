import { describe, expect, it } from "vitest";
import * as Suspension from "../../src/domain/job/Suspension.ts";
import * as Subscription from "../../src/domain/license/Subscription.ts";
import * as Values from "../scenario/Values.ts";

const { any, subscription } = Values;
const END = Values.START + Values.DAY_MS;
const until = subscription({ plan: "Full", expiresAt: END });
const enabled = (at: number) => Values.job({ status: "Enabled", enabled: { planHash: "h", at } });
const next = (over: Partial<Subscription.Subscription>) => {
  const { lapsedAt: _, ...rest } = subscription(over);
  return rest;
};

describe("falling back to Free", () => {
  it("LIC-01, LIC-02: happens at the instant, a millisecond before it not yet", () => {
    expect([END - 1, END, END + 1].map((now) => Subscription.fellBackAt(until, now))).toEqual([null, END, END]);
    expect([END - 1, END, END + 1].map((now) => Subscription.planAt(until, now))).toEqual(["Full", "Free", "Free"]);
    expect(Subscription.fellBackAt(subscription({ plan: "Free" }), END)).toBeNull();
    expect(Subscription.fellBackAt(subscription({ plan: "Free", expiresAt: END }), END)).toBeNull();
  });

  it("LIC-02: is remembered by the renewal, whenever that comes", () => {
    for (const now of [END, END + 1, END + Values.DAY_MS]) {
      const renewed = Subscription.changed(until, next({ expiresAt: null }), now);
      expect(renewed.lapsedAt).toBe(END);
      expect(Subscription.fellBackAt(renewed, now + 1)).toBe(END);
    }
    expect(Subscription.changed(until, next({ expiresAt: null }), END - 1).lapsedAt).toBeNull();
  });

  it("LIC-02: comes with a downgrade, and with an expiry set into the past, at the instant of the change", () => {
    const now = END - 5;
    for (const to of [{ plan: "Free" }, { expiresAt: now - 1_000 }, { expiresAt: now }] as const) {
      const fallen = Subscription.changed(until, next(to), now);
      expect(Subscription.fellBackAt(fallen, now)).toBe(now);
    }
    expect(Subscription.changed(until, next({ plan: "Trial", expiresAt: END }), now).lapsedAt).toBeNull();
    expect(Subscription.changed(null, next({ plan: "Free" }), now).lapsedAt).toBeNull();
  });

  it("LIC-02: is told apart from what comes after it though the clock stands still", () => {
    const fallen = Subscription.changed(until, next({ plan: "Free" }), END - 5);
    const renewed = Subscription.changed(fallen, next({}), END - 5);
    const at = Subscription.instantAt(renewed, END - 5);
    expect(Suspension.of(enabled(END - 5), renewed, END - 5)).not.toBeNull();
    expect(Suspension.of(enabled(at), renewed, END - 5)).toBeNull();
    // A history that the model found: an expiry in the millisecond that two falls had pushed the instants to.
    const soon = Subscription.changed(renewed, next({ expiresAt: END - 4 }), END - 5);
    const job = enabled(Subscription.instantAt(soon, END - 5));
    expect([END - 5, END - 4].map((now) => Suspension.of(job, soon, now) === null)).toEqual([true, false]);
    const again = Subscription.changed(renewed, next({ plan: "Free" }), END - 5);
    expect(Suspension.of(enabled(at), Subscription.changed(again, next({}), END - 5), END - 5)).not.toBeNull();
  });
});

describe("a job as the subscription falls back", () => {
  it("LIC-02: is suspended from the instant on, shown as Disabled with the reason, and nothing is written", () => {
    const job = enabled(Values.START);
    expect(Suspension.shown(job, until, END - 1)).toMatchObject({ status: "Enabled", suspended: null });
    for (const now of [END, END + 1]) {
      expect(Suspension.shown(job, until, now)).toMatchObject({
        status: "Disabled",
        suspended: { rule: "LIC-02", since: END, reason: expect.stringContaining("renew") },
      });
    }
    expect(job.status).toBe("Enabled");
  });

  it("LIC-02: is suspended after the renewal too, until it is enabled again", () => {
    const renewed = Subscription.changed(until, next({ expiresAt: null }), END + 10);
    expect(Suspension.of(enabled(END), renewed, END + 10)?.reason).toContain("enable it again");
    expect(Suspension.of(enabled(END + 10), renewed, END + 10)).toBeNull();
  });

  it("LIC-02, JOB-07: may be enabled again, for the suspension is no enabling; one that ended may not", () => {
    const released = Suspension.released(enabled(Values.START), until, END);
    expect(released).toMatchObject({ status: "Disabled", enabled: null });
    for (const status of ["Completed", "Expired", "Failed"] as const) {
      const over = Values.job({ status, enabled: { planHash: "h", at: Values.START } });
      expect(Suspension.of(over, until, END)).toBeNull();
      expect(Suspension.released(over, until, END)).toBe(over);
    }
    expect(Suspension.of(Values.job(), until, END)).toBeNull();
  });
});

describe("licence tags", () => {
  const tagged = (...tags: readonly string[]) => ({ licences: Values.licences({ exclude: any(...tags) }) });

  it("LIC-12: exist on Full only; those that stand as it falls back are kept", () => {
    for (const plan of ["Trial", "Free"] as const) {
      const asked = subscription({ plan, ...tagged("lab") });
      expect(Subscription.tagsFault(null, asked)).toMatchObject({ rule: "LIC-12", code: "conflict" });
      expect(Subscription.tagsFault(subscription(), asked)).toMatchObject({ rule: "LIC-12" });
      expect(Subscription.tagsFault(subscription(tagged("lab")), asked)).toBeNull();
      expect(Subscription.tagsFault(null, subscription({ plan }))).toBeNull();
    }
    expect(Subscription.tagsFault(null, subscription(tagged("lab")))).toBeNull();
  });
});
