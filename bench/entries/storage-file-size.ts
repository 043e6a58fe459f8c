/** What search adds to the file for each asset, links to patches left out. */
import type { Entry } from "../Entry.ts";
import { fileSize } from "../storage/FileSize.ts";

const entry: Entry = {
  id: "storage.file-size",
  what: "tables and indexes of search, for each asset, without the rows of patches",
  unit: "bytes",
  better: "lower",
  goal: 1,
  peerName: "1.3 KB",
  prepare: fileSize,
};

export default entry;
