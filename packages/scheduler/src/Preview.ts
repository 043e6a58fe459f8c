/**
 * The next runs of a schedule, zone by zone, with everything that will happen to them (SCH-12): what an operator looks at before
 * enabling.
 */
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as JobSchedule from "./JobSchedule.ts";
import * as Maintenance from "./Maintenance.ts";
import * as Occurrence from "./Occurrence.ts";
import type * as PatchWindow from "./PatchWindow.ts";
import { ok, type Result } from "./Result.ts";
import * as TextTable from "./TextTable.ts";
import * as TimeZone from "./TimeZone.ts";
import * as WallTime from "./WallTime.ts";

/** Something to know about a run in a zone. */
export type Note =
  /** The clocks jump over the local time: it starts so much later (SCH-05), or not at all. */
  | { readonly _tag: "Gap"; readonly movedTo: WallTime.WallTime | null }
  /** The local time comes twice: the one that is meant. */
  | { readonly _tag: "Overlap"; readonly meant: "earlier" | "later" }
  /** Clocks change inside the window: on the clock it is longer or shorter than it is. */
  | { readonly _tag: "ClocksChange"; readonly at: Instant.Instant; readonly by: Duration.Duration }
  | { readonly _tag: "Blackout"; readonly startsAt: Instant.Instant | null }
  | { readonly _tag: "Freeze"; readonly name: string; readonly startsAt: Instant.Instant | null }
  /** The asset's zone is unknown: the subscription's default is taken (SCH-03). */
  | { readonly _tag: "DefaultZone" }
  /** Enabled too late for it (SCH-08). */
  | { readonly _tag: "TooSoon" }
  /** Enabled after its window: the assets there are Timed Out (SCH-06). */
  | { readonly _tag: "Elapsed"; readonly endedAt: Instant.Instant };

export type Row = {
  /** What the schedule says; null on demand. */
  readonly nominalLocal: WallTime.WallTime | null;
  /** null where one answer holds for every asset and no agent has reported a zone. */
  readonly zone: string | null;
  /** Of the place, where it has one. */
  readonly label?: string;
  /** When it starts, nothing keeping it; null where it doesn't. */
  readonly start: Instant.Instant | null;
  /** What the clocks show there then; without a zone, the schedule's. */
  readonly startLocal: WallTime.WallTime | null;
  readonly windowEnd: Instant.Instant | null;
  readonly windowEndLocal: WallTime.WallTime | null;
  readonly notes: readonly Note[];
};

/** A zone with assets in it, and what keeps work off them. */
export type Place = {
  /** Tells places of one zone apart, whose assets have calendars of their own; each has its rows then. */
  readonly label?: string;
  readonly zone: TimeZone.TimeZone;
  /** The agents reported none, or one that isn't known here. */
  readonly isDefault: boolean;
  readonly calendar: Omit<Maintenance.Calendar, "zone">;
};

/** What a preview is made from besides the schedule. */
export type Context = {
  readonly places: readonly Place[];
  readonly enabledAt: Instant.Instant;
  /** Of a recurring schedule, runs that start after this instant; left out: after the enabling. */
  readonly after?: Instant.Instant;
  readonly window: PatchWindow.PatchWindow;
  readonly lead?: Duration.Duration;
};

/**
 * The rows of the next runs, a run after the other, each zone of it in the order given.
 *
 * @example Preview.of(schedule, { places, enabledAt: now, window }, 5)
 */
export const of = (
  schedule: JobSchedule.JobSchedule,
  context: Context,
  runs: number,
): Result<readonly Row[], JobSchedule.ScheduleError | Occurrence.Expired> => {
  const zones = context.places.map(({ zone }) => zone);
  const plan = { ...context, zones };
  const occurrences: Occurrence.Occurrence[] = [];
  if (schedule._tag !== "Recurring") {
    const occurrence = Occurrence.plan(schedule, plan);
    if (!occurrence.ok) return occurrence;
    occurrences.push(occurrence.value);
  } else {
    for (const slot of Occurrence.slotsAfter(schedule, zones, context.after ?? context.enabledAt)) {
      if (occurrences.length === runs) break;
      const occurrence = Occurrence.planSlot(schedule, slot, plan);
      if (!occurrence.ok) return occurrence;
      occurrences.push(occurrence.value);
    }
  }
  return ok(
    occurrences.flatMap((occurrence) => occurrence.instants.flatMap((at) => rowsOf(schedule, context, occurrence, at))),
  );
};

/** Rows as a table for people. */
export const render = (rows: readonly Row[]): string =>
  TextTable.render(
    ["run", "zone", "starts (UTC)", "on the clock", "window ends", "notes"],
    rows.map(({ nominalLocal, zone, label, start, startLocal, windowEndLocal, notes }) => [
      nominalLocal === null ? "on demand" : minutesOf(nominalLocal),
      `${zone ?? "all"}${label === undefined ? "" : ` (${label})`}`,
      start === null ? "-" : Instant.toIso(start).slice(0, MINUTES_CHARACTERS).replace("T", " "),
      startLocal === null ? "-" : minutesOf(startLocal),
      windowEndLocal === null ? "-" : minutesOf(windowEndLocal),
      notes.map(noteText).join("; "),
    ]),
  );

