/** A search of the SQLite storage, from its text to its rows, against the best SQL known. */
import type { Entry } from "../Entry.ts";
import { contest } from "../storage/Searching.ts";

const entry: Entry = {
  id: "storage.search-nested",
  what: "assets that lack a critical patch of the last days, counted and paged by name, with how many each lacks",
  unit: "ms",
  better: "lower",
  goal: 1.25,
  peerName: "counted over the links of these patches, paged along the names with a probe of the links",
  prepare: (context) => contest("nested", context),
};

export default entry;
