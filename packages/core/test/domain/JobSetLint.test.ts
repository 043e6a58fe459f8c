import { describe, expect, it } from "vitest";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import type { Job } from "../../src/domain/job/Job.ts";
import * as Licence from "../../src/domain/license/Licence.ts";
import * as JobSetLint from "../../src/domain/plan/JobSetLint.ts";
import * as JobWindows from "../../src/domain/plan/JobWindows.ts";
import type * as LintFinding from "../../src/domain/plan/LintFinding.ts";
import type { PlanInputs } from "../../src/domain/plan/PlanInputs.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
import * as Values from "../scenario/Values.ts";

const { asset, NOW } = TimedWorld;
const { select, uuid } = Values;

const sundays = (start: string): Job["schedule"] =>
  TimedWorld.recurring({ _tag: "Weekly", every: 1, weekdays: [7] }, `2026-03-01T${start}`);
const job = (n: number, over: Partial<Job> = {}): Job =>
  Values.job({
    id: uuid(900 + n),
    title: `job ${n}`,
    schedule: sundays("20:30"),
    window: { minutes: 120, bound: "complete" },
    status: "Enabled",
    enabled: { planHash: "", at: NOW - 1 },
    ...over,
  });

const of = (...first: readonly string[]): LintFinding.Some => ({ count: first.length, first });

interface World {
  readonly assets?: readonly Asset[];
  readonly jobs?: readonly Job[];
  readonly scopes?: { readonly [jobId: string]: TagScope.TagScope };
  readonly brought?: readonly string[];
  readonly seats?: number;
  readonly more?: Partial<PlanInputs>;
  readonly sees?: (asset: Asset) => boolean;
}

const lint = (world: World): readonly LintFinding.LintFinding[] => {
  const { assets = [asset(1, "UTC"), asset(2, "Asia/Tokyo")], jobs = [job(1)], seats = 100, more = {} } = world;
  const subscription = Values.subscription({ licences: Values.licences({ seats }) });
  const from = TimedWorld.inputs(assets, {}, {}, more);
  const verdicts = Licence.assignSeats(subscription, from.tree, assets, NOW);
  const inputs = { ...from, seats: more.seats ?? verdicts };
  const steps = JobSetLint.steps({
    inputs,
    jobs: jobs.map((each) => ({ job: each, scope: world.scopes?.[each.id] ?? TagScope.all })),
    brought: new Set(world.brought ?? ["P-1"]),
    seats: Licence.consumption({ subscription, tree: from.tree, assets, now: NOW }),
    ...(world.sees === undefined ? {} : { sees: world.sees }),
  });
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
};
const codes = (world: World): readonly string[] => lint(world).map((f) => f.code);
const found = (code: LintFinding.SetCode | LintFinding.JobCode, world: World) =>
  lint(world).find((f) => f.code === code);

