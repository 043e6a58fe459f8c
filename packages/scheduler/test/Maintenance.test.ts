import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type * as Blackout from "../src/Blackout.ts";
import * as Duration from "../src/Duration.ts";
import * as FitToWindow from "../src/FitToWindow.ts";
import type * as Freeze from "../src/Freeze.ts";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as Maintenance from "../src/Maintenance.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import { instant, patience, runs, value, wall, zone } from "./Arbitraries.ts";
import { anyBlackout, anyChange, freezeNear } from "./walker/AnyCalendar.ts";
import { DAY, HOUR, MINUTE, stretches } from "./walker/MinuteWalker.ts";
import { type Plan, type WalkedRun, walkRun } from "./walker/WalkedRun.ts";

const newYork = zone("America/New_York");
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7] as const;

const blackout = (fromHour: number, toHour: number): Blackout.Blackout => ({
  weekdays: EVERY_DAY,
  fromMinute: fromHour * 60,
  toMinute: toHour * 60,
});
const freeze = (name: string, from: string, to: string): Freeze.Freeze => ({
  name,
  from: wall(from),
  to: wall(to),
  zone: null,
});

/** New York, UTC-5 in February: nothing keeps work off but what a test says. */
const calendar = (what: Partial<Maintenance.Calendar> = {}): Maintenance.Calendar => ({
  zone: newYork,
  blackouts: [],
  freezes: [],
  inBlackout: "wait",
  ...what,
});

/** A run at 01:00 in New York on 2026-02-10, a Tuesday. */
const START = instant("2026-02-10T06:00Z");
const at = (time: string): Instant.Instant => instant(`2026-02-${time}Z`);
const run = (
  window: { readonly minutes: number; readonly bound: PatchWindow.WindowBound } | null,
  reserve: Duration.Duration = Duration.zero,
): Maintenance.Run => {
  const made = window === null ? PatchWindow.none : value(PatchWindow.make(window));
  const validity = window === null ? Interval.from(START) : Interval.lasting(START, Duration.minutes(window.minutes));
  return { window: made, validity, reserve };
};
const threeHours = run({ minutes: 180, bound: "start" });

