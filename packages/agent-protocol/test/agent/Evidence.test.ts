import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Evidence from "../../src/agent/Evidence.ts";
import type { InstallReport } from "../../src/agent/index.ts";
import { Facts, Json, type Package } from "../../src/index.ts";
import { runs } from "../Runs.ts";
import { uuid } from "../Samples.ts";

const patch: Package.PatchInstruction = {
  patchId: "P",
  advisory: null,
  packages: [{ name: "a", arch: "noarch", evr: "2-1" }],
};
const stands = (...evrs: readonly string[]): readonly Package.InstalledVersions[] => [
  { name: "a", arch: "noarch", evrs, sideBySide: false },
];
const ended = (exitCode: number | null, reasonCode: number | null = null): InstallReport => ({
  exitCode,
  signal: exitCode === null ? "SIGKILL" : null,
  reasonCode,
  reason: null,
  outputTail: "the end of it",
});
const observe = (change: Partial<Evidence.Observation>) =>
  Evidence.judge({
    runId: uuid(1),
    kind: "deployment",
    patch,
    attempt: 1,
    before: stands("1-1"),
    after: stands("2-1"),
    report: ended(0),
    ...change,
  });

type Row = readonly [says: string, change: Partial<Evidence.Observation>, outcome: string, reasonCode: number | null];
const rows: readonly Row[] = [
  ["exit 0 and the new version", {}, "Installed", null],
  ["exit 0 without the new version", { after: stands("1-1") }, "Failed", 9],
  ["exit 0 and two versions", { after: stands("1-1", "2-1") }, "Failed", 9],
  ["exit 0 and the package gone", { after: [] }, "NotApplicable", null],
  ["exit 1 and the new version", { report: ended(1, 9) }, "Installed", null],
  ["exit 1 without the new version", { report: ended(1, 9), after: stands("1-1") }, "Failed", 9],
  ["a hash that doesn't match", { report: ended(1, 12), after: stands("1-1") }, "Failed", 12],
  ["a reason nobody knows", { report: ended(1, 4_711), after: stands("1-1") }, "Failed", 4_711],
  ["no exit code and the new version", { report: null }, "Installed", null],
  ["no exit code and no new version", { report: null, after: stands("1-1") }, "Failed", 10],
  ["a killed installer and the new version", { report: ended(null) }, "Installed", null],
  ["no attempt and the new version", { attempt: 0, before: stands("2-1"), report: null }, "AlreadyInstalled", null],
  ["no attempt and a newer version", { attempt: 0, after: stands("3-1"), report: null }, "AlreadyInstalled", null],
  ["no attempt and no package", { attempt: 0, before: [], after: [], report: null }, "NotApplicable", null],
  ["a rollback to the version", { kind: "rollback" }, "Removed", null],
  ["a rollback that left a newer version", { kind: "rollback", after: stands("3-1") }, "Failed", 9],
  ["a rollback that nobody needed", { kind: "rollback", attempt: 0, report: null }, "AlreadyInstalled", null],
];

describe("Evidence.judge", () => {
  it.each(rows)("CMP-02: %s", (_, change, outcome, reasonCode) => {
    expect(observe(change)).toMatchObject({ _tag: "Patch", outcome, reasonCode });
  });

  it("CMP-02: tells what stood before and after, how the installer ended, and which attempt it was", () => {
    expect(observe({ attempt: 2, report: ended(3, 9) })).toEqual({
      _tag: "Patch",
      runId: uuid(1),
      patchId: "P",
      attempt: 2,
      outcome: "Installed",
      reasonCode: null,
      exitCode: 3,
      outputTail: "the end of it",
      packages: [{ name: "a", arch: "noarch", before: ["1-1"], after: ["2-1"] }],
    });
  });

  it("CMP-02: tells of a replaced package what stood before and that it went, once though two replace it", () => {
    const old = { name: "old", arch: "noarch", evr: "1-1" };
    const replacing = ["new", "newer"].map((name) => ({ name, arch: "noarch", evr: "2-1", replaces: [old] }));
    const state = (name: string, ...evrs: readonly string[]) => ({ name, arch: "noarch", evrs, sideBySide: false });
    const fact = observe({
      patch: { ...patch, packages: replacing },
      before: [state("new"), state("newer"), state("old", "1-1")],
      after: [state("new", "2-1"), state("newer", "2-1"), state("old")],
    });
    expect(fact.outcome).toBe("Installed");
    expect(fact.packages).toEqual([
      { name: "new", arch: "noarch", before: [], after: ["2-1"] },
      { name: "newer", arch: "noarch", before: [], after: ["2-1"] },
      { name: "old", arch: "noarch", before: ["1-1"], after: [] },
    ]);
  });

  it("RUN-04: keeps the last 2,000 characters of the output, not the first", () => {
    const outputTail = `${"x".repeat(3_000)}END`;
    const kept = observe({ report: { ...ended(1), outputTail } }).outputTail;
    expect(kept).toBe(outputTail.slice(-2_000));
    expect(observe({ report: { ...ended(1), outputTail: "y".repeat(2_000) } }).outputTail).toHaveLength(2_000);
  });

  it("RUN-04: whatever an installer printed, the fact can be signed and is taken", () => {
    const printed = fc.oneof(
      fc.string({ unit: "binary", maxLength: 50 }),
      // Output whose cut falls into the middle of a character.
      fc.nat({ max: 3 }).map((n) => "😀".repeat(1_500) + "x".repeat(n)),
      fc.constantFrom("\ud83d", "\ude00\ud83d", "\u0000\u001b[31m"),
    );
    fc.assert(
      fc.property(printed, (outputTail) => {
        const facts = [
          observe({ report: { ...ended(1), outputTail } }),
          Evidence.untried({ runId: uuid(1), patch, reason: outputTail }, "Failed", 4),
        ];
        for (const body of facts) {
          expect(Json.canonical(body).ok).toBe(true);
          const fact = { sequence: 1, at: 0, bootId: uuid(2), body };
          expect(Facts.Fact.safeParse(fact).success).toBe(true);
        }
      }),
      runs(40),
    );
  });
});

describe("Evidence.untried", () => {
  it("PAT-14: a skipped patch has no attempt, no exit code and no reason code", () => {
    expect(Evidence.untried({ runId: uuid(1), patch, reason: "an earlier patch failed" }, "Skipped", null)).toEqual({
      _tag: "Patch",
      runId: uuid(1),
      patchId: "P",
      attempt: 0,
      outcome: "Skipped",
      reasonCode: null,
      exitCode: null,
      outputTail: "an earlier patch failed",
      packages: [],
    });
  });
});
