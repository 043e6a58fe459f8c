/** All kinds of searches of the SQLite storage together: the geometric mean. */
import type { Entry } from "../Entry.ts";
import { mean } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-mean",
  what: "all kinds of searches, from text to rows, geometric mean",
  unit: "ms",
  better: "lower",
  goal: 1.05,
  peerName: "the best SQL known for each",
  prepare: mean,
};

export default entry;
