import type { RecordLimits } from "../reading/RecordLimits.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** The limits unless the caller says otherwise. Whole distributions are some hundred MiB with some ten thousand records. */
export const osvLimits: RecordLimits = {
  inputBytes: 1_024 * MIB,
  documentCharacters: 8_192 * MIB,
  // Records repeat their versions and names; gzip's own ceiling is 1,032.
  gzipRatio: 200,
  // A kernel's record that names every binary package of every flavour has a few MiB.
  recordCharacters: 32 * MIB,
  nestingDepth: 32,
  records: 1_000_000,
  // What a catalogue takes of one feed.
  patches: 200_000,
  patchesPerRecord: 64,
  packagesPerPatch: 4_096,
  cvesPerPatch: 4_096,
  titleCharacters: 512,
  descriptionCharacters: 2 * KIB,
  reportEntries: 10_000,
};
