/** Times, days and zones from JSON. */
import * as Calendar from "./Calendar.ts";
import * as Duration from "./Duration.ts";
import * as JsonReader from "./JsonReader.ts";
import * as Limits from "./Limits.ts";
import * as TimeZone from "./TimeZone.ts";
import * as WallTime from "./WallTime.ts";

type Node = JsonReader.Node;

/** Longer texts than these are no times and no zones. */
export const TIME_CHARACTERS = 32;

export const wallTime =
  (rule: string) =>
  (node: Node): WallTime.WallTime | null => {
    const text = JsonReader.text(node, rule, TIME_CHARACTERS);
    if (text === null) return null;
    const wall = WallTime.parse(text);
    return wall.ok ? wall.value : JsonReader.tell(node, rule, wall.error.message);
  };

export const zoneName = (node: Node): string | null => JsonReader.text(node, "SCH-02", Limits.MAX_ZONE_NAME_CHARACTERS);

export const knownZone = (node: Node): TimeZone.TimeZone | null => {
  const name = zoneName(node);
  const zone = name === null ? null : TimeZone.of(name);
  if (zone === null) return null;
  return zone.ok ? zone.value : JsonReader.tellError(node, zone.error);
};

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

export const weekdayOf = (node: Node): Calendar.Weekday | null => {
  const name = JsonReader.oneOf(node, "SCH-01", WEEKDAYS);
  return name === null ? null : ((WEEKDAYS.indexOf(name) + 1) as Calendar.Weekday);
};

export const weekdaysOf = (node: Node): readonly Calendar.Weekday[] | null =>
  JsonReader.list(node, "SCH-01", Calendar.DAYS_A_WEEK, weekdayOf);

const TIME_OF_DAY = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

export const minuteOf = (node: Node): number | null => {
  const text = JsonReader.text(node, "WIN-05", TIME_CHARACTERS);
  if (text === null) return null;
  const [time, hour = "24", minute = "0"] = TIME_OF_DAY.exec(text) ?? [];
  return time === undefined
    ? JsonReader.tell(node, "WIN-05", "It is a time of the day, from 00:00 to 24:00.")
    : Number(hour) * 60 + Number(minute);
};

/** A length in whole minutes, from 0. */
export const minutesUpTo =
  (rule: string, max: number) =>
  (node: Node): Duration.Duration | null => {
    const minutes = JsonReader.whole(node, rule, 0, max);
    return minutes === null ? null : Duration.minutes(minutes);
  };
