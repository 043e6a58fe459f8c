/** A preview of runs as tables for people (SCH-12): the runs place by place, what each would do, and what the places are. */
import type { Blackout, Freeze } from "@fettle/scheduler";
import { WallTime } from "@fettle/scheduler";
import { Preview, TextTable } from "@fettle/scheduler/preview";
import * as PlanRings from "./PlanRings.ts";
import type { PreviewPlace } from "./PreviewPlaces.ts";
import type { PreviewRow, PreviewRun, RunPreview } from "./RunPreview.ts";

/**
 * The preview as text.
 *
 * @example
 * console.log(RunPreviewTable.render(await fettle.jobs.preview(mara, jobId, { runs: 3 })));
 */
export const render = (preview: RunPreview): string => {
  if (preview.runs.length === 0) return `${preview.title}: no run left`;
  const calendars = preview.places.filter((place) => hasCalendar(place));
  const { places, assets } = preview.unshown;
  return [
    `${preview.title}, zone rules ${preview.tzdata}`,
    times(preview),
    ...rings(preview),
    outlines(preview),
    ...(calendars.length === 0 ? [] : [calendars.map(calendarText).join("\n")]),
    ...(places === 0 ? [] : [`and ${places} more places with ${countOf(assets, "asset")}`]),
  ].join("\n\n");
};

const times = ({ runs, places }: RunPreview): string => {
  const isTold = tellsPlace(places);
  const reboot = rebootColumn(runs.flatMap((run) => run.rows));
  return TextTable.render(
    ["run", "zone", "assets", "starts (UTC)", "on the clock", "window ends", ...reboot.heading, "notes"],
    runs.flatMap((run) =>
      run.rows.map((row, i) => [
        i === 0 ? nameOf(run) : "",
        `${row.zone}${isTold(row.place) ? ` (${row.place})` : ""}`,
        row.gets === null ? `? of ${row.assets}` : `${row.gets} of ${row.assets}`,
        row.start === null ? "-" : utc(row.start),
        row.startLocal === null ? "-" : minutes(row.startLocal),
        row.windowEndLocal === null ? "-" : minutes(row.windowEndLocal),
        ...reboot.cell(row),
        notesOf(row),
      ]),
    ),
  );
};

// By each place's own clock, which stands beside the time.
const rings = ({ runs, places }: RunPreview): readonly string[] => {
  const later = runs.flatMap((run) => run.rows.flatMap((row) => row.rings ?? []));
  if (later.length === 0) return [];
  const isTold = tellsPlace(places);
  const names = new Map(later.map((ring) => [ring.number, `${PlanRings.nameOf(ring)} not before`]));
  const table = TextTable.render(
    ["run", "zone", ...names.values()],
    runs.flatMap((run) =>
      run.rows
        .filter((row) => (row.rings ?? []).length > 0)
        .map((row, i) => [
          i === 0 ? nameOf(run) : "",
          `${row.zone}${isTold(row.place) ? ` (${row.place})` : ""}`,
          ...(row.rings ?? []).map(({ earliest, why }) =>
            earliest === null ? (why ?? "-") : PlanRings.at(earliest, row.zone),
          ),
        ]),
    ),
  );
  return [table];
};

const outlines = ({ runs, isProvisional }: RunPreview): string => {
  const reboot = rebootColumn(runs.flatMap((run) => run.outline ?? []));
  return TextTable.render(
    ["run", "assets", "patches", "get nothing", "left out", ...reboot.heading, "known"],
    runs.map((run) => {
      const { outline, unknown } = run;
      if (outline === null) {
        const why = unknown === null ? "?" : `${unknown.rule ?? "?"}: ${unknown.message}`;
        return [nameOf(run), "?", "?", "?", "?", ...reboot.heading.map(() => "?"), why];
      }
      const { assets, patches, excluded, leftOut } = outline;
      return [
        nameOf(run),
        `${assets}`,
        `${patches}`,
        excluded.length === 0 ? "-" : excluded.map((e) => `${e.assets} by ${e.rule}`).join(", "),
        leftOut === 0 ? "-" : countOf(leftOut, "patch"),
        ...reboot.cell(outline),
        isProvisional ? "provisional: asked anew at the run" : "as of now",
      ];
    }),
  );
};

type Rebooting = Pick<PreviewRow, "latestReboot">;

// Left out where nothing is bound to reboot.
const rebootColumn = (all: readonly Rebooting[]) => {
  const isShown = all.some(({ latestReboot }) => latestReboot !== null);
  return {
    heading: isShown ? ["latest reboot (UTC)"] : [],
    cell: ({ latestReboot }: Rebooting): readonly string[] =>
      isShown ? [latestReboot === null ? "-" : utc(latestReboot)] : [],
  };
};

// Where one zone is several places, rows tell which they are about.
const tellsPlace = (places: readonly PreviewPlace[]): ((place: number) => boolean) => {
  const told = new Set(places.filter((p) => hasCalendar(p)).map((p) => p.place));
  for (const p of places) {
    if (places.some((other) => other !== p && other.zone === p.zone)) told.add(p.place);
  }
  return (place) => told.has(place);
};

const hasCalendar = ({ blackouts, freezes }: PreviewPlace): boolean => blackouts.length + freezes.length > 0;

const notesOf = ({ notes, outBy, gets, assets }: PreviewRow): string =>
  [
    ...notes.map(Preview.noteText),
    ...(outBy === null || notes.length > 0 ? [] : [`out by ${outBy}`]),
    ...(outBy === null && gets === 0 && assets > 0 ? ["nobody gets anything"] : []),
  ].join("; ");

const calendarText = ({ place, zone, blackouts, freezes }: PreviewPlace): string =>
  `(${place}) ${zone}: ${[...blackouts.map(blackoutText), ...freezes.map(freezeText)].join("; ")}`;

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const blackoutText = ({ weekdays, fromMinute, toMinute }: Blackout.Blackout): string =>
  `blackout ${weekdays.map((day) => WEEKDAYS[day - 1] ?? "?").join(" ")} ${clock(fromMinute)} to ${clock(toMinute)}`;

const freezeText = ({ name, from, to }: Freeze.Freeze): string =>
  `frozen (${name}) ${minutes(WallTime.print(from))} to ${minutes(WallTime.print(to))}`;

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

const nameOf = ({ nominalLocal }: PreviewRun): string => (nominalLocal === null ? "on demand" : minutes(nominalLocal));

const countOf = (n: number, what: "asset" | "patch"): string =>
  n === 1 ? `1 ${what}` : `${n} ${what === "patch" ? "patches" : `${what}s`}`;

const MINUTES_CHARACTERS = "2026-03-08T02:30".length;

const minutes = (text: string): string => text.slice(0, MINUTES_CHARACTERS).replace("T", " ");
const utc = (instant: number): string => minutes(new Date(instant).toISOString());
