/**
 * The limits of a subscription: one value, every member with its unit in its name and its rule beside it. A host may
 * override members; what is overridden is visible in {@link overridden}.
 */
export interface Limits {
  /** AGT-04: 900–2700 s. */
  readonly statusIntervalSecondsMin: number;
  readonly statusIntervalSecondsMax: number;
  /** CFG-02: 240–43200 min. */
  readonly scanIntervalSecondsMin: number;
  readonly scanIntervalSecondsMax: number;
  /** CFG-02: 1–1800 s between deltas, 64–10240 KB a chunk. */
  readonly deltaIntervalSecondsMin: number;
  readonly deltaIntervalSecondsMax: number;
  readonly chunkKilobytesMin: number;
  readonly chunkKilobytesMax: number;
  /** CFG-02: 2–100 % of one core, or a pause of 0–1000 ms. */
  readonly cpuLimitPercentMin: number;
  readonly cpuLimitPercentMax: number;
  readonly cpuThrottleMillisecondsMax: number;
  /** CFG-02: 0–720 min each. */
  readonly scanDelayMinutesMax: number;
  readonly scanRandomizeMinutesMax: number;
  /** CFG-02: 10001–10005. */
  readonly scanMergePortMin: number;
  readonly scanMergePortMax: number;
  /** CFG-02: FIM's and EDR's payload threshold, 30–1800 s. */
  readonly eventPayloadSecondsMin: number;
  readonly eventPayloadSecondsMax: number;
  /** CFG-06: 2048 MB or more, or unlimited. */
  readonly cacheMegabytesMin: number;
  readonly cacheMegabytesMax: number;
  /** CFG-02, WIN-05: blackouts of one profile, and the longest stretch of a week that they must leave free. */
  readonly blackoutsPerProfileMax: number;
  readonly blackoutFreeMinutesMin: number;
  readonly configurationProfilesMax: number;
  /** PRO-02: 4 h, on Free 24 h, to 30 days; custom profiles. */
  readonly assessmentIntervalSecondsMin: number;
  readonly assessmentIntervalSecondsFreeMin: number;
  readonly assessmentIntervalSecondsMax: number;
  readonly assessmentProfilesMax: number;
  /** KEY-01. */
  readonly activationKeysMax: number;
  /** JOB-04: a list holds 1–2000 patches; JOB-22 cuts a query's at the same number. */
  readonly patchesPerJobMax: number;
  readonly titleCharactersMax: number;
  /** RBAC-04. */
  readonly coAuthorsPerJobMax: number;
  readonly readersPerJobMax: number;
  /** Of more assets than this a second person approves the plan; as many as there can be: never. */
  readonly assetsWithoutApprovalMax: number;
  /** AST-08: of one user and kind. */
  readonly savedSearchesMax: number;
  readonly recentSearchesMax: number;
  /** PLN-04: how long a manifest without a window is valid before it must be renewed. */
  readonly leaseSeconds: number;
  /** SCH-08: how long before a start a recurring job must be enabled, or edited, for it to count. */
  readonly leadSeconds: number;
  /** RBT-08: what a run's work may take on an asset where only its start is bound. */
  readonly workSecondsMax: number;
  /** RBT-03: 9, or what a host allows, up to 12. */
  readonly deferralsMax: number;
  /** WIN-07, PLN-06. */
  readonly freezesMax: number;
  readonly quorumGroupsMax: number;
  /** JOB-24: of one user and platform. */
  readonly defaultJobsMax: number;
  /** JOB-20: authors' keys, those that are revoked included, and saved scripts. */
  readonly scriptAuthorsMax: number;
  readonly scriptsMax: number;
  /** PAT-11: feeds of a catalogue, patches of one feed, and how many patches one write takes up. */
  readonly catalogueFeedsMax: number;
  readonly cataloguePatchesMax: number;
  readonly patchesPerWriteMax: number;
  /** PAT-11: what an ingest may take from its feed unasked: so many patches whatever the feed had, and so much of it. */
  readonly feedLossPatchesMax: number;
  readonly feedLossPercentMax: number;
  /** PLN-05: a patch is held once it was attempted on so many assets, and more than so much of it failed; 100: never. */
  readonly breakerAttemptsMin: number;
  readonly breakerFailedPercentMax: number;
  /** PAT-04. */
  readonly vendorFileBytesMax: number;
  /** PAT-05: all in all, and in one call. */
  readonly vulnerabilitiesMax: number;
  readonly vulnerabilitiesPerCallMax: number;
  readonly tagsMax: number;
  /** Levels of the tag tree. */
  readonly tagDepthMax: number;
  /** TAG-08: tags with a rule. */
  readonly dynamicTagsMax: number;
  /** Assets of one bulk request. */
  readonly assetsPerBulkMax: number;
  /** PRG-01. */
  readonly purgeRulesMax: number;
  readonly assetsMax: number;
  readonly tagsPerSelectionMax: number;
  readonly assetsPerSelectionMax: number;
}

