/** What one change of a feed means for a whole fleet, against assessing every asset. */
import type { Entry } from "../Entry.ts";
import { delta } from "../plan/Assessing.ts";

const entry: Entry = {
  id: "plan.assess-delta",
  what: "50 advisories of a feed changed, 100,000 assets brought up to it",
  unit: "ms",
  better: "lower",
  goal: 1 / 200,
  peerName: "assessing them all (by a sample)",
  prepare: delta,
};

export default entry;
