/** The way to a thread and back is to cost little beside the search. */
import type { Entry } from "../Entry.ts";
import { worker } from "../storage/Threads.ts";

const entry: Entry = {
  id: "storage.worker",
  what: "a search through a thread, of 100,000 assets, counted and paged by name",
  unit: "ms",
  better: "lower",
  goal: 1.2,
  peerName: "a bare message to a thread and back with the same answer, and the search",
  prepare: worker,
};

export default entry;
