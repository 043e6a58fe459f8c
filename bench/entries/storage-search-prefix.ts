/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-prefix",
  what: "names that begin with a text, counted and paged by name",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "a range of an index",
  prepare: (context) => contest("prefix", context),
};

export default entry;
