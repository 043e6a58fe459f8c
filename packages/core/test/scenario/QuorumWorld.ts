/**
 * Small fleets with jobs for the quorum proof, and an oracle for them: zones whose clocks never change, everything on whole
 * hours, every occurrence written out and every hour walked, so that nothing of the scheduler is asked.
 */
import type { Blackout, Freeze, RebootTimeline, WallTime } from "@fettle/scheduler";
import * as fc from "fast-check";
import type { Job } from "../../src/domain/job/Job.ts";
import * as Disruptions from "../../src/domain/plan/Disruptions.ts";
import type * as QuorumProof from "../../src/domain/plan/QuorumProof.ts";
import * as Values from "./Values.ts";

const { HOUR_MS, DAY_MS, MINUTE_MS, START } = Values;

/** Hours ahead of UTC, all year. */
const OFFSETS: { readonly [zone: string]: number } = { UTC: 0, "Asia/Tokyo": 9, "America/Phoenix": -7 };
const FIXED_HOURS = 2;
const LEAD_MS = 3 * HOUR_MS;

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  /** From an hour after the start to another, by the asset's clock or by UTC's. */
  readonly freeze: { readonly from: number; readonly to: number; readonly isLocal: boolean } | null;
  /** Every day from an hour to another. */
  readonly blackout: { readonly from: number; readonly to: number } | null;
}

export interface WorldJob {
  readonly id: string;
  /** Hours after the start of its first local time; null: on demand. */
  readonly at: number | null;
  /** Days between its times; null: once. */
  readonly everyDays: number | null;
  readonly zone: "agent" | "fixed";
  readonly windowHours: number | null;
  readonly bound: "start" | "complete";
  readonly reboot: RebootTimeline.RebootSettings;
  readonly enabledHoursAgo: number;
  readonly reaches: readonly string[];
  /** Whether every occurrence that began before now has its run. */
  readonly isMaterialised: boolean;
}

/** An asset's part in a run, and when its window is over, in hours after now. */
export interface WorldRun {
  readonly assetId: string;
  readonly latest: number | null;
  readonly isPresumedOver: boolean;
}

export interface World {
  readonly now: number;
  readonly members: readonly Member[];
  readonly jobs: readonly WorldJob[];
  readonly runs: readonly WorldRun[];
  readonly workHours: number;
  readonly inBlackout: "wait" | "cancel";
  readonly hours: number;
  readonly atMost: number;
}

const IDS = ["a", "b", "c", "d"];
const hours = (min: number, max: number) => fc.integer({ min, max });
const stretch = (min: number, max: number) =>
  fc.record({ from: hours(min, max), length: hours(1, 30) }).map(({ from, length }) => ({ from, to: from + length }));

const member = (id: string): fc.Arbitrary<Member> =>
  fc.record({
    id: fc.constant(id),
    name: fc.constant(`node-${id}`),
    timeZone: fc.constantFrom("UTC", ...Object.keys(OFFSETS)),
    freeze: fc.option(
      fc.tuple(stretch(0, 200), fc.boolean()).map(([of, isLocal]) => ({ ...of, isLocal })),
      { freq: 2 },
    ),
    blackout: fc.option(
      fc
        .record({ from: hours(0, 20), length: hours(1, 6) })
        .map(({ from, length }) => ({ from, to: (from + length) % 24 || 24 })),
      { freq: 2 },
    ),
  });

const countdownMinutes = fc.constantFrom(null, 30, 60);
const reboot: fc.Arbitrary<RebootTimeline.RebootSettings> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ _tag: "Suppress" } as const) },
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("Automatic" as const), countdownMinutes }) },
  {
    weight: 8,
    arbitrary: fc.record({
      _tag: fc.constant("Request" as const),
      deferrals: fc.option(fc.record({ count: hours(1, 3), minutes: fc.constantFrom(60, 300) })),
      countdownMinutes,
      whenNobody: fc.constant("reboot" as const),
    }),
  },
);

const job = (id: string): fc.Arbitrary<WorldJob> =>
  fc.record({
    id: fc.constant(id),
    at: fc.option(hours(-30, 70), { freq: 12 }),
    everyDays: fc.option(hours(2, 6), { freq: 2 }),
    zone: fc.constantFrom("agent", "fixed"),
    windowHours: fc.option(hours(1, 12), { freq: 16 }),
    bound: fc.constantFrom("start", "complete"),
    reboot,
    enabledHoursAgo: hours(0, 90),
    reaches: fc.subarray(IDS, { minLength: 1, maxLength: 3 }),
    isMaterialised: fc.boolean(),
  });

