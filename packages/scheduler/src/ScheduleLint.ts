/**
 * What is legal and yet hardly meant: schedules that never open, windows that run into each other, runs that nobody can be in
 * time for. Findings with codes, rules and remedies; nothing here refuses anything.
 */
import * as Calendar from "./Calendar.ts";
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";
import * as IntervalSet from "./IntervalSet.ts";
import * as JobSchedule from "./JobSchedule.ts";
import * as Lead from "./Lead.ts";
import * as Limits from "./Limits.ts";
import * as Maintenance from "./Maintenance.ts";
import * as PatchWindow from "./PatchWindow.ts";
import type * as Preview from "./Preview.ts";
import * as TimeZone from "./TimeZone.ts";

export type Code =
  | "never-opens"
  | "sometimes-closed"
  | "windows-overlap"
  | "windows-merge"
  | "work-never-fits"
  | "no-run-in-time"
  | "start-is-near"
  | "zone-unknown"
  | "blackout-all-week"
  | "blackouts-overlap"
  | "months-skipped"
  | "clocks-change";

/** `error`: no run comes about at all. `warning`: something will not be as it looks. `note`: worth knowing. */
export type Finding = {
  readonly code: Code;
  readonly severity: "error" | "warning" | "note";
  readonly rule: string;
  /** The zone it is about; null for all. */
  readonly zone: string | null;
  readonly message: string;
  readonly remedy: string;
};

/** What is looked at besides the schedule: as for a preview, and what the work takes. */
export type Context = Preview.Context & {
  /** Files are fetched before the start (SCH-10). */
  readonly opportunisticDownload?: boolean;
  /** What the work may take (FitToWindow). */
  readonly reserve?: Duration.Duration;
};

/** How far ahead runs are looked at. */
const RUNS_LOOKED_AT = 60;

/** Everything found, the worst first. */
export const lint = (schedule: JobSchedule.JobSchedule, context: Context): readonly Finding[] =>
  [...context.places.flatMap((place) => placeFindings(schedule, context, place)), ...patternFindings(schedule)].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );

const SEVERITIES = ["error", "warning", "note"];

const finding = (
  code: Code,
  severity: Finding["severity"],
  rule: string,
  zone: string | null,
  [message, remedy]: readonly [string, string],
): Finding => ({ code, severity, rule, zone, message, remedy });

const placeFindings = (
  schedule: JobSchedule.JobSchedule,
  context: Context,
  place: Preview.Place,
): readonly Finding[] => {
  const { name } = place.zone;
  const starts = startsOf(schedule, context, place);
  return [
    ...(place.isDefault && schedule._tag !== "OnDemand" && schedule.zone._tag === "Agent"
      ? [
          finding("zone-unknown", "warning", "SCH-03", name, [
            `Assets with an unknown zone run by ${name}, the default.`,
            "Let their agents report a zone this runtime knows.",
          ]),
        ]
      : []),
    ...blackoutFindings(place),
    ...leadFindings(schedule, context, place, starts),
    ...closedFindings(context, place, starts),
    ...overlapFindings(context, place, starts),
    ...clockFindings(schedule, context, place),
  ];
};

/** The nominal starts: of a run-once job perhaps before it is enabled, of a recurring one those to come. */
const startsOf = (
  schedule: JobSchedule.JobSchedule,
  { enabledAt }: Context,
  { zone: assetZone }: Preview.Place,
): readonly Instant.Instant[] => {
  if (schedule._tag !== "Recurring") {
    const start = JobSchedule.nominalFor(schedule, { zone: assetZone, enabledAt });
    return start.ok ? [start.value] : [];
  }
  const zone = JobSchedule.zoneOf(schedule.zone, assetZone);
  if (!zone.ok) return [];
  const starts: Instant.Instant[] = [];
  let start = JobSchedule.nextStart(schedule.recurrence, zone.value, enabledAt, schedule.resolution);
  while (start !== null && starts.length < RUNS_LOOKED_AT) {
    starts.push(start.instant);
    start = JobSchedule.nextStart(schedule.recurrence, zone.value, start.instant, schedule.resolution);
  }
  return starts;
};

