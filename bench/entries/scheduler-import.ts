/** What importing the package costs, against zod. */
import type { Entry } from "../Entry.ts";
import { contest } from "../scheduler/Import.ts";

const entry: Entry = {
  id: "scheduler.import",
  what: "importing the built package, in a new process",
  unit: "ms",
  better: "lower",
  goal: 0.5,
  peerName: "zod",
  prepare: contest,
};

export default entry;
