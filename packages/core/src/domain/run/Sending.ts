/**
 * What is to be done now about an asset run that has not started: send it, wait, or let it end (WIN-02, WIN-03, WIN-05 … WIN-07,
 * PLN-04). Pure; asked again at every tick.
 */
import { Instant, Interval, Overlap } from "@fettle/scheduler";
import * as AssetRun from "./AssetRun.ts";

export type Step =
  | { readonly _tag: "Send"; readonly timing: AssetRun.AssetRunTiming }
  /** It needs a manifest and may not be sent it now. */
  | { readonly _tag: "Wait" }
  /** It ends without having started. */
  | { readonly _tag: "End"; readonly ended: AssetRun.AssetRun }
  /** It has its manifest, has started, or is over. */
  | { readonly _tag: "Nothing" };

export interface Situation {
  readonly now: number;
  /** When its run was made: what was made before there were times starts then. */
  readonly madeAt: number;
  /** Earlier occurrences of its job on the asset, by their keys. */
  readonly earlier: readonly { readonly key: string; readonly run: AssetRun.AssetRun }[];
  readonly overlap: Overlap.Policy;
  /** A freeze or a blackout keeps work off the asset now. */
  readonly isKept: boolean;
}

/** When it may start, and until when. */
export const timingOf = (run: AssetRun.AssetRun, madeAt: number): AssetRun.AssetRunTiming =>
  run.timing ?? { start: madeAt, windowEnd: null };

/** What is next. */
export const step = (run: AssetRun.AssetRun, situation: Situation): Step => {
  const { now, overlap, isKept } = situation;
  if (AssetRun.hasStarted(run)) return { _tag: "Nothing" };
  const timing = timingOf(run, situation.madeAt);
  const { start, windowEnd } = timing;
  const validity = Interval.of(Instant.held(start), windowEnd === null ? null : Instant.held(windowEnd));
  const earlier = situation.earlier.map((e): Overlap.Earlier => ({ key: e.key, finishedAt: finishedAt(e.run, now) }));
  const verdict = Overlap.judge(earlier, validity, { now: Instant.held(now), policy: overlap });
  if (windowEnd !== null && windowEnd <= now) {
    const because = verdict._tag === "Skipped" && run.manifest === null ? `WIN-06: ${verdict.becauseOf} went on; ` : "";
    const reason = `${because}WIN-02: its window was over at ${new Date(windowEnd).toISOString()}`;
    return { _tag: "End", ended: AssetRun.timedOut(run, reason, now) };
  }
  if (run.manifest !== null && run.manifest.notAfter > now) return { _tag: "Nothing" };
  if (run.manifest === null && verdict._tag === "Waits") return { _tag: "Wait" };
  if (run.manifest === null && verdict._tag === "Skipped") {
    // Whether the earlier one is over by then is seen when it would start, not before.
    if (now < start) return { _tag: "Wait" };
    const reason = `WIN-06: skipped, as ${verdict.becauseOf} went on`;
    return { _tag: "End", ended: AssetRun.skipped(run, reason, now) };
  }
  return isKept && start <= now ? { _tag: "Wait" } : { _tag: "Send", timing };
};

/** The interval of a manifest that is sent now: its window, or a lease, which is renewed (PLN-04). */
export const validity = (
  { start, windowEnd }: AssetRun.AssetRunTiming,
  about: { readonly now: number; readonly leaseMilliseconds: number },
): { readonly validity: "window" | "lease"; readonly notBefore: number; readonly notAfter: number } =>
  windowEnd === null
    ? { validity: "lease", notBefore: start, notAfter: Math.max(start, about.now) + about.leaseMilliseconds }
    : { validity: "window", notBefore: start, notAfter: windowEnd };

// An agent's clock may run ahead of the platform's.
const finishedAt = (run: AssetRun.AssetRun, now: number): Instant.Instant | null =>
  AssetRun.isFinal(run) ? Instant.held(Math.min(run.state.changedAt, now)) : null;
