/** Which assets a selection by tags means, against a loop written for it. */
import type { Entry } from "../Entry.ts";
import { contest } from "../plan/Selecting.ts";

const entry: Entry = {
  id: "plan.selection",
  what: "selections by ANY and by ALL over 100,000 assets and 500 tags",
  unit: "ms",
  better: "lower",
  goal: 3,
  peerName: "a loop by hand over the same arrays",
  prepare: contest,
};

export default entry;
