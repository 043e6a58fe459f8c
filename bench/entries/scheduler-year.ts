/** All occurrences of a year at once, against rrule-temporal. */
import type { Entry } from "../Entry.ts";
import { contest } from "../scheduler/Year.ts";

const entry: Entry = {
  id: "scheduler.year",
  what: "365 daily occurrences listed, 02:30 in New York",
  unit: "occurrences/s",
  better: "higher",
  goal: 300,
  peerName: "rrule-temporal between",
  prepare: contest,
};

export default entry;
