/** Generated instants, wall times and zones, and the runs and seed that every property test of this package uses. */
import fc from "fast-check";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import type { Result } from "../src/Result.ts";
import * as TimeZone from "../src/TimeZone.ts";
import * as WallTime from "../src/WallTime.ts";

const TIMES = Number(process.env.FETTLE_RUNS ?? 1);

export const runs = (count: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: Math.ceil(count * TIMES),
  seed: Number(process.env.FETTLE_SEED ?? 20_260_308),
});

/** For suites whose properties take their time when the runs are many. */
export const patience: { readonly timeout: number } = { timeout: 60_000 * Math.max(1, TIMES) };

/** The value of a result that the test relies on. */
export const value = <A, E>(result: Result<A, E>): A => {
  if (!result.ok) throw new Error(`expected a value, got ${JSON.stringify(result.error)}`);
  return result.value;
};

/** The error of a result that the test relies on. */
export const error = <A, E>(result: Result<A, E>): E => {
  if (result.ok) throw new Error(`expected an error, got ${JSON.stringify(result.value)}`);
  return result.error;
};

export const instant = (iso: string): Instant.Instant => value(Instant.parse(iso));
export const wall = (text: string): WallTime.WallTime => value(WallTime.parse(text));
export const zone = (name: string): TimeZone.TimeZone => value(TimeZone.of(name));

/** Zones with every habit: half-hour DST, days left out, DST ended or brought back, midnight gaps, none at all, aliases. */
export const ZONE_NAMES = [
  "America/New_York",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Asia/Kolkata",
  "America/Sao_Paulo",
  "Africa/Cairo",
  "Africa/Casablanca",
  "Europe/Dublin",
  "Antarctica/Troll",
  "Asia/Gaza",
  "America/Scoresbysund",
  "Pacific/Chatham",
  "Asia/Kathmandu",
  "US/Pacific",
  "UTC",
  "Etc/GMT+12",
  "+05:30",
  "-03:30",
] as const;

export const anyZone: fc.Arbitrary<TimeZone.TimeZone> = fc.constantFrom(...ZONE_NAMES).map(zone);

export const anyInstant: fc.Arbitrary<Instant.Instant> = fc
  .integer({ min: Instant.earliest, max: Instant.latest })
  .map(Instant.at);

/** Near our days, where zones have rules of their own and blocks are shared. */
export const nearInstant: fc.Arbitrary<Instant.Instant> = fc
  .integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2040, 0, 1) })
  .map(Instant.at);

export const nearWall: fc.Arbitrary<WallTime.WallTime> = nearInstant.map((at) => TimeZone.wallAt(TimeZone.utc, at));

export const anyWall: fc.Arbitrary<WallTime.WallTime> = fc
  .integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(9999, 11, 30, 23, 59, 59) })
  .map((at) => TimeZone.wallAt(TimeZone.utc, Instant.at(at)));

export const anyDuration: fc.Arbitrary<Duration.Duration> = fc
  .integer({ min: -400 * 86_400_000, max: 400 * 86_400_000 })
  .map(Duration.milliseconds);
