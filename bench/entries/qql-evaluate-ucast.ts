/** Queries evaluated over objects in memory against ucast, which reads MongoDB's. */
import type { Entry } from "../Entry.ts";
import { against } from "../qql/Evaluation.ts";
import { ucastTest } from "../qql/Peers.ts";

const entry: Entry = {
  id: "qql.evaluate-ucast",
  what: "an asset asked a compiled query (geometric mean of 8 over 100,000 assets)",
  unit: "assets/s",
  better: "higher",
  goal: 4,
  peerName: "ucast, the same queries",
  prepare: ({ isFull }) => against(ucastTest, isFull),
};

export default entry;
