/**
 * What an agent has done, as the platform saw it (AGT-05): a log of the latest entries, the oldest first. It is of the platform's clock,
 * and goes by age with events (CFG-07).
 */

/** `AgentDownloaded` is known by a check-in of another version than before: nothing tells of the download itself. */
export type ActivityWhat =
  | "Provisioned"
  | "ConfigurationDownloaded"
  | "ManifestDownloaded"
  | "AgentDownloaded"
  | "InventoryScanComplete"
  | "ScanComplete";

const labels: { readonly [W in ActivityWhat]: string } = {
  Provisioned: "Provisioned",
  ConfigurationDownloaded: "Configuration Downloaded",
  ManifestDownloaded: "Manifest Downloaded",
  AgentDownloaded: "Agent Downloaded",
  InventoryScanComplete: "Inventory Scan Complete",
  ScanComplete: "Scan Complete",
};

export const all: readonly ActivityWhat[] = Object.keys(labels).filter((w): w is ActivityWhat => w in labels);

/** The field's words, as AGT-05 spells them. */
export const label = (what: ActivityWhat): string => labels[what];

export interface ActivityEntry {
  readonly what: ActivityWhat;
  readonly at: number;
  /** The run of a manifest, the version of an agent; else null. */
  readonly about: string | null;
}

export interface Activity {
  readonly assetId: string;
  readonly entries: readonly ActivityEntry[];
}

/** Entries that are kept of one agent; the oldest go. */
export const ENTRIES_MAX = 200;

/** The log with some more. */
export const noted = (known: Activity | null, assetId: string, entries: readonly ActivityEntry[]): Activity => ({
  assetId,
  entries: [...(known?.entries ?? []), ...entries].slice(-ENTRIES_MAX),
});

/** The log without what is older than an instant. */
export const since = (activity: Activity, instant: number): Activity => {
  const entries = activity.entries.filter((e) => e.at >= instant);
  return entries.length === activity.entries.length ? activity : { ...activity, entries };
};
