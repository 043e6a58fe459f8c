/** Entities in the order of their ids, a page as people see it. */
import type { Entry } from "../Entry.ts";
import { pages } from "../storage/Reading.ts";

const entry: Entry = {
  id: "storage.page-50",
  what: "a page of 50 assets listed, of 100,000, a second of one core",
  unit: "pages/s",
  better: "higher",
  goal: 0.97,
  peerName: "raw .all() and JSON.parse",
  prepare: (context) => pages(50, context),
};

export default entry;