export const world: fc.Arbitrary<World> = fc
  .record({
    now: hours(0, 60).map((h) => START + h * HOUR_MS),
    members: fc.tuple(...IDS.map(member)),
    jobs: fc.tuple(hours(1, 3)).chain(([n]) => fc.tuple(...["j1", "j2", "j3"].slice(0, n).map(job))),
    runs: fc.array(
      fc.record({
        assetId: fc.constantFrom(...IDS),
        latest: fc.option(hours(-9, 60), { freq: 4 }),
        isPresumedOver: fc.boolean(),
      }),
      {
        maxLength: 1,
      },
    ),
    workHours: hours(0, 4),
    inBlackout: fc.constantFrom("wait" as const, "cancel" as const),
    hours: hours(24, 240),
    atMost: fc.constantFrom(0, 1, 1, 1, 2, 2, 3),
  })
  .map((drawn) => ({
    ...drawn,
    // What a blackout cancels isn't caught up; without a window that would have to be told occurrence by occurrence.
    inBlackout: drawn.jobs.every((j) => j.windowHours !== null) ? drawn.inBlackout : "wait",
  }));

const wall = (local: number): WallTime.WallTime => {
  const at = new Date(local);
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: 0,
    second: 0,
  };
};

const localOf = (hour: number): number => START + hour * HOUR_MS;

const scheduleOf = ({ at, everyDays, zone: mode }: WorldJob): Job["schedule"] => {
  if (at === null) return { _tag: "OnDemand" };
  const zone =
    mode === "agent" ? ({ _tag: "Agent" } as const) : ({ _tag: "Fixed", offsetMinutes: FIXED_HOURS * 60 } as const);
  if (everyDays === null) return { _tag: "Once", at: wall(localOf(at)), zone };
  const rule = {
    pattern: { _tag: "Daily", every: everyDays },
    start: wall(localOf(at)),
    end: { _tag: "Never" },
    except: [],
  } as const;
  return { _tag: "Recurring", rule, zone };
};

const keyOf = ({ everyDays, zone }: WorldJob, local: number | null): string =>
  local === null
    ? "on-demand"
    : `${everyDays === null ? "once" : "at"}:${new Date(local).toISOString().slice(0, 19)}@${zone === "agent" ? "agent" : "+02:00"}#0`;

/** The occurrences that have a run: all that began somewhere before now. */
const materialised = (w: World, j: WorldJob): ReadonlySet<string> =>
  new Set(
    (j.isMaterialised ? localsOf(w, j) : [])
      .filter((local) => w.members.some((m) => nominalOf(w, j, m, local) <= w.now))
      .map((local) => keyOf(j, local)),
  );

const blackoutOf = ({ blackout }: Member): readonly Blackout.Blackout[] =>
  blackout === null
    ? []
    : [{ weekdays: [1, 2, 3, 4, 5, 6, 7], fromMinute: blackout.from * 60, toMinute: blackout.to * 60 }];

const freezeOf = ({ freeze }: Member): readonly Freeze.Freeze[] =>
  freeze === null
    ? []
    : [
        {
          name: "freeze",
          from: wall(localOf(freeze.from)),
          to: wall(localOf(freeze.to)),
          zone: freeze.isLocal ? null : "UTC",
        },
      ];

/** The world as the proof takes it. */
export const inputs = (w: World): QuorumProof.Inputs => ({
  groups: [{ id: "g", name: "etcd", atMost: w.atMost, members: w.members }],
  jobs: w.jobs.map((j) => ({
    job: {
      ...Values.job({ id: j.id, title: j.id, schedule: scheduleOf(j), reboot: j.reboot }),
      ...(j.windowHours === null ? {} : { window: { minutes: j.windowHours * 60, bound: j.bound } }),
    },
    enabledAt: w.now - j.enabledHoursAgo * HOUR_MS,
    reaches: w.members.filter((m) => j.reaches.includes(m.id)),
    materialised: materialised(w, j),
  })),
  unfinished: w.runs.map(({ assetId, latest, isPresumedOver }) => ({
    assetId,
    jobId: "old",
    title: "old",
    occurrenceKey: "on-demand",
    start: w.now - 10 * HOUR_MS,
    windowEnd: latest === null ? null : w.now + latest * HOUR_MS,
    conduct: { bound: "complete", reboot: { _tag: "Automatic", countdownMinutes: 30 } },
    isPresumedOver,
  })),
  circumstances: {
    leadMilliseconds: LEAD_MS,
    workMilliseconds: w.workHours * HOUR_MS,
    defaultZone: "UTC",
    inBlackout: w.inBlackout,
    blackouts: new Map(w.members.filter((m) => m.blackout !== null).map((m) => [m.id, blackoutOf(m)])),
    freezes: new Map(w.members.filter((m) => m.freeze !== null).map((m) => [m.id, freezeOf(m)])),
  },
  now: w.now,
  period: { from: w.now, to: w.now + w.hours * HOUR_MS },
});

