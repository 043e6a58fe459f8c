/**
 * The QQL tokens of a patch (PAT-01), and how a patch answers them.
 *
 * Some answers are not the patch's own: how many of the assets looked at lack it, what takes its place, which scanner's
 * ids it fixes (PAT-05). They come as a {@link PatchContext}.
 */
import * as Qql from "@fettle/qql";
import { platforms } from "../shared/Platform.ts";
import * as Patch from "./Patch.ts";
import { vendorSeverities } from "./Patch.ts";

/** Processor families by the names that queries use. */
export const architectures = ["X86", "X64", "Arm", "Arm64", "Ppc64le", "S390x", "Riscv64", "noarch"] as const;
export type Architecture = (typeof architectures)[number];

/** The patch catalogue: what a query over patches may ask for. */
export const catalog = Qql.Catalog.define({
  id: {
    type: "keyword",
    aliases: ["patchId"],
    required: true,
    description: "The patch's id, which its vendor gave it",
    example: "FTSA-2026:0001",
  },
  title: {
    type: "text",
    required: true,
    description: "The patch's title, as its vendor words it",
    example: '"Cumulative Update for Windows"',
  },
  description: { type: "text", description: "What the patch is about", example: '"remote code execution"' },
  platform: {
    type: "enum",
    values: platforms,
    required: true,
    description: "The platform it is for",
    example: "Windows",
  },
  vendor: { type: "text", description: "Who publishes it", example: "Microsoft" },
  vendorlink: {
    type: "text",
    searchable: false,
    description: "The vendor's page about it",
    example: '"support.example.com/kb/5034441"',
  },
  vendorPatchId: { type: "text", description: "The vendor's own id of it, by its parts", example: "RHSA-2024:0001" },
  appFamily: {
    type: "text",
    repeated: true,
    description: "Families of applications it serves; one of two families counts in both",
    example: '"Internet Explorer"',
  },
  product: { type: "text", repeated: true, description: "Products it applies to", example: '"Windows Server 2022"' },
  category: {
    type: "text",
    description: "The vendor's class of patch: security, bugfix, Security Patches …",
    example: "security",
  },
  vendorSeverity: {
    type: "enum",
    values: vendorSeverities,
    aliases: ["severity"],
    required: true,
    description: "How severe the vendor calls it",
    example: "Critical",
  },
  isSecurity: { type: "boolean", required: true, description: "Whether it closes a security hole", example: "true" },
  kb: { type: "keyword", description: "Article of the vendor's knowledge base", example: "KB2893294" },
  bulletin: { type: "keyword", description: "The vendor's bulletin that announces it", example: "MS13-098" },
  cve: {
    type: "keyword",
    repeated: true,
    description: "Vulnerabilities it fixes, by CVE id",
    example: "CVE-2013-3900",
  },
  qid: {
    type: "number",
    repeated: true,
    description: "Vulnerabilities it fixes, by the scanner's number; linked through their CVE ids",
    example: "90931",
  },
  architecture: {
    type: "enum",
    values: architectures,
    repeated: true,
    description: "Processor families it is for",
    example: "X64",
  },
  language: { type: "keyword", description: "The language it is for, where it is for one only", example: "en-US" },
  size: { type: "size", description: "How much there is to download", example: '"120 MB"' },
  osIdentifier: {
    type: "text",
    repeated: true,
    description: "Releases of systems it is for; none: whichever has its packages",
    example: '"rocky:9"',
  },
  publishedDate: { type: "date", description: "When the vendor published it", example: "2024-07-09" },
  modifiedDate: { type: "date", description: "When the vendor last changed it", example: "2024-07-11" },
  rebootRequired: {
    type: "boolean",
    required: true,
    description: "Whether installing it may need a reboot",
    example: "true",
  },
  isSuperseded: {
    type: "boolean",
    required: true,
    description: "Whether a later patch replaces it on every product it is for; never on Linux",
    example: "false",
  },
  supersedes: { type: "keyword", repeated: true, description: "Patches that it replaces", example: "KB5034441" },
  supersededBy: { type: "keyword", repeated: true, description: "Patches that replace it", example: "KB5034441" },
  isRollback: { type: "boolean", description: "Whether it can be uninstalled again", example: "true" },
  downloadMethod: {
    type: "enum",
    values: ["Automatic", "AcquireFromVendor", "Unavailable"],
    description: "Where its files come from; only Automatic can be deployed as it is",
    example: "Automatic",
  },
  isCustomizedDownloadUrl: {
    type: "boolean",
    description: "Whether someone supplied the address of its file",
    example: "false",
  },
  enabled: { type: "boolean", description: "Whether jobs may deploy it", example: "true" },
  deleted: { type: "boolean", description: "Whether its vendor has withdrawn it", example: "false" },
  patchStatus: {
    type: "enum",
    values: ["Missing", "Installed"],
    repeated: true,
    description: "Its status on the assets looked at: some may lack it while others have it",
    example: "Missing",
  },
  missingCount: { type: "number", description: "How many of the assets looked at lack it", example: "3" },
  installedCount: { type: "number", description: "How many of the assets looked at have it", example: "40" },
  advisory: { type: "text", description: "Advisory that brings it, on Linux", example: "RHSA-2024:0001" },
  advisoryLink: {
    type: "text",
    searchable: false,
    description: "The page of the advisory",
    example: '"access.example.com/errata/RHSA-2024:0001"',
  },
  package: {
    type: "keyword",
    repeated: true,
    description: "Names of the packages it brings, on Linux",
    example: "openssl-libs",
  },
  packageDetails: {
    type: "group",
    repeated: true,
    description: "Packages it brings, on Linux",
    tokens: {
      packageName: { type: "text", required: true, description: "The package's name", example: "openssl-libs" },
      architecture: {
        type: "enum",
        values: architectures,
        description: "The processor family it is built for",
        example: "noarch",
      },
    },
  },
});

