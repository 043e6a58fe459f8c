/** A job by query planned for a large fleet, against grouping the same arrays by hand. */
import type { Entry } from "../Entry.ts";
import { compiling } from "../plan/Planning.ts";

const entry: Entry = {
  id: "plan.compile-query",
  what: "a job by query planned for 100,000 assets and 200 patches",
  unit: "ms",
  better: "lower",
  goal: 4,
  peerName: "a loop that only groups the same arrays",
  prepare: () => compiling("query"),
};

export default entry;
