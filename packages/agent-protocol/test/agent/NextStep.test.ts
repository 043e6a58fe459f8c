import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as AgentState from "../../src/agent/AgentState.ts";
import type { InstallReport, JournalRecord } from "../../src/agent/index.ts";
import * as NextStep from "../../src/agent/NextStep.ts";
import { type Documents, type Facts, type Package, type PatchOutcome, RunStatus } from "../../src/index.ts";
import { runs, times } from "../Runs.ts";
import { digest, HOUR, manifest, NOW, TENANT, uuid } from "../Samples.ts";

const patch = (patchId: string): Package.PatchInstruction => ({
  patchId,
  advisory: null,
  packages: [{ name: "a", arch: "noarch", evr: "2-1" }],
});
const fine: InstallReport = { exitCode: 0, signal: null, reasonCode: null, reason: null, outputTail: "" };
const settled = (outcome: PatchOutcome.PatchOutcome, patchId = "A", attempt = 1): Facts.PatchFact => ({
  _tag: "Patch",
  runId: manifest.runId,
  patchId,
  attempt,
  outcome,
  reasonCode: null,
  exitCode: null,
  outputTail: "",
  packages: [],
});
const untouched: AgentState.PatchProgress = { prefetch: null, attempts: 0, open: null, settled: null };
const fetched: AgentState.PatchProgress = { ...untouched, prefetch: fine };
const done = (outcome: PatchOutcome.PatchOutcome, attempt = 1) => ({
  ...fetched,
  settled: settled(outcome, "A", attempt),
});
const open = (attempt: number, report: InstallReport | null = null): AgentState.PatchProgress => ({
  ...fetched,
  attempts: attempt,
  open: { attempt, before: [], report },
});

const held = (
  status: RunStatus.RunStatus,
  patches: { readonly [patchId: string]: AgentState.PatchProgress } = {},
  change: Partial<Documents.JobManifest> = {},
): AgentState.HeldRun => ({
  digest: digest(1),
  manifest: { ...manifest, local: null, ...change },
  list: { tenantId: TENANT, kind: "deployment", patches: ["A", "B", "C"].map(patch) as Documents.PatchList["patches"] },
  status,
  patches,
});
const over = manifest.notAfter;
const ahead = { fetchFrom: manifest.notBefore - 2 * HOUR };

/** A step in a few words. */
const say = (step: NextStep.Step): string => {
  switch (step._tag) {
    case "Wait":
      return `wait until ${step.until}`;
    case "Move":
      return `move to ${step.to}`;
    case "FetchAhead":
      return `ahead ${step.patch.patchId}`;
    case "Reboot":
      return "reboot";
    case "Attempt":
      return `attempt ${step.attempt} at ${step.patch.patchId}`;
    default:
      return `${step._tag} ${step.patch.patchId}`.toLowerCase();
  }
};
const all = (p: AgentState.PatchProgress) => ({ A: p, B: p, C: p });

