/**
 * Prints what the scheduler answers, as JSON, for `HostZone.test.ts` to run under several zones of the host. The first line is
 * what a plain `Date` makes of a local time: it shows that the host's zone did take effect.
 */
import * as Instant from "../src/Instant.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as Occurrence from "../src/Occurrence.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import * as Recurrence from "../src/Recurrence.ts";
import * as TimeZone from "../src/TimeZone.ts";
import * as WallTime from "../src/WallTime.ts";
import { instant, value, wall, ZONE_NAMES, zone } from "./Arbitraries.ts";

const HALF_HOUR = 1_800_000;

/** Half-hours around the days when the hosts' own clocks change, and when the zones' do. */
const DAYS = ["2026-03-08", "2026-04-05", "2026-04-24", "2026-10-04", "2026-11-01", "2011-12-30", "2018-11-04"];
const walls = DAYS.flatMap((day) =>
  Array.from({ length: 48 }, (_, n) => Date.parse(`${day}T00:00Z`) + n * HALF_HOUR),
).map((local) => WallTime.print(TimeZone.wallAt(TimeZone.utc, Instant.at(local))));

const answersOf = (name: string): unknown => {
  const place = zone(name);
  const resolved = walls.map((text) =>
    (["earlier", "later"] as const).flatMap((overlap) =>
      (["shift", "next-valid", "skip"] as const).map((gap) => TimeZone.resolve(place, wall(text), { gap, overlap })),
    ),
  );
  const shown = walls.map((text) => WallTime.print(TimeZone.wallAt(place, instant(`${text}Z`))));
  const changes = TimeZone.transitions(place, instant("2010-01-01T00:00Z"), instant("2030-01-01T00:00Z"));
  return { resolved, shown, changes };
};

const schedule = value(JobSchedule.once({ at: wall("2026-03-08T02:30"), zone: { _tag: "Agent" } }));
const occurrence = Occurrence.plan(schedule, {
  zones: ZONE_NAMES.map(zone),
  enabledAt: instant("2026-03-01T00:00Z"),
  window: PatchWindow.none,
});

const recurrence = value(
  Recurrence.make({
    pattern: { _tag: "Daily", every: 1 },
    start: wall("2025-12-01T02:30"),
    end: { _tag: "Never" },
    except: [],
  }),
);
const recurring = value(JobSchedule.recurring({ recurrence, zone: { _tag: "Agent" } }));
const range = { from: instant("2026-01-01T00:00Z"), to: instant("2027-01-01T00:00Z") };
const starts = ZONE_NAMES.map((name) =>
  [...JobSchedule.startsBetween(recurrence, zone(name), range)].map((start) => ({
    ...start,
    key: Occurrence.slotKey(recurring, start.slot),
    before: JobSchedule.previousStart(recurrence, zone(name), start.instant),
  })),
);

process.stdout.write(`${new Date("2026-03-08T02:30:00").toISOString()}\n`);
process.stdout.write(JSON.stringify({ zones: ZONE_NAMES.map(answersOf), occurrence, starts }));
