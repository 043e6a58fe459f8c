/**
 * Inputs of plans with a time: any fleet of {@link ./PlanFleet.ts} with zones, a schedule near changes of clocks, a window,
 * blackouts, freezes, a lead. Everything lies on quarters of an hour, so that times often coincide.
 */
import { type Blackout, type Freeze, type JobSchedule, Recurrence, type TimeZone, WallTime } from "@fettle/scheduler";
import * as fc from "fast-check";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import type { Job } from "../../src/domain/job/Job.ts";
import type { TimedSchedule } from "../../src/domain/job/Schedule.ts";
import type { PlanInputs } from "../../src/domain/plan/Plan.ts";
import type { Occasion } from "../../src/domain/plan/PlanInputs.ts";
import * as PlanTiming from "../../src/domain/plan/PlanTiming.ts";
import * as PlanFleet from "./PlanFleet.ts";
import * as PlanTimeReference from "./PlanTimeReference.ts";
import * as Values from "./Values.ts";

const QUARTER_MS = 15 * Values.MINUTE_MS;
const ZONES = [
  "America/New_York",
  "Europe/Paris",
  "Australia/Lord_Howe",
  "Pacific/Honolulu",
  "+05:30",
  "UTC",
  "Mars/Base",
];

/** Days of changes of clocks in these zones, and those around them. */
const DAYS = [
  "2026-03-07",
  "2026-03-08",
  "2026-03-29",
  "2026-04-05",
  "2026-10-04",
  "2026-10-25",
  "2026-10-31",
  "2026-11-01",
];
const TIMES = ["00:00", "01:15", "01:45", "02:00", "02:15", "02:30", "10:00", "23:45"];

const wall = (text: string): WallTime.WallTime => {
  const read = WallTime.parse(text);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
};
/** Times that some zone lacks, or has twice. */
const ODD = ["2026-03-08T02:15", "2026-03-08T02:30", "2026-03-29T02:30", "2026-11-01T01:15", "2026-10-25T02:30"];
const anyWall = fc.oneof(
  fc.constantFrom(...ODD).map(wall),
  fc.tuple(fc.constantFrom(...DAYS), fc.constantFrom(...TIMES)).map(([day, time]) => wall(`${day}T${time}`)),
);

const later = (from: WallTime.WallTime, milliseconds: number): WallTime.WallTime =>
  Recurrence.wallOf(Recurrence.slotOf(from) + milliseconds);

const zoneMode: fc.Arbitrary<JobSchedule.ZoneMode> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ _tag: "Agent" } as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(-210, 0, 540).map((offsetMinutes) => ({ _tag: "Fixed", offsetMinutes }) as const),
  },
  { weight: 1, arbitrary: fc.constantFrom(...ZONES.slice(0, 3)).map((zone) => ({ _tag: "Named", zone }) as const) },
);
const resolution: fc.Arbitrary<{ readonly resolution?: TimeZone.Resolution }> = fc.oneof(
  fc.constant({}),
  fc
    .record({
      gap: fc.constantFrom("shift", "next-valid", "skip", "skip"),
      overlap: fc.constantFrom("earlier", "later"),
    } as const)
    .map((made) => ({ resolution: made })),
);

const weekday = fc.constantFrom(1, 2, 3, 4, 5, 6, 7) as fc.Arbitrary<1 | 2 | 3 | 4 | 5 | 6 | 7>;
const every = fc.integer({ min: 1, max: 2 });
const pattern: fc.Arbitrary<Recurrence.Pattern> = fc.oneof(
  fc.record({ _tag: fc.constant("Daily" as const), every }),
  fc.record({
    _tag: fc.constant("Weekly" as const),
    every,
    weekdays: fc.uniqueArray(weekday, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ _tag: fc.constant("MonthlyOnDay" as const), every, day: fc.constantFrom(1, 8, 29, 31) }),
  fc.record({ _tag: fc.constant("MonthlyOnLastDay" as const), every }),
  fc.record({
    _tag: fc.constant("MonthlyOnWeekday" as const),
    every,
    nth: fc.constantFrom<Recurrence.Nth>(1, 2, 5, "last"),
    weekday,
    offsetDays: fc.constantFrom(0, 2, -1),
  }),
);

const recurring = (at: WallTime.WallTime): fc.Arbitrary<TimedSchedule> =>
  fc
    .tuple(
      pattern,
      zoneMode,
      resolution,
      fc.constantFrom(0, 0, 7, 40),
      fc.constantFrom("Never", "Never", "Until", "After"),
    )
    .map(([made, zone, given, days, end]): TimedSchedule => {
      const ends: { readonly [tag: string]: Recurrence.End } = {
        Never: { _tag: "Never" },
        Until: { _tag: "Until", at: later(at, 3 * Values.DAY_MS) },
        After: { _tag: "After", count: 10 },
      };
      const rule: Recurrence.Rule = {
        pattern: made,
        start: later(at, -days * Values.DAY_MS),
        end: ends[end] ?? { _tag: "Never" },
        except: [],
      };
      return { _tag: "Recurring", rule, zone, ...given };
    });

const schedule = (at: WallTime.WallTime): fc.Arbitrary<TimedSchedule> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant({ _tag: "OnDemand" } as const) },
    {
      weight: 3,
      arbitrary: fc.tuple(zoneMode, resolution).map(([zone, given]) => ({ _tag: "Once", at, zone, ...given }) as const),
    },
    { weight: 3, arbitrary: recurring(at).filter((made) => slotNear(made, 0) !== null) },
  );

