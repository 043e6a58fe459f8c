/**
 * When a recurrence starts in a zone, found by brute force: every day is asked whether it is one of the pattern's, and every
 * minute what the clocks show. Shares nothing with the scheduler: days are Dates in UTC, clocks are what `Intl` formats.
 *
 * For zones whose offsets and changes are whole minutes, as all have been since 1972.
 */
import type * as Recurrence from "../../src/Recurrence.ts";
import type * as TimeZone from "../../src/TimeZone.ts";
import { shown } from "../FormattedClock.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** What the clocks of a zone show, minute by minute, in some days. */
export type Walk = {
  readonly zone: string;
  /** The days asked about; the walk begins two days before and ends two days after. */
  readonly from: number;
  readonly to: number;
  /** By what the clocks show, `YYYY-MM-DDTHH:mm`, when they do. */
  readonly moments: ReadonlyMap<string, readonly number[]>;
  /** Where the clocks go forward: the minute of the jump, and what they show before and at it. */
  readonly jumps: readonly { readonly at: number; readonly before: string; readonly after: string }[];
  readonly turnsBack: number;
};

export type WalkedStart = { readonly slot: string; readonly instant: number };

/** Walks through the minutes of a zone. */
export const walk = (zone: string, from: number, to: number): Walk => {
  const moments = new Map<string, number[]>();
  const jumps: { at: number; before: string; after: string }[] = [];
  let turnsBack = 0;
  let before: string | null = null;
  for (let at = from - MARGIN; at < to + MARGIN; at += MINUTE) {
    const text = shown(zone, at).slice(0, "2026-01-01T00:00".length);
    const known = moments.get(text);
    if (known === undefined) moments.set(text, [at]);
    else known.push(at);
    if (before !== null && text > before && minutesFrom(before, text) > 1) jumps.push({ at, before, after: text });
    if (before !== null && text < before) turnsBack += 1;
    before = text;
  }
  return { zone, from, to, moments, jumps, turnsBack };
};

/** Longer than any jump. */
const MARGIN = 2 * DAY;

/** The starts that a rule has in `[from, to)` of a walk, in order. */
export const startsIn = (
  rule: Recurrence.Rule,
  resolution: TimeZone.Resolution,
  walked: Walk,
): readonly WalkedStart[] => {
  const starts: WalkedStart[] = [];
  for (const slot of slotsOf(rule, walked.to + MARGIN)) {
    const instant = instantOf(slot, resolution, walked);
    if (instant === null || instant < walked.from || instant >= walked.to) continue;
    // Two local times of one instant are one start, named by the later.
    if (starts.at(-1)?.instant === instant) starts.pop();
    starts.push({ slot, instant });
  }
  return starts.sort((a, b) => a.instant - b.instant);
};

/** The local times of a rule up to a day, as `YYYY-MM-DDTHH:mm:ss`. */
export const slotsOf = (rule: Recurrence.Rule, upTo: number): readonly string[] => {
  const start = textOf(rule.start);
  const time = start.slice("2026-01-01".length);
  const slots: string[] = [];
  for (let day = utcOf(start.slice(0, "2026-01-01".length)); day <= upTo; day += DAY) {
    const slot = dateText(day) + time;
    if (!isDayOf(rule, day)) continue;
    if (rule.end._tag === "Until" && slot > textOf(rule.end.at)) break;
    slots.push(slot);
    if (rule.end._tag === "After" && slots.length === rule.end.count) break;
  }
  return slots.filter((slot) => !rule.except.includes(slot.slice(0, "2026-01-01".length)));
};

const isDayOf = ({ pattern, start }: Recurrence.Rule, day: number): boolean => {
  const first = utcOf(textOf(start).slice(0, "2026-01-01".length));
  const date = new Date(day);
  switch (pattern._tag) {
    case "Daily":
      return ((day - first) / DAY) % pattern.every === 0;
    case "Weekly": {
      const weeks = (mondayBefore(day) - mondayBefore(first)) / (7 * DAY);
      return weeks % pattern.every === 0 && pattern.weekdays.some((weekday) => weekday % 7 === date.getUTCDay());
    }
    case "MonthlyOnDay":
      return monthsBetween(first, day) % pattern.every === 0 && date.getUTCDate() === pattern.day;
    case "MonthlyOnLastDay":
      return monthsBetween(first, day) % pattern.every === 0 && new Date(day + DAY).getUTCDate() === 1;
    case "MonthlyOnWeekday": {
      const anchor = day - pattern.offsetDays * DAY;
      const inMonth = new Date(anchor).getUTCDate();
      const isNth =
        pattern.nth === "last"
          ? new Date(anchor).getUTCMonth() !== new Date(anchor + 7 * DAY).getUTCMonth()
          : inMonth > (pattern.nth - 1) * 7 && inMonth <= pattern.nth * 7;
      const isInTurn = monthsBetween(first, anchor) % pattern.every === 0;
      return isInTurn && isNth && new Date(anchor).getUTCDay() === pattern.weekday % 7;
    }
  }
};

const mondayBefore = (day: number): number => {
  let monday = day;
  while (new Date(monday).getUTCDay() !== 1) monday -= DAY;
  return monday;
};

const monthsBetween = (from: number, to: number): number => {
  const [a, b] = [new Date(from), new Date(to)];
  return (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
};

const instantOf = (slot: string, { gap, overlap }: TimeZone.Resolution, walked: Walk): number | null => {
  const minute = slot.slice(0, "2026-01-01T00:00".length);
  const seconds = Number(slot.slice(-2)) * SECOND;
  const moments = walked.moments.get(minute) ?? [];
  const moment = overlap === "earlier" ? moments.at(0) : moments.at(-1);
  if (moment !== undefined) return moment + seconds;
  const jump = walked.jumps.find(({ before, after }) => before < minute && minute < after);
  if (jump === undefined || gap === "skip") return null;
  if (gap === "next-valid") return jump.at;
  // A clock that nobody had put forward would show it so much later.
  return jump.at - MINUTE + minutesFrom(jump.before, minute) * MINUTE + seconds;
};

const minutesFrom = (before: string, after: string): number => (utcOf(after) - utcOf(before)) / MINUTE;

const utcOf = (text: string): number => Date.parse(text.length > "2026-01-01".length ? `${text}Z` : text);

const dateText = (day: number): string => new Date(day).toISOString().slice(0, "2026-01-01".length);

const textOf = ({ year, month, day, hour, minute, second }: Recurrence.Rule["start"]): string =>
  new Date(Date.UTC(year, month - 1, day, hour, minute, second)).toISOString().slice(0, "2026-01-01T00:00:00".length);
