/**
 * Recurrences as iCalendar text (RFC 5545: DTSTART, RRULE, EXDATE), out and in, for the part that both can say.
 *
 * Times are floating (no zone), as a recurrence's are. An anchored weekday (Patch Tuesday + 2) is said by a weekday and the days
 * of the month that it can fall on, where these are in every month; where they aren't, it can't be said. A COUNT counts days of
 * the calendar here; readers that give the text a zone may leave a local time in a gap out and, not counting it, go one further.
 */
import * as Calendar from "./Calendar.ts";
import type * as Recurrence from "./Recurrence.ts";
import { fail, ok, type Result } from "./Result.ts";
import * as WallTime from "./WallTime.ts";

/** iCalendar has no words for it, or we have none for what iCalendar says. */
export type NotExpressible = { readonly _tag: "NotExpressible"; readonly part: string; readonly message: string };

/**
 * A rule as text: lines joined by `\n`, none behind the last.
 *
 * @example
 * RRule.print(rule); // "DTSTART:20260310T023000\nRRULE:FREQ=MONTHLY;BYDAY=2TU"
 */
export const print = ({ pattern, start, end, except }: Recurrence.Rule): Result<string, NotExpressible> => {
  const by = byParts(pattern);
  if (!by.ok) return by;
  const parts = [
    `FREQ=${FREQUENCIES[pattern._tag]}`,
    ...(pattern.every === 1 ? [] : [`INTERVAL=${pattern.every}`]),
    ...by.value,
    ...endParts(end),
  ];
  const time = stamp(start).slice(STAMP_DATE_CHARACTERS);
  const excluded = except.map((day) => day.replaceAll("-", "") + time);
  return ok(
    [
      `DTSTART:${stamp(start)}`,
      `RRULE:${parts.join(";")}`,
      ...(excluded.length === 0 ? [] : [`EXDATE:${excluded.join(",")}`]),
    ].join("\n"),
  );
};

/**
 * A rule from text. Zones (`TZID`) are left to the schedule; what can't be said here is refused, never dropped.
 *
 * @example RRule.parse("DTSTART:20260310T023000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH")
 */
export const parse = (text: string): Result<Recurrence.Rule, NotExpressible> => {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const start = startOf(lines);
  if (!start.ok) return start;
  const rules = lines.filter((line) => /^RRULE:/i.test(line));
  const [rule = ""] = rules;
  if (rules.length !== 1) return refuse("RRULE", "give one RRULE line");
  const unknown = lines.find((line) => !/^(?:DTSTART[;:]|RRULE:|EXDATE[;:])/i.test(line));
  if (unknown !== undefined) return refuse(unknown.slice(0, 40), "only DTSTART, RRULE and EXDATE are read");
  const parts = partsOf(rule.slice("RRULE:".length));
  if (!parts.ok) return parts;
  const pattern = patternOf(parts.value, start.value);
  const end = endOf(parts.value);
  const except = exceptOf(lines, start.value);
  if (!pattern.ok) return pattern;
  if (!end.ok) return end;
  if (!except.ok) return except;
  return ok({ pattern: pattern.value, start: start.value, end: end.value, except: except.value });
};

const FREQUENCIES: { readonly [T in Recurrence.Pattern["_tag"]]: string } = {
  Daily: "DAILY",
  Weekly: "WEEKLY",
  MonthlyOnDay: "MONTHLY",
  MonthlyOnLastDay: "MONTHLY",
  MonthlyOnWeekday: "MONTHLY",
};

const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

const weekdayName = (weekday: number): string => WEEKDAYS[Calendar.modulo(weekday - 1, Calendar.DAYS_A_WEEK)] ?? "MO";

const byParts = (pattern: Recurrence.Pattern): Result<readonly string[], NotExpressible> => {
  switch (pattern._tag) {
    case "Daily":
      return ok([]);
    case "Weekly":
      return ok([
        `BYDAY=${[...pattern.weekdays]
          .sort((a, b) => a - b)
          .map(weekdayName)
          .join(",")}`,
      ]);
    case "MonthlyOnDay":
      return ok([`BYMONTHDAY=${pattern.day}`]);
    case "MonthlyOnLastDay":
      return ok(["BYMONTHDAY=-1"]);
    case "MonthlyOnWeekday":
      return anchoredParts(pattern);
  }
};

