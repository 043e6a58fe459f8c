/** What a list of assets may be sorted by; what isn't known comes last. Names sort without regard to letter case. */
export const assetSortKeys = [
  "name",
  "operatingSystem",
  "missing",
  "installed",
  "latestMissing",
  "lastCheckedIn",
  "lastScanned",
  "lastBoot",
  "activated",
] as const;
export type AssetSortKey = (typeof assetSortKeys)[number];
