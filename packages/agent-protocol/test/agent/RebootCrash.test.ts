/** Lives that end while a reboot is pending: at every record of the journal and every call of a port, and at random. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AgentState } from "../../src/agent/index.ts";
import type { RebootPolicy } from "../../src/index.ts";
import { runs } from "../Runs.ts";
import { HOUR, NOW } from "../Samples.ts";
import type * as Machine from "./Machine.ts";
import { standing, statusesTold } from "./Orders.ts";
import {
  always,
  automatic,
  MINUTE,
  machine,
  outcomesOf,
  rebootFacts,
  rebootsDone,
  rebootsTold,
  request,
  suppress,
  until,
} from "./Reboots.ts";

type Dies = (moment: Machine.Moment) => boolean;

/** Dies once, when a reboot's event of that name is written. */
const atEvent = (when: Machine.Moment["when"], tag: string): Dies => {
  let isDone = false;
  return (m) => {
    const isIt = m.records.some(
      (r) => r._tag === "FactRecorded" && r.fact.body._tag === "Reboot" && r.fact.body.event._tag === tag,
    );
    if (isDone || m.when !== when || !isIt) return false;
    isDone = true;
    return true;
  };
};
const atCall = (when: Machine.Moment["when"], call: string): Dies => {
  let isDone = false;
  return (m) => {
    if (isDone || m.when !== when || m.call !== call) return false;
    isDone = true;
    return true;
  };
};

