/** Drafts of jobs that are not saved: what is wrong with one, one that starts from what was chosen, one that is a clone. */
import * as Effect from "effect/Effect";
import type { NewJob } from "../../domain/job/Job.ts";
import * as Job from "../../domain/job/Job.ts";
import * as JobAccess from "../../domain/job/JobAccess.ts";
import * as JobClone from "../../domain/job/JobClone.ts";
import * as JobView from "../../domain/job/JobView.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { Platform } from "../../domain/shared/Platform.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import { Environment } from "../../ports/Environment.ts";
import * as JobForm from "../../schema/JobForm.ts";
import * as Authority from "../access/Authority.ts";
import { refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";
import * as JobAuthority from "./JobAuthority.ts";
import * as JobContexts from "./JobContexts.ts";
import * as JobLinks from "./JobLinks.ts";
import * as JobScripts from "./JobScripts.ts";

/** What a draft comes to. */
export interface DraftVerdict extends JobView.JobFindings {
  /** Everything that keeps it from being saved, each with its rule and place; none: it can be saved. */
  readonly problems: readonly Rejection.Rejection[];
}

/** What is wrong with a draft, what it lacks to be enabled, and what is probably not meant. Changes nothing. */
export const validate = Effect.fn("JobDrafts.validate")(function* (actor: Actor, draft: NewJob) {
  const user = yield* Authority.require(actor, "create-job");
  const { tenantId } = actor;
  const malformed = JobForm.problems(draft);
  if (malformed.length > 0) {
    // What isn't a draft lacks nothing of one.
    const verdict: DraftVerdict = { problems: malformed, isPartiallyConfigured: false, missing: [], warnings: [] };
    return verdict;
  }
  const { limits } = yield* Subscriptions.of(tenantId);
  const context = yield* JobContexts.ofSaving(tenantId, user, draft);
  const clock = yield* JobContexts.clock(tenantId);
  const problems = [
    ...Job.newProblems(draft, limits, context),
    ...(yield* JobScripts.faults(tenantId, draft)),
    ...(yield* JobLinks.problems(actor, draft)),
  ];
  const verdict: DraftVerdict = { problems, ...JobView.findings(draft, clock) };
  return verdict;
});

/** What a new job starts from (JOB-27). */
export type DraftOrigin = { readonly patches: readonly string[] } | { readonly assets: readonly string[] };

/**
 * A draft of a job for chosen patches or chosen assets, prefilled with them and their platform, and otherwise empty (JOB-27).
 * Changes nothing; it is saved by `jobs.create`, once it has a title.
 *
 * Refused when nothing is chosen, when one of them isn't there, and when they are of several platforms (JOB-01).
 */
export const from = Effect.fn("JobDrafts.from")(function* (actor: Actor, origin: DraftOrigin) {
  const user = yield* Authority.require(actor, "create-job");
  const { tenantId } = actor;
  const isPatches = "patches" in origin;
  const [kind, path] = isPatches ? (["patch", "patches"] as const) : (["asset", "assets"] as const);
  const chosen = [...new Set("patches" in origin ? origin.patches : origin.assets)];
  if (chosen.length === 0) return yield* reject("JOB-27", "invalid", `choose at least one of the ${path}`, path);
  const sees = TagScope.compile(user.scope, yield* Tags.tree(tenantId));
  const found = new Map<string, Platform | "Other">();
  if (isPatches) for (const p of yield* Repository.some(tenantId, "patch", chosen)) found.set(p.id, p.value.platform);
  else
    for (const a of yield* Repository.some(tenantId, "asset", chosen))
      if (sees(a.value.tags)) found.set(a.id, a.value.platform);
  const missing = chosen.filter((id) => !found.has(id));
  if (missing.length > 0) {
    return yield* refuse(missing.map((id) => Rejection.make("JOB-27", "not-found", `there is no ${kind} ${id}`, path)));
  }
  const platforms = [...new Set(found.values())].sort();
  const [platform] = platforms;
  if (platform === undefined || platform === "Other" || platforms.length > 1) {
    const message = `a job is for one of Windows, Linux and Mac; these are of ${platforms.join(", ")}`;
    return yield* reject("JOB-01", "invalid", message, path);
  }
  const draft: NewJob = {
    title: "",
    kind: "deployment",
    platform,
    patches: isPatches ? { _tag: "List", patches: chosen } : null,
    targets: isPatches ? null : { ...TagSelection.none, assets: chosen },
    schedule: { _tag: "OnDemand" },
    reboot: { _tag: "Suppress" },
    continueOnFailure: true,
  };
  return draft;
});

/** A co-author whom a clone doesn't take over, and why (CLN-02). */
export interface DroppedCoAuthor {
  readonly userId: string;
  readonly rule: string;
  readonly reason: string;
}

export interface ClonedDraft {
  /** Not saved: to be changed at will and given to `jobs.create`. */
  readonly draft: NewJob;
  readonly dropped: readonly DroppedCoAuthor[];
}

/**
 * A job's clone as a draft (CLN-01 … CLN-05): its first save, by `jobs.create`, is a creation. Nothing links it to the job;
 * cloning changes nothing.
 */
export const clone = Effect.fn("JobDrafts.clone")(function* (actor: Actor, jobId: string) {
  const user = yield* Authority.require(actor, "create-job");
  const { tenantId } = actor;
  const { value: job } = yield* JobAuthority.load(actor, jobId, "view");
  // Whoever may only look at a job that was shared with them doesn't take it over.
  const decision = yield* JobAuthority.decide(actor, jobId, "view");
  if (decision.relation === "reader" && decision.permission !== "view-any-job") {
    return yield* reject(
      "CLN-05",
      "not-permitted",
      "the job is shared to be looked at only; its owner or co-authors may clone it",
    );
  }
  const { limits } = yield* Subscriptions.of(tenantId);
  const policy = yield* Authority.policy();
  const tree = yield* Tags.tree(tenantId);
  const owner = JobClone.isUnowned(job) ? null : user;
  const dropped: DroppedCoAuthor[] = [];
  for (const userId of job.coAuthors) {
    const coAuthor = yield* Authority.user(tenantId, userId);
    if (userId === owner?.id) continue;
    const fault =
      coAuthor === null
        ? Rejection.make("RBAC-05", "not-found", `there is no user ${userId} any more`)
        : JobAccess.coAuthorFault({ policy, user: coAuthor, owner, tree });
    if (fault !== null) dropped.push({ userId, rule: fault.rule ?? "RBAC-05", reason: fault.message });
  }
  const coAuthors = job.coAuthors.filter((id) => id !== owner?.id && dropped.every((d) => d.userId !== id));
  const now = (yield* Environment).now();
  const zones = yield* JobContexts.zonesOf(tenantId, user, job);
  const { titleCharactersMax } = limits;
  const cloned: ClonedDraft = { draft: JobClone.draft(job, { now, zones, coAuthors, titleCharactersMax }), dropped };
  return cloned;
});
