/**
 * The scheduler's zones against Temporal (temporal-polyfill), around every change of clocks: which instant a wall time means, and
 * what the clocks show at an instant. Only the answers of the two are compared; neither knows of the other.
 *
 * Temporal says `compatible`, `earlier`, `later` and `reject`; ours are asked so that they mean the same:
 *
 * | Temporal     | ours                                                                                        |
 * |--------------|---------------------------------------------------------------------------------------------|
 * | `compatible` | gap `shift`, overlap `earlier`                                                              |
 * | `later`      | gap `shift`, overlap `later`                                                                |
 * | `earlier`    | gap `skip`, overlap `earlier`; in a gap Temporal moves back, which nobody can ask for here  |
 * | `reject`     | `occurrence` isn't `once`; else whatever the policy                                         |
 */
import { Temporal } from "temporal-polyfill";
import * as Instant from "../../src/Instant.ts";
import * as TimeZone from "../../src/TimeZone.ts";
import * as WallTime from "../../src/WallTime.ts";
import { value } from "../Arbitraries.ts";

/** How much was compared, and what differed: the first few, as text. */
export type Comparison = {
  readonly zones: number;
  readonly transitions: number;
  readonly instants: number;
  readonly gapTimes: number;
  readonly overlapTimes: number;
  readonly nearTimes: number;
  readonly mismatches: number;
  readonly examples: readonly string[];
};

type Tally = { -readonly [K in keyof Comparison]: Comparison[K] extends number ? number : string[] };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MAX_EXAMPLES = 20;

/** Steps of a walk that meets every hour of the day and every day of the week in time. */
const STRIDE = 109 * HOUR + 17 * MINUTE + 11 * SECOND;

/** Compares the zones in the years from `firstYear` to `lastYear`; `walks` adds a walk through all days, changes or not. */
export const compare = (
  zones: readonly string[],
  { firstYear, lastYear, walks }: { readonly firstYear: number; readonly lastYear: number; readonly walks: boolean },
): Comparison => {
  const tally: Tally = {
    zones: zones.length,
    transitions: 0,
    instants: 0,
    gapTimes: 0,
    overlapTimes: 0,
    nearTimes: 0,
    mismatches: 0,
    examples: [],
  };
  const [from, to] = [Date.UTC(firstYear, 0, 1), Date.UTC(lastYear + 1, 0, 1)];
  for (const name of zones) compareZone(name, { from, to, walks }, tally);
  return tally;
};

const compareZone = (
  name: string,
  { from, to, walks }: { readonly from: number; readonly to: number; readonly walks: boolean },
  tally: Tally,
): void => {
  const zone = value(TimeZone.of(name));
  const differ = (what: string, theirs: unknown, ours: unknown): void => {
    if (theirs === ours) return;
    tally.mismatches += 1;
    if (tally.examples.length < MAX_EXAMPLES) tally.examples.push(`${name} ${what}: Temporal ${theirs}, ours ${ours}`);
  };
  const compareInstant = (at: number): void => {
    tally.instants += 1;
    differ(new Date(at).toISOString(), shownByTemporal(name, at), shownByUs(zone, at));
  };
  const compareWall = (local: number, jump: number | null): void =>
    compareWallTime(name, zone, { local, jump }, tally, differ);

  const theirs = transitionsOfTemporal(name, from, to);
  const ours = TimeZone.transitions(zone, Instant.at(from), Instant.at(to)).map(({ at }) => at);
  differ("transitions", theirs.join(), ours.join());
  for (const at of new Set([...theirs, ...ours])) {
    tally.transitions += 1;
    const [before, after] = [offsetOfTemporal(name, at - 1), offsetOfTemporal(name, at)];
    for (const shift of INSTANTS_AROUND) compareInstant(at + shift);
    const [low, high] = [at + Math.min(before, after), at + Math.max(before, after)];
    for (const local of wallTimesAround(low, high)) compareWall(local, at);
  }
  if (!walks) return;
  for (let at = from; at < to; at += STRIDE) {
    compareInstant(at);
    compareWall(at, null);
  }
};

