/** Who has a seat (LIC-05), against a sort of the same assets. */
import type { Entry } from "../Entry.ts";
import { contest } from "../plan/Seating.ts";

const entry: Entry = {
  id: "plan.seats",
  what: "60,000 seats among 100,000 assets, by licence tags and activation",
  unit: "ms",
  better: "lower",
  goal: 3,
  peerName: "a sort of the same array by activation and id",
  prepare: contest,
};

export default entry;
