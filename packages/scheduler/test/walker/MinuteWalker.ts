/**
 * An oracle that walks through time minute by minute and asks `Intl` what the clock on the wall shows: no offsets, no
 * transitions, no calendar of ours. Of every hour it asks for the first and the last minute, and for each one between where
 * these two aren't 59 minutes apart.
 */
import { shown } from "../FormattedClock.ts";

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;

/** What the clocks show at `from`, a minute later, and so on: milliseconds as if in UTC. */
export type Walk = { readonly from: number; readonly to: number; readonly local: Float64Array };

const HOUR_MINUTES = 60;

/** Walks from one instant up to, not including, another; both on whole minutes. */
export const walk = (zone: string, from: number, to: number): Walk => {
  const local = new Float64Array(Math.max(0, (to - from) / MINUTE));
  for (let first = 0; first < local.length; first += HOUR_MINUTES) {
    const last = Math.min(first + HOUR_MINUTES, local.length) - 1;
    const shownFirst = shownAt(zone, from + first * MINUTE);
    const isSteady = shownAt(zone, from + last * MINUTE) - shownFirst === (last - first) * MINUTE;
    for (let i = first; i <= last; i++) {
      local[i] = isSteady ? shownFirst + (i - first) * MINUTE : shownAt(zone, from + i * MINUTE);
    }
  }
  return { from, to, local };
};

const shownAt = (zone: string, at: number): number => Date.parse(`${shown(zone, at)}Z`);

/** The stretches of minutes for which something holds, as half-open intervals of instants. */
export const stretches = (
  { from, local }: Walk,
  holds: (local: number, at: number) => boolean,
): readonly { readonly start: number; readonly end: number }[] => {
  const found: { readonly start: number; readonly end: number }[] = [];
  let start: number | null = null;
  for (let i = 0; i <= local.length; i++) {
    const at = from + i * MINUTE;
    const here = i < local.length && holds(local[i] ?? Number.NaN, at);
    if (here && start === null) start = at;
    if (!here && start !== null) {
      found.push({ start, end: at });
      start = null;
    }
  }
  return found;
};

/** What the clock shows at an instant of a walk. */
export const localAt = ({ from, local }: Walk, at: number): number => {
  const found = local[(at - from) / MINUTE];
  if (found === undefined) throw new RangeError(`${new Date(at).toISOString()} is not a minute of this walk`);
  return found;
};
