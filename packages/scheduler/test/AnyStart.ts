/** Recurring schedules, and zones and instants to ask them about, for properties of what is built on starts. */
import fc from "fast-check";
import * as Instant from "../src/Instant.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as Recurrence from "../src/Recurrence.ts";
import type * as TimeZone from "../src/TimeZone.ts";
import { ruleFrom } from "./AnyRecurrence.ts";
import { anyZone, value, wall } from "./Arbitraries.ts";

const DAY = 86_400_000;

export const anyResolution: fc.Arbitrary<TimeZone.Resolution> = fc.record({
  gap: fc.constantFrom("shift", "next-valid", "skip"),
  overlap: fc.constantFrom("earlier", "later"),
});

/** A schedule in agents' zones that comes every few days or weeks, one of the zones, and an instant in its first months. */
export const scheduleInZone: fc.Arbitrary<{
  readonly schedule: JobSchedule.Recurring;
  readonly zone: TimeZone.TimeZone;
  readonly at: Instant.Instant;
}> = fc
  .record({
    start: fc.integer({ min: Date.UTC(2010, 0, 1) / 1000, max: Date.UTC(2035, 0, 1) / 1000 }),
    zone: anyZone,
    resolution: anyResolution,
    after: fc.integer({ min: -3 * DAY, max: 250 * DAY }),
  })
  .chain(({ start, zone, resolution, after }) =>
    ruleFrom(fc.constant(start * 1000), { days: 300, every: fc.constantFrom(1, 1, 2, 3) }).map((rule) => ({
      schedule: value(
        JobSchedule.recurring({ recurrence: value(Recurrence.make(rule)), zone: { _tag: "Agent" }, resolution }),
      ),
      zone,
      at: Instant.at(start * 1000 + after),
    })),
  );

/** Comes daily at a time of day, in the asset's zone. */
export const dailyAt = (start: string): JobSchedule.Recurring => recurring({ _tag: "Daily", every: 1 }, start);

/** Comes by a pattern from a local time on, in the asset's zone. */
export const recurring = (
  pattern: Recurrence.Pattern,
  start: string,
  more: { readonly zone?: JobSchedule.ZoneMode; readonly resolution?: TimeZone.Resolution } = {},
): JobSchedule.Recurring => {
  const recurrence = Recurrence.make({ pattern, start: wall(start), end: { _tag: "Never" }, except: [] });
  return value(JobSchedule.recurring({ zone: { _tag: "Agent" }, ...more, recurrence: value(recurrence) }));
};
