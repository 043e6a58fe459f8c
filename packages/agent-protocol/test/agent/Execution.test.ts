import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import { InstallerError, type InstallerShape, type InstallReport, type JournalRecord } from "../../src/agent/index.ts";
import { type Documents, Problem } from "../../src/index.ts";
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

/** A machine with an order, run to its end. */
const ran = (
  options: Partial<Machine.MachineOptions> = {},
  change: Partial<Documents.JobManifest> = {},
  ordered: Documents.PatchList["patches"] = patches,
): Machine.Machine => {
  const machine = Machine.make({ packages, ...options });
  machine.plane.order(ordered, change);
  machine.finish();
  return machine;
};
const fine: InstallReport = { exitCode: 0, signal: null, reasonCode: null, reason: null, outputTail: "" };
const error = (reason: InstallerError["reason"], isRetryable = reason === "Busy") =>
  Effect.fail(new InstallerError({ reason, message: `it was ${reason}`, isRetryable }));

describe("a run", () => {
  it("CMP-02: installs, looks, and tells what it saw", () => {
    const machine = ran();
    expect(truthOf(machine)).toEqual(["begin A", "effect A", "begin B", "effect B", "begin C", "effect C"]);
    expect(standing(machine)).toEqual({ a: "2-1", b: "2-1", c: "2-1" });
    expect(statusesTold(machine)).toEqual(["Downloaded", "JobStarted", "Patching", "Completed"]);
    expect(patchesTold(machine).B).toEqual({
      _tag: "Patch",
      runId: manifest.runId,
      patchId: "B",
      attempt: 1,
      outcome: "Installed",
      reasonCode: null,
      exitCode: 0,
      outputTail: "Complete!",
      packages: [{ name: "b", arch: "noarch", before: ["1-1"], after: ["2-1"] }],
    });
  });

  it("RUN-08: tells each patch's own fate, and ends with failure when one failed", () => {
    const machine = ran(
      {
        packages: [pkg("a", "1-1"), pkg("b", "1-1"), pkg("c", "2-1"), pkg("d", "1-1")],
        faults: { b: "pre-scriptlet-fails", d: "corrupt-file" },
      },
      {},
      [...patches, patch("d"), patch("e")],
    );
    expect(outcomesTold(machine)).toEqual({
      A: "Installed",
      B: "Failed 9",
      C: "AlreadyInstalled",
      D: "Failed 12",
      E: "NotApplicable",
    });
    expect(statusesTold(machine).at(-1)).toBe("CompletedWithFailure");
    expect(truthOf(machine)).toEqual(["begin A", "effect A", "begin B"]);
  });

  it("fetches only what is needed", () => {
    const fetched: string[] = [];
    ran(
      {
        packages: [pkg("a", "1-1"), pkg("b", "2-1")],
        installer: (simulated) => ({
          ...simulated,
          prefetch: (p) => {
            fetched.push(p.patchId);
            return simulated.prefetch(p);
          },
        }),
      },
      {},
      patches,
    );
    expect(fetched).toEqual(["A"]);
  });

  it("PAT-14: skips the rest after a failure when the job says so", () => {
    const machine = ran({ faults: { a: "pre-scriptlet-fails" } }, { continueOnFailure: false });
    expect(outcomesTold(machine)).toEqual({ A: "Failed 9", B: "Skipped", C: "Skipped" });
    expect(statusesTold(machine).at(-1)).toBe("CompletedWithFailure");
    expect(standing(machine)).toEqual({ a: "1-1", b: "1-1", c: "1-1" });
  });

  it("RUN-08: no file at all is Downloading - Failed, and nothing starts", () => {
    const machine = ran({ faults: { a: "corrupt-file", b: "corrupt-file", c: "corrupt-file" } });
    expect(statusesTold(machine)).toEqual(["DownloadingFailed"]);
    expect(outcomesTold(machine)).toEqual({ A: "Failed 12", B: "Failed 12", C: "Failed 12" });
    expect(truthOf(machine)).toEqual([]);
  });

  it("CMP-02: an installer that claims success is not believed", () => {
    const machine = ran({ strike: () => "claims-success" });
    expect(outcomesTold(machine)).toEqual({ A: "Failed 9", B: "Failed 9", C: "Failed 9" });
    expect(patchesTold(machine).A).toMatchObject({ exitCode: 0 });
  });

  it("CMP-02: an installer that reports a failure after it succeeded is not believed either", () => {
    const machine = ran({
      installer: (simulated) => ({
        ...simulated,
        install: (p) => Effect.map(simulated.install(p), () => ({ ...fine, exitCode: 1, reasonCode: 9, reason: "no" })),
      }),
    });
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Installed", C: "Installed" });
    expect(statusesTold(machine).at(-1)).toBe("Completed");
  });

  it("RUN-03: a rollback takes back to exactly the version, and calls the patch Removed", () => {
    const back = [patch("a", "1-1"), patch("b", "0-1")];
    const machine = ran({ packages: [pkg("a", "2-1"), pkg("b", "0-1")] }, { kind: "rollback" }, back);
    expect(outcomesTold(machine)).toEqual({ A: "Removed", B: "AlreadyInstalled" });
    expect(standing(machine)).toEqual({ a: "1-1", b: "0-1" });
    expect(machine.os.truth[0]).toMatchObject({ action: "rollback" });
  });

  it("SCH-09: nothing happens before the start, and the agent says when it will", () => {
    const machine = Machine.make({ packages });
    machine.plane.order(patches, { notBefore: NOW + 600_000, notAfter: NOW + HOUR });
    const end = machine.cycle();
    expect(machine.status()).toBe("Pending");
    expect(end._tag === "Ended" && end.report.nextAt).toBe(NOW + 600_000);
    machine.clock.now = NOW + 600_000;
    machine.cycle();
    expect(machine.status()).toBe("Completed");
  });

  it("T26: a patch named as a member of every object is installed like any other", () => {
    const named = { ...patch("a"), patchId: "constructor" };
    const machine = ran({}, {}, [named, { ...patch("b"), patchId: "toString" }]);
    expect(outcomesTold(machine)).toEqual({ constructor: "Installed", toString: "Installed" });
  });

  it("RUN-04: output that is cut in the middle of a character is told all the same", () => {
    const machine = ran({
      installer: (simulated) => ({
        ...simulated,
        install: (p) => Effect.map(simulated.install(p), () => ({ ...fine, outputTail: `${"😀".repeat(1_500)}x` })),
      }),
    });
    expect(machine.state().facts).toEqual([]);
    expect(patchesTold(machine).A?.outputTail).toBe(`\ufffd${"😀".repeat(999)}x`);
  });
});

