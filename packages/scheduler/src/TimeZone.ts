/**
 * Zones: which offset from UTC holds at an instant, and which instant a wall time means (SCH-02, SCH-05).
 *
 * - The only module that touches `Intl`. It reads nothing but the numbers of one fixed locale and calendar, always with an
 *   explicit zone: the zone and the language of the host never matter.
 * - Offsets are durations in milliseconds, east of Greenwich positive. They are exact to the second, as tzdata is.
 * - A zone's transitions are searched for once per stretch of time and remembered (see `ZoneRules`), so most calls don't
 *   reach `Intl` at all. The memory holds nothing that could not be found again.
 */
import * as Calendar from "./Calendar.ts";
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";
import * as Limits from "./Limits.ts";
import { fail, ok, type Result } from "./Result.ts";
import type { WallTime } from "./WallTime.ts";
import * as ZoneRules from "./ZoneRules.ts";

declare const brand: unique symbol;
/** Where a zone carries what is known of its rules, out of the way of printing and comparing. */
const rules: unique symbol = Symbol("rules");

/** A zone whose rules are known here. Made by `of` and `fixed` only; store its name. */
export type TimeZone = Fixed | Named;

/** Keeps one offset for ever. */
export type Fixed = {
  readonly _tag: "Fixed";
  readonly name: string;
  readonly offset: Duration.Duration;
  readonly [brand]: "TimeZone";
  readonly [rules]: ZoneRules.ZoneRules;
};

/** Of tzdata. `name` as it was asked for; `canonical` is this runtime's name for it, and may differ on another one. */
export type Named = {
  readonly _tag: "Named";
  readonly name: string;
  readonly canonical: string;
  readonly [brand]: "TimeZone";
  readonly [rules]: ZoneRules.ZoneRules;
};

/** The clocks of a zone change at `at` from one offset to the other. */
export type Transition = {
  readonly at: Instant.Instant;
  readonly before: Duration.Duration;
  readonly after: Duration.Duration;
};

/** What a wall time means that doesn't occur (`gap`), or occurs twice (`overlap`) (SCH-05). */
export type Resolution = {
  /** `shift`: as much later as the clocks go forward; `next-valid`: the moment they do; `skip`: there is no such time. */
  readonly gap: "shift" | "next-valid" | "skip";
  readonly overlap: "earlier" | "later";
};

/** This runtime knows no such zone (SCH-02). */
export type UnknownZone = {
  readonly _tag: "UnknownZone";
  readonly rule: "SCH-02";
  readonly zone: string;
  readonly message: string;
};

/**
 * The zone of a name: an IANA name or alias in any letter case, `UTC`, or a fixed offset written `±HH:MM`.
 *
 * @example TimeZone.of("America/New_York")
 */
export const of = (name: string): Result<TimeZone, UnknownZone> => {
  const [, sign, hours, minutes] = OFFSET_PATTERN.exec(name) ?? [];
  if (name === "UTC") return ok(utc);
  if (sign !== undefined) return fixed((sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)));
  const known = knownOf(name);
  if (known === null)
    return refuse(name, "give an IANA name such as America/New_York, UTC, or an offset such as +05:30");
  return ok(withRules<Named>({ _tag: "Named", name, canonical: known.canonical }, known.rules));
};

/** The zone that always keeps `offsetMinutes` from GMT, −720 to +840, and knows no daylight saving (SCH-02). */
export const fixed = (offsetMinutes: number): Result<TimeZone, UnknownZone> => {
  const { MIN_FIXED_OFFSET_MINUTES: min, MAX_FIXED_OFFSET_MINUTES: max } = Limits;
  if (!Number.isInteger(offsetMinutes) || offsetMinutes < min || offsetMinutes > max) {
    return refuse(`${offsetMinutes} minutes`, `an offset is a whole number of minutes from ${min} to ${max}`);
  }
  return ok(fixedZone(offsetName(offsetMinutes), offsetMinutes));
};

/** `±HH:MM`, the name of a fixed offset. */
export const offsetName = (offsetMinutes: number): string => {
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  return `${offsetMinutes < 0 ? "-" : "+"}${`${hours}`.padStart(2, "0")}:${`${minutes}`.padStart(2, "0")}`;
};

/** Coordinated universal time. */
export const utc: TimeZone = /* @__PURE__ */ fixedZone("UTC", 0);

function fixedZone(name: string, offsetMinutes: number): TimeZone {
  const offset = Duration.minutes(offsetMinutes);
  return withRules<Fixed>({ _tag: "Fixed", name, offset }, ZoneRules.single(offset));
}

