/** The 365 occurrences of a year: daily at 02:30 in New York, through 2026. */
import { Instant, JobSchedule } from "@fettle/scheduler";
import type { Contest } from "../Entry.ts";
import { perSecond } from "../Rate.ts";
import { warm } from "./Asking.ts";
import { isNearChange } from "./Instants.ts";
import { ruleOf } from "./Next.ts";
import { DAILY, newYork, recurrenceOf } from "./Shapes.ts";

const FROM = Date.UTC(2026, 0, 1, 12);
const TO = Date.UTC(2027, 0, 1, 12);
const OCCURRENCES = 365;
const MILLISECONDS = 150;

export const contest = (): Promise<Contest> => {
  const [recurrence, zone, rule] = [recurrenceOf(DAILY), newYork(), ruleOf(DAILY)];
  const interval = { from: Instant.at(FROM), to: Instant.at(TO) };
  const listed = (): readonly JobSchedule.Start[] => [...JobSchedule.startsBetween(recurrence, zone, interval)];
  const listedByPeer = () => rule.between(new Date(FROM), new Date(TO), true);
  const mine = listed().map(({ instant }) => instant as number);
  const theirs = listedByPeer().map(({ epochMilliseconds }) => epochMilliseconds);
  const isSame = mine.length === OCCURRENCES && mine.every((at) => isNearChange(at) || theirs.includes(at));
  if (!isSame) throw new Error(`ours are ${mine.length}, theirs ${theirs.length}, and not the same`);
  return warm({
    ours: () => perSecond(() => void listed(), MILLISECONDS, OCCURRENCES),
    peer: () => perSecond(() => void listedByPeer(), MILLISECONDS, OCCURRENCES),
  });
};
