/**
 * The façade: everything a host does with Fettle, as Effects, and the same as Promises.
 *
 * A `Fettle` is one value over its ports; methods take who acts first. Those that change something take options last, among
 * them an idempotency key: the same request again under the same key is carried out once ({@link Repeatable}). The Promise
 * twin is derived from it by one generic function ({@link promises}), never written twice: it rejects with
 * {@link FettleError}.
 */
import type { SignedRequest } from "@fettle/agent-protocol";
import * as Cause from "effect/Cause";
import type * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Result from "effect/Result";
import type { OlderUser } from "./domain/access/Migration.ts";
import type { Policy } from "./domain/access/Policy.ts";
import type { Kind as SearchKind } from "./domain/access/SavedSearch.ts";
import type { AdvisoryDraft, JobDraft, NewJob } from "./domain/job/Job.ts";
import type { JobEdit } from "./domain/job/JobEdit.ts";
import type { Sharing } from "./domain/job/JobSharing.ts";
import type { Patch } from "./domain/patch/Patch.ts";
import type { Vulnerability } from "./domain/patch/Vulnerability.ts";
import type { RetentionDays } from "./domain/retention/Retention.ts";
import type { Actor } from "./domain/shared/Actor.ts";
import type { Module } from "./domain/shared/Module.ts";
import type { TagSelection } from "./domain/tag/TagSelection.ts";
import * as AccessQuestions from "./engine/AccessQuestions.ts";
import * as ActivationKeys from "./engine/ActivationKeys.ts";
import * as Advisories from "./engine/Advisories.ts";
import * as AgentGateway from "./engine/AgentGateway.ts";
import * as AgentModules from "./engine/AgentModules.ts";
import * as AgentSearches from "./engine/AgentSearches.ts";
import type { AgentTargets } from "./engine/AgentTargets.ts";
import * as Approvals from "./engine/Approvals.ts";
import * as AssessmentProfiles from "./engine/AssessmentProfiles.ts";
import * as AssessmentStanding from "./engine/AssessmentStanding.ts";
import * as AssetDetails from "./engine/AssetDetails.ts";
import * as AssetSearches from "./engine/AssetSearches.ts";
import * as Assets from "./engine/Assets.ts";
import * as AuditTrail from "./engine/AuditTrail.ts";
import * as Catalogue from "./engine/Catalogue.ts";
import * as ConfigurationProfiles from "./engine/ConfigurationProfiles.ts";
import * as ConfigurationViews from "./engine/ConfigurationViews.ts";
import * as Dispatcher from "./engine/Dispatcher.ts";
import * as Explanations from "./engine/Explanations.ts";
import * as Feeds from "./engine/Feeds.ts";
import * as Holds from "./engine/Holds.ts";
import type { Repeatable } from "./engine/Idempotency.ts";
import * as JobBulk from "./engine/JobBulk.ts";
import * as JobDeletions from "./engine/JobDeletions.ts";
import * as JobDrafts from "./engine/JobDrafts.ts";
import * as JobEdits from "./engine/JobEdits.ts";
import * as JobOwners from "./engine/JobOwners.ts";
import * as JobSearches from "./engine/JobSearches.ts";
import * as JobSharing from "./engine/JobSharing.ts";
import * as Jobs from "./engine/Jobs.ts";
import * as KeyViews from "./engine/KeyViews.ts";
import * as Licences from "./engine/Licences.ts";
import * as PatchProposals from "./engine/PatchProposals.ts";
import * as PatchSearches from "./engine/PatchSearches.ts";
import * as PlanDrift from "./engine/PlanDrift.ts";
import * as Purges from "./engine/Purges.ts";
import type { Rejected } from "./engine/Rejected.ts";
import * as Retentions from "./engine/Retentions.ts";
import * as Runs from "./engine/Runs.ts";
import * as Searches from "./engine/Searches.ts";
import * as Subscriptions from "./engine/Subscriptions.ts";
import * as TagAssignments from "./engine/TagAssignments.ts";
import * as Tags from "./engine/Tags.ts";
import * as TagViews from "./engine/TagViews.ts";
import * as Uninstalls from "./engine/Uninstalls.ts";
import * as VendorFiles from "./engine/VendorFiles.ts";
import * as Vulnerabilities from "./engine/Vulnerabilities.ts";
import type { BlobError, BlobStore } from "./ports/BlobStore.ts";
import type { Directory, DirectoryError } from "./ports/Directory.ts";
import type { Environment } from "./ports/Environment.ts";
import { Storage, type StorageError } from "./ports/Storage.ts";
import type { TenantKeys, TenantKeysError } from "./ports/TenantKeys.ts";

