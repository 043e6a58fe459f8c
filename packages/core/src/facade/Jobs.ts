/** Jobs: drafts, plans, enabling, lists. */
import type { AdvisoryDraft, NewJob } from "../domain/job/Job.ts";
import type { JobEdit } from "../domain/job/JobEdit.ts";
import type { Sharing } from "../domain/job/JobSharing.ts";
import type { Actor } from "../domain/shared/Actor.ts";
import type { Repeatable } from "../engine/Idempotency.ts";
import * as Advisories from "../engine/jobs/Advisories.ts";
import * as JobBulk from "../engine/jobs/JobBulk.ts";
import * as JobDeletions from "../engine/jobs/JobDeletions.ts";
import * as JobDisabling from "../engine/jobs/JobDisabling.ts";
import * as JobDrafts from "../engine/jobs/JobDrafts.ts";
import * as JobEdits from "../engine/jobs/JobEdits.ts";
import * as JobOwners from "../engine/jobs/JobOwners.ts";
import * as JobSearches from "../engine/jobs/JobSearches.ts";
import * as JobSharing from "../engine/jobs/JobSharing.ts";
import * as Jobs from "../engine/jobs/Jobs.ts";
import * as ScriptAuthors from "../engine/jobs/ScriptAuthors.ts";
import * as Scripts from "../engine/jobs/Scripts.ts";
import * as Approvals from "../engine/plans/Approvals.ts";
import * as Explanations from "../engine/plans/Explanations.ts";
import * as JobLints from "../engine/plans/JobLints.ts";
import * as PlanDrift from "../engine/plans/PlanDrift.ts";
import * as Previews from "../engine/plans/Previews.ts";
import * as WhatIfs from "../engine/plans/WhatIfs.ts";
import * as RerunFailed from "../engine/runs/RerunFailed.ts";
import type { On } from "./On.ts";

