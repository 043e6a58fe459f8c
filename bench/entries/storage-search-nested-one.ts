/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-nested-one",
  what: "assets that lack one bulletin, counted and paged by name",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "the links of the patch, sorted",
  prepare: (context) => contest("nested-one", context),
};

export default entry;
