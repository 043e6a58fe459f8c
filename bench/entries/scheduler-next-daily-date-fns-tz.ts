/** The next occurrence after a random instant, daily at 02:30 in New York, against a loop over the days with date-fns-tz. */
import type { Entry } from "../Entry.ts";
import { civilLoop, contest } from "../scheduler/Next.ts";
import { DAILY } from "../scheduler/Shapes.ts";

const entry: Entry = {
  id: "scheduler.next-daily-date-fns-tz",
  what: "the next occurrence daily, 02:30 in New York",
  unit: "answers/s",
  better: "higher",
  goal: 80,
  peerName: "a loop over the days with date-fns-tz",
  prepare: () => contest(DAILY, civilLoop),
};

export default entry;
