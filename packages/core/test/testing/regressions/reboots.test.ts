/** What peers got wrong about reboots. */
import type { HostShape, InstallerShape } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import { always, asset, bug, forgets, job, KERNEL, list, once, play, playWith, scenario } from "./Regression.ts";

const needs = { rebootsFor: ["kernel"] };
const kernel = { patches: list(KERNEL) };
const automatic = { ...kernel, reboot: { _tag: "Automatic", countdownMinutes: 15 } } as const;
/** Three hours after the start, by each machine's own clock. */
const atThree = { schedule: once("2026-06-01T03:00") };

const says = (
  need: { readonly _tag: "Needed"; readonly reasons: readonly string[] } | { readonly _tag: "NotNeeded" },
) => ({
  installer: (installer: InstallerShape): InstallerShape => ({ ...installer, rebootNeed: () => Effect.succeed(need) }),
});

/** A bug: a machine that is always in the boot in which its need was found. */
const sameBoot = {
  ...says({ _tag: "Needed", reasons: ["kernel"] }),
  host: (host: HostShape): HostShape => ({
    ...host,
    bootId: () => Effect.succeed("00000000-0000-4000-8000-000000000000"),
  }),
};

describe("a reboot that nobody wanted", () => {
  it("RBT-01 kured #976: a probe for reboots that fails is unknown, and reboots nothing", () => {
    const told = scenario({ assets: [asset("web", needs)], jobs: [job("patch", automatic)], faults: { probe: 1 } });
    const seen = play(told);
    expect(seen.reboots("web")).toEqual([]);
    expect(seen.status("patch", "web")).toBe("Completed");
    expect(seen.assetRun("patch", "web")?.state.reboot).toMatchObject({ need: "unknown" });
    expect(playWith(says({ _tag: "Needed", reasons: ["no answer"] }), told).reboots("web")).toHaveLength(1);
  });

  it("kured #179: outside of the hours that a machine allows it waits, however long", () => {
    const told = scenario({
      assets: [asset("web", { ...needs, noReboot: [{ from: 60, to: 600 }] })],
      jobs: [job("patch", { ...automatic, ...atThree })],
    });
    const [only, ...others] = play(told).reboots("web");
    expect(others).toEqual([]);
    expect(only?.minute).toBeGreaterThanOrEqual(600);
    const anyHour = { host: (host: object) => ({ ...host, noRebootUntil: () => Effect.succeed(null) }) as never };
    expect(playWith(anyHour, told).reboots("web")[0]?.minute).toBeLessThan(600);
  });

  it("RBT-02 kured #563: a machine that needs one isn't rebooted for that alone: no job said so", () => {
    const told = scenario({ assets: [asset("web", needs)], jobs: [job("patch", kernel)], days: 1 });
    const seen = play(told);
    expect(seen.status("patch", "web")).toBe("PendingReboot");
    expect(seen.reboots("web")).toEqual([]);
    const eager = playWith(bug("the machine reboots after each patch that needs it"), told);
    expect(eager.reboots("web")).toHaveLength(1);
  });

  it("ansible/ansible #73536: an update that every reboot takes back reboots no machine again and again", () => {
    const told = scenario({
      assets: [asset("web", { ...needs, faults: { kernel: "undone-at-reboot" } })],
      jobs: [60, 120, 180, 240, 300].map((at) => job(`at ${at}`, { ...automatic, at })),
    });
    const seen = play(told);
    expect(seen.reboots("web").map((r) => r.by)).toEqual(["agent", "agent", "agent"]);
    expect(seen.assetRun("at 60", "web")?.state).toMatchObject({
      status: "CompletedWithFailure",
      results: { [KERNEL]: { outcome: "Failed" } },
    });
    // The fourth waits, and says so; what comes after it waits for that.
    expect(seen.status("at 240", "web")).toBe("PendingReboot");
    expect(seen.assetRun("at 240", "web")?.state.reboot?.last).toMatchObject({ _tag: "HeldBack", because: "too-many" });
    expect(seen.status("at 300", "web")).toBe("Pending");
    // By a journal that forgets what was ordered it goes on.
    expect(playWith(forgets("Ordered"), told).reboots("web").length).toBeGreaterThan(3);
  });
});

