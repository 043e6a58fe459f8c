/** A job planned for a large fleet, against half of it. */
import type { Entry } from "../Entry.ts";
import { doubling } from "../plan/Planning.ts";

const entry: Entry = {
  id: "plan.compile-doubled",
  what: "a job by query planned for 100,000 assets",
  unit: "ms",
  better: "lower",
  goal: 2.3,
  peerName: "planned for 50,000",
  prepare: () => doubling("query"),
};

export default entry;
