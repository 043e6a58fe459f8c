import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as AssetRun from "../../src/domain/run/AssetRun.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Facts from "../scenario/Facts.ts";
import * as Values from "../scenario/Values.ts";

const { assetRun, patched, status, told } = Facts;
const started = [status("Downloaded"), status("JobStarted"), status("Patching")] as const;
const fold = (patches: readonly string[], ...bodies: readonly AssetRun.AgentFact["body"][]) =>
  AssetRun.fold(assetRun(patches), told(...bodies));

/** The same facts in another order, some of them several times. */
const retold = (facts: readonly AssetRun.AgentFact[]) =>
  fc.subarray([...facts]).chain((again) => Arbitraries.shuffled([...facts, ...again]));

describe("the fold over facts", () => {
  it("RUN-06: an honest agent's history, in any order and with any repetition, gives the state it ended in", () => {
    const ends = new Set<string>();
    const inputs = Facts.history.chain((h) => fc.tuple(fc.constant(h), retold(h.facts)));
    fc.assert(
      fc.property(inputs, ([{ patches, facts, ends: end }, again]) => {
        const state = AssetRun.fold(assetRun(patches), again);
        expect(state.status).toBe(end);
        expect(state.violations).toBe(0);
        expect(state.changedAt).toBe(Values.START + facts.length * Values.MINUTE_MS);
        expect(state).toEqual(AssetRun.fold(assetRun(patches), facts));
        ends.add(end);
      }),
      Arbitraries.runs(500),
    );
    // Every status that an agent can set was the end of some history.
    expect([...ends].sort()).toEqual(RunStatus.all.filter((s) => s !== "NotLicensed" && s !== "Pending").sort());
  });

  it("RUN-06: any facts at all, contradictory ones too, give one state in any order and with any repetition", () => {
    const statuses = new Set<string>();
    const inputs = Facts.anything.chain((facts) => fc.tuple(fc.constant(facts), retold(facts)));
    fc.assert(
      fc.property(inputs, ([facts, again]) => {
        const run = assetRun(["P-0", "P-1"]);
        const state = AssetRun.fold(run, facts);
        expect(AssetRun.fold(run, again)).toEqual(state);
        statuses.add(state.status);
      }),
      Arbitraries.runs(1_000),
    );
    expect(statuses.size).toBeGreaterThan(8);
  });

  it("RUN-06: a fact that isn't here yet only leaves the state behind: what is known later lies ahead of it", () => {
    const inputs = Facts.history.chain((h) => fc.tuple(fc.constant(h), fc.subarray([...h.facts])));
    let behind = 0;
    fc.assert(
      fc.property(inputs, ([{ patches, facts }, some]) => {
        const partly = AssetRun.fold(assetRun(patches), some);
        const whole = AssetRun.fold(assetRun(patches), facts);
        expect(partly.violations).toBe(0);
        expect(partly.status === whole.status || RunStatus.isReachable(partly.status, whole.status)).toBe(true);
        expect(whole.results).toMatchObject(partly.results);
        if (partly.status !== whole.status) behind += 1;
      }),
      Arbitraries.runs(300),
    );
    expect(behind).toBeGreaterThan(20);
  });

  it("RUN-06: facts count by epoch, then by number, whatever their clocks say", () => {
    const late = { epoch: 2, sequence: 1, at: Values.START - Values.DAY_MS, body: status("Patching") };
    const early = { epoch: 1, sequence: 9, at: Values.START + Values.DAY_MS, body: status("JobStarted") };
    expect(AssetRun.fold(assetRun([]), [late, early])).toMatchObject({
      status: "Patching",
      violations: 0,
      changedAt: early.at,
    });
    expect(AssetRun.fold(assetRun([]), [{ ...late, epoch: 1, sequence: 8 }, early])).toMatchObject({
      status: "Patching",
      violations: 1,
    });
  });

  it("counts what no path of the table allows, and doesn't obey it", () => {
    const over = [...started, patched("P-0", "Installed"), status("Completed")];
    expect(fold(["P-0"], ...over)).toMatchObject({ status: "Completed", violations: 0 });
    const state = fold(["P-0"], ...over, status("Patching"), status("JobFailed", "changed my mind"));
    expect(state).toMatchObject({
      status: "Completed",
      reason: null,
      violations: 2,
      changedAt: Values.START + 5 * Values.MINUTE_MS,
    });
    expect(fold([], status("NotLicensed"))).toMatchObject({ status: "Pending", violations: 1 });
    expect(fold([], status("Pending"))).toMatchObject({ status: "Pending", violations: 1 });
  });

  it("LIC-06: an asset run placed as Not Licensed stays so, whatever an agent tells", () => {
    const placed = { status: "NotLicensed", reason: "no seat", at: Values.START } as const;
    const run = { ...assetRun(["P-0"]), placed };
    fc.assert(
      fc.property(Facts.anything, (facts) => {
        expect(AssetRun.fold(run, facts)).toMatchObject({ status: "NotLicensed", reason: "no seat" });
      }),
      Arbitraries.runs(100),
    );
  });

  it("keeps the evidence, and of the wire's members nothing else", () => {
    const body = {
      ...patched("P-0", "Failed", { exitCode: 4, outputTail: "scriptlet failed" }),
      runId: Values.uuid(1),
    };
    const { results } = fold(["P-0"], ...started, body);
    expect(results["P-0"]).toEqual({
      patchId: "P-0",
      attempt: 1,
      outcome: "Failed",
      reasonCode: 9,
      exitCode: 4,
      outputTail: "scriptlet failed",
      packages: [{ name: "openssl", arch: "x86_64", before: ["1-1"], after: ["2-1"] }],
    });
    expect(AssetRun.failureLabel(results["P-0"] ?? body)).toBe("9 InstallerFailed");
    expect(AssetRun.failureLabel({ ...body, reasonCode: null })).toBe("");
    expect(AssetRun.failureLabel({ ...body, reasonCode: 6 })).toBe("6 Unknown(6)");
  });

  it.each([
    ["malformed", "JobFailed"],
    ["older-than-seen", "JobFailed"],
    ["zone-differs", "JobFailed"],
  ])("turns a manifest that the agent refused as %s into %s with the reason", (reason, end) => {
    expect(fold(["P-0"], { _tag: "Refusal", reason, message: "number 3" })).toMatchObject({
      status: end,
      reason: `${reason}: number 3`,
    });
  });
});

