/**
 * A schedule, and all that decides with it when work starts, from JSON that came from outside: a file, a form, another
 * process. Nothing of it is taken on trust, and everything wrong is told at once, with its place and the rule it breaks.
 *
 * @example
 * ScheduleJson.parse(`{
 *   "schedule": {
 *     "type": "recurring", "start": "2026-03-10T02:30", "zone": "agent",
 *     "pattern": { "type": "monthly-weekday", "nth": 2, "weekday": "Tue", "offsetDays": 2 }
 *   },
 *   "window": { "minutes": 180, "bound": "complete" },
 *   "blackouts": [{ "weekdays": ["Mon", "Fri"], "from": "08:00", "to": "18:00" }],
 *   "zones": ["America/New_York", "Asia/Tokyo"]
 * }`)
 */
import * as Blackout from "./Blackout.ts";
import * as Duration from "./Duration.ts";
import * as Freeze from "./Freeze.ts";
import type * as Instant from "./Instant.ts";
import * as JobSchedule from "./JobSchedule.ts";
import * as JobScheduleJson from "./JobScheduleJson.ts";
import * as JsonReader from "./JsonReader.ts";
import * as Lead from "./Lead.ts";
import * as Limits from "./Limits.ts";
import type * as Maintenance from "./Maintenance.ts";
import * as PatchWindow from "./PatchWindow.ts";
import * as RebootTimeline from "./RebootTimeline.ts";
import { fail, ok, type Result } from "./Result.ts";
import type * as ScheduleLint from "./ScheduleLint.ts";
import * as TimeJson from "./TimeJson.ts";
import * as TimeZone from "./TimeZone.ts";

export type Problem = JsonReader.Problem;

/** The JSON can't be meant; everything wrong with it, at most `Limits.MAX_JSON_PROBLEMS`. */
export type InvalidSchedule = { readonly _tag: "InvalidSchedule"; readonly problems: readonly Problem[] };

/** A zone that assets are in, once. */
export type AssetZone = {
  readonly zone: TimeZone.TimeZone;
  /** It is the default, and taken for assets that reported none, or one that isn't known here (SCH-03). */
  readonly isDefault: boolean;
};

/** What the JSON says, with defaults for what it leaves out. */
export type ScheduleDocument = {
  readonly schedule: JobSchedule.JobSchedule;
  readonly window: PatchWindow.PatchWindow;
  readonly calendar: Omit<Maintenance.Calendar, "zone">;
  /** One at least: the default where none is said. */
  readonly zones: readonly AssetZone[];
  readonly lead: Duration.Duration;
  readonly reserve: Duration.Duration;
  readonly opportunisticDownload: boolean;
  readonly reboot: RebootTimeline.RebootSettings | null;
};

/** A document from text. */
export const parse = (
  text: string,
  options?: RebootTimeline.CheckOptions,
): Result<ScheduleDocument, InvalidSchedule> => {
  const max = Limits.MAX_JSON_CHARACTERS;
  if (text.length > max) return refuse(`It has more than ${max} characters.`);
  const parsed = parsedOf(text);
  return parsed.ok ? read(parsed.value, options) : refuse(`It is not JSON: ${parsed.error}.`);
};

/** A document from parsed JSON. */
export const read = (
  value: unknown,
  options: RebootTimeline.CheckOptions = { strictLimits: false },
): Result<ScheduleDocument, InvalidSchedule> => {
  const problems: Problem[] = [];
  const document = documentOf({ value, path: "", problems }, options);
  return document === null || problems.length > 0 ? fail({ _tag: "InvalidSchedule", problems }) : ok(document);
};

/** What a preview and a lint are made from besides the schedule, for a job that is enabled at an instant. */
export const contextAt = (
  { window, calendar, zones, lead, reserve, opportunisticDownload }: ScheduleDocument,
  enabledAt: Instant.Instant,
): ScheduleLint.Context => ({
  places: zones.map(({ zone, isDefault }) => ({ zone, isDefault, calendar })),
  enabledAt,
  window,
  lead,
  reserve,
  opportunisticDownload,
});

/**
 * The zones of assets by what their agents reported, each once, in order; for null and what isn't known here, the default
 * (SCH-03).
 */
