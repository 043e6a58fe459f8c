import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as AgentState from "../../src/agent/AgentState.ts";
import { InstallerError, type JournalRecord } from "../../src/agent/index.ts";
import { type Documents, type Facts, Messages, type RunStatus } from "../../src/index.ts";
import * as Samples from "../Samples.ts";
import { uuid } from "../Samples.ts";
import * as Machine from "./Machine.ts";
import { outcomesTold, packages, patch, patches, standing, statusesTold, truthOf } from "./Orders.ts";

const { runId, manifestVersion } = Samples.manifest;

/** Sends the run's manifest once more, under the next number, as a platform does that was restored from a backup. */
const sendAgain = (machine: Machine.Machine, change: Partial<Documents.JobManifest> = {}, wanted = patches): void => {
  const next = machine.state().manifestVersion + 1;
  machine.plane.order(wanted, { manifestVersion: next, ...change });
};

const factsAfter = (machine: Machine.Machine, sequence: number): readonly Facts.FactBody[] =>
  [...machine.plane.facts.values()]
    .filter((f) => f.sequence > sequence)
    .sort((a, b) => a.sequence - b.sequence)
    .map((f) => f.body);

/** Carries a run out to its end, and has all of it acknowledged. */
const ended = (options: Partial<Machine.MachineOptions> = {}): Machine.Machine => {
  const machine = Machine.make({ packages, ...options });
  machine.plane.order(patches);
  machine.finish();
  return machine;
};

/** What a checkpoint does, and the agent's next life. */
const forget = (machine: Machine.Machine): void => {
  Effect.runSync(machine.journal.compact(AgentState.forgetFinished(AgentState.fold(machine.journal.dump()))));
  machine.kill();
  machine.cycle();
};

const removed = (machine: Machine.Machine, name: string): void => machine.os.installByHand(name, "noarch", "1-1");

describe("a run that has ended, whose manifest comes once more", () => {
  it("RUN-11 I4: isn't carried out again, and is told again as it was told", () => {
    const machine = ended({ faults: { b: "pre-scriptlet-fails" } });
    removed(machine, "a");
    const [did, told] = [truthOf(machine), factsAfter(machine, 0)];
    const before = machine.plane.facts.size;
    sendAgain(machine);
    machine.finish();
    expect(truthOf(machine)).toEqual(did);
    expect(standing(machine)).toMatchObject({ a: "1-1" });
    const again = factsAfter(machine, before);
    expect(again.filter((f) => f._tag === "Patch")).toEqual(told.filter((f) => f._tag === "Patch"));
    expect(again.at(-1)).toEqual({
      _tag: "Status",
      runId,
      status: "CompletedWithFailure",
      reason: "RUN-11: it had ended here, and isn't run again",
    });
    expect(again).toHaveLength(patches.length + 1);
  });

  it("RUN-11: is told again each time that it comes", () => {
    const machine = ended();
    for (let i = 1; i <= 3; i += 1) {
      sendAgain(machine);
      machine.finish();
      expect(statusesTold(machine).filter((s) => s === "Completed")).toHaveLength(1 + i);
    }
    expect(truthOf(machine).filter((t) => t.startsWith("begin"))).toHaveLength(patches.length);
  });

  it("RUN-11 CMP-02: is told as its patches are found, once nothing but its end is known", () => {
    const machine = ended();
    removed(machine, "a");
    forget(machine);
    expect(machine.state().runs).toEqual({});
    const before = machine.plane.facts.size;
    const did = truthOf(machine);
    sendAgain(machine, {}, [...patches, patch("absent")]);
    machine.finish();
    expect(truthOf(machine)).toEqual(did);
    expect(standing(machine)).toEqual({ a: "1-1", b: "2-1", c: "2-1" });
    expect(outcomesTold(machine)).toEqual({
      A: "Skipped",
      B: "AlreadyInstalled",
      C: "AlreadyInstalled",
      ABSENT: "NotApplicable",
    });
    expect(factsAfter(machine, before).at(-1)).toMatchObject({ _tag: "Status", status: "Completed" });
  });

  it("RUN-11: is told to its end where the package database can't be read", () => {
    let isBroken = false;
    const broken = Effect.suspend(() =>
      Effect.fail(new InstallerError({ reason: "Unreadable", message: "no database", isRetryable: false })),
    );
    const machine = ended({
      installer: (simulated) => ({ ...simulated, detect: (p) => (isBroken ? broken : simulated.detect(p)) }),
    });
    forget(machine);
    isBroken = true;
    sendAgain(machine);
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "Skipped", B: "Skipped", C: "Skipped" });
    expect(statusesTold(machine).at(-1)).toBe("Completed");
  });

  it("RUN-11: is told again whatever its window, and before what else waits", () => {
    const machine = ended();
    forget(machine);
    const other = uuid(0x99);
    sendAgain(machine, { notBefore: Samples.NOW + 2 * Samples.HOUR, notAfter: Samples.NOW + 9 * Samples.HOUR });
    machine.plane.order(patches, { runId: other, occurrenceKey: "other", manifestVersion: manifestVersion + 9 });
    const before = machine.plane.facts.size;
    machine.cycle();
    const statuses = factsAfter(machine, before).flatMap((f) => (f._tag === "Status" ? [[f.runId, f.status]] : []));
    expect(statuses[0]).toEqual([runId, "Completed"]);
    expect(statuses.at(-1)).toEqual([other, "Completed"]);
  });

  it("RUN-11: comes to the same at whatever moment its agent dies on the way", () => {
    const whole = ended();
    forget(whole);
    const from = whole.moments.length;
    sendAgain(whole);
    whole.finish();
    const moments = whole.moments.length;
    expect(moments - from).toBeGreaterThan(20);
    for (let n = from; n < moments; n += 1) {
      let isArmed = false;
      const machine = ended({ dies: (m) => isArmed && m.n === n });
      forget(machine);
      isArmed = true;
      sendAgain(machine);
      machine.finish();
      expect(truthOf(machine)).toEqual(truthOf(whole));
      expect(outcomesTold(machine)).toEqual(outcomesTold(whole));
      expect(statusesTold(machine)).toEqual(statusesTold(whole));
    }
  });

  it("RUN-11: under way is finished as it was begun", () => {
    let hasDied = false;
    const machine = Machine.make({
      packages,
      dies: ({ call, when }) => {
        if (hasDied || call !== "installer.install" || when !== "after") return false;
        hasDied = true;
        return true;
      },
    });
    machine.plane.order(patches);
    machine.cycle();
    const told = statusesTold(machine);
    expect(told).toEqual(["Downloaded", "JobStarted", "Patching"]);
    machine.plane.order([patch("c")], { manifestVersion: manifestVersion + 1 });
    machine.finish();
    expect(statusesTold(machine)).toEqual([...told, "Completed"]);
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Installed", C: "Installed" });
  });
});