describe("Maintenance.judge", () => {
  it("WIN-02: a start-bound run may start in its window and then has no end", () => {
    expect(Maintenance.judge(calendar(), threeHours, at("10T06:00"))).toEqual({ _tag: "MayStart", mustStopBy: null });
    expect(Maintenance.judge(calendar(), threeHours, at("10T08:59"))).toEqual({ _tag: "MayStart", mustStopBy: null });
  });

  it("WIN-02: a complete-bound run has to stop by its window's end, and doesn't start without time for the work", () => {
    const complete = run({ minutes: 180, bound: "complete" }, Duration.minutes(60));
    const stop = at("10T09:00");
    expect(Maintenance.judge(calendar(), complete, at("10T07:59"))).toEqual({ _tag: "MayStart", mustStopBy: stop });
    expect(Maintenance.judge(calendar(), complete, at("10T08:00"))).toEqual({
      _tag: "TimedOut",
      because: [{ _tag: "DoesNotFit", rule: "WIN-02", reserve: Duration.minutes(60) }],
    });
  });

  it("WIN-03: an asset that comes back after the window's end has timed out", () => {
    expect(Maintenance.judge(calendar(), threeHours, at("10T09:00"))).toEqual({
      _tag: "TimedOut",
      because: [{ _tag: "WindowOver", rule: "WIN-02", endedAt: at("10T09:00") }],
    });
  });

  it("WIN-03: one that can't have downloaded by the window's end has timed out, and until then may try", () => {
    const download = { name: "download", quantiles: [{ share: 0.99, duration: Duration.minutes(40) }] };
    const reserve = value(FitToWindow.durationFor([download], 0.95));
    const complete = run({ minutes: 180, bound: "complete" }, reserve);
    const tagAt = (now: string): string => Maintenance.judge(calendar(), complete, at(now))._tag;
    expect([tagAt("10T08:19:59"), tagAt("10T08:20"), tagAt("10T09:00")]).toEqual(["MayStart", "TimedOut", "TimedOut"]);
    // With only the start bound the files may come in the window's last minute, and not after it.
    const start = run({ minutes: 180, bound: "start" }, reserve);
    const verdicts = ["10T08:59:59", "10T09:00"].map((now) => Maintenance.judge(calendar(), start, at(now))._tag);
    expect(verdicts).toEqual(["MayStart", "TimedOut"]);
  });

  it("SCH-01: before its start it waits for it, and for what keeps it then", () => {
    const because = [{ _tag: "NotYet", rule: "SCH-01", until: START }];
    expect(Maintenance.judge(calendar(), threeHours, at("09T00:00"))).toEqual({ _tag: "Waits", until: START, because });
    const dark = calendar({ blackouts: [blackout(0, 2)] });
    expect(Maintenance.judge(dark, threeHours, at("09T00:00"))).toEqual({
      _tag: "Waits",
      until: at("10T07:00"),
      because,
    });
  });

  it("WIN-05: due in a blackout, it starts when that ends", () => {
    const dark = calendar({ blackouts: [blackout(0, 2)] });
    expect(Maintenance.judge(dark, threeHours, at("10T06:30"))).toEqual({
      _tag: "Waits",
      until: at("10T07:00"),
      because: [{ _tag: "Blackout", rule: "WIN-05", until: at("10T07:00") }],
    });
    expect(Maintenance.judge(dark, threeHours, at("10T07:00"))._tag).toBe("MayStart");
  });

  it("WIN-05: in a blackout up to its window's end it is Canceled - Blackout", () => {
    const dark = calendar({ blackouts: [blackout(0, 4)] });
    expect(Maintenance.judge(dark, threeHours, at("10T06:30"))).toEqual({
      _tag: "CanceledBlackout",
      because: [{ _tag: "Blackout", rule: "WIN-05", until: at("10T09:00") }],
    });
  });

  it("WIN-05: a blackout that leaves too little of a complete-bound window for the work cancels as well", () => {
    const complete = run({ minutes: 180, bound: "complete" }, Duration.minutes(60));
    const dark = calendar({ blackouts: [blackout(1, 3)] });
    const verdict = (now: string): string => Maintenance.judge(dark, complete, at(now))._tag;
    // Before the window, in the blackout, in what is left after it, and when the window is over: one and the same.
    expect(["09T00:00", "10T06:00", "10T07:59", "10T08:00", "10T08:59", "10T09:00", "20T00:00"].map(verdict)).toEqual(
      Array.from({ length: 7 }, () => "CanceledBlackout"),
    );
  });

  it("WIN-05: a run that had its time before the blackout and didn't use it has timed out", () => {
    const dark = calendar({ blackouts: [blackout(2, 4)] });
    expect(Maintenance.judge(dark, threeHours, at("10T06:59"))._tag).toBe("MayStart");
    expect(Maintenance.judge(dark, threeHours, at("10T07:00"))._tag).toBe("TimedOut");
    expect(Maintenance.judge(dark, threeHours, at("10T09:00"))._tag).toBe("TimedOut");
  });

  it("WIN-05: where blackouts cancel at once, a run that is due in one doesn't wait for its end", () => {
    const dark = calendar({ blackouts: [blackout(0, 2)], inBlackout: "cancel" });
    expect(Maintenance.judge(dark, threeHours, at("10T06:30"))).toEqual({
      _tag: "CanceledBlackout",
      because: [{ _tag: "Blackout", rule: "WIN-05", until: at("10T07:00") }],
    });
    // Nothing it could wait for beforehand either: the day before it is known as well.
    expect(Maintenance.judge(dark, threeHours, at("09T00:00"))._tag).toBe("CanceledBlackout");
    expect(Maintenance.firstStart(dark, threeHours, at("09T00:00"))).toBe(null);
    // An asset that first looks after it may start: nobody has cancelled it there.
    expect(Maintenance.judge(dark, threeHours, at("10T07:00"))._tag).toBe("MayStart");
  });

  it("WIN-05: where blackouts cancel at once, one that finds a late run waiting cancels it, though it had its time before", () => {
    const blackouts = [blackout(2, 3)];
    const because = [{ _tag: "Blackout", rule: "WIN-05", until: at("10T08:00") }];
    const judge = (inBlackout: "wait" | "cancel", now: string): Maintenance.Verdict =>
      Maintenance.judge(calendar({ blackouts, inBlackout }), threeHours, at(now));
    expect(judge("cancel", "10T07:30")).toEqual({ _tag: "CanceledBlackout", because });
    expect(judge("wait", "10T07:30")).toEqual({ _tag: "Waits", until: at("10T08:00"), because });
    expect(judge("cancel", "10T06:30")).toEqual({ _tag: "MayStart", mustStopBy: null });
    // A freeze isn't a blackout: it is waited for.
    const frozen = calendar({
      freezes: [freeze("audit", "2026-02-10T02:00", "2026-02-10T03:00")],
      inBlackout: "cancel",
    });
    expect(Maintenance.judge(frozen, threeHours, at("10T07:30"))).toMatchObject({
      _tag: "Waits",
      until: at("10T08:00"),
    });
    // Both: the freeze lasts longer and is told first, and the blackout cancels.
    const both = { ...frozen, blackouts: [{ ...blackout(2, 3), toMinute: 2 * 60 + 45 }] };
    expect(Maintenance.judge(both, threeHours, at("10T07:30"))._tag).toBe("CanceledBlackout");
  });

  it("WIN-05, WIN-07: waits for the end of a freeze in which a blackout ends", () => {
    // Dark from midnight to two, frozen from half past one to three.
    const kept = calendar({
      blackouts: [blackout(0, 2)],
      freezes: [freeze("audit", "2026-02-10T01:30", "2026-02-10T03:00")],
    });
    expect(Maintenance.firstStart(kept, threeHours, START)).toBe(at("10T08:00"));
    expect(Maintenance.judge(kept, threeHours, at("10T06:10"))).toMatchObject({ _tag: "Waits", until: at("10T08:00") });
  });

  it("WIN-05, WIN-07: nothing is open in a blackout or a freeze, and both are kept free of starts", () => {
    const kept = calendar({
      blackouts: [blackout(4, 5)],
      freezes: [freeze("audit", "2026-02-10T02:00", "2026-02-10T03:00")],
    });
    const isOpen = (now: string): boolean => Maintenance.isOpen(kept, at(now));
    expect(["10T06:59", "10T07:00", "10T07:59", "10T08:00", "10T09:00", "10T10:00"].map(isOpen)).toEqual([
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
    expect(Maintenance.keptIn(kept, { start: at("10T07:30"), end: at("10T12:00") })).toEqual([
      Interval.of(at("10T07:30"), at("10T08:00")),
      Interval.of(at("10T09:00"), at("10T10:00")),
    ]);
  });

  it("WIN-05: where blackouts cancel at once, one that begins while a freeze holds the run cancels it", () => {
    const frozen = freeze("audit", "2026-02-10T00:00", "2026-02-10T02:30");
    const dark = calendar({ blackouts: [blackout(2, 3)], freezes: [frozen], inBlackout: "cancel" });
    expect(Maintenance.judge(dark, threeHours, at("10T06:00"))._tag).toBe("CanceledBlackout");
    const later = calendar({ blackouts: [blackout(3, 4)], freezes: [frozen], inBlackout: "cancel" });
    expect(Maintenance.judge(later, threeHours, at("10T06:00"))).toMatchObject({
      _tag: "Waits",
      until: at("10T07:30"),
    });
  });

  it("WIN-07: frozen over its whole window it has timed out, and only for a while it waits", () => {
    const short = freeze("audit", "2026-02-10T00:00", "2026-02-10T02:30");
    expect(Maintenance.judge(calendar({ freezes: [short] }), threeHours, at("10T06:10"))).toEqual({
      _tag: "Waits",
      until: at("10T07:30"),
      because: [{ _tag: "Freeze", rule: "WIN-07", name: "audit", until: at("10T07:30") }],
    });
    const long = freeze("sale", "2026-02-09T00:00", "2026-02-16T00:00");
    expect(Maintenance.judge(calendar({ freezes: [long] }), threeHours, at("10T06:10"))).toEqual({
      _tag: "TimedOut",
      because: [{ _tag: "Freeze", rule: "WIN-07", name: "sale", until: at("16T05:00") }],
    });
  });

  it("tells all that keeps it, what lasts longest first", () => {
    const kept = calendar({
      blackouts: [blackout(0, 3)],
      freezes: [
        freeze("audit", "2026-02-10T00:00", "2026-02-10T02:30"),
        freeze("past", "2026-02-09T00:00", "2026-02-09T12:00"),
        freeze("sale", "2026-02-09T00:00", "2026-02-10T03:30"),
      ],
    });
    const complete = run({ minutes: 180, bound: "complete" }, Duration.minutes(150));
    expect(Maintenance.reasonsAt(kept, complete, at("10T06:45"))).toEqual([
      { _tag: "DoesNotFit", rule: "WIN-02", reserve: Duration.minutes(150) },
      { _tag: "Freeze", rule: "WIN-07", name: "sale", until: at("10T08:30") },
      { _tag: "Blackout", rule: "WIN-05", until: at("10T08:00") },
      { _tag: "Freeze", rule: "WIN-07", name: "audit", until: at("10T07:30") },
    ]);
  });

  it("WIN-01, WIN-04: without a window it waits as long as it takes, even for years", () => {
    const perpetual = run(null);
    const thaw = instant("2029-01-01T05:00Z");
    const frozen = calendar({ freezes: [freeze("merger", "2026-01-01T00:00", "2029-01-01T00:00")] });
    expect(Maintenance.judge(frozen, perpetual, at("10T06:00"))).toMatchObject({ _tag: "Waits", until: thaw });
    const both = calendar({ ...frozen, blackouts: [blackout(0, 6)] });
    expect(Maintenance.firstStart(both, perpetual, START)).toBe(instant("2029-01-01T11:00Z"));
    expect(Maintenance.judge(calendar(), perpetual, instant("2999-01-01T00:00Z"))).toEqual({
      _tag: "MayStart",
      mustStopBy: null,
    });
  });

  it("WIN-05: without a window, and with blackouts all week, it can never start", () => {
    const dark = calendar({ blackouts: [blackout(0, 24)] });
    const perpetual = run(null);
    expect(Maintenance.judge(dark, perpetual, START)._tag).toBe("CanceledBlackout");
    expect(Maintenance.firstStart(dark, perpetual, START)).toBe(null);
  });

  it("PLN-04: a lease ends like a window, but isn't one: nothing has to be complete in it", () => {
    const leased = { ...run(null, Duration.hours(9)), validity: Interval.lasting(START, Duration.hours(1)) };
    expect(Maintenance.judge(calendar(), leased, at("10T06:59"))).toEqual({ _tag: "MayStart", mustStopBy: null });
    expect(Maintenance.judge(calendar(), leased, at("10T07:00"))._tag).toBe("TimedOut");
  });
});

/** A calendar, a run and an instant around a change of clocks. */
type Scenario = {
  readonly zone: string;
  readonly blackouts: readonly Blackout.Blackout[];
  readonly freezes: readonly Freeze.Freeze[];
  readonly inBlackout: "wait" | "cancel";
  readonly plan: Plan;
  readonly now: number;
};

/** The walk ends so long after the start where no window ends it; freezes and blackouts have let go by then, if they ever do. */
const LONGEST = 25 * DAY;

/** Hours of every day, which a window lies in more often than in those of some weekdays. */
const anyNightly: fc.Arbitrary<Blackout.Blackout> = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 23 }))
  .map(([from, hours]) => blackout(from, ((from + hours - 1) % 24) + 1));

