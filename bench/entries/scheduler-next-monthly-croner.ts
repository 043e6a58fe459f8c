/** The next occurrence after a random instant, on the second Tuesday of each month at 02:30 in New York, against croner nextRun. */
import type { Entry } from "../Entry.ts";
import { contest, croner } from "../scheduler/Next.ts";
import { MONTHLY } from "../scheduler/Shapes.ts";

const entry: Entry = {
  id: "scheduler.next-monthly-croner",
  what: "the next occurrence on the second Tuesday of each month, 02:30 in New York",
  unit: "answers/s",
  better: "higher",
  goal: 200,
  peerName: "croner nextRun",
  prepare: () => contest(MONTHLY, croner),
};

export default entry;