type Row = readonly [says: string, run: AgentState.HeldRun, now: number, expected: string];
const rows: readonly Row[] = [
  ["SCH-09: before its start a run waits", held("Pending"), manifest.notBefore - 1, `wait until ${manifest.notBefore}`],
  ["SCH-09: at its start it fetches", held("Pending"), manifest.notBefore, "prefetch a"],
  ["everything is fetched first", held("Pending", { A: fetched }), NOW, "prefetch b"],
  ["then the run is downloaded", held("Pending", all(fetched)), NOW, "move to Downloaded"],
  [
    "RUN-08: one file of three is enough to go on",
    held("Pending", { A: done("Failed", 0), B: done("Failed", 0), C: fetched }),
    NOW,
    "move to Downloaded",
  ],
  ["RUN-08: nothing could be fetched", held("Pending", all(done("Failed", 0))), NOW, "move to DownloadingFailed"],
  ["the job starts", held("Downloaded", all(fetched)), NOW, "move to JobStarted"],
  ["patching begins", held("JobStarted", all(fetched)), NOW, "move to Patching"],
  ["the first patch", held("Patching", all(fetched)), NOW, "attempt 1 at A"],
  ["the next patch", held("Patching", { ...all(fetched), A: done("Installed") }), NOW, "attempt 1 at B"],
  [
    "a second attempt after a lost one",
    held("Patching", { ...all(fetched), A: { ...fetched, attempts: 1 } }),
    NOW,
    "attempt 2 at A",
  ],
  ["a crashed attempt is recovered first", held("Patching", { ...all(fetched), C: open(1) }), NOW, "recover c"],
  [
    "an attempt that was only reported is recovered too",
    held("Patching", { ...all(fetched), B: open(2, fine) }),
    NOW,
    "recover b",
  ],
  ["RUN-08: all well", held("Patching", all(done("Installed"))), NOW, "move to Completed"],
  [
    "RUN-08: already there, not needed, taken back: all well",
    held("Patching", { A: done("AlreadyInstalled"), B: done("NotApplicable"), C: done("Removed") }),
    NOW,
    "move to Completed",
  ],
  [
    "RUN-08: one failed",
    held("Patching", { ...all(done("Installed")), B: done("Failed") }),
    NOW,
    "move to CompletedWithFailure",
  ],
  [
    "RUN-08: one skipped",
    held("Patching", { ...all(done("Installed")), C: done("Skipped", 0) }),
    NOW,
    "move to CompletedWithFailure",
  ],
  [
    "RBT-02: what is pending a reboot is the reboot's, window or not",
    held("PendingReboot", all(done("InstalledPendingReboot"))),
    manifest.notAfter + HOUR,
    "reboot",
  ],
  ["RBT-09: rebooted, it resumes", held("Rebooted", all(done("InstalledPendingReboot"))), NOW, "move to JobResumed"],
  [
    "RBT-09: resumed, it verifies what waited",
    held("JobResumed", { ...all(done("InstalledPendingReboot")), A: done("Installed") }),
    manifest.notAfter + HOUR,
    "verify b",
  ],
  ["RBT-09: verified, it ends", held("JobResumed", all(done("Installed"))), NOW, "move to Completed"],
  [
    "RBT-09: or in failure",
    held("JobResumed", { ...all(done("Installed")), B: done("Failed") }),
    NOW,
    "move to CompletedWithFailure",
  ],
  [
    "PAT-14: after a failure the others go on",
    held("Patching", { ...all(fetched), A: done("Failed") }),
    NOW,
    "attempt 1 at B",
  ],
  [
    "PAT-14: or are skipped, as the job says",
    held("Patching", { ...all(fetched), A: done("Failed") }, { continueOnFailure: false }),
    NOW,
    "skip b",
  ],
  [
    "PAT-14: a file that can't be had is a failure too",
    held("Patching", { ...all(fetched), C: done("Failed", 0) }, { continueOnFailure: false }),
    NOW,
    "skip a",
  ],
  [
    "PAT-14: what isn't needed is no failure",
    held("Patching", { ...all(fetched), A: done("NotApplicable", 0) }, { continueOnFailure: false }),
    NOW,
    "attempt 1 at B",
  ],
  ["WIN-02: the window ended before the start", held("Pending"), over, "move to TimedOut"],
  [
    "WIN-02: a start-bound window ended before the start",
    held("Pending", {}, { bound: "start" }),
    over,
    "move to TimedOut",
  ],
  ["WIN-02: the window's last instant is inside", held("Downloaded", all(fetched)), over - 1, "move to JobStarted"],
  ["WIN-02: the window ended after the download", held("Downloaded", all(fetched)), over, "move to TimedOut"],
  ["WIN-02: the window ended before anything was begun", held("JobStarted", all(fetched)), over, "move to TimedOut"],
  [
    "WIN-02: a start-bound one too: starting is beginning a patch",
    held("JobStarted", all(fetched), { bound: "start" }),
    over,
    "move to TimedOut",
  ],
  [
    "WIN-02: also where patching was announced and nothing begun",
    held("Patching", all(fetched), { bound: "start" }),
    over,
    "move to TimedOut",
  ],
  [
    "WIN-02: nor by an attempt that a crash undid",
    held("Patching", { ...all(fetched), A: { ...fetched, attempts: 1 } }, { bound: "start" }),
    over,
    "move to TimedOut",
  ],
  [
    "WIN-02: complete-bound stops at the end",
    held("Patching", { ...all(fetched), A: done("Installed") }),
    over,
    "move to TimedOut",
  ],
  [
    "WIN-02: complete-bound goes on until the end",
    held("Patching", { ...all(fetched), A: done("Installed") }),
    over - 1,
    "attempt 1 at B",
  ],
  [
    "WIN-02: start-bound goes on after the end",
    held("Patching", { ...all(fetched), A: done("Installed") }, { bound: "start" }),
    over,
    "attempt 1 at B",
  ],
  [
    "WIN-02: whatever the bound, a crashed attempt is looked at",
    held("Patching", { ...all(fetched), A: open(1) }),
    over,
    "recover a",
  ],
  [
    "WIN-02: what was finished in time is completed, however late",
    held("Patching", all(done("Installed"))),
    over + HOUR,
    "move to Completed",
  ],
  [
    "WIN-04: a lease that ran out waits for its renewal",
    held("Pending", {}, { validity: "lease" }),
    over,
    `wait until ${NextStep.UNTIL_RENEWED}`,
  ],
  [
    "WIN-04: after the download too",
    held("Downloaded", all(fetched), { validity: "lease" }),
    over,
    `wait until ${NextStep.UNTIL_RENEWED}`,
  ],
  [
    "WIN-04: what a lease let start goes on without it",
    held("JobStarted", all(fetched), { validity: "lease" }),
    over,
    "move to Patching",
  ],
  [
    "SCH-10: what isn't to be fetched ahead waits for the start",
    held("Pending"),
    manifest.notBefore - HOUR,
    `wait until ${manifest.notBefore}`,
  ],
  [
    "SCH-10: what is waits until it may be fetched",
    held("Pending", {}, ahead),
    ahead.fetchFrom - 1,
    `wait until ${ahead.fetchFrom}`,
  ],
  ["SCH-10: and is fetched then, patch by patch", held("Pending", { A: fetched }, ahead), ahead.fetchFrom, "ahead B"],
  [
    "SCH-10: when all is here that is told",
    held("Pending", all(fetched), ahead),
    ahead.fetchFrom,
    "move to Downloaded",
  ],
  [
    "SCH-10: and nothing starts before its time",
    held("Downloaded", all(fetched), ahead),
    manifest.notBefore - 1,
    `wait until ${manifest.notBefore}`,
  ],
  [
    "SCH-10: one that was put off holds no other up",
    held("Pending", { A: { ...untouched, fetchAgainAt: ahead.fetchFrom + 9 } }, ahead),
    ahead.fetchFrom,
    "ahead B",
  ],
  [
    "SCH-10: and is waited for, to the start at most",
    held("Pending", { ...all(fetched), A: { ...untouched, fetchAgainAt: ahead.fetchFrom + 9 } }, ahead),
    ahead.fetchFrom,
    `wait until ${ahead.fetchFrom + 9}`,
  ],
  ["WIN-04: to its end", held("Patching", all(fetched), { validity: "lease", bound: "start" }), over, "attempt 1 at A"],
  [
    "SCH-09: what a clock that ran ahead let start waits for its time once the clock is right",
    held("JobStarted", all(fetched)),
    manifest.notBefore - 1,
    `wait until ${manifest.notBefore}`,
  ],
  [
    "SCH-09: between two patches too",
    held("Patching", { ...all(fetched), A: done("Installed") }),
    manifest.notBefore - 1,
    `wait until ${manifest.notBefore}`,
  ],
  [
    "SCH-09: a crashed attempt is looked at all the same",
    held("Patching", { ...all(fetched), A: open(1) }),
    manifest.notBefore - 1,
    "recover a",
  ],
  [
    "SCH-09: and what is done is told",
    held("Patching", all(done("Installed"))),
    manifest.notBefore - 1,
    "move to Completed",
  ],
];