/** The days that the first nth weekday can be: the nth seven. */
const anchoredParts = ({
  nth,
  weekday,
  offsetDays,
}: Extract<Recurrence.Pattern, { readonly _tag: "MonthlyOnWeekday" }>): Result<readonly string[], NotExpressible> => {
  if (offsetDays === 0) return ok([`BYDAY=${nth === "last" ? -1 : nth}${weekdayName(weekday)}`]);
  const first = (nth === "last" ? -7 : (nth - 1) * 7 + 1) + offsetDays;
  const last = first + 6;
  const isInEveryMonth = nth === "last" ? first >= -SHORTEST_MONTH && last <= -1 : first >= 1 && last <= SHORTEST_MONTH;
  // Many months lack a fifth weekday, which the days alone would not tell.
  if (nth === 5 || !isInEveryMonth) {
    return refuse(
      "offsetDays",
      "an anchor that leaves its month, lies behind its 28th day, or is the fifth weekday, has no RRULE",
    );
  }
  const days = Array.from({ length: 7 }, (_, i) => first + i);
  return ok([`BYDAY=${weekdayName(weekday + offsetDays)}`, `BYMONTHDAY=${days.join(",")}`]);
};

const SHORTEST_MONTH = 28;

const endParts = (end: Recurrence.End): readonly string[] => {
  if (end._tag === "Never") return [];
  return [end._tag === "Until" ? `UNTIL=${stamp(end.at)}` : `COUNT=${end.count}`];
};

const STAMP_DATE_CHARACTERS = 8;

const stamp = (wall: WallTime.WallTime): string => WallTime.print(wall).replaceAll(/[-:]/g, "");

const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/;

const wallOf = (text: string): WallTime.WallTime | null => {
  const parts = STAMP.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  const wall = WallTime.of({ year, month, day, hour, minute, second } as WallTime.WallTime);
  return wall.ok ? wall.value : null;
};

const startOf = (lines: readonly string[]): Result<WallTime.WallTime, NotExpressible> => {
  const found = lines.filter((line) => /^DTSTART[;:]/i.test(line));
  const wall = found.length === 1 ? wallOf(textBehind(found[0] ?? "")) : null;
  return wall === null
    ? refuse("DTSTART", "give one DTSTART in local time, such as DTSTART:20260310T023000")
    : ok(wall);
};

const textBehind = (line: string): string => line.slice(line.indexOf(":") + 1).trim();

type Parts = ReadonlyMap<string, string>;

const READ: readonly string[] = ["FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "COUNT", "UNTIL", "WKST"];

const partsOf = (text: string): Result<Parts, NotExpressible> => {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().split(";")) {
    const [name = "", value = "", ...rest] = part.split("=");
    if (!READ.includes(name) || value === "" || rest.length > 0 || parts.has(name)) {
      return refuse(name || part, `only ${READ.join(", ")} are read, each once`);
    }
    parts.set(name, value);
  }
  if (parts.has("WKST") && parts.get("WKST") !== "MO") return refuse("WKST", "weeks begin on Monday here");
  return ok(parts);
};

const patternOf = (parts: Parts, start: WallTime.WallTime): Result<Recurrence.Pattern, NotExpressible> => {
  const every = wholeOf(parts, "INTERVAL", 1);
  if (every === null) return refuse("INTERVAL", "it is a whole number from 1 on");
  const [byDay, byMonthDay, position] = ["BYDAY", "BYMONTHDAY", "BYSETPOS"].map((name) => parts.get(name) ?? null);
  switch (parts.get("FREQ")) {
    case "DAILY":
      if (byDay === null && byMonthDay === null && position === null) return ok({ _tag: "Daily", every });
      return refuse("BYDAY", "a daily rule has no BY… here");
    case "WEEKLY":
      return weeklyOf(every, byDay ?? null, byMonthDay ?? position ?? null, start);
    case "MONTHLY":
      return monthlyOf(
        every,
        { byDay: byDay ?? null, byMonthDay: byMonthDay ?? null, position: position ?? null },
        start,
      );
    default:
      return refuse("FREQ", "DAILY, WEEKLY and MONTHLY are read");
  }
};

const weeklyOf = (
  every: number,
  byDay: string | null,
  other: string | null,
  start: WallTime.WallTime,
): Result<Recurrence.Pattern, NotExpressible> => {
  if (other !== null) return refuse("BYMONTHDAY", "a weekly rule has BYDAY only");
  const weekdays = byDay === null ? [weekdayOfWall(start)] : byDay.split(",").map(weekdayOfName);
  if (!weekdays.every((each) => each !== null))
    return refuse("BYDAY", "weekdays of a weekly rule are MO to SU, without a number");
  return ok({ _tag: "Weekly", every, weekdays });
};

const weekdayOfWall = (wall: WallTime.WallTime): Calendar.Weekday =>
  Calendar.weekdayOf(Calendar.dayOf(wall.year, wall.month, wall.day));

const weekdayOfName = (name: string): Calendar.Weekday | null => {
  const at = WEEKDAYS.indexOf(name as (typeof WEEKDAYS)[number]);
  return at < 0 ? null : ((at + 1) as Calendar.Weekday);
};

type By = { readonly byDay: string | null; readonly byMonthDay: string | null; readonly position: string | null };

