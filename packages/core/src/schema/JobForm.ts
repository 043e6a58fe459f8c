/**
 * Whether what comes from outside has the form of a job's draft, or of an edit, so that the rules can be asked of it. Numbers are
 * for the rules to judge, which say more of them; so is what a draft may leave to be filled in.
 */
import * as z from "zod";
import * as Job from "../domain/job/Job.ts";
import * as Rejection from "../domain/shared/Rejection.ts";
import { definition } from "./StoredJob.ts";
import { texts } from "./StoredParts.ts";

const yes = z.literal(true).exactOptional();

const draft = z.strictObject({ ...definition, coAuthors: texts.exactOptional(), isUnowned: yes, needsSchedule: yes });

/** What keeps it from being a draft at all, each with its place. */
export const problems = (given: unknown): readonly Rejection.Rejection[] => rejections(draft, given);

/** What keeps it from being an edit; members that no edit has are nothing to it. */
export const editProblems = (given: object): readonly Rejection.Rejection[] =>
  Job.draftMembers.flatMap((member) => {
    const value = (given as { readonly [member: string]: unknown })[member];
    if (value === undefined || member === "kind" || member === "platform") return [];
    if (value === null && Job.isOptional(member)) return [];
    return rejections(z.strictObject({ [member]: definition[member] }), { [member]: value });
  });

const rejections = (form: z.ZodType, given: unknown): readonly Rejection.Rejection[] => {
  const parsed = form.safeParse(given);
  if (parsed.success) return [];
  return parsed.error.issues
    .filter((issue) => !isForRules(issue, valueAt(given, issue.path)))
    .map((issue) => Rejection.make(null, "invalid", issue.message, issue.path.join(".") || null));
};

const isForRules = (issue: z.core.$ZodIssue, value: unknown): boolean => {
  const [part, of] = issue.path;
  // A recurrence that was worked out carries what it was worked out with; it is stored without.
  if (issue.code === "unrecognized_keys") return part === "schedule" && of === "rule" && issue.path.length === 2;
  if (value === undefined) return part === "actions" && issue.path.at(-1) === "timeLimitSeconds";
  if (typeof value !== "number") return false;
  if (issue.code === "invalid_type") return ["number", "int"].includes(issue.expected);
  if (issue.code === "invalid_value") return issue.values.some((v) => typeof v === "number");
  return issue.code === "too_big" || issue.code === "too_small";
};

const valueAt = (given: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null
        ? (value as { readonly [step: PropertyKey]: unknown })[step]
        : undefined,
    given,
  );