describe("intent before effect", () => {
  it("I6: the journal names the attempt and what stood before, whenever an installer is called", () => {
    const seen: unknown[] = [];
    const spy = (
      simulated: InstallerShape,
      { journal }: { readonly journal: Machine.Machine["journal"] },
    ): InstallerShape => ({
      ...simulated,
      install: (p) => {
        seen.push(journal.dump().at(-1));
        return simulated.install(p);
      },
    });
    ran({ installer: spy });
    const intent = (patchId: string, name: string): JournalRecord => ({
      _tag: "InstallIntended",
      runId: manifest.runId,
      patchId,
      attempt: 1,
      before: [{ name, arch: "noarch", evrs: ["1-1"], sideBySide: false }],
    });
    expect(seen).toEqual([intent("A", "a"), intent("B", "b"), intent("C", "c")]);
  });

  it("result before report: nothing is told that the journal doesn't hold", () => {
    let journal: Machine.Machine["journal"] | null = null;
    const early: number[] = [];
    const machine = Machine.make({
      packages,
      network: (request, deliver) => {
        const told =
          request.path === "/v0/facts"
            ? (JSON.parse(Buffer.from(request.body).toString()) as { facts: { sequence: number }[] }).facts
            : [];
        const held = (journal?.dump() ?? []).flatMap((r) => (r._tag === "FactRecorded" ? [r.fact.sequence] : []));
        early.push(...told.map((f) => f.sequence).filter((n) => !held.includes(n)));
        return deliver(request);
      },
    });
    journal = machine.journal;
    machine.plane.order(patches);
    machine.finish();
    expect(machine.plane.facts.size).toBe(7);
    expect(early).toEqual([]);
  });
});

describe("two runs at once", () => {
  it("I7: the second doesn't begin while the first waits for a lock, and begins when it is over", () => {
    let isLocked = true;
    const machine = Machine.make({ packages, strike: () => (isLocked ? "busy" : null) });
    const second = "00000000-0000-4000-8000-0000000000b2";
    machine.plane.order([patch("a")]);
    machine.plane.order([patch("b")], { runId: second, manifestVersion: manifest.manifestVersion + 1 });
    for (let i = 0; i < 3; i += 1) {
      machine.cycle();
      machine.clock.now += 5_000;
      expect([machine.status(), machine.status(second)]).toEqual(["Patching", "Pending"]);
    }
    isLocked = false;
    machine.finish();
    expect([machine.status(), machine.status(second)]).toEqual(["Completed", "Completed"]);
  });
});

