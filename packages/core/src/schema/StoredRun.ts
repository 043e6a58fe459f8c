/** Runs and asset runs as they are stored, and how far recurring jobs have come. */
import { PatchOutcome, RunStatus } from "@fettle/agent-protocol/vocabulary";
import * as z from "zod";
import { notifications } from "./StoredJobParts.ts";
import { deciders, marks, rebootState, scan, withMarks } from "./StoredMarks.ts";
import { int, kind, text, texts } from "./StoredParts.ts";
import { conduct, plannedPatch } from "./StoredPlan.ts";

const evidence = z.strictObject({
  patchId: text,
  attempt: int,
  outcome: z.enum(PatchOutcome.all as [PatchOutcome.PatchOutcome, ...PatchOutcome.PatchOutcome[]]),
  reasonCode: int.nullable(),
  exitCode: int.nullable(),
  outputTail: text,
  packages: z.array(z.strictObject({ name: text, arch: text, before: texts, after: texts })),
});
const status = z.enum(RunStatus.all as [RunStatus.RunStatus, ...RunStatus.RunStatus[]]);

// Before runs had times, each was of a job that started at once and had no window.
const withTimes = (stored: unknown): unknown =>
  typeof stored === "object" && stored !== null && "startedAt" in stored && !("lastStart" in stored)
    ? { ...stored, conduct: null, lastStart: stored.startedAt, windowEnd: null, closedAt: null }
    : stored;

export const run = z.preprocess(
  withTimes,
  z.strictObject({
    id: text,
    jobId: text,
    jobRevision: int,
    title: text.nullable().default(null),
    kind,
    occurrenceKey: text,
    planHash: text,
    hasDrifted: z.boolean(),
    startedAt: int,
    isIssued: z.boolean(),
    conduct: conduct.extend({ bound: z.enum(["start", "complete"]), overlap: z.enum(["wait", "skip"]) }).nullable(),
    notifications: notifications.exactOptional(),
    lastStart: int,
    windowEnd: int.nullable(),
    firstEnd: int.exactOptional(),
    closedAt: int.nullable(),
    making: z
      .strictObject({
        part: int,
        parts: int,
        of: int,
        enabledAt: int,
        isMissable: z.boolean(),
        byStatus: z.partialRecord(status, int),
      })
      .exactOptional(),
    rerun: z.strictObject({ of: text, number: int, failedBefore: int, tried: int }).exactOptional(),
  }),
);

export const assetRun = z.preprocess(
  withMarks,
  z.strictObject({
    id: text,
    runId: text,
    jobId: text,
    assetId: text,
    placed: z.strictObject({
      status: z.enum(["Pending", "NotLicensed", "TimedOut", "CanceledBlackout"]),
      reason: text.nullable(),
      at: int,
    }),
    marks,
    timing: z.strictObject({ start: int, windowEnd: int.nullable() }).nullable().default(null),
    patches: z.array(plannedPatch),
    manifest: z.strictObject({ version: int, digest: text, notAfter: int, issuedAt: int.exactOptional() }).nullable(),
    state: z.strictObject({
      status,
      reason: text.nullable(),
      by: z.enum(deciders),
      changedAt: int,
      results: z.record(z.string(), evidence),
      violations: int,
      facts: int,
      heardAt: int.nullable(),
      reboot: rebootState.nullable(),
      scan: scan.nullable(),
    }),
  }),
);

export const recurred = z.strictObject({ jobId: text, since: int, through: int });

export const cause = z.strictObject({ id: text, assetId: text, at: int, silentMilliseconds: int.nullable() });
