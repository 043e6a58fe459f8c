/** The next occurrence after a random instant, on the second Tuesday of each month at 02:30 in New York, against rrule-temporal next. */
import type { Entry } from "../Entry.ts";
import { contest, rruleTemporal } from "../scheduler/Next.ts";
import { MONTHLY } from "../scheduler/Shapes.ts";

const entry: Entry = {
  id: "scheduler.next-monthly-rrule-temporal",
  what: "the next occurrence on the second Tuesday of each month, 02:30 in New York",
  unit: "answers/s",
  better: "higher",
  goal: 12,
  peerName: "rrule-temporal next",
  prepare: () => contest(MONTHLY, rruleTemporal),
};

export default entry;