describe("a clock that the platform refuses", () => {
  it("I44, I3: begins nothing early by it, and gives nothing up as too late; once it is right again the run starts", () => {
    let isRefused = false;
    const refusal = Problem.reply({ code: "clock-skew", title: "clock", detail: "made 9000 s from now" });
    const machine = Machine.make({ packages, network: (r, deliver) => (isRefused ? refusal : deliver(r)) });
    const [start, end] = [NOW + 2 * HOUR, NOW + 3 * HOUR];
    machine.plane.order(patches, { bound: "start", notBefore: start, notAfter: end });
    machine.cycle();
    isRefused = true;
    for (const wrong of [start, start + HOUR / 2, end, end + 24 * HOUR]) {
      machine.clock.now = wrong;
      machine.cycle();
      expect([machine.status(), truthOf(machine)]).toEqual(["Pending", []]);
    }
    isRefused = false;
    machine.clock.now = start + HOUR / 2;
    machine.finish();
    expect(machine.status()).toBe("Completed");
    expect(truthOf(machine)).toHaveLength(6);
  });

  it("WIN-02: what was begun by then is finished", () => {
    let isRefused = false;
    const refusal = Problem.reply({ code: "clock-skew", title: "clock", detail: "made 9000 s from now" });
    const machine: Machine.Machine = Machine.make({
      packages,
      network: (r, deliver) => (isRefused ? refusal : deliver(r)),
      installer: (simulated) => ({
        ...simulated,
        install: (patch) => {
          isRefused = true;
          return simulated.install(patch);
        },
      }),
    });
    machine.plane.order(patches, { bound: "start" });
    machine.cycle();
    expect(machine.status()).toBe("Completed");
  });
});

describe("a lock that somebody else holds", () => {
  const locked = (times: number) => {
    let left = times;
    return () => {
      left -= 1;
      return left >= 0 ? ("busy" as const) : null;
    };
  };

  it("waits five seconds and tries again, and the attempt that never began doesn't count", () => {
    const machine = Machine.make({ packages, strike: locked(3) });
    machine.plane.order(patches);
    const waits = [1, 2, 3].map(() => {
      const end = machine.cycle();
      const wait = end._tag === "Ended" ? end.report.nextAt - machine.clock.now : 0;
      machine.clock.now += wait;
      return wait;
    });
    expect(waits).toEqual([5_000, 5_000, 5_000]);
    expect(machine.status()).toBe("Patching");
    machine.finish();
    expect(tagsOf(machine).filter((t) => t === "InstallDeferred")).toHaveLength(3);
    expect(patchesTold(machine).A).toMatchObject({ attempt: 1, outcome: "Installed" });
    expect(truthOf(machine).filter((t) => t.startsWith("begin"))).toEqual(["begin A", "begin B", "begin C"]);
  });

  it("I6: leaves both attempts for crashes, however often the lock was taken", () => {
    const strikes = ["busy", "busy", "before", "busy", null] as const;
    let n = 0;
    const machine = ran({ strike: () => strikes[n++] ?? null }, {}, [patch("a")]);
    expect(patchesTold(machine).A).toMatchObject({ attempt: 2, outcome: "Installed" });
    expect(truthOf(machine)).toEqual(["begin A", "repair", "begin A", "effect A"]);
  });

  it.each(["complete", "start"] as const)("WIN-02: is waited for until the window ends, %s-bound", (bound) => {
    const machine = ran({ strike: () => "busy" }, { bound, notAfter: NOW + 22_000 });
    expect(statusesTold(machine)).toEqual(["Downloaded", "JobStarted", "Patching", "TimedOut"]);
    expect(machine.clock.now).toBeLessThan(NOW + 60_000);
    expect(truthOf(machine)).toEqual([]);
  });

  it.each(["prefetch", "detect", "repair"] as const)("is waited for wherever it is met: at %s", (method) => {
    let left = 2;
    const machine = ran({
      strike: () => (left > 0 && method === "repair" ? "before" : null),
      installer: (simulated) => ({
        ...simulated,
        [method]: (p: never) => {
          left -= 1;
          return left >= 0 ? error("Busy") : simulated[method](p);
        },
      }),
    });
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Installed", C: "Installed" });
    expect(patchesTold(machine).C).toMatchObject({ attempt: 1 });
  });
});

