/**
 * Who may do what with one job: the relation that a user has to it, the permission that the action needs by that relation,
 * and whether the job is in a state for it. One pure decision, which `access.decide` explains and every method asks.
 *
 * A right to any job comes first and is bound by nothing here. Without it one acts by a relation (RBAC-04): as owner, as
 * co-author, as the maker of a job that has no owner, or as a reader. Co-authorship holds only while RBAC-05 does: with
 * roles lower or a scope smaller than the owner's of this moment, one has no part in the job.
 */
import * as Access from "../access/Access.ts";
import type { Permission } from "../access/Permission.ts";
import * as Policy from "../access/Policy.ts";
import type { Role, User } from "../access/User.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagScope from "../tag/TagScope.ts";
import type { TagTree } from "../tag/TagTree.ts";
import * as Job from "./Job.ts";

/** What one may want to do with a job. `run` is that it may be carried out at all. */
export const actions = [
  "view",
  "edit",
  "edit-patches",
  "change-tags",
  "change-assets",
  "enable",
  "disable",
  "delete",
  "change-owner",
  "add-co-author",
  "share-read-only",
  "run",
  "approve-plan",
] as const;
export type JobAction = (typeof actions)[number];

/** How a user stands to a job as of now (RBAC-04, RBAC-05). */
export type Relation = "owner" | "co-author" | "maker" | "reader" | "none";

export interface JobQuestion {
  readonly policy: Policy.Policy;
  readonly user: User | null;
  readonly job: Job.Job;
  /** The job's owner as of now; null when it has none, or when they are gone. */
  readonly owner: User | null;
  readonly tree: TagTree;
  readonly action: JobAction;
}

export interface JobDecision extends Access.Decision {
  readonly relation: Relation;
}

/** The whole decision: what {@link permit} says, and where that allows, whether the job's state does. */
export const decide = (question: JobQuestion): JobDecision => {
  const permitted = permit(question);
  const fault = permitted.allowed ? stateFault(question) : null;
  if (fault === null) return permitted;
  const { permission, relation } = permitted;
  const rule = fault.rule ?? permitted.rule;
  return { allowed: false, permission, rule, why: fault.message, whoCould: [], relation };
};

/** Whether the user may do so by roles and relation, whatever state the job is in. */
export const permit = (question: JobQuestion): JobDecision => {
  const { policy, user, job, action } = question;
  const needs = NEEDS[action];
  const [relation, lapse] = relate(question);
  const { assigned } = needs;
  // Whoever acts by a relation is told of the permission for that.
  if (user !== null && assigned !== null && needs.by.includes(relation) && !Access.may(policy, user, needs.any)) {
    const { allowed, permission, rule, why } = Access.decide(policy, user, assigned);
    return { allowed, permission, rule, why, whoCould: either(policy, needs.any, assigned), relation };
  }
  const any = Access.decide(policy, user, needs.any);
  const { allowed, permission, whoCould } = any;
  if (allowed && action === "approve-plan" && (user?.id === job.makerId || user?.id === job.ownerId)) {
    const why = "a second person approves a plan, neither the job's maker nor its owner";
    return { allowed: false, permission, rule: "PLN-02", why, whoCould, relation };
  }
  const isPlain = allowed || assigned === null || user === null;
  const [rule, because] = isPlain ? NOTHING_MORE : outside(action, relation, lapse);
  const why = because === null ? any.why : `${because}; ${any.why}`;
  return { allowed, permission, rule: rule ?? any.rule, why, whoCould, relation };
};

/** {@link permit} as a result: the user, or a rejection that carries the decision. */
export const require = (question: JobQuestion): Result<User, Rejection.Rejection> => {
  const decision = permit(question);
  return decision.allowed && question.user !== null ? ok(question.user) : fail(Access.rejection(decision));
};

/** Whether somebody may be a co-author of a job of this owner, or why not (RBAC-05, RBAC-08). */
export const coAuthorFault = (
  about: Pick<JobQuestion, "policy" | "owner" | "tree"> & { readonly user: User },
): Rejection.Rejection | null => {
  const { policy, user, owner, tree } = about;
  const refuse = (why: string) => Rejection.make("RBAC-05", "not-permitted", `${user.id} can't be a co-author: ${why}`);
  if (owner === null) return refuse("the job has no owner whose role and scope theirs could be compared with");
  const may = Access.may(policy, user, "edit-any-job") || Access.may(policy, user, "edit-assigned-job");
  if (!may) {
    const decision = Access.decide(policy, user, "edit-assigned-job");
    return { ...Access.rejection(decision), message: `${user.id} can't be a co-author: ${decision.why}` };
  }
  if (!Policy.isAsHigh(policy, user, owner)) return refuse("their role is lower than the owner's, or apart from it");
  if (!TagScope.covers(user.scope, owner.scope, tree)) return refuse("their tag scope is not as large as the owner's");
  return null;
};

/** Whether somebody may own jobs, or why not (OWN-01, OWN-03, RBAC-08). */
export const ownerFault = (policy: Policy.Policy, user: User): Rejection.Rejection | null => {
  const decision = Access.decide(policy, user, "own-job");
  if (decision.allowed) return null;
  const message = `${user.id} can't own jobs: ${decision.why}`;
  return { ...Access.rejection({ ...decision, rule: "OWN-03", why: message }) };
};