const leadFindings = (
  schedule: JobSchedule.JobSchedule,
  { enabledAt, window, lead, opportunisticDownload = false }: Context,
  { zone }: Preview.Place,
  starts: readonly Instant.Instant[],
): readonly Finding[] => {
  const [first] = starts;
  if (schedule._tag === "Recurring") {
    if (first === undefined) {
      return [
        finding("no-run-in-time", "error", "SCH-07", zone.name, [
          "The recurrence has no run left.",
          "Choose a later end, or none.",
        ]),
      ];
    }
    const last = starts.length < RUNS_LOOKED_AT ? (starts.at(-1) ?? first) : null;
    if (last !== null && !Lead.isInTime(enabledAt, last, lead)) {
      return [
        finding("no-run-in-time", "error", "SCH-08", zone.name, [
          "Every run that is left comes sooner than the lead after enabling, so none takes place.",
          "Choose a later end, or run the job on demand.",
        ]),
      ];
    }
  }
  if (first !== undefined && isElapsed(first, window, enabledAt)) {
    return [
      finding("no-run-in-time", "error", "SCH-06", zone.name, [
        "The window is over before the job is enabled.",
        "Choose a later start, or run the job on demand.",
      ]),
    ];
  }
  const isNear = first !== undefined && schedule._tag !== "OnDemand" && !Lead.isInTime(enabledAt, first, lead);
  if (!isNear) return [];
  return [
    opportunisticDownload
      ? finding("start-is-near", "warning", "SCH-10", zone.name, [
          "The start is too near for files to be fetched before it.",
          "Choose a start further off than the lead, or run the job on demand.",
        ])
      : finding("start-is-near", "warning", schedule._tag === "Recurring" ? "SCH-08" : "SCH-09", zone.name, [
          schedule._tag === "Recurring"
            ? "The next run comes too soon to take place."
            : "The start is nearer than the lead.",
          schedule._tag === "Recurring"
            ? "Enable it earlier, or take the run after it."
            : "Run the job on demand if it is to start about now.",
        ]),
  ];
};

const isElapsed = (start: Instant.Instant, window: PatchWindow.PatchWindow, enabledAt: Instant.Instant): boolean =>
  Interval.isOver(JobSchedule.validityFor(start, window), enabledAt);

const closedFindings = (
  { enabledAt, window, reserve = Duration.zero }: Context,
  { zone, calendar }: Preview.Place,
  nominal: readonly Instant.Instant[],
): readonly Finding[] => {
  const starts = nominal.filter((start) => !isElapsed(start, window, enabledAt));
  const runOf = (start: Instant.Instant): Maintenance.Run => ({
    window,
    validity: JobSchedule.validityFor(start, window),
    reserve,
  });
  const open = starts.filter(
    (start) => Maintenance.firstStart({ ...calendar, zone }, runOf(start), Instant.max(start, enabledAt)) !== null,
  );
  if (open.length === starts.length) return [];
  const isFitting = (start: Instant.Instant): boolean =>
    PatchWindow.mayStart(window, runOf(start).validity, Instant.max(start, enabledAt), reserve);
  if (!starts.some(isFitting)) {
    return [
      finding("work-never-fits", "error", "WIN-02", zone.name, [
        "The work may take longer than there is of the window, so it never starts.",
        "Make the window longer, or bind the start instead of the completion.",
      ]),
    ];
  }
  const looked = `${starts.length - open.length} of the next ${starts.length} runs`;
  return open.length === 0
    ? [
        finding("never-opens", "error", "WIN-05", zone.name, [
          `Blackouts and freezes leave no time to start in the window of ${starts.length === 1 ? "the run" : `each of the next ${starts.length} runs`}.`,
          "Choose another time, a longer window, or other blackouts.",
        ]),
      ]
    : [
        finding("sometimes-closed", "warning", "WIN-05", zone.name, [
          `Blackouts and freezes leave no time to start in the window of ${looked}.`,
          "Choose another time, or a longer window.",
        ]),
      ];
};

const overlapFindings = (
  { window }: Context,
  { zone }: Preview.Place,
  starts: readonly Instant.Instant[],
): readonly Finding[] => {
  if (window._tag === "None") return [];
  const length = Duration.minutes(window.minutes);
  const pauses = starts.slice(1).map((start, i) => Instant.until(starts[i] as Instant.Instant, start) - length);
  const at = pauses.findIndex((pause) => pause < 0);
  if (at >= 0) {
    return [
      finding("windows-overlap", "warning", "WIN-06", zone.name, [
        `The run of ${Instant.toIso(starts[at + 1] as Instant.Instant)} comes inside the window of the one before it, and waits for it.`,
        "Make the window shorter than the time between two runs.",
      ]),
    ];
  }
  if (!pauses.includes(0)) return [];
  return [
    finding("windows-merge", "note", "WIN-06", zone.name, [
      "A window begins when the one before it ends, so they are one: there is no time without a window between these runs.",
      "Make the window shorter than the time between two runs.",
    ]),
  ];
};

