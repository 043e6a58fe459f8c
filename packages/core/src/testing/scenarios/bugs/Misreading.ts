/** An agent whose next life reads its journal otherwise than it was written: what it had in mind is another thing now. */
import type { JournalRecord } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import type * as Seams from "../Seams.ts";

/** Of facts only those change that the platform has: what is still to be told is told as it was. */
export const misreads = (change: (record: JournalRecord) => JournalRecord): Seams.Seams => ({
  journal: (journal) => ({
    ...journal,
    read: () =>
      Effect.map(journal.read(), (records) => {
        const through = Math.max(0, ...records.map((r) => (r._tag === "FactsAcknowledged" ? r.through : 0)));
        return records.map((r) => (r._tag === "FactRecorded" && r.fact.sequence > through ? r : change(r)));
      }),
    compact: () => Effect.void,
  }),
});
