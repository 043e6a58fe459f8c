/** What making a large run holds in memory, against what it may. */
import type { Entry } from "../Entry.ts";
import { holding } from "../run/Materialising.ts";

const entry: Entry = {
  id: "run.materialise-memory",
  what: "most memory that making a run of 100,000 assets takes, its plan included",
  unit: "MB",
  better: "lower",
  goal: 1,
  peerName: "what it may hold",
  prepare: holding,
};

export default entry;
