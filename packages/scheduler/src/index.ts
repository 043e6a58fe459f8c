/**
 * @fettle/scheduler: pure time for patch jobs. No clock, no timers: what is now, and what is random, are arguments.
 *
 * `TimeZone` answers which instant a wall time means; `Recurrence` and `JobSchedule` when a job runs, `PatchWindow`, `Blackout`,
 * `Freeze` and `Maintenance` when work may start and why not now; `RebootTimeline` when an asset reboots at the latest. One
 * concept, one namespace.
 *
 * Apart, for those who need them: `@fettle/scheduler/preview` shows all of it to people before anything is enabled,
 * `@fettle/scheduler/json` reads schedules from outside, `@fettle/scheduler/rrule` reads and writes iCalendar's rules.
 */
export * as Backoff from "./Backoff.ts";
export * as Blackout from "./Blackout.ts";
export * as Calendar from "./Calendar.ts";
export * as Catchup from "./Catchup.ts";
export * as Duration from "./Duration.ts";
export * as FitToWindow from "./FitToWindow.ts";
export * as Freeze from "./Freeze.ts";
export * as Instant from "./Instant.ts";
export * as Interval from "./Interval.ts";
export * as IntervalSet from "./IntervalSet.ts";
export * as JobSchedule from "./JobSchedule.ts";
export * as Lead from "./Lead.ts";
export * as Limits from "./Limits.ts";
export * as Maintenance from "./Maintenance.ts";
export * as Occurrence from "./Occurrence.ts";
export * as Overlap from "./Overlap.ts";
export * as Pacing from "./Pacing.ts";
export * as PatchCycle from "./PatchCycle.ts";
export * as PatchWindow from "./PatchWindow.ts";
export * as QuorumSchedule from "./QuorumSchedule.ts";
export * as RebootTimeline from "./RebootTimeline.ts";
export * as Recurrence from "./Recurrence.ts";
export { fail, ok, type Result } from "./Result.ts";
export * as ScanCountdown from "./ScanCountdown.ts";
export * as ScanInterval from "./ScanInterval.ts";
export * as TimeZone from "./TimeZone.ts";
export * as TzdataChange from "./TzdataChange.ts";
export * as WallTime from "./WallTime.ts";
