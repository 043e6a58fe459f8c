/** The next occurrence after a random instant, daily at 02:30 in New York, against rrule-temporal next. */
import type { Entry } from "../Entry.ts";
import { contest, rruleTemporal } from "../scheduler/Next.ts";
import { DAILY } from "../scheduler/Shapes.ts";

const entry: Entry = {
  id: "scheduler.next-daily-rrule-temporal",
  what: "the next occurrence daily, 02:30 in New York",
  unit: "answers/s",
  better: "higher",
  goal: 50,
  peerName: "rrule-temporal next",
  prepare: () => contest(DAILY, rruleTemporal),
};

export default entry;
