/** Queries evaluated over objects in memory against sift, which reads MongoDB's. */
import type { Entry } from "../Entry.ts";
import { against } from "../qql/Evaluation.ts";
import { siftTest } from "../qql/Peers.ts";

const entry: Entry = {
  id: "qql.evaluate-sift",
  what: "an asset asked a compiled query (geometric mean of 8 over 100,000 assets)",
  unit: "assets/s",
  better: "higher",
  goal: 5,
  peerName: "sift, the same queries",
  prepare: ({ isFull }) => against(siftTest, isFull),
};

export default entry;
