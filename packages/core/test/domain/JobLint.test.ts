import { describe, expect, it } from "vitest";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import * as CarriedOut from "../../src/domain/job/CarriedOut.ts";
import type { Job } from "../../src/domain/job/Job.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as JobLint from "../../src/domain/plan/JobLint.ts";
import * as LintFinding from "../../src/domain/plan/LintFinding.ts";
import type { PlanInputs } from "../../src/domain/plan/PlanInputs.ts";
import type { Ring } from "../../src/domain/rollout/Rollout.ts";
import * as Rejection from "../../src/domain/shared/Rejection.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
import * as Values from "../scenario/Values.ts";

const { asset, NOW } = TimedWorld;
const { any, select, uuid } = Values;

const finished = <A>(steps: Generator<void, A>): A => {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
};

interface Case {
  readonly job?: Partial<Job>;
  readonly assets?: readonly Asset[];
  readonly kept?: TimedWorld.Kept;
  readonly more?: Partial<PlanInputs>;
  readonly ownerFault?: Rejection.Rejection;
}

/** A job in which nothing is found: weekly, at a time that no clock jumps over, one patch that all of its assets lack. */
const SOUND: Case = {
  job: { schedule: TimedWorld.recurring({ _tag: "Weekly", every: 1, weekdays: [7] }, "2026-03-01T20:30") },
  assets: [asset(1, "UTC"), asset(2, "Asia/Tokyo")],
};

const lint = (over: Case): readonly LintFinding.LintFinding[] => {
  const { job, assets = [], kept, more, ownerFault } = { ...SOUND, ...over, job: { ...SOUND.job, ...over.job } };
  const inputs = TimedWorld.inputs(assets, job, kept, more);
  return finished(JobLint.steps({ inputs, ownerFault: ownerFault ?? null })).findings;
};
const list = (...patches: readonly string[]) => ({ patches: { _tag: "List", patches } }) as const;
const query = (text: string, approvalAgeDays?: number) =>
  ({ patches: { _tag: "Query", query: text, ...(approvalAgeDays === undefined ? {} : { approvalAgeDays }) } }) as const;
const catalogue = (...patches: readonly Patch[]) => ({ patches: [Values.patch("P-1"), ...patches] });
const ring = (name: string, members: Ring["members"]): Ring => ({
  name,
  members,
  soakDays: members._tag === "Rest" ? null : 1,
  promotion: members._tag === "Rest" ? null : { failedPercentMax: 1, silentPercentMax: 1, by: "manual" },
});
const rollout = (...members: readonly Ring["members"][]) => ({
  rollout: { rings: members.map((m, i) => ring(`ring ${i}`, m)) },
});
const daily = (start: string, days: number) =>
  TimedWorld.recurring({ _tag: "Daily", every: 1 }, start, { _tag: "After", count: days });

