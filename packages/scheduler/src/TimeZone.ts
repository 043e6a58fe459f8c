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
import * as Limits from "./Limits.ts";
import { fail, ok, type Result } from "./Result.ts";
import type { WallTime } from "./WallTime.ts";
import * as ZoneRules from "./ZoneRules.ts";

declare const brand: unique symbol;

/** A zone whose rules are known here. Plain data; made by `of` and `fixed` only. */
export type TimeZone = (
  | { readonly _tag: "Fixed"; readonly name: string; readonly offset: Duration.Duration }
  /** `name` as it was asked for; `canonical` is this runtime's name for it, and may differ on another one. */
  | { readonly _tag: "Named"; readonly name: string; readonly canonical: string }
) & { readonly [brand]: "TimeZone" };

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
  const canonical = canonicalOf(name);
  if (canonical === null)
    return refuse(name, "give an IANA name such as America/New_York, UTC, or an offset such as +05:30");
  return ok({ _tag: "Named", name, canonical } as TimeZone);
};

/** The zone that always keeps `offsetMinutes` from GMT, −720 to +840, and knows no daylight saving (SCH-02). */
export const fixed = (offsetMinutes: number): Result<TimeZone, UnknownZone> => {
  const { MIN_FIXED_OFFSET_MINUTES: min, MAX_FIXED_OFFSET_MINUTES: max } = Limits;
  if (!Number.isInteger(offsetMinutes) || offsetMinutes < min || offsetMinutes > max) {
    return refuse(`${offsetMinutes} minutes`, `an offset is a whole number of minutes from ${min} to ${max}`);
  }
  return ok({ _tag: "Fixed", name: offsetName(offsetMinutes), offset: Duration.minutes(offsetMinutes) } as TimeZone);
};

/** `±HH:MM`, the name of a fixed offset. */
export const offsetName = (offsetMinutes: number): string => {
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  return `${offsetMinutes < 0 ? "-" : "+"}${`${hours}`.padStart(2, "0")}:${`${minutes}`.padStart(2, "0")}`;
};

/** Coordinated universal time. */
export const utc: TimeZone = { _tag: "Fixed", name: "UTC", offset: Duration.zero } as TimeZone;

/** The offset from UTC that holds at an instant, in milliseconds, east positive: local = UTC + offset. */
export const offsetAt = (zone: TimeZone, instant: Instant.Instant): Duration.Duration =>
  zone._tag === "Fixed" ? zone.offset : Duration.milliseconds(ZoneRules.offsetAt(rulesOf(zone.canonical), instant));

/** What the clocks of a zone show at an instant; parts of a second are dropped. */
export const wallAt = (zone: TimeZone, instant: Instant.Instant): WallTime =>
  Calendar.fieldsOf(instant + offsetAt(zone, instant));

/** UTC−12, the last zone in which a wall time comes. */
export const westernmost: TimeZone = {
  _tag: "Fixed",
  name: offsetName(Limits.MIN_FIXED_OFFSET_MINUTES),
  offset: Duration.minutes(Limits.MIN_FIXED_OFFSET_MINUTES),
} as TimeZone;

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
  const local = Calendar.millisecondsOf(wall);
  if (zone._tag === "Fixed") return Instant.at(local - zone.offset);
  const rules = rulesOf(zone.canonical);
  const stretches = ZoneRules.stretchesBetween(rules, local - MAX_OFFSET, local + MAX_OFFSET);
  const candidates = stretches
    .filter(({ from, until, offset }) => local - offset >= from && local - offset < until)
    .map(({ offset }) => local - offset);
  const match = overlap === "earlier" ? candidates.at(0) : candidates.at(-1);
  if (match !== undefined) return Instant.at(match);
  if (gap === "skip") return null;
  // No stretch holds `local`: the clocks jump over it where the last stretch ends that they leave before showing it.
  const jump = Math.max(...stretches.filter((s) => local - s.offset >= s.until).map((s) => s.until));
  const before = ZoneRules.offsetAt(rules, jump - Calendar.SECOND_MILLISECONDS);
  return Instant.at(gap === "shift" ? local - before : jump);
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
  const stretches = ZoneRules.stretchesBetween(rulesOf(zone.canonical), from - Calendar.SECOND_MILLISECONDS, to);
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

// Memories only: what they hold can be found again, so dropping an entry changes no answer.
const canonicalNames = new Map<string, string>();
const rulesByCanonicalName = new Map<string, ZoneRules.ZoneRules>();

const rulesOf = (canonical: string): ZoneRules.ZoneRules => {
  const known = rulesByCanonicalName.get(canonical);
  if (known !== undefined) return known;
  const made = ZoneRules.make(lookUpIn(canonical));
  rulesByCanonicalName.set(canonical, made);
  return made;
};

const lookUpIn = (canonical: string): ((milliseconds: number) => number) => {
  const format = formatOf(canonical);
  return (milliseconds) => {
    const shown = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    for (const { type, value } of format.formatToParts(milliseconds)) {
      if (type in shown) shown[type as keyof WallTime] = Number(value);
    }
    return Calendar.millisecondsOf(shown) - milliseconds;
  };
};

const canonicalOf = (name: string): string | null => {
  // Offsets without a colon and the like are known to some runtimes only; a zone must mean the same to all.
  if (name.length > Limits.MAX_ZONE_NAME_CHARACTERS || !NAME_PATTERN.test(name)) return null;
  const known = canonicalNames.get(name);
  if (known !== undefined) return known;
  const canonical = askForCanonical(name);
  if (canonical === null) return null;
  if (canonicalNames.size >= Limits.MAX_CACHED_ZONE_NAMES) canonicalNames.clear();
  canonicalNames.set(name, canonical);
  return canonical;
};

const askForCanonical = (name: string): string | null => {
  try {
    return formatOf(name).resolvedOptions().timeZone;
  } catch {
    return null;
  }
};

const formatOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });

const refuse = (zone: string, how: string): { readonly ok: false; readonly error: UnknownZone } => {
  const text =
    zone.length > Limits.MAX_ZONE_NAME_CHARACTERS ? `${zone.slice(0, Limits.MAX_ZONE_NAME_CHARACTERS)}…` : zone;
  const message = `${JSON.stringify(text)} is not a time zone known here: ${how}.`;
  return fail({ _tag: "UnknownZone", rule: "SCH-02", zone: text, message });
};

const OFFSET_PATTERN = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/;
const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_+/-]*$/;

// Wider than any offset, so that the stretches within it of a wall time, read as UTC, hold every instant it can mean.
const MAX_OFFSET = 26 * Calendar.HOUR_MILLISECONDS;
