/** Short queries parsed a second against the npm package `lucene`, a PEG parser. */
import lucene from "lucene";
import type { Entry } from "../Entry.ts";
import { againstParser } from "../qql/ParseContests.ts";
import { QUERIES } from "../qql/Queries.ts";

const entry: Entry = {
  id: "qql.parse-lucene",
  what: "a query parsed, with spans and diagnostics (geometric mean of 30)",
  unit: "queries/s",
  better: "higher",
  goal: 60,
  peerName: "lucene, the same conditions",
  prepare: () =>
    againstParser(
      QUERIES.map(({ common }) => common),
      lucene.parse,
      QUERIES.map((query) => query.lucene),
    ),
};

export default entry;
