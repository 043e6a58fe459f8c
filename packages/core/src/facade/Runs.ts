/** Runs: how far they came, what became of each asset and patch, and why. */
import type { Actor } from "../domain/shared/Actor.ts";
import * as JobProgresses from "../engine/runs/JobProgresses.ts";
import * as Reruns from "../engine/runs/Reruns.ts";
import * as RunExplanations from "../engine/runs/RunExplanations.ts";
import * as Runs from "../engine/runs/Runs.ts";
import * as Timelines from "../engine/runs/Timelines.ts";
import type { On } from "./On.ts";

export const runsOf = (on: On) => ({
  ofJob: (actor: Actor, jobId: string) => on(Runs.ofJob(actor, jobId)),
  /** How far a run has come. */
  progress: (actor: Actor, runId: string) => on(Runs.progress(actor, runId)),
  /** Before, after, outcome and reason of every asset and patch. */
  results: (actor: Actor, runId: string) => on(Runs.results(actor, runId)),
  /** Progress over several jobs, of each its latest run, or over runs: per asset, in pages (RUN-05). */
  progressOf: (actor: Actor, input: JobProgresses.ProgressInput) => on(JobProgresses.of(actor, input)),
  /** One asset's story in a run, in order, each entry with whose word it is and by which clock. */
  timeline: (actor: Actor, runId: string, assetId: string) => on(Timelines.of(actor, runId, assetId)),
  /** How often a run was run again, what of it fails yet, and what to gather when that doesn't get less (JOB-19). */
  reruns: (actor: Actor, runId: string) => on(Reruns.standing(actor, runId)),
  /** Why an asset, or one patch on it, was or wasn't patched in a run: a chain of facts, each with its rule (RUN-07). */
  explain: (actor: Actor, runId: string, assetId: string, patchId?: string) =>
    on(RunExplanations.explain(actor, runId, assetId, patchId)),
});
