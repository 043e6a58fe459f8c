import type { RebootEvent } from "@fettle/agent-protocol/vocabulary";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgentFact } from "../../../src/domain/run/AssetRun.ts";
import * as AssetRun from "../../../src/domain/run/AssetRun.ts";
import * as Timeline from "../../../src/domain/run/Timeline.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";
import * as Facts from "../../scenario/Facts.ts";
import * as Values from "../../scenario/Values.ts";

const { START, MINUTE_MS } = Values;
const { assetRun, patched, status, told } = Facts;

const story = (facts: readonly AgentFact[], over: Partial<Timeline.Story> = {}): Timeline.Story => {
  const run = assetRun(["P-1", "P-2"]);
  return {
    madeAt: START - MINUTE_MS,
    assetRun: AssetRun.after(run, facts),
    issuedAt: null,
    fetchedAt: [],
    facts,
    scan: null,
    ...over,
  };
};
const wordsOf = (entries: readonly Timeline.Entry[]): readonly string[] => entries.map((e) => e.words);

describe("an asset's story in a run", () => {
  it("RUN-06: holds every fact once, an agent's in the order in which it numbered them, whatever its clock said", () => {
    const clocks = fc.array(fc.integer({ min: -10_000_000, max: 10_000_000 }), { minLength: 1, maxLength: 12 });
    const instants = fc.array(fc.integer({ min: -10_000_000, max: 10_000_000 }), { maxLength: 5 });
    const inputs = fc.tuple(clocks, instants).chain(([at, fetched]) => {
      const facts = at.map(
        (offset, i): AgentFact => ({
          epoch: 1,
          sequence: i + 1,
          at: START + offset,
          body: patched(`P-${i}`, "Failed"),
        }),
      );
      return fc.tuple(fc.constant(facts), Arbitraries.shuffled(facts), fc.constant(fetched.map((f) => START + f)));
    });
    fc.assert(
      fc.property(inputs, ([facts, shuffled, fetchedAt]) => {
        const run = assetRun([]);
        const entries = Timeline.of(story(shuffled, { assetRun: run, fetchedAt }));
        expect(entries).toEqual(Timeline.of(story(facts, { assetRun: run, fetchedAt })));
        expect(entries).toHaveLength(facts.length + fetchedAt.length + 1);
        const told = entries.flatMap((e) => (e.what._tag === "Attempt" ? [e.what.patchId] : []));
        expect(told).toEqual(facts.map((_, i) => `P-${i}`));
        const own = entries.filter((e) => e.clock === "platform").map((e) => e.at);
        expect(own).toEqual([...own].sort((a, b) => a - b));
      }),
      Arbitraries.runs(300),
    );
  });

  it("CMP-03: begins with what was planned, then what was issued and taken, on the platform's clock", () => {
    const run = {
      ...assetRun(["P-1"]),
      timing: { start: START, windowEnd: START + 60 * MINUTE_MS },
      manifest: { version: 3, digest: "sha256:0", notAfter: START + 60 * MINUTE_MS },
    };
    const entries = Timeline.of(story([], { assetRun: run, issuedAt: START, fetchedAt: [START + 1] }));
    expect(entries.map((e) => [e.what._tag, e.clock, e.source, e.rule])).toEqual([
      ["Planned", "platform", "platform", "CMP-03"],
      ["Issued", "platform", "platform", "PLN-04"],
      ["Fetched", "platform", "platform", null],
    ]);
    expect(entries[0]?.what).toMatchObject({ patches: ["P-1"], isLicensed: true, windowEnd: START + 60 * MINUTE_MS });
  });

  it("RUN-04: tells of each attempt its outcome, the reason's code and name, exit code and the tail of the output", () => {
    const facts = told(patched("P-1", "Failed", { exitCode: 1_603, outputTail: "no space left" }));
    const attempt = Timeline.of(story(facts)).at(-1);
    expect(attempt).toMatchObject({
      source: "agent",
      clock: "agent",
      rule: "RUN-04",
      words: "P-1, attempt 1: Failed: 9 InstallerFailed (exit code 1603)",
      what: { reasonCode: 9, reasonName: "InstallerFailed", exitCode: 1_603, outputTail: "no space left" },
    });
  });

  it("RBT-14: tells every prompt with its number, what was answered, and what came of it", () => {
    const events: readonly RebootEvent[] = [
      { _tag: "Needed", reasons: ["kernel"] },
      { _tag: "Unknown", message: "the probe failed" },
      { _tag: "Prompted", number: 1, deferralsLeft: 2, until: START },
      { _tag: "Deferred", number: 1, byUser: true },
      { _tag: "Prompted", number: 2, deferralsLeft: 1, until: START },
      { _tag: "Deferred", number: 2, byUser: false },
      { _tag: "Accepted" },
      { _tag: "Countdown", minutes: 15, until: START },
      { _tag: "HeldBack", because: "host", until: START },
      { _tag: "HeldBack", because: "too-many", until: START },
      { _tag: "Ordered", by: "user" },
      { _tag: "Rebooted", by: "hand" },
      { _tag: "Dropped" },
    ];
    const entries = Timeline.of(story(told(...events.map((event) => ({ _tag: "Reboot" as const, event })))));
    expect(entries.flatMap((e) => (e.what._tag === "Reboot" ? [e.what.event] : []))).toEqual(events);
    const lines = wordsOf(entries).slice(1);
    expect(new Set(lines).size).toBe(events.length);
    expect(lines.filter((line) => line.includes("prompt 1") || line.includes("prompt 2"))).toHaveLength(4);
    expect(entries.slice(1).every((e) => e.rule?.startsWith("RBT-") === true)).toBe(true);
  });

  it("RUN-08: says of a claimed Completed what the evidence comes to instead", () => {
    const facts = told(
      status("Downloaded"),
      status("JobStarted"),
      status("Patching"),
      patched("P-1", "Installed"),
      patched("P-2", "Failed"),
      status("Completed"),
    );
    expect(Timeline.of(story(facts)).at(-1)).toMatchObject({
      rule: "RUN-08",
      words: "Completed; by the evidence it is Completed with Failure",
      what: { stands: "CompletedWithFailure" },
    });
  });

  it("RUN-06: keeps a presumption beside the fact that overruled it", () => {
    const marks = [
      { at: START, body: { _tag: "Presumed", reason: "WIN-02: its window was over", facts: null } },
    ] as const;
    const silent = Timeline.of(story([], { assetRun: { ...assetRun(["P-1"]), marks } })).at(-1);
    expect(silent).toMatchObject({ source: "platform", rule: "WIN-02", what: { _tag: "Found", overruledBy: null } });
    const facts = told(status("JobStarted"));
    const entries = Timeline.of(story(facts, { assetRun: { ...assetRun(["P-1"]), marks } }));
    const found = entries.find((e) => e.what._tag === "Found");
    expect(found?.what).toMatchObject({ overruledBy: 'its agent told "Job Started"' });
    expect(found?.words).toContain("RUN-06");
  });

  it("RUN-06: a presumption of silence stands beside what was known by then, and falls with the first fact after it", () => {
    const reason = "WIN-02: nothing was heard for an hour";
    const marks = [{ at: START, body: { _tag: "Presumed", reason, facts: 2 } }] as const;
    const overruledBy = (facts: readonly AgentFact[]) => {
      const entries = Timeline.of(story(facts, { assetRun: { ...assetRun(["P-1"]), marks } }));
      return entries.flatMap((e) => (e.what._tag === "Found" ? [e.what.overruledBy] : []));
    };
    expect(overruledBy(told(status("JobStarted"), status("Patching")))).toEqual([null]);
    expect(overruledBy(told(status("JobStarted"), status("Patching"), status("Completed")))).toEqual([
      'its agent told "Completed"',
    ]);
  });

  it("says in words what the control plane found, whatever it is", () => {
    const marks = [
      { at: START, body: { _tag: "OutOfScope", reason: "it left the scope" } },
      { at: START + 1, body: { _tag: "Unheard", scan: START } },
      { at: START + 2, body: { _tag: "AllTold" } },
    ] as const;
    const entries = Timeline.of(story([], { assetRun: { ...assetRun(["P-1"]), marks } })).slice(1);
    expect(entries.map((e) => [e.rule, e.words])).toEqual([
      ["TAG-05", "not sent: out of its owner's scope: it left the scope"],
      ["CMP-02", "nothing more was heard after a scan: what it shows stands"],
      ["RUN-11", "some of its patches were in no list that its agent carried out"],
    ]);
  });

  it("JOB-28: tells that it was revoked, and that its agent dropped it", () => {
    const marks = [{ at: START, body: { _tag: "Revoked", reason: "the job was deleted" } }] as const;
    const facts = told({ _tag: "Dropped" });
    const entries = Timeline.of(story(facts, { assetRun: { ...assetRun(["P-1"]), marks } }));
    expect(entries.slice(1).map((e) => [e.what._tag, e.rule])).toEqual([
      ["Found", "JOB-28"],
      ["Dropped", "JOB-28"],
    ]);
    expect(entries[1]?.words).toContain("the job was deleted");
  });

  it("tells a refusal of the manifest by its reason", () => {
    const facts = told({ _tag: "Refusal", reason: "older-than-seen", message: "7 is the highest" });
    expect(Timeline.of(story(facts)).at(-1)).toMatchObject({ rule: "MAN-02", what: { reason: "older-than-seen" } });
  });

  it("CMP-02: a later scan bears patches out or denies them; what is kept with the run comes before what isn't", () => {
    const scan = { takenAt: START, at: START + 1, confirms: ["P-1"], denies: ["P-2"] };
    expect(Timeline.of(story([], { scan })).at(-1)).toMatchObject({
      source: "evidence",
      rule: "CMP-02",
      words: "a scan of 2026-01-01T00:00:00.000Z bears out P-1 and denies P-2".replace(
        "2026-01-01T00:00:00.000Z",
        new Date(START).toISOString(),
      ),
    });
    const verdicts = { "P-1": "Unsatisfied", "P-2": "Satisfied", "P-3": "NotApplicable", "P-4": "Broken" } as const;
    const marks = [{ at: START + 5, body: { _tag: "Scanned", takenAt: START + 4, bootId: "b", verdicts } }] as const;
    const marked = Timeline.of(story([], { scan, assetRun: { ...assetRun(["P-1", "P-2"]), marks } }));
    expect(marked.filter((e) => e.what._tag === "Scanned").map((e) => e.what)).toEqual([
      { _tag: "Scanned", takenAt: START + 4, confirms: ["P-2"], denies: ["P-1"] },
    ]);
  });

  it("LIC-06: says of an asset without a licence that it wasn't, and why", () => {
    const run = assetRun([], { placed: { status: "NotLicensed", reason: "no seat (LIC-05)", at: START } });
    const entries = Timeline.of(story([], { assetRun: run }));
    expect(entries[0]?.what).toMatchObject({ isLicensed: false, patches: [] });
    expect(entries[1]).toMatchObject({ rule: "LIC-05", words: "not sent: Not Licensed: no seat (LIC-05)" });
  });
});
