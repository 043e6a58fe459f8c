import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as IntervalSet from "../src/IntervalSet.ts";
import * as RebootTimeline from "../src/RebootTimeline.ts";
import { error, instant, patience, runs, value } from "./Arbitraries.ts";
import { type Happening, type Hold, type Story, walkReboot } from "./walker/WalkedReboot.ts";

type Settings = RebootTimeline.RebootSettings;
type Request = Extract<Settings, { readonly _tag: "Request" }>;

const DONE = instant("2026-03-08T06:00Z");
const after = (minutes: number): Instant.Instant => Instant.add(DONE, Duration.minutes(minutes));

const request = (
  deferrals: Request["deferrals"],
  countdownMinutes: number | null,
  whenNobody: Request["whenNobody"] = "reboot",
): Request => ({ _tag: "Request", deferrals, countdownMinutes, whenNobody });

/** Three deferrals of ten minutes, then a countdown of five. */
const threeTimesTen = request({ count: 3, minutes: 10 }, 5);

/** What happens, in minutes from the end of the job. */
const play = (settings: Settings, story: Partial<Story> = {}): readonly unknown[] => {
  const { isUserLoggedIn = true, happenings = [], holds = [] } = story;
  return RebootTimeline.play(settings, {
    doneAt: DONE,
    isUserLoggedIn,
    events: happenings.map(({ minute, what }) => ({ at: after(minute), what })),
    noReboot: holdsOf(holds),
  }).map(({ at, ...step }) => ({
    ...step,
    minute: (at - DONE) / 60_000,
    ...("until" in step ? { until: (step.until - DONE) / 60_000 } : {}),
  }));
};

const holdsOf = (holds: readonly Hold[]): IntervalSet.IntervalSet =>
  IntervalSet.of(holds.map(({ start, end }) => ({ start: after(start), end: end === null ? null : after(end) })));

const happening = (minute: number, what: Happening["what"]): Happening => ({ minute, what });
const prompt = (number: number, minute: number, deferralsLeft: number): unknown => ({
  _tag: "Prompt",
  number,
  minute,
  deferralsLeft,
});
const deferred = (minute: number, byUser: boolean): unknown => ({ _tag: "Deferred", minute, byUser });
const countdown = (minute: number, minutes: number): unknown => ({ _tag: "Countdown", minute, minutes });
const reboot = (minute: number, by: "policy" | "user" | "hand"): unknown => ({ _tag: "Reboot", minute, by });

