/** What planning for a large fleet holds in memory, against what it may. */
import type { Entry } from "../Entry.ts";
import { holding } from "../plan/Planning.ts";

const entry: Entry = {
  id: "plan.compile-memory",
  what: "most memory that planning for 100,000 assets holds beside its inputs",
  unit: "MB",
  better: "lower",
  goal: 1,
  peerName: "what it may hold",
  prepare: () => holding("query"),
};

export default entry;
