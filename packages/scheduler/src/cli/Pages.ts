/** What a command answers, twice: as text for people, and as JSON for programs. */
import * as Calendar from "../Calendar.ts";
import * as Instant from "../Instant.ts";
import type * as Maintenance from "../Maintenance.ts";
import * as MonthCalendar from "../MonthCalendar.ts";
import * as Preview from "../Preview.ts";
import type * as RebootTimeline from "../RebootTimeline.ts";
import type * as ScheduleJson from "../ScheduleJson.ts";
import type * as ScheduleLint from "../ScheduleLint.ts";
import * as TimeZone from "../TimeZone.ts";
import * as WallTime from "../WallTime.ts";
import type * as Months from "./Months.ts";
import type * as Verdicts from "./Verdicts.ts";
import * as Words from "./Words.ts";

export type Page = { readonly text: string; readonly json: unknown };

/** A finding about the schedule, or about its reboot. */
export type Finding = Omit<ScheduleLint.Finding, "code" | "remedy"> & {
  readonly code: string;
  readonly remedy: string | null;
};

/** A schedule that can't be meant. */
export const ofProblems = (problems: readonly ScheduleJson.Problem[]): Page => ({
  text: lines([
    ...problems.map(({ rule, path, message }) => `error: ${path === "" ? "" : `${path}: `}${message}${ruleOf(rule)}`),
    counted(problems.length, "problem"),
  ]),
  json: { ok: false, problems },
});

/** The runs of a preview, and what follows each. */
export const ofRows = (rows: readonly Preview.Row[], reboot: RebootTimeline.RebootSettings | null): Page => ({
  text: lines([Preview.render(rows), ...(reboot === null ? [] : ["", Words.reboot(reboot)])]),
  json: { ok: true, runs: rows.map(rowJson) },
});

const rowJson = ({
  nominalLocal,
  zone,
  start,
  startLocal,
  windowEnd,
  windowEndLocal,
  notes,
}: Preview.Row): unknown => ({
  local: wallJson(nominalLocal),
  zone,
  start: instantJson(start),
  startLocal: wallJson(startLocal),
  windowEnd: instantJson(windowEnd),
  windowEndLocal: wallJson(windowEndLocal),
  notes: notes.map((note) => ({ ...noteJson(note), text: Preview.noteText(note) })),
});

const noteJson = (note: Preview.Note): object => {
  switch (note._tag) {
    case "Gap":
      return { note: "Gap", movedTo: wallJson(note.movedTo) };
    case "Overlap":
      return { note: "Overlap", meant: note.meant };
    case "ClocksChange":
      return { note: "ClocksChange", at: instantJson(note.at), byMinutes: note.by / Calendar.MINUTE_MILLISECONDS };
    case "Blackout":
      return { note: "Blackout", startsAt: instantJson(note.startsAt) };
    case "Freeze":
      return { note: "Freeze", name: note.name, startsAt: instantJson(note.startsAt) };
    case "Elapsed":
      return { note: "Elapsed", endedAt: instantJson(note.endedAt) };
    case "DefaultZone":
    case "TooSoon":
      return { note: note._tag };
  }
};

/** What lint found, the worst first. */
export const ofFindings = (found: readonly Finding[]): Page => ({
  text: lines([
    ...found.flatMap(({ code, severity, rule, zone, message, remedy }) => [
      `${severity}[${code}]: ${zone === null ? "" : `${zone}: `}${message} (${rule})`,
      ...(remedy === null ? [] : [`  ${remedy}`]),
    ]),
    found.length === 0 ? "Nothing to find fault with." : counted(found.length, "finding"),
  ]),
  json: { ok: found.every(({ severity }) => severity !== "error"), findings: found },
});

/** Whether a run may start, zone by zone. */
export const ofExplanations = (at: Instant.Instant, explained: readonly Verdicts.Explanation[]): Page => ({
  text: lines([`At ${Words.local(TimeZone.wallAt(TimeZone.utc, at))} UTC:`, ...explained.flatMap(explanationLines)]),
  json: { ok: true, at: instantJson(at), zones: explained.map(explanationJson) },
});

