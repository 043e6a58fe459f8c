/** Situations of time: windows, clocks, blackouts and freezes, outages, and occurrences that get in each other's way. */
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import { LATE_MILLISECONDS } from "../../../domain/run/DueOccurrences.ts";
import { groupBy, type Ledger } from "../invariants/Invariant.ts";
import * as LocalTime from "../invariants/LocalTime.ts";
import { type AssetSpec, instant, isIn, MINUTE_MS, type Span } from "../Scenario.ts";
import {
  type Course,
  counted,
  courses,
  events,
  isUnderWay,
  isWaiting,
  marked,
  type Situation,
  told,
} from "./Situation.ts";

const specOf = ({ played }: Ledger, asset: string): AssetSpec | undefined =>
  played.scenario.assets.find((a) => a.name === asset);

const minuteOf = ({ played: { scenario } }: Ledger, at: number): number => (at - scenario.startsAt) / MINUTE_MS;

// How often clocks show the local time of an asset run's start.
const shown = (ledger: Ledger, { asset, runId }: Course): number | null => {
  const local = LocalTime.ofKey(ledger.runs.get(runId)?.occurrenceKey ?? "");
  const spec = specOf(ledger, asset);
  if (local === null || spec === undefined) return null;
  return LocalTime.instants(local.wall, local.zone === "agent" ? spec.timeZone : local.zone).length;
};

const began = (ledger: Ledger, isGone: (b: Ledger["begun"][number]) => readonly Span[]): number =>
  counted(ledger.begun, (b) => isIn(isGone(b), minuteOf(ledger, b.at)));

// Steps of clocks, as what they showed right before and after, with the work that was waiting on their machines.
const steps = (ledger: Ledger) =>
  ledger.played.scenario.assets.flatMap(({ name, clock }) =>
    clock.slice(1).flatMap(({ at, seconds }, i) => {
      const truly = instant(ledger.played.scenario, at);
      const [from, to] = [truly + 1_000 * (clock[i]?.seconds ?? 0), truly + 1_000 * seconds];
      return courses(ledger).flatMap((course) =>
        course.asset === name && course.held !== null && course.held.at < truly ? [{ course, truly, from, to }] : [],
      );
    }),
  );

const isBetween = (at: number | null | undefined, from: number, to: number): boolean =>
  at != null && from <= at && at < to;

// Of the same job on the same asset, in the order of their starts.
const successive = (ledger: Ledger): readonly (readonly [before: Course, after: Course])[] =>
  [...groupBy(courses(ledger), (c) => `${c.jobId} ${c.made.value.assetId}`).values()].flatMap((all) => {
    const sorted = all.toSorted((a, b) => startOf(a) - startOf(b));
    return sorted.slice(1).map((after, i) => [sorted[i] ?? after, after] as const);
  });

const startOf = ({ made }: Course): number => made.value.timing?.start ?? made.at;

const frozen = ({ played: { scenario } }: Ledger): readonly Span[] =>
  scenario.edits.flatMap((e) => {
    if (e._tag !== "Freeze") return [];
    const thaw = scenario.edits.find((t) => t._tag === "Thaw" && t.at > e.at && t.name === e.name);
    return [{ from: e.at, to: Math.min(e.at + 60 * e.hours, thaw?.at ?? Number.POSITIVE_INFINITY) }];
  });