function withRules<Z extends TimeZone>(zone: Omit<Z, typeof brand | typeof rules>, known: ZoneRules.ZoneRules): Z {
  return Object.defineProperty(zone, rules, { value: known }) as Z;
}

/** The offset from UTC that holds at an instant, in milliseconds, east positive: local = UTC + offset. */
export const offsetAt = (zone: TimeZone, instant: Instant.Instant): Duration.Duration =>
  ZoneRules.offsetAt(zone[rules], instant) as Duration.Duration;

/** What the clocks of a zone show at an instant; parts of a second are dropped. */
export const wallAt = (zone: TimeZone, instant: Instant.Instant): WallTime =>
  Calendar.fieldsOf(instant + offsetAt(zone, instant));

/** The stretch of time with one offset that an instant lies in, as far as it is known: what recurrences step through. */
export const stretchAt = (zone: TimeZone, instant: number): ZoneRules.Stretch =>
  ZoneRules.stretchAt(zone[rules], instant);

/**
 * How near a change of offset must lie to a wall time to have a say in what it means, in milliseconds: more than any two
 * offsets differ by.
 */
export const CHANGE_REACH: number = 26 * Calendar.HOUR_MILLISECONDS;

/**
 * The instants at which the clocks of a zone show a time in `[fromLocal, toLocal)`, in milliseconds as if in UTC: one
 * stretch, or several where clocks go back over it, or none where they jump it.
 */
export const shownBetween = (zone: TimeZone, fromLocal: number, toLocal: number): readonly Interval.Interval[] => {
  if (zone._tag === "Fixed") return [clamped(fromLocal - zone.offset, toLocal - zone.offset)];
  return ZoneRules.stretchesBetween(zone[rules], fromLocal - CHANGE_REACH, toLocal + CHANGE_REACH)
    .map(({ from, until, offset }) => clamped(Math.max(from, fromLocal - offset), Math.min(until, toLocal - offset)))
    .filter((interval) => !Interval.isEmpty(interval));
};

const clamped = (from: number, until: number): Interval.Interval =>
  Interval.of(Instant.held(from), Instant.held(until));

/** UTC−12, the last zone in which a wall time comes. */
export const westernmost: TimeZone = /* @__PURE__ */ fixedZone(
  offsetName(Limits.MIN_FIXED_OFFSET_MINUTES),
  Limits.MIN_FIXED_OFFSET_MINUTES,
);

/** SCH-05's default, which is also RFC 5545's: 02:30 in a gap of an hour is 03:30, and of two times the earlier counts. */
export const compatible: Resolution = { gap: "shift", overlap: "earlier" };

/**
 * The instant that a wall time means in a zone (SCH-05); null only if the time doesn't occur there and `gap` is `skip`.
 *
 * @example TimeZone.resolve(newYork, wall("2026-03-08T02:30")) // 2026-03-08T07:30Z, when clocks show 03:30
 */
export const resolve = (
  zone: TimeZone,
  wall: WallTime,
  { gap, overlap }: Resolution = compatible,
): Instant.Instant | null => {
  const instant = resolveLocal(zone, Calendar.millisecondsOf(wall), { gap, overlap });
  return instant === null ? null : Instant.at(instant);
};

/**
 * {@link resolve} for a wall time in milliseconds as if in UTC, without looking whether it is within the limits: what
 * recurrences are made of.
 */
export const resolveLocal = (zone: TimeZone, local: number, resolution: Resolution = compatible): number | null =>
  plainInstant(zone, local) ?? resolveNearTransition(zone[rules], local, resolution);

/** What a local time means where no clocks change near it, whatever the resolution; null where they may. */
export const plainInstant = (zone: TimeZone, local: number): number | null => {
  const { from, until, offset } = ZoneRules.stretchAt(zone[rules], local);
  const instant = local - offset;
  // Well inside a stretch, no other offset can be meant.
  return instant >= from + CHANGE_REACH && instant < until - CHANGE_REACH ? instant : null;
};

const resolveNearTransition = (
  known: ZoneRules.ZoneRules,
  local: number,
  { gap, overlap }: Resolution,
): number | null => {
  let found: number | null = null;
  /** The last stretch that is left before its clocks show `local`. */
  let passed: ZoneRules.Stretch | null = null;
  for (let at = local - CHANGE_REACH; at < local + CHANGE_REACH; ) {
    const stretch = ZoneRules.stretchAt(known, at);
    const instant = local - stretch.offset;
    if (instant >= stretch.until) passed = stretch;
    else if (instant >= stretch.from && (found === null || overlap === "later")) found = instant;
    at = stretch.until;
  }
  if (found !== null || passed === null || gap === "skip") return found;
  // No stretch holds `local`: the clocks jump over it where that stretch ends.
  return gap === "shift" ? local - passed.offset : passed.until;
};

