/**
 * Local times that come again: daily, weekly, monthly by day or weekday, anchored to one of these ± days (SCH-01, SCH-04,
 * SCH-11). Pure calendar: which instant a local time means in a zone is TimeZone's.
 *
 * - A *slot* is one of the local times, as milliseconds as if in UTC: numbers compare and hash, and no zone is needed.
 * - Slots are on different days, a whole pattern apart; they are worked out from the start, so the same rule gives the same
 *   slots wherever and from whenever one looks.
 * - The first slot is the first match at or after the start (SCH-14). A month that lacks the day is skipped (SCH-04).
 */
import * as Calendar from "./Calendar.ts";
import * as Limits from "./Limits.ts";
import { fail, ok, type Result } from "./Result.ts";
import * as WallTime from "./WallTime.ts";

/** Which of the weekdays of a month: the first to the fifth, or the last. */
export type Nth = 1 | 2 | 3 | 4 | 5 | "last";

/**
 * On which days. `every` 2 is every second day, week or month, counted from that of the start; weeks begin on Monday.
 * `offsetDays` moves each day found: the second Tuesday + 2 (SCH-11).
 */
export type Pattern =
  | { readonly _tag: "Daily"; readonly every: number }
  | { readonly _tag: "Weekly"; readonly every: number; readonly weekdays: readonly Calendar.Weekday[] }
  | { readonly _tag: "MonthlyOnDay"; readonly every: number; readonly day: number }
  | { readonly _tag: "MonthlyOnLastDay"; readonly every: number }
  | {
      readonly _tag: "MonthlyOnWeekday";
      readonly every: number;
      readonly nth: Nth;
      readonly weekday: Calendar.Weekday;
      readonly offsetDays: number;
    };

/**
 * For ever (SCH-07), up to a local time, it included, or so many slots. Days left out count among them, as in RFC 5545, and so do
 * local times that a zone's clocks skip, unlike there (3.3.10): so a count ends on the same day in every zone.
 */
export type End =
  | { readonly _tag: "Never" }
  | { readonly _tag: "Until"; readonly at: WallTime.WallTime }
  | { readonly _tag: "After"; readonly count: number };

/** A recurrence as it is stored. The start gives the time of day. */
export type Rule = {
  readonly pattern: Pattern;
  readonly start: WallTime.WallTime;
  readonly end: End;
  /** Days on which it doesn't come, as `YYYY-MM-DD`. */
  readonly except: readonly string[];
};

/** A local time as milliseconds as if in UTC. */
export type Slot = number;

declare const brand: unique symbol;

/** A rule that was looked at, with what is worked out from it once. Made by `make` only. */
export type Recurrence = Rule & {
  readonly [brand]: "Recurrence";
  readonly timeOfDay: number;
  readonly startSlot: Slot;
  /** The last slot there can be. */
  readonly lastSlot: Slot;
  readonly exceptDays: ReadonlySet<number>;
  readonly days: Days;
};

/** Days of a pattern: the first one at or after a day, and the last one at or before it. */
type Days = {
  readonly from: (day: number) => number;
  readonly upTo: (day: number) => number;
};

/** One thing wrong with a rule. */
export type Problem = {
  readonly rule: "SCH-01" | "SCH-04" | "SCH-07" | "SCH-11" | "SCH-14";
  /** Where, as a path in the rule: `pattern.day`. */
  readonly path: string;
  readonly message: string;
};

/** The rule can't be meant; everything wrong with it. */
export type InvalidRecurrence = { readonly _tag: "InvalidRecurrence"; readonly problems: readonly Problem[] };

/**
 * A recurrence from a rule.
 *
 * @example
 * // Patch Tuesday + 2, at 02:30
 * Recurrence.make({
 *   pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 2 },
 *   start, end: { _tag: "Never" }, except: [],
 * })
 */
