/**
 * How many members of a group can be down at once (PLN-06): over all stretches in which each may be, whoever planned them.
 *
 * A member *may* be down at any instant of its stretches (from a job's first start to its latest reboot and the return). If no
 * instant lies in the stretches of more than k members, no run of events can take more than k down; that is a proof. Otherwise
 * the instant and the members are the counter-example.
 */
import type * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";
import type * as IntervalSet from "./IntervalSet.ts";
import * as PatchWindow from "./PatchWindow.ts";
import * as RebootTimeline from "./RebootTimeline.ts";

/** A stretch in which a member may be down, and what for. */
export type Disruption = {
  readonly member: string;
  readonly interval: Interval.Interval;
  /** What plans it: a job's id, for the message. */
  readonly cause: string;
};

export type Verdict =
  /** At no instant may more than `most` be down; `most` is at most k. */
  | { readonly _tag: "Kept"; readonly most: number }
  /** From `at` until `until` all of these may be down: the first such instant, and when one of them is back or another goes. */
  | {
      readonly _tag: "Broken";
      readonly at: Instant.Instant;
      readonly until: Instant.Instant | null;
      readonly disruptions: readonly Disruption[];
    };

/** Members of which so many may be down at once. Who is in none of a question's groups counts in none. */
export type Group = { readonly name: string; readonly members: readonly string[]; readonly atMost: number };

/** What is known of a run on an asset before it begins. */
export type Run = {
  readonly window: PatchWindow.PatchWindow;
  /** From the nominal start to the end of the window (JobSchedule.validityFor). */
  readonly validity: Interval.Interval;
  /** What the work takes at most (FitToWindow). */
  readonly work: Duration.Duration;
  readonly reboot: RebootTimeline.RebootSettings;
  /** When the host allows no reboot. */
  readonly noReboot: IntervalSet.IntervalSet;
  /** From the reboot until the asset serves again, at most. */
  readonly comingBack: Duration.Duration;
};

/**
 * The stretch in which a run may take its asset down, whatever users do: from its first start to the return from its latest
 * reboot. Without an end where there is no window, or no latest reboot (RBT-02, RBT-08).
 */
export const stretchOf = ({ window, validity, work, reboot, noReboot, comingBack }: Run): Interval.Interval => {
  const { start, end } = validity;
  if (end === null) return Interval.from(start);
  // Where only the start is bound, the last one comes just before the window's end, and its work runs on.
  const doneBy = PatchWindow.mustStopBy(window, validity) ?? Instant.add(end, work);
  const latest = RebootTimeline.latestReboot(reboot, doneBy, noReboot);
  return latest === null ? Interval.from(start) : Interval.of(start, Instant.add(latest, comingBack));
};

/**
 * The verdict on each group, in their order, over a period: the counter-example of one lies in the period.
 *
 * @example QuorumSchedule.judgeGroups([{ name: "etcd", members: ["a", "b", "c"], atMost: 1 }], disruptions, period)
 */
export const judgeGroups = (
  groups: readonly Group[],
  disruptions: readonly Disruption[],
  period: Interval.Interval = Interval.from(Instant.earliest),
): readonly { readonly group: Group; readonly verdict: Verdict }[] =>
  groups.map((group) => {
    const members = new Set(group.members);
    const own = disruptions.filter(({ member }) => members.has(member));
    return { group, verdict: judge(own, { atMost: group.atMost, period }) };
  });

/**
 * Whether at most `atMost` members may be down at once, at any time or in a period.
 *
 * @example QuorumSchedule.judge(disruptions, { atMost: 1 })
 */
export const judge = (
  disruptions: readonly Disruption[],
  {
    atMost,
    period = Interval.from(Instant.earliest),
  }: { readonly atMost: number; readonly period?: Interval.Interval },
): Verdict => {
  const edges = edgesOf(disruptions, period);
  const open = new Set<Disruption>();
  let most = 0;
  for (const [i, edge] of edges.entries()) {
    if (edge.isEnd) open.delete(edge.disruption);
    else open.add(edge.disruption);
    const following = edges[i + 1];
    // Several at one instant count together.
    if (following?.at === edge.at) continue;
    const down = new Set([...open].map(({ member }) => member)).size;
    if (down > atMost) {
      const until = following === undefined || following.at === Number.POSITIVE_INFINITY ? null : following.at;
      return {
        _tag: "Broken",
        at: edge.at as Instant.Instant,
        until: until as Instant.Instant | null,
        disruptions: [...open],
      };
    }
    most = Math.max(most, down);
  }
  return { _tag: "Kept", most };
};

type Edge = { readonly at: number; readonly isEnd: boolean; readonly disruption: Disruption };

/** In order of time; half-open, so at one instant ends come before beginnings. */
const edgesOf = (disruptions: readonly Disruption[], period: Interval.Interval): readonly Edge[] =>
  disruptions
    .map((disruption) => ({ disruption, interval: Interval.intersect(disruption.interval, period) }))
    .filter(({ interval }) => !Interval.isEmpty(interval))
    .flatMap(({ disruption, interval: { start, end } }) => [
      { at: start as number, isEnd: false, disruption },
      { at: end ?? Number.POSITIVE_INFINITY, isEnd: true, disruption },
    ])
    .sort((a, b) => a.at - b.at || Number(b.isEnd) - Number(a.isEnd));
