/**
 * What a job may say and nobody carries out yet: it can be saved, planned and previewed, and can't be enabled. A line goes as
 * its machinery comes; none is carried out in part.
 */
import type { RebootPolicy } from "@fettle/agent-protocol/vocabulary";
import * as Rejection from "../shared/Rejection.ts";
import type { Job } from "./Job.ts";
import * as JobActions from "./JobActions.ts";
import * as JobLinks from "./JobLinks.ts";

/** Why it can't be enabled for what nobody carries out yet, all at once; none when it can. */
export const faults = (job: Job): readonly Rejection.Rejection[] => [
  ...(job.deferral === undefined ? [] : [fault("JOB-29", "agents don't let users put off a start yet", "deferral")]),
  ...(JobActions.areSome(job.actions) ? [fault("JOB-20", "agents don't carry out actions yet", "actions")] : []),
  ...(job.rollout === undefined ? [] : [fault("RNG-05", "rings aren't carried out yet", "rollout")]),
  ...(JobLinks.linkOf(job)?.of === "post-actions"
    ? [
        fault(
          "JOB-21",
          "agents don't carry out actions yet, so none succeed; link to the patches' success",
          "patches.of",
        ),
      ]
    : []),
];

/** The reboot as agents are told of it: every mode is carried out. */
export const rebootOf = ({ reboot }: Pick<Job, "reboot">): RebootPolicy => reboot;

const fault = (rule: string, message: string, path: string): Rejection.Rejection =>
  Rejection.make(rule, "conflict", message, path);
