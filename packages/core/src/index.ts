/**
 * @fettle/core: the control plane of a patch-management product as a library.
 *
 * Start with {@link Fettle}: `Fettle.make(ports)` for Effects, `Fettle.promises(fettle)` for Promises.
 */

export type { Decision } from "./domain/access/Access.ts";
export type { OlderUser } from "./domain/access/Migration.ts";
export * as Permission from "./domain/access/Permission.ts";
export * as Policy from "./domain/access/Policy.ts";
export * as PolicyLint from "./domain/access/PolicyLint.ts";
export type { RecentSearches, SavedSearch } from "./domain/access/SavedSearch.ts";
export type { Role, StandardRole, User } from "./domain/access/User.ts";
export type { Assessment } from "./domain/assessment/Assessment.ts";
export * as AssetSearch from "./domain/assessment/AssetSearch.ts";
export { type AssetSortKey, assetSortKeys } from "./domain/assessment/AssetSort.ts";
export type { SearchPart } from "./domain/assessment/SearchPart.ts";
export * as Activity from "./domain/asset/Activity.ts";
export * as AgentCatalog from "./domain/asset/AgentCatalog.ts";
export type { Asset, AssetFacts, NetworkInterface, Unfit } from "./domain/asset/Asset.ts";
export * as AssetCatalog from "./domain/asset/AssetCatalog.ts";
export type { Facet, FacetCounts, FacetValue } from "./domain/asset/AssetFacets.ts";
export * as AssetFacets from "./domain/asset/AssetFacets.ts";
export * as ModuleOperations from "./domain/asset/ModuleOperations.ts";
export type { Subscriber } from "./domain/event/Subscriber.ts";
export type { AdvisoryDraft, Job, JobDraft, JobLink, JobPart, NewJob, PatchSource } from "./domain/job/Job.ts";
export * as JobAccess from "./domain/job/JobAccess.ts";
export type {
  ActionDraft,
  ActionsDraft,
  JobAction,
  JobActions,
  ScriptReference,
  TimedAction,
} from "./domain/job/JobActions.ts";
export * as JobCatalog from "./domain/job/JobCatalog.ts";
export type { JobEdit } from "./domain/job/JobEdit.ts";
export type { JobCounts, JobFilter } from "./domain/job/JobFilter.ts";
export * as JobNotifications from "./domain/job/JobNotifications.ts";
export * as JobOptions from "./domain/job/JobOptions.ts";
export type { Sharing } from "./domain/job/JobSharing.ts";
export * as JobStatus from "./domain/job/JobStatus.ts";
export type { JobFindings, JobView } from "./domain/job/JobView.ts";
export * as RebootPresets from "./domain/job/RebootPresets.ts";
export type { SavedScript } from "./domain/job/SavedScript.ts";
export * as Schedule from "./domain/job/Schedule.ts";
export type { ScriptAuthor } from "./domain/job/ScriptAuthor.ts";
export type { ShownJob, Suspension } from "./domain/job/Suspension.ts";
export type { ActivationKey, KeyStatus } from "./domain/key/ActivationKey.ts";
export * as InstallCommand from "./domain/key/InstallCommand.ts";
export * as PreInstallCheck from "./domain/key/PreInstallCheck.ts";
export type { Consumption, SeatChange } from "./domain/license/Licence.ts";
export type { SeatRule } from "./domain/license/SeatRule.ts";
export * as Subscription from "./domain/license/Subscription.ts";
export type { ChangeFreeze } from "./domain/maintenance/ChangeFreeze.ts";
export type { QuorumGroup } from "./domain/maintenance/QuorumGroup.ts";
export * as ApprovalAge from "./domain/patch/ApprovalAge.ts";
export type { DownloadHost, DownloadHosts, IgnoredUrl, Wildcard } from "./domain/patch/DownloadHosts.ts";
export type { Hold } from "./domain/patch/Hold.ts";
export * as Patch from "./domain/patch/Patch.ts";
export * as PatchCatalog from "./domain/patch/PatchCatalog.ts";
export type {
  Facet as PatchFacet,
  FacetCounts as PatchFacetCounts,
  FacetValue as PatchFacetValue,
} from "./domain/patch/PatchFacets.ts";
export type { PatchNow, PatchNowGroup, Unfixed, UnfixedReason } from "./domain/patch/PatchNow.ts";
export * as Supersedence from "./domain/patch/Supersedence.ts";
export type { VendorFile } from "./domain/patch/VendorFile.ts";
export { normal as normalCve, type Vulnerability } from "./domain/patch/Vulnerability.ts";
export type { Explanation } from "./domain/plan/Explanation.ts";
export * as LintFinding from "./domain/plan/LintFinding.ts";
export type { Plan, PlanExclusion, PlanGroup, PlannedPatch } from "./domain/plan/Plan.ts";
export type { DriftTolerance, PlanChange, PlanDifference } from "./domain/plan/PlanDifference.ts";
export * as PlanRings from "./domain/plan/PlanRings.ts";
export type { PreviewPlace } from "./domain/plan/PreviewPlaces.ts";
export type {
  Down as QuorumDown,
  GroupVerdict as QuorumGroupVerdict,
  Proof as QuorumProof,
  Verdict as QuorumVerdict,
} from "./domain/plan/QuorumProof.ts";
export type { Blocker } from "./domain/plan/Remedies.ts";
export type { PreviewRing, PreviewRow, PreviewRun, RunOutline, RunPreview } from "./domain/plan/RunPreview.ts";
export * as RunPreviewTable from "./domain/plan/RunPreviewTable.ts";
export * as AgentUpgrade from "./domain/profile/AgentUpgrade.ts";
export type { AssessmentProfile, Effective, Overlap } from "./domain/profile/AssessmentProfile.ts";
export type { ConfigurationProfile } from "./domain/profile/ConfigurationProfile.ts";
export type { EffectiveSettings, Reason as SettingReason } from "./domain/profile/Effective.ts";
export * as Presets from "./domain/profile/Presets.ts";
export * as Settings from "./domain/profile/Settings.ts";
export * as Retention from "./domain/retention/Retention.ts";
export * as Rollout from "./domain/rollout/Rollout.ts";
export * as RolloutPresets from "./domain/rollout/RolloutPresets.ts";
export * as AssetRun from "./domain/run/AssetRun.ts";
export * as JobsProgress from "./domain/run/JobsProgress.ts";
export type { NotificationDue } from "./domain/run/NotificationDue.ts";
export * as Rerun from "./domain/run/Rerun.ts";
export type { Run, RunProgress } from "./domain/run/Run.ts";
export * as RunExplanation from "./domain/run/RunExplanation.ts";
export * as Timeline from "./domain/run/Timeline.ts";
export * as Actor from "./domain/shared/Actor.ts";
export * as CodePointOrder from "./domain/shared/CodePointOrder.ts";
export * as Limits from "./domain/shared/Limits.ts";
export * as Module from "./domain/shared/Module.ts";
export type { Rejection } from "./domain/shared/Rejection.ts";
export * as Tenant from "./domain/shared/Tenant.ts";
export * as TagScope from "./domain/tag/TagScope.ts";
export * as TagSelection from "./domain/tag/TagSelection.ts";
export type { Tag, TagRule } from "./domain/tag/TagTree.ts";
export type { AccessAnswer, AccessQuestion, Migrated } from "./engine/access/AccessQuestions.ts";
export type {
  ActivationKeyChange,
  ActivationKeyInput,
  ActivationKeyUpdate,
  IssuedActivationKey,
} from "./engine/agents/ActivationKeys.ts";
export type { ModulesAnswer } from "./engine/agents/AgentModules.ts";
export type { AgentPage, AgentRow, AgentSearchInput, StaleInput } from "./engine/agents/AgentSearches.ts";
export type { ActivationKeyView, InstallInput, PreInstallAnswer, PreInstallInput } from "./engine/agents/KeyViews.ts";
export type { OperationsView } from "./engine/agents/ModuleViews.ts";
export type { ModuleItem } from "./engine/agents/ModuleWrites.ts";
export { SignatureWork, type SignatureWorker } from "./engine/agents/SignatureWork.ts";
export type {
  AssessmentProfileBulk,
  AssessmentProfileInput,
  AssessmentProfileItem,
} from "./engine/assessment/AssessmentProfiles.ts";
export type { AssessmentProfileView } from "./engine/assessment/AssessmentStanding.ts";
export type { AssetDetails, AssetPatch, AssetPatchesInput, AssetPatchPage } from "./engine/assets/AssetDetails.ts";
export type {
  AssetPage,
  AssetQuestion,
  AssetRow,
  AssetSearchInput,
  FacetsInput,
} from "./engine/assets/AssetSearches.ts";
export type { AssetView, MissingView } from "./engine/assets/Assets.ts";
export * as AuditChain from "./engine/audit/AuditChain.ts";
export type { AuditPage, AuditRecord, AuditSearchInput } from "./engine/audit/AuditTrail.ts";
export * as AuditVerification from "./engine/audit/AuditVerification.ts";
export type { HoldInput, ReleaseInput } from "./engine/audit/Retentions.ts";
export type { BlobCollection } from "./engine/blobs/BlobGarbage.ts";
export type { PatchView } from "./engine/catalogue/Catalogue.ts";
export type { FeedInput, FeedOptions, Ingested } from "./engine/catalogue/Feeds.ts";
export type { PatchNowInput, PatchNowProposal } from "./engine/catalogue/PatchProposals.ts";
export type {
  PatchFacetsInput,
  PatchPage,
  PatchQuestion,
  PatchRow,
  PatchSearchInput,
} from "./engine/catalogue/PatchSearches.ts";
export type { VendorFileInput } from "./engine/catalogue/VendorFiles.ts";
export type { ConfigurationProfileInput } from "./engine/configuration/ConfigurationProfiles.ts";
export type {
  ConfigurationProfileView,
  EffectiveConfiguration,
  ModuleState,
} from "./engine/configuration/ConfigurationViews.ts";
export type { DeliveredEvent } from "./engine/events/OutboxRelay.ts";
export type { DeliveryReport, Handler, SubscribeOptions } from "./engine/events/Subscriptions.ts";
export type { Repeatable } from "./engine/Idempotency.ts";
export type { BulkAnswer, BulkItem } from "./engine/jobs/JobBulk.ts";
export type { JobDeletion } from "./engine/jobs/JobDeletions.ts";
export type { JobDisabled } from "./engine/jobs/JobDisabling.ts";
export type { ClonedDraft, DraftOrigin, DraftVerdict, DroppedCoAuthor } from "./engine/jobs/JobDrafts.ts";
export type { ChangeOptions } from "./engine/jobs/JobEdits.ts";
export type { OwnerPreview } from "./engine/jobs/JobOwners.ts";
export type { JobPage, JobRow, JobSearchInput, ListedRow, ViewedRow } from "./engine/jobs/JobSearches.ts";
export type { CreationOptions, EnablingOptions } from "./engine/jobs/Jobs.ts";
export type { ScriptAuthorInput } from "./engine/jobs/ScriptAuthors.ts";
export type { ScriptContent, ScriptInput, ScriptView } from "./engine/jobs/Scripts.ts";
export type { FreezeInput } from "./engine/maintenance/Freezes.ts";
export type { QuorumCheckInput } from "./engine/maintenance/QuorumCheck.ts";
export type { QuorumGroupInput } from "./engine/maintenance/QuorumGroups.ts";
export type { PlanApproval } from "./engine/plans/Approvals.ts";
export type { ExplanationInput } from "./engine/plans/Explanations.ts";
export type { JobLintAnswer } from "./engine/plans/JobLints.ts";
export type { LookedAt } from "./engine/plans/PlanDrift.ts";
export type { HashedPlan } from "./engine/plans/Plans.ts";
export type { PreviewInput } from "./engine/plans/Previews.ts";
export type { Planned, WhatIfAnswer, WhatIfChange } from "./engine/plans/WhatIfs.ts";
export { Rejected } from "./engine/Rejected.ts";
export type { JobsProgressPage, ProgressInput, ProgressRow } from "./engine/runs/JobProgresses.ts";
export type { RunAgain } from "./engine/runs/RerunFailed.ts";
export type { ResultRow } from "./engine/runs/Runs.ts";
export type { SavedSearchInput, SavedSearchView, SearchPage } from "./engine/searches/Searches.ts";
export type {
  LicenceChange,
  LicencePreview,
  LicencePreviewRow,
  ModuleStanding,
} from "./engine/subscription/Licences.ts";
export type { ModuleLicenceInput, SubscriptionInput, SubscriptionView } from "./engine/subscription/Subscriptions.ts";
export type { AssignmentAnswer, AssignmentInput, AssignmentItem } from "./engine/tags/TagAssignments.ts";
export type { DeletionOptions, TagInput } from "./engine/tags/Tags.ts";
export type { TagListInput, TagPage, TagPreview, TagPreviewInput, TagRow, TagView } from "./engine/tags/TagViews.ts";
export * as Fettle from "./Fettle.ts";
export { AccessPolicy } from "./ports/AccessPolicy.ts";
export {
  BLOB_BYTES_MAX,
  BlobError,
  type BlobPage,
  BlobStore,
  type BlobStoreShape,
  type KeptBlob,
} from "./ports/BlobStore.ts";
export { Directory, DirectoryError } from "./ports/Directory.ts";
export { Environment } from "./ports/Environment.ts";
export type {
  AssetHit,
  AssetHits,
  AssetPaging,
  AssetQuestion as AssetIndexQuestion,
  Looked,
  PatchCounts,
  PatchTally,
  Reach,
  SearchIndexShape,
  SearchPlan,
  Selected,
} from "./ports/SearchIndex.ts";
export * from "./ports/Storage.ts";
export * as StorageText from "./ports/StorageText.ts";
export { TenantKeys, TenantKeysError } from "./ports/TenantKeys.ts";
export * as SearchParts from "./schema/SearchParts.ts";
