/**
 * What keeps work off an asset, read off the clock minute by minute: blackouts as a table of the minutes of a week, freezes as
 * texts between two texts. An oracle: nothing here but the shapes of the data is shared with the code under test.
 */
import type { Blackout } from "../../src/Blackout.ts";
import type { Freeze } from "../../src/Freeze.ts";
import type { WallTime } from "../../src/WallTime.ts";
import { localAt, MINUTE, type Walk, walk } from "./MinuteWalker.ts";

const DAY_MINUTES = 1440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
/** 1970-01-01 was a Thursday: so many minutes after its week's Monday. */
const EPOCH_MINUTE = 3 * DAY_MINUTES;

/** For every minute of a week, from Monday 00:00: does a blackout paint it? */
export type WeekTable = Uint8Array;

/** Paints from each weekday's minute on until the clock shows the other one; over midnight and over the week's end. */
export const weekTable = (blackouts: readonly Blackout[]): WeekTable => {
  const table = new Uint8Array(WEEK_MINUTES);
  for (const { weekdays, fromMinute, toMinute } of blackouts) {
    for (const weekday of weekdays) {
      let minute = fromMinute;
      do {
        table[((weekday - 1) * DAY_MINUTES + minute) % WEEK_MINUTES] = 1;
        minute += 1;
      } while (minute % DAY_MINUTES !== toMinute % DAY_MINUTES);
    }
  }
  return table;
};

/** Is the minute that the clock shows painted? */
export const isBlackedOut = (table: WeekTable, local: number): boolean =>
  table[(Math.floor(local / MINUTE) + EPOCH_MINUTE) % WEEK_MINUTES] === 1;

/** A wall time as milliseconds as if in UTC, by way of its text. */
export const localOf = ({ year, month, day, hour, minute, second }: WallTime): number => {
  const two = (value: number): string => `${value}`.padStart(2, "0");
  return Date.parse(`${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}Z`);
};

/** The freezes at each minute of a walk in the asset's zone. */
export type WalkedFreezes = (at: number) => readonly Freeze[];

/** Reads each freeze off the clock it is meant by: its own zone's, or the asset's. */
export const walkFreezes = (freezes: readonly Freeze[], assetWalk: Walk): WalkedFreezes => {
  const clocks = freezes.map((freeze) => ({
    freeze,
    from: localOf(freeze.from),
    to: localOf(freeze.to),
    clock: freeze.zone === null ? assetWalk : walk(freeze.zone, assetWalk.from, assetWalk.to),
  }));
  return (at) =>
    clocks.flatMap(({ freeze, from, to, clock }) => {
      const local = localAt(clock, at);
      return local >= from && local < to ? [freeze] : [];
    });
};