const explanationLines = ({ zone, isDefault, answer }: Verdicts.Explanation): readonly string[] => {
  const place = `${zone.name}${isDefault ? " (the default, for unknown zones)" : ""}`;
  if (answer.run === null) return ["", `${place}: no run`, `  ${answer.message}`];
  const { local, validity } = answer.run;
  const window = validity.end === null ? "no window" : `window to ${Words.instant(zone, validity.end)}`;
  const named = local === null ? "on demand" : `run of ${Words.local(local)}`;
  const { verdict } = answer;
  return [
    "",
    `${place}: ${Words.verdict(zone, verdict)}`,
    `  ${named}: due ${Words.instant(zone, validity.start)}, ${window}`,
    ...(verdict._tag === "MayStart"
      ? []
      : verdict.because.map((because) => `  ${Words.reason(zone, because)}${ruleOf(because.rule)}`)),
  ];
};

const explanationJson = ({ zone, isDefault, answer }: Verdicts.Explanation): unknown => {
  const place = { zone: zone.name, isDefault };
  if (answer.run === null) return { ...place, verdict: "NoRun", message: answer.message };
  const { run, verdict } = answer;
  return {
    ...place,
    verdict: verdict._tag,
    run: {
      local: wallJson(run.local),
      start: instantJson(run.validity.start),
      windowEnd: instantJson(run.validity.end),
    },
    ...(verdict._tag === "MayStart" ? { mustStopBy: instantJson(verdict.mustStopBy) } : {}),
    ...(verdict._tag === "Waits" ? { until: instantJson(verdict.until) } : {}),
    because: verdict._tag === "MayStart" ? [] : verdict.because.map((because) => reasonJson(zone, because)),
  };
};

const reasonJson = (zone: TimeZone.TimeZone, because: Maintenance.Reason): unknown => ({
  reason: because._tag,
  rule: because.rule,
  ...("until" in because ? { until: instantJson(because.until) } : {}),
  text: Words.reason(zone, because),
});

/** A month a zone. */
export const ofMonths = (months: readonly Months.Month[]): Page => ({
  text: lines(months.flatMap((month, i) => [...(i === 0 ? [] : [""]), month.zone.name, monthText(month)])),
  json: { ok: true, months: months.map(monthJson) },
});

const monthText = ({ zone, year, month, days }: Months.Month): string => {
  const byDay = new Map(days.map((day) => [day.day, day]));
  return MonthCalendar.render(year, month, (at) => {
    const day = byDay.get(at);
    if (day === undefined) return [];
    return [...day.starts.map((start) => startText(zone, start)), ...(day.freezes.length > 0 ? ["frozen"] : [])];
  });
};

/** `02:30`, `02:30 > 04:00` where it waits, `02:30 never` where it can't start. */
const startText = (zone: TimeZone.TimeZone, { due, starts }: Months.Start): string => {
  const time = (at: Instant.Instant): string => Words.timeOfDay(TimeZone.wallAt(zone, at));
  if (starts === null) return `${time(due)} never`;
  return starts === due ? time(due) : `${time(due)} > ${time(starts)}`;
};

const monthJson = ({ zone, year, month, days }: Months.Month): unknown => ({
  zone: zone.name,
  year,
  month,
  days: days
    .filter(({ starts, freezes }) => starts.length > 0 || freezes.length > 0)
    .map(({ day, starts, freezes }) => ({
      date: WallTime.print(Calendar.fieldsOf(day * Calendar.DAY_MILLISECONDS)).slice(0, "2026-03-08".length),
      runs: starts.map(({ due, starts: start }) => ({ due: instantJson(due), start: instantJson(start) })),
      freezes,
    })),
});

/** Without characters that would move a terminal's cursor: a file may come from anybody. */
const lines = (all: readonly string[]): string =>
  all.map((line) => `${line.replace(/(?!\n)\p{Cc}/gu, "\ufffd")}\n`).join("");

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}.`;

const ruleOf = (rule: string | null): string => (rule === null ? "" : ` (${rule})`);

const instantJson = (instant: Instant.Instant | null): string | null =>
  instant === null ? null : Instant.toIso(instant);

const wallJson = (wall: WallTime.WallTime | null): string | null => (wall === null ? null : WallTime.print(wall));