describe("RebootTimeline.play", () => {
  it("RBT-03, RBT-04: asks as often as it may be deferred, counts down, and reboots", () => {
    const happenings = [happening(2, "defer"), happening(15, "defer"), happening(29, "defer")];
    expect(play(threeTimesTen, { happenings })).toEqual([
      prompt(1, 0, 3),
      deferred(2, true),
      prompt(2, 10, 2),
      deferred(15, true),
      prompt(3, 20, 1),
      deferred(29, true),
      countdown(30, 5),
      reboot(35, "policy"),
    ]);
  });

  it("RBT-03: a prompt that nobody answers counts as deferred", () => {
    expect(play(threeTimesTen).filter((_, i) => i % 2 === 1)).toEqual([
      deferred(10, false),
      deferred(20, false),
      deferred(30, false),
      reboot(35, "policy"),
    ]);
  });

  it("RBT-03: a user may reboot at any prompt, and while they have deferred", () => {
    expect(play(threeTimesTen, { happenings: [happening(4, "reboot-now")] })).toEqual([
      prompt(1, 0, 3),
      reboot(4, "user"),
    ]);
    const happenings = [happening(4, "defer"), happening(7, "reboot-now")];
    expect(play(threeTimesTen, { happenings }).at(-1)).toEqual(reboot(7, "user"));
  });

  it("RBT-03: a second answer to a prompt counts for nothing", () => {
    const happenings = [1, 2, 3].map((minute) => happening(minute, "defer"));
    const deferrals = play(threeTimesTen, { happenings }).filter((step) => JSON.stringify(step).includes("byUser"));
    expect(deferrals).toEqual([deferred(1, true), deferred(20, false), deferred(30, false)]);
  });

  it("RBT-03: with nobody logged in it reboots at once, or counts down all the same", () => {
    expect(play(threeTimesTen, { isUserLoggedIn: false })).toEqual([reboot(0, "policy")]);
    const counting = request({ count: 3, minutes: 10 }, 5, "countdown");
    expect(play(counting, { isUserLoggedIn: false })).toEqual([countdown(0, 5), reboot(5, "policy")]);
  });

  it("RBT-03: once everybody has logged out it reboots when the prompt is over, and asks whoever came back by then", () => {
    const out = happening(3, "log-out");
    expect(play(threeTimesTen, { happenings: [out] })).toEqual([
      prompt(1, 0, 3),
      deferred(10, false),
      reboot(10, "policy"),
    ]);
    expect(play(threeTimesTen, { happenings: [out, happening(6, "log-in")] })[2]).toEqual(prompt(2, 10, 2));
  });

  it("RBT-04: a countdown without deferrals starts at once, and without a countdown there is a warning (RBT-11)", () => {
    expect(play(request(null, 15))).toEqual([countdown(0, 15), reboot(15, "policy")]);
    expect(play(request(null, null))).toEqual([countdown(0, 5), reboot(5, "policy")]);
    expect(play(request({ count: 1, minutes: 2 }, null))).toEqual([
      prompt(1, 0, 1),
      deferred(2, false),
      countdown(2, 5),
      reboot(7, "policy"),
    ]);
  });

  it("RBT-05: a manual reboot satisfies it, at a prompt, in a countdown and while it is held back", () => {
    expect(play(threeTimesTen, { happenings: [happening(4, "manual-reboot")] })).toEqual([
      prompt(1, 0, 3),
      reboot(4, "hand"),
    ]);
    expect(play(request(null, 15), { happenings: [happening(14, "manual-reboot")] }).at(-1)).toEqual(
      reboot(14, "hand"),
    );
    const holds = [{ start: 10, end: 100 }];
    expect(play(request(null, 15), { holds, happenings: [happening(50, "manual-reboot")] })).toEqual([
      countdown(0, 15),
      { _tag: "HeldBack", minute: 15, until: 100 },
      reboot(50, "hand"),
    ]);
    const forGood = [{ start: 10, end: null }];
    expect(play(request(null, 15), { holds: forGood, happenings: [happening(500, "manual-reboot")] })).toEqual([
      countdown(0, 15),
      reboot(500, "hand"),
    ]);
  });

  it("RBT-06: where the need goes away, nothing more is asked", () => {
    const happenings = [happening(12, "no-longer-needed"), happening(13, "reboot-now")];
    expect(play(threeTimesTen, { happenings })).toEqual([
      prompt(1, 0, 3),
      deferred(10, false),
      prompt(2, 10, 2),
      { _tag: "Dropped", minute: 12 },
    ]);
  });

  it("RBT-02: suppressed it never reboots, and a reboot by hand is seen whenever it comes", () => {
    const suppress: Settings = { _tag: "Suppress" };
    expect(play(suppress)).toEqual([]);
    expect(play(suppress, { happenings: [happening(9000, "manual-reboot")] })).toEqual([reboot(9000, "hand")]);
    expect(play(suppress, { happenings: [happening(3, "no-longer-needed")] })).toEqual([
      { _tag: "Dropped", minute: 3 },
    ]);
    expect(RebootTimeline.latestReboot(suppress, DONE)).toBe(null);
  });

  it("RBT-13: automatic doesn't ask but warns, and with nobody there reboots at once", () => {
    expect(play({ _tag: "Automatic", countdownMinutes: 15 })).toEqual([countdown(0, 15), reboot(15, "policy")]);
    expect(play({ _tag: "Automatic", countdownMinutes: null })).toEqual([countdown(0, 5), reboot(5, "policy")]);
    expect(play({ _tag: "Automatic", countdownMinutes: 15 }, { isUserLoggedIn: false })).toEqual([reboot(0, "policy")]);
  });

  it("RBT-11: there is a warning even at the shortest delay there can be (Breeze #3197)", () => {
    const shortest: readonly Settings[] = [
      request({ count: 1, minutes: 1 }, 1),
      request({ count: 1, minutes: 1 }, null),
      request(null, 1),
      request(null, null),
      { _tag: "Automatic", countdownMinutes: 1 },
      { _tag: "Automatic", countdownMinutes: null },
    ];
    for (const settings of shortest) {
      const steps = play(settings);
      const warned = steps.filter((step) => /"(Prompt|Countdown)"/.test(JSON.stringify(step)));
      expect(warned.length).toBeGreaterThan(0);
      expect(steps.at(-1)).toMatchObject({ _tag: "Reboot" });
      expect((steps.at(-1) as { readonly minute: number }).minute).toBeGreaterThanOrEqual(1);
    }
  });

  it("RBT-11: deferrals don't roll on: logging out and in again gives none back (super #250)", () => {
    const happenings = [3, 13, 23, 33, 43].flatMap((minute) => [
      happening(minute, "defer"),
      happening(minute + 1, "log-out"),
      happening(minute + 2, "log-in"),
    ]);
    const steps = play(threeTimesTen, { happenings });
    expect(steps.filter((step) => JSON.stringify(step).includes('"Prompt"'))).toEqual([
      prompt(1, 0, 3),
      prompt(2, 10, 2),
      prompt(3, 20, 1),
    ]);
    expect(steps.at(-1)).toEqual(reboot(35, "policy"));
  });

  it("is held back to the end of the times without reboots, and does nothing in one that never ends", () => {
    const holds = [{ start: 10, end: 60 }];
    expect(play(request(null, 15), { holds })).toEqual([
      countdown(0, 15),
      { _tag: "HeldBack", minute: 15, until: 60 },
      countdown(60, 15),
      reboot(75, "policy"),
    ]);
    expect(play(request(null, 15), { holds: [{ start: 0, end: null }] })).toEqual([countdown(0, 15)]);
  });

  it("RBT-11: whoever is logged in when it was held back is warned again: hours may lie between", () => {
    // The second time without reboots begins in the countdown after the first.
    const holds = [
      { start: 34, end: 60 },
      { start: 62, end: 90 },
    ];
    expect(play(threeTimesTen, { holds }).slice(-6)).toEqual([
      countdown(30, 5),
      { _tag: "HeldBack", minute: 35, until: 60 },
      countdown(60, 5),
      { _tag: "HeldBack", minute: 65, until: 90 },
      countdown(90, 5),
      reboot(95, "policy"),
    ]);
  });

  it("RBT-11: whoever logs in while it is held back is warned before it happens", () => {
    const holds = [{ start: 0, end: 60 }];
    const happenings = [happening(59, "log-in")];
    expect(play(threeTimesTen, { isUserLoggedIn: false, holds, happenings })).toEqual([
      { _tag: "HeldBack", minute: 0, until: 60 },
      countdown(60, 5),
      reboot(65, "policy"),
    ]);
    const gone = [happening(10, "log-in"), happening(20, "log-out")];
    expect(play(threeTimesTen, { isUserLoggedIn: false, holds, happenings: gone }).at(-1)).toEqual(
      reboot(60, "policy"),
    );
  });
});