describe("a lease that ran out before the agent read its manifest", () => {
  it("PLN-04: ends nothing, as the control plane renews it", () => {
    expect(fold(["P-0"], { _tag: "Refusal", reason: "expired", message: "over" })).toMatchObject({ status: "Pending" });
  });
});

describe("an end that is claimed", () => {
  it.each(Facts.GOOD)("RUN-08: is Completed when every patch is %s, though a failure was claimed", (outcome) => {
    const evidence = [patched("P-0", outcome), patched("P-1", "Installed")];
    for (const claim of ["Completed", "CompletedWithFailure"] as const) {
      expect(fold(["P-0", "P-1"], ...started, ...evidence, status(claim)).status).toBe("Completed");
    }
  });

  it.each(["Pending", "Downloaded", "InstalledPendingReboot", "Failed", "Skipped"] as const)(
    "RUN-08: is Completed with Failure when a patch is %s, though success was claimed",
    (outcome) => {
      const evidence = [patched("P-0", "Installed"), patched("P-1", outcome)];
      for (const claim of ["Completed", "CompletedWithFailure"] as const) {
        expect(fold(["P-0", "P-1"], ...started, ...evidence, status(claim)).status).toBe("CompletedWithFailure");
      }
    },
  );

  it("RUN-08: waits for evidence that isn't here: the run stays where it was, and that is no violation", () => {
    const partly = fold(["P-0", "P-1"], ...started, patched("P-0", "Installed"), status("Completed"));
    expect(partly).toMatchObject({ status: "Patching", violations: 0 });
  });

  it("RUN-08: counts the evidence wherever it stands among the facts", () => {
    expect(fold(["P-0"], ...started, status("Completed"), patched("P-0", "Installed")).status).toBe("Completed");
  });

  it("RUN-08: whatever is told, Completed means good evidence for every planned patch, and Completed with Failure bad evidence for one", () => {
    const seen = { Completed: 0, CompletedWithFailure: 0 };
    const planned = fc.subarray(["P-0", "P-1"], { minLength: 1 });
    fc.assert(
      fc.property(planned, Facts.anything, (patches, facts) => {
        const { status: end, results } = AssetRun.fold(assetRun(patches), facts);
        if (end !== "Completed" && end !== "CompletedWithFailure") return;
        seen[end] += 1;
        const outcomes = patches.map((p) => results[p]?.outcome);
        expect(outcomes).not.toContain(undefined);
        expect(outcomes.every((o) => o !== undefined && Facts.GOOD.includes(o))).toBe(end === "Completed");
      }),
      Arbitraries.runs(2_000),
    );
    expect(seen.Completed).toBeGreaterThan(5);
    expect(seen.CompletedWithFailure).toBeGreaterThan(5);
  });
});

