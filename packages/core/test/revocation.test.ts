import type { Calendar } from "@fettle/scheduler";
import { describe, expect, it } from "vitest";
import type { JobDraft } from "../src/domain/job/Job.ts";
import * as AssetRun from "../src/domain/run/AssetRun.ts";
import * as Random from "../src/testing/simulation/Random.ts";
import type * as SimulatedAgent from "../src/testing/simulation/SimulatedAgent.ts";
import * as Simulation from "../src/testing/simulation/Simulation.ts";
import * as StoryInvariants from "../src/testing/simulation/StoryInvariants.ts";

const SEEDS = Math.ceil(20 * Number(process.env.FETTLE_RUNS ?? 1));
const FIRST_SEED = Number(process.env.FETTLE_SEED ?? 1);
const HOUR_MS = 3_600_000;
const { manager } = Simulation;

/** The full hour that is at least `hours` after an instant. */
const hourAfter = (now: number, hours: number): number => (Math.ceil(now / HOUR_MS) + hours) * HOUR_MS;

/** Weekly from an instant on. */
const weekly = (from: number): JobDraft["schedule"] => {
  const at = new Date(from);
  const weekday = (((at.getUTCDay() + 6) % 7) + 1) as Calendar.Weekday;
  const start = { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), minute: 0, second: 0 };
  return {
    _tag: "Recurring",
    zone: { _tag: "Named", zone: "UTC" },
    rule: {
      pattern: { _tag: "Weekly", every: 1, weekdays: [weekday] },
      start: { ...start, hour: at.getUTCHours() },
      end: { _tag: "Never" },
      except: [],
    },
  };
};

/** How the run of an agent went, by its own journal: which records name it. */
const recordsOf = (agent: SimulatedAgent.SimulatedAgent, runId: string): readonly string[] =>
  agent.journal.dump().flatMap((r) => {
    if (r._tag === "ManifestHeld") return r.manifest.runId === runId ? [r._tag] : [];
    if (r._tag === "ManifestDropped") return r.runId === runId ? [r._tag] : [];
    if (r._tag !== "FactRecorded" || r.fact.body.runId !== runId) return [];
    return [r.fact.body._tag === "Status" ? r.fact.body.status : r.fact.body._tag];
  });
const isHolding = (runId: string) => (agent: SimulatedAgent.SimulatedAgent) =>
  recordsOf(agent, runId).includes("ManifestHeld");

/** A weekly job that was enabled, at the moment at which the agents that it is for hold the manifests of its first run. */
const held = (seed: string, faults: Simulation.Faults) => {
  const sim = Simulation.make(seed, faults);
  const { jobs, runs } = sim.fettle;
  sim.until("everyone is assessed", () => Simulation.everyoneAssessed(sim));
  const start = hourAfter(sim.now(), 4);
  const job = sim.call(jobs.create(manager, { ...Simulation.deployment, schedule: weekly(start) }));
  sim.call(Simulation.enableOnce(sim.fettle, job.id));
  sim.until("its run is made", () => sim.call(runs.ofJob(manager, job.id)).length > 0);
  const [run] = sim.call(runs.ofJob(manager, job.id));
  if (run === undefined) throw new Error("no run");
  const assetRuns = (): readonly AssetRun.AssetRun[] => sim.call(runs.progress(manager, run.id)).assetRuns;
  const sent = () => assetRuns().filter((a) => a.placed.status !== "NotLicensed").length;
  const until = (at: number) => sim.until(`the clock shows ${new Date(at).toISOString()}`, () => sim.now() >= at);
  const stop = (how: "disabled" | "deleted"): void => {
    const again = { idempotencyKey: "stop" };
    if (how === "disabled") sim.call(jobs.disable(manager, job.id, again));
    else sim.call(jobs.delete(manager, job.id, again));
  };
  return { sim, start, run, assetRuns, sent, until, stop };
};

const begun = (agents: readonly SimulatedAgent.SimulatedAgent[]): readonly string[] =>
  agents.filter((a) => a.os.truth.length > 0).map((a) => a.name);