/** Everything Fettle stands on. */
export type FettlePorts = Storage | BlobStore | TenantKeys | Directory | Environment;

/** What a method can fail with: a rejection the caller can mend, or a port that did not answer. */
export type FettleFailure = Rejected | StorageError | BlobError | DirectoryError | TenantKeysError;

/**
 * Makes a Fettle over its ports.
 *
 * @example
 * const fettle = Fettle.make(context);
 * const job = yield* fettle.jobs.create(actor, draft);
 */
export const make = (ports: Context.Context<FettlePorts>) => {
  const on: On = (effect) => Effect.provideContext(effect, ports);
  return {
    subscriptions: {
      /** Opens the actor's subscription, or changes its plan, seats, licence tags and limits. */
      save: (actor: Actor, input: Subscriptions.SubscriptionInput, options?: Repeatable) =>
        on(Subscriptions.save(actor, input, options)),
      /** The subscription, and the plan that is in force (LIC-07). */
      get: (actor: Actor) => on(Subscriptions.get(actor)),
    },
    licences: {
      /** How far the seats of each module are used; past 100 % too (LIC-05, LIC-12). */
      consumption: (actor: Actor) => on(Licences.consumption(actor)),
      /** Who would gain or lose a seat by a change, and why; nothing is changed. */
      preview: (actor: Actor, change: Licences.LicenceChange) => on(Licences.preview(actor, change)),
      /** Where an asset stands with each module: active since when, licensed or why not. */
      of: (actor: Actor, assetId: string) => on(Licences.of(actor, assetId)),
    },
    keys: keysOf(on),
    configurationProfiles: configurationProfilesOf(on),
    assessmentProfiles: assessmentProfilesOf(on),
    access: accessOf(on),
    tags: tagsOf(on),
    assets: assetsOf(on),
    catalogue: catalogueOf(on),
    searches: searchesOf(on),
    jobs: jobsOf(on),
    runs: {
      ofJob: (actor: Actor, jobId: string) => on(Runs.ofJob(actor, jobId)),
      /** How far a run has come. */
      progress: (actor: Actor, runId: string) => on(Runs.progress(actor, runId)),
      /** Before, after, outcome and reason of every asset and patch. */
      results: (actor: Actor, runId: string) => on(Runs.results(actor, runId)),
    },
    agents: agentsOf(on),
    purges: purgesOf(on),
    retention: retentionOf(on),
    audit: {
      /** Who changed what, from what to what, when and why, in pages (RBAC-11). */
      search: (actor: Actor, input?: AuditTrail.AuditSearchInput) => on(AuditTrail.search(actor, input)),
      /** Whether the trail is what was written; against a checkpoint, whether its end is there too. */
      verify: (actor: Actor, options?: { readonly checkpoint?: Uint8Array }) => on(AuditTrail.verify(actor, options)),
      /** Where the trail stands, signed with the tenant's key, to be kept elsewhere. */
      checkpoint: (actor: Actor) => on(AuditTrail.checkpoint(actor)),
    },
    /** Makes runs of what is due and issues manifests. Call it as often as you like, from as many places. */
    tick: () => on(Dispatcher.tick()),
    gateway: {
      /** Answers a request of an agent, whatever transport brought it. */
      handle: (request: SignedRequest.WireRequest) => on(AgentGateway.handle(request)),
    },
    events: {
      /** The outbox: events after a position, in order (EVT-01). */
      after: (tenantId: string, position: number, limit: number) =>
        on(Effect.flatMap(Storage, (storage) => storage.events(tenantId, position, limit))),
    },
  };
};

export type Fettle = ReturnType<typeof make>;

