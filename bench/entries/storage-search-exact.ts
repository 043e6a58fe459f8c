/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-exact",
  what: "assets of one name, counted and paged by name",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "one look-up in an index",
  prepare: (context) => contest("exact", context),
};

export default entry;
