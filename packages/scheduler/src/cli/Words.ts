/** Instants, reasons and settings in words. */
import * as Calendar from "../Calendar.ts";
import type * as Duration from "../Duration.ts";
import * as Instant from "../Instant.ts";
import type * as Maintenance from "../Maintenance.ts";
import * as RebootTimeline from "../RebootTimeline.ts";
import * as TimeZone from "../TimeZone.ts";
import * as WallTime from "../WallTime.ts";

const MINUTES_CHARACTERS = "2026-03-08T02:30".length;

/** `2026-03-08 02:30`. */
export const local = (wall: WallTime.WallTime): string =>
  WallTime.print(wall).slice(0, MINUTES_CHARACTERS).replace("T", " ");

/** `02:30`. */
export const timeOfDay = (wall: WallTime.WallTime): string => local(wall).slice("2026-03-08 ".length);

/** On the clock of a zone, and in UTC: `2026-03-08 03:30 (07:30 UTC)`, with the day where it is another one. */
export const instant = (zone: TimeZone.TimeZone, at: Instant.Instant): string => {
  const [there, utc] = [local(TimeZone.wallAt(zone, at)), local(TimeZone.wallAt(TimeZone.utc, at))];
  const [day = "", time = ""] = utc.split(" ");
  return `${there} (${there.startsWith(day) ? time : utc} UTC)`;
};

export const minutes = (length: Duration.Duration): string => `${length / Calendar.MINUTE_MILLISECONDS} min`;

/** Why a run may not start. */
export const reason = (zone: TimeZone.TimeZone, because: Maintenance.Reason): string => {
  const until = (end: Instant.Instant | null): string => (end === null ? "for good" : `until ${instant(zone, end)}`);
  switch (because._tag) {
    case "NotYet":
      return "it isn't due yet";
    case "Blackout":
      return `a blackout, ${until(because.until)}`;
    case "Freeze":
      return `the freeze ${JSON.stringify(because.name)}, ${until(because.until)}`;
    case "DoesNotFit":
      return `the work may take ${minutes(because.reserve)}, and less is left of its window`;
    case "WindowOver":
      return `its window ended ${instant(zone, because.endedAt)}`;
  }
};

/** What is said of a run. */
export const verdict = (zone: TimeZone.TimeZone, said: Maintenance.Verdict): string => {
  switch (said._tag) {
    case "MayStart":
      return said.mustStopBy === null
        ? "may start, and runs to its end"
        : `may start, and must be complete by ${instant(zone, said.mustStopBy)}`;
    case "Waits":
      return `waits until ${instant(zone, said.until)}`;
    case "TimedOut":
      return "can't start any more: Timed Out";
    case "CanceledBlackout":
      return "can't start any more: Canceled - Blackout";
  }
};

/** What follows the work. */
export const reboot = (settings: RebootTimeline.RebootSettings): string => {
  const done = Instant.earliest;
  const latest = RebootTimeline.latestReboot(settings, done);
  if (latest === null || settings._tag === "Suppress") {
    return "Reboots are suppressed: assets that need one stay pending until somebody reboots them.";
  }
  const after = `${minutes(Instant.until(done, latest))} after the work`;
  if (settings._tag === "Automatic") return `If a reboot is needed, it comes ${after}, without asking.`;
  const { deferrals } = settings;
  return deferrals === null
    ? `If a reboot is needed, it comes ${after}, where somebody is logged in.`
    : `If a reboot is needed, users may defer it ${deferrals.count} times by ${deferrals.minutes} min; it comes ${after} at the latest.`;
};