describe("a weekly job whose run agents hold already", () => {
  it.each(["disabled", "deleted"] as const)("JOB-28: installs nothing when it is %s an hour before its time", (how) => {
    const { sim, start, run, assetRuns, sent, until, stop } = held("calm", Simulation.noFaults);
    until(start - HOUR_MS);
    const holding = sim.agents.filter(isHolding(run.id));
    expect(holding.length).toBe(sent());
    expect(holding.length).toBeGreaterThan(1);
    stop(how);
    until(start + 6 * HOUR_MS);
    expect(begun(sim.agents)).toEqual([]);
    for (const agent of holding)
      expect(recordsOf(agent, run.id)).toEqual(["ManifestHeld", "ManifestDropped", "Dropped"]);
    expect(assetRuns().filter((a) => a.manifest !== null)).toEqual([]);
    expect(StoryInvariants.check(sim)).toEqual([]);
  });

  it("JOB-28: goes on where an agent begins before it hears of it, and is told as it is", () => {
    const { sim, start, run, assetRuns, until, stop } = held("calm", Simulation.noFaults);
    until(start - HOUR_MS);
    sim.isolate("web-01");
    until(start - HOUR_MS / 2);
    stop("disabled");
    until(start + HOUR_MS);
    expect(begun(sim.agents)).toEqual(["web-01"]);
    sim.calmDown();
    until(start + 6 * HOUR_MS);
    const told = assetRuns().filter((a) => a.state.status !== "JobFailed" && a.placed.status !== "NotLicensed");
    expect(told.map((a) => [a.runId, a.state.status])).toEqual([[run.id, "Completed"]]);
    expect(StoryInvariants.check(sim)).toEqual([]);
  });

  it("JOB-28: begins nowhere where its agent has heard that it is revoked, seed by seed, whatever goes wrong", () => {
    const found: string[] = [];
    const rare = { dropped: 0, late: 0, crashed: 0 };
    for (let i = 0; i < SEEDS; i += 1) {
      const seed = String(FIRST_SEED + i);
      const random = Random.make(`${seed}/revocation`);
      const { sim, start, run, assetRuns, until, stop } = held(seed, Simulation.drawFaults(random));
      until(start - random.below(random.chance(0.4) ? HOUR_MS / 6 : 3 * HOUR_MS));
      stop(random.chance(0.5) ? "disabled" : "deleted");
      until(start + HOUR_MS);
      sim.calmDown();
      until(start + 6 * HOUR_MS);
      for (const v of StoryInvariants.check(sim)) found.push(`seed ${seed}: ${v.invariant} (${v.machine}: ${v.seen})`);
      for (const agent of sim.agents) {
        const records = recordsOf(agent, run.id);
        if (records.includes("ManifestDropped")) rare.dropped += 1;
        const hasBegun = agent.os.truth.length > 0;
        if (records.includes("ManifestDropped") && hasBegun) found.push(`seed ${seed}: ${agent.name} began`);
        if (hasBegun) rare.late += 1;
        // Whoever held it either began it, or dropped it and said so: nothing waits for ever.
        const isOver = records.includes("JobStarted")
          ? records.at(-1)?.startsWith("Completed")
          : records.at(-1) === "Dropped";
        if (records.includes("ManifestHeld") && isOver !== true)
          found.push(`seed ${seed}: ${agent.name}: ${records.join()}`);
      }
      // What nobody ever fetched is handed out no more, but its agent has nothing to say of it.
      const heldBy = new Set(sim.agents.filter(isHolding(run.id)).map((a) => a.agentId()));
      for (const a of assetRuns().filter((r) => heldBy.has(r.assetId))) {
        const isInForce = AssetRun.isRevoked(a) && a.manifest !== null;
        if (isInForce || !AssetRun.isFinal(a)) found.push(`seed ${seed}: on ${a.assetId} it stays ${a.state.status}`);
      }
      rare.crashed += sim.trace.filter((t) => typeof t[2] === "string").length;
    }
    expect(found).toEqual([]);
    // A simulation that never gets into trouble proves nothing.
    expect(rare.dropped).toBeGreaterThan(SEEDS / 4);
    expect(rare.late).toBeGreaterThan(SEEDS / 20 - 1);
    expect(rare.crashed).toBeGreaterThan(SEEDS / 10);
  }, 600_000);
});
