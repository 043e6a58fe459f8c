/**
 * What holds for a run on an asset in each minute of a walk (WIN-02, WIN-05, WIN-07): an oracle that looks at minutes one after the
 * other and knows no intervals.
 */
import type { Freeze } from "../../src/Freeze.ts";
import type * as Maintenance from "../../src/Maintenance.ts";
import { localAt, MINUTE, type Walk, walk } from "./MinuteWalker.ts";
import { isBlackedOut, walkFreezes, weekTable } from "./WalkedCalendar.ts";

/** Times in milliseconds on whole minutes. `length` null: no window, so nothing ends. */
export type Plan = {
  readonly start: number;
  readonly length: number | null;
  readonly bound: "start" | "complete";
  readonly reserve: number;
};

export type WalkedRun = {
  readonly clock: Walk;
  readonly isBlackout: (at: number) => boolean;
  readonly freezes: (at: number) => readonly Freeze[];
  /** True while the window is open and leaves more than the work takes. */
  readonly isFitting: (at: number) => boolean;
  /** The first minute from one on in which a run may start; null if the walk ends before. */
  readonly firstLegal: (from: number, options?: { readonly ignoreBlackouts: boolean }) => number | null;
  /** The first minute from one on for which something doesn't hold; null if the walk ends before. */
  readonly firstNot: (from: number, holds: (at: number) => boolean) => number | null;
};

/** Walks a zone from one minute to another under a calendar. */
export const walkRun = (
  { zone, blackouts, freezes, inBlackout }: Omit<Maintenance.Calendar, "zone"> & { readonly zone: string },
  { start, length, bound, reserve }: Plan,
  [from, to]: readonly [number, number],
): WalkedRun => {
  const clock = walk(zone, from, to);
  const table = weekTable(blackouts);
  const frozenBy = walkFreezes(freezes, clock);
  const end = length === null ? Number.POSITIVE_INFINITY : start + length;
  const isBlackout = (at: number): boolean => isBlackedOut(table, localAt(clock, at));
  const isFitting = (at: number): boolean =>
    at >= start && at < end && (bound === "start" || length === null || at + reserve < end);
  return {
    clock,
    isBlackout,
    freezes: frozenBy,
    isFitting,
    firstLegal: (after, { ignoreBlackouts } = { ignoreBlackouts: false }) => {
      for (let at = Math.max(after, start); at < Math.min(to, end); at += MINUTE) {
        const isDark = !ignoreBlackouts && isBlackout(at);
        // Due in a blackout that cancels at once: whatever comes later is too late.
        if (isDark && inBlackout === "cancel") return null;
        if (!isDark && isFitting(at) && frozenBy(at).length === 0) return at;
      }
      return null;
    },
    firstNot: (after, holds) => {
      for (let at = after; at < to; at += MINUTE) if (!holds(at)) return at;
      return null;
    },
  };
};
