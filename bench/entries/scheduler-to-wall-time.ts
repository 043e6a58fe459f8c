/** What clocks show at an instant, against date-fns-tz. */
import type { Entry } from "../Entry.ts";
import { toWallTime } from "../scheduler/Conversions.ts";

const entry: Entry = {
  id: "scheduler.to-wall-time",
  what: "an instant to its wall time in New York",
  unit: "answers/s",
  better: "higher",
  goal: 100,
  peerName: "date-fns-tz toZonedTime",
  prepare: toWallTime,
};

export default entry;