describe("the crash table's rows of reboots", () => {
  it("ordered, before the call: the same boot, so it is called once more", () => {
    const m = machine(automatic(), { dies: atEvent("after", "Ordered") });
    until(m, NOW + HOUR);
    expect(rebootsTold(m)).toEqual(["Needed +0", "Ordered policy +0", "Ordered policy +0.5", "Rebooted agent +2"]);
    expect(rebootsDone(m)).toHaveLength(1);
    expect(m.status()).toBe("Completed");
  });

  it("before the order is on record: nothing was ordered, and it is ordered once", () => {
    const m = machine(automatic(), { dies: atEvent("before", "Ordered") });
    until(m, NOW + HOUR);
    expect(rebootsTold(m).filter((told) => told.startsWith("Ordered"))).toHaveLength(1);
    expect(rebootsDone(m)).toHaveLength(1);
  });

  it("called, and the machine is up again: another boot, so it has rebooted, by its agent", () => {
    const m = machine(automatic());
    until(m, NOW + HOUR);
    expect(rebootFacts(m).at(-1)).toMatchObject({ _tag: "Rebooted", by: "agent" });
  });

  it("up again, before that is on record: told once", () => {
    for (const when of ["before", "after"] as const) {
      const m = machine(automatic(), { dies: atEvent(when, "Rebooted") });
      until(m, NOW + HOUR);
      expect(rebootFacts(m).filter((e) => e._tag === "Rebooted")).toHaveLength(1);
      expect(m.status()).toBe("Completed");
    }
  });

  it("F9 after the reboot, before it is verified: every patch is looked at, whatever was believed", () => {
    let isUp = false;
    let isDone = false;
    const dies: Dies = (m) => {
      isUp ||= m.records.some(
        (r) => r._tag === "FactRecorded" && r.fact.body._tag === "Status" && r.fact.body.status === "JobResumed",
      );
      if (isDone || !isUp || m.call !== "installer.detect") return false;
      isDone = true;
      return true;
    };
    const m = machine(automatic(), { dies, faults: { a: "undone-at-reboot" } });
    until(m, NOW + HOUR);
    expect(outcomesOf(m)).toEqual(["Installed", "InstalledPendingReboot", "Failed"]);
    expect(statusesTold(m).at(-1)).toBe("CompletedWithFailure");
  });

  it("RBT-11 a countdown that no life got to show isn't counted as shown, however long the agent was away", () => {
    const m = machine(automatic(10), { os: { user: { there: always } }, dies: atCall("before", "prompt.show") });
    m.cycle();
    m.clock.now += 2 * HOUR;
    until(m, NOW + 4 * HOUR);
    expect(rebootsTold(m).slice(1, 3)).toEqual(["Countdown 10 +120", "Ordered policy +130"]);
  });

  it("RBT-11 who came while the agent was away is warned before it is ordered once more", () => {
    const user = { there: [{ from: NOW + HOUR, until: NOW + 9 * HOUR }] };
    const m = machine(automatic(), { os: { user }, dies: atEvent("after", "Ordered") });
    m.cycle();
    m.clock.now += 2 * HOUR;
    until(m, NOW + 4 * HOUR);
    expect(rebootsTold(m).slice(1, 4)).toEqual(["Ordered policy +0", "Countdown 5 +120", "Ordered policy +125"]);
    expect(rebootsDone(m)).toMatchObject([{ by: "agent", at: NOW + 125 * MINUTE }]);
  });

  it("RBT-11 a countdown that ended while the agent was away has warned nobody who is there by now", () => {
    const m = machine(automatic(10), { os: { user: { there: always } }, dies: atEvent("after", "Countdown") });
    m.cycle();
    m.clock.now += 2 * HOUR;
    until(m, NOW + 4 * HOUR);
    expect(rebootsTold(m).slice(1, 4)).toEqual(["Countdown 10 +0", "Countdown 10 +120", "Ordered policy +130"]);
  });

  it("RBT-11 a user who wants it now gets it now, before it is ordered once more too", () => {
    const user = { there: always, says: [{ at: NOW + 121 * MINUTE, answer: "reboot-now" as const }] };
    const m = machine(automatic(10), { os: { user }, dies: atEvent("after", "Ordered") });
    until(m, NOW + 10 * MINUTE);
    m.clock.now = NOW + 2 * HOUR;
    until(m, NOW + 4 * HOUR);
    expect(rebootsTold(m).filter((told) => /^(Accepted|Ordered)/.test(told))).toEqual([
      "Ordered policy +10",
      "Accepted +121",
      "Ordered user +121",
    ]);
  });

  it("RBT-03 a prompt's answer that was on record is counted once, in whatever life", () => {
    for (const when of ["before", "after"] as const) {
      const says = [{ at: NOW + 2 * MINUTE, answer: "defer" as const }];
      const m = machine(request(), { os: { user: { there: always, says } }, dies: atEvent(when, "Deferred") });
      until(m, NOW + 2 * HOUR);
      expect(rebootFacts(m).flatMap((e) => (e._tag === "Deferred" ? [e.number] : []))).toEqual([1, 2]);
      expect(rebootsDone(m)).toMatchObject([{ at: NOW + 75 * MINUTE }]);
    }
  });
});

/** What must hold of a machine that was left alone for long enough. */
const check = (m: Machine.Machine, policy: RebootPolicy): void => {
  const told = rebootFacts(m);
  const numbers = told.flatMap((e) => (e._tag === "Prompted" ? [e.number] : []));
  const deferred = told.flatMap((e) => (e._tag === "Deferred" ? [e.number] : []));
  const count = policy._tag === "Request" ? (policy.deferrals?.count ?? 0) : 0;
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect(deferred).toEqual([...new Set(deferred)].sort((a, b) => a - b));
  expect(Math.max(0, ...deferred)).toBeLessThanOrEqual(count);
  const byAgent = rebootsDone(m).filter(({ by }) => by === "agent");
  expect(byAgent.length).toBeLessThanOrEqual(policy._tag === "Suppress" ? 0 : 1);
  expect(told.filter((e) => e._tag === "Ordered").length).toBeLessThanOrEqual(2);
  expect(m.plane.conflicts).toEqual([]);
  expect(m.status()).toBe(policy._tag === "Suppress" && rebootsDone(m).length === 0 ? "PendingReboot" : "Completed");
  expect(standing(m)).toMatchObject({ a: "2-1" });
  expect(outcomesOf(m).at(-1)).toBe(m.status() === "Completed" ? "Installed" : "InstalledPendingReboot");
};