export const make = (rule: Rule): Result<Recurrence, InvalidRecurrence> => {
  const problems = problemsOf(rule);
  if (problems.length > 0) return fail({ _tag: "InvalidRecurrence", problems });
  const { start, end, pattern, except } = rule;
  const startSlot = Calendar.millisecondsOf(start);
  const startDay = Math.floor(startSlot / Calendar.DAY_MILLISECONDS);
  const unbounded: Omit<Recurrence, typeof brand> = {
    ...rule,
    timeOfDay: startSlot - startDay * Calendar.DAY_MILLISECONDS,
    startSlot,
    lastSlot: LAST_SLOT,
    exceptDays: new Set(except.map(dayOfText).filter((day) => day !== null)),
    days: daysOf(pattern, startDay),
  };
  return ok({ ...unbounded, lastSlot: lastSlotOf(unbounded as Recurrence, end) } as Recurrence);
};

/** The first slot after a local time; null if there is none. */
export const next = (self: Recurrence, after: Slot): Slot | null => {
  const { timeOfDay, lastSlot, exceptDays, days, startSlot } = self;
  const from = after < startSlot ? startSlot : after + 1;
  // The first day whose slot is at or after `from`.
  let day = Math.ceil((from - timeOfDay) / Calendar.DAY_MILLISECONDS);
  for (;;) {
    day = days.from(day);
    const slot = day * Calendar.DAY_MILLISECONDS + timeOfDay;
    if (!(slot <= lastSlot)) return null;
    if (exceptDays.size === 0 || !exceptDays.has(day)) return slot;
    day += 1;
  }
};

/** The last slot before a local time; null if there is none. */
export const previous = (self: Recurrence, before: Slot): Slot | null => {
  const { timeOfDay, lastSlot, exceptDays, days, startSlot } = self;
  const to = before > lastSlot ? lastSlot : before - 1;
  let day = Math.floor((to - timeOfDay) / Calendar.DAY_MILLISECONDS);
  for (;;) {
    day = days.upTo(day);
    const slot = day * Calendar.DAY_MILLISECONDS + timeOfDay;
    if (!(slot >= startSlot)) return null;
    if (exceptDays.size === 0 || !exceptDays.has(day)) return slot;
    day -= 1;
  }
};

/** The slots in `[from, to)`, in order; lazy. */
export function* between(self: Recurrence, from: Slot, to: Slot): Generator<Slot, void, undefined> {
  for (let slot = next(self, from - 1); slot !== null && slot < to; slot = next(self, slot)) yield slot;
}

/** How many slots lie in `[from, to)`. */
export const count = (self: Recurrence, from: Slot, to: Slot): number => {
  let found = 0;
  for (const _ of between(self, from, to)) found += 1;
  return found;
};

/** True if a local time is a slot. */
export const isSlot = (self: Recurrence, local: Slot): boolean => next(self, local - 1) === local;

/** A slot as fields, and back. */
export const wallOf = (slot: Slot): WallTime.WallTime => Calendar.fieldsOf(slot);
export const slotOf = (wall: WallTime.WallTime): Slot => Calendar.millisecondsOf(wall);

/** No day: before or after all of them. */
const NEVER = Number.POSITIVE_INFINITY;

const LAST_DAY = Calendar.dayOf(9999, 12, 30);
const LAST_SLOT = (LAST_DAY + 1) * Calendar.DAY_MILLISECONDS - 1;

const lastSlotOf = (unbounded: Recurrence, end: End): Slot => {
  if (end._tag === "Never") return LAST_SLOT;
  if (end._tag === "Until") return Math.min(Calendar.millisecondsOf(end.at), LAST_SLOT);
  const all = { ...unbounded, exceptDays: new Set<number>() };
  let last = unbounded.startSlot - 1;
  for (let left = end.count; left > 0; left -= 1) {
    const slot = next(all, last);
    if (slot === null) break;
    last = slot;
  }
  return last;
};

