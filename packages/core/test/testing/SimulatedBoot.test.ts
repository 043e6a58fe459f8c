import type { Notice } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import { describe, expect, it } from "vitest";
import { SimulatedOs } from "../../src/testing/index.ts";
import * as Running from "../../src/testing/scenarios/Running.ts";

const START = 1_000_000;
const MINUTE = 60_000;
const kernel = { name: "kernel", arch: "noarch", evr: "1-1" };
const patch = { patchId: "KERNEL", advisory: null, packages: [{ ...kernel, evr: "2-1" }] };

const machine = (change: Partial<SimulatedOs.SimulatedOsOptions> = {}) => {
  const clock = { now: START };
  const os = SimulatedOs.make({
    facts: { name: "m", platform: "Linux", osFamily: "Sim", osName: "Sim 9", arch: "noarch", timeZone: "Etc/UTC" },
    bootId: "00000000-0000-4000-a000-0000000000ff",
    packages: [kernel],
    faults: {},
    rebootsFor: ["kernel"],
    now: () => clock.now,
    ...change,
  });
  return { clock, os };
};
const need = (os: SimulatedOs.SimulatedOs) => Effect.runSync(os.installer.rebootNeed?.([patch]) ?? Effect.die("none"));
const bootId = (os: SimulatedOs.SimulatedOs) => Effect.runSync(os.host.bootId());
const order = (os: SimulatedOs.SimulatedOs) =>
  Effect.runSyncExit(os.host.reboot?.({ reason: "patches" }) ?? Effect.die("none"));
const install = (os: SimulatedOs.SimulatedOs) => Effect.runSync(os.installer.install(patch));
const standing = (os: SimulatedOs.SimulatedOs) => os.installed().get("kernel.noarch");

describe("a simulated machine that boots", () => {
  it("needs a boot from the installation on to the boot, whoever it is by, and has another boot id then", () => {
    const { os } = machine();
    expect(need(os)).toEqual({ _tag: "NotNeeded" });
    install(os);
    expect(need(os)).toEqual({ _tag: "Needed", reasons: ["kernel.noarch"] });
    const former = bootId(os);
    os.rebootByHand();
    expect(need(os)).toEqual({ _tag: "NotNeeded" });
    expect(bootId(os)).not.toBe(former);
    expect(os.truth.at(-1)).toMatchObject({ _tag: "Reboot", by: "hand", bootId: bootId(os) });
  });

  it("needs none any more once somebody brought back by hand what runs there still", () => {
    const { os } = machine();
    install(os);
    os.installByHand("kernel", "noarch", "3-1");
    expect(need(os)).toEqual({ _tag: "Needed", reasons: ["kernel.noarch"] });
    os.installByHand("kernel", "noarch", "1-1");
    expect(need(os)).toEqual({ _tag: "NotNeeded" });
  });

  it("takes its agent down with it, and stays down as long as a boot takes", () => {
    const { os } = machine({ bootMs: 2 * MINUTE });
    expect(Exit.isFailure(order(os))).toBe(true);
    expect(os.truth).toMatchObject([{ _tag: "Reboot", by: "agent", reason: "patches" }]);
    expect(os.downUntil()).toBe(START + 2 * MINUTE);
  });

  it("ignores an order, refuses one, or can't tell what it needs, where it is told to", () => {
    const ignoring = machine({ rebootFault: () => "ignored" }).os;
    expect(Exit.isSuccess(order(ignoring))).toBe(true);
    expect(ignoring.truth).toEqual([]);
    const refusing = machine({ rebootFault: () => "refused" }).os;
    expect(Exit.isFailure(order(refusing))).toBe(true);
    expect(refusing.truth).toEqual([]);
    expect(() => need(machine({ probeFails: () => true }).os)).toThrow("no probe");
  });

  it("takes back at its boot what a fault has undone by it", () => {
    const { os } = machine({ faults: { kernel: "undone-at-reboot" } });
    install(os);
    expect(standing(os)).toEqual(["2-1"]);
    os.rebootByHand();
    expect(standing(os)).toEqual(["1-1"]);
  });

  it("allows no reboot in its own hours", () => {
    const { os } = machine({ noReboot: [{ from: START, until: START + MINUTE }] });
    const held = (at: number) => Effect.runSync(os.host.noRebootUntil?.(at) ?? Effect.die("none"));
    expect([held(START - 1), held(START), held(START + MINUTE)]).toEqual([null, START + MINUTE, null]);
  });
});

