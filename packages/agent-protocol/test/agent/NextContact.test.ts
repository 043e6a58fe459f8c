import { Duration, Instant, Pacing } from "@fettle/scheduler";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as NextContact from "../../src/agent/NextContact.ts";
import { runs } from "../Runs.ts";
import { NOW, uuid } from "../Samples.ts";

const MINUTE = 60_000;
const INTERVAL = 900_000;
const calm: NextContact.Situation = {
  agentId: uuid(1),
  now: NOW,
  interval: INTERVAL,
  failed: 0,
  retryAfter: null,
  random: 0.5,
};
const slotAfter = (agentId: string, at: number, interval = INTERVAL): number =>
  Pacing.nextSlot(agentId, Duration.milliseconds(interval), Instant.held(at));

const situations = fc.record<NextContact.Situation>({
  agentId: fc.uuid(),
  now: fc.integer({ min: NOW, max: NOW + 86_400_000 }),
  interval: fc.integer({ min: 60, max: 2_700 }).map((seconds) => seconds * 1_000),
  failed: fc.integer({ min: 0, max: 40 }),
  retryAfter: fc.option(fc.integer({ min: 0, max: 2 * NextContact.RETRY_AFTER_MS_MAX })),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

describe("the next contact", () => {
  it("AGT-04: is the agent's own slot in the interval, the same after every restart", () => {
    expect(NextContact.next(calm)).toBe(slotAfter(calm.agentId, NOW));
    expect(NextContact.next({ ...calm, now: NOW + 1 })).toBe(slotAfter(calm.agentId, NOW));
    expect(NextContact.next({ ...calm, now: slotAfter(calm.agentId, NOW) })).toBe(
      slotAfter(calm.agentId, NOW) + INTERVAL,
    );
  });

  it("AGT-04: after one failure is soon, after more a slot again", () => {
    expect(NextContact.next({ ...calm, failed: 1, random: 0 })).toBe(NOW + MINUTE);
    expect(NextContact.next({ ...calm, failed: 2, random: 0 })).toBe(slotAfter(calm.agentId, NOW + 1.5 * MINUTE));
  });

  it("I37: is never before what a reply asked for, nor further than two intervals when none asked", () => {
    fc.assert(
      fc.property(situations, (s) => {
        const wait = NextContact.next(s) - s.now;
        const asked = Math.min(s.retryAfter ?? 0, NextContact.RETRY_AFTER_MS_MAX);
        expect(wait).toBeGreaterThanOrEqual(asked);
        expect(wait).toBeLessThanOrEqual(Math.max(asked * 1.2, s.interval) + Math.max(s.interval, 90_000) + 1);
        expect(wait).toBeGreaterThan(0);
      }),
      runs(2_000),
    );
  });

  it("believes no reply that asks for more than an hour", () => {
    const asked = (retryAfter: number) => NextContact.next({ ...calm, failed: 1, random: 0, retryAfter });
    expect(asked(NextContact.RETRY_AFTER_MS_MAX)).toBe(NOW + 3_600_000);
    expect(asked(NextContact.RETRY_AFTER_MS_MAX + 1)).toBe(NOW + 3_600_000);
  });

  it("I37: of a provisioning that failed is 60 s and half as long again each time, and no sooner than asked", () => {
    const delay = (failed: number, retryAfter: number | null = null) =>
      NextContact.provisionDelay(failed, { baseSeconds: 60, retryAfter, random: 0 });
    expect([1, 2, 3, 4].map((k) => delay(k))).toEqual([60_000, 90_000, 135_000, 202_500]);
    expect(delay(1, 120_000)).toBe(120_000);
    expect(delay(4, 120_000)).toBe(202_500);
  });
});

describe("a fleet", () => {
  const AGENTS = 3_000;
  const ids = Array.from({ length: AGENTS }, (_, i) => uuid(0x10_000 + i * 7_919));
  const steady = AGENTS / (INTERVAL / MINUTE);

  // Requests in each minute, from the outage's end on, with what its length left behind.
  const perMinute = (outage: number, random: () => number): readonly number[] => {
    const [begins, ends] = [NOW + INTERVAL, NOW + INTERVAL + outage];
    const counts = Array.from({ length: 60 }, () => 0);
    for (const agentId of ids) {
      let [now, failed] = [slotAfter(agentId, NOW), 0];
      while (now < ends + 60 * MINUTE) {
        const minute = Math.floor((now - ends) / MINUTE);
        if (minute >= 0) counts[minute] = (counts[minute] ?? 0) + 1;
        failed = now >= begins && now < ends ? failed + 1 : 0;
        now = NextContact.next({ ...calm, agentId, now, failed, random: random() });
      }
    }
    return counts;
  };

  it.each([1, 5, 30, 240])(
    "L6: after %d minutes without a control plane never asks at more than three times the steady rate, and leaves no echo",
    (minutes) => {
      let n = 0;
      const counts = perMinute(minutes * MINUTE, () => (n++ * 0.618_034) % 1);
      expect(Math.max(...counts)).toBeLessThanOrEqual(3 * steady);
      expect(Math.max(...counts.slice(30))).toBeLessThanOrEqual(1.5 * steady);
      expect(counts.reduce((a, b) => a + b, 0)).toBeGreaterThan(3 * AGENTS);
    },
  );

  it("L6: whom a blackout kept silent comes back over a quarter of an hour", () => {
    const back = ids.map((id) => NextContact.afterBlackout(id, NOW, INTERVAL) - NOW);
    const counts = Array.from({ length: 15 }, (_, m) => back.filter((b) => Math.floor(b / MINUTE) === m).length);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(AGENTS);
    expect(Math.max(...counts)).toBeLessThanOrEqual(1.5 * steady);
    expect(Math.max(...ids.map((id) => NextContact.afterBlackout(id, NOW, 3 * INTERVAL)))).toBeLessThan(NOW + INTERVAL);
  });
});
