import * as Effect from "effect/Effect";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type InstallerClass, InstallerError, type InstallerShape, type JournalRecord } from "../../src/agent/index.ts";
import { type Documents, RunStatus } from "../../src/index.ts";
import { runs, times } from "../Runs.ts";
import { HOUR, manifest, NOW } from "../Samples.ts";
import * as Machine from "./Machine.ts";
import {
  outcomesTold,
  packages,
  patch,
  patches,
  patchesTold,
  pkg,
  standing,
  statusesTold,
  tagsOf,
  truthOf,
} from "./Orders.ts";

type Dies = (moment: Machine.Moment) => boolean;

/** Dies once, at the first moment of which it holds. */
const once = (holds: Dies): Dies => {
  let isDone = false;
  return (moment) => {
    if (isDone || !holds(moment)) return false;
    isDone = true;
    return true;
  };
};
const tagged = (when: Machine.Moment["when"], tag: JournalRecord["_tag"], n = 1): Dies => {
  let left = n;
  return once((m) => {
    if (m.when !== when || !m.records.some((r) => r._tag === tag)) return false;
    left -= 1;
    return left === 0;
  });
};
const atStatus = (when: Machine.Moment["when"], status: RunStatus.RunStatus): Dies =>
  once(
    (m) =>
      m.when === when &&
      m.records.some(
        (r) => r._tag === "FactRecorded" && r.fact.body._tag === "Status" && r.fact.body.status === status,
      ),
  );
const ofClass = (installerClass: InstallerClass) => ({
  installer: (simulated: InstallerShape): InstallerShape => ({ ...simulated, class: installerClass }),
});

/** A machine with an order, run until it dies. */
const died = (
  options: Partial<Machine.MachineOptions>,
  change: Partial<Documents.JobManifest> = {},
  ordered: Documents.PatchList["patches"] = [patch("a")],
): Machine.Machine => {
  const machine = Machine.make({ packages, ...options });
  machine.plane.order(ordered, change);
  expect(machine.cycle()._tag).toBe("Died");
  return machine;
};
const strikes = (...of: readonly ("before" | "half-way" | "after" | null)[]) => {
  let n = 0;
  return { strike: () => of[n++] ?? null };
};
const journalled = (machine: Machine.Machine, tag: JournalRecord["_tag"]): number =>
  tagsOf(machine).filter((t) => t === tag).length;
const fetches = (machine: Machine.Machine): number => machine.plane.heard.filter((h) => h.route === "document").length;