describe("NextStep.nextStep", () => {
  it.each(rows)("%s", (_, run, now, expected) => {
    expect(say(NextStep.nextStep(run, now))).toBe(expected);
  });

  it("T26: patches named as members of every object are patches like others", () => {
    const names = ["constructor", "toString", "valueOf", "hasOwnProperty"];
    const list = { ...held("Pending").list, patches: names.map(patch) as Documents.PatchList["patches"] };
    const run = { ...held("Pending"), list };
    expect(say(NextStep.nextStep(run, NOW))).toBe("prefetch constructor");
    const patching = { ...run, status: "Patching" as const, patches: { constructor: done("Installed") } };
    expect(say(NextStep.nextStep(patching, NOW))).toBe("attempt 1 at toString");
  });
});

// What the world may do at a step: the first choices are drawn, later ones are kind, so that every story ends.
const choice = fc.constantFrom("well", "fails", "not-needed", "dies", "dies-late", "locked", "time-passes", "set-back");
type Choice = typeof choice extends fc.Arbitrary<infer C> ? C : never;

interface World {
  readonly state: AgentState.AgentState;
  readonly now: number;
}
const held1 = (w: World): AgentState.HeldRun => {
  const run = w.state.runs[manifest.runId];
  if (run === undefined) throw new Error("the run is gone");
  return run;
};
const record = (w: World, records: readonly JournalRecord[], ms = 1_000): World => ({
  state: AgentState.fold(records, w.state),
  now: w.now + ms,
});
const tell = (w: World, body: Facts.FactBody, more: readonly JournalRecord[] = []): World => {
  const fact = { sequence: w.state.factsRecorded + 1, at: w.now, bootId: uuid(3), body };
  return record(w, [...more, { _tag: "FactRecorded", fact }]);
};

