import { describe, expect, it } from "vitest";
import * as AssetRun from "../../../src/domain/run/AssetRun.ts";
import * as LinkSuccess from "../../../src/domain/run/LinkSuccess.ts";
import * as Facts from "../../scenario/Facts.ts";
import * as Values from "../../scenario/Values.ts";

const { assetRun, patched, status, told } = Facts;
const { HOUR_MS, START } = Values;
const started = [status("Downloaded"), status("JobStarted"), status("Patching")] as const;
const pending = patched("P-0", "InstalledPendingReboot");

const inBoot = (bootId: string, facts: readonly AssetRun.AgentFact[]): readonly AssetRun.AgentFact[] =>
  facts.map((f) => ({ ...f, bootId }));

type Verdicts = { readonly [id: string]: "Satisfied" | "Unsatisfied" | "NotApplicable" | "Broken" };
const scanned = (verdicts: Verdicts, takenAt = START + HOUR_MS, bootId = "boot-1"): AssetRun.Mark => ({
  at: takenAt + 1,
  body: { _tag: "Scanned", takenAt, bootId, verdicts },
});
const unheard = (scan = START + HOUR_MS): AssetRun.Mark => ({
  at: scan + HOUR_MS + 1,
  body: { _tag: "Unheard", scan },
});
const presumed = (facts: number | null): AssetRun.Mark => ({
  at: START + 3 * HOUR_MS,
  body: { _tag: "Presumed", reason: "silent", facts },
});
const state = (patches: readonly string[], facts: readonly AssetRun.AgentFact[], ...marks: readonly AssetRun.Mark[]) =>
  AssetRun.fold({ ...assetRun(patches), marks }, facts);

const good: Verdicts = { "P-0": "Satisfied", "P-1": "NotApplicable" };
const both = ["P-0", "P-1"];

describe("a lost last message", () => {
  it("CMP-02: is no failure: once nothing more is heard, the next scan completes what is as the job wants it, and says by what", () => {
    expect(state(both, told(...started), scanned(good))).toMatchObject({ status: "Patching", by: "agent" });
    expect(state(both, told(...started), scanned(good), unheard())).toMatchObject({
      status: "Completed",
      by: "scan",
      reason: expect.stringContaining("CMP-02"),
      changedAt: START + 2 * HOUR_MS + 1,
      results: {},
    });
  });

  it.each(["Unsatisfied", "Broken"] as const)(
    "CMP-02: a scan that shows a patch %s completes nothing, and fails nothing",
    (verdict) => {
      const marks = [scanned({ ...good, "P-1": verdict }), unheard()];
      expect(state(both, told(...started), ...marks)).toMatchObject({ status: "Patching", by: "agent" });
      expect(state(both, told(...started), ...marks, presumed(3))).toMatchObject({
        status: "TimedOut",
        by: "Presumed",
      });
    },
  );

  it("CMP-02, RUN-06: a scan outranks a presumption, of what began and of what was only heard to be downloaded", () => {
    expect(state(both, told(...started), presumed(3), scanned(good))).toMatchObject({
      status: "Completed",
      by: "scan",
    });
    const downloaded = told(status("Downloaded"));
    expect(state(both, downloaded, presumed(null), scanned(good))).toMatchObject({ status: "Completed", by: "scan" });
  });

  it("CMP-02: of what nobody ever told of, a scan says nothing: another one patched the asset", () => {
    expect(state(both, told(), presumed(null), scanned(good), unheard())).toMatchObject({
      status: "TimedOut",
      scan: null,
    });
    expect(state(both, told(), scanned(good), unheard())).toMatchObject({ status: "Pending" });
  });

  it("CMP-02: a scan of before the last thing told says nothing of it", () => {
    const facts = told(...started);
    const at = facts.at(-1)?.at ?? 0;
    expect(state(both, facts, scanned(good, at), unheard(at))).toMatchObject({ status: "Patching", scan: null });
    expect(state(both, facts, scanned(good, at + 1), unheard(at + 1))).toMatchObject({ status: "Completed" });
    // And one of which there is a later one counts no more.
    const later = scanned({ ...good, "P-0": "Unsatisfied" }, START + 2 * HOUR_MS);
    expect(state(both, facts, scanned(good), unheard(), later)).toMatchObject({ status: "Patching" });
  });

  it("RUN-06: what its agent tells after the scan stands instead of it", () => {
    const facts = told(
      ...started,
      patched("P-0", "Installed"),
      patched("P-1", "Failed"),
      status("CompletedWithFailure"),
    );
    const late = facts.map((f, i) => (i < 3 ? f : { ...f, at: f.at + 2 * HOUR_MS }));
    expect(state(both, late.slice(0, 4), scanned(good), unheard())).toMatchObject({ status: "Patching", by: "agent" });
    expect(state(both, late, scanned(good), unheard())).toMatchObject({ status: "CompletedWithFailure", by: "agent" });
  });

  it("CMP-02: an end that was claimed without evidence for each patch is judged by what a scan shows of the others", () => {
    const claimed = told(...started, patched("P-0", "Installed"), status("Completed"));
    expect(state(both, claimed)).toMatchObject({ status: "Patching" });
    expect(state(both, claimed, scanned(good))).toMatchObject({ status: "Completed", by: "scan" });
    const bad = scanned({ ...good, "P-1": "Unsatisfied" });
    expect(state(both, claimed, bad)).toMatchObject({ status: "CompletedWithFailure", by: "scan" });
    const failed = told(...started, patched("P-0", "Failed"), status("Completed"));
    expect(state(both, failed, scanned(good))).toMatchObject({ status: "CompletedWithFailure" });
  });

  it("CMP-02, JOB-21: counts for what is linked to the job, as far as the scan shows it", () => {
    const run = { ...assetRun(both), marks: [scanned(good), unheard()] };
    const done = { ...run, state: AssetRun.fold(run, told(...started)) };
    expect(LinkSuccess.ofPatches([done])).toBe(100);
    expect(LinkSuccess.ofPatches([{ ...run, state: AssetRun.fold({ ...run, marks: [] }, told(...started)) }])).toBe(0);
  });
});

