/**
 * What an agent reports about its runs: facts, each numbered once for ever within (agent, epoch). The control plane
 * folds the *set* of them (RUN-06), so loss, repetition and order don't matter.
 */
import * as z from "zod";
import { wireLimits } from "./WireLimits.ts";
import * as Words from "./Words.ts";

/** A package before and after, as the package database told. */
export const PackageChange = z.strictObject({
  name: Words.productName,
  arch: Words.architecture,
  before: z.array(Words.packageVersion).max(64),
  after: z.array(Words.packageVersion).max(64),
});
export type PackageChange = z.infer<typeof PackageChange>;

/** The asset run moved to a status. */
const StatusFact = z.strictObject({
  _tag: z.literal("Status"),
  runId: Words.uuid,
  status: Words.runStatus,
  reason: z.string().max(1_000).nullable(),
});

/** One attempt at one patch ended, judged by evidence. */
const PatchFact = z.strictObject({
  _tag: z.literal("Patch"),
  runId: Words.uuid,
  patchId: Words.patchId,
  attempt: z.int().min(0).max(1_000),
  outcome: Words.patchOutcome,
  reasonCode: z.int().min(0).max(65_535).nullable(),
  exitCode: z.int().nullable(),
  outputTail: z.string().max(wireLimits.outputTailCharacters),
  packages: z.array(PackageChange).max(wireLimits.packagesPerPatch),
});

/** A signed document was not taken, and why. */
const RefusalFact = z.strictObject({
  _tag: z.literal("Refusal"),
  document: Words.digest,
  runId: Words.uuid.nullable(),
  reason: z.enum([
    "malformed",
    "wrong-signature",
    "wrong-digest",
    "foreign",
    "expired",
    "older-than-seen",
    "unknown-critical",
    "zone-differs",
  ]),
  message: z.string().max(1_000),
});

/** A revoked run was dropped before it began, and will not begin (JOB-28). */
const DroppedFact = z.strictObject({ _tag: z.literal("Dropped"), runId: Words.uuid });

export const Fact = z.strictObject({
  sequence: z.int().min(1),
  /** The agent's clock. */
  at: Words.instant,
  bootId: Words.uuid,
  body: z.discriminatedUnion("_tag", [StatusFact, PatchFact, RefusalFact, DroppedFact]),
});
export type Fact = z.infer<typeof Fact>;
export type FactBody = Fact["body"];
export type StatusFact = z.infer<typeof StatusFact>;
export type PatchFact = z.infer<typeof PatchFact>;
export type RefusalFact = z.infer<typeof RefusalFact>;
export type RefusalReason = RefusalFact["reason"];