export const assetZones = (reported: readonly (string | null)[], fallback: TimeZone.TimeZone): readonly AssetZone[] => {
  const found = new Map<string, AssetZone>();
  for (const name of reported) {
    const { zone, isDefault } = JobSchedule.assetZone(name, fallback);
    const known = found.get(zone.name);
    found.set(zone.name, { zone, isDefault: isDefault || known?.isDefault === true });
  }
  return found.size > 0 ? [...found.values()] : [{ zone: fallback, isDefault: false }];
};

type Node = JsonReader.Node;

const MEMBERS = [
  "schedule",
  "window",
  "blackouts",
  "freezes",
  "inBlackout",
  "zones",
  "defaultZone",
  "leadMinutes",
  "reserveMinutes",
  "opportunisticDownload",
  "reboot",
] as const;

const documentOf = (root: Node, options: RebootTimeline.CheckOptions): ScheduleDocument | null => {
  const found = JsonReader.members(root, MEMBERS, ["schedule"]);
  if (found === null) return null;
  const schedule = JobScheduleJson.read(found.schedule);
  const isDownload = JsonReader.given(found.opportunisticDownload, JsonReader.flag) ?? false;
  if (isDownload && schedule !== null && found.opportunisticDownload !== undefined) {
    const refused = JobSchedule.refuseOpportunisticDownload(schedule);
    if (!refused.ok) JsonReader.tellError(found.opportunisticDownload, refused.error);
  }
  const document = {
    window: JsonReader.given(found.window, windowOf) ?? PatchWindow.none,
    calendar: calendarOf(found),
    zones: zonesOf(found),
    lead: JsonReader.given(found.leadMinutes, leadMinutes) ?? Lead.standard,
    reserve: JsonReader.given(found.reserveMinutes, reserveMinutes) ?? Duration.zero,
    opportunisticDownload: isDownload,
    reboot: JsonReader.given(found.reboot, (node) => rebootOf(node, options)),
  };
  return schedule === null ? null : { schedule, ...document };
};

type Found = { readonly [name in (typeof MEMBERS)[number]]?: Node };

const leadMinutes = TimeJson.minutesUpTo("SCH-08", Limits.MAX_LEAD_MINUTES);
const reserveMinutes = TimeJson.minutesUpTo("WIN-02", Limits.MAX_RESERVE_MINUTES);

const calendarOf = ({ blackouts, freezes, inBlackout }: Found): ScheduleDocument["calendar"] => ({
  blackouts: JsonReader.listOf(blackouts, "WIN-05", Limits.MAX_BLACKOUTS, blackoutOf),
  freezes: JsonReader.listOf(freezes, "WIN-07", Limits.MAX_FREEZES, freezeOf),
  inBlackout: JsonReader.given(inBlackout, (node) => JsonReader.oneOf(node, "WIN-05", ["wait", "cancel"])) ?? "wait",
});

const zonesOf = ({ zones, defaultZone }: Found): readonly AssetZone[] => {
  const reported = JsonReader.listOf(zones, "SCH-03", Limits.MAX_ZONES, reportedZone);
  const fallback = JsonReader.given(defaultZone, TimeJson.knownZone) ?? TimeZone.utc;
  return assetZones(
    reported.map(({ name }) => name),
    fallback,
  );
};

/** What an agent reported, null for none; that it may be unknown is SCH-03's. */
const reportedZone = (node: Node): { readonly name: string | null } | null => {
  if (node.value === null) return { name: null };
  const name = TimeJson.zoneName(node);
  return name === null ? null : { name };
};

const windowOf = (node: Node): PatchWindow.PatchWindow | null => {
  const found = JsonReader.members(node, ["minutes", "bound"], ["minutes", "bound"]);
  if (found === null) return null;
  const minutes = JsonReader.number(found.minutes, "WIN-01");
  const bound = JsonReader.oneOf(found.bound, "WIN-02", ["start", "complete"]);
  if (minutes === null) return null;
  // A length that is none is told beside a bound that is none.
  const window = PatchWindow.make({ minutes, bound: bound ?? "start" });
  if (!window.ok) return JsonReader.tellError(found.minutes, window.error);
  return bound === null ? null : window.value;
};

