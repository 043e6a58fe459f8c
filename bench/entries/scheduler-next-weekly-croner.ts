/** The next occurrence after a random instant, on Mondays and Thursdays at 02:30 in New York, against croner nextRun. */
import type { Entry } from "../Entry.ts";
import { contest, croner } from "../scheduler/Next.ts";
import { WEEKLY } from "../scheduler/Shapes.ts";

const entry: Entry = {
  id: "scheduler.next-weekly-croner",
  what: "the next occurrence on Mondays and Thursdays, 02:30 in New York",
  unit: "answers/s",
  better: "higher",
  goal: 200,
  peerName: "croner nextRun",
  prepare: () => contest(WEEKLY, croner),
};

export default entry;