describe("a scan that contradicts what was told", () => {
  const done = told(...started, patched("P-0", "Installed"), status("Completed"));
  const failed = told(...started, patched("P-0", "Failed"), status("CompletedWithFailure"));

  it("CMP-02, CMP-03: rewrites neither a success nor a failure", () => {
    const bad = [scanned({ "P-0": "Unsatisfied" }), unheard()];
    expect(state(["P-0"], done, ...bad)).toMatchObject({
      status: "Completed",
      by: "agent",
      scan: { verdicts: { "P-0": "Unsatisfied" } },
    });
    expect(state(["P-0"], failed, scanned({ "P-0": "Satisfied" }), unheard())).toMatchObject({
      status: "CompletedWithFailure",
      by: "agent",
    });
  });
});

describe("a scan of what waits for a reboot", () => {
  const facts = inBoot("boot-1", told(...started, pending, status("PendingReboot")));

  it("CMP-02, RBT-12: proves no reboot in the boot in which the need was found", () => {
    for (const told of [facts, facts.slice(0, 4)]) {
      const was = state(["P-0"], told);
      expect(state(["P-0"], told, scanned({ "P-0": "Satisfied" }), unheard())).toMatchObject({
        status: was.status,
        scan: null,
      });
    }
    const rebooted = scanned({ "P-0": "Satisfied" }, START + HOUR_MS, "boot-2");
    expect(state(["P-0"], facts, rebooted, unheard())).toMatchObject({ status: "Completed", by: "scan" });
    expect(state(["P-0"], facts, rebooted)).toMatchObject({ status: "PendingReboot" });
  });

  it("RBT-12: needs no other boot where none was needed after all", () => {
    const dropped = inBoot(
      "boot-1",
      told(...started, pending, status("PendingReboot"), { _tag: "Reboot", event: { _tag: "Dropped" } }),
    );
    expect(state(["P-0"], dropped, scanned({ "P-0": "Satisfied" }), unheard())).toMatchObject({ status: "Completed" });
  });
});

describe("a reboot as it is told", () => {
  it("RBT-01, RBT-14: has its need, the boot in which that was found, and what happened last", () => {
    const event = (body: Extract<AssetRun.AgentFact["body"], { _tag: "Reboot" }>["event"]) =>
      ({ _tag: "Reboot", event: body }) as const;
    const needed = inBoot(
      "boot-1",
      told(...started, event({ _tag: "Needed", reasons: ["kernel"] }), pending, status("PendingReboot")),
    );
    expect(state(["P-0"], told(...started)).reboot).toBeNull();
    expect(state(["P-0"], needed).reboot).toEqual({
      need: "needed",
      bootId: "boot-1",
      latestAt: START + 4 * Values.MINUTE_MS,
      last: { _tag: "Needed", reasons: ["kernel"] },
    });
    const unknown = told(...started, event({ _tag: "Unknown", message: "no probe" }));
    expect(state(["P-0"], unknown).reboot).toMatchObject({ need: "unknown", bootId: null });
    const back = [
      ...needed,
      { epoch: 1, sequence: 7, at: START + HOUR_MS, bootId: "boot-2", body: event({ _tag: "Rebooted", by: "hand" }) },
    ];
    expect(state(["P-0"], back).reboot).toMatchObject({
      need: "not-needed",
      bootId: "boot-1",
      last: { _tag: "Rebooted", by: "hand" },
    });
  });
});

describe("what fell silent and was presumed over", () => {
  it("RUN-06: gives way to any more that is told, however late, and both are kept", () => {
    const facts = told(...started, patched("P-0", "Installed"));
    const run = AssetRun.marked(assetRun(["P-0"]), presumed(3), facts.slice(0, 3));
    expect(run.state).toMatchObject({ status: "TimedOut", by: "Presumed", reason: "silent" });
    const again = AssetRun.after(run, facts);
    expect(again.state).toMatchObject({ status: "Patching", by: "agent" });
    expect(again.marks).toEqual([presumed(3)]);
    // What is told once more is nothing new.
    expect(AssetRun.after(run, [...facts.slice(0, 3), ...facts.slice(0, 2)]).state).toEqual(run.state);
  });

  it("keeps of several scans the latest, whatever came in first", () => {
    const early = scanned(good, START + HOUR_MS);
    const late = scanned({ "P-0": "Unsatisfied" }, START + 2 * HOUR_MS);
    for (const [one, other] of [
      [early, late],
      [late, early],
    ] as const) {
      const run = AssetRun.marked(AssetRun.marked(assetRun(both), one, []), other, []);
      expect(run.marks).toEqual([late]);
      expect(AssetRun.marked(run, late, [])).toEqual(run);
    }
  });
});
