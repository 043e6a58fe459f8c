import { Json } from "@fettle/agent-protocol";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/job/Job.ts";
import type { Hold } from "../../src/domain/patch/Hold.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as PlanDifference from "../../src/domain/plan/PlanDifference.ts";
import type { PlanInputs } from "../../src/domain/plan/PlanInputs.ts";
import * as PlanTiming from "../../src/domain/plan/PlanTiming.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as PlanFleet from "../scenario/PlanFleet.ts";
import * as PlanWorld from "../scenario/PlanWorld.ts";
import * as TimedFleet from "../scenario/TimedFleet.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
import * as Values from "../scenario/Values.ts";

const { asset, job, patch, pkg, uuid } = Values;
const { assessment, inputs, missing } = PlanWorld;

const compile = (from: Plan.PlanInputs): Plan.Plan => {
  const compiled = Plan.compile(from);
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.value;
};
const bytes = (plan: Plan.Plan) => Buffer.from(Json.canonicalBytes(plan)).toString();

const machines = [1, 2, 3].map((n) => asset(uuid(n), { tags: ["fleet"] }));
const lacks = (ids: readonly string[], n = 3) =>
  new Map(machines.slice(0, n).map((m) => [m.id, assessment(ids.map((id) => missing(id, pkg("openssl", "2-1"))))]));
const world = (over: Partial<Plan.PlanInputs> = {}): Plan.Plan =>
  compile(
    inputs({
      assets: machines,
      job: job({ patches: { _tag: "List", patches: ["P-1", "P-2"] } }),
      patches: [patch("P-1"), patch("P-2")],
      assessments: lacks(["P-1", "P-2"]),
      ...over,
    }),
  );
const held: ReadonlyMap<string, Hold> = new Map([
  ["P-1", { patchId: "P-1", reason: "fails", heldBy: "user:mara", heldAt: 1 }],
]);

