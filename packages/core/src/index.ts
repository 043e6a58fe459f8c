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
export * as AgentCatalog from "./domain/asset/AgentCatalog.ts";
export type { Asset, AssetFacts, NetworkInterface, Unfit } from "./domain/asset/Asset.ts";
export * as AssetCatalog from "./domain/asset/AssetCatalog.ts";
export type { Facet, FacetCounts, FacetValue } from "./domain/asset/AssetFacets.ts";
export type { AdvisoryDraft, Job, JobDraft, JobPart, JobSchedule, NewJob, PatchSource } from "./domain/job/Job.ts";
export * as JobAccess from "./domain/job/JobAccess.ts";
export * as JobCatalog from "./domain/job/JobCatalog.ts";
export type { JobEdit } from "./domain/job/JobEdit.ts";
export type { JobCounts, JobFilter } from "./domain/job/JobFilter.ts";
export * as JobOptions from "./domain/job/JobOptions.ts";
export type { Sharing } from "./domain/job/JobSharing.ts";
export * as JobStatus from "./domain/job/JobStatus.ts";
export type { JobFindings, JobView } from "./domain/job/JobView.ts";
export type { ShownJob, Suspension } from "./domain/job/Suspension.ts";
export type { ActivationKey, KeyStatus } from "./domain/key/ActivationKey.ts";
export * as InstallCommand from "./domain/key/InstallCommand.ts";
export * as PreInstallCheck from "./domain/key/PreInstallCheck.ts";
export type { Consumption, SeatChange } from "./domain/license/Licence.ts";
export * as Subscription from "./domain/license/Subscription.ts";
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
export type { Vulnerability } from "./domain/patch/Vulnerability.ts";
export type { Explanation } from "./domain/plan/Explanation.ts";
export type { Plan, PlanExclusion, PlanGroup, PlannedPatch } from "./domain/plan/Plan.ts";
export type { DriftTolerance, PlanChange, PlanDifference } from "./domain/plan/PlanDifference.ts";
export type { Blocker } from "./domain/plan/Remedies.ts";
export * as AgentUpgrade from "./domain/profile/AgentUpgrade.ts";
export type { AssessmentProfile, Effective, Overlap } from "./domain/profile/AssessmentProfile.ts";
export type { ConfigurationProfile } from "./domain/profile/ConfigurationProfile.ts";
export type { EffectiveSettings, Reason as SettingReason } from "./domain/profile/Effective.ts";
export * as Presets from "./domain/profile/Presets.ts";
export * as Settings from "./domain/profile/Settings.ts";
export * as Retention from "./domain/retention/Retention.ts";
export * as AssetRun from "./domain/run/AssetRun.ts";
export type { Run, RunProgress } from "./domain/run/Run.ts";
export * as Actor from "./domain/shared/Actor.ts";
export * as Limits from "./domain/shared/Limits.ts";
export * as Module from "./domain/shared/Module.ts";
export type { Rejection } from "./domain/shared/Rejection.ts";
export * as Tenant from "./domain/shared/Tenant.ts";
export * as TagScope from "./domain/tag/TagScope.ts";
export * as TagSelection from "./domain/tag/TagSelection.ts";
export type { Tag, TagRule } from "./domain/tag/TagTree.ts";
export type { AccessAnswer, AccessQuestion, Migrated } from "./engine/AccessQuestions.ts";
export type {
  ActivationKeyChange,
  ActivationKeyInput,
  ActivationKeyUpdate,
  IssuedActivationKey,
} from "./engine/ActivationKeys.ts";
export type { ModulesAnswer } from "./engine/AgentModules.ts";
export type { AgentPage, AgentRow, AgentSearchInput, StaleInput } from "./engine/AgentSearches.ts";
export type { PlanApproval } from "./engine/Approvals.ts";
export type {
  AssessmentProfileBulk,
  AssessmentProfileInput,
  AssessmentProfileItem,
} from "./engine/AssessmentProfiles.ts";
export type { AssessmentProfileView } from "./engine/AssessmentStanding.ts";
export type { AssetDetails, AssetPatch, AssetPatchesInput, AssetPatchPage } from "./engine/AssetDetails.ts";
export type { AssetPage, AssetQuestion, AssetRow, AssetSearchInput, FacetsInput } from "./engine/AssetSearches.ts";
export type { AssetView, MissingView } from "./engine/Assets.ts";
export * as AuditChain from "./engine/AuditChain.ts";
export type { AuditPage, AuditRecord, AuditSearchInput } from "./engine/AuditTrail.ts";
export * as AuditVerification from "./engine/AuditVerification.ts";
export type { PatchView } from "./engine/Catalogue.ts";
export type { ConfigurationProfileInput } from "./engine/ConfigurationProfiles.ts";
export type { ConfigurationProfileView, EffectiveConfiguration, ModuleState } from "./engine/ConfigurationViews.ts";
export type { ExplanationInput } from "./engine/Explanations.ts";
export type { FeedInput, FeedOptions, Ingested } from "./engine/Feeds.ts";
export type { Repeatable } from "./engine/Idempotency.ts";
export type { BulkAnswer, BulkItem } from "./engine/JobBulk.ts";
export type { JobDeletion } from "./engine/JobDeletions.ts";
export type { ClonedDraft, DraftOrigin, DraftVerdict, DroppedCoAuthor } from "./engine/JobDrafts.ts";
export type { ChangeOptions } from "./engine/JobEdits.ts";
export type { OwnerPreview } from "./engine/JobOwners.ts";
export type { JobPage, JobRow, JobSearchInput } from "./engine/JobSearches.ts";
export type { CreationOptions, EnablingOptions } from "./engine/Jobs.ts";
export type { ActivationKeyView, InstallInput, PreInstallAnswer, PreInstallInput } from "./engine/KeyViews.ts";
export type { LicenceChange, LicencePreview, LicencePreviewRow, ModuleStanding } from "./engine/Licences.ts";
export type { ModuleItem } from "./engine/ModuleWrites.ts";
export type { PatchNowInput, PatchNowProposal } from "./engine/PatchProposals.ts";
export type {
  PatchCounts,
  PatchFacetsInput,
  PatchPage,
  PatchQuestion,
  PatchRow,
  PatchSearchInput,
} from "./engine/PatchSearches.ts";
export type { LookedAt } from "./engine/PlanDrift.ts";
export type { HashedPlan } from "./engine/Plans.ts";
export { Rejected } from "./engine/Rejected.ts";
export type { HoldInput, ReleaseInput } from "./engine/Retentions.ts";
export type { ResultRow } from "./engine/Runs.ts";
export type { SavedSearchInput, SavedSearchView, SearchPage } from "./engine/Searches.ts";
export { SignatureWork, type SignatureWorker } from "./engine/SignatureWork.ts";
export type { ModuleLicenceInput, SubscriptionInput, SubscriptionView } from "./engine/Subscriptions.ts";
export type { AssignmentAnswer, AssignmentInput, AssignmentItem } from "./engine/TagAssignments.ts";
export type { DeletionOptions, TagInput } from "./engine/Tags.ts";
export type { TagListInput, TagPage, TagPreview, TagPreviewInput, TagRow, TagView } from "./engine/TagViews.ts";
export type { VendorFileInput } from "./engine/VendorFiles.ts";
export * as Fettle from "./Fettle.ts";
export { AccessPolicy } from "./ports/AccessPolicy.ts";
export { BlobError, BlobStore, type BlobStoreShape } from "./ports/BlobStore.ts";
export { Directory, DirectoryError } from "./ports/Directory.ts";
export { Environment } from "./ports/Environment.ts";
export * from "./ports/Storage.ts";
export * as StorageText from "./ports/StorageText.ts";
export { TenantKeys, TenantKeysError } from "./ports/TenantKeys.ts";