/** Gives an effect its ports. */
type On = <A, E>(effect: Effect.Effect<A, E, FettlePorts>) => Effect.Effect<A, E>;

const searchesOf = (on: On) => ({
  /** Saves a search of assets, patches or jobs for the actor alone, or changes it (AST-08). */
  save: (actor: Actor, input: Searches.SavedSearchInput, options?: Repeatable) =>
    on(Searches.save(actor, input, options)),
  rename: (actor: Actor, searchId: string, name: string, options?: Repeatable) =>
    on(Searches.rename(actor, searchId, name, options)),
  delete: (actor: Actor, searchId: string, options?: Repeatable) => on(Searches.remove(actor, searchId, options)),
  /** The actor's saved searches, each with what is wrong with it now (DSH-04). */
  list: (actor: Actor, kind?: SearchKind) => on(Searches.list(actor, kind)),
  /** What the actor searched for lately, newest first. */
  recent: (actor: Actor, kind: SearchKind) => on(Searches.recent(actor, kind)),
  /** Runs a saved search, a page at a time. */
  run: (actor: Actor, searchId: string, paging?: { readonly cursor?: string; readonly limit?: number }) =>
    on(Searches.run(actor, searchId, paging)),
});

const purgesOf = (on: On) => ({
  /** What a purge would remove now, what it would keep, and what confirms just that (PRG-01). Changes nothing. */
  preview: (actor: Actor, query: string) => on(Purges.preview(actor, query)),
  /** Removes for good what was previewed and confirmed. */
  run: (actor: Actor, input: Purges.ConfirmedPurge, options?: Repeatable) => on(Purges.run(actor, input, options)),
  /** Saves a rule that purges daily; confirmed as a purge by hand is. */
  save: (actor: Actor, input: Purges.PurgeRuleInput, options?: Repeatable) => on(Purges.save(actor, input, options)),
  delete: (actor: Actor, ruleId: string, options?: Repeatable) => on(Purges.remove(actor, ruleId, options)),
  /** The rules, each with how its last run went. */
  list: (actor: Actor) => on(Purges.list(actor)),
});

const retentionOf = (on: On) => ({
  /** How long runs, events and audit records are kept, and what is under legal hold (CFG-07). */
  get: (actor: Actor) => on(Retentions.get(actor)),
  /** Says for how many days each is kept; null: for ever. */
  save: (actor: Actor, days: RetentionDays, options?: Repeatable) => on(Retentions.save(actor, days, options)),
  /** Keeps everything, or a job's runs, whatever their age. */
  hold: (actor: Actor, input: Retentions.HoldInput, options?: Repeatable) => on(Retentions.hold(actor, input, options)),
  /** Lets go what was held: everything, or a job's runs. */
  release: (actor: Actor, input?: Retentions.ReleaseInput, options?: Repeatable) =>
    on(Retentions.release(actor, input, options)),
});

const keysOf = (on: On) => ({
  /** Makes an activation key; its secret is shown here only, so a repetition is refused and names the key. */
  create: (actor: Actor, input: ActivationKeys.ActivationKeyInput, options?: Repeatable) =>
    on(ActivationKeys.create(actor, input, options)),
  /** Changes its terms; other modules for agents to come, or for all of its agents (KEY-02). */
  update: (actor: Actor, keyId: string, input: ActivationKeys.ActivationKeyChange, options?: Repeatable) =>
    on(ActivationKeys.update(actor, keyId, input, options)),
  enable: (actor: Actor, keyId: string, options?: Repeatable) => on(ActivationKeys.enable(actor, keyId, options)),
  /** Lets it admit no agent until it is enabled again. */
  disable: (actor: Actor, keyId: string, options?: Repeatable) => on(ActivationKeys.disable(actor, keyId, options)),
  /** Lets it admit none any more; its agents stay. */
  delete: (actor: Actor, keyId: string, options?: Repeatable) => on(ActivationKeys.remove(actor, keyId, options)),
  /** Every key with its status and what it still admits. */
  list: (actor: Actor) => on(KeyViews.list(actor)),
  get: (actor: Actor, keyId: string) => on(KeyViews.get(actor, keyId)),
  /** Artefacts and commands for an operating system, with the secret that the caller gives (KEY-03). */
  installCommands: (actor: Actor, keyId: string, input: KeyViews.InstallInput) =>
    on(KeyViews.installCommands(actor, keyId, input)),
  /** Whether a machine is ready for an agent, by what a probe found there, each finding with its fix (KEY-05). */
  preInstallCheck: (actor: Actor, keyId: string, input: KeyViews.PreInstallInput) =>
    on(KeyViews.preInstallCheck(actor, keyId, input)),
});

