import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Agent from "../../src/agent/Agent.ts";
import type { JournalRecord } from "../../src/agent/index.ts";
import { times } from "../Runs.ts";
import { HOUR, manifest, NOW } from "../Samples.ts";
import * as Machine from "./Machine.ts";
import { outcomesTold, packages, patch, patches, statusesTold, tagsOf, truthOf } from "./Orders.ts";

/** A member whose journal has grown to a number of records, none of which changes anything. */
const grown = (records: number, options: Partial<Machine.MachineOptions> = {}): Machine.Machine => {
  const machine = Machine.make({ packages, ...options });
  machine.cycle();
  const idle: JournalRecord = { _tag: "FactsAcknowledged", through: 0 };
  Effect.runSync(machine.journal.append(times(records - machine.journal.dump().length, () => idle)));
  machine.kill();
  return machine;
};

describe("the journal's growth", () => {
  it("becomes a checkpoint beyond 5,000 records, and not before", () => {
    const full = grown(Agent.JOURNAL_RECORDS_MAX - 1);
    full.cycle();
    // An agent that starts reserves numbers of its own: one record.
    expect(full.journal.dump()).toHaveLength(5_000);
    const over = grown(Agent.JOURNAL_RECORDS_MAX);
    over.cycle();
    expect(tagsOf(over)).toEqual(["Checkpoint"]);
  });

  it("leaves the agent what it was: nothing is fetched, run or told again", () => {
    const machine = grown(5_100);
    const digest = machine.plane.order(patches);
    machine.finish();
    expect(tagsOf(machine)).toEqual(["Checkpoint"]);
    const before = machine.state();
    machine.kill();
    for (let i = 0; i < 3; i += 1) machine.cycle();
    expect({ ...machine.state(), sequenceReserved: 0 }).toEqual({ ...before, sequenceReserved: 0 });
    expect(machine.plane.fetches(digest)).toBe(1);
    expect(truthOf(machine).filter((t) => t.startsWith("effect"))).toHaveLength(3);
    expect(machine.plane.facts.size).toBe(7);
  });

  it.each(["before", "after"] as const)("I28: survives a death %s the checkpoint, in the middle of a run", (when) => {
    let isDead = false;
    const machine = grown(5_100, {
      dies: (m) => {
        const dies = !isDead && m.call === "journal.compact" && m.when === when;
        isDead ||= dies;
        return dies;
      },
    });
    machine.plane.order(patches, { notBefore: NOW + 60_000 });
    expect(machine.cycle()).toEqual({ _tag: "Died", at: `${when} journal.compact` });
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Installed", C: "Installed" });
    expect(machine.state().manifestVersion).toBe(manifest.manifestVersion);
  });
});

describe("a lease", () => {
  const lease = { validity: "lease", bound: "start" } as const;

  it("PLN-04 WIN-04: that ran out starts nothing and ends nothing; renewed, it starts", () => {
    const machine = Machine.make({ packages });
    machine.plane.order(patches, { ...lease, notBefore: NOW + HOUR, notAfter: NOW + 2 * HOUR });
    machine.cycle();
    machine.clock.now = NOW + 2 * HOUR;
    const end = machine.cycle();
    expect(machine.status()).toBe("Pending");
    expect(statusesTold(machine)).toEqual([]);
    expect(truthOf(machine)).toEqual([]);
    expect(end._tag === "Ended" && end.report.nextAt).toBe(Machine.slotAfter(machine.clock.now));
    machine.plane.order(patches, { ...lease, manifestVersion: 8, notBefore: NOW + HOUR, notAfter: NOW + 3 * HOUR });
    machine.finish();
    expect(statusesTold(machine)).toEqual(["Downloaded", "JobStarted", "Patching", "Completed"]);
    expect(truthOf(machine).filter((t) => t.startsWith("effect"))).toHaveLength(3);
  });

  it("WIN-04: once started it goes on to its end, however late and after whatever death", () => {
    let isDead = false;
    const machine = Machine.make({
      packages,
      dies: (m) => {
        const dies = !isDead && m.when === "after" && m.records[0]?._tag === "InstallIntended";
        isDead ||= dies;
        return dies;
      },
    });
    machine.plane.order(patches, lease);
    machine.cycle();
    machine.clock.now = manifest.notAfter + 24 * HOUR;
    machine.finish();
    expect(statusesTold(machine).at(-1)).toBe("Completed");
  });
});

describe("a cycle", () => {
  it("runs one run after the other, by the numbers of their manifests", () => {
    const machine = Machine.make({ packages });
    machine.plane.order([patch("b")], { manifestVersion: 8, runId: "00000000-0000-4000-8000-0000000000b8" });
    machine.plane.order([patch("a")], { manifestVersion: 7, runId: "00000000-0000-4000-8000-0000000000a7" });
    machine.finish();
    expect(truthOf(machine)).toEqual(["begin A", "effect A", "begin B", "effect B"]);
  });

  it("isn't held up by a run that waits for its start", () => {
    const machine = Machine.make({ packages });
    const later = { notBefore: NOW + 2 * HOUR, notAfter: NOW + 3 * HOUR };
    machine.plane.order([patch("a")], { ...later, manifestVersion: 7, runId: "00000000-0000-4000-8000-0000000000a7" });
    machine.plane.order([patch("b")], { manifestVersion: 8, runId: "00000000-0000-4000-8000-0000000000b8" });
    machine.cycle();
    expect(truthOf(machine)).toEqual(["begin B", "effect B"]);
  });

  it("CMP-02: takes a snapshot after a run, also when the agent died before it could", () => {
    let isDead = false;
    const machine = Machine.make({
      packages,
      dies: (m) => {
        const dies =
          !isDead &&
          m.records.some(
            (r) => r._tag === "FactRecorded" && r.fact.body._tag === "Status" && r.fact.body.status === "Completed",
          ) &&
          m.when === "after";
        isDead ||= dies;
        return dies;
      },
    });
    machine.plane.order(patches);
    expect(machine.cycle()._tag).toBe("Died");
    machine.cycle();
    expect(machine.plane.snapshots.at(-1)?.packages).toEqual(patches.map((p) => p.packages[0]));
  });
});
