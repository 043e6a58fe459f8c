/** Saved queries that a changed asset enters and leaves, against asking each of them twice. */
import type { Entry } from "../Entry.ts";
import { contest } from "../qql/Changes.ts";

const entry: Entry = {
  id: "qql.index",
  what: "which of 1,000 saved queries a changed asset enters and leaves",
  unit: "changes/s",
  better: "higher",
  goal: 15,
  peerName: "sift asking each, before and after",
  prepare: contest,
};

export default entry;