const daysOf = (pattern: Pattern, startDay: number): Days => {
  switch (pattern._tag) {
    case "Daily":
      return daily(startDay, pattern.every);
    case "Weekly":
      return weekly(startDay, pattern.every, pattern.weekdays);
    case "MonthlyOnDay":
      return monthly(startDay, pattern.every, 0, (month) => {
        const first = Calendar.firstDayOf(month);
        const day = first + pattern.day - 1;
        // Days 1 to 28 are in every month.
        return pattern.day <= 28 || day < Calendar.firstDayOf(month + 1) ? day : NEVER;
      });
    case "MonthlyOnLastDay":
      return monthly(startDay, pattern.every, 0, (month) => Calendar.firstDayOf(month + 1) - 1);
    case "MonthlyOnWeekday":
      return monthly(startDay, pattern.every, pattern.offsetDays, (month) =>
        nthWeekday(month, pattern.nth, pattern.weekday),
      );
  }
};

const daily = (startDay: number, every: number): Days => ({
  from: (day) => (day <= startDay ? startDay : startDay + Math.ceil((day - startDay) / every) * every),
  upTo: (day) => startDay + Math.floor((day - startDay) / every) * every,
});

const weekly = (startDay: number, every: number, weekdays: readonly Calendar.Weekday[]): Days => {
  const week0 = startDay - (Calendar.weekdayOf(startDay) - 1);
  const wanted = [...new Set(weekdays)].sort((a, b) => a - b).map((weekday) => weekday - 1);
  const [first = 0] = wanted;
  const last = wanted.at(-1) ?? 0;
  // By the day of the week, from Monday: the wanted one at or after it, and at or before it.
  const following = WEEK.map((at) => wanted.find((each) => each >= at) ?? NEVER);
  const preceding = WEEK.map((at) => wanted.findLast((each) => each <= at) ?? -NEVER);
  const period = every * Calendar.DAYS_A_WEEK;
  return {
    from: (day) => {
      const begin = week0 + Math.floor((day - week0) / period) * period;
      const at = day - begin;
      const found = at < Calendar.DAYS_A_WEEK ? (following[at] ?? NEVER) : NEVER;
      return found === NEVER ? begin + period + first : begin + found;
    },
    upTo: (day) => {
      const begin = week0 + Math.floor((day - week0) / period) * period;
      const found = preceding[Math.min(day - begin, Calendar.DAYS_A_WEEK - 1)] ?? -NEVER;
      return found === -NEVER ? begin - period + last : begin + found;
    },
  };
};

const WEEK = [0, 1, 2, 3, 4, 5, 6];

/** `inMonth` answers the day of a month, or NEVER; `offset` moves it, over the month's end if need be. */
const monthly = (
  startDay: number,
  every: number,
  offset: number,
  inMonth: (month: Calendar.MonthIndex) => number,
): Days => {
  const month0 = Calendar.monthOf(startDay);
  return {
    from: (day) => {
      const month = Calendar.monthOf(day - offset);
      for (let at = month0 + Math.ceil((month - month0) / every) * every; at <= LAST_MONTH; at += every) {
        const found = inMonth(at) + offset;
        if (found >= day && found !== NEVER) return found;
      }
      return NEVER;
    },
    upTo: (day) => {
      const month = Calendar.monthOf(day - offset);
      for (let at = month0 + Math.floor((month - month0) / every) * every; at >= FIRST_MONTH; at -= every) {
        const found = inMonth(at) + offset;
        if (found <= day) return found;
      }
      return -NEVER;
    },
  };
};

// A month more than the limits at either end: its anchor may be moved into them.
const LAST_MONTH = 10_000 * Calendar.MONTHS_A_YEAR;
const FIRST_MONTH = 1970 * Calendar.MONTHS_A_YEAR - 1;

/** The nth weekday of a month as a day, or NEVER. */
export const nthWeekday = (month: Calendar.MonthIndex, nth: Nth, weekday: Calendar.Weekday): number => {
  if (nth === "last") {
    const last = Calendar.firstDayOf(month + 1) - 1;
    return last - Calendar.modulo(Calendar.weekdayOf(last) - weekday, 7);
  }
  const first = Calendar.firstDayOf(month);
  const day = first + Calendar.modulo(weekday - Calendar.weekdayOf(first), 7) + (nth - 1) * 7;
  // The first to the fourth are in every month.
  return nth < 5 || day < Calendar.firstDayOf(month + 1) ? day : NEVER;
};