const blackoutFindings = ({ zone, calendar: { blackouts } }: Preview.Place): readonly Finding[] => {
  const minutes = blackouts.flatMap(({ weekdays, fromMinute, toMinute }) =>
    weekdays.map((weekday) => {
      const from = (weekday - 1) * Limits.DAY_MINUTES + fromMinute;
      return {
        from,
        to: from + (toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + Limits.DAY_MINUTES),
      };
    }),
  );
  // A plain week without changes of clocks, laid out as instants: what overlaps there overlaps every week.
  const week = Calendar.DAYS_A_WEEK * Limits.DAY_MINUTES;
  const laid = minutes.flatMap(({ from, to }) =>
    to <= week
      ? [{ from, to }]
      : [
          { from, to: week },
          { from: 0, to: to - week },
        ],
  );
  const set = IntervalSet.of(laid.map(({ from, to }) => ({ start: Instant.at(from), end: Instant.at(to) })));
  const covered = set.reduce((sum, { start, end }) => sum + ((end ?? start) - start), 0);
  const found: Finding[] = [];
  if (covered === week) {
    found.push(
      finding("blackout-all-week", "error", "WIN-05", zone.name, [
        "Blackouts cover the whole week: nothing ever starts.",
        "Leave some hours free.",
      ]),
    );
  }
  if (laid.reduce((sum, { from, to }) => sum + to - from, 0) > covered) {
    found.push(
      finding("blackouts-overlap", "note", "WIN-05", zone.name, [
        "Two blackouts overlap; they count as one.",
        "Write them as one.",
      ]),
    );
  }
  return found;
};

const clockFindings = (
  schedule: JobSchedule.JobSchedule,
  context: Context,
  place: Preview.Place,
): readonly Finding[] => {
  if (schedule._tag !== "Recurring") return [];
  const zone = JobSchedule.zoneOf(schedule.zone, place.zone);
  if (!zone.ok) return [];
  const { gap, overlap } = schedule.resolution ?? TimeZone.compatible;
  // What is skipped is found where it would be if it were shifted.
  const starts = startsOf(
    { ...schedule, resolution: { gap: gap === "skip" ? "shift" : gap, overlap } },
    context,
    place,
  );
  const isMoved = (start: Instant.Instant): boolean =>
    Calendar.modulo(start + TimeZone.offsetAt(zone.value, start), Calendar.DAY_MILLISECONDS) !==
    schedule.recurrence.timeOfDay;
  const isTwice = (start: Instant.Instant): boolean =>
    TimeZone.occurrence(zone.value, TimeZone.wallAt(zone.value, start)) === "overlap";
  const found = starts.find((start) => isMoved(start) || isTwice(start));
  if (found === undefined) return [];
  const instead = isMoved(found) ? IN_GAP[gap] : `it runs once, at the ${overlap} of the two`;
  return [
    finding("clocks-change", "note", "SCH-05", place.zone.name, [
      `On ${Instant.toIso(found)} the clocks change over the local time: ${instead}.`,
      "Choose a time outside 00:00 to 04:00 if that matters.",
    ]),
  ];
};

const IN_GAP: { readonly [gap in TimeZone.Resolution["gap"]]: string } = {
  shift: "it runs as much later as they go forward",
  "next-valid": "it runs when they do",
  skip: "it doesn't run that day",
};

const patternFindings = (schedule: JobSchedule.JobSchedule): readonly Finding[] => {
  if (schedule._tag !== "Recurring") return [];
  const { pattern } = schedule.recurrence;
  const isFifth = pattern._tag === "MonthlyOnWeekday" && pattern.nth === 5;
  const isLate = pattern._tag === "MonthlyOnDay" && pattern.day > 28;
  if (!isFifth && !isLate) return [];
  return [
    finding("months-skipped", "note", isLate ? "SCH-04" : "SCH-01", null, [
      isLate ? `Months without a day ${pattern.day} are skipped.` : "Months without a fifth such weekday are skipped.",
      isLate ? "Choose the last day for every month." : "Choose the last such weekday for every month.",
    ]),
  ];
};
