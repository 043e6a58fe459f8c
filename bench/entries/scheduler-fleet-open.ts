/** Whether a million assets may start now, against luxon asking each. */
import type { Entry } from "../Entry.ts";
import { open } from "../scheduler/Fleet.ts";

const entry: Entry = {
  id: "scheduler.fleet-open",
  what: "is the window open now, for a million assets in 50 zones",
  unit: "assets/s",
  better: "higher",
  goal: 1_000,
  peerName: "luxon, each asset (of a sample)",
  prepare: open,
};

export default entry;
