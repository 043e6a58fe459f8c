/** What an asset takes in the file, all that is kept of it, but for patches. */
import type { Entry } from "../Entry.ts";
import { wholeFileSize } from "../storage/FileSize.ts";

const entry: Entry = {
  id: "storage.file-size-whole",
  what: "the whole file for each asset: what assets, agents and assessments say, keys and search, of a fleet without patches",
  unit: "bytes",
  better: "lower",
  goal: 1,
  peerName: "1.3 KB",
  prepare: wholeFileSize,
};

export default entry;
