/**
 * What a clock and a calendar on a wall show: a date and a time of day, to the second, without a zone.
 *
 * It is not a point in time: in a given zone it may happen once, twice or not at all (`TimeZone.resolve`). Made with `of`
 * or `parse`, it lies in 1970-01-02 … 9999-12-30, so that it has an instant in every zone.
 */
import * as Calendar from "./Calendar.ts";
import * as Limits from "./Limits.ts";
import { fail, ok, type Result } from "./Result.ts";

/** `month` 1–12, `day` 1–31, `hour` 0–23. */
export type WallTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
};

/** There is no such day or time of day, or it lies outside the limits; `message` says what to write. */
export type InvalidWallTime = {
  readonly _tag: "InvalidWallTime";
  readonly value: string;
  readonly message: string;
};

/** A wall time from fields that come from outside; `second` is 0 when left out. */
export const of = (
  fields: Omit<WallTime, "second"> & { readonly second?: number },
): Result<WallTime, InvalidWallTime> => {
  const { year, month, day, hour, minute, second = 0 } = fields;
  const wall = { year, month, day, hour, minute, second };
  if (!Calendar.isReal(wall)) return refuse(print(wall), "there is no such day or time of day");
  const date = print(wall).slice(0, Limits.FIRST_WALL_DAY.length);
  if (date >= Limits.FIRST_WALL_DAY && date <= Limits.LAST_WALL_DAY) return ok(wall);
  return refuse(print(wall), `it must lie between ${Limits.FIRST_WALL_DAY} and ${Limits.LAST_WALL_DAY}`);
};

/**
 * A wall time from `YYYY-MM-DDTHH:mm[:ss]`. Text with `Z` or an offset is an instant, and refused here.
 *
 * @example WallTime.parse("2026-03-08T02:30")
 */
export const parse = (text: string): Result<WallTime, InvalidWallTime> => {
  const groups = PATTERN.exec(text)?.groups;
  if (groups === undefined) return refuse(text, "write it as 2026-03-08T02:30 or 2026-03-08T02:30:00, without a zone");
  const { year, month, day, hour, minute, second = "0" } = groups;
  return of({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
  });
};

/** `YYYY-MM-DDTHH:mm:ss`, always with seconds: one wall time has one text, and texts sort as the times do. */
export const print = (self: WallTime): string =>
  `${padded(self.year, 4)}-${padded(self.month)}-${padded(self.day)}T${padded(self.hour)}:${padded(self.minute)}:${padded(self.second)}`;

/** `-1`, `0` or `1`, by the calendar; says nothing about which comes first in time across zones or transitions. */
export const compare = (self: WallTime, other: WallTime): -1 | 0 | 1 => {
  const difference = Calendar.millisecondsOf(self) - Calendar.millisecondsOf(other);
  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
};

const padded = (value: number, width = 2): string => `${value}`.padStart(width, "0");

const refuse = (value: string, how: string): { readonly ok: false; readonly error: InvalidWallTime } => {
  const text = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  return fail({ _tag: "InvalidWallTime", value: text, message: `${JSON.stringify(text)} is not a wall time: ${how}.` });
};

const PATTERN = /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)T(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d))?$/;
