/**
 * The status of one asset in one run (RUN-01), and the one table of who may move it where.
 *
 * Invariants: a final status (RUN-08) has no way out in the table; whatever moves a status asks {@link mayMove}.
 * A presumption of the watchdog is no move in the table: it stands only while no better fact is known (RUN-06), so
 * `TimedOut` set by the watchdog gives way to what the agent later tells.
 */

/** Machine names; {@link label} gives the field's words. */
export type RunStatus =
  | "Pending"
  | "Downloaded"
  | "DownloadingFailed"
  | "JobStarted"
  | "Patching"
  | "PendingReboot"
  | "Rebooted"
  | "JobResumed"
  | "Completed"
  | "CompletedWithFailure"
  | "JobFailed"
  | "TimedOut"
  | "NotLicensed"
  | "CanceledBlackout";

/** Who sets a status: the asset's agent by its report, or the control plane when it materialises the run. */
export type RunStatusSetter = "agent" | "platform";

type Moves = { readonly [To in RunStatus]?: readonly RunStatusSetter[] };

const agent: readonly RunStatusSetter[] = ["agent"];
const either: readonly RunStatusSetter[] = ["agent", "platform"];

/** From each status, where it may go and who may set that. The only place that says so. */
export const transitions: { readonly [From in RunStatus]: Moves } = {
  Pending: {
    Downloaded: agent,
    DownloadingFailed: agent,
    JobStarted: agent,
    TimedOut: either,
    NotLicensed: ["platform"],
    CanceledBlackout: agent,
    JobFailed: either,
  },
  Downloaded: { JobStarted: agent, TimedOut: agent, CanceledBlackout: agent, JobFailed: agent },
  DownloadingFailed: {},
  JobStarted: { Patching: agent, TimedOut: agent, JobFailed: agent },
  Patching: {
    PendingReboot: agent,
    Completed: agent,
    CompletedWithFailure: agent,
    TimedOut: agent,
    JobFailed: agent,
  },
  // Rebooted by whomever (RBT-05); or the need is gone, and what was pending is what it is now (RBT-06).
  PendingReboot: { Rebooted: agent, Completed: agent, CompletedWithFailure: agent, JobFailed: either },
  Rebooted: { JobResumed: agent, JobFailed: either },
  JobResumed: {
    Patching: agent,
    PendingReboot: agent,
    Completed: agent,
    CompletedWithFailure: agent,
    JobFailed: agent,
  },
  Completed: {},
  CompletedWithFailure: {},
  JobFailed: {},
  TimedOut: {},
  NotLicensed: {},
  CanceledBlackout: {},
};

const labels: { readonly [S in RunStatus]: string } = {
  Pending: "Pending",
  Downloaded: "Downloaded",
  DownloadingFailed: "Downloading - Failed",
  JobStarted: "Job Started",
  Patching: "Patching",
  PendingReboot: "Pending Reboot",
  Rebooted: "Rebooted",
  JobResumed: "Job Resumed",
  Completed: "Completed",
  CompletedWithFailure: "Completed with Failure",
  JobFailed: "Job Failed",
  TimedOut: "Timed Out",
  NotLicensed: "Not Licensed",
  CanceledBlackout: "Canceled - Blackout",
};

/** Every status, in the order of the table. */
export const all: readonly RunStatus[] = Object.keys(transitions).filter((s): s is RunStatus => s in labels);

/** The field's word for a status, as RUN-01 spells it. */
export const label = (status: RunStatus): string => labels[status];

/** Whether nothing can follow (RUN-08's final set). */
export const isFinal = (status: RunStatus): boolean => finals.has(status);

const finals: ReadonlySet<RunStatus> = new Set(all.filter((s) => Object.keys(transitions[s]).length === 0));

/** Whether `by` may move an asset run from one status straight to another. */
export const mayMove = (from: RunStatus, to: RunStatus, by: RunStatusSetter): boolean =>
  transitions[from][to]?.includes(by) ?? false;

/** Whether `to` lies on some path of agent's moves from `from`: true when facts between the two are merely not here yet. */
export const isReachable = (from: RunStatus, to: RunStatus): boolean => reachable.get(from)?.has(to) ?? false;

const reachable: ReadonlyMap<RunStatus, ReadonlySet<RunStatus>> = new Map(all.map((from) => [from, closure(from)]));

function closure(from: RunStatus): ReadonlySet<RunStatus> {
  const seen = new Set<RunStatus>();
  const open: RunStatus[] = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const here = at;
    for (const to of all.filter((s) => mayMove(here, s, "agent") && !seen.has(s))) {
      seen.add(to);
      open.push(to);
    }
  }
  return seen;
}
