/** What a byte costs in a query of 1 MB, with the limits lifted, against a byte of a short query. */
import { Limits } from "@fettle/qql";
import type { Entry } from "../Entry.ts";
import { againstShort } from "../qql/ParseContests.ts";

const entry: Entry = {
  id: "qql.parse-1mb",
  what: "a byte of a 1 MB query parsed, limits lifted",
  unit: "ns/byte",
  better: "lower",
  goal: 1.5,
  peerName: "a byte of the 30 short queries",
  // Runs of a second: at first the collector grows its young generation for trees of this size.
  prepare: () => againstShort(1_000_000, Limits.lifted, 1_000),
};

export default entry;
