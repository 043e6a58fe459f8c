/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-tag-all",
  what: "assets that bear both of two tags, counted and paged by name",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "the links of both intersected",
  prepare: (context) => contest("tag-all", context),
};

export default entry;