describe("a reboot that was needed", () => {
  it("RBT-05 osconfig #755: one before the patches doesn't count for the one that they need", () => {
    const told = scenario({
      assets: [asset("web", needs)],
      jobs: [job("patch", { ...automatic, ...atThree })],
      edits: [{ _tag: "Reboot", at: 175, asset: "web" }],
    });
    const seen = play(told);
    expect(seen.deeds("web")).toEqual(["reboot hand", "begin", "effect", "reboot agent"]);
    expect(seen.status("patch", "web")).toBe("Completed");
    expect(playWith(says({ _tag: "NotNeeded" }), told).reboots("web")).toHaveLength(1);
  });

  it("RBT-12 Uyuni #5084: a need that the patches bring is seen as soon as they are there", () => {
    const told = scenario({ assets: [asset("web", needs), asset("db")], jobs: [job("patch", kernel)] });
    const seen = play(told);
    expect(seen.assetRun("patch", "web")?.state).toMatchObject({
      status: "PendingReboot",
      reboot: { need: "needed" },
      results: { [KERNEL]: { outcome: "InstalledPendingReboot" } },
    });
    // A machine that can't tell of any is not taken for one that needs it.
    expect(seen.status("patch", "db")).toBe("Completed");
    expect(playWith(says({ _tag: "NotNeeded" }), told).status("patch", "web")).toBe("Completed");
  });

  it("RBT-02 RBT-05 Uyuni #10038: once it was rebooted by whomever, a machine needs it no more", () => {
    const told = scenario({
      assets: [asset("web", needs)],
      jobs: [job("patch", kernel), job("next", { at: 240 })],
      edits: [{ _tag: "Reboot", at: 420, asset: "web" }],
    });
    const seen = play(told);
    expect(seen.statuses("patch", "web")).toEqual(
      expect.arrayContaining(["PendingReboot", "Rebooted", "JobResumed", "Completed"]),
    );
    expect(seen.assetRun("patch", "web")?.state.reboot).toMatchObject({ need: "not-needed" });
    expect(seen.status("next", "web")).toBe("Completed");
    expect(seen.begins("web")[1]?.minute).toBeGreaterThan(420);
    expect(playWith(sameBoot, told).status("patch", "web")).toBe("PendingReboot");
  });

  it("RBT-09 CMP-02 osconfig #994: what a shutdown kept from being told makes no failure", () => {
    const told = scenario({
      assets: [asset("web", { ...needs, offline: [{ from: 170, to: 420 }] })],
      jobs: [job("patch", { ...automatic, ...atThree, window: { minutes: 60, bound: "complete" } })],
    });
    const seen = play(told);
    expect(seen.reboots("web")).toEqual([{ minute: expect.closeTo(180, 0), by: "agent" }]);
    // Presumed, as nothing was heard; and put right.
    expect(seen.statuses("patch", "web")).toContain("TimedOut");
    expect(seen.status("patch", "web")).toBe("Completed");
    let snapshots = 0;
    const mute = {
      swallows: ({ path }: { readonly path: string }) => {
        if (path === "/v0/snapshots") snapshots += 1;
        return path === "/v0/facts" || snapshots > 1;
      },
    };
    expect(playWith(mute, told).status("patch", "web")).toBe("TimedOut");
  });
});

describe("a user before a reboot", () => {
  const there = { ...needs, user: { there: always } };

  it("RBT-11 Breeze #3197: is warned, though the delay is shorter than the time between two check-ins", () => {
    for (const countdownMinutes of [5, null]) {
      const told = scenario({
        assets: [asset("desk", there)],
        jobs: [job("patch", { ...kernel, ...atThree, reboot: { _tag: "Automatic", countdownMinutes } })],
        statusSeconds: 2_700,
      });
      const seen = play(told);
      const [warning] = seen.shown("desk");
      expect(warning).toMatchObject({ what: "Countdown" });
      const [reboot] = seen.reboots("desk");
      expect((reboot?.minute ?? 0) - (warning?.minute ?? 0)).toBeGreaterThanOrEqual(countdownMinutes ?? 1);
      expect(seen.status("patch", "desk")).toBe("Completed");
      expect(playWith(bug("who sits there is not seen"), told).shown("desk")).toEqual([]);
    }
  });

  it("RBT-03 RBT-04 super #250: defers so often and no more, whatever crashes between", () => {
    const defers = { there: always, habit: { afterMs: 600_000, answer: "defer" as const } };
    const told = scenario({
      assets: [asset("desk", { ...needs, user: defers })],
      jobs: [
        job("patch", {
          ...kernel,
          ...atThree,
          reboot: {
            _tag: "Request",
            deferrals: { count: 3, minutes: 30 },
            countdownMinutes: 15,
            whenNobody: "countdown",
          },
        }),
      ],
      faults: { agentCrash: 0.05 },
    });
    const seen = play(told);
    const prompts = seen.shown("desk").filter((s) => s.what === "Prompt");
    expect(prompts).toHaveLength(3);
    const [reboot, ...others] = seen.reboots("desk");
    expect(others).toEqual([]);
    // Three times half an hour and the countdown, and what crashes cost.
    expect(reboot?.minute).toBeLessThan(180 + 3 * 30 + 15 + 30);
    // By a journal that forgets what was shown, whoever defers is asked anew after each crash.
    const later = playWith(forgets("Prompted"), told).reboots("desk")[0]?.minute ?? Number.NaN;
    expect(later).not.toBeLessThanOrEqual(reboot?.minute ?? Number.NaN);
  });
});