export interface Stretch {
  readonly member: string;
  readonly start: number;
  readonly end: number;
}

const BACK_MS = Disruptions.COMING_BACK_MINUTES * MINUTE_MS;

/** Every stretch in which a member may be down, occurrence by occurrence; `tails` false forgets the reboots. */
export const stretches = (w: World, tails = true): readonly Stretch[] => [
  ...w.runs.flatMap(({ assetId, latest, isPresumedOver }): readonly Stretch[] => {
    const back = tails ? 30 * MINUTE_MS + BACK_MS : 0;
    const end = latest === null ? Number.POSITIVE_INFINITY : w.now + latest * HOUR_MS + back;
    if (end <= w.now && isPresumedOver) return [];
    return [{ member: assetId, start: w.now - 10 * HOUR_MS, end: end <= w.now ? Number.POSITIVE_INFINITY : end }];
  }),
  ...w.jobs.flatMap((j) =>
    w.members
      .filter((m) => j.reaches.includes(m.id))
      .flatMap((m) =>
        localsOf(w, j)
          .filter((local) => !materialised(w, j).has(keyOf(j, local)))
          .flatMap((local) => stretchOf(w, j, m, local, tails) ?? []),
      ),
  ),
];

const localsOf = (w: World, { at, everyDays }: WorldJob): readonly (number | null)[] => {
  if (at === null) return [null];
  if (everyDays === null) return [localOf(at)];
  const last = w.now + w.hours * HOUR_MS + 2 * DAY_MS;
  const locals: number[] = [];
  for (let local = localOf(at); local <= last; local += everyDays * DAY_MS) locals.push(local);
  return locals;
};

const offsetMs = ({ zone }: WorldJob, { timeZone }: Member): number =>
  (zone === "agent" ? (OFFSETS[timeZone] ?? 0) : FIXED_HOURS) * HOUR_MS;

const nominalOf = (w: World, j: WorldJob, m: Member, local: number | null): number =>
  local === null ? w.now - j.enabledHoursAgo * HOUR_MS : local - offsetMs(j, m);

const stretchOf = (w: World, j: WorldJob, m: Member, local: number | null, tails: boolean): Stretch | null => {
  const enabledAt = w.now - j.enabledHoursAgo * HOUR_MS;
  const nominal = nominalOf(w, j, m, local);
  const isRecurring = local !== null && j.everyDays !== null;
  if (isRecurring && nominal - enabledAt < LEAD_MS) return null;
  const closes = j.windowHours === null ? Number.POSITIVE_INFINITY : nominal + j.windowHours * HOUR_MS;
  const due = Math.max(nominal, enabledAt);
  const start = firstFree(w, m, due, closes);
  if (start === null || closes <= w.now) return null;
  const done = j.bound === "complete" ? closes : closes + w.workHours * HOUR_MS;
  const end = j.reboot._tag === "Suppress" ? Number.POSITIVE_INFINITY : done + (tails ? tailOf(j.reboot) + BACK_MS : 0);
  return { member: m.id, start: Math.max(start, w.now), end };
};

// Hour by hour; null: none before the window closes, or a blackout cancels it on the way.
const firstFree = (w: World, m: Member, due: number, closes: number): number | null => {
  for (let at = due; at < closes; at += HOUR_MS) {
    const isBlackedOut = inBlackout(m, at);
    if (isBlackedOut && w.inBlackout === "cancel") return null;
    if (!isBlackedOut && !isFrozen(m, at)) return at;
  }
  return null;
};

const inBlackout = ({ blackout, timeZone }: Member, at: number): boolean => {
  if (blackout === null) return false;
  const hour = new Date(at + (OFFSETS[timeZone] ?? 0) * HOUR_MS).getUTCHours();
  const { from, to } = blackout;
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
};

const isFrozen = ({ freeze, timeZone }: Member, at: number): boolean => {
  if (freeze === null) return false;
  const shown = at + (freeze.isLocal ? (OFFSETS[timeZone] ?? 0) : 0) * HOUR_MS;
  return shown >= localOf(freeze.from) && shown < localOf(freeze.to);
};

const tailOf = (settings: Exclude<RebootTimeline.RebootSettings, { readonly _tag: "Suppress" }>): number => {
  const deferrals = settings._tag === "Request" ? settings.deferrals : null;
  const deferred = deferrals === null ? 0 : deferrals.count * deferrals.minutes;
  // RBT-11: whoever is logged in is warned for five minutes where no countdown is set.
  return (deferred + (settings.countdownMinutes ?? 5)) * MINUTE_MS;
};

/** Who may be down at an instant. */
export const downAt = (all: readonly Stretch[], at: number): ReadonlySet<string> =>
  new Set(all.filter(({ start, end }) => at >= start && at < end).map(({ member: id }) => id));
