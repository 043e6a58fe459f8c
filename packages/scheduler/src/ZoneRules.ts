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

/**
 * What was found in a block: its stretches in order, and the one that holds from each probe to the next, null where clocks
 * change between them. So most questions are answered by one look.
 */
export type Block = { readonly stretches: readonly Stretch[]; readonly byProbe: readonly (Stretch | null)[] };

/** A zone's look-up and what has been found with it: a memory, not a state. Dropping any of it changes no answer. */
export type ZoneRules = {
  readonly lookUp: (milliseconds: number) => number;
  /** The one stretch of a zone that never changes. */
  readonly only: Stretch | null;
  /** By the number of the block. */
  blocks: (Block | undefined)[];
  known: number;
};

/** Rules over `lookUp`, which answers the offset at a time, both in milliseconds, for whole seconds. */
export const make = (lookUp: (milliseconds: number) => number): ZoneRules => ({
  lookUp,
  only: null,
  blocks: [],
  known: 0,
});

/** Rules of a single offset. */
export const single = (offset: number): ZoneRules => ({
  ...make(() => offset),
  only: { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY, offset },
});

/** The offset at any time. */
export const offsetAt = (self: ZoneRules, milliseconds: number): number => stretchAt(self, milliseconds).offset;

/** The stretch that a time lies in. It may end sooner than the offset changes: where a block does. */
export const stretchAt = (self: ZoneRules, milliseconds: number): Stretch => {
  if (self.only !== null) return self.only;
  const probe = Math.floor(milliseconds / PROBE);
  const place = (probe >> Limits.TRANSITION_BLOCK_BITS) + BLOCKS_BEFORE_1970;
  const block = self.blocks[place] ?? searched(self, place);
  return block.byProbe[probe & LAST_IN_BLOCK] ?? amongAll(block, milliseconds);
};

const amongAll = ({ stretches }: Block, milliseconds: number): Stretch =>
  stretches.find(({ until }) => milliseconds < until) as Stretch;

/** The stretches that touch `[from, until)`, in order; neighbours differ in their offset. */
export const stretchesBetween = (self: ZoneRules, from: number, until: number): readonly Stretch[] => {
  const found: Stretch[] = [];
  for (let at = from; at < until; ) {
    const stretch = stretchAt(self, at);
    const last = found.at(-1);
    if (last?.offset === stretch.offset) found[found.length - 1] = { ...last, until: stretch.until };
    else found.push(stretch);
    at = stretch.until;
  }
  return found;
};

const searched = (self: ZoneRules, place: number): Block => {
  if (self.known >= Limits.MAX_CACHED_BLOCKS_PER_ZONE) {
    self.blocks = [];
    self.known = 0;
  }
  const start = (place - BLOCKS_BEFORE_1970) * BLOCK;
  const stretches = search(self.lookUp, start, start + BLOCK);
  const byProbe = Array.from({ length: LAST_IN_BLOCK + 1 }, (_, i) => {
    const probe = start + i * PROBE;
    return stretches.find(({ from, until }) => from <= probe && until >= probe + PROBE) ?? null;
  });
  const block = { stretches, byProbe };
  self.blocks[place] = block;
  self.known += 1;
  return block;
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
/** The number of a block's last probe, of which all bits are set. */
const LAST_IN_BLOCK = (1 << Limits.TRANSITION_BLOCK_BITS) - 1;

/** Near 1970 a search may step before it. */
const BLOCKS_BEFORE_1970 = 1;
