/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-date",
  what: "assets that checked in lately, counted and paged by when",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "a range of an index",
  prepare: (context) => contest("date", context),
};

export default entry;
