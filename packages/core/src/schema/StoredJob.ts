/** Stored jobs, read back. */
import * as z from "zod";
import type { JobDraft } from "../domain/job/Job.ts";
import * as JobStatus from "../domain/job/JobStatus.ts";
import { actions, deferral, notifications, reboot, rollout, schedule, window } from "./StoredJobParts.ts";
import { int, kind, platform, selection, text, texts } from "./StoredParts.ts";

// Before makers were kept, the maker was the owner; before anybody could share a job or approve its plan, nobody did.
const withMaker = (stored: unknown): unknown =>
  typeof stored === "object" && stored !== null && "ownerId" in stored && !("makerId" in stored)
    ? { ...stored, makerId: stored.ownerId }
    : stored;

const scope = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("All") }),
  z.strictObject({ _tag: z.literal("Tags"), tags: texts }),
]);
const message = z.strictObject({ title: text, description: text }).nullable();
const messages = z.strictObject({ before: message, progress: message, completion: message });
const patches = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("List"), patches: texts }),
  z.strictObject({ _tag: z.literal("Query"), query: text, approvalAgeDays: int.exactOptional() }),
  z.strictObject({
    _tag: z.literal("Linked"),
    jobId: text,
    successPercentMin: z.number(),
    of: z.enum(["patches", "post-actions"]),
  }),
]);

/** What a job says, as drafts and edits say it too. */
export const definition = {
  title: text,
  description: text.exactOptional(),
  kind,
  platform,
  patches: patches.nullable(),
  targets: selection.nullable(),
  schedule: schedule.nullable(),
  window: window.exactOptional(),
  reboot,
  continueOnFailure: z.boolean(),
  messages: messages.exactOptional(),
  deferral: deferral.exactOptional(),
  opportunisticDownload: z.literal(true).exactOptional(),
  actions: actions.exactOptional(),
  rollout: rollout.exactOptional(),
  completion: z.enum(["assets-final", "dispatch-closed"]).exactOptional(),
  overlap: z.enum(["wait", "skip"]).exactOptional(),
  catchUp: z.enum(["skip", "run-once-now"]).exactOptional(),
  onDrift: z.enum(["report", "hold"]).exactOptional(),
  dynamicTitle: z.literal(true).exactOptional(),
  notifications: notifications.exactOptional(),
} as const satisfies { readonly [M in keyof JobDraft]-?: z.ZodType };

export const job = z.preprocess(
  withMaker,
  z.strictObject({
    id: text,
    ...definition,
    description: text,
    status: z.enum(JobStatus.all),
    ownerId: text.nullable(),
    makerId: text.nullable(),
    coAuthors: texts.default([]),
    readers: texts.default([]),
    // Before they were kept, no former owner's scope bounded a job.
    formerScopes: z.array(scope).default([]),
    createdAt: int,
    approved: z.strictObject({ planHash: text, by: text, at: int }).nullable().default(null),
    enabled: z.strictObject({ planHash: text, at: int }).nullable(),
    rescheduledAt: int.exactOptional(),
  }),
);
