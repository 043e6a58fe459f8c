/**
 * Whether the members of a group that may be down at once stay within its number, whatever all enabled jobs do (PLN-06): a
 * proof, or a counter-example. Pure: {@link prove} is what `quorums.check` asks, and what may be asked before a job is enabled.
 *
 * It says *kept* only where no run of events within what is planned takes more down ({@link Disruptions}: stretches may be
 * too long, never too short), as tags, scopes, profiles and freezes stand now. A counter-example shows what may happen, and
 * not that it will.
 */
import { Instant, Interval, IntervalSet, QuorumSchedule } from "@fettle/scheduler";
import type { Circumstances } from "./Circumstances.ts";
import type * as Disruptions from "./Disruptions.ts";
import * as DownTimes from "./DownTimes.ts";

/** An asset of which groups are made, and by which name people know it. */
export interface Member {
  readonly id: string;
  readonly name: string;
}

/** A quorum group with the assets that its selection means now. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly atMost: number;
  readonly members: readonly Member[];
}

/** Epoch milliseconds; `to` doesn't belong to it. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

export interface Inputs {
  readonly groups: readonly Group[];
  /** The enabled jobs, and a candidate as if it were; each with the members of groups that it may reach. */
  readonly jobs: readonly Disruptions.EnabledJob[];
  readonly unfinished: readonly Disruptions.UnfinishedRun[];
  readonly circumstances: Circumstances;
  readonly now: number;
  readonly period: Period;
}

/** A member that may be down, and by what. */
export interface Down {
  readonly assetId: string;
  readonly name: string;
  readonly causes: readonly Disruptions.Cause[];
}

export type Verdict =
  /** At no instant of the period may more than `most` be down. */
  | { readonly _tag: "Kept"; readonly most: number }
  /** All of these may be down: the first such time in the period, and when the first of them is back, null without an end. */
  | {
      readonly _tag: "Broken";
      readonly from: number;
      readonly until: number | null;
      readonly down: readonly Down[];
      /** More of them that are not shown to whoever asks. */
      readonly hidden: number;
    };

export interface GroupVerdict {
  readonly groupId: string;
  readonly name: string;
  readonly atMost: number;
  /** How many members it has now. */
  readonly members: number;
  readonly verdict: Verdict;
  readonly inWords: string;
}

export interface Proof {
  /** What was judged: no part of it lies before now, and it ends before what was not looked at. */
  readonly period: Period;
  /** Jobs with more occurrences than are looked at, for which it ends early. */
  readonly cutBy: readonly string[];
  /** In the order of the groups. */
  readonly groups: readonly GroupVerdict[];
}

/** Members that words name; the data has them all. */
const NAMED_MAX = 5;

/**
 * The verdict on each group.
 *
 * @example
 * const proof = QuorumProof.prove({ groups, jobs, unfinished, circumstances, now, period });
 * const broken = proof.groups.filter(({ verdict }) => verdict._tag === "Broken");
 */
export const prove = (inputs: Inputs): Proof => {
  const { groups, jobs, unfinished, circumstances, now } = inputs;
  const span = { now, to: inputs.period.to };
  const times = DownTimes.make({ jobs, unfinished, circumstances, span });
  const from = Math.max(inputs.period.from, now);
  const period = { from, to: Math.max(from, Math.min(inputs.period.to, times.cutAt ?? inputs.period.to)) };
  return { period, cutBy: times.cutBy, groups: groups.map((group) => judge(group, times, period)) };
};

/** The proof as somebody may see it: members outside their scope are counted, not named (TAG-05). */
export const seenBy = (proof: Proof, sees: (assetId: string) => boolean): Proof => ({
  ...proof,
  groups: proof.groups.map((told) => {
    const { verdict } = told;
    if (verdict._tag === "Kept") return told;
    const down = verdict.down.filter(({ assetId }) => sees(assetId));
    const shown = { ...told, verdict: { ...verdict, down, hidden: verdict.down.length - down.length } };
    return { ...shown, inWords: inWords(shown) };
  }),
});