describe("the difference of two plans", () => {
  it("PLN-02: names the assets that joined and left, and why", () => {
    const fewer = world({ assets: machines.slice(0, 1), assessments: lacks(["P-1", "P-2"]) });
    const { changes, words } = PlanDifference.compare(fewer, world());
    expect(changes).toEqual([{ _tag: "AssetsJoined", assets: [uuid(2), uuid(3)] }]);
    expect(words).toEqual([`2 assets (${uuid(2)}, ${uuid(3)}) joined`]);
    expect(PlanDifference.compare(world(), fewer).changes).toEqual([
      { _tag: "AssetsLeft", assets: [uuid(2), uuid(3)], rule: null, reason: null },
    ]);
    const off = PlanDifference.compare(world(), world({ turnedOff: new Map([[uuid(2), "Kiosks"]]) }));
    expect(off.words).toEqual([expect.stringMatching(/^1 asset .* left: CFG-09, .*Kiosks$/)]);
  });

  it("PLN-02: names patches that joined, and of those that left whether they are held or superseded now", () => {
    const now = PlanDifference.compare(world(), world({ held }));
    expect(now.words).toContain("P-1 goes to nobody any more: PLN-05: held: fails");
    expect(now.changes.map((c) => c._tag)).toEqual(["ListsChanged", "PatchLeft"]);
    expect(PlanDifference.compare(world({ held }), world()).words).toContain("P-1 joined, for 3 assets");
    const query = { job: job({ patches: { _tag: "Query", query: "category: security" } }) } as const;
    const after = world({
      ...query,
      patches: [patch("P-1"), patch("P-2", { supersedes: [{ patchId: "P-1", product: null }] })],
    });
    expect(PlanDifference.compare(world(query), after).words).toContain(
      "P-1 goes to nobody any more: JOB-22: superseded on every target that lacks it",
    );
  });

  it("PLN-02: tells of another version of the time zones, and of an exclusion that changed its reason", () => {
    const zones = PlanDifference.compare(world(), world({ versions: { tzdata: "2026b", tokenizer: "1" } }));
    expect(zones.words).toEqual(["tzdata was 2026a and is 2026b"]);
    const unassessed = { assessments: lacks(["P-1", "P-2"], 2) };
    const other = PlanDifference.compare(
      world(unassessed),
      world({ ...unassessed, turnedOff: new Map([[uuid(3), "Kiosks"]]) }),
    );
    expect(other.changes).toEqual([{ _tag: "ExclusionsChanged", assets: [uuid(3)] }]);
  });

  it("PLN-02: names who would start at another time, another occurrence, and what the job does otherwise", () => {
    const weekly = TimedWorld.recurring({ _tag: "Weekly", every: 1, weekdays: [7] }, "2026-01-25T02:30");
    const timed = (over: Partial<Job>, more: Partial<PlanInputs["occasion"]> = {}) => {
      const now = Date.UTC(2026, 0, 20);
      const occasion = { ...PlanTiming.noOccasion(now), zones: ["UTC"], ...more };
      return world({ occasion, job: job({ schedule: weekly, window: { minutes: 180 }, ...over }) });
    };
    const before = timed({});
    const blackouts = new Map([[uuid(2), [TimedWorld.sundays]]]);
    expect(PlanDifference.compare(before, timed({}, { blackouts })).words).toEqual([
      `1 asset (${uuid(2)}) would start 2026-01-25T04:00:00.000Z instead of 2026-01-25T02:30:00.000Z`,
    ]);
    const later = TimedWorld.recurring({ _tag: "Weekly", every: 1, weekdays: [7] }, "2026-01-25T03:30");
    expect(PlanDifference.compare(before, timed({ schedule: later })).words).toEqual([
      "the plan is for another run: 2026-01-25T03:30:00 instead of 2026-01-25T02:30:00",
    ]);
    const rebooting = PlanDifference.compare(before, timed({ reboot: { _tag: "Automatic", countdownMinutes: 15 } }));
    expect(rebooting.words[0]).toBe("the reboot is automatic with a countdown of 15 min instead of suppressed");
    expect(rebooting.words[1]).toContain("would reboot by 2026-01-25T");
    // Approved was that nothing reboots: no number of assets lets it pass.
    expect(PlanDifference.isTolerated(rebooting, { assetsMax: 1_000, assetsPercentMax: 100 }, 3)).toBe(false);
  });

  it("PLN-02: says what the conduct was and is", () => {
    const plain = world();
    const conducts: readonly (readonly [Partial<Job>, string])[] = [
      [{ window: { minutes: 60 } }, "the window is 60 min instead of none"],
      [{ continueOnFailure: false }, "after a failure it stops instead of goes on"],
      [{ deferral: { count: 3, minutes: 15 } }, "users may put off the start 3 × 15 min instead of never"],
      [{ opportunisticDownload: true }, "files are fetched before the start instead of at the start"],
      [{ rollout: { rings: [] } }, "its rings were added"],
      [
        {
          reboot: { _tag: "Request", deferrals: { count: 2, minutes: 30 }, countdownMinutes: 15, whenNobody: "reboot" },
        },
        "the reboot is requested with 2 × 30 min of deferral and a countdown of 15 min, at once when nobody is there instead of suppressed",
      ],
    ];
    for (const [over, words] of conducts) {
      const other = world({ job: job({ patches: { _tag: "List", patches: ["P-1", "P-2"] }, ...over }) });
      const difference = PlanDifference.compare(plain, other);
      expect(difference.words).toEqual([words]);
      expect(PlanDifference.isTolerated(difference, { assetsPercentMax: 100 }, 3)).toBe(false);
    }
    const [longer, short] = [120, 60].map((minutes) =>
      world({ job: job({ patches: { _tag: "List", patches: ["P-1", "P-2"] }, window: { minutes } }) }),
    ) as [Plan.Plan, Plan.Plan];
    expect(PlanDifference.compare(short, longer).words).toEqual(["the window is 120 min instead of 60 min"]);
  });

  it("PLN-02: says how many runs other zone rules moved, where nothing else can have", () => {
    const zoned = machines.map((m, i) => ({ ...m, timeZone: ["Europe/Paris", "Europe/Paris", "Asia/Tokyo"][i] ?? "" }));
    const schedule = { _tag: "Once", at: TimedWorld.wall("2026-01-25T02:30"), zone: { _tag: "Agent" } } as const;
    const before = world({
      assets: zoned,
      job: job({ schedule, window: { minutes: 60 } }),
      occasion: { ...PlanTiming.noOccasion(Date.UTC(2026, 0, 20)), zones: ["Asia/Tokyo", "Europe/Paris"] },
    });
    const hour = 3_600_000;
    // As if the clocks of Paris and Tokyo went by another rule then, and Tokyo's window were longer, too.
    const moved = (by: number, more = 0): Plan.Plan => ({
      ...before,
      versions: { ...before.versions, tzdata: "2026b" },
      groups: before.groups.map(({ timing, ...group }) => ({
        ...group,
        timing: {
          ...timing,
          start: (timing.start ?? 0) + by,
          windowEnd: (timing.windowEnd ?? 0) + by + (timing.zone === "Asia/Tokyo" ? more : 0),
        },
      })),
    });
    expect(PlanDifference.compare(before, moved(hour)).words).toEqual([
      "tzdata was 2026a and is 2026b",
      expect.stringMatching(
        /^zone rule moved 2 runs: Asia\/Tokyo to .*T18:30.* from .*T17:30.*; Europe\/Paris .*3 assets/,
      ),
    ]);
    const mixed = PlanDifference.compare(before, moved(hour, hour)).words;
    expect(mixed[1]).toMatch(/^zone rule moved 1 run: Europe\/Paris/);
    expect(mixed[2]).toMatch(/^1 asset .* would start .*; have until/);
    const same = { ...moved(hour), versions: before.versions };
    expect(PlanDifference.compare(before, same).changes.map((c) => c._tag)).toEqual(["TimesChanged", "TimesChanged"]);
  });

  it("PLN-02: is empty exactly when the plans are the same", () => {
    const seen = new Map<string, number>();
    const see = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    const pairs = TimedFleet.someInputs.chain((from) =>
      fc.tuple(
        fc.constant(from),
        fc.oneof(fc.constant(from), PlanWorld.reordered(from), altered(from), { weight: 3, arbitrary: retimed(from) }),
      ),
    );
    fc.assert(
      fc.property(pairs, ([one, two]) => {
        const [before, after] = [Plan.compile(one), Plan.compile(two)];
        if (!before.ok || !after.ok) return;
        const { changes, words } = PlanDifference.compare(before.value, after.value);
        const isSame = bytes(before.value) === bytes(after.value);
        expect(changes.length === 0).toBe(isSame);
        expect(words).toHaveLength(changes.length);
        expect(PlanDifference.isTolerated({ changes, words }, {}, 0)).toBe(isSame);
        see(isSame ? "same" : "other");
        for (const { _tag } of changes) see(_tag);
      }),
      Arbitraries.runs(1_500),
    );
    for (const what of ["same", "other"]) expect(seen.get(what)).toBeGreaterThan(100);
    for (const what of ["OccurrenceChanged", "TimesChanged", "ConductChanged"])
      expect(seen.get(what)).toBeGreaterThan(0);
    // It says more than that.
    expect(seen.has("OrderChanged")).toBe(false);
  });
});

