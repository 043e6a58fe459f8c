/**
 * Sees to it that nothing is silently "running" for ever: what began and fell silent is presumed Timed Out an hour after its window,
 * where the job was to complete inside it; elsewhere its silence is shown with its age, and never taken for a failure (WIN-04). A scan
 * that nothing follows for an hour stands in for the last message (CMP-02).
 */
import * as AssetRun from "./AssetRun.ts";
import type * as Marks from "./Marks.ts";
import type { RunConduct } from "./Run.ts";

/** How long an agent may say nothing before that is noticed, in milliseconds. */
export const SILENCE_MS = 3_600_000;

/** What the control plane finds now of an asset run that began and isn't over, or null. */
export const find = (
  run: AssetRun.AssetRun,
  { now, bound }: { readonly now: number; readonly bound: RunConduct["bound"] },
): Exclude<Marks.MarkBody, { readonly _tag: "Scanned" }> | null => {
  if (!AssetRun.hasStarted(run) || AssetRun.isFinal(run)) return null;
  const { scan } = run.state;
  if (scan !== null && now - scan.at >= SILENCE_MS && !isUnheard(run, scan)) {
    return { _tag: "Unheard", scan: scan.takenAt };
  }
  return isOverdue(run, now) && bound === "complete" ? presumed(run) : null;
};

/** An asset run of which nothing is heard though its time has come: since when, by the control plane's clock; null: it isn't one. */
export const silentSince = (run: AssetRun.AssetRun, now: number): number | null => {
  if (AssetRun.isFinal(run) || waitsForReboot(run) || run.manifest === null) return null;
  const since = Math.max(run.placed.at, run.timing?.start ?? run.placed.at, heardAt(run, now));
  return now - since >= SILENCE_MS ? since : null;
};

/** How many assets of a run are silent, and for how long the one that is so longest. */
export interface Silence {
  readonly assets: number;
  readonly oldestMilliseconds: number;
}

/** The silence among asset runs; null: there is none. */
export const silence = (assetRuns: readonly AssetRun.AssetRun[], now: number): Silence | null => {
  const since = assetRuns.flatMap((run) => silentSince(run, now) ?? []);
  if (since.length === 0) return null;
  return { assets: since.length, oldestMilliseconds: now - since.reduce((a, b) => Math.min(a, b)) };
};

/** Whether it is kept already that nothing was heard after a scan. */
export const isUnheard = ({ marks }: AssetRun.AssetRun, { takenAt }: { readonly takenAt: number }): boolean =>
  marks.some(({ body }) => body._tag === "Unheard" && body.scan === takenAt);

const isOverdue = (run: AssetRun.AssetRun, now: number): boolean => {
  const windowEnd = run.timing?.windowEnd ?? null;
  if (windowEnd === null || waitsForReboot(run)) return false;
  return now - Math.max(windowEnd, heardAt(run, now)) > SILENCE_MS;
};

/** Whether it has nothing to tell until its asset is rebooted; once a scan counts, it has been. */
export const waitsForReboot = (run: AssetRun.AssetRun): boolean =>
  AssetRun.isPendingReboot(run) && run.state.scan === null;

// A clock that runs ahead keeps nothing alive: what it says of the future tells nothing of when that was heard.
const heardAt = ({ state: { heardAt } }: AssetRun.AssetRun, now: number): number =>
  heardAt === null || heardAt > now ? Number.NEGATIVE_INFINITY : heardAt;

const presumed = (run: AssetRun.AssetRun): Marks.MarkBody & { readonly _tag: "Presumed" } => {
  const windowEnd = new Date(run.timing?.windowEnd ?? 0).toISOString();
  const reason = `WIN-02: its window was over at ${windowEnd}, and it was not heard of since`;
  return { _tag: "Presumed", reason, facts: run.state.facts };
};
