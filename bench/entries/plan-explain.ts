/** Why one asset does or doesn't get a patch, against planning the job for the whole fleet. */
import type { Entry } from "../Entry.ts";
import { contest } from "../plan/Explaining.ts";

const entry: Entry = {
  id: "plan.explain",
  what: "one asset and patch explained, of a job by query for 100,000 assets and 200 patches",
  unit: "ms",
  better: "lower",
  goal: 1 / 500,
  peerName: "the plan of all",
  prepare: contest,
};

export default entry;
