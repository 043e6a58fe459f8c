/**
 * Every state change that a subscriber may hear of (EVT-01): the union of the events, last of the domain's folders.
 * An event is written in the same transaction as the change that it tells of.
 */
export type EventType =
  | "SubscriptionOpened"
  | "TagSaved"
  | "TagDeleted"
  | "ActivationKeyCreated"
  | "ProfileSaved"
  | "AgentProvisioned"
  | "AssetChanged"
  | "SnapshotReceived"
  | "CatalogueChanged"
  | "VendorFileSupplied"
  | "VendorFileWithdrawn"
  | "VulnerabilitiesSaved"
  | "SearchSaved"
  | "SearchDeleted"
  | "JobCreated"
  | "JobShared"
  | "JobOwnerChanged"
  | "PlanApproved"
  | "JobEnabled"
  | "JobCompleted"
  | "RunMaterialised"
  | "ManifestIssued"
  | "ManifestWithheld"
  | "AssetRunChanged";
