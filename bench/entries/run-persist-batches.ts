/** What it costs that the batches of reports become durable, against writing their rows. */
import type { Entry } from "../Entry.ts";
import { committing } from "../run/Persisting.ts";

const entry: Entry = {
  id: "run.persist-batches",
  what: "facts of asset runs in batches that were worked out, 23 a report, 64 reports at once, durable (FULL)",
  unit: "facts/s",
  better: "higher",
  goal: 0.7,
  peerName: "raw better-sqlite3 writing the same rows, a transaction for those that came at once",
  prepare: committing,
};

export default entry;