/** By code: the rule, a job that has it, and one that is like it but for that. */
const CASES: readonly (readonly [LintFinding.JobCode, string, Case, Case])[] = [
  ["owner-without-rights", "OWN-01", { ownerFault: Rejection.make("OWN-01", "conflict", "the owner is gone") }, {}],
  ["partially-configured", "JOB-02", { job: { schedule: null } }, {}],
  [
    "option-warning",
    "JOB-15",
    { job: { messages: { before: null, progress: null, completion: { title: "Done", description: "" } } } },
    { job: { messages: { before: null, progress: null, completion: { title: "Done", description: "All is well" } } } },
  ],
  ["targets-empty", "TAG-03", { job: { targets: select({ include: any("lab") }) } }, {}],
  [
    "scope-cuts-all",
    "TAG-06",
    { more: { scope: { _tag: "Tags", tags: ["lab"] } } },
    { more: { scope: { _tag: "Tags", tags: ["fleet"] } } },
  ],
  [
    "former-scope-cuts-all",
    "OWN-02",
    { job: { formerScopes: [{ _tag: "Tags", tags: ["lab"] }] } },
    { job: { formerScopes: [{ _tag: "Tags", tags: ["fleet"] }] } },
  ],
  ["nobody-fit", "JOB-01", { job: { platform: "Windows" } }, {}],
  [
    "include-idle",
    "TAG-03",
    { job: { targets: select({ include: any("fleet", "kiosk") }) } },
    {
      job: { targets: select({ include: any("fleet", "kiosk") }) },
      assets: [asset(1, "UTC"), asset(2, "UTC", { tags: ["kiosk"] })],
    },
  ],
  [
    "exclude-idle",
    "TAG-04",
    {
      job: { targets: select({ include: any("fleet"), exclude: any("lab") }) },
      assets: [asset(1, "UTC"), asset(2, "UTC", { tags: ["lab"] })],
    },
    {
      job: { targets: select({ include: any("fleet"), exclude: any("lab") }) },
      assets: [asset(1, "UTC"), asset(2, "UTC", { tags: ["fleet", "lab"] })],
    },
  ],
  [
    "tags-partly-covered",
    "TAG-09",
    {
      job: { targets: select({ include: any("fleet"), exclude: any("lab") }) },
      assets: [asset(1, "UTC"), asset(2, "UTC", { tags: ["fleet", "lab"] })],
    },
    { job: { targets: select({ include: any("fleet"), exclude: any("lab") }) } },
  ],
  ["targets-unlicensed", "LIC-06", { more: { seats: new Map([[uuid(1), { _tag: "Licensed" }]]) } }, {}],
  ["query-unreadable", "JOB-04", { job: query("nonsense: (") }, { job: query("category: security") }],
  ["patches-unknown", "PAT-03", { job: list("P-1", "P-9") }, { job: list("P-1") }],
  [
    "patches-deprecated",
    "PAT-06",
    { job: list("P-1", "P-2"), more: catalogue(Values.patch("P-2", { isDeprecated: true })) },
    { job: list("P-1", "P-2"), more: catalogue(Values.patch("P-2")) },
  ],
  [
    "patches-superseded",
    "PAT-08",
    { more: catalogue(Values.patch("P-2", { supersedes: [{ patchId: "P-1", product: null }] })) },
    { job: list("P-2"), more: catalogue(Values.patch("P-2", { supersedes: [{ patchId: "P-1", product: null }] })) },
  ],
  [
    "patches-held",
    "PLN-05",
    { more: { held: new Map([["P-1", { patchId: "P-1", reason: "fails", heldBy: "user:mara", heldAt: 1 }]]) } },
    {},
  ],
  [
    "patches-not-deployable",
    "PAT-03",
    { job: list("P-1", "P-2"), more: catalogue(Values.patch("P-2", { isFeatureUpdate: true })) },
    { job: list("P-1", "P-2"), more: catalogue(Values.patch("P-2")) },
  ],
  [
    "never-old-enough",
    "PLN-07",
    { job: query("category: security", 30), more: { patches: chain(["P-1", "P-2", "P-3"], 14) } },
    { job: query("category: security", 10), more: { patches: chain(["P-1", "P-2", "P-3"], 14) } },
  ],
  [
    "brings-nothing",
    "JOB-22",
    { job: list("P-2"), more: catalogue(Values.patch("P-2")) },
    { job: list("P-1", "P-2"), more: catalogue(Values.patch("P-2")) },
  ],
  [
    "ring-empty",
    "RNG-02",
    { job: rollout({ _tag: "Tags", tags: any("lab") }, { _tag: "Rest" }) },
    { job: rollout({ _tag: "Count", assets: 1 }, { _tag: "Rest" }) },
  ],
  [
    "never-opens",
    "WIN-05",
    { kept: { blackouts: { 1: [{ weekdays: [7], fromMinute: 20 * 60, toMinute: 24 * 60 }] } } },
    { kept: { blackouts: { 1: [TimedWorld.sundays] } } },
  ],
  [
    "sometimes-closed",
    "WIN-05",
    { kept: { freezes: { 1: [TimedWorld.freeze("audit", "2026-03-08T00:00", "2026-03-09T00:00")] } } },
    { kept: { freezes: { 1: [TimedWorld.freeze("audit", "2026-03-09T00:00", "2026-03-10T00:00")] } } },
  ],
  [
    "windows-overlap",
    "WIN-06",
    { job: { schedule: daily("2026-03-01T20:30", 90), window: { minutes: 25 * 60 } } },
    { job: { schedule: daily("2026-03-01T20:30", 90), window: { minutes: 23 * 60 } } },
  ],
  [
    "windows-merge",
    "WIN-06",
    { job: { schedule: daily("2026-03-01T20:30", 90), window: { minutes: 24 * 60 } } },
    { job: { schedule: daily("2026-03-01T20:30", 90), window: { minutes: 23 * 60 } } },
  ],
  [
    "no-run-in-time",
    "SCH-07",
    { job: { schedule: daily("2026-02-01T20:30", 3) } },
    { job: { schedule: daily("2026-02-01T20:30", 90) } },
  ],
  [
    "start-is-near",
    "SCH-08",
    { job: { schedule: daily("2026-03-01T13:00", 90) } },
    { job: { schedule: daily("2026-03-01T13:00", 90), status: "Enabled", enabled: { planHash: "", at: NOW - 1 } } },
  ],
  ["zone-unknown", "SCH-03", { assets: [asset(1, "Mars/Olympus")] }, {}],
  [
    "blackout-all-week",
    "WIN-05",
    { kept: { blackouts: { 1: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 24 * 60 }] } } },
    { kept: { blackouts: { 1: [TimedWorld.sundays] } } },
  ],
  [
    "blackouts-overlap",
    "WIN-05",
    { kept: { blackouts: { 1: [TimedWorld.sundays, { weekdays: [7], fromMinute: 60, toMinute: 120 }] } } },
    { kept: { blackouts: { 1: [TimedWorld.sundays] } } },
  ],
  [
    "months-skipped",
    "SCH-04",
    { job: { schedule: TimedWorld.recurring({ _tag: "MonthlyOnDay", every: 1, day: 31 }, "2026-03-01T20:30") } },
    { job: { schedule: TimedWorld.recurring({ _tag: "MonthlyOnDay", every: 1, day: 28 }, "2026-03-01T20:30") } },
  ],
  [
    "clocks-change",
    "SCH-05",
    { job: { schedule: TimedWorld.weekly }, assets: [asset(1, "America/New_York")] },
    { assets: [asset(1, "America/New_York")] },
  ],
];

