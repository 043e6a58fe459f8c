/** Entities in the order of their ids, the largest page. */
import type { Entry } from "../Entry.ts";
import { pages } from "../storage/Reading.ts";

const entry: Entry = {
  id: "storage.page-1000",
  what: "a page of 1,000 assets listed, of 100,000, a second of one core",
  unit: "pages/s",
  better: "higher",
  goal: 0.97,
  peerName: "raw .all() and JSON.parse",
  prepare: (context) => pages(1_000, context),
};

export default entry;
