/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-facets",
  what: "four facets of assets that checked in lately",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "one GROUP BY over an index with all of it, summed up in JavaScript",
  prepare: (context) => contest("facets", context),
};

export default entry;
