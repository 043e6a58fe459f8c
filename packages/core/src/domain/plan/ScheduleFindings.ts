/** What the scheduler's lint finds of a job, place by place, told once for places of which the same is true. Pure. */
import { Duration, Instant } from "@fettle/scheduler";
import { ScheduleLint } from "@fettle/scheduler/preview";
import * as Job from "../job/Job.ts";
import * as Schedule from "../job/Schedule.ts";
import * as LintFinding from "./LintFinding.ts";
import type { PlanInputs } from "./PlanInputs.ts";
import * as PlanTiming from "./PlanTiming.ts";
import * as PreviewPlaces from "./PreviewPlaces.ts";

/** What is found about when the job runs: of an enabled one about its runs to come, of any other as if it were enabled now. */
export const of = (inputs: PlanInputs): readonly LintFinding.RawFinding[] => {
  const { job, now } = inputs;
  const { schedule } = job;
  if (schedule === null || Schedule.isTrigger(schedule)) return [];
  const compiled = Schedule.compile(schedule);
  if (!compiled.ok) return [];
  const { leadMilliseconds } = inputs.occasion ?? PlanTiming.noOccasion(now);
  // One that was enabled waits for its runs; that the next one is near is no news then.
  const isEnabled = job.status === "Enabled";
  const context = {
    enabledAt: Instant.held(now),
    window: Job.windowOf(job),
    lead: Duration.milliseconds(isEnabled ? 0 : leadMilliseconds),
    opportunisticDownload: job.opportunisticDownload === true,
  };
  const { scheduled, samples, indexOf } = PreviewPlaces.of(inputs);
  const assetsAt = samples.map((): string[] => []);
  for (const [id, index] of indexOf) assetsAt[index]?.push(id);
  const found = new Map<string, LintFinding.RawFinding>();
  for (const [i, place] of scheduled.entries()) {
    for (const finding of ScheduleLint.lint(compiled.value, { ...context, places: [place] })) {
      if (isEnabled && schedule._tag === "Once" && finding.code === "no-run-in-time") continue;
      add(found, finding, assetsAt[i] ?? []);
    }
  }
  return [...found.values()];
};

const add = (
  found: Map<string, LintFinding.RawFinding>,
  { zone, ...finding }: ScheduleLint.Finding,
  assets: readonly string[],
): void => {
  const key = JSON.stringify([finding.code, finding.rule, finding.remedy]);
  const known = found.get(key);
  const zones = [...new Set([...(known?.zones ?? []), ...(zone === null ? [] : [zone])])].sort();
  // What is true of the pattern alone is about no asset in particular.
  const about = zone === null ? [] : [...(known?.assets ?? []), ...assets].sort();
  // What is said in words is said of the first of the zones.
  const message = known?.message ?? finding.message;
  found.set(key, LintFinding.make({ ...finding, message }, { zones, assets: about }));
};
