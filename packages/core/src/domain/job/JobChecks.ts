/**
 * What is wrong with a draft of a job, and what is probably not meant by it: part by part, each with its rule and place. All of
 * it holds of rollback jobs as well (JOB-30).
 */
import * as Qql from "@fettle/qql";
import { PatchWindow, RebootTimeline, Limits as SchedulerLimits, type TimeZone } from "@fettle/scheduler";
import * as PatchCatalog from "../patch/PatchCatalog.ts";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import type { JobDraft } from "./Job.ts";
import type { Warning } from "./JobOptions.ts";
import * as Schedule from "./Schedule.ts";

/** What a draft is saved in. */
export interface DraftContext {
  /** A start that has passed by then is refused (SCH-06), epoch milliseconds; null: it may have passed. */
  readonly now: number | null;
  /** The zones of the assets that it is for, as far as they are known by now. */
  readonly zones: readonly TimeZone.TimeZone[];
  /** RBT-07's limit refuses, instead of warning. */
  readonly strictReboots: boolean;
}

/** As a draft is looked at that may have been saved before. */
export const noContext: DraftContext = { now: null, zones: [], strictReboots: false };

/** The clock that a draft is warned by: now, and the zone that stands for those of assets. */
export interface DraftClock {
  readonly now: number;
  readonly zone: TimeZone.TimeZone;
}

type Problems = readonly Rejection.Rejection[];

const NONE: Problems = [];

const invalid = (rule: string, message: string, path: string): Problems => [
  Rejection.make(rule, "invalid", message, path),
];

export const title = ({ title }: JobDraft, { titleCharactersMax: max }: Limits): Problems => {
  if (title.trim() === "") return invalid("JOB-03", "a job needs a title", "title");
  return title.length > max ? invalid("JOB-03", `at most ${max} characters`, "title") : NONE;
};

export const patches = (draft: JobDraft, limits: Limits): Problems => {
  const { patches } = draft;
  if (patches === null || patches._tag === "Linked") return NONE;
  if (patches._tag === "Query") {
    if (draft.kind === "rollback") {
      return invalid("JOB-05", "a rollback job takes a list, not a query", "patches.query");
    }
    const query = Qql.compile(PatchCatalog.catalog, patches.query);
    return query.ok ? NONE : query.error.map((d) => Rejection.make("JOB-04", "invalid", d.message, "patches.query"));
  }
  const max = limits.patchesPerJobMax;
  const count = patches.patches.length;
  if (count === 0 || count > max) {
    return invalid("JOB-04", `a list holds 1–${max} patches; this one ${count}`, "patches.patches");
  }
  return new Set(patches.patches).size === count
    ? NONE
    : invalid("JOB-04", "a patch stands twice in the list", "patches.patches");
};

export const targets = ({ targets }: JobDraft, limits: Limits): Problems => {
  if (targets === null) return NONE;
  const { assets, include, exclude } = targets;
  const { assetsPerSelectionMax: assetsMax, tagsPerSelectionMax: tagsMax } = limits;
  const tooManyTags = Math.max(include.tags.length, exclude.tags.length) > tagsMax;
  return [
    ...(assets.length > assetsMax ? invalid("TAG-03", `at most ${assetsMax} assets by name`, "targets.assets") : NONE),
    ...(tooManyTags ? invalid("TAG-03", `at most ${tagsMax} tags`, "targets") : NONE),
  ];
};

/** The schedule in itself, and its start against now (SCH-06). */
export const schedule = ({ schedule }: JobDraft, { now, zones }: DraftContext): Problems => {
  const wrong = Schedule.problems(schedule);
  if (wrong.length > 0 || now === null) return wrong;
  const past = Schedule.pastFault(schedule, { now, zones });
  return past === null ? NONE : [past];
};

export const window = ({ window }: JobDraft): Problems => {
  if (window === undefined) return NONE;
  const made = PatchWindow.make({ bound: "start", ...window });
  return made.ok ? NONE : invalid(made.error.rule, made.error.message, "window.minutes");
};

/** RBT-03, RBT-04, RBT-07; `deferralsMax` up to 12. */
export const reboot = ({ reboot }: JobDraft, { deferralsMax }: Limits, { strictReboots }: DraftContext): Problems =>
  RebootTimeline.check(reboot, { strictLimits: strictReboots, deferralsMax })
    .filter(({ severity }) => severity === "error")
    .flatMap(({ rule, message, path }) => invalid(rule, message, `reboot.${path}`));

