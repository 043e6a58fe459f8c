/** The next occurrence after an instant, by our package and by each peer, as milliseconds. */
import { type Instant, JobSchedule } from "@fettle/scheduler";
import { Cron } from "croner";
import { fromZonedTime, toZonedTime } from "date-fns-tz";
import { RRuleTemporal } from "rrule-temporal";
import type { Contest } from "../Entry.ts";
import { answersPerSecond, warm } from "./Asking.ts";
import { INSTANTS, isNearChange } from "./Instants.ts";
import { newYork, recurrenceOf, type Shape, START, ZONE_NAME } from "./Shapes.ts";

export type Next = (after: Instant.Instant) => number;

export const ours = (shape: Shape): Next => {
  const [recurrence, zone] = [recurrenceOf(shape), newYork()];
  return (after) => JobSchedule.nextStart(recurrence, zone, after)?.instant ?? Number.NaN;
};

/** A rule is parsed once and asked often, as ours is. */
export const rruleTemporal = (shape: Shape): Next => {
  const rule = ruleOf(shape);
  return (after) => rule.next(new Date(after))?.epochMilliseconds ?? Number.NaN;
};

export const ruleOf = ({ rrule }: Shape): RRuleTemporal => {
  const start = START.replaceAll(/[-:]/g, "");
  return new RRuleTemporal({ rruleString: `DTSTART;TZID=${ZONE_NAME}:${start}\nRRULE:${rrule}` });
};

export const croner = ({ cron }: Shape): Next => {
  const job = new Cron(cron, { timezone: ZONE_NAME, paused: true });
  return (after) => job.nextRun(new Date(after))?.getTime() ?? Number.NaN;
};

/**
 * What people write over date-fns-tz: the local date, then day after day until one is meant, and its time back in UTC. Days
 * are stepped through as if in UTC, which costs nothing beside the two conversions.
 */
export const civilLoop = ({ isOn }: Shape): Next => {
  const time = START.slice(START.indexOf("T"));
  return (after) => {
    const local = toZonedTime(after, ZONE_NAME);
    const day = new Date(Date.UTC(local.getFullYear(), local.getMonth(), local.getDate()));
    for (;;) {
      if (isOn(day.getUTCDate(), day.getUTCDay())) {
        const found = fromZonedTime(day.toISOString().slice(0, START.indexOf("T")) + time, ZONE_NAME).getTime();
        if (found > after) return found;
      }
      day.setUTCDate(day.getUTCDate() + 1);
    }
  };
};

/** The instants, of some, after which two sides name another occurrence, though no clocks change near it. */
export const disagreements = (one: Next, other: Next, instants: readonly Instant.Instant[]): readonly string[] =>
  instants.flatMap((after) => {
    const [a, b] = [one(after), other(after)];
    if (a === b || isNearChange(a) || isNearChange(after)) return [];
    return [`after ${new Date(after).toISOString()}: ${new Date(a).toISOString()}, ${new Date(b).toISOString()}`];
  });

/** Looked at before each contest; all of them in a test. */
const COMPARED = 256;

/** Our answers a second against a peer's, once both are known to be the same. */
export const contest = (shape: Shape, peerOf: (shape: Shape) => Next): Promise<Contest> => {
  const [mine, peer] = [ours(shape), peerOf(shape)];
  const [first] = disagreements(mine, peer, INSTANTS.slice(0, COMPARED));
  if (first !== undefined) throw new Error(`${shape.name}: ${first}`);
  return warm({ ours: () => rateOf(mine), peer: () => rateOf(peer) });
};

const rateOf = (next: Next): number =>
  answersPerSecond(INSTANTS, (instants) => {
    let sum = 0;
    for (const after of instants) sum += next(after);
    return sum;
  });
