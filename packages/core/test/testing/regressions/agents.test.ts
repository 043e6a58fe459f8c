/** What peers got wrong between agents and control plane: repetition, storms, machines that are gone, databases left half done. */
import type { InstallerShape } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { FactRecord } from "../../../src/schema/Stored.ts";
import { engine, reads } from "../../../src/testing/scenarios/bugs/Planting.ts";
import { TENANT } from "../../../src/testing/scenarios/Plane.ts";
import { asset, bug, job, KERNEL, type Look, list, OPENSSL, play, playWith, scenario } from "./Regression.ts";

const flaky = { loseRequest: 0.2, loseReply: 0.4, repeat: 0.4, replayLater: 0.4 };

describe("what is said again", () => {
  const told = scenario({
    days: 0.5,
    assets: [
      asset("web", {
        offline: [
          { from: 100, to: 160 },
          { from: 200, to: 230 },
        ],
      }),
      asset("db"),
    ],
    jobs: [job("patch", { patches: list(KERNEL, OPENSSL) })],
    faults: { network: flaky },
  });

  let played: Look | null = null;
  const once = (): Look => {
    played ??= play(told);
    return played;
  };

  it("RUN-06 Salt #37307: an order that comes again after a reconnect is carried out once", () => {
    const seen = once();
    for (const name of ["web", "db"]) expect(seen.effects(name).toSorted()).toEqual([KERNEL, OPENSSL]);
    expect(playWith(bug("a patch is installed twice in one attempt"), told).effects("db")).not.toHaveLength(2);
  });

  it("RUN-06 EVT-01 Salt #62959: a report that comes again is one report, and no second event", () => {
    const seen = once();
    const kept = ({ played }: Look) =>
      Effect.runSync(played.plane.storage.list(TENANT, "fact", { limit: 1_000 })).map(({ body }) => {
        const { agentId, fact } = body as unknown as FactRecord;
        return `${agentId} ${fact.sequence}`;
      });
    expect(new Set(kept(seen)).size).toBe(kept(seen).length);
    const worse = kept(playWith(bug("a fact that comes again is kept again"), told));
    expect(new Set(worse).size).toBeLessThan(worse.length);
  });
});

describe("many at once", () => {
  // How many of the fleet call in the busiest minute of a stretch.
  const busiest = ({ played }: Look, from: number, to: number): number => {
    const callers = new Map<number, Set<string>>();
    for (const { at, value } of played.history.calls) {
      const minute = Math.floor((at - played.scenario.startsAt) / 60_000);
      if (minute >= from && minute < to) callers.set(minute, (callers.get(minute) ?? new Set()).add(value.asset));
    }
    return Math.max(...[...callers.values()].map((assets) => assets.size));
  };

  it("AGT-04 Fleet #3271, Elastic #6761: a fleet doesn't come back all at once after an outage", () => {
    const seen = play(
      scenario({
        days: 0.4,
        statusSeconds: 900,
        assets: Array.from({ length: 20 }, (_, i) => asset(`asset-${i}`, { joinsAt: i % 15 })),
        outages: [{ from: 150, to: 330 }],
      }),
    );
    // Of a quarter of an hour: as a rule, as it comes back, and from then on.
    expect(busiest(seen, 60, 150)).toBeLessThanOrEqual(7);
    expect(busiest(seen, 330, 380)).toBeLessThanOrEqual(7);
    expect(busiest(seen, 380, 570)).toBeLessThanOrEqual(7);
  });

  it("AGT-04 Fleet #45553: what is refused or lost again and again is asked for ever more seldom, not ever faster", () => {
    const told = scenario({ assets: [asset("web")], statusSeconds: 900 });
    const stuck = playWith({ swallows: (request) => request.path === "/v0/snapshots" }, told);
    // No more than a few a quarter of an hour, all that it says counted.
    expect(stuck.played.history.calls.length).toBeLessThan(4 * 18 * 4);
  });
});

