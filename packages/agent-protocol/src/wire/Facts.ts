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

const until = Words.instant;
/** A prompt's place among those of one run: the first is 1. */
const prompt = z.int().min(1).max(13);

/** {@link ../vocabulary/RebootEvent.ts | RebootEvent}, bounded. */
export const rebootEvent = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("Needed"), reasons: z.array(z.string().min(1).max(256)).max(16) }),
  z.strictObject({ _tag: z.literal("Unknown"), message: z.string().max(1_000) }),
  z.strictObject({ _tag: z.literal("Prompted"), number: prompt, deferralsLeft: z.int().min(0).max(12), until }),
  z.strictObject({ _tag: z.literal("Deferred"), number: prompt, byUser: z.boolean() }),
  z.strictObject({ _tag: z.literal("Accepted") }),
  z.strictObject({ _tag: z.literal("Countdown"), minutes: z.int().min(1).max(1_440), until }),
  z.strictObject({ _tag: z.literal("HeldBack"), because: z.enum(["host", "too-many", "unseen"]), until }),
  z.strictObject({ _tag: z.literal("Ordered"), by: z.enum(["policy", "user"]) }),
  z.strictObject({ _tag: z.literal("GaveUp"), message: z.string().max(1_000) }),
  z.strictObject({ _tag: z.literal("Rebooted"), by: z.enum(["agent", "hand"]) }),
  z.strictObject({ _tag: z.literal("Dropped") }),
]);

const RebootFact = z.strictObject({ _tag: z.literal("Reboot"), runId: Words.uuid, event: rebootEvent });

export const Fact = z.strictObject({
  sequence: z.int().min(1),
  /** The agent's clock. */
  at: Words.instant,
  bootId: Words.uuid,
  body: z.discriminatedUnion("_tag", [StatusFact, PatchFact, RefusalFact, DroppedFact, RebootFact]),
});
export type Fact = z.infer<typeof Fact>;
export type FactBody = Fact["body"];
export type StatusFact = z.infer<typeof StatusFact>;
export type PatchFact = z.infer<typeof PatchFact>;
export type RefusalFact = z.infer<typeof RefusalFact>;
export type RebootFact = z.infer<typeof RebootFact>;
export type RefusalReason = RefusalFact["reason"];
