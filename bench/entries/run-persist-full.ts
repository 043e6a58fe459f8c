/** What it costs that facts are on the disk when they are answered, for those that came at once share one wait for it. */
import type { Entry } from "../Entry.ts";
import { durability } from "../run/Persisting.ts";

const entry: Entry = {
  id: "run.persist-full",
  what: "facts of asset runs taken down, 23 a report, 64 reports at once, on the disk when they are answered (FULL)",
  unit: "facts/s",
  better: "higher",
  goal: 0.9,
  peerName: "the same with what may be lost with the machine (NORMAL)",
  prepare: durability,
};

export default entry;