describe("what is presumed at the window's end", () => {
  const presumed = (patches: readonly string[]) =>
    Facts.marked(assetRun(patches), { _tag: "Presumed", reason: "the window was over", facts: null }, 99);

  it("RUN-06, WIN-03: stands while nothing but a download was told, and says why", () => {
    for (const facts of [told(), told(status("Downloaded"))]) {
      expect(AssetRun.fold(presumed(["P-0"]), facts)).toMatchObject({
        status: "TimedOut",
        reason: "the window was over",
        changedAt: 99,
        violations: 0,
      });
    }
  });

  it("RUN-06: gives way to what an agent tells of having begun, in any order, as if it had never been presumed", () => {
    let late = 0;
    const inputs = Facts.history.chain((h) => fc.tuple(fc.constant(h), retold(h.facts)));
    fc.assert(
      fc.property(inputs, ([{ patches, facts }, again]) => {
        const hasBegun = facts.some((f) => f.body._tag === "Status" && f.body.status !== "Downloaded");
        const state = AssetRun.fold(presumed(patches), again);
        if (!hasBegun) expect(state.status).toBe("TimedOut");
        if (!hasBegun) return;
        late += 1;
        const known = AssetRun.fold(assetRun(patches), facts);
        expect([state.status, state.results, state.violations]).toEqual([
          known.status,
          known.results,
          known.violations,
        ]);
      }),
      Arbitraries.runs(500),
    );
    expect(late).toBeGreaterThan(0);
  });
});

describe("what is revoked before it began", () => {
  const manifest = { version: 3, digest: "sha256:1", notAfter: 99 };
  const reason = "the job was disabled";
  const revoked = Facts.marked(assetRun(["P-0"], { manifest }), { _tag: "Revoked", reason }, 99);
  const isStill = { status: "JobFailed", reason, by: "Revoked", changedAt: 99, violations: 0 };
  const dropped: AssetRun.AgentFact["body"] = { _tag: "Dropped" };
  const notHad = patched("P-0", "Failed", { attempt: 0, reasonCode: 4 });

  it("JOB-28: has its manifest in force until its agent tells that it dropped it, in any order with what came before", () => {
    for (const facts of [told(), told(status("Downloaded")), told(notHad, status("Downloaded"))]) {
      expect(AssetRun.after(revoked, facts)).toMatchObject({ manifest, state: isStill });
    }
    fc.assert(
      fc.property(retold(told(notHad, status("Downloaded"), dropped)), (facts) => {
        expect(AssetRun.after(revoked, facts)).toMatchObject({ manifest: null, state: isStill });
      }),
      Arbitraries.runs(50),
    );
  });

  it("JOB-28, RUN-06: what was done all the same stands, whatever was said of dropping it", () => {
    const began = AssetRun.after(revoked, told(dropped, status("JobStarted")));
    expect([began.state.status, began.manifest]).toEqual(["JobStarted", manifest]);
    const goesOn = assetRun(["P-0"], { manifest });
    expect(AssetRun.after(goesOn, told(dropped))).toMatchObject({
      manifest,
      state: { status: "Pending", by: "placement" },
    });
  });
});
