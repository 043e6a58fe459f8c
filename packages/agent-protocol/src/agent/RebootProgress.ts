/**
 * How far a run's reboot has come: a pure fold over what was told of it (RBT-14), so that no crash gives a deferral back, shows
 * a prompt anew or forgets an order. And which reboots the agent has caused lately, over all its runs.
 */
import type { RebootEvent } from "../vocabulary/RebootEvent.ts";
import { REBOOTS_PER_DAY_MAX } from "../vocabulary/RebootPolicy.ts";

export interface RebootProgress {
  /** The boot in which the need was found: in any other one the machine has rebooted since. */
  readonly bootId: string;
  readonly need: "needed" | "unknown" | "dropped";
  /** The prompt shown last; `isOver` once it was answered or its time was. */
  readonly prompt: {
    readonly number: number;
    readonly deferralsLeft: number;
    readonly until: number;
    readonly isOver: boolean;
  } | null;
  readonly deferred: number;
  readonly isAccepted: boolean;
  /** The countdown shown last. */
  readonly countdown: { readonly until: number } | null;
  /** What held the reboot back last, if no countdown was shown since. */
  readonly held: {
    readonly because: Extract<RebootEvent, { _tag: "HeldBack" }>["because"];
    readonly until: number;
  } | null;
  /** When it was ordered, and for whom; two entries at most. */
  readonly orders: readonly { readonly at: number; readonly by: "policy" | "user" }[];
  readonly hasGivenUp: boolean;
  readonly rebooted: "agent" | "hand" | null;
}

/** A boot that the agent ended, or ordered to end. */
export interface CausedReboot {
  readonly bootId: string;
  readonly at: number;
}

/** How long a caused reboot counts, in milliseconds: a day. */
export const CAUSED_FOR_MS = 86_400_000;

/** How many of the latest are remembered: none that counts is forgotten, for no more are caused in a day. */
const CAUSED_KEPT_MAX = 2 * REBOOTS_PER_DAY_MAX;

/** When and in which boot something was told. */
export interface Told {
  readonly at: number;
  readonly bootId: string;
}

/** The progress after an event; a need that is found begins it anew. */
export const after = (known: RebootProgress | undefined, event: RebootEvent, { at, bootId }: Told): RebootProgress => {
  const p = known ?? begun(bootId);
  switch (event._tag) {
    case "Needed":
      return begun(bootId);
    case "Unknown":
      return { ...p, need: "unknown" };
    case "Prompted":
      return { ...p, prompt: { ...event, isOver: false }, held: null };
    case "Deferred":
      return {
        ...p,
        deferred: Math.max(p.deferred, event.number),
        prompt: p.prompt === null ? null : { ...p.prompt, isOver: true },
      };
    case "Accepted":
      return { ...p, isAccepted: true };
    case "Countdown":
      return { ...p, countdown: { until: event.until }, held: null };
    case "HeldBack":
      return { ...p, held: { because: event.because, until: event.until } };
    case "Ordered":
      return { ...p, orders: [...p.orders, { at, by: event.by }] };
    case "GaveUp":
      return { ...p, hasGivenUp: true };
    case "Rebooted":
      return { ...p, rebooted: event.by };
    case "Dropped":
      return { ...p, need: "dropped" };
  }
};

const begun = (bootId: string): RebootProgress => ({
  bootId,
  need: "needed",
  prompt: null,
  deferred: 0,
  isAccepted: false,
  countdown: null,
  held: null,
  orders: [],
  hasGivenUp: false,
  rebooted: null,
});

/** Whether a reboot was found to be needed, and has neither come nor become needless. */
export const isAwaited = (p: RebootProgress | undefined): boolean => p?.need === "needed" && p.rebooted === null;

/**
 * The reboots caused lately, with what an order adds: one boot counts once, however often its end was ordered, and as of the last
 * time, for what was ordered before was cut off.
 */
export const caused = (
  known: readonly CausedReboot[],
  event: RebootEvent,
  { at, bootId }: Told,
): readonly CausedReboot[] =>
  event._tag === "Ordered"
    ? [...known.filter((c) => c.bootId !== bootId), { at, bootId }].slice(-CAUSED_KEPT_MAX)
    : known;

/**
 * Until when no further reboot may be caused; null: one may. What was caused in this boot is about to happen, and is no further
 * one; one whose time lies ahead (the clock was put back) counts as of now.
 */
export const fullUntil = (known: readonly CausedReboot[], { at, bootId }: Told): number | null => {
  const ends = known
    .filter((c) => c.bootId !== bootId && c.at > at - CAUSED_FOR_MS)
    .map((c) => Math.min(c.at, at) + CAUSED_FOR_MS)
    .toSorted((a, b) => a - b);
  return ends.length < REBOOTS_PER_DAY_MAX ? null : (ends[ends.length - REBOOTS_PER_DAY_MAX] ?? null);
};