describe("RebootTimeline.latestReboot", () => {
  it("RBT-08: is known beforehand: deferrals times their length, and the countdown", () => {
    expect(RebootTimeline.latestReboot(threeTimesTen, DONE)).toBe(after(35));
    expect(RebootTimeline.latestReboot(request({ count: 3, minutes: 10 }, null), DONE)).toBe(after(35));
    expect(RebootTimeline.latestReboot(request(null, 15), DONE)).toBe(after(15));
    expect(RebootTimeline.latestReboot({ _tag: "Automatic", countdownMinutes: 15 }, DONE)).toBe(after(15));
  });

  it("RBT-08: is put off by times without reboots, and a warning after them; null where one never ends", () => {
    const latest = (...holds: readonly Hold[]): Instant.Instant | null =>
      RebootTimeline.latestReboot(threeTimesTen, DONE, holdsOf(holds));
    expect(latest({ start: 36, end: 90 })).toBe(after(35));
    expect(latest({ start: 35, end: 90 })).toBe(after(95));
    expect(latest({ start: 10, end: 20 })).toBe(after(35));
    expect(latest({ start: 10, end: 33 })).toBe(after(38));
    expect(latest({ start: 30, end: 90 }, { start: 92, end: 100 })).toBe(after(105));
    expect(latest({ start: 30, end: null })).toBe(null);
    expect(latest({ start: 36, end: null })).toBe(after(35));
  });
});

