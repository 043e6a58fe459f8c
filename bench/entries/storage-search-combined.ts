/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-combined",
  what: "systems by their beginning, a machine's maker or many patches lacking, checked in lately, and not a tag",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "counted over an index with all of it, paged along the names",
  prepare: (context) => contest("combined", context),
};

export default entry;