describe("a machine that is gone", () => {
  it("AGT-07 PRG-01 TRMM #1553: deleted while it is away, it isn't back by coming back, and is told to go", () => {
    const told = scenario({
      days: 0.5,
      assets: [asset("web"), asset("gone", { asleep: [{ from: 100, to: 400 }] })],
      jobs: [job("patch", { at: 250 })],
      edits: [{ _tag: "Purge", at: 200, asset: "gone" }],
    });
    const seen = play(told);
    const names = [...seen.played.history.last("asset").values()].map((a) => a.name);
    expect(names).toEqual(["web"]);
    expect(seen.begins("gone")).toEqual([]);
    const left = seen.played.machines.find((m) => m.spec.name === "gone")?.state()?.farewell;
    expect(left).toBe("left");
    const resurrected = playWith(engine(reads("removedAgent", () => null)), told);
    expect(resurrected.played.machines.find((m) => m.spec.name === "gone")?.state()?.farewell).not.toBe("left");
  });

  it("RUN-06 Fleet #15947: an agent that dies over and over brings its job to the end from where it left off", () => {
    const told = scenario({
      days: 0.5,
      assets: [asset("web"), asset("db")],
      jobs: [job("patch", { patches: list(KERNEL, OPENSSL) })],
      faults: { agentCrash: 0.08, journal: 0.02 },
    });
    const seen = play(told);
    for (const name of ["web", "db"]) {
      expect(seen.status("patch", name)).toBe("Completed");
      expect(seen.effects(name).toSorted()).toEqual([KERNEL, OPENSSL]);
    }
    const forgetful = playWith(bug("the journal says it is durable before it is"), told);
    const ends = ["web", "db"].map((name) => [forgetful.status("patch", name), forgetful.begins(name).length]);
    expect(ends).not.toEqual(["web", "db"].map((name) => [seen.status("patch", name), seen.begins(name).length]));
  });
});

const failed = { exitCode: 1, signal: null, reasonCode: null, reason: "could not get the lock", outputTail: "" };

describe("an installer that was cut off", () => {
  it("CMP-02 openHABian #952, unattended-upgrades #229: half way through is mended before anything else is tried", () => {
    const told = scenario({
      assets: [asset("web", { strikes: ["half-way"] })],
      jobs: [job("patch")],
    });
    const seen = play(told);
    expect(seen.deeds("web")).toEqual(["begin", "repair", "effect"]);
    expect(seen.version("web", "openssl")).toEqual(["1-2"]);
    expect(seen.status("patch", "web")).toBe("Completed");
    const unmended = {
      installer: (i: object) => ({ ...i, repair: () => (i as { readonly detect: unknown }).detect }) as never,
    };
    expect(() => playWith(unmended, told)).toThrow();
  });

  it("RUN-08 ansible.windows #604: a patch that can't be installed is tried no more than twice in a run", () => {
    const told = scenario({
      days: 0.5,
      assets: [asset("web", { strikes: ["before", "before", "before", "before"] })],
      jobs: [job("patch", { patches: list(KERNEL, OPENSSL), at: 60 })],
    });
    const seen = play(told);
    expect(seen.begins("web").map((b) => b.patch)).toEqual([KERNEL, KERNEL, OPENSSL, OPENSSL]);
    expect(seen.status("patch", "web")).toBe("CompletedWithFailure");
    const loops = playWith(bug("an attempt is begun before it is on record"), told);
    expect(loops.begins("web").filter(({ patch }) => patch === KERNEL).length).toBeGreaterThan(2);
  });

  it("RUN-03 unattended-upgrades #285: a lock that somebody else holds is waited for, and is no failure", () => {
    const told = scenario({
      assets: [asset("web", { strikes: Array.from({ length: 30 }, () => "busy" as const) })],
      jobs: [job("patch")],
    });
    const seen = play(told);
    expect(seen.begins("web")).toHaveLength(1);
    expect(seen.status("patch", "web")).toBe("Completed");
    const impatient = {
      installer: (real: InstallerShape): InstallerShape => ({
        ...real,
        install: (patch, effort) => Effect.catch(real.install(patch, effort), () => Effect.succeed(failed)),
      }),
    };
    expect(playWith(impatient, told).status("patch", "web")).toBe("CompletedWithFailure");
  });
});
