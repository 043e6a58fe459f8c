import { describe, expect, it } from "vitest";
import type { JobDraft } from "../src/domain/job/Job.ts";
import type * as Settings from "../src/domain/profile/Settings.ts";
import * as Random from "../src/testing/simulation/Random.ts";
import * as Simulation from "../src/testing/simulation/Simulation.ts";
import * as StoryInvariants from "../src/testing/simulation/StoryInvariants.ts";

const SEEDS = Math.ceil(4 * Number(process.env.FETTLE_RUNS ?? 1));
const FIRST_SEED = Number(process.env.FETTLE_SEED ?? 1);
const { manager } = Simulation;
const HOURS_8 = 480;
const none = { mode: "any", tags: [] } as const;

/** The fleet under one profile carries out the story's deployment and its rollback, both in this window, to their ends. */
const played = (seed: string, faults: Simulation.Faults, settings: Settings.Given, window: JobDraft["window"]) => {
  const sim = Simulation.make(seed, faults);
  const targets = { assets: [], include: { mode: "any", tags: ["fleet"] }, exclude: none } as const;
  sim.call(sim.fettle.configurationProfiles.save(manager, { id: "calm", name: "Calm", targets, settings }));
  sim.until("everyone is assessed", () => Simulation.everyoneAssessed(sim));
  const draft = (job: JobDraft): JobDraft => (window === undefined ? job : { ...job, window });
  Simulation.runJob(sim, draft(Simulation.deployment));
  Simulation.runJob(sim, draft(Simulation.rollback));
  return sim;
};

/** What installers were told: `install 10`, each once. */
const told = (sim: Simulation.Simulation): readonly string[] => {
  const begun = sim.agents.flatMap((a) => a.os.truth).flatMap((t) => (t._tag === "Begin" ? [t] : []));
  return [...new Set(begun.map((t) => `${t.action} ${t.cpuLimitPercent}`))].sort();
};

const low: Settings.Given = { preset: "LOW" };
const allowed: Settings.Given = { preset: "LOW", mayExceedCpuLimitInWindow: true };
const startBound = { minutes: HOURS_8, bound: "start" } as const;
const completeBound = { minutes: HOURS_8, bound: "complete" } as const;

describe("the CPU setting of a profile, from the platform to the installer", () => {
  it.each([
    ["complete-bound, allowed: not limited", allowed, completeBound, 100],
    ["complete-bound by Linux's own default, allowed: not limited", allowed, { minutes: HOURS_8 }, 100],
    ["complete-bound, not allowed: limited", low, completeBound, 10],
    ["start-bound, allowed: limited", allowed, startBound, 10],
    ["start-bound, not allowed: limited", low, startBound, 10],
    ["without a window, allowed: limited", allowed, undefined, 10],
  ] as const)("WIN-08: a run that is %s", (_, settings, window, limit) => {
    const sim = played("calm", Simulation.noFaults, settings, window);
    expect(told(sim)).toEqual([`install ${limit}`, `rollback ${limit}`]);
    expect(StoryInvariants.check(sim)).toEqual([]);
  });

  it("CFG-02 CFG-10: NORMAL, the preset of a profile that says none, is a fifth of a core, and HIGH none of it", () => {
    expect(told(played("calm", Simulation.noFaults, {}, startBound))).toEqual(["install 20", "rollback 20"]);
    const high = played("calm", Simulation.noFaults, { preset: "HIGH" }, startBound);
    expect(told(high)).toEqual(["install 100", "rollback 100"]);
  });

  it("WIN-08: whatever goes wrong, no installer is told more than its run may have, seed by seed", () => {
    const found: string[] = [];
    let begun = 0;
    for (let i = 0; i < SEEDS; i += 1) {
      const seed = String(FIRST_SEED + i);
      const random = Random.make(`${seed}/cpu`);
      const faults = Simulation.drawFaults(random);
      const [settings, window] = [random.chance(0.5) ? allowed : low, random.chance(0.5) ? completeBound : startBound];
      const limit = settings === allowed && window === completeBound ? 100 : 10;
      for (const said of told(played(seed, faults, settings, window))) {
        begun += 1;
        if (!said.endsWith(` ${limit}`)) found.push(`seed ${seed}: ${said} instead of ${limit}`);
      }
    }
    expect(found).toEqual([]);
    expect(begun).toBeGreaterThan(SEEDS / 2);
  });
});
