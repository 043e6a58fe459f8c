/** When a job is to run, from JSON (SCH-01, SCH-02, SCH-05). Paths of problems are those of a rule and of a schedule. */
import * as Calendar from "./Calendar.ts";
import * as JobSchedule from "./JobSchedule.ts";
import * as JsonReader from "./JsonReader.ts";
import * as Limits from "./Limits.ts";
import * as Recurrence from "./Recurrence.ts";
import * as TimeJson from "./TimeJson.ts";
import * as TimeZone from "./TimeZone.ts";

type Node = JsonReader.Node;

/** `on-demand`, `once` or `recurring`. */
export const read = (node: Node): JobSchedule.JobSchedule | null => {
  switch (JsonReader.kind(node, "type", "SCH-01", ["on-demand", "once", "recurring"])) {
    case "on-demand":
      return JsonReader.members(node, ["type"]) === null ? null : JobSchedule.onDemand;
    case "once":
      return onceOf(node);
    case "recurring":
      return recurringOf(node);
    case null:
      return null;
  }
};

const ZONED = ["type", "zone", "gap", "overlap"] as const;

const onceOf = (node: Node): JobSchedule.JobSchedule | null => {
  const found = JsonReader.members(node, [...ZONED, "at"], ["at"]);
  if (found === null) return null;
  const [at, zoned] = [TimeJson.wallTime("SCH-01")(found.at), zonedOf(found)];
  if (at === null || zoned === null) return null;
  const schedule = JobSchedule.once({ at, ...zoned });
  return schedule.ok ? schedule.value : JsonReader.tellError(node, schedule.error);
};

const recurringOf = (node: Node): JobSchedule.JobSchedule | null => {
  const found = JsonReader.members(node, [...ZONED, "start", "pattern", "end", "except"], ["start", "pattern"]);
  if (found === null) return null;
  const [start, pattern, zoned] = [TimeJson.wallTime("SCH-14")(found.start), patternOf(found.pattern), zonedOf(found)];
  const end = found.end === undefined ? NEVER : endOf(found.end);
  const except = JsonReader.listOf(found.except, "SCH-01", Limits.MAX_EXCEPTIONS, dayOf);
  if (start === null || pattern === null || zoned === null || end === null) return null;
  const recurrence = Recurrence.make({ start, pattern, end, except });
  if (!recurrence.ok) {
    // A rule's paths are those of the JSON.
    for (const problem of recurrence.error.problems)
      JsonReader.tellError(JsonReader.below(node, problem.path, null), problem);
    return null;
  }
  const schedule = JobSchedule.recurring({ recurrence: recurrence.value, ...zoned });
  return schedule.ok ? schedule.value : JsonReader.tellError(node, schedule.error);
};

type Zoned = { readonly zone: JobSchedule.ZoneMode; readonly resolution: TimeZone.Resolution };

const zonedOf = (found: { readonly [name in "zone" | "gap" | "overlap"]?: Node }): Zoned | null => {
  const zone = found.zone === undefined ? ({ _tag: "Agent" } as const) : zoneModeOf(found.zone);
  const { gap, overlap } = TimeZone.compatible;
  const resolution = {
    gap:
      JsonReader.given(found.gap, (node) => JsonReader.oneOf(node, "SCH-05", ["shift", "next-valid", "skip"])) ?? gap,
    overlap:
      JsonReader.given(found.overlap, (node) => JsonReader.oneOf(node, "SCH-05", ["earlier", "later"])) ?? overlap,
  };
  return zone === null ? null : { zone, resolution };
};

/** `agent`, an offset such as `+05:30`, or a zone's name (SCH-02). */
const zoneModeOf = (node: Node): JobSchedule.ZoneMode | null => {
  if (node.value === "agent") return { _tag: "Agent" };
  const zone = TimeJson.knownZone(node);
  if (zone === null) return null;
  return zone._tag === "Fixed" && zone.name !== TimeZone.utc.name
    ? { _tag: "Fixed", offsetMinutes: zone.offset / Calendar.MINUTE_MILLISECONDS }
    : { _tag: "Named", zone: zone.name };
};

const patternOf = (node: Node): Recurrence.Pattern | null => {
  const kind = JsonReader.kind(node, "type", "SCH-01", PATTERNS);
  return kind === null ? null : patternReaders[kind](node);
};

const PATTERNS = ["daily", "weekly", "monthly-day", "monthly-last-day", "monthly-weekday"] as const;

const patternReaders: { readonly [kind in (typeof PATTERNS)[number]]: (node: Node) => Recurrence.Pattern | null } = {
  daily: (node) => {
    const found = JsonReader.members(node, ["type", "every"]);
    return found === null ? null : { _tag: "Daily", every: everyOf(found.every) };
  },
  weekly: (node) => {
    const found = JsonReader.members(node, ["type", "every", "weekdays"], ["weekdays"]);
    const weekdays = found === null ? null : TimeJson.weekdaysOf(found.weekdays);
    return found === null || weekdays === null ? null : { _tag: "Weekly", every: everyOf(found.every), weekdays };
  },
  "monthly-day": (node) => {
    const found = JsonReader.members(node, ["type", "every", "day"], ["day"]);
    const day = found === null ? null : JsonReader.number(found.day, "SCH-04");
    return found === null || day === null ? null : { _tag: "MonthlyOnDay", every: everyOf(found.every), day };
  },
  "monthly-last-day": (node) => {
    const found = JsonReader.members(node, ["type", "every"]);
    return found === null ? null : { _tag: "MonthlyOnLastDay", every: everyOf(found.every) };
  },
  "monthly-weekday": (node) => {
    const found = JsonReader.members(node, ["type", "every", "nth", "weekday", "offsetDays"], ["nth", "weekday"]);
    if (found === null) return null;
    const nth = JsonReader.oneOf(found.nth, "SCH-01", [1, 2, 3, 4, 5, "last"] as const);
    const weekday = TimeJson.weekdayOf(found.weekday);
    const offsetDays = JsonReader.given(found.offsetDays, (each) => JsonReader.number(each, "SCH-11")) ?? 0;
    if (nth === null || weekday === null) return null;
    return { _tag: "MonthlyOnWeekday", every: everyOf(found.every), nth, weekday, offsetDays };
  },
};

const everyOf = (node: Node | undefined): number =>
  JsonReader.given(node, (each) => JsonReader.number(each, "SCH-01")) ?? 1;

const dayOf = (node: Node): string | null => JsonReader.text(node, "SCH-01", TimeJson.TIME_CHARACTERS);

const NEVER: Recurrence.End = { _tag: "Never" };

const endOf = (node: Node): Recurrence.End | null => {
  const found = JsonReader.members(node, ["at", "count"]);
  if (found === null) return null;
  const { at, count } = found;
  if ((at === undefined) === (count === undefined))
    return JsonReader.tell(node, "SCH-07", "It has either at, or count.");
  if (at !== undefined) {
    const wall = TimeJson.wallTime("SCH-07")(at);
    return wall === null ? null : { _tag: "Until", at: wall };
  }
  const times = JsonReader.given(count, (each) => JsonReader.number(each, "SCH-07"));
  return times === null ? null : { _tag: "After", count: times };
};
