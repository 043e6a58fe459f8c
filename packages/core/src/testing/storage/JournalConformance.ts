/** Every promise of the agent's journal port as a case that any adapter can run. Each case needs a journal of its own. */
import { AgentState, type JournalError, type JournalRecord, type JournalShape } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import { type ConformanceCase, same } from "./Conformance.ts";

export interface JournalSubject {
  /** Opens the case's journal: empty at first, later as it was left. It is closed before it is opened again. */
  readonly open: () => Effect.Effect<JournalShape & { readonly close: () => Effect.Effect<void> }, JournalError>;
}

const journalCase = (
  name: string,
  run: (subject: JournalSubject) => Generator<Effect.Effect<unknown, unknown>, void, never>,
): ConformanceCase<JournalSubject> => ({ name, run: (subject) => Effect.gen(() => run(subject)) });

const reserved = (through: number): JournalRecord => ({ _tag: "SequenceReserved", through });
const identity: JournalRecord = { _tag: "Identity", agentId: "agent", attemptId: "attempt" };

const strange: JournalRecord = {
  _tag: "InstallReported",
  runId: "run",
  patchId: "patch",
  attempt: 1,
  report: JSON.parse('{"outputTail": "Größe 尺寸 😀 a\\u0000b \\ud800 it\'s \\"q\\"", "__proto__": 1}'),
};

export const cases: readonly ConformanceCase<JournalSubject>[] = [
  journalCase("a new journal has no records", function* ({ open }) {
    const journal = yield* open();
    same(yield* journal.read(), [], "records");
    yield* journal.close();
  }),
  journalCase("records come back in the order written, over many appends and after reopening", function* ({ open }) {
    const first = yield* open();
    yield* first.append([identity]);
    yield* first.append([reserved(1), reserved(2), reserved(3)]);
    yield* first.append([]);
    yield* first.append([reserved(4)]);
    const expected = [identity, reserved(1), reserved(2), reserved(3), reserved(4)];
    same(yield* first.read(), expected, "records");
    yield* first.close();
    const second = yield* open();
    same(yield* second.read(), expected, "records after reopening");
    yield* second.append([reserved(5)]);
    same(yield* second.read(), [...expected, reserved(5)], "records after one more");
    yield* second.close();
  }),
  journalCase("appends at once are each kept whole, none between the records of another", function* ({ open }) {
    const journal = yield* open();
    const triples = Array.from({ length: 30 }, (_, i) => [reserved(3 * i), reserved(3 * i + 1), reserved(3 * i + 2)]);
    yield* Effect.all(triples.map(journal.append), { concurrency: "unbounded" });
    const numbers = (yield* journal.read()).map((r) => (r._tag === "SequenceReserved" ? r.through : -1));
    same(
      [...numbers].sort((a, b) => a - b),
      Array.from({ length: 90 }, (_, i) => i),
      "numbers",
    );
    const whole = numbers.filter((n, i) => n % 3 === 0 && numbers[i + 1] === n + 1 && numbers[i + 2] === n + 2);
    same(whole.length, 30, "appends that stand together");
    yield* journal.close();
  }),
  journalCase(
    "compacting replaces all records by one checkpoint, and appending goes on after it",
    function* ({ open }) {
      const journal = yield* open();
      yield* journal.append([identity, reserved(1), reserved(2)]);
      const state = AgentState.fold(yield* journal.read());
      yield* journal.compact(state);
      const checkpoint: JournalRecord = { _tag: "Checkpoint", state };
      same(yield* journal.read(), [checkpoint], "records");
      yield* journal.append([reserved(3)]);
      yield* journal.close();
      const again = yield* open();
      same(yield* again.read(), [checkpoint, reserved(3)], "records after reopening");
      yield* again.compact(AgentState.fold(yield* again.read()));
      const folded = AgentState.fold(yield* again.read());
      same(folded.sequenceReserved, 3, "the state after compacting again");
      same(folded.identity, { agentId: "agent", attemptId: "attempt" }, "the identity");
      yield* again.close();
    },
  ),
  journalCase("an empty journal can be compacted", function* ({ open }) {
    const journal = yield* open();
    yield* journal.compact(AgentState.empty);
    same(AgentState.fold(yield* journal.read()), AgentState.empty, "the state");
    yield* journal.close();
  }),
  journalCase("records of any text and size come back as they were", function* ({ open }) {
    const journal = yield* open();
    const large: JournalRecord = { _tag: "Identity", agentId: "尺寸 😀 ".repeat(100_000), attemptId: "" };
    yield* journal.append([strange, large]);
    same(JSON.stringify(yield* journal.read()), JSON.stringify([strange, large]), "records");
    yield* journal.close();
  }),
];
