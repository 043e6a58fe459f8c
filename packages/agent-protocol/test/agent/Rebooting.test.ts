import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import { type InstallerShape, RebootStep } from "../../src/agent/index.ts";
import { HOUR, NOW, uuid } from "../Samples.ts";
import * as Machine from "./Machine.ts";
import { packages, patch, patches, standing, statusesTold, truthOf } from "./Orders.ts";
import {
  always,
  another,
  automatic,
  DAY,
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

const resumed = ["Rebooted", "JobResumed", "Completed"];
const pending = ["Downloaded", "JobStarted", "Patching", "PendingReboot"];

describe("whether a reboot is needed", () => {
  it("RBT-01 is asked once, after every patch was attempted, of all that the run installed", () => {
    const asked: string[][] = [];
    const installer = (simulated: InstallerShape): InstallerShape => ({
      ...simulated,
      rebootNeed: (about) => {
        asked.push(about.map((p) => p.patchId));
        return simulated.rebootNeed?.(about) ?? Effect.succeed({ _tag: "NotNeeded" });
      },
    });
    const m = Machine.make({ packages, installer, os: { rebootsFor: ["a"] }, faults: { b: "pre-scriptlet-fails" } });
    m.plane.order(patches, { reboot: automatic() });
    m.cycle();
    expect(asked[0]).toEqual(["A", "C"]);
    const effects = truthOf(m).indexOf("effect C");
    expect(truthOf(m).indexOf("reboot")).toBeGreaterThan(effects);
    expect(truthOf(m).filter((t) => t === "reboot")).toHaveLength(1);
    until(m, m.clock.now + HOUR);
    expect(statusesTold(m)).toEqual([...pending, "Rebooted", "JobResumed", "CompletedWithFailure"]);
  });

  it("RBT-01 is not asked for what was there before, and a run that needs none ends as ever", () => {
    const m = Machine.make({ packages, os: { rebootsFor: ["z"] } });
    m.plane.order([patch("a")], { reboot: automatic() });
    m.cycle();
    expect(statusesTold(m).at(-1)).toBe("Completed");
    expect(rebootsTold(m)).toEqual([]);
  });

  it("RBT-01 a probe that errs is unknown, never yes: it is told, and nothing reboots", () => {
    const m = machine(automatic(), { os: { probeFails: () => true } });
    m.cycle();
    expect(rebootFacts(m)).toMatchObject([{ _tag: "Unknown", message: "Unreadable: no probe" }]);
    expect(statusesTold(m).at(-1)).toBe("Completed");
    expect(outcomesOf(m)).toEqual(["Installed"]);
    until(m, NOW + DAY);
    expect(rebootsDone(m)).toEqual([]);
  });

  it("RBT-01 an installer that can't tell is believed by its reports, until the machine has booted", () => {
    const installer = (simulated: InstallerShape): InstallerShape => {
      const { rebootNeed: _, ...others } = simulated;
      const asking = (p: Parameters<InstallerShape["install"]>[0]) =>
        Effect.map(simulated.install(p), (report) => ({ ...report, asksReboot: true as const }));
      return { ...others, install: asking };
    };
    const m = machine(suppress, { installer });
    until(m, NOW + 2 * HOUR);
    expect(m.status()).toBe("PendingReboot");
    m.os.rebootByHand();
    until(m, m.clock.now + HOUR);
    expect(m.status()).toBe("Completed");
  });
});

describe("a suppressed reboot", () => {
  it("RBT-02 leaves the asset pending for as long as nobody reboots it, and a reboot by hand is seen and ends it", () => {
    const m = machine(suppress, { os: { user: { there: always, habit: { afterMs: 1, answer: "reboot-now" } } } });
    until(m, NOW + 3 * DAY);
    expect(statusesTold(m)).toEqual(pending);
    expect(rebootsDone(m)).toEqual([]);
    m.os.rebootByHand();
    until(m, m.clock.now + HOUR);
    expect(statusesTold(m)).toEqual([...pending, ...resumed]);
    expect(rebootsTold(m).map((told) => told.split(" +")[0])).toEqual(["Needed", "Rebooted hand"]);
  });

  it("RBT-02 blocks later jobs of the asset until then, and they go on at once", () => {
    const m = machine(suppress);
    m.cycle();
    m.plane.order(...another(1, [patch("b")], suppress, { notAfter: NOW + 10 * DAY }));
    until(m, NOW + DAY);
    expect(truthOf(m)).toEqual(["begin A", "effect A"]);
    expect(m.status(uuid(0x101))).toBe("Pending");
    m.os.rebootByHand();
    m.cycle();
    expect(m.status(uuid(0x101))).toBe("Completed");
    expect(standing(m)).toMatchObject({ a: "2-1", b: "2-1" });
  });

  it("RBT-02 a later job whose window ends meanwhile times out", () => {
    const m = machine(suppress);
    m.cycle();
    m.plane.order(...another(1, [patch("b")]));
    until(m, NOW + 3 * HOUR);
    expect(m.status(uuid(0x101))).toBe("TimedOut");
    expect(truthOf(m)).toEqual(["begin A", "effect A"]);
  });

  it("AGT-07 doesn't hold an agent that is to leave", () => {
    const m = machine(suppress);
    m.cycle();
    m.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, uninstall: true } : reply));
    const end = m.cycle();
    expect(end).toMatchObject({ _tag: "Ended", report: { isUninstalled: true } });
  });
});