describe("the crash table, row by row", () => {
  it("manifest received, not persisted: fetched again, nothing done twice", () => {
    const machine = died({ dies: tagged("before", "ManifestHeld") });
    expect(truthOf(machine)).toEqual([]);
    machine.finish();
    expect(fetches(machine)).toBe(4);
    expect(truthOf(machine)).toEqual(["begin A", "effect A"]);
  });

  it("manifest persisted: not fetched again, and carried out", () => {
    const machine = died({ dies: tagged("after", "ManifestHeld") });
    expect(truthOf(machine)).toEqual([]);
    machine.finish();
    expect(fetches(machine)).toBe(2);
    expect(truthOf(machine)).toEqual(["begin A", "effect A"]);
  });

  it("manifest persisted: and not carried out when its window closed meanwhile", () => {
    const machine = died({ dies: tagged("after", "ManifestHeld") });
    machine.clock.now = manifest.notAfter;
    machine.finish();
    expect(statusesTold(machine)).toEqual(["TimedOut"]);
    expect(truthOf(machine)).toEqual([]);
  });

  it.each(["before", "after"] as const)("%s a download: downloaded again, 0 effects", (when) => {
    const machine = died({ dies: once((m) => m.when === when && m.call === "installer.prefetch") });
    expect(truthOf(machine)).toEqual([]);
    expect(journalled(machine, "Prefetched")).toBe(0);
    machine.finish();
    expect(statusesTold(machine)).toEqual(["Downloaded", "JobStarted", "Patching", "Completed"]);
    expect(truthOf(machine)).toEqual(["begin A", "effect A"]);
  });

  it.each(["start", "complete"] as const)("JobStarted: goes on inside the window, %s-bound", (bound) => {
    const machine = died({ dies: atStatus("after", "JobStarted") }, { bound });
    machine.clock.now = manifest.notAfter - 1;
    machine.cycle();
    expect(machine.status()).toBe("Completed");
  });

  it.each([
    ["JobStarted", "start"],
    ["JobStarted", "complete"],
    ["Patching", "start"],
    ["Patching", "complete"],
  ] as const)("%s: times out when the window closed meanwhile, %s-bound, 0 effects", (status, bound) => {
    const machine = died({ dies: atStatus("after", status) }, { bound });
    machine.clock.now = manifest.notAfter;
    machine.finish();
    expect(statusesTold(machine).at(-1)).toBe("TimedOut");
    expect(truthOf(machine)).toEqual([]);
  });

  it("intent, before the installer ran: looks, counts the attempt, tries again", () => {
    const machine = died({ dies: tagged("after", "InstallIntended") });
    expect(truthOf(machine)).toEqual([]);
    machine.finish();
    expect(truthOf(machine)).toEqual(["repair", "begin A", "effect A"]);
    expect(patchesTold(machine).A).toMatchObject({ attempt: 2, outcome: "Installed", exitCode: 0 });
    expect(journalled(machine, "AttemptLost")).toBe(1);
  });

  it.each(["start", "complete"] as const)(
    "intent, before the installer ran: doesn't try again after the window, %s-bound",
    (bound) => {
      const machine = died({ dies: tagged("after", "InstallIntended") }, { bound });
      machine.clock.now = manifest.notAfter;
      machine.finish();
      expect(statusesTold(machine).at(-1)).toBe("TimedOut");
      expect(truthOf(machine)).toEqual(["repair"]);
    },
  );

  it("I6: intent, twice: two attempts are all there are", () => {
    const machine = Machine.make({
      packages,
      dies: (m) => m.when === "after" && m.records[0]?._tag === "InstallIntended",
    });
    machine.plane.order([patch("a")]);
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "Failed 10" });
    expect(patchesTold(machine).A).toMatchObject({ attempt: 2, exitCode: null });
    expect(truthOf(machine)).toEqual(["repair", "repair"]);
  });

  it.each(["transactional", "detectable"] as const)(
    "during an installation (%s), before its effect: mends, sees nothing, tries again",
    (c) => {
      const machine = died({ ...strikes("before"), ...ofClass(c) });
      machine.finish();
      expect(truthOf(machine)).toEqual(["begin A", "repair", "begin A", "effect A"]);
      expect(patchesTold(machine).A).toMatchObject({ attempt: 2, outcome: "Installed" });
    },
  );

  it("during an installation (transactional), half way: mends first, then looks, one effect", () => {
    const machine = died({ ...strikes("half-way") });
    expect(standing(machine)).toMatchObject({ a: "1-1 and 2-1" });
    machine.finish();
    expect(truthOf(machine).slice(0, 2)).toEqual(["begin A", "repair"]);
    expect(truthOf(machine).filter((t) => t === "effect A")).toHaveLength(1);
    expect(truthOf(machine).filter((t) => t === "begin A")).toHaveLength(1);
    expect(standing(machine)).toMatchObject({ a: "2-1" });
    expect(patchesTold(machine).A).toMatchObject({ attempt: 1, outcome: "Installed", exitCode: null });
  });

  it("during an installation (detectable), after its effect: sees it and doesn't run again", () => {
    const machine = died({ ...strikes("after"), ...ofClass("detectable") });
    machine.finish();
    expect(truthOf(machine)).toEqual(["begin A", "effect A", "repair"]);
    expect(patchesTold(machine).A).toMatchObject({ attempt: 1, outcome: "Installed" });
  });

  it.each([
    ["before", "Failed 10"],
    ["after", "Installed"],
  ] as const)("during an installation (opaque), %s its effect: never runs again", (strike, outcome) => {
    const machine = died({ ...strikes(strike), ...ofClass("opaque") });
    machine.finish();
    expect(truthOf(machine).filter((t) => t === "begin A")).toHaveLength(1);
    expect(outcomesTold(machine)).toEqual({ A: outcome });
    expect(patchesTold(machine).A).toMatchObject({ attempt: 1, exitCode: null });
  });

  it("opaque: not even when it was only announced", () => {
    const machine = died({ dies: tagged("after", "InstallIntended"), ...ofClass("opaque") });
    machine.finish();
    expect(truthOf(machine)).toEqual(["repair"]);
    expect(outcomesTold(machine)).toEqual({ A: "Failed 10" });
  });

  it("after the installer, before its result: what stands there decides, and the exit code is lost and not needed", () => {
    const machine = died({ dies: tagged("before", "InstallReported") });
    machine.finish();
    expect(truthOf(machine)).toEqual(["begin A", "effect A", "repair"]);
    expect(patchesTold(machine).A).toMatchObject({
      attempt: 1,
      outcome: "Installed",
      exitCode: null,
      outputTail: "",
    });
  });

  it("result, before looking: looks, and keeps the exit code", () => {
    const machine = died({ dies: tagged("after", "InstallReported") });
    machine.finish();
    expect(truthOf(machine)).toEqual(["begin A", "effect A"]);
    expect(patchesTold(machine).A).toMatchObject({ attempt: 1, outcome: "Installed", exitCode: 0 });
  });

  it("result of a failure, before looking: the failure keeps its reason and isn't tried again", () => {
    const machine = died({ dies: tagged("after", "InstallReported"), faults: { a: "pre-scriptlet-fails" } });
    machine.finish();
    expect(truthOf(machine)).toEqual(["begin A"]);
    expect(patchesTold(machine).A).toMatchObject({ attempt: 1, outcome: "Failed", reasonCode: 9, exitCode: 1 });
  });

  it("I20: report sent, answer lost: sent again, told once", () => {
    let isLost = true;
    const sent: string[] = [];
    const machine = Machine.make({
      packages,
      network: (request, deliver) => {
        const reply = deliver(request);
        if (request.path !== "/v0/facts") return reply;
        sent.push(Buffer.from(request.body).toString());
        const answer = isLost ? null : reply;
        isLost = false;
        return answer;
      },
    });
    machine.plane.order([patch("a")]);
    machine.finish();
    expect(sent[1]).toContain(sent[0]?.slice(0, -2));
    expect(machine.plane.conflicts).toEqual([]);
    expect(machine.plane.facts.size).toBe(5);
  });

  it.each(["before", "after"] as const)("%s an acknowledgement is written: sent again or not, told once", (when) => {
    const machine = died({ dies: tagged(when, "FactsAcknowledged") });
    machine.finish();
    expect(machine.plane.conflicts).toEqual([]);
    expect(statusesTold(machine)).toEqual(["Downloaded", "JobStarted", "Patching", "Completed"]);
  });
});

