/** The first answer in a zone not seen before: in milliseconds it is to stay below 3. */
import type { Entry } from "../Entry.ts";
import { contest } from "../scheduler/Cold.ts";

const entry: Entry = {
  id: "scheduler.cold",
  what: "the first answer in a zone not seen before",
  unit: "ms",
  better: "lower",
  goal: 1,
  peerName: "one pass of Intl over the same 384 days",
  prepare: contest,
};

export default entry;