/** Says at check-ins that the platform knows facts up to that one and no more, until it is told any. */
const knowing = (machine: Machine.Machine, acknowledgedThrough: number): void => {
  const { facts } = machine.plane;
  const before = facts.size;
  machine.plane.amend((reply, route) =>
    route === "checkIn" && facts.size === before ? { ...reply, acknowledgedThrough } : reply,
  );
};
const reports = (machine: Machine.Machine) =>
  machine.plane.heard.flatMap((h) => (h.route === "facts" ? [Messages.FactsRequest.parse(h.body)] : []));

describe("a platform that has lost facts which it had acknowledged", () => {
  it("RUN-11 RUN-06: is told again, once, how the patches of their runs ended and how they stand", () => {
    const machine = ended({ faults: { b: "pre-scriptlet-fails" } });
    const told = factsAfter(machine, 0);
    const before = machine.plane.facts.size;
    expect(reports(machine).every((r) => r.acknowledged === undefined)).toBe(true);
    knowing(machine, 1);
    for (let i = 0; i < 3; i += 1) {
      machine.cycle();
      machine.kill();
    }
    expect(factsAfter(machine, before)).toEqual([
      ...told.filter((f) => f._tag === "Patch"),
      { _tag: "Status", runId, status: "CompletedWithFailure", reason: "RUN-11: told again" },
    ]);
    expect(reports(machine).at(-1)?.acknowledged).toBe(before);
  });

  it("RUN-11: is told nothing of runs that it knows, and nothing where it knows all", () => {
    const machine = ended();
    const first = machine.plane.facts.size;
    machine.plane.order(patches, { runId: uuid(0x99), occurrenceKey: "other", manifestVersion: manifestVersion + 1 });
    machine.finish();
    const before = machine.plane.facts.size;
    knowing(machine, before);
    machine.cycle();
    expect(machine.plane.facts.size).toBe(before);
    knowing(machine, first);
    machine.cycle();
    expect(new Set(factsAfter(machine, before).map((f) => f.runId))).toEqual(new Set([uuid(0x99)]));
  });

  it("RUN-11: is told again of what was told since, when it has lost that as well", () => {
    const machine = ended();
    for (let i = 1; i <= 3; i += 1) {
      const before = machine.plane.facts.size;
      knowing(machine, 1);
      machine.cycle();
      expect(factsAfter(machine, before)).toHaveLength(patches.length + 1);
    }
  });

  it("RUN-11: is told that files are there, and of what waits nothing else", () => {
    const later = { notBefore: Samples.NOW + 2 * Samples.HOUR, notAfter: Samples.NOW + 9 * Samples.HOUR };
    const machine = Machine.make({ packages });
    machine.plane.order(patches, { ...later, fetchFrom: Samples.NOW });
    machine.cycle();
    machine.plane.order(patches, { ...later, runId: uuid(0x99), occurrenceKey: "other", manifestVersion: 9 });
    machine.cycle();
    expect(statusesTold(machine)).toEqual(["Downloaded"]);
    const before = machine.plane.facts.size;
    knowing(machine, 0);
    machine.cycle();
    expect(factsAfter(machine, before)).toEqual([
      { _tag: "Status", runId, status: "Downloaded", reason: "RUN-11: told again" },
    ]);
  });

  it("RUN-11: is told the same at whatever moment the agent dies on the way", () => {
    const whole = ended();
    const from = whole.moments.length;
    knowing(whole, 1);
    whole.finish();
    for (let n = from; n < whole.moments.length; n += 1) {
      let isArmed = false;
      const machine = ended({ dies: (m) => isArmed && m.n === n });
      isArmed = true;
      knowing(machine, 1);
      machine.finish();
      machine.finish();
      expect(machine.plane.facts.size).toBe(whole.plane.facts.size);
      expect(statusesTold(machine)).toEqual(statusesTold(whole));
    }
  });
});

