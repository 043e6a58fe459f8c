/** One entity by its id, which every request reads at least once. */
import type { Entry } from "../Entry.ts";
import { point } from "../storage/Reading.ts";

const entry: Entry = {
  id: "storage.point",
  what: "an asset read by its id, of 100,000, a second of one core",
  unit: "reads/s",
  better: "higher",
  goal: 0.93,
  peerName: "a raw prepared statement and JSON.parse",
  prepare: point,
};

export default entry;