interface Scene {
  readonly options: Partial<Machine.MachineOptions>;
  readonly change: Partial<Documents.JobManifest>;
  readonly ordered: Documents.PatchList["patches"];
  readonly outcomes: { readonly [patchId: string]: string };
  readonly end: RunStatus.RunStatus;
}

const scenes: { readonly [name: string]: Scene } = {
  "three patches that install": {
    options: {},
    change: {},
    ordered: patches,
    outcomes: { A: "Installed", B: "Installed", C: "Installed" },
    end: "Completed",
  },
  "every kind of fate": {
    options: {
      packages: [pkg("a", "1-1"), pkg("b", "1-1"), pkg("c", "2-1"), pkg("d", "1-1")],
      faults: { b: "pre-scriptlet-fails", d: "corrupt-file" },
    },
    change: {},
    ordered: [...patches, patch("d"), patch("e")],
    outcomes: { A: "Installed", B: "Failed 9", C: "AlreadyInstalled", D: "Failed 12", E: "NotApplicable" },
    end: "CompletedWithFailure",
  },
  "a failure that skips the rest": {
    options: { faults: { b: "pre-scriptlet-fails" } },
    change: { continueOnFailure: false },
    ordered: patches,
    outcomes: { A: "Installed", B: "Failed 9", C: "Skipped" },
    end: "CompletedWithFailure",
  },
  "a rollback": {
    options: { packages: [pkg("a", "2-1"), pkg("b", "2-1")] },
    change: { kind: "rollback" },
    ordered: [patch("a", "1-1"), patch("b", "1-1")],
    outcomes: { A: "Removed", B: "Removed" },
    end: "Completed",
  },
  "an installer without its privilege": {
    options: {
      installer: (simulated) => ({
        ...simulated,
        install: () => Effect.fail(new InstallerError({ reason: "NotPrivileged", message: "no", isRetryable: false })),
      }),
    },
    change: {},
    ordered: patches.slice(0, 2),
    outcomes: { A: "Failed 5", B: "Failed 5" },
    end: "JobFailed",
  },
};
const sceneOf = (name: string): Scene =>
  scenes[name] ?? { options: {}, change: {}, ordered: [], outcomes: {}, end: "Pending" };

