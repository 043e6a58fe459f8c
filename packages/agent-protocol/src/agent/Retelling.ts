/**
 * What a platform acknowledged, an agent has no more; one that was restored from a backup has it no more either. So an agent that is
 * told that the platform knows less tells again what it still knows of the runs that this was about (RUN-11): how their patches
 * ended, and how they stand.
 */
import * as Effect from "effect/Effect";
import type { FactBody } from "../wire/Facts.ts";
import * as AgentState from "./AgentState.ts";
import type { Session } from "./CheckIn.ts";

/** Hears up to which fact the platform knows all; what is told again goes into the journal with the word of it, so that it is once. */
export const hear = Effect.fnUntraced(function* ({ memory, fact }: Session, acknowledgedThrough: number) {
  const { factsAcknowledged, retoldThrough } = memory.state();
  if (acknowledgedThrough >= factsAcknowledged || retoldThrough >= factsAcknowledged) return;
  const told = AgentState.toldSince(memory.state(), acknowledgedThrough).flatMap(again);
  const facts = yield* Effect.forEach(told, (body, i) => fact(body, i));
  yield* memory.record([{ _tag: "FactsLost", through: factsAcknowledged }, ...facts]);
});

const again = (run: AgentState.HeldRun): readonly FactBody[] => {
  const { runId } = run.manifest;
  const patches = run.list.patches.flatMap((p) => AgentState.progressOf(run, p.patchId).settled ?? []);
  return [...patches, { _tag: "Status", runId, status: run.status, reason: "RUN-11: told again" }];
};
