/** The next occurrence after a random instant, on Mondays and Thursdays at 02:30 in New York, against rrule-temporal next. */
import type { Entry } from "../Entry.ts";
import { contest, rruleTemporal } from "../scheduler/Next.ts";
import { WEEKLY } from "../scheduler/Shapes.ts";

const entry: Entry = {
  id: "scheduler.next-weekly-rrule-temporal",
  what: "the next occurrence on Mondays and Thursdays, 02:30 in New York",
  unit: "answers/s",
  better: "higher",
  goal: 20,
  peerName: "rrule-temporal next",
  prepare: () => contest(WEEKLY, rruleTemporal),
};

export default entry;