describe("an installation that takes time", () => {
  const slow = (change: Partial<SimulatedOs.SimulatedOsOptions> = {}) => {
    const { clock, os } = machine({ installMs: () => 30 * MINUTE, ...change });
    const running = Running.start(os.installer.install(patch));
    const passes = (minutes: number): void => {
      clock.now += minutes * MINUTE;
      os.goOn();
      running.goOn();
    };
    return { os, running, passes };
  };
  const done = (os: SimulatedOs.SimulatedOs) => os.truth.map((t) => t._tag);

  it("is under way until the clock has come so far, and then done at once", () => {
    const { os, running, passes } = slow();
    expect([os.worksUntil(), running.exit(), standing(os)]).toEqual([START + 30 * MINUTE, null, ["1-1"]]);
    passes(29);
    expect([running.exit(), done(os)]).toEqual([null, ["Begin"]]);
    passes(1);
    expect(running.exit()).toMatchObject({ _tag: "Success", value: { exitCode: 0 } });
    expect([standing(os), done(os)]).toEqual([["2-1"], ["Begin", "Effect"]]);
  });

  it("is cut off by a boot, early with nothing done, later half way; nobody waits for it any more", () => {
    for (const [minutes, left] of [[9, ["1-1"]] as const, [11, ["1-1", "2-1"]] as const]) {
      const { os, running, passes } = slow();
      passes(minutes);
      os.rebootByHand();
      passes(30);
      expect([running.exit(), standing(os)]).toEqual([null, left]);
    }
  });

  it("takes its agent down with it half way, when it is struck there", () => {
    const { os, running, passes } = slow({ strike: () => "half-way" });
    passes(14);
    expect(running.exit()).toBeNull();
    passes(1);
    expect(running.exit()).toMatchObject({ _tag: "Failure" });
    expect(standing(os)).toEqual(["1-1", "2-1"]);
  });
});

describe("a simulated user", () => {
  const prompt: Notice = { _tag: "Prompt", runId: "r", number: 1, deferralsLeft: 2, until: START + 60 * MINUTE };
  const countdown: Notice = { _tag: "Countdown", runId: "r", until: START + 5 * MINUTE };
  const there = [{ from: START, until: START + 100 * MINUTE }];
  const answer = (os: SimulatedOs.SimulatedOs, notice: Notice) => Effect.runSync(os.prompt.answer(notice));

  it("sees a notice once, and answers it at times of their own or by habit", () => {
    const { clock, os } = machine({ user: { there, habit: { afterMs: MINUTE, answer: "defer" } } });
    Effect.runSync(os.prompt.show(prompt));
    Effect.runSync(os.prompt.show(prompt));
    expect(os.truth).toEqual([{ _tag: "Shown", at: START, notice: prompt }]);
    expect(answer(os, prompt)).toBeNull();
    clock.now += MINUTE;
    expect(answer(os, prompt)).toBe("defer");
    const other = machine({ user: { there, says: [{ at: START + MINUTE, answer: "reboot-now" }] } });
    Effect.runSync(other.os.prompt.show(prompt));
    expect(answer(other.os, prompt)).toBeNull();
    other.clock.now += MINUTE;
    expect(answer(other.os, prompt)).toBe("reboot-now");
  });

  it("can't defer a countdown, nor answer when gone, nor see anything out of reach", () => {
    const { clock, os } = machine({ user: { there, habit: { afterMs: MINUTE, answer: "defer" } } });
    Effect.runSync(os.prompt.show(countdown));
    clock.now += 2 * MINUTE;
    expect(answer(os, countdown)).toBeNull();
    const gone = machine({
      user: { there: [{ from: START, until: START + 1 }], habit: { afterMs: MINUTE, answer: "reboot-now" } },
    });
    Effect.runSync(gone.os.prompt.show(prompt));
    gone.clock.now += MINUTE;
    expect([Effect.runSync(gone.os.prompt.isAnyoneThere()), answer(gone.os, prompt)]).toEqual([false, null]);
    const blind = machine({ user: { there, isOutOfReach: true } }).os;
    expect(() => Effect.runSync(blind.prompt.show(prompt))).toThrow("no screen answers");
  });
});
