/** Stored jobs, read back. */
import * as z from "zod";
import * as JobStatus from "../domain/job/JobStatus.ts";
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

export const job = z.preprocess(
  withMaker,
  z.strictObject({
    id: text,
    title: text,
    description: text,
    kind,
    platform,
    patches: z
      .discriminatedUnion("_tag", [
        z.strictObject({ _tag: z.literal("List"), patches: texts }),
        z.strictObject({ _tag: z.literal("Query"), query: text }),
      ])
      .nullable(),
    targets: selection.nullable(),
    schedule: z.strictObject({ _tag: z.literal("OnDemand") }).nullable(),
    reboot: z.strictObject({ _tag: z.literal("Suppress") }),
    continueOnFailure: z.boolean(),
    messages: z.strictObject({ before: message, progress: message, completion: message }).exactOptional(),
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
  }),
);