const anyScenario: fc.Arbitrary<Scenario> = anyChange.chain((change) => {
  const middle = Date.parse(change.at);
  return fc
    .record({
      start: fc.oneof(fc.integer({ min: -30 * 60, max: 10 * 60 }), fc.integer({ min: -7 * 1440, max: 4 * 1440 })),
      minutes: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 30, max: 600 }) },
        { weight: 2, arbitrary: fc.integer({ min: 30, max: 10_080 }) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      bound: fc.constantFrom("start" as const, "complete" as const),
      reserve: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 240 })),
      blackouts: fc.array(fc.oneof(anyBlackout, anyNightly), { maxLength: 3 }),
      freezes: fc.array(freezeNear(middle, { days: 6 }), { maxLength: 2 }),
      inBlackout: fc.constantFrom("wait" as const, "wait" as const, "cancel" as const),
      // A share of what is between a day before the start and a while after the window's end.
      now: fc.integer({ min: 0, max: 1000 }).map((share) => share / 1000),
    })
    .map(({ start, minutes, bound, reserve, now, ...rest }) => {
      const begin = middle + start * MINUTE;
      const length = minutes === null ? null : minutes * MINUTE;
      const [earliest, latest] = [begin - 6 * HOUR, begin + (length ?? 2 * DAY) + 6 * HOUR];
      return {
        ...rest,
        zone: change.zone,
        plan: { start: begin, length, bound, reserve: reserve * MINUTE },
        now: Math.floor((earliest + now * (latest - earliest)) / MINUTE) * MINUTE,
      };
    });
});

