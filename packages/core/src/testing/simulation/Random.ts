/** A seeded source of chance: the same seed gives the same numbers on every machine. Streams by label don't disturb each other. */
export interface Random {
  /** In [0, 1). */
  readonly next: () => number;
  /** Whole, in [0, below). */
  readonly below: (below: number) => number;
  /** True with that probability. */
  readonly chance: (probability: number) => boolean;
  /** A UUID (version 4 by form). */
  readonly uuid: () => string;
  /** Bytes as base64url text. */
  readonly token: (bytes: number) => string;
  /** An independent stream. */
  readonly stream: (label: string) => Random;
}

/** A stream from a seed. */
export const make = (seed: string): Random => {
  let state = hash(seed);
  // mulberry32: small, and good enough to choose faults.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const hex = (digits: number): string => Array.from({ length: digits }, () => below(16).toString(16)).join("");
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    token: (bytes) => Buffer.from(Array.from({ length: bytes }, () => below(256))).toString("base64url"),
    stream: (label) => make(`${seed}/${label}`),
  };
};

// FNV-1a.
const hash = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
};
