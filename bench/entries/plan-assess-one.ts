/** What one asset misses, against an index join by hand. */
import type { Entry } from "../Entry.ts";
import { one } from "../plan/Assessing.ts";

const entry: Entry = {
  id: "plan.assess-one",
  what: "full assessment of one asset, 5,000 packages against 20,000 advisories",
  unit: "ms",
  better: "lower",
  goal: 3,
  peerName: "an index join by hand",
  prepare: one,
};

export default entry;
