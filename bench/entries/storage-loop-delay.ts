/** The event loop stays free while searches look at every asset. */
import type { Entry } from "../Entry.ts";
import { DELAY_MS_MAX, loopDelay } from "../storage/Threads.ts";

const entry: Entry = {
  id: "storage.loop-delay",
  what: "delay of the event loop (p99) while heavy searches of 100,000 assets run",
  unit: "ms",
  better: "lower",
  goal: 1,
  peerName: `${DELAY_MS_MAX} ms`,
  prepare: loopDelay,
};

export default entry;
