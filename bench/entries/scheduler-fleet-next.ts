/** When a million assets start next, against luxon asking each. */
import type { Entry } from "../Entry.ts";
import { nextStart } from "../scheduler/Fleet.ts";

const entry: Entry = {
  id: "scheduler.fleet-next",
  what: "the next daily start, for a million assets in 50 zones",
  unit: "assets/s",
  better: "higher",
  goal: 1_000,
  peerName: "luxon, each asset (of a sample)",
  prepare: nextStart,
};

export default entry;
