/**
 * Rings of a job (RNG-02): the assets of the first get the patches first, and the next ring follows when it has soaked and
 * what was asked of it holds. A rollout is one job with one frozen patch list; each ring is a run (RNG-05).
 */
import type { TagSet } from "../tag/TagSelection.ts";

/** Which assets a ring takes, of those that no ring before it took. */
export type RingMembers =
  | { readonly _tag: "Count"; readonly assets: number }
  /** Of the job's targets, rounded up. */
  | { readonly _tag: "Percent"; readonly percent: number }
  | { readonly _tag: "Tags"; readonly tags: TagSet }
  /** All that is left: of the last ring. */
  | { readonly _tag: "Rest" };

/** What must hold of a ring before the next one starts; exceeded, the rollout halts (RNG-03). */
export interface Promotion {
  /** Assets that may have failed, in percent of the ring's. */
  readonly failedPercentMax: number;
  /** Assets that may not have answered by the end of the soak, in percent of the ring's. */
  readonly silentPercentMax: number;
  /** `automatic`: when it holds; `manual`: when it holds and somebody says so. */
  readonly by: "automatic" | "manual";
}

export interface Ring {
  readonly name: string;
  readonly members: RingMembers;
  /** Days from its deployment on, that day among them, before the next ring starts; null: of the last ring. */
  readonly soakDays: number | null;
  /** Null: of the last ring. */
  readonly promotion: Promotion | null;
}

export interface Rollout {
  readonly rings: readonly Ring[];
}
