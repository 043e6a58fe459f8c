/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-deep-page",
  what: "a page in the middle of these, by name",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "along the names, from where the page before ended",
  prepare: (context) => contest("deep-page", context),
};

export default entry;