const configurationProfilesOf = (on: On) => ({
  /** Adds or changes a configuration profile (CFG-02, CFG-08); everything wrong with it is said at once. */
  save: (actor: Actor, input: ConfigurationProfiles.ConfigurationProfileInput, options?: Repeatable) =>
    on(ConfigurationProfiles.save(actor, input, options)),
  /** Deletes one; its assets get the next that is theirs. The default can't be deleted. */
  delete: (actor: Actor, profileId: string, options?: Repeatable) =>
    on(ConfigurationProfiles.remove(actor, profileId, options)),
  /** Puts the list into another order, the topmost first; every profile is named once. */
  reorder: (actor: Actor, ids: readonly string[], options?: Repeatable) =>
    on(ConfigurationProfiles.reorder(actor, ids, options)),
  /** Makes one the default, in the place of the one that was. */
  makeDefault: (actor: Actor, profileId: string, options?: Repeatable) =>
    on(ConfigurationProfiles.makeDefault(actor, profileId, options)),
  /** Every profile, the topmost first. */
  list: (actor: Actor) => on(ConfigurationViews.list(actor)),
  /** One of them, with what its settings come to. */
  get: (actor: Actor, profileId: string) => on(ConfigurationViews.get(actor, profileId)),
  /** What an asset's agent is set to: which profile and why, each value and why, which modules act (CFG-01, CFG-09). */
  effective: (actor: Actor, assetId: string) => on(ConfigurationViews.effective(actor, assetId)),
});

const assessmentProfilesOf = (on: On) => ({
  /** Adds or changes an assessment profile; a tag stands in one custom profile only (PRO-02, PRO-03). */
  save: (actor: Actor, input: AssessmentProfiles.AssessmentProfileInput, options?: Repeatable) =>
    on(AssessmentProfiles.save(actor, input, options)),
  /** Deletes one; its assets get the next that is theirs. The default can't be deleted (PRO-01). */
  delete: (actor: Actor, profileId: string, options?: Repeatable) =>
    on(AssessmentProfiles.remove(actor, profileId, options)),
  enable: (actor: Actor, profileId: string, options?: Repeatable) =>
    on(AssessmentProfiles.enable(actor, profileId, options)),
  /** Lets it apply to no asset; it goes on holding its tags. */
  disable: (actor: Actor, profileId: string, options?: Repeatable) =>
    on(AssessmentProfiles.disable(actor, profileId, options)),
  /** Enables, disables or deletes several; an answer for each (PRO-08). */
  bulk: (actor: Actor, input: AssessmentProfiles.AssessmentProfileBulk, options?: Repeatable) =>
    on(AssessmentProfiles.bulk(actor, input, options)),
  /** Puts the custom ones into another order, the topmost first (PRO-05). */
  reorder: (actor: Actor, ids: readonly string[], options?: Repeatable) =>
    on(AssessmentProfiles.reorder(actor, ids, options)),
  /** Every profile, the topmost first, and the bounds of intervals now. */
  list: (actor: Actor) => on(AssessmentStanding.list(actor)),
  get: (actor: Actor, profileId: string) => on(AssessmentStanding.get(actor, profileId)),
  /** What an asset is scanned by, and why. */
  effective: (actor: Actor, assetId: string) => on(AssessmentStanding.effective(actor, assetId)),
  /** Tags that several profiles hold since one was moved (PRO-03). */
  overlaps: (actor: Actor) => on(AssessmentStanding.overlaps(actor)),
});

