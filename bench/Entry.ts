/**
 * What a figure is: something of ours against a peer that does the same, as a ratio. One figure is one file in
 * `bench/entries/`, whose default export is an {@link Entry}; nothing else lists it.
 */

/** Which way is better; with a goal of 0.6, "higher" wants a ratio of at least 0.6, "lower" one of at most 0.6. */
export type Better = "higher" | "lower";

export interface Entry {
  /** `<area>.<name>`, as `storage.commit`; areas are access, qql, scheduler, plan, run, sim, storage, protocol. */
  readonly id: string;
  /** What ours does, in a few words. */
  readonly what: string;
  /** Of what the two sides answer: "commits/s", "µs". */
  readonly unit: string;
  readonly better: Better;
  /** The ratio, ours ÷ peer, to reach. */
  readonly goal: number;
  readonly peerName: string;
  readonly prepare: (context: Context) => Promise<Contest> | Contest;
}

/** What an entry may rely on. */
export interface Context {
  /** Heavier sizes are wanted. */
  readonly isFull: boolean;
  /** An empty folder on the disk that holds the working copy; it is removed afterwards. */
  readonly folder: string;
}

/** Both sides, ready to be measured. A call is one run and answers one figure in the entry's unit. */
export interface Contest {
  readonly ours: () => Promise<number> | number;
  readonly peer: () => Promise<number> | number;
  /** Closes what `prepare` opened. */
  readonly close?: () => Promise<void> | void;
}