const play = (scene: Scene, dies?: Dies): Machine.Machine => {
  // The installer is spied on: it must find its own intent as the journal's last word.
  const spied = (
    simulated: InstallerShape,
    machine: { readonly journal: Machine.Machine["journal"] },
  ): InstallerShape => {
    const made = scene.options.installer?.(simulated, machine) ?? simulated;
    const spy =
      (call: InstallerShape["install"]): InstallerShape["install"] =>
      (p) => {
        const last = machine.journal.dump().at(-1);
        if (last?._tag !== "InstallIntended" || last.patchId !== p.patchId)
          throw new Error(`no intent for ${p.patchId}`);
        return call(p);
      };
    return { ...made, install: spy(made.install), rollback: spy(made.rollback) };
  };
  const machine = Machine.make({
    packages,
    ...scene.options,
    installer: spied,
    ...(dies === undefined ? {} : { dies }),
  });
  machine.plane.order(scene.ordered, { notAfter: NOW + 10 * HOUR, ...scene.change });
  machine.finish();
  return machine;
};

/** What must hold at the end of any history of a scene. `crashes` may have used up attempts. */
const complaints = (machine: Machine.Machine, scene: Scene, crashes: number): readonly string[] => {
  const truth = truthOf(machine);
  const count = (what: string): number => truth.filter((t) => t === what).length;
  const told = outcomesTold(machine);
  const facts = machine.plane.facts;
  const journalFacts = machine.journal.dump().flatMap((r) => (r._tag === "FactRecorded" ? [r.fact] : []));
  const wrong = Object.entries(scene.outcomes).filter(([patchId, outcome]) => {
    // Two deaths at one patch leave it as it stands, and say so.
    const usedUp = crashes > 1 && told[patchId] === "Failed 10";
    return told[patchId] !== outcome && !usedUp;
  });
  const end = statusesTold(machine).at(-1);
  const isExcused = crashes > 1 && Object.values(told).includes("Failed 10") && end === "CompletedWithFailure";
  const moves = ["Pending", ...statusesTold(machine)] as RunStatus.RunStatus[];
  return [
    ...scene.ordered.flatMap(({ patchId }) => [
      ...(count(`effect ${patchId}`) > 1 ? [`${patchId} took effect ${count(`effect ${patchId}`)} times`] : []),
      ...(count(`begin ${patchId}`) > 2 ? [`${patchId} began ${count(`begin ${patchId}`)} times`] : []),
    ]),
    ...wrong.map(([patchId, outcome]) => `${patchId} ended ${told[patchId]}, not ${outcome}`),
    ...(end === scene.end || isExcused ? [] : [`ended ${end}, not ${scene.end}`]),
    ...(moves.every((to, i) => i === 0 || RunStatus.mayMove(moves[i - 1] ?? to, to, "agent"))
      ? []
      : [`moved ${moves.join()}`]),
    ...(times(facts.size, (n) => n + 1).every((n) => facts.has(n)) ? [] : ["facts have gaps"]),
    ...(machine.plane.conflicts.length > 0 ? [`facts differ: ${machine.plane.conflicts.join()}`] : []),
    ...(JSON.stringify(journalFacts) === JSON.stringify([...facts.values()])
      ? []
      : ["what was told isn't what the journal says"]),
    ...(Object.keys(told).length === journalFacts.filter((f) => f.body._tag === "Patch").length
      ? []
      : ["a patch was told twice"]),
    ...(JSON.stringify(machine.plane.snapshots.at(-1)?.packages) ===
    JSON.stringify(Effect.runSync(machine.os.inventory.packages()))
      ? []
      : ["the last snapshot isn't what stands there"]),
    ...(Object.values(patchesTold(machine)).every((p) =>
      p.packages.every((c) => standing(machine)[c.name] === (c.after.join(" and ") || undefined)),
    )
      ? []
      : ["what was told isn't what stands there"]),
  ];
};