export type PatchDocument = Qql.Catalog.DocumentOf<typeof catalog.definitions>;

/** What a query may ask of a patch beyond what its feed says. */
export interface PatchContext {
  /** Vulnerabilities that it fixes, by the scanner's number (PAT-05). */
  readonly qids: readonly number[];
  /** How many of the assets looked at lack it, and have it; null when none are looked at. */
  readonly counts: { readonly missing: number; readonly installed: number } | null;
  readonly isSuperseded: boolean;
  readonly supersededBy: readonly string[];
  /** Whether someone supplied its file (PAT-04). */
  readonly hasVendorFile: boolean;
}

/** Nothing known but what the feed says. */
export const noContext: PatchContext = {
  qids: [],
  counts: null,
  isSuperseded: false,
  supersededBy: [],
  hasVendorFile: false,
};

/** A patch as the query language sees it. */
export const toDocument = (patch: Patch.Patch, context: PatchContext = noContext): PatchDocument => {
  const isLinux = patch.platform === "Linux";
  const { _tag: method } = patch.download;
  return {
    id: patch.id,
    title: patch.title,
    description: patch.description === "" ? null : patch.description,
    platform: patch.platform,
    vendor: patch.vendor,
    vendorlink: patch.vendorLink,
    vendorPatchId: patch.id,
    appFamily: patch.appFamilies,
    product: patch.products,
    category: patch.category,
    vendorSeverity: patch.vendorSeverity,
    isSecurity: Patch.isSecurity(patch),
    kb: patch.kb,
    bulletin: patch.bulletin,
    cve: patch.cves,
    qid: context.qids,
    architecture: [...new Set(patch.architectures.flatMap((a) => architectureOf(a) ?? []))],
    language: patch.language,
    size: patch.sizeBytes,
    osIdentifier: patch.releases,
    publishedDate: patch.publishedAt,
    modifiedDate: patch.modifiedAt,
    rebootRequired: patch.reboot !== "never",
    isSuperseded: context.isSuperseded,
    supersedes: patch.supersedes.map((s) => s.patchId),
    supersededBy: context.supersededBy,
    isRollback: patch.isRollbackSupported,
    // PAT-13: where the asset's own repositories bring it there is no method.
    downloadMethod: method === "Repository" ? null : method,
    isCustomizedDownloadUrl: context.hasVendorFile,
    enabled: Patch.whyNotDeployed(patch, context.hasVendorFile) === null,
    deleted: patch.isDeprecated,
    patchStatus: statusOf(context.counts),
    missingCount: context.counts?.missing ?? null,
    installedCount: context.counts?.installed ?? null,
    advisory: isLinux ? patch.id : null,
    advisoryLink: isLinux ? patch.vendorLink : null,
    package: patch.packages.map((p) => p.name),
    packageDetails: patch.packages.map((p) => ({ packageName: p.name, architecture: architectureOf(p.arch) })),
  };
};

const statusOf = (counts: PatchContext["counts"]): readonly ("Missing" | "Installed")[] => [
  ...((counts?.missing ?? 0) > 0 ? (["Missing"] as const) : []),
  ...((counts?.installed ?? 0) > 0 ? (["Installed"] as const) : []),
];

const spellings: ReadonlyMap<string, Architecture> = new Map([
  ...architectures.map((a) => [a.toLowerCase(), a] as const),
  ["x86_64", "X64"],
  ["amd64", "X64"],
  ["i386", "X86"],
  ["i486", "X86"],
  ["i586", "X86"],
  ["i686", "X86"],
  ["aarch64", "Arm64"],
  ["armhf", "Arm"],
  ["armv7hl", "Arm"],
  ["ppc64el", "Ppc64le"],
  ["all", "noarch"],
  ["any", "noarch"],
]);

/** The family that a vendor's spelling means; null when it is none of those. */
export const architectureOf = (spelling: string): Architecture | null => spellings.get(spelling.toLowerCase()) ?? null;
