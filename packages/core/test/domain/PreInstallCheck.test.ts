import { describe, expect, it } from "vitest";
import * as PreInstallCheck from "../../src/domain/key/PreInstallCheck.ts";

const needs: PreInstallCheck.Requirements = {
  systems: [
    { id: "rocky", from: "8.4" },
    { id: "debian", from: null },
  ],
  architectures: ["x86_64", "aarch64"],
  artefacts: ["agent.rpm"],
  server: "https://patch.example.com",
  clockSkewSecondsMax: 300,
};
const good: PreInstallCheck.ProbedFacts = {
  operatingSystem: { id: "rocky", version: "9.4", architecture: "x86_64" },
  rootCertificates: 140,
  artefacts: ["agent.rpm"],
  controlPlane: { _tag: "Reached", milliseconds: 12, clockSkewSeconds: -2 },
  unknown: {},
};
const judged = (over: Partial<PreInstallCheck.ProbedFacts>, check: PreInstallCheck.CheckName, of = needs) => {
  const { findings, isReady } = PreInstallCheck.judge({ ...good, ...over }, of);
  const found = findings.find((f) => f.check === check);
  return { verdict: found?.verdict, message: found?.message, fix: found?.fix, isReady };
};

describe("the check before an installation", () => {
  it("KEY-05: passes a machine that has everything, one finding for each check, with nothing to be done", () => {
    const { isReady, findings } = PreInstallCheck.judge(good, needs);
    expect(isReady).toBe(true);
    expect(findings.map((f) => [f.check, f.verdict, f.fix])).toEqual(
      PreInstallCheck.checks.map((check) => [check, "pass", null]),
    );
  });

  it("KEY-05: whatever doesn't pass says how to mend it", () => {
    const nothing = { operatingSystem: null, rootCertificates: null, artefacts: null, controlPlane: null, unknown: {} };
    for (const facts of [nothing, { ...good, rootCertificates: 0, artefacts: [] }]) {
      for (const finding of PreInstallCheck.judge(facts, needs).findings) {
        expect([finding.check, finding.fix === null]).toEqual([finding.check, finding.verdict === "pass"]);
      }
    }
  });

  it.each([
    ["rocky", "8.4", "x86_64", "pass"],
    ["rocky", "8.10", "aarch64", "pass"],
    ["rocky", "8.3", "x86_64", "fail"],
    ["rocky", "7", "x86_64", "fail"],
    ["rocky", null, "x86_64", "pass"],
    ["debian", "1", "x86_64", "pass"],
    ["gentoo", "1", "x86_64", "fail"],
    ["rocky", "9", "riscv64", "fail"],
  ] as const)("KEY-05: of the system, %s %s on %s: %s", (id, version, architecture, verdict) => {
    expect(judged({ operatingSystem: { id, version, architecture } }, "operating-system")).toMatchObject({
      verdict,
      isReady: verdict === "pass",
    });
  });

  it.each([
    [0, "fail"],
    [1, "warn"],
    [19, "warn"],
    [20, "pass"],
  ] as const)("KEY-05: of %i root certificates: %s", (rootCertificates, verdict) => {
    expect(judged({ rootCertificates }, "root-certificates")).toMatchObject({ verdict, isReady: verdict !== "fail" });
  });

  it("KEY-05: artefacts that aren't there are named", () => {
    const two = { ...needs, artefacts: ["a.rpm", "b.rpm"] };
    expect(judged({ artefacts: ["a.rpm"] }, "artefacts", two)).toMatchObject({
      verdict: "fail",
      message: "missing: b.rpm",
    });
    expect(judged({ artefacts: [] }, "artefacts", { ...needs, artefacts: [] })).toMatchObject({ verdict: "pass" });
  });

  it.each([
    [{ _tag: "NameNotFound" }, "DNS"],
    [{ _tag: "Refused" }, "port"],
    [{ _tag: "TimedOut" }, "firewall"],
    [{ _tag: "Untrusted", message: "self-signed" }, "root certificates"],
    [{ _tag: "Stranger", status: 302 }, "proxy"],
    [{ _tag: "Failed", message: "no route" }, "network"],
  ] as const)("KEY-05: a control plane that is $_tag from here fails, with its own fix", (controlPlane, hint) => {
    const { verdict, fix, isReady } = judged({ controlPlane }, "reachability");
    expect({ verdict, isReady }).toEqual({ verdict: "fail", isReady: false });
    expect(fix).toContain(hint);
  });

  it.each([
    [300, "pass"],
    [-300, "pass"],
    [301, "fail"],
    [null, "unknown"],
  ] as const)(
    "KEY-05: a clock that differs by %s s: %s, for signed requests bear no more",
    (clockSkewSeconds, verdict) => {
      const controlPlane = { _tag: "Reached", milliseconds: 1, clockSkewSeconds } as const;
      expect(judged({ controlPlane }, "clock").verdict).toBe(verdict);
    },
  );

  it("KEY-05: what could not be told is unknown, with the reason, and keeps no agent away", () => {
    const facts = { operatingSystem: null, unknown: { operatingSystem: "no os-release" } };
    expect(judged(facts, "operating-system")).toMatchObject({
      verdict: "unknown",
      isReady: true,
      message: expect.stringContaining("no os-release"),
    });
  });
});
