/** What it costs that reports of agents become durable, against writing their rows. */
import type { Entry } from "../Entry.ts";
import { timing } from "../run/Persisting.ts";

const entry: Entry = {
  id: "run.persist",
  what: "facts of asset runs taken down, 23 a report, 64 reports at once, durable (FULL)",
  unit: "facts/s",
  better: "higher",
  goal: 0.7,
  peerName: "raw better-sqlite3 writing the same rows, a transaction for those that came at once",
  prepare: timing,
};

export default entry;
