/** How the times of two plans of one job differ, for the assets that get something in both (PLN-02). Pure. */
import type { Plan } from "./Plan.ts";
import type { PlanOccurrence, PlanTiming } from "./PlanTiming.ts";
import * as TimeReasons from "./TimeReasons.ts";

export type TimeChange =
  /** The plan is for another run; `assets`: how many get something in both, all of them at another time than approved. */
  | {
      readonly _tag: "OccurrenceChanged";
      readonly from: PlanOccurrence;
      readonly to: PlanOccurrence;
      readonly assets: number;
    }
  /** Assets whose start, end of window or latest reboot is another. */
  | {
      readonly _tag: "TimesChanged";
      readonly assets: readonly string[];
      readonly from: PlanTiming;
      readonly to: PlanTiming;
    }
  /** With other rules of time zones, the same local times are other instants. */
  | { readonly _tag: "ZoneRulesMoved"; readonly assets: readonly string[]; readonly moves: readonly Move[] };

/** One start that moved with all that counts from it; `zone` null: the job's own. */
export interface Move {
  readonly zone: string | null;
  readonly from: number;
  readonly to: number;
}

/** What changed of the times. */
export const of = (before: Plan, after: Plan): readonly TimeChange[] => {
  const [was, is] = [timingsOf(before), timingsOf(after)];
  // Of another run every instant is another: that one says so is enough.
  if (!isSameRun(before, after)) {
    const [from, to] = [before.occurrence, after.occurrence];
    return [{ _tag: "OccurrenceChanged", from, to, assets: [...is.keys()].filter((id) => was.has(id)).length }];
  }
  const changes = changesIn(was, is);
  const isByRules = before.versions.tzdata !== after.versions.tzdata;
  const moved = isByRules ? changes.flatMap((change) => moveOf(change) ?? []) : [];
  const others = isByRules ? changes.filter((change) => moveOf(change) === null) : changes;
  return [
    ...(moved.length === 0 ? [] : [zoneRules(moved)]),
    ...others.map(({ from, to, assets }) => ({ _tag: "TimesChanged", assets: assets.sort(), from, to }) as const),
  ];
};

/** Whether both are for one run. */
export const isSameRun = (a: Plan, b: Plan): boolean =>
  textOfOccurrence(a.occurrence) === textOfOccurrence(b.occurrence);

/** A change in words; `named` says which assets. */
export const wordsOf = (change: TimeChange, named: (assets: readonly string[]) => string): string => {
  switch (change._tag) {
    case "OccurrenceChanged":
      return `the plan is for another run: ${runOf(change.to)} instead of ${runOf(change.from)}`;
    case "TimesChanged":
      return `${named(change.assets)} would ${timesIn(change.from, change.to).join("; ")}`;
    case "ZoneRulesMoved": {
      const moves = change.moves.map((m) => `${m.zone ?? "the job's zone"} to ${iso(m.to)} from ${iso(m.from)}`);
      const runs = moves.length === 1 ? "1 run" : `${moves.length} runs`;
      return `zone rule moved ${runs}: ${moves.join("; ")}, for ${named(change.assets)}`;
    }
  }
};

interface Change {
  readonly from: PlanTiming;
  readonly to: PlanTiming;
  readonly assets: string[];
}

// Those that stay, by what their times were and are.
const changesIn = (was: ReadonlyMap<string, PlanTiming>, is: ReadonlyMap<string, PlanTiming>): readonly Change[] => {
  const groups = new Map<string, Change>();
  for (const [id, to] of is) {
    const from = was.get(id);
    if (from === undefined || textOf(from) === textOf(to)) continue;
    const key = `${textOf(from)} ${textOf(to)}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { from, to, assets: [id] });
    else known.assets.push(id);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
};

const timingsOf = (plan: Plan): ReadonlyMap<string, PlanTiming> =>
  new Map(plan.groups.flatMap(({ assets, timing }) => assets.map((id) => [id, timing] as const)));

const textOf = ({ zone, start, windowEnd, latestReboot }: PlanTiming): string =>
  JSON.stringify([zone, start, windowEnd, latestReboot]);

const textOfOccurrence = ({ key, nominalLocal }: PlanOccurrence): string => JSON.stringify([key, nominalLocal]);

// Only where everything moved alike, so that nothing but the meaning of the local time can be the cause.
const moveOf = ({ from, to, assets }: Change): (Move & { readonly assets: readonly string[] }) | null => {
  if (from.zone !== to.zone || from.start === null || to.start === null || from.start === to.start) return null;
  const by = to.start - from.start;
  const isAlike = (["windowEnd", "latestReboot"] as const).every((what) => {
    const [a, b] = [from[what], to[what]];
    return a === null || b === null ? a === b : b - a === by;
  });
  return isAlike ? { zone: from.zone, from: from.start, to: to.start, assets } : null;
};

const zoneRules = (moved: readonly (Move & { readonly assets: readonly string[] })[]): TimeChange => {
  const moves = new Map(moved.map(({ zone, from, to }) => [JSON.stringify([zone, from, to]), { zone, from, to }]));
  return { _tag: "ZoneRulesMoved", assets: moved.flatMap((m) => m.assets).sort(), moves: [...moves.values()] };
};

const runOf = ({ key, nominalLocal }: PlanOccurrence): string => nominalLocal ?? key;

const timesIn = (from: PlanTiming, to: PlanTiming): readonly string[] => [
  ...(from.start === to.start ? [] : [`start ${startText(to.start)} instead of ${startText(from.start)}`]),
  ...(from.windowEnd === to.windowEnd
    ? []
    : [`have until ${endText(to.windowEnd)} instead of ${endText(from.windowEnd)}`]),
  ...(from.latestReboot === to.latestReboot
    ? []
    : [`reboot by ${endText(to.latestReboot)} instead of ${endText(from.latestReboot)}`]),
  ...(from.zone === to.zone ? [] : [`go by ${zoneText(to.zone)} instead of ${zoneText(from.zone)}`]),
];

const startText = (start: number | null): string => (start === null ? "as soon as it is enabled" : iso(start));
const endText = (end: number | null): string => (end === null ? "no stated time" : iso(end));
const zoneText = (zone: string | null): string => (zone === null ? "one clock for all" : `the clocks of ${zone}`);
const iso = TimeReasons.iso;
