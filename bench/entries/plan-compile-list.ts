/** A job by list planned for a large fleet, against grouping the same arrays by hand. */
import type { Entry } from "../Entry.ts";
import { compiling } from "../plan/Planning.ts";

const entry: Entry = {
  id: "plan.compile-list",
  what: "a job of 200 listed patches planned for 100,000 assets",
  unit: "ms",
  better: "lower",
  goal: 4,
  peerName: "a loop that only groups the same arrays",
  prepare: () => compiling("list"),
};

export default entry;
