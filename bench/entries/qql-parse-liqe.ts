/** Short queries parsed a second against liqe, which calls itself lightweight. */
import { parse } from "liqe";
import type { Entry } from "../Entry.ts";
import { againstParser } from "../qql/ParseContests.ts";
import { QUERIES } from "../qql/Queries.ts";

const entry: Entry = {
  id: "qql.parse-liqe",
  what: "a query parsed, with spans and diagnostics (geometric mean of 30)",
  unit: "queries/s",
  better: "higher",
  goal: 350,
  peerName: "liqe, the same conditions",
  prepare: () =>
    againstParser(
      QUERIES.map(({ common }) => common),
      parse,
      QUERIES.map(({ lucene }) => lucene),
    ),
};

export default entry;
