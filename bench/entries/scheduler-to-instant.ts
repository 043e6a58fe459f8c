/** The instant that a wall time means, against date-fns-tz. */
import type { Entry } from "../Entry.ts";
import { toInstant } from "../scheduler/Conversions.ts";

const entry: Entry = {
  id: "scheduler.to-instant",
  what: "a wall time in New York to its instant",
  unit: "answers/s",
  better: "higher",
  goal: 100,
  peerName: "date-fns-tz fromZonedTime",
  prepare: toInstant,
};

export default entry;