// One thing of the world is another: assessments, holds, seats, targets or the catalogue.
const altered = (from: Plan.PlanInputs): fc.Arbitrary<Plan.PlanInputs> =>
  PlanFleet.anyInputs.chain((other) =>
    fc.constantFrom(
      { ...from, assessments: other.assessments },
      { ...from, held: other.held },
      { ...from, seats: new Map() },
      { ...from, job: { ...from.job, targets: other.job.targets } },
      { ...from, patches: other.patches },
      { ...from, versions: { ...from.versions, tzdata: "2027a" } },
    ),
  );

// The time or the conduct is another.
const retimed = (from: Plan.PlanInputs): fc.Arbitrary<Plan.PlanInputs> =>
  TimedFleet.anyInputs.chain(({ job: { schedule, window, reboot }, occasion }) => {
    if (occasion === undefined) throw new Error("no occasion");
    const own = from.occasion ?? { ...occasion, zones: [], slot: null };
    const [first] = from.assets;
    const frozen = first === undefined ? own.freezes : new Map([[first.id, [...occasion.freezes.values()].flat()]]);
    return fc.constantFrom<Plan.PlanInputs>(
      { ...from, job: { ...from.job, schedule }, occasion: { ...own, slot: null } },
      { ...from, job: { ...from.job, reboot } },
      window === undefined ? from : { ...from, job: { ...from.job, window } },
      { ...from, occasion: { ...own, enabledAt: occasion.enabledAt } },
      { ...from, occasion: { ...own, freezes: frozen } },
      { ...from, occasion: { ...own, inBlackout: own.inBlackout === "wait" ? "cancel" : "wait" } },
    );
  });