describe("the lint of a job", () => {
  it("PLN-01: finds nothing in a sound one", () => {
    expect(lint({})).toEqual([]);
    expect(LintFinding.render([])).toBe("nothing found");
  });

  it.each(CASES)("PLN-01: finds %s (%s), and not where it isn't", (code, rule, has, hasNot) => {
    const found = lint(has).filter((f) => f.code === code);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ rule, jobs: [{ title: "Security fixes" }] });
    expect(found[0]?.message.length).toBeGreaterThan(10);
    expect(found[0]?.remedy).toMatch(/^[A-Z].*\.$/);
    expect(lint(hasNot).filter((f) => f.code === code)).toEqual([]);
  });

  it("JOB-02: tells everything of a job that nobody carries out yet", () => {
    const job = { deferral: { count: 1, minutes: 5 }, schedule: { _tag: "OnActivation" } } as const;
    const faults = CarriedOut.faults(Values.job(job));
    const found = lint({ job }).filter((f) => f.code === "not-carried-out");
    expect(found.map((f) => f.rule).sort()).toEqual(faults.map((f) => f.rule ?? "").sort());
    expect(lint({}).filter((f) => f.code === "not-carried-out")).toEqual([]);
  });

  it("PLN-01: has a case for every code that a job may have", () => {
    // What agents don't do yet goes line by line; work that never fits needs an estimate that jobs don't have.
    const known: Record<LintFinding.JobCode, true> = {
      ...(Object.fromEntries(CASES.map(([code]) => [code, true])) as Record<LintFinding.JobCode, true>),
      "not-carried-out": true,
      "work-never-fits": true,
    };
    expect(Object.keys(known)).toHaveLength(CASES.length + 2);
  });

  it("PLN-01: tells the worst first, and of each how many assets and the first of them", () => {
    const found = lint({
      job: { ...list("P-9"), targets: select({ include: any("fleet", "kiosk") }) },
      kept: { blackouts: { 1: [{ weekdays: [7], fromMinute: 20 * 60, toMinute: 24 * 60 }] } },
    });
    const ranks = found.map((f) => ["error", "warning", "note"].indexOf(f.severity));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    const [first] = found;
    expect(first).toMatchObject({ code: "never-opens", assets: { count: 1, first: [uuid(1)] }, zones: ["UTC"] });
    const [heading, what] = LintFinding.render(found).split("\n");
    expect(heading).toBe("error: never-opens (WIN-05), Security fixes; 1 asset; UTC");
    expect(what).toMatch(/^ {2}Blackouts and freezes leave no time/);
  });

  it("PLN-07: finds that none of a chain is ever installed where the older ones are withdrawn", () => {
    const patches = chain(["P-1", "P-2", "P-3"], 14).map((p, i) => ({ ...p, isDeprecated: i < 2 }));
    const [found] = lint({ job: query("category: security", 30), more: { patches } });
    expect(found).toMatchObject({
      code: "never-old-enough",
      severity: "error",
      patches: { count: 3, first: ["P-1", "P-2", "P-3"] },
    });
  });

  it("OWN-01: says of a job without an owner what the job itself says, and guesses at no scope", () => {
    const ownerFault = Rejection.make("OWN-04", "conflict", "the job has no owner");
    const found = lint({ ownerFault, job: { ...list("P-9"), targets: select({ include: any("lab") }) } });
    expect(found.map((f) => f.code)).toEqual(["owner-without-rights", "patches-unknown"]);
    expect(lint({ ownerFault, job: { status: "Enabled" } })[0]?.severity).toBe("error");
  });
});

/** Patches each of which takes the place of the one before, so many days apart, the last one a day old. */
function chain(ids: readonly string[], days: number): readonly Patch[] {
  return ids.map((id, i) =>
    Values.patch(id, {
      publishedAt: NOW - Values.DAY_MS * (1 + days * (ids.length - 1 - i)),
      supersedes: i === 0 ? [] : [{ patchId: ids[i - 1] ?? "", product: null }],
    }),
  );
}
