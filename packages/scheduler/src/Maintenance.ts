/**
 * When may a run start on an asset, when must it stop, and why not now: patch window, blackouts and freezes as one answer
 * (WIN-02, WIN-05, WIN-07).
 */
import * as Blackout from "./Blackout.ts";
import type * as Duration from "./Duration.ts";
import * as Freeze from "./Freeze.ts";
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";
import * as IntervalSet from "./IntervalSet.ts";
import * as PatchWindow from "./PatchWindow.ts";
import type * as TimeZone from "./TimeZone.ts";

/** What keeps work off an asset, whatever the job. */
export type Calendar = {
  readonly zone: TimeZone.TimeZone;
  readonly blackouts: readonly Blackout.Blackout[];
  readonly freezes: readonly Freeze.Freeze[];
  /**
   * What a run that is due comes to when a blackout finds it waiting: it goes on waiting for the end, or is cancelled at once
   * (WIN-05).
   */
  readonly inBlackout: "wait" | "cancel";
};

/** A run on an asset. */
export type Run = {
  readonly window: PatchWindow.PatchWindow;
  /** From the nominal start to the end of the window (JobSchedule.validityFor). */
  readonly validity: Interval.Interval;
  /** What the work may take (FitToWindow); counts where it has to be complete inside the window. */
  readonly reserve: Duration.Duration;
};

/** Why a run may not start at an instant. */
export type Reason =
  | { readonly _tag: "NotYet"; readonly rule: "SCH-01"; readonly until: Instant.Instant }
  /** `until` null: blackouts cover the whole week. */
  | { readonly _tag: "Blackout"; readonly rule: "WIN-05"; readonly until: Instant.Instant | null }
  | { readonly _tag: "Freeze"; readonly rule: "WIN-07"; readonly name: string; readonly until: Instant.Instant | null }
  /** Too little is left of the window for the work. */
  | { readonly _tag: "DoesNotFit"; readonly rule: "WIN-02"; readonly reserve: Duration.Duration }
  | { readonly _tag: "WindowOver"; readonly rule: "WIN-02"; readonly endedAt: Instant.Instant };

export type Verdict =
  | { readonly _tag: "MayStart"; readonly mustStopBy: Instant.Instant | null }
  /** `until`: the first instant at which it may start; all that keeps it now. */
  | { readonly _tag: "Waits"; readonly until: Instant.Instant; readonly because: readonly Reason[] }
  /** No instant is left: Timed Out. */
  | { readonly _tag: "TimedOut"; readonly because: readonly Reason[] }
  /** But for blackouts it could have started in its window, or one cancels it at once: `Canceled - Blackout`. */
  | { readonly _tag: "CanceledBlackout"; readonly because: readonly Reason[] };

/**
 * What holds for a run at an instant.
 *
 * @example
 * Maintenance.judge(calendar, run, now); // { _tag: "Waits", until, because: [{ _tag: "Blackout", rule: "WIN-05", until }] }
 */
export const judge = (calendar: Calendar, run: Run, now: Instant.Instant): Verdict => {
  const because = reasonsAt(calendar, run, now);
  if (because.length === 0) return { _tag: "MayStart", mustStopBy: PatchWindow.mustStopBy(run.window, run.validity) };
  const isInBlackout = because.some(({ _tag }) => _tag === "Blackout");
  if (isInBlackout && calendar.inBlackout === "cancel") return { _tag: "CanceledBlackout", because };
  const until = firstStart(calendar, run, now);
  if (until !== null) return { _tag: "Waits", until, because };
  return { _tag: isKeptByBlackouts(calendar, run) ? "CanceledBlackout" : "TimedOut", because };
};

/** All that keeps a run from starting at an instant, the most lasting first; none if it may. */
export const reasonsAt = (calendar: Calendar, run: Run, now: Instant.Instant): readonly Reason[] => {
  const { window, validity, reserve } = run;
  if (now < validity.start) return [{ _tag: "NotYet", rule: "SCH-01", until: validity.start }];
  if (validity.end !== null && now >= validity.end) {
    return [{ _tag: "WindowOver", rule: "WIN-02", endedAt: validity.end }];
  }
  const isFitting = PatchWindow.mayStart(window, validity, now, reserve);
  return [
    ...(isFitting ? [] : [{ _tag: "DoesNotFit", rule: "WIN-02", reserve } as const]),
    ...[...freezesAt(calendar, now), ...blackoutsAt(calendar, now)].sort((a, b) => lastOf(b) - lastOf(a)),
  ];
};

/** The first instant from one on at which a run may start; null if there is none, or a blackout cancels the run before. */
export const firstStart = (calendar: Calendar, run: Run, from: Instant.Instant): Instant.Instant | null => {
  const { zone, blackouts, freezes, inBlackout } = calendar;
  const { window, validity, reserve } = run;
  const due = Instant.max(from, validity.start);
  for (const unfrozen of IntervalSet.complement(Freeze.instants(freezes, zone), Interval.of(due, validity.end))) {
    const free = Blackout.firstOutside(blackouts, zone, unfrozen.start);
    if (free === null) return null;
    if (!Interval.contains(unfrozen, free)) continue;
    const isCancelled =
      inBlackout === "cancel" && Blackout.within(blackouts, zone, { start: due, end: free }).length > 0;
    // Later starts leave less of the window: if this one leaves too little, all do.
    return !isCancelled && PatchWindow.mayStart(window, validity, free, reserve) ? free : null;
  }
  return null;
};

/** The instants of an interval in which nothing starts on the asset. */
export const keptIn = (
  { zone, blackouts, freezes }: Calendar,
  interval: { readonly start: Instant.Instant; readonly end: Instant.Instant },
): IntervalSet.IntervalSet =>
  IntervalSet.union(
    Blackout.within(blackouts, zone, interval),
    IntervalSet.intersection(Freeze.instants(freezes, zone), [interval]),
  );

/** True if nothing keeps work off the asset at an instant: what is asked of a million assets, zone by zone. */
export const isOpen = ({ zone, blackouts, freezes }: Calendar, instant: Instant.Instant): boolean =>
  !Blackout.isIn(blackouts, zone, instant) &&
  (freezes.length === 0 || !IntervalSet.contains(Freeze.instants(freezes, zone), instant));

type Lasting = Extract<Reason, { readonly _tag: "Freeze" | "Blackout" }>;

const freezesAt = ({ zone, freezes }: Calendar, now: Instant.Instant): readonly Lasting[] =>
  freezes.flatMap((freeze) => {
    const frozen = IntervalSet.at(Freeze.shown(freeze, zone), now);
    return frozen === null ? [] : [{ _tag: "Freeze", rule: "WIN-07", name: freeze.name, until: frozen.end } as const];
  });

const blackoutsAt = ({ zone, blackouts }: Calendar, now: Instant.Instant): readonly Lasting[] =>
  Blackout.isIn(blackouts, zone, now)
    ? [{ _tag: "Blackout", rule: "WIN-05", until: Blackout.firstOutside(blackouts, zone, now) }]
    : [];

const lastOf = ({ until }: Lasting): Instant.Instant => until ?? Instant.latest;

/** True if, but for blackouts, the run could have started in its window: whenever one asks, the answer is the same. */
const isKeptByBlackouts = (calendar: Calendar, run: Run): boolean => {
  const { start } = run.validity;
  return firstStart({ ...calendar, blackouts: [] }, run, start) !== null && firstStart(calendar, run, start) === null;
};
