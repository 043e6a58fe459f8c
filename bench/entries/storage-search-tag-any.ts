/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-tag-any",
  what: "assets that bear one of two tags, counted and paged by name",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "the links of both counted, and probed along the names",
  prepare: (context) => contest("tag-any", context),
};

export default entry;
