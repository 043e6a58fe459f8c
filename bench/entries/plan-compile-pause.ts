/** How long planning for a large fleet holds the event loop, against how long it may. */
import type { Entry } from "../Entry.ts";
import { pausing } from "../plan/Planning.ts";

const entry: Entry = {
  id: "plan.compile-pause",
  what: "longest wait of a timer while 100,000 assets are planned in chunks",
  unit: "ms",
  better: "lower",
  goal: 1,
  peerName: "what it may be",
  prepare: () => pausing("query"),
};

export default entry;