const dayOfText = (text: string): number | null => {
  const wall = WallTime.parse(`${text}T00:00`);
  return wall.ok ? Calendar.millisecondsOf(wall.value) / Calendar.DAY_MILLISECONDS : null;
};

const problemsOf = ({ pattern, start, end, except }: Rule): readonly Problem[] => [
  ...startProblems(start),
  ...everyProblems(pattern.every),
  ...patternProblems(pattern),
  ...endProblems(start, end),
  ...exceptProblems(except),
];

const problem = (rule: Problem["rule"], path: string, message: string): Problem => ({ rule, path, message });

const startProblems = (start: WallTime.WallTime): readonly Problem[] => {
  const wall = WallTime.of(start);
  return wall.ok ? [] : [problem("SCH-14", "start", wall.error.message)];
};

const everyProblems = (every: number): readonly Problem[] =>
  isWithin(every, 1, Limits.MAX_RECURRENCE_EVERY)
    ? []
    : [
        problem(
          "SCH-01",
          "pattern.every",
          `It comes every 1 to ${Limits.MAX_RECURRENCE_EVERY} days, weeks or months; ${every} is none of these.`,
        ),
      ];

const patternProblems = (pattern: Pattern): readonly Problem[] => {
  switch (pattern._tag) {
    case "Weekly": {
      if (pattern.weekdays.length === 0) return [problem("SCH-01", "pattern.weekdays", "Choose a weekday at least.")];
      return pattern.weekdays.every(isWeekday)
        ? []
        : [problem("SCH-01", "pattern.weekdays", "Weekdays are numbers from 1, Monday, to 7, Sunday.")];
    }
    case "MonthlyOnDay":
      return isWithin(pattern.day, 1, 31)
        ? []
        : [problem("SCH-04", "pattern.day", `A day of the month is 1 to 31; ${pattern.day} is not.`)];
    case "MonthlyOnWeekday":
      return weekdayProblems(pattern.nth, pattern.weekday, pattern.offsetDays);
    default:
      return [];
  }
};

const weekdayProblems = (nth: Nth, weekday: number, offsetDays: number): readonly Problem[] => {
  const max = Limits.MAX_ANCHOR_OFFSET_DAYS;
  return [
    ...(nth === "last" || isWithin(nth, 1, 5)
      ? []
      : [problem("SCH-01", "pattern.nth", "Choose the 1st to the 5th weekday of the month, or the last.")]),
    ...(isWeekday(weekday)
      ? []
      : [problem("SCH-01", "pattern.weekday", "A weekday is a number from 1, Monday, to 7, Sunday.")]),
    ...(isWithin(offsetDays, -max, max)
      ? []
      : [
          problem(
            "SCH-11",
            "pattern.offsetDays",
            `An anchor is moved by at most ${max} days either way; ${offsetDays} is more.`,
          ),
        ]),
  ];
};

const endProblems = (start: WallTime.WallTime, end: End): readonly Problem[] => {
  if (end._tag === "Never") return [];
  if (end._tag === "After") {
    const max = Limits.MAX_RECURRENCE_COUNT;
    return isWithin(end.count, 1, max)
      ? []
      : [problem("SCH-07", "end.count", `It ends after 1 to ${max} times; ${end.count} is none of these.`)];
  }
  const at = WallTime.of(end.at);
  if (!at.ok) return [problem("SCH-07", "end.at", at.error.message)];
  return WallTime.compare(at.value, start) < 0
    ? [problem("SCH-07", "end.at", "It ends before it starts: choose a later end.")]
    : [];
};

const exceptProblems = (except: readonly string[]): readonly Problem[] => {
  const max = Limits.MAX_EXCEPTIONS;
  if (except.length > max) return [problem("SCH-01", "except", `At most ${max} days can be left out.`)];
  return except.flatMap((text, i) =>
    dayOfText(text) === null
      ? [problem("SCH-01", `except.${i}`, `${JSON.stringify(text)} is not a day: write 2026-12-24.`)]
      : [],
  );
};

const isWeekday = (value: number): boolean => isWithin(value, 1, Calendar.DAYS_A_WEEK);

const isWithin = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;
