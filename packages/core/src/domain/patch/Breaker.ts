/**
 * The circuit breaker of a patch (PLN-05): when too much of what was attempted with it has failed, across all jobs, it is
 * held as by hand. Pure.
 *
 * What counts is that an agent tried to install it: it was installed, or failed. An asset counts once, with the latest it told,
 * whichever job that was of. A release begins a new round of counting, so that what failed before doesn't hold the patch again
 * at once; what an asset tells after the release counts to the new round. The breaker itself never releases anything.
 */
import type { PatchOutcome } from "@fettle/agent-protocol/vocabulary";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";

/** The most that {@link Limits.breakerAttemptsMin} may be. */
export const ATTEMPTS_MIN_MAX = 1_000_000;

/** Patches of which an asset's latest attempt is kept, the latest ones; one that is older counts anew if it ever comes again. */
export const ATTEMPTS_PER_ASSET_MAX = 2_000;

/** An asset's latest attempt at a patch. Its place among the asset's facts is (epoch, sequence). */
export interface Attempt {
  readonly epoch: number;
  readonly sequence: number;
  /** The round of counting that it counted to. */
  readonly round: number;
  readonly isFailed: boolean;
}

/** An asset's latest attempts, by patch. */
export interface Attempts {
  readonly assetId: string;
  readonly latest: { readonly [patchId: string]: Attempt };
}

/** How far the counting of a patch has come; a patch that was never released is in round 0. */
export interface Round {
  readonly patchId: string;
  readonly round: number;
}

/** What an agent tells of an attempt. */
export interface Told {
  readonly patchId: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly outcome: PatchOutcome.PatchOutcome;
}

/** On how many assets a patch was attempted, and failed, in one round. */
export interface Counts {
  readonly attempted: number;
  readonly failed: number;
}

type Settings = Pick<Limits, "breakerAttemptsMin" | "breakerFailedPercentMax">;

/** What is wrong with the limits of the breaker. */
export const limitProblems = (limits: Settings): readonly Rejection.Rejection[] => [
  ...within("breakerAttemptsMin", limits.breakerAttemptsMin, 1, ATTEMPTS_MIN_MAX),
  ...within("breakerFailedPercentMax", limits.breakerFailedPercentMax, 0, 100),
];

/** Whether an outcome tells of an attempt at all; what was skipped, not needed or there already is none. */
export const isAttempt = (outcome: PatchOutcome.PatchOutcome): boolean =>
  outcome === "Installed" || outcome === "InstalledPendingReboot" || outcome === "Failed";

/**
 * An asset's latest attempts with what its agent tells now, and what that adds to the counts of each patch's round. The same
 * facts in any order lead to the same attempts and the same sums.
 */
export const take = (
  known: Attempts,
  told: readonly Told[],
  roundOf: (patchId: string) => number,
): { readonly attempts: Attempts; readonly added: ReadonlyMap<string, Counts & { readonly round: number }> } => {
  const latest = new Map(Object.entries(known.latest));
  const added = new Map<string, Counts & { readonly round: number }>();
  for (const { patchId, epoch, sequence, outcome } of told) {
    if (!isAttempt(outcome)) continue;
    const before = latest.get(patchId);
    if (before !== undefined && !isLater({ epoch, sequence }, before)) continue;
    const round = roundOf(patchId);
    const isFailed = outcome === "Failed";
    const counted = before?.round === round ? before : null;
    const sum = added.get(patchId) ?? { round, attempted: 0, failed: 0 };
    added.set(patchId, {
      round,
      attempted: sum.attempted + (counted === null ? 1 : 0),
      failed: sum.failed + Number(isFailed) - Number(counted?.isFailed ?? false),
    });
    latest.set(patchId, { epoch, sequence, round, isFailed });
  }
  return { attempts: { assetId: known.assetId, latest: Object.fromEntries(lastOf(latest)) }, added };
};

/** Whether so many failures hold a patch: of enough attempts, more than may fail. */
export const isTripped = ({ attempted, failed }: Counts, limits: Settings): boolean =>
  attempted >= limits.breakerAttemptsMin && failed * 100 > attempted * limits.breakerFailedPercentMax;

/** What people are told of a patch that the breaker holds. */
export const reasonOf = ({ attempted, failed }: Counts, { breakerFailedPercentMax }: Settings): string =>
  `failed on ${failed} of ${attempted} assets that attempted it, across all jobs; more than ${breakerFailedPercentMax} % hold it`;

const isLater = (a: Pick<Attempt, "epoch" | "sequence">, b: Pick<Attempt, "epoch" | "sequence">): boolean =>
  a.epoch > b.epoch || (a.epoch === b.epoch && a.sequence > b.sequence);

const lastOf = (latest: ReadonlyMap<string, Attempt>): Iterable<readonly [string, Attempt]> =>
  latest.size <= ATTEMPTS_PER_ASSET_MAX
    ? latest
    : [...latest].sort(([, a], [, b]) => (isLater(a, b) ? -1 : 1)).slice(0, ATTEMPTS_PER_ASSET_MAX);

const within = (name: keyof Settings, value: number, min: number, max: number): readonly Rejection.Rejection[] =>
  Number.isInteger(value) && value >= min && value <= max
    ? []
    : [Rejection.make("PLN-05", "invalid", `a whole number, ${min}–${max}`, `limits.${name}`)];