const blackoutOf = (node: Node): Blackout.Blackout | null => {
  const found = JsonReader.members(node, ["weekdays", "from", "to"], ["weekdays", "from", "to"]);
  if (found === null) return null;
  const [weekdays, fromMinute, toMinute] = [
    TimeJson.weekdaysOf(found.weekdays),
    TimeJson.minuteOf(found.from),
    TimeJson.minuteOf(found.to),
  ];
  if (weekdays === null || fromMinute === null || toMinute === null) return null;
  const blackout = Blackout.make({ weekdays, fromMinute, toMinute });
  return blackout.ok
    ? blackout.value
    : JsonReader.tellError(JsonReader.below(node, placeOf(blackout.error), null), blackout.error);
};

/** `fromMinute` is `from` in the JSON. */
const placeOf = ({ path }: Blackout.InvalidBlackout): string => path.replace("Minute", "");

const freezeOf = (node: Node): Freeze.Freeze | null => {
  const found = JsonReader.members(node, ["name", "from", "to", "zone"], ["name", "from", "to"]);
  if (found === null) return null;
  const name = JsonReader.line(found.name, "WIN-07", Limits.MAX_FREEZE_NAME_CHARACTERS);
  const [from, to] = [TimeJson.wallTime("WIN-07")(found.from), TimeJson.wallTime("WIN-07")(found.to)];
  const zone = JsonReader.given(found.zone, TimeJson.knownZone);
  if (name === null || from === null || to === null) return null;
  const freeze = Freeze.make({ name, from, to, zone: zone?.name ?? null });
  return freeze.ok ? freeze.value : JsonReader.tellError(JsonReader.below(node, freeze.error.path, null), freeze.error);
};

const rebootOf = (node: Node, options: RebootTimeline.CheckOptions): RebootTimeline.RebootSettings | null => {
  const settings = rebootSettings(node);
  if (settings === null) return null;
  const errors = RebootTimeline.check(settings, options).filter(({ severity }) => severity === "error");
  for (const error of errors) JsonReader.tellError(JsonReader.below(node, error.path, null), error);
  return settings;
};

const MODES = ["suppress", "request", "automatic", "urgent", "working-day", "week"] as const;

const rebootSettings = (node: Node): RebootTimeline.RebootSettings | null => {
  const mode = JsonReader.kind(node, "mode", "RBT-13", MODES);
  switch (mode) {
    case "request":
      return requestOf(node);
    case "automatic": {
      const found = JsonReader.members(node, ["mode", "countdownMinutes"]);
      return found === null ? null : { _tag: "Automatic", countdownMinutes: countdownOf(found.countdownMinutes) };
    }
    case null:
      return null;
    default: {
      const { urgent, workingDay, week } = RebootTimeline.presets;
      const settings = { suppress: { _tag: "Suppress" } as const, urgent, "working-day": workingDay, week }[mode];
      return JsonReader.members(node, ["mode"]) === null ? null : settings;
    }
  }
};

const requestOf = (node: Node): RebootTimeline.RebootSettings | null => {
  const found = JsonReader.members(node, ["mode", "deferrals", "countdownMinutes", "whenNobody"]);
  if (found === null) return null;
  const whenNobody = (each: Node) => JsonReader.oneOf(each, "RBT-03", ["reboot", "countdown"]);
  return {
    _tag: "Request",
    deferrals: JsonReader.given(found.deferrals, deferralsOf),
    countdownMinutes: countdownOf(found.countdownMinutes),
    whenNobody: JsonReader.given(found.whenNobody, whenNobody) ?? "reboot",
  };
};

const deferralsOf = (node: Node): { readonly count: number; readonly minutes: number } | null => {
  const found = JsonReader.members(node, ["count", "minutes"], ["count", "minutes"]);
  if (found === null) return null;
  const [count, minutes] = [JsonReader.number(found.count, "RBT-03"), JsonReader.number(found.minutes, "RBT-03")];
  return count === null || minutes === null ? null : { count, minutes };
};

const countdownOf = (node: Node | undefined): number | null =>
  JsonReader.given(node, (each) => JsonReader.number(each, "RBT-04"));

const refuse = (message: string): Result<never, InvalidSchedule> =>
  fail({ _tag: "InvalidSchedule", problems: [{ rule: null, path: "", message }] });

const parsedOf = (text: string): Result<unknown, string> => {
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    return fail(error instanceof Error ? error.message : `${error}`);
  }
};
