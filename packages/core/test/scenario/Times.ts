/** Local times, zones and schedules, so that a test says only what it is about. */
import { type JobSchedule, type Recurrence, TimeZone, WallTime } from "@fettle/scheduler";
import type { Schedule } from "../../src/domain/job/Schedule.ts";

export const wall = (text: string): WallTime.WallTime => {
  const made = WallTime.parse(text);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
};

export const zone = (name: string): TimeZone.TimeZone => {
  const made = TimeZone.of(name);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
};

const UTC: JobSchedule.ZoneMode = { _tag: "Named", zone: "UTC" };

/** Once, when clocks show what UTC's show at an instant. */
export const once = (at: number, mode: JobSchedule.ZoneMode = UTC): Extract<Schedule, { readonly _tag: "Once" }> => ({
  _tag: "Once",
  at: wall(new Date(at).toISOString().slice(0, 19)),
  zone: mode,
});

/** Tuesdays at 02:00 UTC from March 2026 on, or otherwise. */
export const weekly = (
  over: Partial<Recurrence.Rule> = {},
  mode: JobSchedule.ZoneMode = UTC,
): Extract<Schedule, { readonly _tag: "Recurring" }> => ({
  _tag: "Recurring",
  rule: {
    pattern: { _tag: "Weekly", every: 1, weekdays: [2] },
    start: wall("2026-03-01T02:00"),
    end: { _tag: "Never" },
    except: [],
    ...over,
  },
  zone: mode,
});
