/**
 * Whether the members of a group that may be down at once stay within its number, whatever all enabled jobs do (PLN-06): a
 * proof, or a counter-example. Pure: {@link prove} is what `quorums.check` asks, and what may be asked before a job is enabled.
 *
 * It says *kept* only where no run of events within what is planned takes more down ({@link Disruptions}: stretches may be
 * too long, never too short), as tags, scopes, profiles and freezes stand now. A counter-example shows what may happen, and
 * not that it will.
 */
import { Instant, Interval, QuorumSchedule } from "@fettle/scheduler";
import * as Disruptions from "./Disruptions.ts";

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
  readonly circumstances: Disruptions.Circumstances;
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
  const byAsset = new Map<string, Disruptions.Disruption[]>();
  const add = (found: Disruptions.Disruption | null): void => {
    if (found === null) return;
    const known = byAsset.get(found.assetId);
    if (known === undefined) byAsset.set(found.assetId, [found]);
    else known.push(found);
  };
  for (const run of unfinished) add(Disruptions.ofRun(run, circumstances, now));
  let { to } = inputs.period;
  const cutBy: string[] = [];
  for (const enabled of jobs) {
    const { disruptions, cutAt } = Disruptions.coming(enabled, circumstances, { now, to: inputs.period.to });
    for (const found of disruptions) add(found);
    if (cutAt === null) continue;
    to = Math.min(to, cutAt);
    cutBy.push(enabled.job.id);
  }
  const from = Math.max(inputs.period.from, now);
  const period = { from, to: Math.max(from, to) };
  return { period, cutBy, groups: groups.map((group) => judge(group, byAsset, period)) };
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

const judge = (
  { id, name, atMost, members }: Group,
  byAsset: ReadonlyMap<string, readonly Disruptions.Disruption[]>,
  period: Period,
): GroupVerdict => {
  const causes: Disruptions.Disruption[] = [];
  const own: QuorumSchedule.Disruption[] = [];
  for (const member of members) {
    for (const found of byAsset.get(member.id) ?? []) {
      // The cause is found again by its place.
      own.push({ member: member.id, interval: found.interval, cause: String(causes.push(found) - 1) });
    }
  }
  const span = Interval.of(Instant.held(period.from), Instant.held(period.to));
  const verdict = QuorumSchedule.judge(own, { atMost, period: span });
  const told = {
    groupId: id,
    name,
    atMost,
    members: members.length,
    verdict: verdict._tag === "Kept" ? verdict : broken(verdict, members, causes),
  };
  return { ...told, inWords: inWords(told) };
};

type Broken = Extract<QuorumSchedule.Verdict, { readonly _tag: "Broken" }>;

const broken = (
  { at, disruptions }: Broken,
  members: readonly Member[],
  found: readonly Disruptions.Disruption[],
): Verdict => {
  const names = new Map(members.map((m) => [m.id, m.name]));
  const open = new Map<string, Disruptions.Disruption[]>();
  for (const { member, cause } of disruptions) {
    const each = found[Number(cause)];
    if (each !== undefined) open.set(member, [...(open.get(member) ?? []), each]);
  }
  const backs = [...open.values()].flatMap((of) => backOf(of) ?? []);
  return {
    _tag: "Broken",
    from: at,
    until: backs.length === 0 ? null : Math.min(...backs),
    down: [...open]
      .map(([id, of]) => ({ assetId: id, name: names.get(id) ?? id, causes: of.map(({ cause }) => cause) }))
      .sort((a, b) => (a.name < b.name || (a.name === b.name && a.assetId < b.assetId) ? -1 : 1)),
    hidden: 0,
  };
};

// Stretches that are open at one time: the asset is back after the last of them; null: nobody knows when.
const backOf = (open: readonly Disruptions.Disruption[]): number | null =>
  open.reduce<number | null>(
    (last, { interval: { end } }) => (last === null || end === null ? null : Math.max(last, end)),
    0,
  );

const causesOf = ({ causes }: Down): string => {
  const titles = causes.map(({ title, what }) => (what === "coming" ? title : `${title}, ${what.replace("-", " ")}`));
  return [...new Set(titles)].join("; ");
};

const iso = (instant: number): string => new Date(instant).toISOString();