const slotNear = (when: TimedSchedule, instant: number): number | null =>
  PlanTimeReference.slotsFrom(when, instant).next().value ?? null;

const minutes = fc.constantFrom(1, 5, 15, 60);
const reboot: fc.Arbitrary<Job["reboot"]> = fc.oneof(
  fc.constant({ _tag: "Suppress" } as const),
  fc.record({ _tag: fc.constant("Automatic" as const), countdownMinutes: fc.option(minutes) }),
  fc.record({
    _tag: fc.constant("Request" as const),
    deferrals: fc.option(fc.record({ count: fc.integer({ min: 1, max: 9 }), minutes })),
    countdownMinutes: fc.option(minutes),
    whenNobody: fc.constantFrom("reboot", "countdown"),
  } as const),
);
const window: fc.Arbitrary<Pick<Job, "window">> = fc.oneof(
  fc.constant({}),
  fc
    .tuple(
      fc.constantFrom(30, 60, 180, 720, 2_880),
      fc.constantFrom({}, { bound: "start" } as const, { bound: "complete" } as const),
    )
    .map(([length, bound]) => ({ window: { minutes: length, ...bound } })),
);

const quarter = fc.integer({ min: 0, max: 95 }).map((n) => n * 15);
const blackout: fc.Arbitrary<Blackout.Blackout> = fc.record({
  weekdays: fc.uniqueArray(weekday, { minLength: 1, maxLength: 7 }).map((days) => days.sort((a, b) => a - b)),
  fromMinute: quarter,
  toMinute: quarter.map((n) => n + 15),
});
const freeze = (at: WallTime.WallTime): fc.Arbitrary<Freeze.Freeze> =>
  fc
    .tuple(
      fc.integer({ min: -100, max: 100 }),
      fc.constantFrom(1, 4, 20, 96, 300),
      fc.constantFrom(null, null, "Asia/Tokyo"),
    )
    .map(([from, length, zone]) => ({
      name: `freeze ${from} ${length} ${zone}`,
      from: later(at, from * QUARTER_MS),
      to: later(at, (from + length) * QUARTER_MS),
      zone,
    }));

const byAsset = <A>(
  assets: readonly Asset[],
  lists: fc.Arbitrary<readonly A[]>,
): fc.Arbitrary<ReadonlyMap<string, readonly A[]>> =>
  fc
    .tuple(...assets.map((a) => fc.option(lists, { freq: 2 }).map((list) => [a.id, list ?? []] as const)))
    .map((entries) => new Map(entries.filter(([, list]) => list.length > 0)));

const occasion = (assets: readonly Asset[], at: WallTime.WallTime): fc.Arbitrary<Occasion> =>
  fc
    .record({
      enabledAt: fc
        .oneof(fc.integer({ min: -60, max: 60 }), fc.integer({ min: -400, max: 250 }))
        .map((n) => Recurrence.slotOf(at) + n * QUARTER_MS),
      notBefore: fc.constantFrom(0, 0, 0, 26 * Values.HOUR_MS),
      leadMilliseconds: fc.constantFrom(0, 1, 3, 3, 24).map((n) => n * Values.HOUR_MS),
      workMilliseconds: fc.constantFrom(0, 4 * Values.HOUR_MS),
      defaultZone: fc.constantFrom("UTC", "Europe/Paris", "Venus/Base"),
      inBlackout: fc.constantFrom("wait", "cancel"),
      blackouts: byAsset(assets, fc.array(blackout, { minLength: 1, maxLength: 2 })),
      freezes: byAsset(assets, fc.array(freeze(at), { minLength: 1, maxLength: 2 })),
    } as const)
    .map((drawn) => ({
      ...drawn,
      slot: null,
      zones: [],
      notBefore: drawn.notBefore === 0 ? 0 : drawn.enabledAt + drawn.notBefore,
    }));

const timed = (from: PlanInputs): fc.Arbitrary<PlanInputs> =>
  fc
    .tuple(anyWall, fc.constantFrom(0, 0, 1), fc.tuple(...from.assets.map(() => fc.constantFrom(...ZONES))))
    .chain(([at, nth, zones]) =>
      fc.tuple(schedule(at), window, reboot, occasion(from.assets, at)).map(([when, given, reboots, time]) => {
        const assets = from.assets.map((a, i) => ({ ...a, timeZone: zones[i] ?? "UTC" }));
        const { patches } = from.job;
        return {
          ...from,
          assets,
          now: time.enabledAt,
          job: { ...from.job, patches: aged(patches, at), schedule: when, reboot: reboots, ...given },
          occasion: {
            ...time,
            slot: nth === 0 ? null : slotNear(when, time.enabledAt),
            zones: PlanTiming.zonesOf(from.job, from, assets),
          },
        };
      }),
    );

// Patches came out at the beginning of 1970: these are old enough about a week before or after the local time.
const aged = (patches: Job["patches"], at: WallTime.WallTime): Job["patches"] =>
  patches?._tag !== "Query" || patches.approvalAgeDays === undefined
    ? patches
    : { ...patches, approvalAgeDays: Math.floor(Recurrence.slotOf(at) / Values.DAY_MS) + (at.minute - 20) / 5 };

/** Any fleet with a time. */
export const anyInputs: fc.Arbitrary<PlanInputs> = PlanFleet.anyInputs.chain(timed);

/** With and without. */
export const someInputs: fc.Arbitrary<PlanInputs> = fc.oneof(PlanFleet.anyInputs, anyInputs);