const monthlyOf = (
  every: number,
  { byDay, byMonthDay, position }: By,
  start: WallTime.WallTime,
): Result<Recurrence.Pattern, NotExpressible> => {
  if (byDay !== null) return monthlyOnWeekday(every, byDay, byMonthDay, position);
  if (position !== null) return refuse("BYSETPOS", "it stands with BYDAY only");
  const day = byMonthDay === null ? start.day : integerOf(byMonthDay);
  if (day === -1) return ok({ _tag: "MonthlyOnLastDay", every });
  if (Number.isInteger(day) && day >= 1 && day <= 31) return ok({ _tag: "MonthlyOnDay", every, day });
  return refuse("BYMONTHDAY", "one day from 1 to 31, or -1, is read");
};

const monthlyOnWeekday = (
  every: number,
  byDay: string,
  byMonthDay: string | null,
  position: string | null,
): Result<Recurrence.Pattern, NotExpressible> => {
  const [, number = "", name = ""] = /^([+-]?\d)?([A-Z]{2})$/.exec(byDay) ?? [];
  const weekday = weekdayOfName(name);
  if (weekday === null) return refuse("BYDAY", "a monthly rule has one weekday, such as 2TU or -1FR");
  if (byMonthDay !== null)
    return number === "" && position === null
      ? anchoredOf(every, weekday, byMonthDay)
      : refuse("BYMONTHDAY", "with it, BYDAY has no number");
  const nth = nthOf(number === "" ? position : position === null ? number : null);
  if (nth === null) return refuse("BYDAY", "say which weekday of the month: 1 to 5, or -1");
  return ok({ _tag: "MonthlyOnWeekday", every, nth, weekday, offsetDays: 0 });
};

const nthOf = (text: string | null): Recurrence.Nth | null => {
  const number = integerOf(text ?? "");
  if (number === -1) return "last";
  return Number.isInteger(number) && number >= 1 && number <= 5 ? (number as Recurrence.Nth) : null;
};

/** A weekday on one of seven days next to each other: the first week's, as one that is moved. */
const anchoredOf = (
  every: number,
  weekday: Calendar.Weekday,
  byMonthDay: string,
): Result<Recurrence.Pattern, NotExpressible> => {
  const days = byMonthDay
    .split(",")
    .map(integerOf)
    .sort((a, b) => a - b);
  const first = days[0] ?? 0;
  const isWeek = days.length === Calendar.DAYS_A_WEEK && days.every((day, i) => day === first + i);
  const isInEveryMonth = (first >= 1 && first + 6 <= SHORTEST_MONTH) || (first >= -SHORTEST_MONTH && first + 6 <= -1);
  if (!isWeek || !isInEveryMonth) return refuse("BYMONTHDAY", "with BYDAY, seven days next to each other are read");
  const isFromEnd = first < 0;
  const offsetDays = isFromEnd ? first + 7 : first - 1;
  const anchor = (Calendar.modulo(weekday - 1 - offsetDays, Calendar.DAYS_A_WEEK) + 1) as Calendar.Weekday;
  return ok({ _tag: "MonthlyOnWeekday", every, nth: isFromEnd ? "last" : 1, weekday: anchor, offsetDays });
};

const endOf = (parts: Parts): Result<Recurrence.End, NotExpressible> => {
  const until = parts.get("UNTIL");
  if (until === undefined && !parts.has("COUNT")) return ok({ _tag: "Never" });
  if (until !== undefined && parts.has("COUNT")) return refuse("COUNT", "a rule ends by UNTIL or by COUNT");
  if (until === undefined) {
    const count = wholeOf(parts, "COUNT", 1);
    return count === null ? refuse("COUNT", "it is a whole number from 1 on") : ok({ _tag: "After", count });
  }
  const at = wallOf(/T/.test(until) ? until : `${until}T235959`);
  return at === null ? refuse("UNTIL", "give it in local time, such as 20261231T235959") : ok({ _tag: "Until", at });
};

/** One or two digits with a sign or none, as RFC 5545 writes days and positions; else NaN. */
const integerOf = (text: string): number => (/^[+-]?\d{1,2}$/.test(text) ? Number(text) : Number.NaN);

const wholeOf = (parts: Parts, name: string, otherwise: number): number | null => {
  const text = parts.get(name);
  if (text === undefined) return otherwise;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
};

const exceptOf = (lines: readonly string[], start: WallTime.WallTime): Result<readonly string[], NotExpressible> => {
  const walls = lines
    .filter((line) => /^EXDATE[;:]/i.test(line))
    .flatMap((line) => textBehind(line).split(","))
    .map(wallOf);
  const time = WallTime.print(start).slice("2026-01-01".length);
  const days = walls.map((wall) => (wall === null ? "" : WallTime.print(wall)));
  return days.every((text) => text.endsWith(time))
    ? ok(days.map((text) => text.slice(0, "2026-01-01".length)))
    : refuse("EXDATE", "dates left out have the time of DTSTART, in local time");
};

const refuse = (part: string, how: string): Result<never, NotExpressible> =>
  fail({ _tag: "NotExpressible", part, message: `${part} can't be said: ${how}.` });
