/**
 * Fetches what a run will need before it may start (SCH-10). Nothing is at stake yet: what can't be had now, or doesn't fit into
 * the cache, is tried again in a while, and at the start at the latest; only then is it a failure.
 */
import * as Effect from "effect/Effect";
import * as Detection from "../vocabulary/Detection.ts";
import type { PatchInstruction } from "../vocabulary/Package.ts";
import type { HeldRun } from "./AgentState.ts";
import type { Session } from "./CheckIn.ts";
import { type Effort, Installer } from "./Installer.ts";
import * as PatchFiles from "./PatchFiles.ts";
import { AgentEnvironment } from "./Ports.ts";

/** After how many milliseconds what could not be had ahead is tried again. */
export const FETCH_AGAIN_MS = 900_000;

/** Fetches a patch ahead of its run's start, or puts that off. */
export const fetch = Effect.fn("FetchAhead.fetch")(function* (
  session: Session,
  run: HeldRun,
  patch: PatchInstruction,
  effort: Effort,
) {
  const about = { runId: run.manifest.runId, patchId: patch.patchId };
  const tried = yield* Effect.result(attempt(session, run, patch, effort));
  if (tried._tag === "Failure" && tried.failure._tag !== "InstallerError") return yield* tried.failure;
  const report = tried._tag === "Success" ? tried.success : null;
  if (report !== null && report.reasonCode === null)
    return yield* session.memory.record([{ _tag: "Prefetched", ...about, report }]);
  const until = (yield* AgentEnvironment).now() + FETCH_AGAIN_MS;
  yield* session.memory.record([{ _tag: "FetchPutOff", ...about, until }]);
});

const attempt = Effect.fn("FetchAhead.attempt")(function* (
  session: Session,
  run: HeldRun,
  patch: PatchInstruction,
  effort: Effort,
) {
  const installer = yield* Installer;
  const found = yield* installer.detect(patch);
  const isNeeded = Detection.verdict(run.manifest.kind, patch, found) === "Unsatisfied";
  // What stands there may have gone by the start: that is seen then.
  if (!isNeeded) return null;
  return (yield* PatchFiles.obtain(session, patch)) ?? (yield* installer.prefetch(patch, effort));
});
