/** Entities that nothing is searched by, which is what the storage itself costs. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Ingest.ts";

const entry: Entry = {
  id: "storage.ingest-plain",
  what: "asset runs ingested in batches of 1,000 with index entries and events, durable (FULL)",
  unit: "entities/s",
  better: "higher",
  goal: 0.85,
  peerName: "raw better-sqlite3 writing the same rows",
  prepare: (context) => contest("assetRun", context),
};

export default entry;