describe("a tolerance for drift", () => {
  const joined = PlanDifference.compare(world({ assets: machines.slice(0, 2) }), world());
  const within = (difference: PlanDifference.PlanDifference, tolerance: PlanDifference.DriftTolerance, of = 2) =>
    PlanDifference.isTolerated(difference, tolerance, of);

  it("PLN-02: is none unless it is stated, and holds up to its number or share of assets", () => {
    expect(within(joined, {})).toBe(false);
    expect(within(joined, { assetsMax: 0 })).toBe(false);
    expect(within(joined, { assetsMax: 1 })).toBe(true);
    expect(within(joined, { assetsPercentMax: 49 })).toBe(false);
    expect(within(joined, { assetsPercentMax: 50 })).toBe(true);
    expect(within(joined, { assetsMax: 1, assetsPercentMax: 49 })).toBe(false);
  });

  it("PLN-02: counts assets that left or get another list, and never takes a patch that joined", () => {
    const gone = PlanDifference.compare(world(), world({ assets: machines.slice(0, 1) }));
    expect([1, 2].map((assetsMax) => within(gone, { assetsMax }, 3))).toEqual([false, true]);
    const shorter = PlanDifference.compare(world(), world({ held }));
    expect([2, 3].map((assetsMax) => within(shorter, { assetsMax }, 3))).toEqual([false, true]);
    const more = PlanDifference.compare(world({ held }), world());
    expect(within(more, { assetsMax: 1_000, assetsPercentMax: 100 }, 3)).toBe(false);
  });

  it("PLN-02: counts each asset that starts at another time once, and for another run every one", () => {
    const timed = (over: Partial<Job>, more: Partial<PlanInputs["occasion"]> = {}) => {
      const occasion = { ...PlanTiming.noOccasion(Date.UTC(2026, 0, 20)), zones: ["UTC"], ...more };
      return world({ occasion, job: job({ window: { minutes: 180 }, schedule: daily, ...over }) });
    };
    const daily = TimedWorld.recurring({ _tag: "Daily", every: 1 }, "2026-01-25T02:30");
    const approved = timed({});
    const put = PlanDifference.compare(approved, timed({}, { blackouts: new Map([[uuid(2), [TimedWorld.sundays]]]) }));
    expect([0, 1].map((assetsMax) => within(put, { assetsMax }, 3))).toEqual([false, true]);
    // The lead has passed since: the next day's run is taken.
    const next = PlanDifference.compare(approved, timed({}, { enabledAt: Date.UTC(2026, 0, 25) }));
    expect(next.changes).toMatchObject([{ _tag: "OccurrenceChanged", assets: 3 }]);
    expect([2, 3].map((assetsMax) => within(next, { assetsMax }, 3))).toEqual([false, true]);
    expect([99, 100].map((assetsPercentMax) => within(next, { assetsPercentMax }, 3))).toEqual([false, true]);
    expect(within(next, {}, 3)).toBe(false);
    // Another list at another time is one asset, not two.
    const both = PlanDifference.compare(approved, timed({}, { blackouts: new Map([[uuid(2), [TimedWorld.sundays]]]) }));
    const doubled = { ...both, changes: [...both.changes, { _tag: "ListsChanged", assets: [uuid(2)] } as const] };
    expect(within(doubled, { assetsMax: 1 }, 3)).toBe(true);
  });

  it.each([
    { assetsMax: -1 },
    { assetsMax: 1.5 },
    { assetsPercentMax: 101 },
    { assetsPercentMax: -1 },
    { assetsPercentMax: Number.NaN },
  ])("PLN-02: is refused as %o", (tolerance) => {
    expect(PlanDifference.toleranceFault(tolerance)).toMatchObject({ rule: "PLN-02", code: "invalid", path: "drift" });
  });
});
