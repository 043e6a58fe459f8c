/** Reboots from a job's settings to what truly happened: the real engine and agents on machines that boot. */
import { describe, expect, it } from "vitest";
import type { JobDraft } from "../src/domain/job/Job.ts";
import type { AssetRun } from "../src/domain/run/AssetRun.ts";
import * as Simulation from "../src/testing/simulation/Simulation.ts";

const HOUR = 3_600_000;
const openssl = "FTSA-2026:0001";
const tzdata: JobDraft["patches"] = { _tag: "List", patches: ["FTBA-2026:0008"] };
const needing = { rebootsFor: ["openssl-lab"] };
const always = [{ from: 0, until: Number.MAX_SAFE_INTEGER }];

const open = (furnish: Simulation.Furnishing = () => needing): Simulation.Simulation => {
  const sim = Simulation.make("reboots", Simulation.noFaults, furnish);
  sim.until("everyone is assessed", () => Simulation.everyoneAssessed(sim));
  return sim;
};
const enabled = (sim: Simulation.Simulation, draft: JobDraft): string => {
  const { id } = sim.call(sim.fettle.jobs.create(Simulation.manager, draft));
  sim.call(Simulation.enableOnce(sim.fettle, id));
  return id;
};
const runsOf = (sim: Simulation.Simulation, jobId: string): { readonly [machine: string]: AssetRun } => {
  const [run] = sim.call(sim.fettle.runs.ofJob(Simulation.manager, jobId));
  if (run === undefined) return {};
  const { assetRuns } = sim.call(sim.fettle.runs.progress(Simulation.manager, run.id));
  const names = new Map(sim.call(sim.fettle.assets.list(Simulation.manager)).map((a) => [a.asset.id, a.asset.name]));
  return Object.fromEntries(assetRuns.map((a) => [names.get(a.assetId) ?? "", a]));
};
const statusOf = (sim: Simulation.Simulation, jobId: string, machine: string) =>
  runsOf(sim, jobId)[machine]?.state.status;
const osOf = (sim: Simulation.Simulation, machine: string) => {
  const os = sim.agents.find((a) => a.name === machine)?.os;
  if (os === undefined) throw new Error(`no machine ${machine}`);
  return os;
};
const reboots = (sim: Simulation.Simulation, machine: string) =>
  osOf(sim, machine).truth.flatMap((t) => (t._tag === "Reboot" ? [t.by] : []));
const pass = (sim: Simulation.Simulation, hours: number): void => {
  const end = sim.now() + hours * HOUR;
  sim.until(`${hours} hours pass`, () => sim.now() >= end);
};

const request: JobDraft["reboot"] = {
  _tag: "Request",
  deferrals: { count: 2, minutes: 30 },
  countdownMinutes: 15,
  whenNobody: "reboot",
};

describe("a job that reboots", () => {
  it("RBT-03 RBT-09 RBT-12 RBT-13 is enabled, reboots what needs it, and ends Completed by what stands afterwards", () => {
    for (const reboot of [request, { _tag: "Automatic", countdownMinutes: 15 } as const]) {
      const sim = open();
      const ended = Simulation.runJob(sim, { ...Simulation.deployment, reboot });
      expect(ended["web-01"]?.state).toMatchObject({
        status: "Completed",
        results: { [openssl]: { outcome: "Installed" } },
      });
      expect(reboots(sim, "web-01")).toEqual(["agent"]);
      // Nothing on it needs one.
      expect(reboots(sim, "edge-01")).toEqual([]);
      expect(osOf(sim, "web-01").pending().size).toBe(0);
    }
  });

  it("RBT-03 RBT-04 asks whoever is there, as often as the job says, and reboots by the latest instant", () => {
    const sim = open(() => ({ ...needing, user: { there: always } }));
    const ended = Simulation.runJob(sim, { ...Simulation.deployment, reboot: request });
    expect(ended["db-01"]?.state.status).toBe("Completed");
    const { truth } = osOf(sim, "db-01");
    const shown = truth.flatMap((t) => (t._tag === "Shown" ? [t] : []));
    expect(shown.map((t) => t.notice._tag)).toEqual(["Prompt", "Prompt", "Countdown"]);
    const [first] = shown;
    const down = truth.find((t) => t._tag === "Reboot")?.at ?? 0;
    const minutes = (down - (first?.at ?? 0)) / 60_000;
    expect(minutes).toBeGreaterThanOrEqual(75);
    expect(minutes).toBeLessThanOrEqual(80);
  });

  it("RBT-02 suppressed, it stays pending and blocks the asset's next job, until somebody reboots it", () => {
    const sim = open();
    const first = enabled(sim, Simulation.deployment);
    sim.until("db-01 is pending", () => statusOf(sim, first, "db-01") === "PendingReboot");
    expect(runsOf(sim, first)["db-01"]?.state.results[openssl]?.outcome).toBe("InstalledPendingReboot");
    const second = enabled(sim, { ...Simulation.deployment, title: "Zones", patches: tzdata });
    pass(sim, 6);
    expect(statusOf(sim, first, "db-01")).toBe("PendingReboot");
    expect(statusOf(sim, second, "db-01")).toBe("Pending");
    expect(osOf(sim, "db-01").installed().get("tzdata-lab.noarch")).toEqual(["2026a-1.el9"]);
    osOf(sim, "db-01").rebootByHand();
    sim.until("the first ends", () => statusOf(sim, first, "db-01") === "Completed");
    sim.until("the second ends", () => statusOf(sim, second, "db-01") === "Completed");
    expect(osOf(sim, "db-01").installed().get("tzdata-lab.noarch")).toEqual(["2026b-1.el9"]);
    expect(reboots(sim, "db-01")).toEqual(["hand"]);
    expect(statusOf(sim, first, "web-01")).toBe("PendingReboot");
  });
});