/** As the code under test takes it. */
const asked = (scenario: Scenario): { readonly calendar: Maintenance.Calendar; readonly run: Maintenance.Run } => {
  const { zone: name, blackouts, freezes, inBlackout, plan } = scenario;
  const { start, length, bound, reserve } = plan;
  const window = length === null ? PatchWindow.none : value(PatchWindow.make({ minutes: length / MINUTE, bound }));
  const begin = Instant.at(start);
  const validity = length === null ? Interval.from(begin) : Interval.lasting(begin, Duration.milliseconds(length));
  return {
    calendar: { zone: zone(name), blackouts, freezes, inBlackout },
    run: { window, validity, reserve: Duration.milliseconds(reserve) },
  };
};

const walked = (scenario: Scenario): WalkedRun => {
  const { start, length } = scenario.plan;
  const to = start + (length ?? LONGEST);
  // A blackout or freeze that holds at the end is looked after beyond it, for when it lets go.
  return walkRun(scenario, scenario.plan, [Math.min(start, scenario.now), Math.max(to, scenario.now) + 14 * DAY]);
};

/** What the rules say, minute by minute: WIN-02, WIN-05, WIN-07. */
const expectedVerdict = ({ plan, now, inBlackout }: Scenario, clock: WalkedRun): Maintenance.Verdict["_tag"] => {
  const isDue = now >= plan.start && (plan.length === null || now < plan.start + plan.length);
  if (isDue && clock.isFitting(now) && !clock.isBlackout(now) && clock.freezes(now).length === 0) return "MayStart";
  const isCancelled = isDue && inBlackout === "cancel" && clock.isBlackout(now);
  if (!isCancelled && clock.firstLegal(now) !== null) return "Waits";
  const couldStart = clock.firstLegal(plan.start) !== null;
  const couldButForBlackouts = clock.firstLegal(plan.start, { ignoreBlackouts: true }) !== null;
  return isCancelled || (couldButForBlackouts && !couldStart) ? "CanceledBlackout" : "TimedOut";
};