const INSTANTS_AROUND = [-DAY, -HOUR, -SECOND, -1, 0, 1, SECOND, HOUR, DAY] as const;

/** Inside of what is skipped or repeated, at its ends, and within a day before and after it. */
const wallTimesAround = (low: number, high: number): readonly number[] => {
  const middle = Math.floor((low + high) / 2 / SECOND) * SECOND;
  return [
    ...[DAY, 11 * HOUR + 7 * MINUTE, 3 * HOUR, HOUR, SECOND].map((by) => low - by),
    low,
    low + SECOND,
    low + MINUTE,
    middle,
    middle + SECOND,
    high - MINUTE,
    high - SECOND,
    ...[0, SECOND, HOUR, 3 * HOUR, 13 * HOUR + 41 * MINUTE, DAY].map((by) => high + by),
  ];
};

const POLICIES = {
  compatible: TimeZone.compatible,
  later: { gap: "shift", overlap: "later" },
  skip: { gap: "skip", overlap: "earlier" },
  nextValid: { gap: "next-valid", overlap: "earlier" },
} as const satisfies { readonly [name: string]: TimeZone.Resolution };

const compareWallTime = (
  name: string,
  zone: TimeZone.TimeZone,
  { local, jump }: { readonly local: number; readonly jump: number | null },
  tally: Tally,
  differ: (what: string, theirs: unknown, ours: unknown) => void,
): void => {
  const text = new Date(local).toISOString().slice(0, 19);
  const wall = value(WallTime.parse(text));
  const plain = Temporal.PlainDateTime.from(text);
  const means = (disambiguation: "compatible" | "earlier" | "later"): number =>
    plain.toZonedDateTime(name, { disambiguation }).epochMilliseconds;
  const [compatible, earlier, later] = [means("compatible"), means("earlier"), means("later")];
  const isUnique = earlier === later;
  // In a gap the clocks never show the time; that of the instant found is another.
  const isGap = !isUnique && shownByTemporal(name, later) !== text;

  differ(`${text} compatible`, compatible, TimeZone.resolve(zone, wall, POLICIES.compatible));
  differ(`${text} later`, later, TimeZone.resolve(zone, wall, POLICIES.later));
  differ(`${text} earlier`, isGap ? null : earlier, TimeZone.resolve(zone, wall, POLICIES.skip));
  differ(`${text} reject`, isRejected(plain, name), TimeZone.occurrence(zone, wall) !== "once");
  // The time that a gap is left at is the change itself; Temporal says when that is, not that this time goes there.
  if (!isGap || jump !== null) {
    differ(`${text} next-valid`, isGap ? jump : earlier, TimeZone.resolve(zone, wall, POLICIES.nextValid));
  }
  if (isGap) tally.gapTimes += 1;
  else if (isUnique) tally.nearTimes += 1;
  else tally.overlapTimes += 1;
};

const isRejected = (plain: Temporal.PlainDateTime, name: string): boolean => {
  try {
    plain.toZonedDateTime(name, { disambiguation: "reject" });
    return false;
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
};

const zonedAt = (name: string, at: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(name);

const shownByTemporal = (name: string, at: number): string =>
  zonedAt(name, at).toPlainDateTime().toString({ smallestUnit: "second" });

const shownByUs = (zone: TimeZone.TimeZone, at: number): string =>
  WallTime.print(TimeZone.wallAt(zone, Instant.at(at)));

const offsetOfTemporal = (name: string, at: number): number => zonedAt(name, at).offsetNanoseconds / 1_000_000;

const transitionsOfTemporal = (name: string, from: number, to: number): readonly number[] => {
  const found: number[] = [];
  let zoned = zonedAt(name, from - 1).getTimeZoneTransition("next");
  while (zoned !== null && zoned.epochMilliseconds < to) {
    const at = zoned.epochMilliseconds;
    // Temporal also counts changes that leave the offset as it was.
    if (offsetOfTemporal(name, at - 1) !== offsetOfTemporal(name, at)) found.push(at);
    zoned = zoned.getTimeZoneTransition("next");
  }
  return found;
};
