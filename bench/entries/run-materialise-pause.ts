/** How long making a large run holds the event loop, against how long it may. */
import type { Entry } from "../Entry.ts";
import { pausing } from "../run/Materialising.ts";

const entry: Entry = {
  id: "run.materialise-pause",
  what: "longest wait of a timer while a run of 100,000 assets is made",
  unit: "ms",
  better: "lower",
  goal: 1,
  peerName: "what it may be",
  prepare: pausing,
};

export default entry;