const scenes: readonly (readonly [string, RebootPolicy, NonNullable<Machine.MachineOptions["os"]>])[] = [
  ["automatic, nobody there", automatic(), {}],
  ["automatic, somebody there", automatic(10), { user: { there: always } }],
  ["requested and ignored", request({ count: 2, minutes: 5 }, 3), { user: { there: always } }],
  [
    "requested, deferred and accepted",
    request({ count: 2, minutes: 5 }, 3),
    {
      user: {
        there: always,
        says: [
          { at: NOW + MINUTE, answer: "defer" },
          { at: NOW + 6 * MINUTE, answer: "reboot-now" },
        ],
      },
    },
  ],
  ["suppressed", suppress, {}],
];

describe("a life that ends while a reboot is pending", () => {
  it.each(scenes)("RBT-11 I22 ends right wherever it ends: %s", (_, policy, os) => {
    const calm = machine(policy, { os });
    until(calm, NOW + 2 * HOUR);
    check(calm, policy);
    const from = calm.moments.findIndex((m) => m.records.some((r) => r._tag === "FactRecorded" && isPending(r)));
    const boundaries = calm.moments.filter(
      (m) => m.n >= from && (m.records.length > 0 || m.call.startsWith("host.reboot")),
    );
    expect(boundaries.length).toBeGreaterThan(2);
    for (const { n } of boundaries) {
      const m = machine(policy, { os, dies: (moment) => moment.n === n });
      until(m, NOW + 2 * HOUR);
      check(m, policy);
    }
  });

  it("RBT-05 RBT-11 I22 ends right after many lives, with whoever there, hours without, hands and faults", () => {
    fc.assert(
      fc.property(
        fc.record({
          policy: fc.constantFrom(automatic(), automatic(7), request({ count: 3, minutes: 9 }, 4), request(null, null)),
          deaths: fc.array(fc.integer({ min: 20, max: 140 }), { maxLength: 6 }),
          there: fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 60 })), { maxLength: 2 }),
          says: fc.array(
            fc.record({
              at: fc.integer({ min: 0, max: 60 }).map((m) => NOW + m * MINUTE),
              answer: fc.constantFrom("defer" as const, "reboot-now" as const),
            }),
            { maxLength: 3 },
          ),
          hours: fc.option(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 60 }))),
          hand: fc.option(fc.integer({ min: 1, max: 60 })),
        }),
        ({ policy, deaths, there, says, hours, hand }) => {
          const m = machine(policy, {
            dies: ({ n }) => deaths.includes(n),
            os: {
              user: { there: there.map(([a, b]) => ({ from: NOW + a * MINUTE, until: NOW + (a + b) * MINUTE })), says },
              noReboot:
                hours === null ? [] : [{ from: NOW + hours[0] * MINUTE, until: NOW + (hours[0] + hours[1]) * MINUTE }],
            },
          });
          if (hand !== null) {
            until(m, NOW + hand * MINUTE);
            m.os.rebootByHand();
          }
          until(m, NOW + 6 * HOUR);
          check(m, policy);
          expect(rebootsDone(m).length).toBeLessThanOrEqual(hand === null ? 1 : 2);
        },
      ),
      runs(25),
    );
  });

  it("I22 a day's count outlives checkpoints and forgotten runs", () => {
    const m = machine(automatic());
    until(m, NOW + HOUR);
    const state = m.state();
    expect(state.caused).toEqual([{ at: NOW, bootId: expect.any(String) }]);
    const kept = AgentState.forgetFinished({ ...state, facts: [] });
    expect(kept.runs).toEqual({});
    expect(AgentState.fold([{ _tag: "Checkpoint", state: kept }]).caused).toEqual(state.caused);
    const { caused: _, ...older } = kept;
    expect(AgentState.fold([{ _tag: "Checkpoint", state: older as AgentState.AgentState }]).caused).toEqual([]);
  });
});

const isPending = (r: { readonly _tag: string }): boolean => JSON.stringify(r).includes('"Needed"');