/** The owner in whose name and scope a job is carried out (RBAC-07); none, or one who is gone or may own none, is refused. */
export const principal = (about: Pick<JobQuestion, "policy" | "job" | "owner">): Result<User, Rejection.Rejection> => {
  const { policy, job, owner } = about;
  const refuse = (rule: string, message: string) => fail(Rejection.make(rule, "conflict", message));
  if (job.ownerId === null) return refuse("OWN-04", "the job has no owner");
  if (owner === null) return refuse("OWN-01", "the job's owner is gone");
  return ownerFault(policy, owner) === null ? ok(owner) : refuse("OWN-01", "the job's owner may no longer run jobs");
};

/** Why the job is not carried out: for its owner, or for a part that it lacks (I43). */
export const runFault = (about: Pick<JobQuestion, "policy" | "job" | "owner">): Rejection.Rejection | null => {
  const owner = principal(about);
  return owner.ok ? Job.partsFault(about.job) : owner.error;
};

interface Needs {
  /** With it one may do so with any job. */
  readonly any: Permission;
  /** With it one may do so with a job to which one stands in one of these relations. */
  readonly assigned: Permission | null;
  readonly by: readonly Relation[];
}

const partners = ["owner", "co-author", "maker"] as const;
const EDITING = { any: "edit-any-job", assigned: "edit-assigned-job" } as const;
const RUNNING = { any: "enable-any-job", assigned: "enable-assigned-job", by: partners } as const;

const NEEDS: { readonly [A in JobAction]: Needs } = {
  view: { any: "view-any-job", assigned: "view-assigned-job", by: [...partners, "reader"] },
  edit: { ...EDITING, by: partners },
  "edit-patches": { any: "edit-any-job", assigned: "edit-patches-of-assigned-job", by: partners },
  "change-tags": { ...EDITING, by: partners },
  // RBAC-06.
  "change-assets": { ...EDITING, by: ["owner", "maker"] },
  enable: RUNNING,
  disable: RUNNING,
  delete: { any: "delete-any-job", assigned: "delete-assigned-job", by: partners },
  "change-owner": { any: "change-job-owner", assigned: null, by: [] },
  // What was passed to one is not one's own to pass on.
  "add-co-author": { ...EDITING, by: ["owner"] },
  "share-read-only": { ...EDITING, by: ["owner"] },
  run: RUNNING,
  "approve-plan": { any: "approve-plan", assigned: null, by: [] },
};

// Who may by the one permission or the other: the first list, and what the second has beside it.
const either = (policy: Policy.Policy, any: Permission, assigned: Permission): readonly Role[] => {
  const [first, second] = [Policy.holders(policy, any), Policy.holders(policy, assigned)];
  const more = second.filter((role) => !first.includes(role));
  return more.length === 0 ? first : [...first, ...more];
};

// A lapse is why a co-authorship doesn't hold.
const relate = (question: JobQuestion): readonly [Relation, Rejection.Rejection | null] => {
  const { policy, user, job, owner, tree } = question;
  if (user === null) return ["none", null];
  if (job.ownerId === user.id) return ["owner", null];
  if (job.ownerId === null && job.makerId === user.id) return ["maker", null];
  const isNamed = job.coAuthors.includes(user.id);
  const lapse = isNamed ? coAuthorFault({ policy, user, owner, tree }) : null;
  if (isNamed && lapse === null) return ["co-author", null];
  return [job.readers.includes(user.id) ? "reader" : "none", lapse];
};

/** A rule and a reason. */
type More = readonly [string | null, string | null];
const NOTHING_MORE: More = [null, null];

// Why a relation doesn't do, where a rule other than the missing permission says so.
const outside = (action: JobAction, relation: Relation, lapse: Rejection.Rejection | null): More => {
  if (lapse !== null) return [lapse.rule, lapse.message];
  if (relation === "co-author" && action === "change-assets") {
    return ["RBAC-06", "a co-author may change a job's tags, not its single assets"];
  }
  if (relation === "co-author") return [null, "a co-author doesn't pass the job on"];
  if (relation === "reader") return ["RBAC-04", "the job is shared to be looked at only"];
  return NOTHING_MORE;
};

const stateFault = (question: JobQuestion): Rejection.Rejection | null => {
  const { job, action } = question;
  switch (action) {
    case "view":
    case "delete":
    case "change-owner":
    case "share-read-only":
      return null;
    case "add-co-author":
      return ownerless(job) ?? Job.editFault(job);
    case "edit":
    case "edit-patches":
    case "change-tags":
    case "change-assets":
      return Job.editFault(job);
    case "disable":
      return Job.disableFault(job);
    case "enable":
      return runFault(question) ?? Job.enableFault(job);
    case "run":
      return runFault(question) ?? (job.status === "Enabled" ? null : notEnabled(job));
    case "approve-plan":
      return runFault(question) ?? Job.enableFault(job);
  }
};

const ownerless = (job: Job.Job) =>
  job.ownerId === null ? Rejection.make("OWN-04", "conflict", "the job has no owner") : null;

const notEnabled = (job: Job.Job) => Rejection.make("JOB-12", "conflict", `the job is ${job.status}, not Enabled`);