const expectedReasons = ({ plan, now }: Scenario, clock: WalkedRun): readonly unknown[] => {
  const { start, length, reserve } = plan;
  if (now < start) return [{ _tag: "NotYet", rule: "SCH-01", until: start }];
  if (length !== null && now >= start + length) {
    return [{ _tag: "WindowOver", rule: "WIN-02", endedAt: start + length }];
  }
  const kept = clock.freezes(now).map((freeze) => ({
    _tag: "Freeze",
    rule: "WIN-07",
    name: freeze.name,
    until: clock.firstNot(now, (minute) => clock.freezes(minute).includes(freeze)),
  }));
  const dark = { _tag: "Blackout", rule: "WIN-05", until: clock.firstNot(now, clock.isBlackout) };
  const lasting = [...kept, ...(clock.isBlackout(now) ? [dark] : [])];
  lasting.sort((a, b) => (b.until ?? Number.POSITIVE_INFINITY) - (a.until ?? Number.POSITIVE_INFINITY));
  return [...(clock.isFitting(now) ? [] : [{ _tag: "DoesNotFit", rule: "WIN-02", reserve }]), ...lasting];
};

describe("Maintenance, minute by minute", patience, () => {
  it("WIN-02, WIN-05, WIN-07: judges as a clock watched from minute to minute does, around changes of clocks", () => {
    const seen: string[] = [];
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        const clock = walked(scenario);
        const { calendar: asset, run: due } = asked(scenario);
        const now = Instant.at(scenario.now);
        const verdict = Maintenance.judge(asset, due, now);
        seen.push(verdict._tag);
        expect(verdict._tag).toBe(expectedVerdict(scenario, clock));
        expect(Maintenance.firstStart(asset, due, now)).toBe(clock.firstLegal(scenario.now));
        if (verdict._tag === "Waits") expect(verdict.until).toBe(clock.firstLegal(scenario.now));
        if (verdict._tag === "MayStart") {
          const { start, length, bound } = scenario.plan;
          expect(verdict.mustStopBy).toBe(length !== null && bound === "complete" ? start + length : null);
          return;
        }
        const expected = expectedReasons(scenario, clock);
        expect(verdict.because).toEqual(Maintenance.reasonsAt(asset, due, now));
        // Blackouts of all the week have no end to tell.
        const isDarkForEver = clock.isBlackout(scenario.now) && clock.firstNot(scenario.now, clock.isBlackout) === null;
        if (!isDarkForEver) expect(verdict.because).toEqual(expected);
      }),
      runs(500),
    );
    // Each verdict comes up often enough for the comparison to mean something.
    for (const tag of ["MayStart", "Waits", "TimedOut", "CanceledBlackout"]) {
      expect(seen.filter((each) => each === tag).length).toBeGreaterThan(seen.length / 40);
    }
  });

  it("WIN-05: a verdict that ends a run is never taken back, and one that waits comes true to the minute", () => {
    const anyShort = anyScenario.filter(({ plan }) => plan.length !== null && plan.length <= 10 * HOUR);
    fc.assert(
      fc.property(anyShort, (scenario) => {
        const { calendar: asset, run: due } = asked(scenario);
        const { start, length } = scenario.plan;
        let ended: string | null = null;
        let until: number | null = null;
        let hasStarted = false;
        for (let minute = start - HOUR; minute <= start + (length ?? 0) + HOUR; minute += 7 * MINUTE) {
          const verdict = Maintenance.judge(asset, due, Instant.at(minute));
          // Nobody who may start goes on asking; who was cancelled at once isn't asked again.
          if (hasStarted || (ended !== null && asset.inBlackout === "cancel")) break;
          if (until !== null) expect(verdict._tag === "MayStart").toBe(minute >= until);
          if (ended !== null) expect(verdict._tag).toBe(ended);
          if (verdict._tag === "Waits") {
            until = verdict.until;
            expect(Maintenance.judge(asset, due, verdict.until)._tag).toBe("MayStart");
            expect(Maintenance.judge(asset, due, Instant.at(verdict.until - 1))._tag).toBe("Waits");
            if (minute + 7 * MINUTE > until) break;
          } else if (verdict._tag === "MayStart") hasStarted = true;
          else ended = verdict._tag;
        }
      }),
      runs(400),
    );
  });

  it("WIN-05, WIN-07: keptIn and isOpen are as the clock shows it, for every minute of a fortnight", () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        const middle = scenario.plan.start;
        const clock = walkRun(scenario, scenario.plan, [middle - 7 * DAY, middle + 7 * DAY]);
        const { calendar: asset } = asked(scenario);
        const isKept = (minute: number): boolean => clock.isBlackout(minute) || clock.freezes(minute).length > 0;
        const interval = { start: Instant.at(clock.clock.from), end: Instant.at(clock.clock.to) };
        expect(Maintenance.keptIn(asset, interval)).toEqual(stretches(clock.clock, (_, minute) => isKept(minute)));
        const wrong: string[] = [];
        for (let minute = clock.clock.from; minute < clock.clock.to; minute += 11 * MINUTE) {
          const isOpen = Maintenance.isOpen(asset, Instant.at(minute));
          if (isOpen === isKept(minute)) wrong.push(new Date(minute).toISOString());
        }
        expect(wrong).toEqual([]);
      }),
      runs(60),
    );
  });
});
