/** What it costs to read and check a query and make its SQL, against what SQLite takes to prepare that SQL. */
import type { Entry } from "../Entry.ts";
import { toSql } from "../storage/ToSql.ts";

const entry: Entry = {
  id: "storage.to-sql",
  what: "a query read, checked and made into SQL, the searches in turn",
  unit: "µs",
  better: "lower",
  goal: 0.25,
  peerName: "SQLite's own prepare of the same SQL",
  prepare: toSql,
};

export default entry;