describe("AgentState.ended", () => {
  const held = (id: string): JournalRecord => ({
    _tag: "ManifestHeld",
    digest: Samples.digest(1),
    manifest: { ...Samples.manifest, runId: id },
    list: Samples.patchList,
    serverTime: 0,
  });
  const toldOf = (id: string, status: RunStatus.RunStatus, sequence: number): readonly JournalRecord[] => [
    {
      _tag: "FactRecorded",
      fact: { sequence, at: 0, bootId: uuid(1), body: { _tag: "Status", runId: id, status, reason: null } },
    },
    { _tag: "FactsAcknowledged", through: sequence },
  ];

  it("RUN-11: remembers the latest runs that ended, and one more than that pushes out the first", () => {
    const ids = Array.from({ length: AgentState.ENDED_KEPT_MAX + 1 }, (_, i) => uuid(0x1000 + i));
    const over = (of: readonly string[], from = AgentState.empty) =>
      AgentState.forgetFinished(
        AgentState.fold(
          of.flatMap((id, i) => [held(id), ...toldOf(id, "TimedOut", from.factsRecorded + i + 1)]),
          from,
        ),
      );
    const full = over(ids.slice(0, -1));
    expect(full.ended.map((e) => e.runId)).toEqual(ids.slice(0, -1));
    const one = over(ids.slice(-1), full);
    expect(one.ended.map((e) => e.runId)).toEqual(ids.slice(1));
    expect(Object.values(AgentState.apply(one, held(ids.at(-1) ?? "")).runs)).toMatchObject([
      { status: "TimedOut", toldAgain: [] },
    ]);
    expect(Object.values(AgentState.apply(one, held(ids[0] ?? "")).runs)).toMatchObject([{ status: "Pending" }]);
  });

  it("RUN-11: remembers a run that ended once, as it ended, however often it came again", () => {
    const once = AgentState.forgetFinished(AgentState.fold([held(uuid(1)), ...toldOf(uuid(1), "TimedOut", 1)]));
    const twice = AgentState.forgetFinished(AgentState.fold([held(uuid(1)), ...toldOf(uuid(1), "TimedOut", 2)], once));
    expect(twice.ended).toEqual([{ runId: uuid(1), status: "TimedOut" }]);
    expect(twice.runs).toEqual({});
  });

  it("RUN-11: takes a renewed manifest for no new one as long as its end isn't acknowledged", () => {
    const [, acknowledged] = toldOf(uuid(1), "TimedOut", 1);
    const told = AgentState.fold([held(uuid(1)), ...toldOf(uuid(1), "TimedOut", 1).slice(0, 1), held(uuid(1))]);
    expect(AgentState.unfinished(told)).toEqual([]);
    const heard = AgentState.fold([acknowledged as JournalRecord, held(uuid(1))], told);
    expect(AgentState.unfinished(heard)).toHaveLength(1);
    expect(AgentState.waiting(heard, 0)).toEqual([]);
  });
});
