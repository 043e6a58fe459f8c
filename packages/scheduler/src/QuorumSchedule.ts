/**
 * How many members of a group can be down at once (PLN-06): over all stretches in which each may be, whoever planned them.
 *
 * A member *may* be down at any instant of its stretches (from a job's first start to its latest reboot and the return). If no
 * instant lies in the stretches of more than k members, no run of events can take more than k down; that is a proof. Otherwise
 * the instant and the members are the counter-example.
 */
import type * as Instant from "./Instant.ts";
import type * as Interval from "./Interval.ts";

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
  /** At `at`, all of these may be down. The first such instant. */
  | {
      readonly _tag: "Broken";
      readonly at: Instant.Instant;
      readonly until: Instant.Instant | null;
      readonly disruptions: readonly Disruption[];
    };

/**
 * Whether at most `atMost` members may be down at once.
 *
 * @example QuorumSchedule.judge(disruptions, { atMost: 1 })
 */
export const judge = (disruptions: readonly Disruption[], { atMost }: { readonly atMost: number }): Verdict => {
  const edges = edgesOf(disruptions);
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
const edgesOf = (disruptions: readonly Disruption[]): readonly Edge[] =>
  disruptions
    .filter(({ interval }) => interval.end === null || interval.end > interval.start)
    .flatMap((disruption) => [
      { at: disruption.interval.start as number, isEnd: false, disruption },
      { at: disruption.interval.end ?? Number.POSITIVE_INFINITY, isEnd: true, disruption },
    ])
    .sort((a, b) => a.at - b.at || Number(b.isEnd) - Number(a.isEnd));