/** Does a step as the runtime would, by records alone. */
const follow = (w: World, step: NextStep.Step, what: Choice): World => {
  if (step._tag === "Wait") return { ...w, now: step.until };
  if (what === "time-passes") return { ...w, now: w.now + HOUR };
  if (what === "set-back") return { ...w, now: w.now - 2 * HOUR };
  if (step._tag === "Move")
    return tell(w, { _tag: "Status", runId: manifest.runId, status: step.to, reason: step.reason });
  // These stories' runs are asked for no reboot, and come once: that is decided elsewhere.
  if (step._tag === "Reboot" || step._tag === "Verify" || step._tag === "Recall")
    throw new Error(`${step._tag} without a cause`);
  const { patchId } = step.patch;
  const about = { runId: manifest.runId, patchId };
  if (step._tag === "Skip") return tell(w, settled("Skipped", patchId, 0));
  if (step._tag === "FetchAhead") {
    return what === "fails" || what === "locked"
      ? record(w, [{ _tag: "FetchPutOff", ...about, until: w.now + HOUR }])
      : record(w, [{ _tag: "Prefetched", ...about, report: fine }]);
  }
  if (step._tag === "Prefetch") {
    const prefetched: JournalRecord = { _tag: "Prefetched", ...about, report: fine };
    return what === "fails" ? tell(w, settled("Failed", patchId, 0), [prefetched]) : record(w, [prefetched]);
  }
  const { attempt } = step._tag === "Attempt" ? step : step.open;
  const outcome = what === "fails" ? "Failed" : what === "not-needed" ? "NotApplicable" : "Installed";
  if (step._tag === "Recover") {
    const isLost = what === "dies" && step.open.report === null && attempt < NextStep.ATTEMPTS_MAX;
    return isLost
      ? record(w, [{ _tag: "AttemptLost", ...about, attempt }])
      : tell(w, settled(outcome, patchId, attempt));
  }
  const intended: JournalRecord = { _tag: "InstallIntended", ...about, attempt, before: [] };
  if (what === "dies") return record(w, [intended]);
  if (what === "dies-late") return record(w, [intended, { _tag: "InstallReported", ...about, attempt, report: fine }]);
  if (what === "locked") return record(w, [intended, { _tag: "InstallDeferred", ...about, attempt }], 5_000);
  return tell(w, settled(outcome, patchId, attempt), [intended]);
};

const story = fc.record({
  choices: fc.array(choice, { maxLength: 30 }),
  patches: fc.integer({ min: 1, max: 4 }),
  bound: fc.constantFrom("start" as const, "complete" as const),
  validity: fc.constantFrom("window" as const, "lease" as const),
  continueOnFailure: fc.boolean(),
  startsIn: fc.constantFrom(0, HOUR, 4 * HOUR),
  isFetchedAhead: fc.boolean(),
  lasts: fc.constantFrom(10_000, HOUR, 24 * HOUR),
});

interface Told {
  readonly steps: readonly {
    readonly step: NextStep.Step;
    readonly now: number;
    readonly before: AgentState.HeldRun;
  }[];
  readonly run: AgentState.HeldRun;
}

const tellStory = (s: typeof story extends fc.Arbitrary<infer S> ? S : never): Told => {
  const notBefore = NOW + s.startsIn;
  const { isFetchedAhead, ...said } = s;
  const interval = { notBefore, notAfter: notBefore + s.lasts, ...(isFetchedAhead ? { fetchFrom: NOW + 60_000 } : {}) };
  const m = { ...manifest, local: null, ...said, ...interval };
  const list = {
    tenantId: TENANT,
    kind: "deployment" as const,
    patches: times(s.patches, (n) => patch(`P${n}`)) as Documents.PatchList["patches"],
  };
  const first: JournalRecord = { _tag: "ManifestHeld", digest: digest(1), manifest: m, list, serverTime: NOW };
  let world: World = { state: AgentState.fold([first]), now: NOW };
  const steps: { readonly step: NextStep.Step; readonly now: number; readonly before: AgentState.HeldRun }[] = [];
  // Twice fetched, moved, tried, recovered, and a wait for each time that the clock is set back: nobody needs more steps than this.
  const most = 10 + 2 * s.choices.length + 6 * s.patches;
  while (!RunStatus.isFinal(held1(world).status)) {
    const before = held1(world);
    const step = NextStep.nextStep(before, world.now);
    if (step._tag === "Wait" && step.until === NextStep.UNTIL_RENEWED) break;
    if (steps.length > most) throw new Error(`not over after ${most} steps: ${say(step)}`);
    steps.push({ step, now: world.now, before });
    world = follow(world, step, s.choices[steps.length - 1] ?? "well");
  }
  return { steps, run: held1(world) };
};

