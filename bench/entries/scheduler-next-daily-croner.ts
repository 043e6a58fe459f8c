/** The next occurrence after a random instant, daily at 02:30 in New York, against croner nextRun. */
import type { Entry } from "../Entry.ts";
import { contest, croner } from "../scheduler/Next.ts";
import { DAILY } from "../scheduler/Shapes.ts";

const entry: Entry = {
  id: "scheduler.next-daily-croner",
  what: "the next occurrence daily, 02:30 in New York",
  unit: "answers/s",
  better: "higher",
  goal: 200,
  peerName: "croner nextRun",
  prepare: () => contest(DAILY, croner),
};

export default entry;
