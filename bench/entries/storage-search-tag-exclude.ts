/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-tag-exclude",
  what: "assets that bear both of two tags and not a third, counted and paged by name",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "the links of both intersected, those of the third taken away",
  prepare: (context) => contest("tag-exclude", context),
};

export default entry;