export const jobsOf = (on: On) => ({
  /** Searches the jobs, in pages; of one that the actor may not view, no more than every row shows (JOB-25). */
  search: (actor: Actor, input: JobSearches.JobSearchInput) => on(JobSearches.search(actor, input)),
  /** Makes a job, disabled, or enabled in the same step (JOB-06); everything wrong with the draft is said at once. */
  create: (actor: Actor, draft: NewJob, options?: Jobs.CreationOptions) => on(Jobs.create(actor, draft, options)),
  /** What is wrong with a draft, what it lacks to be enabled, what is probably not meant. Changes nothing. */
  validate: (actor: Actor, draft: NewJob) => on(JobDrafts.validate(actor, draft)),
  /** A draft that starts from chosen patches or assets (JOB-27). Changes nothing. */
  draft: (actor: Actor, origin: JobDrafts.DraftOrigin) => on(JobDrafts.from(actor, origin)),
  /** A clone as a draft, to be saved by `create` (CLN-01). Changes nothing. */
  clone: (actor: Actor, jobId: string) => on(JobDrafts.clone(actor, jobId)),
  /** Changes a job, a run-once one before it is enabled (JOB-07, JOB-08); what is left out stays. */
  update: (actor: Actor, jobId: string, edit: JobEdit, options?: JobEdits.ChangeOptions) =>
    on(JobEdits.update(actor, jobId, edit, options)),
  /** Adds patches to its list, and nothing else (JOB-10). */
  addPatches: (actor: Actor, jobId: string, patches: readonly string[], options?: JobEdits.ChangeOptions) =>
    on(JobEdits.addPatches(actor, jobId, patches, options)),
  /** Adds assets to those that it names, and nothing else (JOB-10). */
  addAssets: (actor: Actor, jobId: string, assets: readonly string[], options?: JobEdits.ChangeOptions) =>
    on(JobEdits.addAssets(actor, jobId, assets, options)),
  /** Disables a recurring job; what was not started is revoked (JOB-08, JOB-28). */
  disable: (actor: Actor, jobId: string, options?: JobEdits.ChangeOptions) =>
    on(JobDisabling.disable(actor, jobId, options)),
  /** Deletes it; what was not started is revoked, past results stay (JOB-11, JOB-28). */
  delete: (actor: Actor, jobId: string, options?: JobEdits.ChangeOptions) =>
    on(JobDeletions.remove(actor, jobId, options)),
  /** Makes an advisory: chosen patches, for others to deploy (RBAC-08). */
  createAdvisory: (actor: Actor, draft: AdvisoryDraft, options?: Repeatable) =>
    on(Advisories.create(actor, draft, options)),
  get: (actor: Actor, jobId: string) => on(Jobs.get(actor, jobId)),
  /** Sets its co-authors and readers; a list that is left out stays (RBAC-04, RBAC-05). */
  share: (actor: Actor, jobId: string, sharing: Sharing, options?: Repeatable) =>
    on(JobSharing.share(actor, jobId, sharing, options)),
  /** Gives it to another owner, in whose scope it then runs (OWN-01). */
  changeOwner: (actor: Actor, jobId: string, userId: string, options?: Repeatable) =>
    on(JobSharing.changeOwner(actor, jobId, userId, options)),
  /** Which assets it would lose by another owner (OWN-02). Changes nothing. */
  ownerPreview: (actor: Actor, jobId: string, userId: string) => on(JobOwners.preview(actor, jobId, userId)),
  /** Lets former owners' scopes bound it no more (OWN-02). */
  liftFormerScopes: (actor: Actor, jobId: string, options?: Repeatable) => on(JobOwners.lift(actor, jobId, options)),
  /** Runs again what failed in a run and its re-runs, as of now (JOB-19); ticks make a large one, and `making` says how far it is. */
  rerunFailed: (actor: Actor, runId: string, options?: Repeatable) => on(RerunFailed.rerun(actor, runId, options)),
  /** Enables jobs, an answer for each (JOB-16). */
  enableMany: (actor: Actor, jobIds: readonly string[], options?: Repeatable) =>
    on(JobBulk.enable(actor, jobIds, options)),
  /** Disables recurring jobs, an answer for each (JOB-16). */
  disableMany: (actor: Actor, jobIds: readonly string[], options?: Repeatable) =>
    on(JobBulk.disable(actor, jobIds, options)),
  /** Deletes jobs, an answer for each (JOB-16). */
  deleteMany: (actor: Actor, jobIds: readonly string[], options?: Repeatable) =>
    on(JobBulk.remove(actor, jobIds, options)),
  /** Gives jobs to another owner, an answer for each (JOB-16). */
  changeOwnerOfMany: (actor: Actor, jobIds: readonly string[], userId: string, options?: Repeatable) =>
    on(JobBulk.changeOwner(actor, jobIds, userId, options)),
  /** What the job would do if it ran now, and the hash that approves it. */
  plan: (actor: Actor, jobId: string) => on(Jobs.plan(actor, jobId)),
  /** The next runs, place by place, and what each would do as far as known (SCH-12). Changes nothing. */
  preview: (actor: Actor, jobId: string, input?: Previews.PreviewInput) => on(Previews.preview(actor, jobId, input)),
  /** The same of a draft that isn't saved, as if it were enabled now. Changes nothing. */
  previewDraft: (actor: Actor, draft: NewJob, input?: Previews.PreviewInput) =>
    on(Previews.previewDraft(actor, draft, input)),
  /** The job's plan as it is and as it would be after a change that nobody saved, and what would be otherwise (PLN-01). */
  whatIf: (actor: Actor, jobId: string, change: WhatIfs.WhatIfChange) => on(WhatIfs.whatIf(actor, jobId, change)),
  /** What is hardly meant in a job, or without one in all enabled jobs together, with rules and remedies. Changes nothing. */
  lint: (actor: Actor, jobId?: string) => on(JobLints.lint(actor, jobId)),
  /** Why an asset would or wouldn't get a patch of the job, or anything: every rule in the way, the first one first (PLN-03). */
  explain: (actor: Actor, jobId: string, about: Explanations.ExplanationInput) =>
    on(Explanations.explain(actor, jobId, about)),
  /** What has changed in the job's plan since it was looked at, as data and in words (PLN-02). */
  compare: (actor: Actor, jobId: string, lookedAt: PlanDrift.LookedAt) => on(PlanDrift.compare(actor, jobId, lookedAt)),
  /** Approves, as a second person, a plan of more assets than one may enable alone. */
  approve: (actor: Actor, jobId: string, approval: Approvals.PlanApproval) =>
    on(Approvals.approve(actor, jobId, approval)),
  /** Enables a job; naming a plan's hash approves that plan and no other. */
  enable: (actor: Actor, jobId: string, options?: Jobs.EnablingOptions) => on(Jobs.enable(actor, jobId, options)),
  /** Saves a script that a registered author signed, for jobs to name (JOB-20). */
  saveScript: (actor: Actor, input: Scripts.ScriptInput, options?: Repeatable) =>
    on(Scripts.save(actor, input, options)),
  /** Every saved script, by title, with the reference by which an action names it. */
  scripts: (actor: Actor) => on(Scripts.list(actor)),
  /** A saved script with its bytes, and the envelope that proves whose they are. */
  getScript: (actor: Actor, scriptId: string) => on(Scripts.get(actor, scriptId)),
  /** Deletes a script that no job names. */
  deleteScript: (actor: Actor, scriptId: string, options?: Repeatable) => on(Scripts.remove(actor, scriptId, options)),
});

export const scriptAuthorsOf = (on: On) => ({
  /** Registers the public key of an author of scripts (JOB-20). */
  register: (actor: Actor, input: ScriptAuthors.ScriptAuthorInput, options?: Repeatable) =>
    on(ScriptAuthors.register(actor, input, options)),
  /** Revokes an author's key, for good; jobs that name a script of theirs can't be enabled any more. */
  revoke: (actor: Actor, keyId: string, options?: Repeatable) => on(ScriptAuthors.revoke(actor, keyId, options)),
  /** Every author's key, revoked ones too, by title. */
  list: (actor: Actor) => on(ScriptAuthors.list(actor)),
});
