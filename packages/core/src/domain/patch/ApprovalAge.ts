/**
 * Approval age (PLN-07): a job by query may take only fixes that have been out for so many days.
 *
 * Each patch is judged by its own content: the age is counted from the day on which *it* came out, or, where its feed tells no
 * date, from when the catalogue had it first. So nothing younger than asked for is ever installed, neither by what takes an
 * older fix's place nor by a new text for an old advisory. The fix of a patch whose place a younger one takes doesn't begin
 * anew: what is too young takes nobody's place, so the older one is installed when its day comes ({@link ../plan/PatchChoice.ts}).
 *
 * Where the older one isn't offered any more by then, nothing of the chain ever gets old enough: {@link neverInstalls} finds
 * such chains before anybody waits for them.
 */
import * as Rejection from "../shared/Rejection.ts";
import type { Patch } from "./Patch.ts";
import type { Supersedence } from "./Supersedence.ts";

/** The most that may be asked for, in days. */
export const APPROVAL_AGE_DAYS_MAX = 365;

/** A chain has a cadence from so many patches on, and its last ones tell it. */
export const CADENCE_PATCHES_MIN = 3;
export const CADENCE_PATCHES_MAX = 7;

const DAY_MS = 86_400_000;

/** Why a patch is too young, and when it won't be any more. */
export interface TooYoung {
  readonly rule: "PLN-07";
  readonly reason: string;
  readonly until: number;
}

/** A chain of patches that follow each other faster than any of them gets old enough. */
export interface Starvation {
  /** Oldest first; each takes the place of the one before it. The last ones of a long chain. */
  readonly chain: readonly string[];
  /** The longest time between two of them, in days. */
  readonly cadenceDays: number;
  readonly ageDays: number;
  /**
   * `never`: what is superseded is withdrawn before it is old enough, so nothing of the chain is ever installed. `behind`: it is
   * offered still, so what is installed is always superseded already.
   */
  readonly outcome: "never" | "behind";
}

/** What is wrong with the age that a source of patches asks for. */
export const problems = (
  source: { readonly _tag: string; readonly approvalAgeDays?: number } | null,
): readonly Rejection.Rejection[] => {
  const days = source?.approvalAgeDays;
  if (days === undefined || (Number.isInteger(days) && days >= 0 && days <= APPROVAL_AGE_DAYS_MAX)) return [];
  const message = `an approval age is 0–${APPROVAL_AGE_DAYS_MAX} whole days`;
  return [Rejection.make("PLN-07", "invalid", message, "patches.approvalAgeDays")];
};

/** Since when a patch has been out: as its feed says, or since the catalogue has had it. Epoch milliseconds. */
export const outSince = ({ isUndated, firstSeenAt, publishedAt }: Patch): number =>
  isUndated === true ? (firstSeenAt ?? publishedAt) : publishedAt;

/** Whether a patch hasn't been out for so many days; null: it has. Its words stay the same until it has, as plans have to. */
export const whyTooYoung = (patch: Patch, days: number, now: number): TooYoung | null => {
  const since = outSince(patch);
  const until = since + days * DAY_MS;
  if (now >= until) return null;
  const known = patch.isUndated === true ? "first seen" : "out since";
  const reason = `not out for ${days} days yet: ${known} ${new Date(since).toISOString()}`;
  return { rule: "PLN-07", reason, until };
};

/** What is asked for. `finds`: which patches the job's query is about; left out: all. */
export interface Policy {
  readonly ageDays: number;
  readonly now: number;
  readonly finds?: (patch: Patch) => boolean;
}

/**
 * The chains of which a policy never installs the newest patch, or none at all: their patches follow each other faster than
 * any of them gets old enough. Read off the last patches of each chain; one that came to rest, so that its newest patch is old
 * enough by now, is none of them. For the lint of jobs. Ordered by the newest patch's id.
 *
 * @example
 * ApprovalAge.neverInstalls(graph, { ageDays: 30, now, finds: (p) => p.platform === "Windows" });
 * // [{ chain: ["KB1", "KB2", "KB3"], cadenceDays: 28, ageDays: 30, outcome: "never" }]
 */
export const neverInstalls = (graph: Supersedence, policy: Policy): readonly Starvation[] => {
  const { finds = () => true } = policy;
  const olderOf = new Map<string, Patch[]>();
  for (const [older, links] of graph.standing) {
    const patch = graph.patches.get(older);
    if (patch === undefined || !finds(patch)) continue;
    for (const newer of new Set(links.map((l) => l.newer))) {
      const known = olderOf.get(newer);
      if (known === undefined) olderOf.set(newer, [patch]);
      else known.push(patch);
    }
  }
  const found: Starvation[] = [];
  for (const id of [...olderOf.keys()].sort()) {
    const newest = graph.patches.get(id);
    if (newest === undefined || newest.isDeprecated || graph.standing.has(id) || !finds(newest)) continue;
    const starvation = starvationOf(chainBelow(olderOf, newest), policy);
    if (starvation !== null) found.push(starvation);
  }
  return found;
};

// From the newest down, each time to the latest of those whose place it takes; answered oldest first. No circle: the graph
// has none.
const chainBelow = (olderOf: ReadonlyMap<string, readonly Patch[]>, newest: Patch): readonly Patch[] => {
  const chain: Patch[] = [newest];
  for (let at = newest; chain.length < CADENCE_PATCHES_MAX; ) {
    const before = (olderOf.get(at.id) ?? []).reduce<Patch | null>(
      (best, p) => (best === null || isLater(p, best) ? p : best),
      null,
    );
    if (before === null) break;
    chain.push(before);
    at = before;
  }
  return chain.reverse();
};

const isLater = (a: Patch, b: Patch): boolean =>
  outSince(a) - outSince(b) > 0 || (outSince(a) === outSince(b) && a.id > b.id);

const starvationOf = (chain: readonly Patch[], { ageDays, now }: Policy): Starvation | null => {
  if (chain.length < CADENCE_PATCHES_MIN) return null;
  const days = chain.map(outSince);
  const sinceNewest = now - (days.at(-1) ?? now);
  const cadence = Math.max(...days.slice(1).map((day, i) => day - (days[i] ?? day)));
  if (Math.max(cadence, sinceNewest) >= ageDays * DAY_MS) return null;
  return {
    chain: chain.map((p) => p.id),
    cadenceDays: Math.floor((cadence * 10) / DAY_MS) / 10,
    ageDays,
    outcome: chain.slice(0, -1).every((p) => p.isDeprecated) ? "never" : "behind",
  };
};