describe("following NextStep, whatever happens", () => {
  it("RUN-08: ends in a final status, or waits for a lease, along the one table", () => {
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(story, (s) => {
        const { steps, run } = tellStory(s);
        const isWaiting = s.validity === "lease" && (run.status === "Pending" || run.status === "Downloaded");
        expect(RunStatus.isFinal(run.status) || isWaiting).toBe(true);
        ends.set(run.status, (ends.get(run.status) ?? 0) + 1);
        const moves = steps.flatMap(({ step, before }) =>
          step._tag === "Move" ? [[before.status, step.to] as const] : [],
        );
        expect(moves.every(([from, to]) => RunStatus.mayMove(from, to, "agent"))).toBe(true);
      }),
      runs(1_000),
    );
    for (const status of ["Completed", "CompletedWithFailure", "TimedOut", "DownloadingFailed", "Pending"]) {
      expect(ends.get(status) ?? 0, status).toBeGreaterThan(5);
    }
  });

  it("I6: no patch is tried more than twice, none after it was settled, and in the list's order", () => {
    fc.assert(
      fc.property(story, (s) => {
        const attempts = tellStory(s).steps.flatMap(({ step, before }) =>
          step._tag === "Attempt" ? [{ step, before }] : [],
        );
        for (const { step, before } of attempts) {
          expect(step.attempt).toBeLessThanOrEqual(2);
          const ahead = before.list.patches.slice(
            0,
            before.list.patches.findIndex((p) => p.patchId === step.patch.patchId),
          );
          expect(ahead.every((p) => AgentState.progressOf(before, p.patchId).settled !== null)).toBe(true);
          expect(AgentState.progressOf(before, step.patch.patchId).settled).toBeNull();
          expect(Object.values(before.patches).every((p) => p.open === null)).toBe(true);
        }
      }),
      runs(500),
    );
  });

  it("I2: a window is kept: nothing begins early, the first begins inside, and complete-bound nothing begins after", () => {
    fc.assert(
      fc.property(story, (s) => {
        const { steps, run } = tellStory(s);
        const begun = steps.filter(({ step }) => step._tag === "Attempt");
        const { notBefore, notAfter, bound, validity } = run.manifest;
        expect(begun.every(({ now }) => now >= notBefore)).toBe(true);
        if (validity === "lease") return;
        expect(begun.slice(0, 1).every(({ now }) => now < notAfter)).toBe(true);
        if (bound === "complete") expect(begun.every(({ now }) => now < notAfter)).toBe(true);
      }),
      runs(500),
    );
  });
});

describe("what is held", () => {
  const end = manifest.notAfter;
  const blackout = (until: number) => ({ _tag: "Blackout", until }) as const;
  const lease = { validity: "lease", bound: "start" } as const;

  it.each(["Pending", "Downloaded"] as const)("WIN-05, CFG-09: neither fetches nor starts when it is %s", (status) => {
    const run = held(status, all(fetched));
    expect(say(NextStep.nextStep(run, NOW, blackout(end - 1)))).toBe(`wait until ${end - 1}`);
    expect(say(NextStep.nextStep(run, NOW, blackout(end)))).toBe("move to CanceledBlackout");
    expect(say(NextStep.nextStep(run, NOW, { _tag: "Inactive" }))).toBe(`wait until ${NextStep.UNTIL_RENEWED}`);
    // Its window is over, whatever holds it.
    expect(say(NextStep.nextStep(run, over, blackout(over + 1)))).toBe("move to TimedOut");
  });

  it("WIN-05: under a lease waits for the blackout's end, however long it lasts", () => {
    const run = held("Downloaded", all(fetched), lease);
    expect(say(NextStep.nextStep(run, NOW, blackout(end + HOUR)))).toBe(`wait until ${end + HOUR}`);
  });

  it.each(["JobStarted", "Patching"] as const)("WIN-05: goes on when it has begun: %s", (status) => {
    const run = held(status, all(fetched));
    expect(NextStep.nextStep(run, NOW, blackout(end))).toEqual(NextStep.nextStep(run, NOW));
    expect(NextStep.nextStep(run, NOW, { _tag: "Inactive" })).toEqual(NextStep.nextStep(run, NOW));
  });
});