/** Small numbers of minutes, so that things happen at the same time. */
const anySettings: fc.Arbitrary<Settings> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Settings>({ _tag: "Suppress" }) },
  {
    weight: 8,
    arbitrary: fc.record({
      _tag: fc.constant("Request" as const),
      deferrals: fc.option(
        fc.record({ count: fc.integer({ min: 1, max: 4 }), minutes: fc.integer({ min: 1, max: 6 }) }),
        { nil: null, freq: 5 },
      ),
      countdownMinutes: fc.option(fc.integer({ min: 1, max: 6 }), { nil: null }),
      whenNobody: fc.constantFrom("reboot" as const, "countdown" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("Automatic" as const),
      countdownMinutes: fc.option(fc.integer({ min: 1, max: 6 }), { nil: null }),
    }),
  },
);

const anyHappening: fc.Arbitrary<Happening> = fc.record({
  minute: fc.integer({ min: 0, max: 40 }),
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom("log-in" as const, "log-out" as const, "defer" as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("reboot-now" as const, "manual-reboot" as const, "no-longer-needed" as const),
    },
  ),
});

const anyHold: fc.Arbitrary<Hold> = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.option(fc.integer({ min: 1, max: 20 }), { nil: null, freq: 12 }))
  .map(([start, length]) => ({ start, end: length === null ? null : start + length }));

const anyStory: fc.Arbitrary<Story> = fc.record({
  isUserLoggedIn: fc.boolean(),
  happenings: fc
    .array(anyHappening, { maxLength: 12 })
    .map((happenings) => happenings.toSorted((a, b) => a.minute - b.minute)),
  // As a set: none touches another.
  holds: fc.array(anyHold, { maxLength: 3 }).map((holds) =>
    holdsOf(holds).map(({ start, end }) => ({
      start: (start - DONE) / 60_000,
      end: end === null ? null : (end - DONE) / 60_000,
    })),
  ),
});

type Shown = { readonly _tag: string; readonly minute: number; readonly [what: string]: unknown };