describe("the lint of all enabled jobs", () => {
  it("PLN-01: finds nothing where every asset is in one job that brings what is missing", () => {
    expect(lint({})).toEqual([]);
  });

  it("TAG-09: finds assets that could be patched and are in no enabled job, by platform", () => {
    const outside = [asset(1, "UTC"), asset(2, "UTC", { tags: [] }), asset(3, "UTC", { tags: [], activations: {} })];
    expect(found("assets-uncovered", { assets: outside })).toMatchObject({
      severity: "warning",
      rule: "TAG-09",
      assets: of(uuid(2)),
    });
    // In the targets, and yet outside the scope that bounds the job.
    const scopes = { [uuid(901)]: TagScope.tags(["lab"]) };
    expect(found("assets-uncovered", { scopes })?.assets).toEqual(of(uuid(1), uuid(2)));
    const former = [job(1, { formerScopes: [TagScope.tags(["lab"])] })];
    expect(found("assets-uncovered", { jobs: former })?.assets.count).toBe(2);
    expect(found("assets-uncovered", { jobs: [job(1, { platform: "Windows" })] })?.assets.count).toBe(2);
    expect(found("assets-uncovered", { jobs: [job(1, { kind: "rollback" })] })?.assets.count).toBe(2);
    expect(codes({})).not.toContain("assets-uncovered");
  });

  it("PLN-01: finds assets that two jobs work on at the same time, with the first such instant", () => {
    const jobs = [job(1), job(2, { schedule: sundays("21:00"), targets: select({ assets: [uuid(2)] }) })];
    expect(found("assets-covered-twice", { jobs })).toMatchObject({
      jobs: [
        { id: uuid(901), title: "job 1" },
        { id: uuid(902), title: "job 2" },
      ],
      assets: of(uuid(2)),
      zones: ["Asia/Tokyo"],
      // Today's window is open there: it is nine in the evening since noon UTC.
      message: expect.stringContaining("2026-03-01T12:00:00.000Z"),
    });
    const apart = [job(1), job(2, { schedule: sundays("22:30") })];
    expect(codes({ jobs: apart })).not.toContain("assets-covered-twice");
    const others = [
      job(1, { targets: select({ assets: [uuid(1)] }) }),
      job(2, { targets: select({ assets: [uuid(2)] }) }),
    ];
    expect(codes({ jobs: others })).not.toContain("assets-covered-twice");
    const boundless = [
      job(1),
      Object.fromEntries(Object.entries(job(2)).filter(([name]) => name !== "window")) as never,
    ];
    expect(codes({ jobs: boundless })).not.toContain("assets-covered-twice");
  });

  it("PLN-01: lays jobs in zones of their own over each other by each asset's clock", () => {
    // Half past eight in Tokyo is half past eleven in the morning in UTC, whatever the clock of the asset.
    const tokyo = { ...sundays("20:30"), zone: { _tag: "Named", zone: "Asia/Tokyo" } } as NonNullable<Job["schedule"]>;
    const jobs = [job(1), job(2, { schedule: tokyo })];
    expect(found("assets-covered-twice", { jobs })).toMatchObject({ assets: of(uuid(2)), zones: ["Asia/Tokyo"] });
  });

  it("PLN-07: finds patches that are missing, out for more than thirty days, and brought by no job", () => {
    const old = NOW - (JobSetLint.STARVED_DAYS * Values.DAY_MS + 1);
    const patches = (publishedAt: number, over = {}) => ({ patches: [Values.patch("P-1", { publishedAt, ...over })] });
    const starving = (more: Partial<PlanInputs>, brought: readonly string[] = []) => ({ more, brought });
    expect(found("patches-starved", starving(patches(old)))).toMatchObject({ rule: "PLN-07", patches: of("P-1") });
    expect(codes(starving(patches(old + 1)))).not.toContain("patches-starved");
    expect(codes(starving(patches(old), ["P-1"]))).not.toContain("patches-starved");
    expect(codes(starving(patches(old, { isDeprecated: true })))).not.toContain("patches-starved");
    expect(codes(starving({ ...patches(old), assessments: new Map() }))).not.toContain("patches-starved");
  });

  it("LIC-05: finds seats that are nearly used, and used up", () => {
    const assets = Array.from({ length: 9 }, (_, i) => asset(i + 1, "UTC"));
    expect(found("seats-nearly-used", { assets, seats: 10 })).toMatchObject({ severity: "warning", rule: "LIC-05" });
    expect(codes({ assets, seats: 11 })).toEqual([]);
    expect(found("seats-nearly-used", { assets, seats: 9 })).toBeDefined();
    expect(found("seats-exceeded", { assets, seats: 8 })).toMatchObject({ severity: "error" });
  });

  it("LIC-06: finds assets of enabled jobs that have no seat", () => {
    const more = { seats: new Map([[uuid(1), { _tag: "Licensed" } as const]]) };
    expect(found("targets-unlicensed", { more })).toMatchObject({ rule: "LIC-06", assets: of(uuid(2)) });
    expect(codes({ more, jobs: [job(1, { targets: select({ assets: [uuid(1)] }) })] })).not.toContain(
      "targets-unlicensed",
    );
  });

  it("PLN-01: says that not all jobs were looked at, past so many", () => {
    const some = (n: number) => Array.from({ length: n }, (_, i) => job(i, { schedule: { _tag: "OnDemand" } }));
    expect(codes({ jobs: some(JobSetLint.JOBS_MAX) })).not.toContain("jobs-not-looked-at");
    expect(codes({ jobs: some(JobSetLint.JOBS_MAX + 1) })).toContain("jobs-not-looked-at");
  });

  it("PLN-01: tells the pairs of jobs with the most assets in common, and how many more there are", () => {
    const jobs = Array.from({ length: 12 }, (_, i) => job(i));
    const told = lint({ jobs });
    expect(told.filter((f) => f.code === "assets-covered-twice")).toHaveLength(JobSetLint.PAIRS_MAX);
    expect(told.find((f) => f.code === "pairs-cut")?.message).toContain("16 more pairs");
    expect(codes({ jobs: jobs.slice(0, 10) })).not.toContain("pairs-cut");
  });

  it("TAG-05: tells of no asset that isn't to be seen, and of no patch that only such assets lack", () => {
    const world = { jobs: [], brought: [], more: { patches: [Values.patch("P-1", { publishedAt: 0 })] } };
    const sees = ({ id }: Asset) => id === uuid(2);
    expect(lint(world).map((f) => [f.code, f.assets.count])).toEqual([
      ["assets-uncovered", 2],
      ["patches-starved", 0],
    ]);
    expect(found("assets-uncovered", { ...world, sees })?.assets).toEqual(of(uuid(2)));
    expect(codes({ ...world, sees: () => false })).toEqual([]);
  });

  it("PLN-06: tells of each group that may lose its quorum, with the counter-example", () => {
    const group = { groupId: "g", name: "etcd", atMost: 1, members: 3 };
    const down = [uuid(1), uuid(2)].map((assetId) => ({ assetId, name: assetId, causes: [] }));
    const broken = { _tag: "Broken", from: NOW, until: null, down, hidden: 0 } as const;
    const groups = [
      { ...group, verdict: { _tag: "Kept", most: 1 } as const, inWords: "" },
      { ...group, verdict: broken, inWords: "etcd: 2 of 3 may be down at once, 1 allowed" },
    ];
    expect(JobSetLint.ofQuorum({ groups })).toMatchObject([
      {
        code: "quorum-broken",
        severity: "error",
        rule: "PLN-06",
        assets: of(uuid(1), uuid(2)),
        message: expect.stringContaining("etcd: 2 of 3"),
      },
    ]);
    expect(JobSetLint.ofQuorum({ groups: groups.slice(0, 1) })).toEqual([]);
  });
});

