/**
 * Does the work still fit before it has to be complete (WIN-02)? Durations are not known but estimated, phase by phase, as
 * quantiles: "nine of ten downloads take at most four minutes".
 *
 * The bound is certain in the sense of the estimates: the chance that the phases together take longer is at most
 * `1 - confidence`, however they depend on each other. Each of n phases gets an nth of that chance (Boole's inequality).
 */
import * as Duration from "./Duration.ts";
import type * as Instant from "./Instant.ts";
import { fail, ok, type Result } from "./Result.ts";

/** So much of all cases takes at most so long. */
export type Quantile = {
  /** Above 0, at most 1. */
  readonly share: number;
  readonly duration: Duration.Duration;
};

/** One phase of the work: download, install, reboot. Quantiles in rising order of share; durations don't fall. */
export type Phase = { readonly name: string; readonly quantiles: readonly Quantile[] };

/** Quantiles that are none, or don't reach the share that is asked for. */
export type InvalidEstimate = { readonly _tag: "InvalidEstimate"; readonly path: string; readonly message: string };

export type Fit = {
  /** What the work may take with this confidence. */
  readonly needed: Duration.Duration;
  /** What is left; null without an end. */
  readonly left: Duration.Duration | null;
  readonly fits: boolean;
};

/**
 * Whether work that begins at `start` is done by `stop`, with a confidence above 0 and below 1.
 *
 * @example FitToWindow.judge(phases, { start: now, stop: windowEnd, confidence: 0.95 })
 */
export const judge = (
  phases: readonly Phase[],
  {
    start,
    stop,
    confidence,
  }: { readonly start: Instant.Instant; readonly stop: Instant.Instant | null; readonly confidence: number },
): Result<Fit, InvalidEstimate> => {
  const needed = durationFor(phases, confidence);
  if (!needed.ok) return needed;
  const left = stop === null ? null : Duration.milliseconds(Math.max(0, stop - start));
  // As PatchWindow.mayStart has it: what is done at the end isn't done inside.
  return ok({ needed: needed.value, left, fits: left === null || needed.value < left });
};

/** What the phases together take at most, with a confidence. */
export const durationFor = (
  phases: readonly Phase[],
  confidence: number,
): Result<Duration.Duration, InvalidEstimate> => {
  if (!(confidence > 0 && confidence < 1)) return refuse("confidence", "A confidence lies between 0 and 1.");
  const share = 1 - (1 - confidence) / Math.max(1, phases.length) - ROUNDING;
  let sum = 0;
  for (const [i, { name, quantiles }] of phases.entries()) {
    const invalid = problemOf(quantiles);
    if (invalid !== null) return refuse(`phases.${i}.quantiles`, invalid);
    // Between two known shares, the longer: what isn't known isn't hoped for.
    const reached = quantiles.find((quantile) => quantile.share >= share);
    if (reached === undefined) {
      return refuse(`phases.${i}.quantiles`, `Give a quantile of ${name} for a share of ${share.toFixed(4)} at least.`);
    }
    sum += reached.duration;
  }
  return Duration.of(sum).ok ? ok(Duration.milliseconds(sum)) : refuse("phases", "The durations are too long.");
};

/** Shares such as 0.955 = 1 - 0.09 / 2 come out of the division a little off. */
const ROUNDING = 1e-12;

const problemOf = (quantiles: readonly Quantile[]): string | null => {
  for (const [i, { share, duration }] of quantiles.entries()) {
    const before = quantiles[i - 1];
    if (!(share > 0 && share <= 1)) return "A share lies above 0 and is at most 1.";
    if (duration < 0) return "A duration isn't negative.";
    if (before !== undefined && !(share > before.share && duration >= before.duration)) {
      return "Shares rise from one quantile to the next, and durations don't fall.";
    }
  }
  return null;
};

const refuse = (path: string, message: string): Result<never, InvalidEstimate> =>
  fail({ _tag: "InvalidEstimate", path, message });
