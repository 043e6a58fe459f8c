/** Three recurrences at 02:30 in New York, each as our package and its peers spell it. */
import { Recurrence, type Result, TimeZone, WallTime } from "@fettle/scheduler";

export interface Shape {
  readonly name: "daily" | "weekly" | "monthly";
  readonly pattern: Recurrence.Pattern;
  /** Of RFC 5545, behind `RRULE:`. */
  readonly rrule: string;
  readonly cron: string;
  /** For a loop over the days of a calendar: is it on this one? `weekday` counts from Sunday, 0. */
  readonly isOn: (day: number, weekday: number) => boolean;
}

export const DAILY: Shape = {
  name: "daily",
  pattern: { _tag: "Daily", every: 1 },
  rrule: "FREQ=DAILY",
  cron: "30 2 * * *",
  isOn: () => true,
};

/** On Mondays and Thursdays. */
export const WEEKLY: Shape = {
  name: "weekly",
  pattern: { _tag: "Weekly", every: 1, weekdays: [1, 4] },
  rrule: "FREQ=WEEKLY;BYDAY=MO,TH",
  cron: "30 2 * * 1,4",
  isOn: (_day, weekday) => weekday === 1 || weekday === 4,
};

/** On the second Tuesday. */
export const MONTHLY: Shape = {
  name: "monthly",
  pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 0 },
  rrule: "FREQ=MONTHLY;BYDAY=2TU",
  cron: "30 2 * * 2#2",
  isOn: (day, weekday) => weekday === 2 && day >= 8 && day <= 14,
};

export const SHAPES: readonly Shape[] = [DAILY, WEEKLY, MONTHLY];

export const ZONE_NAME = "America/New_York";

/** The first day and the time of all of them; the instants asked from lie in later years. */
export const START = "2020-01-01T02:30:00";

export const recurrenceOf = ({ pattern }: Shape): Recurrence.Recurrence =>
  valueIn(Recurrence.make({ pattern, start: valueIn(WallTime.parse(START)), end: { _tag: "Never" }, except: [] }));

export const newYork = (): TimeZone.TimeZone => valueIn(TimeZone.of(ZONE_NAME));

/** What a benchmark relies on. */
export const valueIn = <A, E>(result: Result<A, E>): A => {
  if (!result.ok) throw new Error(`expected a value: ${JSON.stringify(result.error)}`);
  return result.value;
};
