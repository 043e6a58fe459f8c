import { describe, expect, it } from "vitest";
import * as AgentState from "../../src/agent/AgentState.ts";
import * as ConfiguredConduct from "../../src/agent/ConfiguredConduct.ts";
import type { JournalRecord } from "../../src/agent/index.ts";
import * as NextContact from "../../src/agent/NextContact.ts";
import { ConfigurationSettings, type Documents, Dsse } from "../../src/index.ts";
import * as Samples from "../Samples.ts";
import { HOUR, manifest, NOW, tenantKeys } from "../Samples.ts";
import * as Machine from "./Machine.ts";
import { outcomesTold, packages, patches, statusesTold, truthOf } from "./Orders.ts";

type Settings = Partial<ConfigurationSettings.ConfigurationSettings>;
const MINUTE = 60_000;
const DAY = 24 * HOUR;
const { unsaid } = ConfigurationSettings;

/** {@link NOW} is a Tuesday, at noon. */
const blackout = (fromMinute: number, toMinute: number) => ({ weekdays: [2 as const], fromMinute, toMinute });
const noon = 12 * 60;

const configuration = (
  settings: Settings,
  modules: Documents.Configuration["modules"] = ["AI", "PM"],
): Documents.Configuration => ({ ...Samples.configuration, settings: { ...unsaid, ...settings }, modules });

/** From the next check-in on, the agent is to hold this. */
const tell = (machine: Machine.Machine, document: Documents.Configuration): void => {
  const digest = machine.plane.keep(Dsse.seal(Dsse.payloadTypes.configuration, document, tenantKeys));
  machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, configuration: digest } : reply));
};
const configured = (
  settings: Settings,
  modules?: Documents.Configuration["modules"],
  options: Partial<Machine.MachineOptions> = {},
): Machine.Machine => {
  const machine = Machine.make({ packages, ...options });
  tell(machine, configuration(settings, modules));
  return machine;
};
const nextAt = (machine: Machine.Machine): number => {
  const end = machine.cycle();
  if (end._tag !== "Ended") throw new Error(end.at);
  expect(end.report.failures).toEqual([]);
  return end.report.nextAt;
};
/** When the machine comes back after a blackout. */
const backAfter = (end: number): number => NextContact.afterBlackout(Samples.agentId, end, 900_000);
const routes = (machine: Machine.Machine): readonly string[] => machine.plane.heard.map((h) => h.route);
const snapshots = (machine: Machine.Machine): number => routes(machine).filter((r) => r === "snapshot").length;
const holding = (document: Documents.Configuration, over: Partial<AgentState.AgentState> = {}) => ({
  ...AgentState.empty,
  configuration: { digest: Samples.digest(1), value: document },
  ...over,
});

