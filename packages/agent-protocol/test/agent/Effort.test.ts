import { describe, expect, it } from "vitest";
import type { InstallerShape } from "../../src/agent/index.ts";
import { ConfigurationSettings, Documents, Dsse } from "../../src/index.ts";
import * as Samples from "../Samples.ts";
import { HOUR, NOW, tenantKeys } from "../Samples.ts";
import * as Machine from "./Machine.ts";
import { outcomesTold, packages, patch, patches } from "./Orders.ts";

type Settings = Partial<ConfigurationSettings.ConfigurationSettings>;
const { unsaid } = ConfigurationSettings;
const low: Settings = { cpuLimitPercent: 10, cpuThrottleMilliseconds: 20 };
const allowed: Settings = { ...low, mayExceedCpuLimitInWindow: true };
const inWindow = { validity: "window", bound: "complete", notAfter: NOW + HOUR } as const;

const tell = (machine: Machine.Machine, settings: Settings): void => {
  const document = { ...Samples.configuration, settings: { ...unsaid, ...settings }, modules: ["AI", "PM"] };
  const digest = machine.plane.keep(Dsse.seal(Dsse.payloadTypes.configuration, document, tenantKeys));
  machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, configuration: digest } : reply));
};

/** A machine whose installer notes what it is told: `install A 10`, `repair 100`. */
const listening = (settings: Settings | null, options: Partial<Machine.MachineOptions> = {}) => {
  const told: string[] = [];
  const note = (call: string, effort: Parameters<InstallerShape["repair"]>[0]): void => {
    told.push(`${call} ${effort?.cpuLimitPercent}`);
  };
  const installer = (simulated: InstallerShape): InstallerShape => ({
    ...simulated,
    prefetch: (p, effort) => {
      note(`prefetch ${p.patchId}`, effort);
      return simulated.prefetch(p, effort);
    },
    install: (p, effort) => {
      note(`install ${p.patchId}`, effort);
      return simulated.install(p, effort);
    },
    rollback: (p, effort) => {
      note(`rollback ${p.patchId}`, effort);
      return simulated.rollback(p, effort);
    },
    repair: (effort) => {
      note("repair", effort);
      return simulated.repair(effort);
    },
  });
  const machine = Machine.make({ packages, ...options, installer });
  if (settings !== null) tell(machine, settings);
  return { machine, told };
};

describe("the effort that an installer is told", () => {
  it.each([
    ["complete-bound, allowed", allowed, inWindow, 100],
    ["complete-bound, not allowed", low, inWindow, 10],
    ["start-bound, allowed", allowed, { ...inWindow, bound: "start" }, 10],
    ["without a window, allowed", allowed, { validity: "lease", bound: "start" }, 10],
  ] as const)("WIN-08 CFG-02: is the limit that holds for the run: %s", (_, settings, order, limit) => {
    const { machine, told } = listening(settings);
    machine.plane.order([patch("a")], order);
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "Installed" });
    expect(told).toEqual([`prefetch A ${limit}`, `install A ${limit}`]);
  });

  it("CFG-02: is none where the platform tells no settings", () => {
    const { machine, told } = listening(null);
    machine.plane.order([patch("a")]);
    machine.finish();
    expect(told).toEqual(["prefetch A 100", "install A 100"]);
  });

  it("WIN-08: is told for rollbacks too", () => {
    const { machine, told } = listening(allowed);
    machine.plane.order([patch("a", "0-1")], { ...inWindow, kind: "rollback" });
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "Removed" });
    expect(told).toEqual(["prefetch A 100", "rollback A 100"]);
  });

  it("WIN-08: is the limit again for what is mended after the window's end", () => {
    const { machine, told } = listening(allowed, { strike: () => "half-way" });
    machine.plane.order([patch("a")], inWindow);
    expect(machine.cycle()).toMatchObject({ _tag: "Died" });
    machine.clock.now = NOW + HOUR;
    machine.finish();
    expect(told).toEqual(["prefetch A 100", "install A 100", "repair 10"]);
  });

  it("CFG-02: follows the configuration from step to step, also of a run that has begun", () => {
    let left = 2;
    const { machine, told } = listening(low, { strike: () => (left-- === 1 ? "busy" : null) });
    machine.plane.order(patches, { ...inWindow, notAfter: NOW + 10 * HOUR });
    machine.cycle();
    expect(told.slice(-2)).toEqual(["install A 10", "install B 10"]);
    tell(machine, allowed);
    machine.clock.now += 5_000;
    machine.finish();
    expect(told.slice(-2)).toEqual(["install B 100", "install C 100"]);
  });
});

describe("the allowance on the wire", () => {
  const reads = (settings: object): boolean =>
    Documents.Configuration.safeParse({ ...Samples.configuration, settings }).success;

  it("WIN-08: is told where it holds, and has one way not to hold", () => {
    expect(reads({ ...unsaid, mayExceedCpuLimitInWindow: true })).toBe(true);
    expect(reads(unsaid)).toBe(true);
    expect(reads({ ...unsaid, mayExceedCpuLimitInWindow: false })).toBe(false);
  });
});
