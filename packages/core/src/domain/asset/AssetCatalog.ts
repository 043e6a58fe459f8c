/**
 * The QQL tokens of an asset (AST-02, AST-05, AST-10), and how an asset answers them.
 *
 * Some answers are not the asset's own: its licence, its agent's record, what is missing on it. They come as an
 * {@link AssetContext}; what isn't known there is null, never 0 or none. A dynamic tag may ask for the asset's own only
 * (see {@link ownTokens}).
 */
import * as Qql from "@fettle/qql";
import * as Module from "../shared/Module.ts";
import { packageFormats } from "../shared/Platform.ts";
import * as Asset from "./Asset.ts";

/** Modules by the names that queries use (AGT-06). */
export const { modules } = Module;

/** How far a module is set up (RUN-02, RUN-09). */
const statuses = [
  "Enabled",
  "Disabled",
  "Deactivated",
  "Preparing",
  "Preparing - Failed",
  "Ready",
  "Configuring",
  "Configured",
  "Configuring - Failed",
  "Assigning",
  "Assigned",
  "Assigning - Failed",
  "Scanned",
  "Failed",
] as const;

/** The asset catalogue: what a query over assets may ask for. */
export const catalog = Qql.Catalog.define({
  id: {
    type: "uuid",
    aliases: ["assetId"],
    required: true,
    description: "The host id, which stays when name and address change",
    example: "e4b7d1c0-93a5-4c62-b8f7-2d5a0e6c1f93",
  },
  name: { type: "text", required: true, description: "The asset's name", example: '"web-01"' },
  licensed: {
    type: "boolean",
    required: true,
    description: "Whether it holds a patching licence",
    example: "true",
  },
  status: {
    type: "enum",
    values: statuses,
    aliases: ["assetStatus"],
    description: "How far patching is set up on it",
    example: "Scanned",
  },
  statusCode: { type: "number", description: "The agent's code for the status", example: "20212" },
  statusDateTime: { type: "date", description: "When it was last found to be so", example: "2024-07-09T08:15Z" },
  scanStatus: {
    type: "enum",
    values: ["Scanned", "Failed"],
    description: "How its last patch scan ended; null before the first",
    example: "Scanned",
  },
  scanDateTime: { type: "date", description: "When its last patch scan ended", example: "2024-05-31" },
  platform: { type: "text", description: "Windows, Linux, Mac, or another one", example: "Windows" },
  osFamily: { type: "text", description: "Family of its operating system", example: '"Red Hat"' },
  operatingSystem: {
    type: "text",
    description: "Name of its operating system",
    example: '"Windows Server 2022"',
  },
  osIdentifier: { type: "text", description: "Short name of the operating system", example: "el9" },
  version: { type: "text", description: "Version of the operating system, as text", example: "10.0.20348" },
  architecture: { type: "text", description: "Its processor family", example: "x86_64" },
  packageFormat: {
    type: "enum",
    values: packageFormats,
    description: "Kind of its package database",
    example: "rpm",
  },
  moduleStream: {
    type: "keyword",
    repeated: true,
    description: "Module streams enabled on it",
    example: "`nodejs:18`",
  },
  timeZone: { type: "keyword", description: "Its time zone", example: "Europe/Berlin" },
  location: { type: "text", description: "Where it is, as its agent tells", example: "Lisbon" },
  lastLoggedOnUser: {
    type: "text",
    description: "Who was last logged on",
    example: '"CONTOSO\\alice"',
  },
  lastBoot: {
    type: "date",
    aliases: ["asset.lastBoot"],
    description: "When it booted last",
    example: "2024-05-31",
  },
  lastCheckedIn: {
    type: "date",
    description: "When its agent last spoke to the control plane",
    example: "2024-05-31",
  },
  agentVersion: { type: "version", description: "Version of its agent", example: "2.1*" },
  activated: { type: "date", description: "When patching was activated on it", example: "2024-05-31" },
  missingPatchCount: { type: "number", description: "How many patches it lacks", example: "12" },
  installedPatchCount: { type: "number", description: "How many patches it has", example: "140" },
  nonSupersededMissingPatchCount: {
    type: "number",
    description: "How many patches it lacks that no later one replaces",
    example: "4",
  },
  missingPatchTitle: {
    type: "text",
    repeated: true,
    searchable: false,
    description: "Titles of the patches it lacks",
    example: "`Chrome 40.0.2214.91`",
  },
  installedPatchTitle: {
    type: "text",
    repeated: true,
    searchable: false,
    description: "Titles of the patches it has",
    example: "`Chrome 40.0.2214.91`",
  },
  activatedModules: {
    type: "enum",
    values: modules,
    repeated: true,
    description: "Modules active on it",
    example: "PM",
  },
  osNotSupportedForModules: {
    type: "enum",
    values: modules,
    repeated: true,
    description: "Modules that don't support its operating system",
    example: "FIM",
  },
  tags: {
    type: "group",
    repeated: true,
    description: "Tags it carries",
    tokens: {
      id: { type: "keyword", required: true, searchable: false, description: "The tag's id", example: "cloud-agent" },
      name: {
        type: "text",
        required: true,
        searchable: false,
        description: "The tag's name",
        example: '"Cloud Agent"',
      },
    },
  },
  hardware: {
    type: "group",
    description: "The machine",
    tokens: {
      manufacturer: { type: "text", description: "Who made it", example: "Dell" },
      model: { type: "text", description: "Its model", example: '"PowerEdge R750"' },
      serialNumber: { type: "keyword", description: "Its maker's serial number", example: "CZJ0420FKX" },
    },
  },
  interfaces: {
    type: "group",
    repeated: true,
    description: "Its network interfaces",
    tokens: {
      interfaceName: { type: "text", description: "Name of the interface", example: "eth0" },
      macAddress: {
        type: "keyword",
        description: "Hardware address of the interface",
        example: "00:50:56:ab:cd:ef",
      },
      address: { type: "ip", repeated: true, description: "IPv4 addresses", example: "10.10.10.10" },
      ipv6Address: { type: "ip", repeated: true, description: "IPv6 addresses", example: "fe80::250:56ff:feab:cdef" },
      gatewayAddress: { type: "ip", description: "Address of the gateway", example: "10.10.0.1" },
    },
  },
});