const accessOf = (on: On) => ({
  /** Whether the actor may, with why and who could: a permission, or an action on a job. */
  decide: (actor: Actor, question: AccessQuestions.AccessQuestion) => on(AccessQuestions.decide(actor, question)),
  /** The roles and permissions that are in force (RBAC-10). */
  policy: () => on(AccessQuestions.policy()),
  /** What is wrong with a policy; one with errors is refused when it is used. */
  lint: (policy: Policy) => on(AccessQuestions.lint(policy)),
  /** Users of the older model as users with roles, an answer for each (RBAC-09). */
  migrate: (users: readonly OlderUser[]) => on(AccessQuestions.migrate(users)),
});

const jobsOf = (on: On) => ({
  /** Searches the jobs that the actor may view, in pages. */
  search: (actor: Actor, input: JobSearches.JobSearchInput) => on(JobSearches.search(actor, input)),
  /** Makes a job, disabled, or enabled in the same step (JOB-06); everything wrong with the draft is said at once. */
  create: (actor: Actor, draft: NewJob, options?: Jobs.CreationOptions) => on(Jobs.create(actor, draft, options)),
  /** What is wrong with a draft, what it lacks to be enabled, what is probably not meant. Changes nothing. */
  validate: (actor: Actor, draft: JobDraft) => on(JobDrafts.validate(actor, draft)),
  /** A draft that starts from chosen patches or assets (JOB-27). Changes nothing. */
  draft: (actor: Actor, origin: JobDrafts.DraftOrigin) => on(JobDrafts.from(actor, origin)),
  /** A clone as a draft, to be saved by `create` (CLN-01). Changes nothing. */
  clone: (actor: Actor, jobId: string) => on(JobDrafts.clone(actor, jobId)),
  /** Changes a job before it is enabled; what is left out stays (JOB-07). */
  update: (actor: Actor, jobId: string, edit: JobEdit, options?: JobEdits.ChangeOptions) =>
    on(JobEdits.update(actor, jobId, edit, options)),
  /** Adds patches to its list, and nothing else (JOB-10). */
  addPatches: (actor: Actor, jobId: string, patches: readonly string[], options?: JobEdits.ChangeOptions) =>
    on(JobEdits.addPatches(actor, jobId, patches, options)),
  /** Adds assets to those that it names, and nothing else (JOB-10). */
  addAssets: (actor: Actor, jobId: string, assets: readonly string[], options?: JobEdits.ChangeOptions) =>
    on(JobEdits.addAssets(actor, jobId, assets, options)),
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
  /** Enables jobs, an answer for each (JOB-16). */
  enableMany: (actor: Actor, jobIds: readonly string[], options?: Repeatable) =>
    on(JobBulk.enable(actor, jobIds, options)),
  /** Deletes jobs, an answer for each (JOB-16). */
  deleteMany: (actor: Actor, jobIds: readonly string[], options?: Repeatable) =>
    on(JobBulk.remove(actor, jobIds, options)),
  /** Gives jobs to another owner, an answer for each (JOB-16). */
  changeOwnerOfMany: (actor: Actor, jobIds: readonly string[], userId: string, options?: Repeatable) =>
    on(JobBulk.changeOwner(actor, jobIds, userId, options)),
  /** What the job would do if it ran now, and the hash that approves it. */
  plan: (actor: Actor, jobId: string) => on(Jobs.plan(actor, jobId)),
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
});

const tagsOf = (on: On) => ({
  /** Adds or changes a tag, static or with a rule (TAG-01, TAG-08); assets follow. */
  save: (actor: Actor, input: Tags.TagInput, options?: Repeatable) => on(Tags.save(actor, input, options)),
  /** Deletes a tag that nothing uses; `reparent` brings the tags below it to where it stood. */
  delete: (actor: Actor, tagId: string, options?: Tags.DeletionOptions) => on(Tags.remove(actor, tagId, options)),
  /** One tag: where it stands, how many assets bear it, what is wrong with its rule. */
  get: (actor: Actor, tagId: string) => on(TagViews.get(actor, tagId)),
  /** The tree, or what is below a tag, in pages. */
  list: (actor: Actor, input?: TagViews.TagListInput) => on(TagViews.list(actor, input)),
  /** Which assets a rule would find. */
  preview: (actor: Actor, input: TagViews.TagPreviewInput) => on(TagViews.preview(actor, input)),
  /** Gives a static tag to assets; an answer for each. */
  assign: (actor: Actor, input: TagAssignments.AssignmentInput, options?: Repeatable) =>
    on(TagAssignments.assign(actor, input, options)),
  /** Takes a static tag from assets; an answer for each. */
  unassign: (actor: Actor, input: TagAssignments.AssignmentInput, options?: Repeatable) =>
    on(TagAssignments.unassign(actor, input, options)),
  /** How many of the assets that bear the selected tags a job would hold, of how many (TAG-09). */
  coverage: (actor: Actor, selection: TagSelection) => on(TagViews.coverage(actor, selection)),
});

