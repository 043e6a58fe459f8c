/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-contains",
  what: "names with a text in them, counted and paged by name",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "the names' index read from end to end, and up to a full page",
  prepare: (context) => contest("contains", context),
};

export default entry;
