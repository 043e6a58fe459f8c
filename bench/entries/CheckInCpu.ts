/** The same as CheckIns.ts by CPU time, which a shared machine disturbs less than the rate. */
import * as Volleys from "../check-ins/Volleys.ts";
import type { Entry } from "../Entry.ts";

const entry: Entry = {
  id: "protocol.check-in-cpu",
  what: "CPU of the server's process for one such check-in",
  unit: "µs",
  better: "lower",
  // The other way round of check-ins' 0.6.
  goal: 1.67,
  peerName: "bare node:http that verifies the same signature",
  prepare: (context) => Volleys.contest(context, ({ checkIns, cpuSeconds }) => (cpuSeconds * 1e6) / checkIns),
};

export default entry;