/** How often a wall time occurs in a zone: `once`, in a `gap` not at all, in an `overlap` twice. Previews say so. */
export const occurrence = (zone: TimeZone, wall: WallTime): "once" | "gap" | "overlap" => {
  const earlier = resolve(zone, wall, { gap: "skip", overlap: "earlier" });
  if (earlier === null) return "gap";
  return earlier === resolve(zone, wall, { gap: "skip", overlap: "later" }) ? "once" : "overlap";
};

/**
 * The changes of a zone's offset in `[from, to)`, in order. The first call for a stretch of time searches it, about half a
 * millisecond for each year; later ones are answered from memory.
 */
export const transitions = (zone: TimeZone, from: Instant.Instant, to: Instant.Instant): readonly Transition[] => {
  if (zone._tag === "Fixed") return [];
  const stretches = ZoneRules.stretchesBetween(zone[rules], from - Calendar.SECOND_MILLISECONDS, to);
  return stretches.flatMap(({ from: at, offset }, index) => {
    const previous = stretches[index - 1];
    if (previous === undefined) return [];
    const [before, after] = [Duration.milliseconds(previous.offset), Duration.milliseconds(offset)];
    return [{ at: Instant.at(at), before, after }];
  });
};

/**
 * The release of the zone rules in use, such as `2025c`; `unknown` where the runtime doesn't say. A plan states it, and an
 * agent with another one asks for a new plan.
 */
export const tzdataVersion = (runtime: unknown = globalThis): string => {
  const { process } = Object(runtime) as { readonly process?: { readonly versions?: { readonly tz?: unknown } } };
  const version = process?.versions?.tz;
  return typeof version === "string" ? version : "unknown";
};

/** What is known of a name of tzdata: aliases share their rules. */
type Known = { readonly canonical: string; readonly rules: ZoneRules.ZoneRules };

// Memories only: what they hold can be found again, so dropping an entry changes no answer.
const knownByName = new Map<string, Known>();
const knownByCanonicalName = new Map<string, Known>();

const knownOf = (name: string): Known | null => {
  // Offsets without a colon and the like are known to some runtimes only; a zone must mean the same to all.
  if (name.length > Limits.MAX_ZONE_NAME_CHARACTERS || !NAME_PATTERN.test(name)) return null;
  const known = knownByName.get(name);
  if (known !== undefined) return known;
  const format = formatOf(name);
  if (format === null) return null;
  const canonical = format.resolvedOptions().timeZone;
  const found = knownByCanonicalName.get(canonical) ?? { canonical, rules: ZoneRules.make(lookUpBy(format)) };
  knownByCanonicalName.set(canonical, found);
  if (knownByName.size >= Limits.MAX_CACHED_ZONE_NAMES) knownByName.clear();
  knownByName.set(name, found);
  return found;
};

const lookUpBy =
  (format: Intl.DateTimeFormat) =>
  (milliseconds: number): number => {
    // As in 03/08/2026, 02:30:00: what the one locale that is used says. At the end of time a year has five digits.
    const text = format.format(milliseconds);
    const number = (from: number, to?: number): number => Number(text.slice(from, to));
    const [month, day, year] = [number(0, 2), number(3, 5), number(6, -10)];
    const [hour, minute, second] = [number(-8, -6), number(-5, -3), number(-2)];
    return Calendar.millisecondsOf({ year, month, day, hour, minute, second }) - milliseconds;
  };

const formatOf = (timeZone: string): Intl.DateTimeFormat | null => {
  try {
    return new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
  } catch {
    return null;
  }
};

const refuse = (zone: string, how: string): { readonly ok: false; readonly error: UnknownZone } => {
  const text =
    zone.length > Limits.MAX_ZONE_NAME_CHARACTERS ? `${zone.slice(0, Limits.MAX_ZONE_NAME_CHARACTERS)}…` : zone;
  const message = `${JSON.stringify(text)} is not a time zone known here: ${how}.`;
  return fail({ _tag: "UnknownZone", rule: "SCH-02", zone: text, message });
};

const OFFSET_PATTERN = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/;
const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_+/-]*$/;