describe("a requested reboot", () => {
  it("RBT-03 with nobody logged in comes at once after the deployment", () => {
    const m = machine(request());
    expect(m.cycle()._tag).toBe("Died");
    expect(rebootsDone(m)).toEqual([{ at: NOW, by: "agent" }]);
    until(m, NOW + HOUR);
    expect(rebootsTold(m)).toEqual(["Needed +0", "Ordered policy +0", "Rebooted agent +1.5"]);
    expect(statusesTold(m)).toEqual([...pending, ...resumed]);
  });

  it("RBT-03 with nobody logged in runs the countdown first, where the job says so", () => {
    const m = machine(request(null, 15, "countdown"));
    until(m, NOW + HOUR);
    expect(rebootsTold(m).slice(1, 3)).toEqual(["Countdown 15 +0", "Ordered policy +15"]);
  });

  it("RBT-03 RBT-14 a user who wants it now gets it now", () => {
    const says = [{ at: NOW + 2 * MINUTE, answer: "reboot-now" as const }];
    const m = machine(request(), { os: { user: { there: always, says } } });
    until(m, NOW + HOUR);
    expect(rebootsTold(m)).toEqual([
      "Needed +0",
      "Prompted 1 of 2 +0",
      "Accepted +2",
      "Ordered user +2",
      "Rebooted agent +3.5",
    ]);
  });

  it("RBT-03 RBT-04 RBT-14 defers as often as it may, by the user or unanswered, then counts down and reboots", () => {
    const says = [{ at: NOW + 2 * MINUTE, answer: "defer" as const }];
    const m = machine(request(), { os: { user: { there: always, says } } });
    until(m, NOW + 2 * HOUR);
    expect(rebootsTold(m)).toEqual([
      "Needed +0",
      "Prompted 1 of 2 +0",
      "Deferred by user +2",
      "Prompted 2 of 2 +30",
      "Deferred +60",
      "Countdown 15 +60",
      "Ordered policy +75",
      "Rebooted agent +76.5",
    ]);
  });

  it("RBT-04 a countdown without deferrals starts at once", () => {
    const m = machine(request(null, 20), { os: { user: { there: always } } });
    until(m, NOW + HOUR);
    expect(rebootsTold(m).slice(1, 3)).toEqual(["Countdown 20 +0", "Ordered policy +20"]);
  });

  it("RBT-05 a reboot by hand before the scheduled one satisfies it", () => {
    const m = machine(request(), { os: { user: { there: always } } });
    until(m, NOW + 10 * MINUTE);
    m.os.rebootByHand();
    until(m, NOW + 3 * HOUR);
    expect(rebootsTold(m).slice(2)).toEqual(["Rebooted hand +11.5"]);
    expect(rebootsDone(m)).toHaveLength(1);
    expect(m.status()).toBe("Completed");
  });

  it("RBT-06 a need that goes away drops the prompts, and the run ends by evidence", () => {
    let isNeeded = true;
    const installer = (simulated: InstallerShape): InstallerShape => ({
      ...simulated,
      rebootNeed: () => Effect.succeed(isNeeded ? { _tag: "Needed", reasons: ["a"] } : { _tag: "NotNeeded" }),
    });
    const m = machine(request(), { installer, os: { user: { there: always } } });
    until(m, NOW + 10 * MINUTE);
    isNeeded = false;
    until(m, NOW + 3 * HOUR);
    expect(rebootsTold(m).slice(1)).toEqual(["Prompted 1 of 2 +0", expect.stringMatching(/^Dropped \+1/)]);
    expect(statusesTold(m)).toEqual([...pending, "Completed"]);
    expect(outcomesOf(m)).toEqual(["Installed", "InstalledPendingReboot", "Installed"]);
    expect(rebootsDone(m)).toEqual([]);
  });
});

