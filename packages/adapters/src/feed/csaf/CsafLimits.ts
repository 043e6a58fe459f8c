import type { RecordLimits } from "../reading/RecordLimits.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * The limits unless the caller says otherwise: sizes are of one document, of which one at a time is held. The largest
 * advisories of distributions, of kernels with hundreds of CVEs, are some ten MiB.
 */
export const csafLimits: RecordLimits = {
  inputBytes: 64 * MIB,
  documentCharacters: 64 * MIB,
  gzipRatio: 200,
  recordCharacters: 64 * MIB,
  nestingDepth: 64,
  records: 500_000,
  // What a catalogue takes of one feed.
  patches: 200_000,
  patchesPerRecord: 64,
  packagesPerPatch: 4_096,
  cvesPerPatch: 4_096,
  titleCharacters: 512,
  descriptionCharacters: 2 * KIB,
  reportEntries: 10_000,
};
