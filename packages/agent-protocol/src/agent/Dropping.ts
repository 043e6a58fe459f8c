/**
 * Drops runs that were revoked before they began (JOB-28), in the journal's order: that a run never begins is on record before
 * anything of it goes, and it is told only when all of it has gone. One that has begun is finished.
 */
import * as Effect from "effect/Effect";
import * as AgentState from "./AgentState.ts";
import type { Session } from "./CheckIn.ts";
import * as Execution from "./Execution.ts";
import type { Memory } from "./Memory.ts";

/** Takes down which runs a verified reply revoked; from here on none of them begins. What isn't held, or has begun, is not meant. */
export const hear = Effect.fnUntraced(function* (memory: Memory, revoked: readonly string[]) {
  const named = new Set(revoked);
  // The time plays no part: whatever waits may be dropped.
  const runs = AgentState.waiting(memory.state(), 0).filter((run) => named.has(run.manifest.runId));
  if (runs.length === 0) return;
  yield* memory.record(runs.map((run) => ({ _tag: "ManifestDropped", runId: run.manifest.runId }) as const));
});

/** Has what was fetched for dropped runs removed, and tells that they are gone; a life that ends in between does it again. */
export const complete = Effect.fnUntraced(function* (session: Session) {
  for (const run of AgentState.dropped(session.memory.state())) {
    yield* Execution.releaseFiles(session, run);
    yield* session.memory.record([yield* session.fact({ _tag: "Dropped", runId: run.manifest.runId })]);
  }
});
