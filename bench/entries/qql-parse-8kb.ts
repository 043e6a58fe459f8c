/** What a byte costs in the longest query that the default limits let through, against a byte of a short query. */
import { Limits } from "@fettle/qql";
import type { Entry } from "../Entry.ts";
import { againstShort } from "../qql/ParseContests.ts";

const entry: Entry = {
  id: "qql.parse-8kb",
  what: "a byte of an 8 KiB query parsed",
  unit: "ns/byte",
  better: "lower",
  goal: 1.5,
  peerName: "a byte of the 30 short queries",
  prepare: () => againstShort(Limits.defaults.length, Limits.defaults, 200),
};

export default entry;