describe("a lock met while a crashed attempt is recovered", () => {
  it("I6: leaves that attempt open: it is mended and counted when the lock is gone", () => {
    let repairs = 0;
    const strikes = ["before", null] as const;
    let n = 0;
    const machine = ran(
      {
        strike: () => strikes[n++] ?? null,
        installer: (simulated) => ({
          ...simulated,
          repair: () => {
            repairs += 1;
            return repairs <= 2 ? error("Busy") : simulated.repair();
          },
        }),
      },
      {},
      [patch("a")],
    );
    expect(truthOf(machine)).toEqual(["begin A", "repair", "begin A", "effect A"]);
    expect(patchesTold(machine).A).toMatchObject({ attempt: 2, outcome: "Installed" });
    expect(tagsOf(machine)).not.toContain("InstallDeferred");
  });
});

describe("an installer that can't even try", () => {
  const failing = (method: "detect" | "prefetch" | "install" | "repair", reason: InstallerError["reason"]) => ({
    installer: (simulated: InstallerShape): InstallerShape => ({ ...simulated, [method]: () => error(reason) }),
  });

  it.each([
    ["detect", "Unreadable", ["JobFailed"]],
    ["prefetch", "ToolMissing", ["JobFailed"]],
    ["install", "NotPrivileged", ["Downloaded", "JobStarted", "Patching", "JobFailed"]],
    ["install", "InstructionRefused", ["Downloaded", "JobStarted", "Patching", "JobFailed"]],
  ] as const)("RUN-08: %s that is %s makes the job fail, not the patches seem tried", (method, reason, statuses) => {
    const machine = ran(failing(method, reason));
    expect(statusesTold(machine)).toEqual(statuses);
    expect(outcomesTold(machine)).toEqual({ A: "Failed 5", B: "Failed 5", C: "Failed 5" });
    expect(patchesTold(machine).B).toMatchObject({ attempt: 0, outputTail: `${reason}: it was ${reason}` });
  });

  it("RUN-08: keeps what was installed before it", () => {
    let calls = 0;
    const machine = ran({
      installer: (simulated) => ({
        ...simulated,
        install: (p) => {
          calls += 1;
          return calls === 2 ? error("ToolMissing") : simulated.install(p);
        },
      }),
    });
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Failed 5", C: "Failed 5" });
    expect(statusesTold(machine).at(-1)).toBe("JobFailed");
  });

  it("T16: says so in a thousand characters at most, none of them half", () => {
    const message = `x${"😀".repeat(2_000)}`;
    const machine = ran({
      installer: (simulated) => ({
        ...simulated,
        detect: () => Effect.fail(new InstallerError({ reason: "Unreadable", message, isRetryable: false })),
      }),
    });
    expect(statusesTold(machine)).toEqual(["JobFailed"]);
    expect(machine.state().facts).toEqual([]);
  });
});

describe("a broken package database", () => {
  it("is mended before an installer starts, never installed onto", () => {
    const machine = Machine.make({
      packages,
      installer: (simulated) => {
        let isMended = false;
        return {
          ...simulated,
          detect: (p) =>
            Effect.map(simulated.detect(p), (found) =>
              found.map((f) => (isMended || f.name !== "a" ? f : { ...f, evrs: ["1-1", "1-2"] })),
            ),
          repair: () => {
            isMended = true;
            return simulated.repair();
          },
        };
      },
    });
    machine.plane.order(patches);
    machine.finish();
    expect(truthOf(machine).slice(0, 3)).toEqual(["repair", "begin A", "effect A"]);
    expect(outcomesTold(machine).A).toBe("Installed");
  });

  it("fails the patch where mending doesn't help, and nothing is begun", () => {
    const machine = Machine.make({
      packages,
      installer: (simulated) => ({
        ...simulated,
        detect: (p) =>
          Effect.map(simulated.detect(p), (found) =>
            found.map((f) => (f.name === "a" ? { ...f, evrs: ["1-1", "1-2"] } : f)),
          ),
      }),
    });
    machine.plane.order(patches);
    machine.finish();
    expect(outcomesTold(machine)).toMatchObject({ A: expect.stringContaining("Failed"), B: "Installed" });
    expect(truthOf(machine)).not.toContain("begin A");
  });
});