describe("the windows of a job", () => {
  const now = { now: NOW, defaultZone: "Asia/Tokyo" };

  it("WIN-01: are those that are open or to come, by the clock of a zone", () => {
    const [first] = JobWindows.of(job(1), "UTC", now);
    expect(first).toEqual({ start: Date.UTC(2026, 2, 1, 20, 30), end: Date.UTC(2026, 2, 1, 22, 30) });
    const [open] = JobWindows.of(job(1, { schedule: sundays("11:00") }), "UTC", now);
    expect(open?.start).toBe(Date.UTC(2026, 2, 1, 11));
    const [unknown] = JobWindows.of(job(1), "Mars/Olympus", now);
    expect(unknown?.start).toBe(Date.UTC(2026, 2, 1, 11, 30));
  });

  it("SCH-06: of a job that runs once is the one that counts from its start, or its enabling", () => {
    const at = { _tag: "Once", at: TimedWorld.wall("2026-03-02T20:00"), zone: { _tag: "Agent" } } as const;
    expect(JobWindows.of(job(1, { schedule: at }), "UTC", now)).toMatchObject([{ start: Date.UTC(2026, 2, 2, 20) }]);
    expect(JobWindows.of(job(1, { schedule: { _tag: "OnDemand" } }), "UTC", now)).toMatchObject([{ start: NOW - 1 }]);
    const over = { _tag: "OnDemand" } as const;
    const long = { enabled: { planHash: "", at: NOW - Values.DAY_MS }, schedule: over };
    expect(JobWindows.of(job(1, long), "UTC", now)).toEqual([]);
    expect(JobWindows.of(job(1, { schedule: { _tag: "OnActivation" } }), "UTC", now)).toEqual([]);
  });
});