describe("a blackout", () => {
  it("WIN-05: is silence: nothing is sent from its beginning to its end", () => {
    const machine = configured({ blackouts: [blackout(noon + 10, noon + 70)] });
    const back = backAfter(NOW + 70 * MINUTE);
    // The next slot would lie inside it.
    machine.clock.now = NOW + 9 * MINUTE;
    expect(nextAt(machine)).toBe(back);
    const heard = routes(machine).length;
    machine.clock.now = NOW + 10 * MINUTE;
    expect(nextAt(machine)).toBe(back);
    machine.clock.now = NOW + 70 * MINUTE - 1;
    nextAt(machine);
    expect(routes(machine)).toHaveLength(heard);
    machine.clock.now = NOW + 70 * MINUTE;
    nextAt(machine);
    expect(routes(machine).length).toBeGreaterThan(heard);
  });

  it("WIN-05: lets no job start; one that is due starts when it ends, if its window allows", () => {
    const machine = configured({ blackouts: [blackout(noon + 30, noon + 120)] });
    machine.plane.order(patches, { bound: "start", notBefore: NOW + 40 * MINUTE, notAfter: NOW + 3 * HOUR });
    machine.cycle();
    machine.clock.now = NOW + 40 * MINUTE;
    expect(nextAt(machine)).toBe(NOW + 2 * HOUR);
    expect(machine.status()).toBe("Pending");
    expect(truthOf(machine)).toEqual([]);
    machine.clock.now = NOW + 2 * HOUR;
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Installed", C: "Installed" });
  });

  it("WIN-05: that lasts until the window is over cancels the job there, and that is told after it", () => {
    const machine = configured({ blackouts: [blackout(noon + 30, noon + 120)] });
    machine.plane.order(patches, { bound: "start", notBefore: NOW + 40 * MINUTE, notAfter: NOW + 2 * HOUR });
    expect(nextAt(machine)).toBe(Machine.slotAfter(NOW));
    machine.clock.now = NOW + 40 * MINUTE;
    machine.cycle();
    expect(machine.status()).toBe("CanceledBlackout");
    expect(statusesTold(machine)).toEqual([]);
    machine.clock.now = NOW + 2 * HOUR;
    machine.finish();
    expect(statusesTold(machine)).toEqual(["CanceledBlackout"]);
    expect(truthOf(machine)).toEqual([]);
  });

  it("WIN-05: comes to its decision in time, though the agent has nothing to say meanwhile", () => {
    const machine = configured({ blackouts: [blackout(noon + 1, noon + 120)] });
    machine.plane.order(patches, { bound: "start", notBefore: NOW + 40 * MINUTE, notAfter: NOW + 2 * HOUR });
    expect(nextAt(machine)).toBe(NOW + 40 * MINUTE);
  });

  it("WIN-05: lets a run that was begun be finished, and hears of it afterwards", () => {
    // Each installation takes ten minutes.
    const machine: Machine.Machine = configured({ blackouts: [blackout(noon + 5, noon + 60)] }, ["PM"], {
      installer: (simulated) => ({
        ...simulated,
        install: (patch) => {
          machine.clock.now += 10 * MINUTE;
          return simulated.install(patch);
        },
      }),
    });
    machine.plane.order(patches, { bound: "start" });
    machine.cycle();
    expect(machine.status()).toBe("Completed");
    expect(statusesTold(machine)).not.toContain("Completed");
    machine.clock.now = NOW + HOUR;
    machine.finish();
    expect(statusesTold(machine)).toEqual(["Downloaded", "JobStarted", "Patching", "Completed"]);
  });

  it("WIN-05: goes by the asset's own clock; in a zone that isn't known here, by UTC", () => {
    const state = holding(configuration({ blackouts: [blackout(noon, noon + 60)] }));
    expect(ConfiguredConduct.silentUntil(state, "Etc/UTC", NOW)).toBe(NOW + HOUR);
    expect(ConfiguredConduct.silentUntil(state, "Mars/Olympus", NOW)).toBe(NOW + HOUR);
    expect(ConfiguredConduct.silentUntil(state, "Asia/Tokyo", NOW)).toBeNull();
    expect(ConfiguredConduct.silentUntil(state, "Asia/Tokyo", NOW - 9 * HOUR)).toBe(NOW - 8 * HOUR);
  });

  it("WIN-05: a whole week of it isn't obeyed, or the agent would never hear of its end", () => {
    const all = { weekdays: [1, 2, 3, 4, 5, 6, 7] as [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 1_440 };
    const state = holding(configuration({ blackouts: [all] }));
    expect(ConfiguredConduct.silentUntil(state, "Etc/UTC", NOW)).toBeNull();
  });
});

describe("the patch module", () => {
  it.each<[string, Settings, Documents.Configuration["modules"]]>([
    ["turned off in the profile", { isPmEnabled: false }, ["AI", "PM"]],
    ["not active on the agent", {}, ["AI", "VM"]],
  ])("CFG-09: %s starts no run, and holds it until it may", (_, settings, modules) => {
    const machine = configured(settings, modules);
    machine.plane.order(patches, { bound: "start", validity: "lease" });
    expect(nextAt(machine)).toBe(Machine.slotAfter(NOW));
    expect(machine.status()).toBe("Pending");
    tell(machine, configuration({}));
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Installed", C: "Installed" });
  });

  it("CFG-09: that doesn't act lets a window pass as every other agent does", () => {
    const machine = configured({ isPmEnabled: false });
    machine.plane.order(patches, { bound: "start" });
    machine.cycle();
    machine.clock.now = manifest.notAfter;
    machine.cycle();
    expect(statusesTold(machine)).toEqual(["TimedOut"]);
  });

  it("CFG-09: acts where the platform tells neither settings nor modules", () => {
    const machine = Machine.make({ packages });
    tell(machine, Samples.configuration);
    machine.plane.order(patches);
    machine.finish();
    expect(outcomesTold(machine)).toMatchObject({ A: "Installed" });
  });
});

describe("scans", () => {
  it("CFG-03: go on for patch assessment while the collection is suspended; without the patch module they stop", () => {
    const going = configured({ isCollectionSuspended: true });
    going.cycle();
    expect(snapshots(going)).toBe(1);
    const stopped = configured({ isCollectionSuspended: true, isPmEnabled: false });
    stopped.cycle();
    stopped.clock.now = NOW + DAY;
    stopped.cycle();
    expect(snapshots(stopped)).toBe(0);
    // Still there, and taking configuration.
    tell(stopped, configuration({}));
    stopped.cycle();
    expect(snapshots(stopped)).toBe(1);
  });

  it("CFG-04: are counted from the end of the former one, transfer and processing included", () => {
    const taken: number[] = [];
    const machine: Machine.Machine = configured({}, ["PM"], {
      network: (request, deliver) => {
        if (request.path !== "/v0/snapshots") return deliver(request);
        taken.push(machine.clock.now);
        const reply = deliver(request);
        machine.clock.now += 20 * MINUTE;
        return reply;
      },
    });
    machine.cycle();
    const interval = Samples.configuration.scanIntervalSeconds * 1_000;
    const due = (at: number) => ConfiguredConduct.isScanDue(machine.state(), at, false);
    expect(taken).toEqual([NOW]);
    expect(due(NOW + interval)).toBe(false);
    expect(due(NOW + 20 * MINUTE + interval - 1)).toBe(false);
    expect(due(NOW + 20 * MINUTE + interval)).toBe(true);
  });

  it("PRO-02: go by the assessment profile as long as patches are assessed, and by the other interval when they aren't", () => {
    const due = (modules: ("AI" | "PM")[], seconds: number | null) => {
      const machine = configured({}, modules);
      machine.cycle();
      const state = machine.state();
      const { snapshot, configuration } = state;
      if (snapshot === null || configuration === null) throw new Error("not set up");
      const value = { ...configuration.value, ...(seconds === null ? {} : { assessmentIntervalSeconds: seconds }) };
      const told = { ...state, configuration: { ...configuration, value } };
      return (after: number) => ConfiguredConduct.isScanDue(told, snapshot.endedAt + after * 1_000, false);
    };
    const other = Samples.configuration.scanIntervalSeconds;
    for (const seconds of [other * 6, other / 2]) {
      const assessed = due(["AI", "PM"], seconds);
      expect([assessed(seconds - 1), assessed(seconds)]).toEqual([false, true]);
      const inventoried = due(["AI"], seconds);
      expect([inventoried(other - 1), inventoried(other)]).toEqual([false, true]);
    }
    expect([due(["AI", "PM"], null)(other - 1), due(["AI", "PM"], null)(other)]).toEqual([false, true]);
  });

  it("CFG-05: start the delay and a random part of the spread after a first start, whoever asks for one", () => {
    const machine = configured({ scanDelayMinutes: 10, scanRandomizeMinutes: 4 });
    // Chance is always in the middle here: the third of the minutes 1 to 4.
    const due = NOW + 13 * MINUTE;
    expect(nextAt(machine)).toBe(due);
    expect(snapshots(machine)).toBe(0);
    machine.clock.now = due - 1;
    machine.cycle();
    expect(snapshots(machine)).toBe(0);
    machine.clock.now = due;
    machine.cycle();
    expect(snapshots(machine)).toBe(1);
  });

  it("AGT-04: that never get through are tried again at contacts that lie apart, and not at once for ever", () => {
    const machine = configured({}, undefined, {
      network: (request, deliver) => (request.path === "/v0/snapshots" ? null : deliver(request)),
    });
    const end = NOW + 6 * HOUR;
    let cycles = 0;
    for (; machine.clock.now < end && cycles < 1_000; cycles += 1) {
      const cycle = machine.cycle();
      if (cycle._tag !== "Ended") throw new Error(cycle.at);
      expect(cycle.report.nextAt).toBeGreaterThan(machine.clock.now);
      machine.clock.now = cycle.report.nextAt;
    }
    // A status interval apart or less, while the first tries come sooner.
    expect(cycles).toBeLessThan(6 * 4 + 8);
    expect(machine.state().snapshot).toBeNull();
  });

  it("CFG-05: are called for by a boot, another agent version, other modules and the end of a blackout, each once", () => {
    const calls = (records: readonly JournalRecord[]) => records.filter((r) => r._tag === "ScanCalled").length;
    const machine = configured({});
    machine.cycle();
    machine.cycle();
    expect(calls(machine.journal.dump())).toBe(1);
    tell(machine, configuration({}, ["AI", "PM", "VM"]));
    machine.cycle();
    machine.cycle();
    expect(calls(machine.journal.dump())).toBe(2);
    tell(machine, configuration({ blackouts: [blackout(noon + 1, noon + 60)] }, ["AI", "PM", "VM"]));
    const back = backAfter(NOW + HOUR);
    machine.cycle();
    machine.clock.now = NOW + 30 * MINUTE;
    expect(nextAt(machine)).toBe(back);
    expect(calls(machine.journal.dump())).toBe(3);
    expect(machine.state().scanAt).toBe(back);
  });

  it("CFG-05: are called for when the boot or the agent's version differs from the last one's", () => {
    const life = { bootId: Samples.uuid(0xc), agentVersion: "1.2.3" };
    const state = AgentState.fold([{ _tag: "ScanCalled", at: NOW, ...life }]);
    expect(ConfiguredConduct.isAnotherLife(AgentState.empty, life)).toBe(true);
    expect(ConfiguredConduct.isAnotherLife(state, life)).toBe(false);
    expect(ConfiguredConduct.isAnotherLife(state, { ...life, bootId: Samples.uuid(0xd) })).toBe(true);
    expect(ConfiguredConduct.isAnotherLife(state, { ...life, agentVersion: "1.2.4" })).toBe(true);
  });

  it("CMP-02: evidence of what a run did waits for no delay", () => {
    const state = holding(configuration({ scanDelayMinutes: 720, isCollectionSuspended: true }), {
      scanAt: NOW + DAY,
      lastSettledFact: 3,
      snapshot: { digest: Samples.digest(2), packages: null, takenAt: NOW, endedAt: NOW, afterFact: 2 },
    });
    expect(ConfiguredConduct.isScanDue(state, NOW, false)).toBe(true);
  });
});

describe("a journal of an older agent", () => {
  const snapshot = { digest: Samples.digest(2), packages: null, takenAt: NOW, afterFact: 0 };

  it("reads: a scan without an end ended when it was taken, and none waits", () => {
    const held = AgentState.fold([
      { _tag: "SnapshotHeld", digest: snapshot.digest, takenAt: NOW, afterFact: 0 },
    ] satisfies readonly JournalRecord[]);
    expect(held.snapshot?.endedAt).toBe(NOW);
    const { scanAt: _, scannedLife: __, ...rest } = AgentState.empty;
    const checkpoint = { _tag: "Checkpoint", state: { ...rest, snapshot } } as unknown as JournalRecord;
    expect(AgentState.fold([checkpoint])).toEqual({
      ...AgentState.empty,
      snapshot: { ...snapshot, endedAt: NOW },
    });
  });
});
