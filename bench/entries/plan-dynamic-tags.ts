/** Which of 1,000 dynamic tags a changed asset bears, against asking each rule. */
import type { Entry } from "../Entry.ts";
import { contest } from "../plan/Tagging.ts";

const entry: Entry = {
  id: "plan.dynamic-tags",
  what: "the tags of a changed asset by 1,000 rules",
  unit: "assets/s",
  better: "higher",
  goal: 15,
  peerName: "sift asking each",
  prepare: contest,
};

export default entry;