export const times: readonly Situation[] = [
  {
    name: "a blackout lasted until the window was over",
    count: (ledger) =>
      counted(courses(ledger), ({ last, ended }) =>
        [last.state.status, ended?.body.status].includes("CanceledBlackout"),
      ),
  },
  {
    name: "a freeze began while work was out that had not begun",
    count: (ledger) =>
      counted(events(ledger, "FreezeSaved"), ({ order }) => courses(ledger).some((c) => isWaiting(c, order))),
  },
  {
    name: "a freeze lasted over a whole window",
    count: (ledger) =>
      counted(courses(ledger), ({ made, last }) => {
        const { start = 0, windowEnd = null } = made.value.timing ?? {};
        if (windowEnd === null || last.manifest !== null || last.state.by !== "Presumed") return false;
        const [from, to] = [minuteOf(ledger, Math.max(start, made.at)), minuteOf(ledger, windowEnd)];
        return frozen(ledger).some((f) => f.from <= from && to <= f.to);
      }),
  },
  {
    name: "a clock stepped back over the start of what was due",
    count: (ledger) => counted(steps(ledger), ({ course, from, to }) => isBetween(startOf(course), to, from)),
  },
  {
    name: "a clock stepped ahead over the end of a window",
    count: (ledger) =>
      counted(
        steps(ledger),
        ({ course: { made, ended }, truly, from, to }) =>
          isBetween(made.value.timing?.windowEnd, from, to) && (ended === null || ended.at >= truly),
      ),
  },
  {
    name: "an occurrence lay in an hour that its asset's clocks skip",
    count: (ledger) => counted(courses(ledger), (c) => shown(ledger, c) === 0),
  },
  {
    name: "an occurrence lay in an hour that its asset's clocks show twice",
    count: (ledger) => counted(courses(ledger), (c) => (shown(ledger, c) ?? 0) > 1),
  },
  {
    name: "one occurrence was due on two assets a day apart",
    count: (ledger) =>
      counted(groupBy(courses(ledger), (c) => c.runId).values(), (all) => {
        const starts = all.flatMap((c) => c.made.value.timing?.start ?? []);
        return Math.max(...starts) - Math.min(...starts) >= 86_400_000;
      }),
  },
  {
    name: "an occurrence was made up for after an outage",
    count: (ledger) =>
      counted(ledger.runs.values(), ({ id, jobId, startedAt, occurrenceKey }) => {
        const starts = courses(ledger).flatMap((c) => (c.runId === id ? startOf(c) : []));
        const policies = (ledger.history.of("job").get(jobId) ?? []).flatMap((v) => v.value?.catchUp ?? []);
        const isLate = starts.length > 0 && startedAt - Math.max(...starts) > LATE_MILLISECONDS;
        return isLate && occurrenceKey.startsWith("at:") && policies.includes("run-once-now");
      }),
  },
  {
    name: "occurrences were missed, and told",
    count: (ledger) => events(ledger, "OccurrenceMissed").length,
  },
  {
    name: "an occurrence was left out, as the one before it went on",
    count: (ledger) => counted(courses(ledger), (c) => marked(c, "Skipped") !== null),
  },
  {
    name: "an occurrence waited for the one before it",
    count: (ledger) =>
      counted(successive(ledger), ([before, after]) => {
        const over = before.versions.find((v) => RunStatus.isFinal(v.value.state.status));
        const sent = after.versions.find((v) => v.value.manifest !== null);
        return over !== undefined && sent !== undefined && over.at >= startOf(after) && over.order < sent.order;
      }),
  },
  {
    name: "a lease was renewed",
    count: (ledger) =>
      counted(groupBy(events(ledger, "ManifestIssued"), (e) => e.id).values(), (all) => all.length > 1),
  },
  {
    name: "a window ended before every patch was tried",
    count: (ledger) =>
      counted(
        courses(ledger),
        ({ asset, runId, ended }) =>
          ended?.body.status === "TimedOut" &&
          told(ledger, "Patch").some((t) => t.asset === asset && t.body.runId === runId && t.body.attempt > 0),
      ),
  },
  {
    name: "an asset slept through its whole window",
    count: (ledger) =>
      counted(courses(ledger), ({ asset, made }) => {
        const { start = 0, windowEnd = null } = made.value.timing ?? {};
        const asleep = specOf(ledger, asset)?.asleep ?? [];
        if (windowEnd === null) return false;
        return asleep.some((s) => s.from <= minuteOf(ledger, start) && minuteOf(ledger, windowEnd) <= s.to);
      }),
  },
  {
    name: "work was begun while the network was gone",
    count: (ledger) => began(ledger, (b) => specOf(ledger, b.asset)?.offline ?? []),
  },
  {
    name: "work was begun while the control plane was down",
    count: (ledger) => began(ledger, () => ledger.played.scenario.outages),
  },
  {
    name: "two runs were due on an asset at once, and came one after the other",
    count: (ledger) =>
      counted(courses(ledger), ({ asset, held, started }) => {
        if (held === null || started === null) return false;
        return (
          courses(ledger).some(
            (c) =>
              c.asset === asset &&
              c.started !== null &&
              c.started.order > held.order &&
              isUnderWay(c, started.order - 1),
          ) ||
          courses(ledger).some(
            (c) =>
              c.asset === asset &&
              c.ended !== null &&
              isUnderWay(c, held.order) &&
              c.ended.order < started.order &&
              c.ended.at === started.at,
          )
        );
      }),
  },
];