export type AssetDocument = Qql.Catalog.DocumentOf<typeof catalog.definitions>;

/** What the rest of the platform knows of an asset. */
export interface AssetContext {
  readonly isLicensed: boolean;
  /** The names of tags, by id. */
  readonly tagName: (id: string) => string | undefined;
  /** Null when there is no record of its agent. */
  readonly agent: { readonly lastCheckedInAt: number; readonly agentVersion: string } | null;
  /** Null as long as it was not assessed. */
  readonly patches: PatchCounts | null;
}

/** What an assessment says of an asset, in numbers; titles where they are asked for. */
export interface PatchCounts {
  readonly assessedAt: number;
  readonly missing: number;
  readonly installed: number;
  /** Of the missing ones, those that no other replaces; null when that is not known. */
  readonly latestMissing: number | null;
  readonly missingTitles: readonly string[];
  readonly installedTitles: readonly string[];
}

/** Nothing known beside the asset. */
export const noContext: AssetContext = { isLicensed: false, tagName: (id) => id, agent: null, patches: null };

// What an asset answers without a context.
const contextual = [
  "licensed",
  "status",
  "statusCode",
  "statusDateTime",
  "scanStatus",
  "scanDateTime",
  "lastCheckedIn",
  "agentVersion",
  "missingPatchCount",
  "installedPatchCount",
  "nonSupersededMissingPatchCount",
  "missingPatchTitle",
  "installedPatchTitle",
];

/** Names of the tokens that an asset answers by itself, without licence, agent or assessment; tags are no part of them. */
export const ownTokens: ReadonlySet<string> = new Set(
  catalog.tokens.map((t) => t.name).filter((name) => !contextual.includes(name) && !name.startsWith("tags.")),
);

/** An asset as the query language sees it. */
export const toDocument = (asset: Asset.Asset, context: AssetContext): AssetDocument => ({
  id: asset.id,
  name: asset.name,
  platform: asset.platform,
  osFamily: asset.osFamily,
  operatingSystem: asset.osName,
  osIdentifier: asset.facts.release,
  version: asset.facts.osVersion,
  architecture: asset.arch,
  packageFormat: asset.facts.packageFormat,
  moduleStream: asset.facts.modules,
  timeZone: asset.timeZone,
  location: asset.facts.location,
  lastLoggedOnUser: asset.facts.loggedInUser,
  lastBoot: asset.facts.bootedAt,
  activated: asset.activations.PM ?? null,
  activatedModules: Asset.activeModules(asset),
  osNotSupportedForModules: Asset.whyUnpatchable(asset) === null ? [] : ["PM"],
  tags: asset.tags.map((id) => ({ id, name: context.tagName(id) ?? id })),
  hardware: {
    manufacturer: asset.facts.manufacturer,
    model: asset.facts.model,
    serialNumber: asset.facts.serialNumber,
  },
  interfaces: asset.facts.interfaces.map((i) => ({
    interfaceName: i.name,
    macAddress: i.mac,
    address: i.addresses.filter((a) => !a.includes(":")),
    ipv6Address: i.addresses.filter((a) => a.includes(":")),
    gatewayAddress: i.gateway,
  })),
  ...ofContext(asset, context),
});

const ofContext = (asset: Asset.Asset, { isLicensed, agent, patches }: AssetContext) => ({
  licensed: isLicensed,
  status: statusOf(asset, patches),
  // Since when patching is deactivated, nobody kept.
  statusDateTime: Asset.isPatchManaged(asset) ? (patches?.assessedAt ?? null) : null,
  scanStatus: patches === null ? null : ("Scanned" as const),
  scanDateTime: patches?.assessedAt ?? null,
  lastCheckedIn: agent?.lastCheckedInAt ?? null,
  agentVersion: agent?.agentVersion ?? null,
  missingPatchCount: patches?.missing ?? null,
  installedPatchCount: patches?.installed ?? null,
  nonSupersededMissingPatchCount: patches?.latestMissing ?? null,
  missingPatchTitle: patches?.missingTitles ?? null,
  installedPatchTitle: patches?.installedTitles ?? null,
});

// What the platform itself can say; how far the agent's modules are set up it is told with their manifests only.
const statusOf = (asset: Asset.Asset, patches: PatchCounts | null): "Deactivated" | "Scanned" | null => {
  if (!Asset.isPatchManaged(asset)) return "Deactivated";
  return patches === null ? null : "Scanned";
};
