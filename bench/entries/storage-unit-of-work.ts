/** Single changes that come together share one wait for the disk. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Units.ts";

const entry: Entry = {
  id: "storage.unit-of-work",
  what: "an entity changed as it was read, with its event, 256 at once, durable (FULL)",
  unit: "commits/s",
  better: "higher",
  goal: 0.6,
  peerName: "raw better-sqlite3, the same statements, as many to a transaction",
  prepare: contest,
};

export default entry;