describe("RebootTimeline, whatever users do", patience, () => {
  it("RBT-02, RBT-03, RBT-04, RBT-05, RBT-06, RBT-11, RBT-13: does what a machine does that is told of each minute", () => {
    fc.assert(
      fc.property(anySettings, anyStory, (settings, story) => {
        expect(play(settings, story)).toEqual(walkReboot(settings, story));
      }),
      runs(10_000),
    );
  });

  it("RBT-08: never reboots later than it was said to, and exactly then if nobody ever answers", () => {
    fc.assert(
      fc.property(anySettings, anyStory, (settings, story) => {
        const latest = RebootTimeline.latestReboot(settings, DONE, holdsOf(story.holds));
        const forced = (play(settings, story) as readonly Shown[]).find(
          ({ _tag, by }) => _tag === "Reboot" && by === "policy",
        );
        if (forced !== undefined && latest !== null) expect(after(forced.minute)).toBeLessThanOrEqual(latest);
        if (forced !== undefined && settings._tag === "Suppress") throw new Error("rebooted though suppressed");
        const free = RebootTimeline.latestReboot(settings, DONE);
        const silent = (play(settings) as readonly Shown[]).at(-1);
        expect(silent === undefined ? null : after(silent.minute)).toBe(free);
      }),
      runs(10_000),
    );
  });

  it("RBT-11: forces no reboot on a user who wasn't warned since they logged in", () => {
    fc.assert(
      fc.property(anySettings, anyStory, (settings, story) => {
        const steps = play(settings, story) as readonly Shown[];
        const forced = steps.find(({ _tag, by }) => _tag === "Reboot" && by === "policy");
        if (forced === undefined) return;
        // Who logs in or out in the very minute of the reboot comes after it.
        const before = story.happenings.filter(({ minute }) => minute < forced.minute);
        const last = before.findLast(({ what }) => what === "log-in" || what === "log-out");
        const isThere = last === undefined ? story.isUserLoggedIn : last.what === "log-in";
        if (!isThere) return;
        const since = last?.minute ?? 0;
        const lasts = settings._tag === "Request" ? (settings.deferrals?.minutes ?? 0) : 0;
        const warnings = steps.filter(
          ({ _tag, minute, minutes }) =>
            (_tag === "Prompt" && minute + lasts > since) ||
            (_tag === "Countdown" && minute + Number(minutes) > since && Number(minutes) >= 1),
        );
        expect(warnings.length).toBeGreaterThan(0);
      }),
      runs(10_000),
    );
  });

  it("RBT-03, RBT-11: is deferred no more often than allowed, numbers its prompts, and goes forward in time", () => {
    fc.assert(
      fc.property(anySettings, anyStory, (settings, story) => {
        const steps = play(settings, story) as readonly Shown[];
        const count = settings._tag === "Request" ? (settings.deferrals?.count ?? 0) : 0;
        const prompts = steps.filter(({ _tag }) => _tag === "Prompt");
        expect(steps.filter(({ _tag }) => _tag === "Deferred").length).toBeLessThanOrEqual(count);
        expect(prompts.map(({ number, deferralsLeft }) => [number, deferralsLeft])).toEqual(
          prompts.map((_, i) => [i + 1, count - i]),
        );
        const minutes = steps.map(({ minute }) => minute);
        expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
        // The end is the end.
        const ends = steps.filter(({ _tag }) => _tag === "Reboot" || _tag === "Dropped");
        expect(ends.length).toBeLessThanOrEqual(1);
        if (ends.length === 1) expect(steps.at(-1)).toBe(ends[0]);
      }),
      runs(10_000),
    );
  });

  it("leaves what it was given as it was", () => {
    const events = [{ at: after(3), what: "defer" as const }];
    RebootTimeline.play(threeTimesTen, { doneAt: DONE, isUserLoggedIn: true, events, noReboot: [] });
    expect(events).toHaveLength(1);
  });
});

