/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-contains-rare",
  what: "names with a rare text in them, counted and paged by name",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "trigrams",
  prepare: (context) => contest("contains-rare", context),
};

export default entry;
