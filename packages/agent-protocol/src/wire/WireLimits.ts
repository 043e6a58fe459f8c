import * as Package from "../vocabulary/Package.ts";

/** What may come over the wire at most. Every number is a limit of wire v0; a test stands at each one's max + 1. */
export interface WireLimits {
  readonly provisionBytes: number;
  readonly checkInBytes: number;
  readonly factsBytes: number;
  readonly snapshotBytes: number;
  readonly replyBytes: number;
  readonly documentBytes: number;
  readonly jsonDepth: number;
  readonly factsPerReport: number;
  /** Runs not begun that a check-in names. */
  readonly waitingPerCheckIn: number;
  readonly packagesPerSnapshot: number;
  readonly interfacesPerHost: number;
  readonly addressesPerInterface: number;
  readonly modulesPerHost: number;
  readonly patchesPerList: number;
  /** Packages whose place they take included. */
  readonly packagesPerPatch: number;
  readonly replacedPerPackage: number;
  readonly outputTailCharacters: number;
  readonly clockSkewSeconds: number;
  readonly manifestPayloadBytes: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const wireLimits: WireLimits = {
  provisionBytes: 16 * KIB,
  checkInBytes: 64 * KIB,
  factsBytes: 256 * KIB,
  snapshotBytes: 16 * MIB,
  replyBytes: 256 * KIB,
  documentBytes: 2 * MIB,
  jsonDepth: 32,
  factsPerReport: 100,
  waitingPerCheckIn: 64,
  packagesPerSnapshot: 50_000,
  interfacesPerHost: 256,
  addressesPerInterface: 64,
  modulesPerHost: 1_000,
  // JOB-04: a list holds 1–2000 patches.
  patchesPerList: 2_000,
  packagesPerPatch: Package.PER_PATCH_MAX,
  replacedPerPackage: Package.REPLACED_MAX,
  outputTailCharacters: 2_000,
  clockSkewSeconds: 300,
  manifestPayloadBytes: KIB,
};
