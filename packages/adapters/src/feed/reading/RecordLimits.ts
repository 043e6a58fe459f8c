import type { TextLimits } from "./FeedText.ts";

/** What one feed of JSON records may hold at most (T16). A test stands at each one's max + 1. */
export interface RecordLimits extends TextLimits {
  /** UTF-16 units of one record's text; a longer one is left out without being held. */
  readonly recordCharacters: number;
  /** Objects and arrays inside one another, counted before anything is parsed. */
  readonly nestingDepth: number;
  /** Records or documents, the bad ones counted too. */
  readonly records: number;
  /** Patches of the whole feed. */
  readonly patches: number;
  /** Releases that one record gives different packages. */
  readonly patchesPerRecord: number;
  readonly packagesPerPatch: number;
  readonly cvesPerPatch: number;
  /** A longer title is cut. */
  readonly titleCharacters: number;
  /** A longer description is cut; 0 keeps none. */
  readonly descriptionCharacters: number;
  /** Entries of the report of each kind; what is beyond is counted only. */
  readonly reportEntries: number;
}
