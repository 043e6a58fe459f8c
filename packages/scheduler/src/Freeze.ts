/**
 * Change freezes: dated stretches in which nothing starts (WIN-07), such as the last weeks of a year. Which assets one is for
 * (by tag) is for whoever asks.
 */
import * as Calendar from "./Calendar.ts";
import * as IntervalSet from "./IntervalSet.ts";
import { fail, ok, type Result } from "./Result.ts";
import * as TimeZone from "./TimeZone.ts";
import * as WallTime from "./WallTime.ts";

/** From a local time up to, not including, another, on each asset's own clock, or in one zone for all. */
export type Freeze = {
  readonly name: string;
  readonly from: WallTime.WallTime;
  readonly to: WallTime.WallTime;
  /** null: each asset's own. */
  readonly zone: string | null;
};

/** It doesn't end after it begins, or names no time or zone; `path` says where. */
export type InvalidFreeze = {
  readonly _tag: "InvalidFreeze";
  readonly rule: "WIN-07";
  readonly path: string;
  readonly message: string;
};

/** A freeze from what a host's user entered. */
export const make = (freeze: Freeze): Result<Freeze, InvalidFreeze> => {
  for (const path of ["from", "to"] as const) {
    const wall = WallTime.of(freeze[path]);
    if (!wall.ok) return refuse(path, wall.error.message);
  }
  if (WallTime.compare(freeze.from, freeze.to) >= 0) return refuse("to", "A freeze ends after it begins.");
  const zone = freeze.zone === null ? null : TimeZone.of(freeze.zone);
  return zone === null || zone.ok ? ok(freeze) : refuse("zone", zone.error.message);
};

/** The instants of freezes for an asset in a zone. */
export const instants = (freezes: readonly Freeze[], assetZone: TimeZone.TimeZone): IntervalSet.IntervalSet =>
  IntervalSet.of(freezes.flatMap((freeze) => shown(freeze, assetZone)));

/** The instants of one. */
export const shown = (freeze: Freeze, assetZone: TimeZone.TimeZone): IntervalSet.IntervalSet => {
  const named = freeze.zone === null ? null : TimeZone.of(freeze.zone);
  // One that isn't known here freezes by the asset's own clock, rather than not at all.
  const zone = named?.ok ? named.value : assetZone;
  const [from, to] = [Calendar.millisecondsOf(freeze.from), Calendar.millisecondsOf(freeze.to)];
  return IntervalSet.of(TimeZone.shownBetween(zone, from, to));
};

const refuse = (path: string, message: string): Result<never, InvalidFreeze> =>
  fail({ _tag: "InvalidFreeze", rule: "WIN-07", path, message });