describe("an automatic reboot", () => {
  it("RBT-13 RBT-11 warns whoever is there, whatever the delay, and asks nobody", () => {
    const m = machine(automatic(), { os: { user: { there: always } } });
    until(m, NOW + HOUR);
    expect(rebootsTold(m).slice(1, 3)).toEqual(["Countdown 5 +0", "Ordered policy +5"]);
    expect(truthOf(m)).toEqual(["begin A", "effect A", "shown", "reboot"]);
  });

  it("RBT-11 reboots nobody who can't be warned: it waits, tries again, and says so", () => {
    const there = [{ from: NOW, until: NOW + 40 * MINUTE }];
    const m = machine(automatic(10), { os: { user: { there, isOutOfReach: true } } });
    until(m, NOW + 2 * HOUR);
    expect(rebootsTold(m)).toEqual([
      "Needed +0",
      "HeldBack unseen +0",
      "HeldBack unseen +15",
      "HeldBack unseen +30",
      "Ordered policy +45",
      "Rebooted agent +46.5",
    ]);
  });

  it("RBT-11 deferrals are never given back: neither by logging out and in, nor by a life that ended", () => {
    const there = [
      { from: NOW, until: NOW + 10 * MINUTE },
      { from: NOW + 20 * MINUTE, until: NOW + DAY },
    ];
    const m = machine(request(), { os: { user: { there } } });
    until(m, NOW + 35 * MINUTE);
    m.kill();
    until(m, NOW + 2 * HOUR);
    const numbers = rebootFacts(m).flatMap((e) => (e._tag === "Prompted" ? [e.number] : []));
    expect(numbers).toEqual([1, 2]);
    expect(rebootsDone(m)).toEqual([{ at: NOW + 75 * MINUTE, by: "agent" }]);
  });
});

