/** The agent's state in memory, always behind its journal: a record is applied only once it is durable. */
import * as Effect from "effect/Effect";
import * as AgentState from "./AgentState.ts";
import { Journal, type JournalError, type JournalRecord, type JournalShape } from "./Journal.ts";

export interface Memory {
  readonly state: () => AgentState.AgentState;
  /** Appends records and, once they are durable, applies them. */
  readonly record: (records: readonly JournalRecord[]) => Effect.Effect<void, JournalError>;
  /** Replaces the journal by a checkpoint when it has grown past `after` records. */
  readonly compact: (after: number) => Effect.Effect<void, JournalError>;
}

/** Reads the journal and folds it. */
export const load: Effect.Effect<Memory, JournalError, Journal> = Effect.gen(function* () {
  const journal = yield* Journal;
  const records = yield* journal.read();
  return make(journal, records);
});

const make = (journal: JournalShape, records: readonly JournalRecord[]): Memory => {
  let state = AgentState.fold(records);
  let length = records.length;
  return {
    state: () => state,
    record: (added) =>
      Effect.map(journal.append(added), () => {
        state = AgentState.fold(added, state);
        length += added.length;
      }),
    compact: (after) =>
      Effect.gen(function* () {
        if (length <= after) return;
        const kept = AgentState.forgetFinished(state);
        yield* journal.compact(kept);
        state = kept;
        length = 1;
      }),
  };
};
