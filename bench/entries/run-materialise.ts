/** How long it takes to make a large run, against writing its rows. */
import type { Entry } from "../Entry.ts";
import { timing } from "../run/Materialising.ts";

const entry: Entry = {
  id: "run.materialise",
  what: "a due run of 100,000 assets made from its plan in hand, durable (FULL)",
  unit: "ms",
  better: "lower",
  goal: 4,
  peerName: "raw better-sqlite3 writing the same rows",
  prepare: timing,
};

export default entry;