describe("what holds a reboot back", () => {
  it("I24 the host's own hours do, and whoever is there by then is warned again", () => {
    const noReboot = [{ from: NOW, until: NOW + 40 * MINUTE }];
    const m = machine(automatic(10), { os: { noReboot, user: { there: always } } });
    until(m, NOW + 2 * HOUR);
    expect(rebootsTold(m).slice(1, 5)).toEqual([
      "Countdown 10 +0",
      "HeldBack host +10",
      "Countdown 10 +40",
      "Ordered policy +50",
    ]);
  });

  it("I22 no more than three are caused in 24 hours, over all runs, and the fourth comes when the first is a day old", () => {
    const m = machine(automatic());
    const reboots = (n: number) => (rebootsDone(m).length >= n ? rebootsDone(m).length : 0);
    for (let n = 1; n <= 3; n += 1) {
      until(m, m.clock.now + HOUR);
      expect(reboots(n)).toBe(n);
      m.plane.order(...another(n, [patch("a", `${2 + n}-1`)], automatic(), { notAfter: NOW + 10 * DAY }));
    }
    until(m, NOW + DAY - MINUTE);
    expect(rebootsDone(m)).toHaveLength(3);
    expect(m.status(uuid(0x103))).toBe("PendingReboot");
    expect(rebootsTold(m).at(-1)).toMatch(/^HeldBack too-many/);
    until(m, NOW + DAY + HOUR);
    expect(rebootsDone(m).map(({ at }) => at)[3]).toBe(NOW + DAY);
    expect(m.status(uuid(0x103))).toBe("Completed");
  });

  it("WIN-02 the end of the window doesn't, and no patch begins after it", () => {
    const m = machine(request(), { os: { user: { there: always } } }, { notAfter: NOW + 10 * MINUTE });
    until(m, NOW + 2 * HOUR);
    expect(rebootsDone(m)).toEqual([{ at: NOW + 75 * MINUTE, by: "agent" }]);
    expect(statusesTold(m)).toEqual([...pending, ...resumed]);
  });

  it("a machine that takes orders and doesn't go down is ordered once more, then given up to somebody's hand", () => {
    const m = machine(automatic(), { os: { rebootFault: () => "ignored" } });
    until(m, NOW + 5 * HOUR);
    expect(rebootsTold(m)).toEqual(["Needed +0", "Ordered policy +0", "Ordered policy +0.5", "GaveUp +1"]);
    expect(m.status()).toBe("PendingReboot");
    m.os.rebootByHand();
    until(m, NOW + 7 * HOUR);
    expect(m.status()).toBe("Completed");
  });

  it("a machine that refuses the order is treated alike", () => {
    const m = machine(automatic(), { os: { rebootFault: () => "refused" } });
    until(m, NOW + 5 * HOUR);
    expect(rebootsTold(m).map((told) => told.split(" ")[0])).toEqual(["Needed", "Ordered", "Ordered", "GaveUp"]);
  });
});

describe("after the reboot", () => {
  it("RBT-09 the agent resumes, verifies, and ends", () => {
    const m = machine(automatic());
    until(m, NOW + HOUR);
    expect(statusesTold(m)).toEqual([...pending, ...resumed]);
  });

  it("RBT-12 a patch is pending until then, and what the reboot undid has failed", () => {
    const good = machine(automatic());
    until(good, NOW + HOUR);
    expect(outcomesOf(good)).toEqual(["Installed", "InstalledPendingReboot", "Installed"]);
    const bad = machine(automatic(), { faults: { a: "undone-at-reboot" } });
    until(bad, NOW + HOUR);
    expect(outcomesOf(bad)).toEqual(["Installed", "InstalledPendingReboot", "Failed"]);
    expect(statusesTold(bad).at(-1)).toBe("CompletedWithFailure");
    expect(standing(bad)).toMatchObject({ a: "1-1" });
  });

  it("RBT-12 a rollback is verified alike", () => {
    const m = Machine.make({
      packages: packages.map((p) => ({ ...p, evr: "2-1" })),
      os: { rebootsFor: ["a"] },
    });
    m.plane.order([patch("a", "1-1")], { kind: "rollback", reboot: automatic() });
    until(m, NOW + HOUR);
    expect(outcomesOf(m).at(-1)).toBe("Removed");
    expect(m.status()).toBe("Completed");
  });

  it("I22 it reboots once in a phase: what still asks for one afterwards is another run's", () => {
    const installer = (simulated: InstallerShape): InstallerShape => ({
      ...simulated,
      rebootNeed: () => Effect.succeed({ _tag: "Needed", reasons: ["stuck"] }),
    });
    const m = machine(automatic(), { installer });
    until(m, NOW + 2 * DAY);
    expect(rebootsDone(m)).toHaveLength(1);
    expect(m.status()).toBe("Completed");
  });
});

describe("asking a user", () => {
  it("RBT-14 asks for the answer every few seconds without a word to the platform", () => {
    const m = machine(request(), { os: { user: { there: always } } });
    m.cycle();
    const heard = m.plane.heard.length;
    const end = m.cycle();
    expect(end).toMatchObject({ _tag: "Ended", report: { nextAt: NOW + RebootStep.ANSWER_POLL_MS } });
    until(m, NOW + 2 * MINUTE);
    expect(m.plane.heard.length).toBe(heard);
  });
});