const agentsOf = (on: On) => ({
  /** Activates modules on agents, named, by query or by criteria; an answer for each (AGT-06). */
  activate: (actor: Actor, targets: AgentTargets, modules: readonly Module[], options?: Repeatable) =>
    on(AgentModules.activate(actor, targets, modules, options)),
  /** Deactivates modules on agents; their seats are free for others (LIC-11). */
  deactivate: (actor: Actor, targets: AgentTargets, modules: readonly Module[], options?: Repeatable) =>
    on(AgentModules.deactivate(actor, targets, modules, options)),
  /** Orders agents to be uninstalled: named, by query or by criteria; an answer for each (AGT-07, AGT-08). */
  uninstall: (actor: Actor, targets: AgentTargets, options?: Repeatable) =>
    on(Uninstalls.order(actor, targets, options)),
  /** Takes the order back from agents that haven't heard it. */
  callOffUninstall: (actor: Actor, targets: AgentTargets, options?: Repeatable) =>
    on(Uninstalls.callOff(actor, targets, options)),
});

const assetsOf = (on: On) => ({
  /** The assets that the actor sees. */
  list: (actor: Actor) => on(Assets.list(actor)),
  /** What is missing on them. */
  missing: (actor: Actor) => on(Assets.missing(actor)),
  /** Searches them by asset tokens, patch tokens or both, under a view, in pages (AST-03, AST-04). */
  search: (actor: Actor, input: AssetSearches.AssetSearchInput) => on(AssetSearches.search(actor, input)),
  /** Counts of each facet among those found, each value with the query that narrows to it (AST-12). */
  facets: (actor: Actor, input: AssetSearches.FacetsInput) => on(AssetSearches.facets(actor, input)),
  /** One of them. */
  get: (actor: Actor, assetId: string) => on(AssetDetails.get(actor, assetId)),
  /** Its patches that are missing, installed or unknown, in pages (AST-06). */
  patches: (actor: Actor, assetId: string, input: AssetDetails.AssetPatchesInput) =>
    on(AssetDetails.patches(actor, assetId, input)),
  /** Searches their agents, whatever the modules (AGT-07, AGT-14). */
  agents: (actor: Actor, input: AgentSearches.AgentSearchInput) => on(AgentSearches.search(actor, input)),
  /** The agents that have not checked in for so long. */
  stale: (actor: Actor, input: AgentSearches.StaleInput) => on(AgentSearches.stale(actor, input)),
});

