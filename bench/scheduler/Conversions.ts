/** Instants to wall times and back in New York, against date-fns-tz. */
import { type Instant, TimeZone, WallTime } from "@fettle/scheduler";
import { fromZonedTime, toZonedTime } from "date-fns-tz";
import type { Contest } from "../Entry.ts";
import { answersPerSecond, warm } from "./Asking.ts";
import { INSTANTS, isNearChange } from "./Instants.ts";
import { newYork, ZONE_NAME } from "./Shapes.ts";

/**
 * What clocks show at an instant. Ours answers the fields; `toZonedTime` a Date whose local getters are the fields. One of
 * them is read.
 */
export const toWallTime = (): Promise<Contest> => {
  const zone = newYork();
  const first = INSTANTS.find((at) => {
    const [mine, theirs] = [TimeZone.wallAt(zone, at), toZonedTime(at, ZONE_NAME)];
    return !isNearChange(at) && (mine.day !== theirs.getDate() || mine.hour !== theirs.getHours());
  });
  if (first !== undefined) throw new Error(`different at ${first}`);
  return warm({
    ours: () =>
      answersPerSecond(INSTANTS, (instants) => {
        let sum = 0;
        for (const at of instants) sum += TimeZone.wallAt(zone, at).minute;
        return sum;
      }),
    peer: () =>
      answersPerSecond(INSTANTS, (instants) => {
        let sum = 0;
        for (const at of instants) sum += toZonedTime(at, ZONE_NAME).getMinutes();
        return sum;
      }),
  });
};

/**
 * The instant that a wall time means. Ours is given the fields; `fromZonedTime` a Date with these local fields, which it
 * is faster with than with text.
 */
export const toInstant = (): Promise<Contest> => {
  const zone = newYork();
  const walls = INSTANTS.filter((at) => !isNearChange(at)).map((at) => TimeZone.wallAt(zone, at));
  const dates = walls.map(({ year, month, day, hour, minute, second }) => {
    return new Date(year, month - 1, day, hour, minute, second);
  });
  const first = walls.find((wall, i) => resolved(zone, wall) !== fromZonedTime(dates[i] ?? "", ZONE_NAME).getTime());
  if (first !== undefined) throw new Error(`different at ${WallTime.print(first)}`);
  return warm({
    ours: () =>
      answersPerSecond(walls, (some) => {
        let sum = 0;
        for (const wall of some) sum += resolved(zone, wall);
        return sum;
      }),
    peer: () =>
      answersPerSecond(dates, (some) => {
        let sum = 0;
        for (const date of some) sum += fromZonedTime(date, ZONE_NAME).getTime();
        return sum;
      }),
  });
};

const resolved = (zone: TimeZone.TimeZone, wall: WallTime.WallTime): Instant.Instant | 0 =>
  TimeZone.resolve(zone, wall) ?? 0;
