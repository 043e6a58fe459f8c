/** How fast the simulator plays, with a keyed digest for signatures. */
import type { Entry } from "../Entry.ts";
import { contest } from "../sim/Playing.ts";

const entry: Entry = {
  id: "sim.events",
  what: "events of a simulated fleet of 20 machines over three days, with a keyed digest for signatures",
  unit: "events/s",
  better: "higher",
  goal: 1,
  peerName: "20,000 a second",
  prepare: () => contest("keyed", 20_000),
};

export default entry;
