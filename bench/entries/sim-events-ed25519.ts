/** How fast the simulator plays, with Ed25519. */
import type { Entry } from "../Entry.ts";
import { contest } from "../sim/Playing.ts";

const entry: Entry = {
  id: "sim.events-ed25519",
  what: "events of a simulated fleet of 20 machines over three days, with Ed25519",
  unit: "events/s",
  better: "higher",
  goal: 1,
  peerName: "5,000 a second",
  prepare: () => contest("ed25519", 5_000),
};

export default entry;
