/** What the scheduler's lint finds of a job, place by place, told once for places of which the same is true. Pure. */
import { Duration, Instant } from "@fettle/scheduler";
import { ScheduleLint } from "@fettle/scheduler/preview";
import * as Job from "../job/Job.ts";
import * as Schedule from "../job/Schedule.ts";
import * as LintFinding from "./LintFinding.ts";
import type { PlanInputs } from "./PlanInputs.ts";
import * as PlanTiming from "./PlanTiming.ts";
import type * as PreviewPlaces from "./PreviewPlaces.ts";

/** What is found about when the job runs: of an enabled one about its runs to come, of any other as if it were enabled now. */
export const of = (
  inputs: PlanInputs,
  { scheduled, assets }: PreviewPlaces.Places,
): readonly LintFinding.LintFinding[] => {
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
  const found = new Map<string, Found>();
  for (const [i, place] of scheduled.entries()) {
    for (const finding of ScheduleLint.lint(compiled.value, { ...context, places: [place] })) {
      if (isEnabled && schedule._tag === "Once" && finding.code === "no-run-in-time") continue;
      // What is said in words is said of the first of the places.
      const key = JSON.stringify([finding.code, finding.rule, finding.remedy]);
      const known = found.get(key) ?? { finding, places: new Set(), zones: new Set() };
      found.set(key, known);
      // What is true of the pattern alone is about no place in particular.
      if (finding.zone === null) continue;
      known.places.add(i);
      known.zones.add(finding.zone);
    }
  }
  return [...found.values()].map(({ finding: said, places, zones }) =>
    LintFinding.make(said, {
      zones: [...zones].sort(),
      assets: LintFinding.together([...places].map((at) => LintFinding.some(assets[at] ?? []))),
    }),
  );
};

interface Found {
  readonly finding: ScheduleLint.Finding;
  readonly places: Set<number>;
  readonly zones: Set<string>;
}
