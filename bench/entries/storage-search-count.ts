/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-count",
  what: "assets of some systems, counted",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "a count over an index",
  prepare: (context) => contest("count", context),
};

export default entry;