/** A verdict as people read it. */
export const inWords = ({ name, atMost, members, verdict }: Omit<GroupVerdict, "inWords">): string => {
  if (verdict._tag === "Kept") return `${name}: at most ${verdict.most} of ${members} at once, ${atMost} allowed`;
  const { from, until, down, hidden } = verdict;
  const more = down.length - NAMED_MAX;
  const who = [
    ...down.slice(0, NAMED_MAX).map((d) => `${d.name} (${causesOf(d)})`),
    ...(more > 0 ? [`${more} more`] : []),
    ...(hidden > 0 ? [`${hidden} outside your scope`] : []),
  ];
  const end = until === null ? "with no end in sight" : `until ${iso(until)}`;
  const many = down.length + hidden;
  return `${name}: ${many} of ${members} may be down at once, ${atMost} allowed, from ${iso(from)} ${end}: ${who.join(", ")}`;
};

const judge = (group: Group, times: DownTimes.DownTimes, { from, to }: Period): GroupVerdict => {
  const { id, name, atMost, members } = group;
  const period = Interval.of(Instant.held(from), Instant.held(to));
  const { most, above } = count(group, times, period);
  const told = {
    groupId: id,
    name,
    atMost,
    members: members.length,
    verdict: above === null ? ({ _tag: "Kept", most } as const) : broken(group, times, Interval.of(above, period.end)),
  };
  return { ...told, inWords: inWords(told) };
};

interface Count {
  readonly most: number;
  /** The first instant at which more than are allowed may be down. */
  readonly above: Instant.Instant | null;
}

// Members of one track go down and come back together, so they are counted together.
const count = ({ members, atMost }: Group, times: DownTimes.DownTimes, period: Interval.Interval): Count => {
  const many = new Map<DownTimes.Track, number>();
  for (const { id } of members) {
    const track = times.of.get(id);
    if (track !== undefined) many.set(track, (many.get(track) ?? 0) + 1);
  }
  const edges = new Map<number, number>();
  const add = (at: number, by: number) => edges.set(at, (edges.get(at) ?? 0) + by);
  for (const [track, of] of many) {
    for (const { start, end } of IntervalSet.intersection(track.down, [period])) {
      add(start, of);
      if (end !== null) add(end, -of);
    }
  }
  let [down, most] = [0, 0];
  for (const [at, by] of [...edges].sort(([a], [b]) => a - b)) {
    down += by;
    most = Math.max(most, down);
    if (down > atMost) return { most, above: at as Instant.Instant };
  }
  return { most, above: null };
};

// Who they are and by what is the scheduler's answer, from the instant on at which there are too many.
const broken = ({ members, atMost }: Group, times: DownTimes.DownTimes, period: Interval.Interval): Verdict => {
  const open = new Map<string, readonly DownTimes.Stretch[]>();
  const disruptions = members.flatMap(({ id }) => {
    const track = times.of.get(id);
    const stretches = track === undefined ? [] : DownTimes.openAt(track, period.start);
    if (stretches.length > 0) open.set(id, stretches);
    return stretches.map(({ interval, cause }) => ({ member: id, interval, cause: cause.jobId }));
  });
  const verdict = QuorumSchedule.judge(disruptions, { atMost, period });
  if (verdict._tag === "Kept") return verdict;
  const backs = [...open.values()].flatMap((of) => backOf(of) ?? []);
  return {
    _tag: "Broken",
    from: verdict.at,
    until: backs.reduce<number | null>((first, back) => Math.min(first ?? back, back), null),
    down: members
      .flatMap(({ id, name }) => {
        const causes = open.get(id)?.map(({ cause }) => cause);
        return causes === undefined ? [] : [{ assetId: id, name, causes }];
      })
      .sort((a, b) => (a.name < b.name || (a.name === b.name && a.assetId < b.assetId) ? -1 : 1)),
    hidden: 0,
  };
};

// Stretches that are open at one time: the asset is back after the last of them; null: nobody knows when.
const backOf = (open: readonly DownTimes.Stretch[]): number | null =>
  open.reduce<number | null>(
    (last, { interval: { end } }) => (last === null || end === null ? null : Math.max(last, end)),
    0,
  );

const causesOf = ({ causes }: Down): string => {
  const titles = causes.map(({ title, what }) => (what === "coming" ? title : `${title}, ${what.replace("-", " ")}`));
  return [...new Set(titles)].join("; ");
};

const iso = (instant: number): string => new Date(instant).toISOString();
