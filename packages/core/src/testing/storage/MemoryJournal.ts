/** An agent's journal in memory: survives a simulated crash of the agent, as long as the journal itself is kept. */

import type { JournalRecord, JournalShape } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";

export interface MemoryJournal extends JournalShape {
  readonly dump: () => readonly JournalRecord[];
  readonly restore: (records: readonly JournalRecord[]) => void;
}

/** A journal with nothing in it, or with records of before. */
export const make = (from: readonly JournalRecord[] = []): MemoryJournal => {
  let kept = from;
  return {
    append: (records) =>
      Effect.sync(() => {
        kept = kept.concat(records.map(copy));
      }),
    read: () => Effect.sync(() => kept),
    compact: (state) =>
      Effect.sync(() => {
        kept = [copy({ _tag: "Checkpoint", state })];
      }),
    dump: () => kept,
    restore: (records) => {
      kept = records;
    },
  };
};

// Through JSON, as on disk: nothing that JSON can't say gets by unnoticed.
const copy = (record: JournalRecord): JournalRecord => JSON.parse(JSON.stringify(record)) as JournalRecord;