const HOUR = 3_600;

export const defaults: Limits = {
  statusIntervalSecondsMin: 900,
  statusIntervalSecondsMax: 2_700,
  scanIntervalSecondsMin: 4 * HOUR,
  scanIntervalSecondsMax: 720 * HOUR,
  deltaIntervalSecondsMin: 1,
  deltaIntervalSecondsMax: 1_800,
  chunkKilobytesMin: 64,
  chunkKilobytesMax: 10_240,
  cpuLimitPercentMin: 2,
  cpuLimitPercentMax: 100,
  cpuThrottleMillisecondsMax: 1_000,
  scanDelayMinutesMax: 720,
  scanRandomizeMinutesMax: 720,
  scanMergePortMin: 10_001,
  scanMergePortMax: 10_005,
  eventPayloadSecondsMin: 30,
  eventPayloadSecondsMax: 1_800,
  cacheMegabytesMin: 2_048,
  cacheMegabytesMax: 1_048_576,
  blackoutsPerProfileMax: 100,
  blackoutFreeMinutesMin: 60,
  configurationProfilesMax: 1_000,
  activationKeysMax: 10_000,
  assessmentIntervalSecondsMin: 4 * HOUR,
  assessmentIntervalSecondsFreeMin: 24 * HOUR,
  assessmentIntervalSecondsMax: 720 * HOUR,
  assessmentProfilesMax: 1_000,
  patchesPerJobMax: 2_000,
  titleCharactersMax: 256,
  coAuthorsPerJobMax: 50,
  readersPerJobMax: 500,
  assetsWithoutApprovalMax: 1_000_000,
  savedSearchesMax: 100,
  recentSearchesMax: 20,
  leaseSeconds: 24 * HOUR,
  leadSeconds: 3 * HOUR,
  workSecondsMax: 4 * HOUR,
  deferralsMax: 9,
  freezesMax: 256,
  quorumGroupsMax: 1_000,
  defaultJobsMax: 20,
  scriptAuthorsMax: 1_000,
  scriptsMax: 10_000,
  catalogueFeedsMax: 100,
  cataloguePatchesMax: 200_000,
  patchesPerWriteMax: 10_000,
  feedLossPatchesMax: 20,
  feedLossPercentMax: 50,
  breakerAttemptsMin: 20,
  breakerFailedPercentMax: 20,
  vendorFileBytesMax: 2 * 1_024 * 1_024 * 1_024,
  vulnerabilitiesMax: 500_000,
  vulnerabilitiesPerCallMax: 10_000,
  tagsMax: 10_000,
  tagDepthMax: 32,
  dynamicTagsMax: 1_000,
  assetsPerBulkMax: 1_000,
  purgeRulesMax: 100,
  assetsMax: 1_000_000,
  tagsPerSelectionMax: 500,
  assetsPerSelectionMax: 10_000,
};

/** The defaults with some members replaced. */
export const withOverrides = (overrides: Partial<Limits>): Limits => ({ ...defaults, ...overrides });

/** Which members differ from the defaults, so that a console can show them. */
export const overridden = (limits: Limits): Partial<Limits> =>
  Object.fromEntries(Object.entries(limits).filter(([name, value]) => defaults[name as keyof Limits] !== value));