/** JOB-29: as often and as long as a reboot may be put off (RBT-03). */
export const deferral = ({ deferral }: JobDraft, { deferralsMax }: Limits): Problems => {
  if (deferral === undefined) return NONE;
  const { count, minutes } = deferral;
  const countMax = Math.min(deferralsMax, SchedulerLimits.MAX_DEFERRALS_ALLOWED);
  const minutesMax = SchedulerLimits.MAX_REBOOT_MINUTES;
  return [
    ...(isWithin(count, 1, countMax) ? NONE : invalid("JOB-29", `1 to ${countMax} times`, "deferral.count")),
    ...(isWithin(minutes, 1, minutesMax)
      ? NONE
      : invalid("JOB-29", `1 to ${minutesMax} minutes each`, "deferral.minutes")),
  ];
};

/** What only some schedules, or some sources of patches, have a use for. */
export const fitting = (draft: JobDraft): Problems => {
  const { schedule, patches, completion, overlap, catchUp, onDrift, opportunisticDownload } = draft;
  const isOnce = schedule !== null && Schedule.isRunOnce(schedule);
  const isAgain = schedule !== null && !isOnce;
  const isUntimed = schedule?._tag === "OnDemand" || Schedule.isTrigger(schedule);
  const refuseIf = (refused: boolean, rule: string, message: string, path: keyof JobDraft): Problems =>
    refused ? invalid(rule, message, path) : NONE;
  return [
    ...refuseIf(
      opportunisticDownload !== undefined && isUntimed,
      "SCH-15",
      "there is no time before the start in which files could be fetched: schedule it, or leave this out",
      "opportunisticDownload",
    ),
    ...refuseIf(
      completion !== undefined && isAgain,
      "JOB-13",
      "only a run-once job is ever Completed; leave this out",
      "completion",
    ),
    ...refuseIf(
      overlap !== undefined && isOnce,
      "WIN-06",
      "a run-once job has no later run to overlap; leave this out",
      "overlap",
    ),
    ...refuseIf(
      catchUp !== undefined && (isOnce || Schedule.isTrigger(schedule)),
      "SCH-13",
      "only a job that recurs by time misses runs; leave this out",
      "catchUp",
    ),
    ...refuseIf(
      onDrift !== undefined && patches !== null && patches._tag !== "Query",
      "JOB-22",
      "only what a query finds drifts; leave this out",
      "onDrift",
    ),
  ];
};

/** What is probably not meant, though it may be saved. Without a clock, nothing is said of what time makes of it. */
export const warnings = (draft: JobDraft, clock: DraftClock | null): readonly Warning[] => {
  const ofReboot = RebootTimeline.check(draft.reboot, { strictLimits: false })
    .filter(({ severity }) => severity === "warning")
    .map(({ rule, message, path }): Warning => ({ rule, message, path: `reboot.${path}` }));
  return [...ofReboot, ...deferralWarnings(draft), ...(clock === null ? [] : downloadWarnings(draft, clock))];
};

const deferralWarnings = ({ deferral, window }: JobDraft): readonly Warning[] => {
  if (deferral === undefined || window === undefined) return [];
  const minutes = deferral.count * deferral.minutes;
  if (minutes <= window.minutes) return [];
  const message = `the deferrals come to ${minutes} minutes and the window has ${window.minutes}: it starts before they are used up`;
  return [{ rule: "JOB-29", message, path: "deferral" }];
};

// SCH-10. A job that recurs is taken up the lead before its next start, and fetches from then on.
const downloadWarnings = (draft: JobDraft, { now, zone }: DraftClock): readonly Warning[] => {
  const { schedule, opportunisticDownload } = draft;
  if (opportunisticDownload === undefined || schedule?._tag !== "Once") return [];
  const start = Schedule.starts(schedule, zone, now).first;
  if (start === null || start - now > ADVISED_BEFORE_START) return [];
  const message =
    "the start is three hours away or less: agents have little time to fetch files before; run it on demand";
  return [{ rule: "SCH-10", message, path: "opportunisticDownload" }];
};

/** How long before the start files may be fetched for it to be of use (SCH-10). */
const ADVISED_BEFORE_START = 3 * 3_600_000;

const isWithin = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;
