/** Assets that come in by the thousand, with all that the engine has written of each. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Ingest.ts";

const entry: Entry = {
  id: "storage.ingest",
  what: "assets ingested in batches of 1,000 with events and search rows, durable (FULL)",
  unit: "assets/s",
  better: "higher",
  goal: 0.85,
  peerName: "raw better-sqlite3 writing the same rows",
  prepare: (context) => contest("asset", context),
};

export default entry;
