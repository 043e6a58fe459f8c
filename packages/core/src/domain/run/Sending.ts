/**
 * What is to be done now about an asset run that is not over: send it, wait, or let it end (WIN-02, WIN-03, WIN-05 … WIN-07, PLN-04,
 * RBT-02, TAG-05); of one that has started, whether it is to be presumed over ({@link ./Watchdog.ts}). Pure; asked again at every tick.
 */
import { Instant, Interval, Overlap } from "@fettle/scheduler";
import * as AssetRun from "./AssetRun.ts";
import * as Blocking from "./Blocking.ts";
import type { MarkBody } from "./Marks.ts";
import type { RunConduct } from "./Run.ts";
import * as Watchdog from "./Watchdog.ts";

export type Step =
  | { readonly _tag: "Send"; readonly timing: AssetRun.AssetRunTiming }
  /** It needs a manifest and may not be sent it now. */
  | { readonly _tag: "Wait" }
  /** Something is found of it: that it ends without having started, or is presumed over. */
  | { readonly _tag: "Mark"; readonly body: MarkBody }
  /** It has its manifest, goes on, or is over. */
  | { readonly _tag: "Nothing" };

export interface Situation {
  readonly now: number;
  /** When its run was made: what was made before there were times starts then. */
  readonly madeAt: number;
  /** Earlier occurrences of its job on the asset, by their keys. */
  readonly earlier: readonly { readonly key: string; readonly run: AssetRun.AssetRun }[];
  readonly overlap: Overlap.Policy;
  readonly bound: RunConduct["bound"];
  /** A freeze or a blackout keeps work off the asset now. */
  readonly isKept: boolean;
  /** Another run waits there for a reboot (RBT-02); null: none does. */
  readonly blockedBy: Blocking.Blocker | null;
  /** Why the asset is out of the reach of the job's owner by now (TAG-05, OWN-01); null: it is in it. */
  readonly outOfScope: string | null;
}

/** When it may start, and until when. */
export const timingOf = (run: AssetRun.AssetRun, madeAt: number): AssetRun.AssetRunTiming =>
  run.timing ?? { start: madeAt, windowEnd: null };

/** What is next. */
export const step = (run: AssetRun.AssetRun, situation: Situation): Step => {
  const { now, overlap } = situation;
  if (AssetRun.hasStarted(run)) {
    const body = Watchdog.find(run, situation);
    return body === null ? { _tag: "Nothing" } : { _tag: "Mark", body };
  }
  const timing = timingOf(run, situation.madeAt);
  const { start, windowEnd } = timing;
  const validity = Interval.of(Instant.held(start), windowEnd === null ? null : Instant.held(windowEnd));
  const earlier = situation.earlier.map((e): Overlap.Earlier => ({ key: e.key, finishedAt: finishedAt(e.run, now) }));
  const verdict = Overlap.judge(earlier, validity, { now: Instant.held(now), policy: overlap });
  if (windowEnd !== null && windowEnd <= now) {
    return {
      _tag: "Mark",
      body: { _tag: "Presumed", reason: whyOver(run, windowEnd, verdict, situation), facts: null },
    };
  }
  if (run.manifest !== null && run.manifest.notAfter > now) return { _tag: "Nothing" };
  if (run.manifest === null && verdict._tag === "Waits") return { _tag: "Wait" };
  if (run.manifest === null && verdict._tag === "Skipped") {
    // Whether the earlier one is over by then is seen when it would start, not before.
    if (now < start) return { _tag: "Wait" };
    const reason = `WIN-06: skipped, as ${verdict.becauseOf} went on`;
    return { _tag: "Mark", body: { _tag: "Skipped", reason } };
  }
  return sent(timing, situation);
};

// What keeps it now, at the moment of sending, whatever the plan said of it.
const sent = (timing: AssetRun.AssetRunTiming, { now, isKept, blockedBy, outOfScope }: Situation): Step => {
  if (outOfScope !== null) return { _tag: "Mark", body: { _tag: "OutOfScope", reason: outOfScope } };
  if (blockedBy !== null || (isKept && timing.start <= now)) return { _tag: "Wait" };
  return { _tag: "Send", timing };
};

const whyOver = (
  { manifest }: AssetRun.AssetRun,
  windowEnd: number,
  verdict: ReturnType<typeof Overlap.judge>,
  { blockedBy }: Situation,
): string => {
  const over = `WIN-02: its window was over at ${new Date(windowEnd).toISOString()}`;
  if (manifest === null && verdict._tag === "Skipped") return `WIN-06: ${verdict.becauseOf} went on; ${over}`;
  return blockedBy === null ? over : `${Blocking.reason(blockedBy)}; ${over}`;
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