/** A note in words. */
export const noteText = (note: Note): string => {
  switch (note._tag) {
    case "Gap":
      return note.movedTo === null ? "skipped: clocks jump over it" : `clocks jump over it: ${minutesOf(note.movedTo)}`;
    case "Overlap":
      return `comes twice: the ${note.meant} one`;
    case "ClocksChange":
      return `clocks change by ${note.by > 0 ? "+" : ""}${note.by / MINUTE} min inside`;
    case "Blackout":
      return note.startsAt === null ? "in a blackout: can't start" : `blackout: from ${utcMinutes(note.startsAt)} UTC`;
    case "Freeze":
      return note.startsAt === null
        ? `frozen (${note.name}): can't start`
        : `frozen (${note.name}): from ${utcMinutes(note.startsAt)} UTC`;
    case "DefaultZone":
      return "zone unknown: default";
    case "TooSoon":
      return "enabled too late for it";
    case "Elapsed":
      return `window over since ${utcMinutes(note.endedAt)} UTC`;
  }
};

const MINUTE = 60_000;
const MINUTES_CHARACTERS = "2026-03-08T02:30".length;

const minutesOf = (wall: WallTime.WallTime): string =>
  WallTime.print(wall).slice(0, MINUTES_CHARACTERS).replace("T", " ");
const utcMinutes = (instant: Instant.Instant): string =>
  Instant.toIso(instant).slice(0, MINUTES_CHARACTERS).replace("T", " ");

/** What a row is about: assets in a place, or all of them on the schedule's own clock. */
type Subject = { readonly place: Place | null; readonly clock: TimeZone.TimeZone; readonly zone: string | null };

/** One answer for all starts on different clocks all the same, and each place has blackouts of its own. */
const rowsOf = (
  schedule: JobSchedule.JobSchedule,
  context: Context,
  occurrence: Occurrence.Occurrence,
  at: Occurrence.ZoneInstant,
): readonly Row[] => {
  const places = context.places.filter(({ zone }) => at.zone === null || zone.name === at.zone);
  const isForAll = at.zone === null && places.every(({ isDefault, label }) => isDefault && label === undefined);
  const subjects = isForAll
    ? [{ place: places[0] ?? null, clock: zoneOf(schedule, places[0] ?? null), zone: null }]
    : places.map((place) => ({ place, clock: place.zone, zone: place.zone.name }));
  return subjects.map((subject) => rowOf(schedule, context, { occurrence, at, subject }));
};

const rowOf = (
  schedule: JobSchedule.JobSchedule,
  context: Context,
  {
    occurrence: { nominalLocal },
    at,
    subject,
  }: { readonly occurrence: Occurrence.Occurrence; readonly at: Occurrence.ZoneInstant; readonly subject: Subject },
): Row => {
  const { place, clock, zone } = subject;
  const isDefault: readonly Note[] = place?.isDefault === true && zone !== null ? [{ _tag: "DefaultZone" }] : [];
  const named = place?.label === undefined ? { nominalLocal, zone } : { nominalLocal, zone, label: place.label };
  if (at._tag !== "Starts") {
    const notes = [
      ...isDefault,
      ...(at._tag === "TooSoon" ? [{ _tag: "TooSoon" } as const] : []),
      ...(at._tag === "Skipped" ? [{ _tag: "Gap", movedTo: null } as const] : []),
      ...(at._tag === "Elapsed" ? [{ _tag: "Elapsed", endedAt: at.endedAt } as const] : []),
    ];
    return { ...named, start: null, startLocal: null, windowEnd: null, windowEndLocal: null, notes };
  }
  const { end } = at.validity;
  return {
    ...named,
    start: at.start,
    startLocal: TimeZone.wallAt(clock, at.start),
    windowEnd: end,
    windowEndLocal: end === null ? null : TimeZone.wallAt(clock, end),
    notes: [...isDefault, ...clockNotes(schedule, subject, nominalLocal, at), ...keptNotes(context, place, at)],
  };
};

/** The zone that the schedule's local times are read in. */
const zoneOf = (schedule: JobSchedule.JobSchedule, place: Place | null): TimeZone.TimeZone => {
  const assetZone = place?.zone ?? TimeZone.utc;
  const zone = schedule._tag === "OnDemand" ? null : JobSchedule.zoneOf(schedule.zone, assetZone);
  return zone?.ok ? zone.value : assetZone;
};

type Starting = Extract<Occurrence.ZoneInstant, { readonly _tag: "Starts" }>;

const clockNotes = (
  schedule: JobSchedule.JobSchedule,
  { place, clock }: Subject,
  nominalLocal: WallTime.WallTime | null,
  { nominal, validity }: Starting,
): readonly Note[] => {
  if (nominalLocal === null || schedule._tag === "OnDemand") return [];
  const notes: Note[] = [];
  const zone = zoneOf(schedule, place);
  const comes = TimeZone.occurrence(zone, nominalLocal);
  if (comes === "gap") notes.push({ _tag: "Gap", movedTo: TimeZone.wallAt(zone, nominal) });
  if (comes === "overlap") notes.push({ _tag: "Overlap", meant: schedule.resolution?.overlap ?? "earlier" });
  const end = validity.end ?? nominal;
  for (const { at, before, after } of TimeZone.transitions(clock, nominal, end)) {
    if (at > nominal) notes.push({ _tag: "ClocksChange", at, by: Duration.milliseconds(after - before) });
  }
  return notes;
};

/** What keeps it from starting at its time, and when it starts then. */
const keptNotes = ({ window }: Context, place: Place | null, { start, validity }: Starting): readonly Note[] => {
  if (place === null) return [];
  const calendar: Maintenance.Calendar = { ...place.calendar, zone: place.zone };
  const run: Maintenance.Run = { window, validity, reserve: Duration.zero };
  const reasons = Maintenance.reasonsAt(calendar, run, start);
  const startsAt = reasons.length === 0 ? start : Maintenance.firstStart(calendar, run, start);
  return reasons.flatMap((reason): readonly Note[] => {
    if (reason._tag === "Blackout") return [{ _tag: "Blackout", startsAt }];
    return reason._tag === "Freeze" ? [{ _tag: "Freeze", name: reason.name, startsAt }] : [];
  });
};
