/**
 * How long an agent waits before it tries again (AGT-01), and at which moment of each interval it calls, so that a fleet never
 * calls all at once.
 *
 * Randomness is an argument; a phase is not random but follows from the agent's id, so restarts don't bunch agents up.
 */
import * as Duration from "./Duration.ts";
import * as Limits from "./Limits.ts";

/**
 * The wait before retry number `attempt`, counted from 1 (AGT-01): 60 s, half as long again each time, at most 2700 s; plus
 * jitter of up to half of it. Jitter is only ever added: no wait is shorter than the schedule.
 *
 * `random` lies in [0, 1). Throws a `RangeError` on any other, and on an attempt that isn't a whole number from 1 on: bugs.
 *
 * @example Backoff.delayFor(3, { random: 0 }) // 135 s
 */
export const delayFor = (attempt: number, { random }: { readonly random: number }): Duration.Duration => {
  if (!Number.isInteger(attempt) || attempt < 1) throw new RangeError(`Attempts count from 1; ${attempt} is none.`);
  if (!(random >= 0 && random < 1)) throw new RangeError(`A random number lies in [0, 1); ${random} does not.`);
  const grown = Limits.BACKOFF_BASE_MILLISECONDS * Limits.BACKOFF_GROWTH_FACTOR ** (attempt - 1);
  const delay = Math.ceil(Math.min(grown, Limits.BACKOFF_CAP_MILLISECONDS));
  return Duration.milliseconds(delay + Math.floor(random * delay * Limits.BACKOFF_JITTER_SHARE));
};

/**
 * Where in each `interval` the holder of `id` has its slot: from 0 to just under `interval`, the same on every machine and
 * after every restart. Phases of many ids are spread evenly. Throws a `RangeError` on an interval that isn't positive.
 */
export const slotPhase = (id: string, interval: Duration.Duration): Duration.Duration => {
  if (interval <= 0) throw new RangeError(`An interval between slots is longer than zero; ${interval} ms is not.`);
  // A share of the interval, not a remainder: that would favour the beginning of one that is long beside the number of hashes.
  return Duration.milliseconds(Math.floor((mixed(fnv1a(id)) / HASHES) * interval));
};

/** FNV-1a, 32 bits, over the low byte of each UTF-16 unit and its high byte unless that is 0: for ASCII, over its bytes. */
const fnv1a = (text: string): number => {
  let hash = FNV_OFFSET_BASIS;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), FNV_PRIME);
    if (unit > 0xff) hash = Math.imul(hash ^ (unit >>> 8), FNV_PRIME);
  }
  return hash >>> 0;
};

/** The finish of MurmurHash3, 32 bits: without it, ids that differ in their last digits only share their high bits. */
const mixed = (hash: number): number => {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
};

/** How many hashes there are. */
const HASHES = 2 ** 32;

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