const catalogueOf = (on: On) => ({
  /** Replaces what a feed says by its patches, as one (PAT-11); a list alone is the feed `default`. */
  ingest: (actor: Actor, input: Feeds.FeedInput | readonly Patch[], options?: Feeds.FeedOptions) =>
    on(Feeds.ingest(actor, input, options)),
  /** The feeds that the catalogue is made of. */
  feeds: (actor: Actor) => on(Feeds.list(actor)),
  list: (actor: Actor) => on(Catalogue.list(actor)),
  /** A patch with its vulnerabilities, what takes its place, and whether jobs may deploy it. */
  get: (actor: Actor, patchId: string) => on(Catalogue.get(actor, patchId)),
  /** Searches patches, all or within scope, in pages (PAT-10, PAT-12). */
  search: (actor: Actor, input: PatchSearches.PatchSearchInput) => on(PatchSearches.search(actor, input)),
  /** Counts of each facet among those found, each value with the query that narrows to it. */
  facets: (actor: Actor, input: PatchSearches.PatchFacetsInput) => on(PatchSearches.facets(actor, input)),
  /** Vendors' supersedence links that were left out, and why (PAT-08). */
  supersedence: (actor: Actor) => on(Catalogue.supersedence(actor)),
  /** The hosts that agents must reach (URL-01). */
  hosts: (actor: Actor) => on(Catalogue.hosts(actor)),
  /** Supplies the file of a patch that must be acquired from its vendor (PAT-04). */
  supplyFile: (actor: Actor, input: VendorFiles.VendorFileInput, options?: Repeatable) =>
    on(VendorFiles.supply(actor, input, options)),
  withdrawFile: (actor: Actor, patchId: string, options?: Repeatable) =>
    on(VendorFiles.withdraw(actor, patchId, options)),
  /** Leaves a patch out of every plan until it is released, with the reason (PLN-05). */
  hold: (actor: Actor, patchId: string, reason: string, options?: Repeatable) =>
    on(Holds.hold(actor, patchId, reason, options)),
  release: (actor: Actor, patchId: string, options?: Repeatable) => on(Holds.release(actor, patchId, options)),
  /** Tells which vulnerabilities a scanner's numbers mean (PAT-05). */
  saveVulnerabilities: (actor: Actor, input: readonly Vulnerability[], options?: Repeatable) =>
    on(Vulnerabilities.save(actor, input, options)),
  /** Proposes jobs that fix vulnerabilities, and says what no patch fixes (VUL-01). */
  patchNow: (actor: Actor, input: PatchProposals.PatchNowInput) => on(PatchProposals.patchNow(actor, input)),
});

/** What the Promise twin rejects with: the rejection or failure, flat. */
export class FettleError extends Error {
  override readonly name = "FettleError";
  readonly code: string;
  readonly rule: string | null;
  readonly details: unknown;
  readonly isRetryable: boolean;
  constructor(failure: {
    readonly code: string;
    readonly rule: string | null;
    readonly message: string;
    readonly details: unknown;
    readonly isRetryable: boolean;
  }) {
    super(failure.message);
    this.code = failure.code;
    this.rule = failure.rule;
    this.details = failure.details;
    this.isRetryable = failure.isRetryable;
  }
}

/** An object of Effect-returning functions, as the same object of Promise-returning ones. */
export type Promised<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer Args) => Effect.Effect<infer A, infer _E>
    ? (...args: Args) => Promise<A>
    : Promised<T[K]>;
};

/** The Promise twin of a Fettle, or of any object of its shape. */
export const promises = <T extends object>(api: T): Promised<T> => {
  const entries = Object.entries(api).map(([name, member]) => {
    if (typeof member !== "function") return [name, promises(member as object)] as const;
    const call = member as (...args: readonly unknown[]) => Effect.Effect<unknown, unknown>;
    return [name, (...args: readonly unknown[]) => run(call(...args))] as const;
  });
  return Object.fromEntries(entries) as Promised<T>;
};

const run = async <A>(effect: Effect.Effect<A, unknown>): Promise<A> => {
  const exit = await Effect.runPromiseExit(effect);
  if (Exit.isSuccess(exit)) return exit.value;
  const failed = Cause.findError(exit.cause);
  throw Result.isSuccess(failed) ? toError(failed.success) : Cause.squash(exit.cause);
};

interface Tagged {
  readonly _tag: string;
  readonly message: string;
  readonly isRetryable?: boolean;
  readonly reason?: string;
  readonly rejections?: readonly { readonly rule: string | null; readonly code: string }[];
}

// Failures are data and become FettleErrors; a defect is a bug and stays what it is.
const toError = (failure: unknown): unknown => {
  if (typeof failure !== "object" || failure === null || !("_tag" in failure)) return failure;
  const tagged = failure as Tagged;
  const first = tagged.rejections?.[0];
  return new FettleError({
    code: first?.code ?? [tagged._tag, ...(tagged.reason === undefined ? [] : [tagged.reason])].join("/"),
    rule: first?.rule ?? null,
    message: tagged.message,
    details: tagged.rejections ?? tagged,
    isRetryable: tagged.isRetryable ?? false,
  });
};
