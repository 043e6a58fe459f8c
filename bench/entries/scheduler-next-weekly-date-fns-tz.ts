/** The next occurrence after a random instant, on Mondays and Thursdays at 02:30 in New York, against a loop over the days with date-fns-tz. */
import type { Entry } from "../Entry.ts";
import { civilLoop, contest } from "../scheduler/Next.ts";
import { WEEKLY } from "../scheduler/Shapes.ts";

const entry: Entry = {
  id: "scheduler.next-weekly-date-fns-tz",
  what: "the next occurrence on Mondays and Thursdays, 02:30 in New York",
  unit: "answers/s",
  better: "higher",
  goal: 80,
  peerName: "a loop over the days with date-fns-tz",
  prepare: () => contest(WEEKLY, civilLoop),
};

export default entry;