describe("RebootTimeline.check", () => {
  const findings = (settings: Settings, options: RebootTimeline.CheckOptions = { strictLimits: false }): unknown =>
    RebootTimeline.check(settings, options).map(({ severity, rule, path }) => [severity, rule, path]);

  it("RBT-03: a user may defer 1 to 9 times, each 1 to 1440 minutes", () => {
    expect(findings(request({ count: 1, minutes: 1 }, 15))).toEqual([]);
    expect(findings(request({ count: 9, minutes: 1120 }, 15))).toEqual([]);
    expect(findings(request({ count: 7, minutes: 1440 }, 15))).toEqual([]);
    for (const count of [0, 10, -1, 1.5, Number.NaN]) {
      expect(findings(request({ count, minutes: 60 }, 15))).toEqual([["error", "RBT-03", "deferrals.count"]]);
    }
    for (const minutes of [0, 1441, -1, 1.5, Number.NaN]) {
      expect(findings(request({ count: 1, minutes }, 15))).toEqual([["error", "RBT-03", "deferrals.minutes"]]);
    }
  });

  it("RBT-03: the subscription may allow twelve deferrals, and no more than that", () => {
    const often = (count: number): Settings => request({ count, minutes: 60 }, 15);
    expect(findings(often(12), { strictLimits: false, deferralsMax: 12 })).toEqual([]);
    for (const deferralsMax of [12, 13, 99]) {
      const [found] = RebootTimeline.check(often(13), { strictLimits: false, deferralsMax });
      expect(found).toMatchObject({ severity: "error", path: "deferrals.count" });
      expect(found?.message).toContain("1 to 12 times");
    }
    expect(findings(often(4), { strictLimits: false, deferralsMax: 3 })).toEqual([
      ["error", "RBT-03", "deferrals.count"],
    ]);
  });

  it("RBT-04: a countdown takes 1 to 1440 minutes, asked for or automatic", () => {
    for (const of of [
      (minutes: number): Settings => request(null, minutes),
      (minutes: number): Settings => ({ _tag: "Automatic", countdownMinutes: minutes }),
    ]) {
      expect(findings(of(1))).toEqual([]);
      expect(findings(of(1440))).toEqual([]);
      for (const minutes of [0, 1441, 2.5, Number.NaN]) {
        expect(findings(of(minutes))).toEqual([["error", "RBT-04", "countdownMinutes"]]);
      }
    }
  });

  it("RBT-07: advises a countdown wherever the reboot isn't suppressed", () => {
    const advice = [["warning", "RBT-07", "countdownMinutes"]];
    expect(findings(request({ count: 1, minutes: 1 }, null))).toEqual(advice);
    expect(findings({ _tag: "Automatic", countdownMinutes: null })).toEqual(advice);
    expect(findings({ _tag: "Suppress" })).toEqual([]);
    expect(RebootTimeline.check(request(null, null), { strictLimits: true })[0]?.message).toContain("15 minutes");
  });

  it("RBT-07: deferrals of more than 168 hours draw a warning, and are refused under strict limits", () => {
    const week = request({ count: 7, minutes: 1440 }, 15);
    const more = request({ count: 8, minutes: 1261 }, 15);
    expect(findings(week, { strictLimits: true })).toEqual([]);
    expect(findings(more)).toEqual([["warning", "RBT-07", "deferrals"]]);
    expect(findings(more, { strictLimits: true })).toEqual([["error", "RBT-07", "deferrals"]]);
    expect(RebootTimeline.check(more, { strictLimits: true })[0]?.message).toMatch(/168 hours.*suppress/);
    expect(RebootTimeline.make(more).ok).toBe(true);
    expect(error(RebootTimeline.make(more, { strictLimits: true }))).toMatchObject({
      _tag: "InvalidSettings",
      findings: [{ severity: "error", rule: "RBT-07", path: "deferrals" }],
    });
  });

  it("tells all that is wrong at once, in whole sentences", () => {
    const wrong = request({ count: 99, minutes: 1441 }, 0);
    expect(findings(wrong, { strictLimits: true })).toEqual([
      ["error", "RBT-04", "countdownMinutes"],
      ["error", "RBT-03", "deferrals.count"],
      ["error", "RBT-03", "deferrals.minutes"],
      ["error", "RBT-07", "deferrals"],
    ]);
    for (const { message } of RebootTimeline.check(wrong, { strictLimits: true }))
      expect(message).toMatch(/^[A-Z].*\.$/);
    // Advice alone refuses nothing.
    expect(value(RebootTimeline.make(request({ count: 2, minutes: 60 }, null)))).toMatchObject({ _tag: "Request" });
  });

  it("RBT-15: the presets keep to their ranges and draw no finding", () => {
    const { urgent, workingDay, week } = RebootTimeline.presets;
    for (const preset of [urgent, workingDay, week]) expect(findings(preset, { strictLimits: true })).toEqual([]);
    const deferrals = (preset: Settings): readonly [number, number] =>
      preset._tag === "Request" && preset.deferrals !== null
        ? [preset.deferrals.count, preset.deferrals.minutes]
        : [Number.NaN, Number.NaN];
    const isWithin = (value: number, min: number, max: number): boolean => value >= min && value <= max;
    const [[often, short], [some, hours], [few, days]] = [urgent, workingDay, week].map(deferrals) as [
      readonly [number, number],
      readonly [number, number],
      readonly [number, number],
    ];
    expect([isWithin(short, 1, 15), isWithin(often, 1, 5)]).toEqual([true, true]);
    expect([isWithin(hours, 120, 240), isWithin(some, 3, 6)]).toEqual([true, true]);
    expect([days, isWithin(few, 2, 7)]).toEqual([1440, true]);
  });
});
