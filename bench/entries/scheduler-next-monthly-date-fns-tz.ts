/** The next occurrence after a random instant, on the second Tuesday of each month at 02:30 in New York, against a loop over the days with date-fns-tz. */
import type { Entry } from "../Entry.ts";
import { civilLoop, contest } from "../scheduler/Next.ts";
import { MONTHLY } from "../scheduler/Shapes.ts";

const entry: Entry = {
  id: "scheduler.next-monthly-date-fns-tz",
  what: "the next occurrence on the second Tuesday of each month, 02:30 in New York",
  unit: "answers/s",
  better: "higher",
  goal: 80,
  peerName: "a loop over the days with date-fns-tz",
  prepare: () => contest(MONTHLY, civilLoop),
};

export default entry;