describe.each(Object.keys(scenes))("%s", (name) => {
  const scene = sceneOf(name);
  const calm = play(scene);

  it("I5 I20: ends well when nothing dies", () => {
    expect(complaints(calm, scene, 0)).toEqual([]);
    expect(outcomesTold(calm)).toEqual(scene.outcomes);
  });

  it("I5 I6 I18 I20: ends alike when the agent dies after any record of the journal", () => {
    const boundaries = calm.moments.filter((m) => m.call === "journal.append" && m.when === "after").map((m) => m.n);
    expect(boundaries.length).toBeGreaterThan(15);
    const wrong = boundaries.flatMap((n) =>
      complaints(
        play(scene, (m) => m.n === n),
        scene,
        1,
      ).map((c) => `died after ${calm.moments[n]?.records.map((r) => r._tag).join()}: ${c}`),
    );
    expect(wrong).toEqual([]);
  });

  it("I5 I6 I18 I20: ends alike when the agent dies at any other call of any port", () => {
    const others = calm.moments.filter((m) => m.call !== "journal.append" || m.when !== "after");
    expect(others.length).toBeGreaterThan(60);
    const wrong = others.flatMap(({ n, when, call }) =>
      complaints(
        play(scene, (m) => m.n === n),
        scene,
        1,
      ).map((c) => `died ${when} ${call} (${n}): ${c}`),
    );
    expect(wrong).toEqual([]);
  });

  it("I5 I6 I18 I20: keeps its word when the agent dies again and again", () => {
    const most = calm.moments.length;
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: most * 2 }), { minLength: 2, maxLength: 6 }), (deaths) => {
        expect(
          complaints(
            play(scene, (m) => deaths.includes(m.n)),
            scene,
            deaths.length,
          ),
        ).toEqual([]);
      }),
      runs(40),
    );
  });
});

describe("dying inside an installer", () => {
  it("I5 I6: whatever strikes whichever call, no patch takes effect twice or begins a third time", () => {
    const strike = fc.constantFrom(
      null,
      null,
      "before" as const,
      "half-way" as const,
      "after" as const,
      "busy" as const,
    );
    fc.assert(
      fc.property(fc.array(strike, { maxLength: 8 }), fc.boolean(), (drawn, continueOnFailure) => {
        let n = 0;
        const scene: Scene = {
          ...sceneOf("three patches that install"),
          change: { continueOnFailure },
          options: { strike: () => drawn[n++] ?? null },
        };
        const machine = play(scene);
        const broken = complaints(machine, { ...scene, outcomes: {} }, 2).filter((c) => !c.startsWith("ended"));
        expect(broken).toEqual([]);
        const allowed = ["Installed", "Failed 10", ...(continueOnFailure ? [] : ["Skipped"])];
        expect(Object.values(outcomesTold(machine)).every((o) => allowed.includes(o))).toBe(true);
        expect(RunStatus.isFinal(machine.status() ?? "Pending")).toBe(true);
      }),
      runs(100),
    );
  });
});
