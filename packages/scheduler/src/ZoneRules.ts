/**
 * The stretches of time in which a zone keeps one offset, found by looking offsets up and remembered by blocks.
 *
 * Pure search: where an offset comes from is the caller's (`TimeZone` asks `Intl`). Times and offsets are plain milliseconds,
 * since a search may step outside the range of `Instant`.
 *
 * - Every transition is found whose new offset holds for longer than the probe, `TRANSITION_PROBE_DAYS`, or doesn't lead back
 *   to the offset before it. Transitions lie on whole seconds.
 * - Memory is bounded by `MAX_CACHED_BLOCKS_PER_ZONE`.
 */
import { DAY_MILLISECONDS, SECOND_MILLISECONDS } from "./Calendar.ts";
import * as Limits from "./Limits.ts";

/** `[from, until)`, in which one offset holds. Its ends are transitions, or the ends of what was searched. */
export type Stretch = { readonly from: number; readonly until: number; readonly offset: number };

/** A zone's look-up and what has been found with it. The blocks are a memory, not a state: dropping them changes no answer. */
export type ZoneRules = {
  readonly lookUp: (milliseconds: number) => number;
  readonly blocks: Map<number, readonly Stretch[]>;
};

/** Rules over `lookUp`, which answers the offset at a time, both in milliseconds, for whole seconds. */
export const make = (lookUp: (milliseconds: number) => number): ZoneRules => ({ lookUp, blocks: new Map() });

/** The offset at any time. */
export const offsetAt = (self: ZoneRules, milliseconds: number): number => {
  let offset = 0;
  for (const stretch of blockAt(self, Math.floor(milliseconds / BLOCK))) {
    if (stretch.from > milliseconds) break;
    offset = stretch.offset;
  }
  return offset;
};

/** The stretches that touch `[from, until)`, in order; neighbours differ in their offset. */
export const stretchesBetween = (self: ZoneRules, from: number, until: number): readonly Stretch[] => {
  const found: Stretch[] = [];
  for (let index = Math.floor(from / BLOCK); index * BLOCK < until; index++) {
    for (const stretch of blockAt(self, index)) {
      if (stretch.until <= from || stretch.from >= until) continue;
      const last = found.at(-1);
      if (last?.offset === stretch.offset) found[found.length - 1] = { ...last, until: stretch.until };
      else found.push(stretch);
    }
  }
  return found;
};

const blockAt = (self: ZoneRules, index: number): readonly Stretch[] => {
  const known = self.blocks.get(index);
  if (known !== undefined) return known;
  if (self.blocks.size >= Limits.MAX_CACHED_BLOCKS_PER_ZONE) self.blocks.clear();
  const found = search(self.lookUp, index * BLOCK, (index + 1) * BLOCK);
  self.blocks.set(index, found);
  return found;
};

const search = (lookUp: ZoneRules["lookUp"], start: number, end: number): readonly Stretch[] => {
  const found: Stretch[] = [];
  let current = { from: start, offset: lookUp(start) };
  let reached = start;
  while (reached < end) {
    const probe = Math.min(reached + PROBE, end);
    const offsetThere = lookUp(probe);
    // More than one turn when a zone changes twice between two probes.
    while (current.offset !== offsetThere) {
      const at = firstOtherOffset(lookUp, current.offset, { same: reached, other: probe });
      found.push({ from: current.from, until: at, offset: current.offset });
      current = { from: at, offset: lookUp(at) };
      reached = at;
    }
    reached = probe;
  }
  // What begins at `end` itself belongs to the next block.
  if (current.from < end) found.push({ ...current, until: end });
  return found;
};

/** The first second after `same` with another offset than there, given that `other` has one. */
const firstOtherOffset = (
  lookUp: ZoneRules["lookUp"],
  offset: number,
  bounds: { readonly same: number; readonly other: number },
): number => {
  let { same, other } = bounds;
  while (other - same > SECOND_MILLISECONDS) {
    const middle = same + Math.floor((other - same) / (2 * SECOND_MILLISECONDS)) * SECOND_MILLISECONDS;
    if (lookUp(middle) === offset) same = middle;
    else other = middle;
  }
  return other;
};

const BLOCK = Limits.TRANSITION_BLOCK_DAYS * DAY_MILLISECONDS;
const PROBE = Limits.TRANSITION_PROBE_DAYS * DAY_MILLISECONDS;
