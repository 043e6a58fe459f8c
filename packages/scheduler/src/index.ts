/**
 * @fettle/scheduler: pure time for patch jobs. No clock, no timers: what is now, and what is random, are arguments.
 *
 * `TimeZone` answers which instant a wall time means; `JobSchedule`, `PatchWindow` and `Occurrence` when a job runs and for how
 * long its orders hold; `Backoff` when an agent calls again.
 */
export * as Backoff from "./Backoff.ts";
export * as Duration from "./Duration.ts";
export * as Instant from "./Instant.ts";
export * as Interval from "./Interval.ts";
export * as JobSchedule from "./JobSchedule.ts";
export * as Limits from "./Limits.ts";
export * as Occurrence from "./Occurrence.ts";
export * as PatchWindow from "./PatchWindow.ts";
export { fail, ok, type Result } from "./Result.ts";
export * as TimeZone from "./TimeZone.ts";
export * as WallTime from "./WallTime.ts";
