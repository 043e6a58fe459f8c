/** What is searched: patches of one summer, and their catalogue. */
import { Catalog } from "@fettle/qql";

export const catalog = Catalog.define({
  id: { type: "keyword", required: true, description: "The vendor's id", example: "KB5040442" },
  title: { type: "text", required: true, description: "The vendor's title", example: '"security update"' },
  platform: { type: "enum", values: ["Windows", "Linux", "Mac"], description: "What it is for", example: "Linux" },
  severity: {
    type: "enum",
    values: ["Critical", "Important", "Moderate", "Low"],
    aliases: ["vendorSeverity"],
    description: "How severe the vendor calls it",
    example: "Critical",
  },
  cve: { type: "keyword", repeated: true, description: "What it fixes", example: "CVE-2024-6387" },
  published: { type: "date", required: true, description: "When it came out", example: "2024-07-09" },
  size: { type: "size", description: "What is downloaded", example: "10 MB" },
  reboot: { type: "boolean", description: "Whether it asks for a reboot", example: "true" },
  missing: { type: "number", required: true, description: "Machines that lack it", example: "10" },
  packages: {
    type: "group",
    repeated: true,
    description: "Packages that it brings",
    tokens: {
      name: { type: "keyword", required: true, description: "The package's name", example: "openssl-libs" },
      version: { type: "version", required: true, description: "The version it brings", example: "3.0.7" },
    },
  },
});

export type Patch = Catalog.DocumentOf<typeof catalog.definitions>;

const MB = 1_024 * 1_024;
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

/** The day on which the example is played, whenever that is. */
export const TODAY: number = day("2024-07-31");

export const patches: readonly Patch[] = [
  {
    id: "KB5040442",
    title: "2024-07 Cumulative Update for Windows 11 Version 23H2",
    platform: "Windows",
    severity: "Critical",
    cve: ["CVE-2024-38080", "CVE-2024-38112"],
    published: day("2024-07-09"),
    size: 641 * MB,
    reboot: true,
    missing: 212,
  },
  {
    id: "KB5040427",
    title: "2024-07 Cumulative Update for Windows 10 Version 22H2",
    platform: "Windows",
    severity: "Critical",
    cve: ["CVE-2024-38080"],
    published: day("2024-07-09"),
    size: 712 * MB,
    reboot: true,
    missing: 57,
  },
  {
    id: "KB5039895",
    title: "2024-06 Cumulative Update for .NET Framework",
    platform: "Windows",
    severity: "Important",
    published: day("2024-06-11"),
    size: 68 * MB,
    reboot: false,
    missing: 31,
  },
  {
    id: "LAB-2024:4312",
    title: "openssh security update",
    platform: "Linux",
    severity: "Important",
    cve: ["CVE-2024-6387"],
    published: day("2024-07-03"),
    size: 2 * MB,
    reboot: false,
    missing: 148,
    packages: [
      { name: "openssh", version: "8.7p1-38.el9_4.1" },
      { name: "openssh-server", version: "8.7p1-38.el9_4.1" },
    ],
  },
  {
    id: "LAB-2024:4349",
    title: "kernel security and bug fix update",
    platform: "Linux",
    severity: "Moderate",
    cve: ["CVE-2024-26642", "CVE-2024-26993"],
    published: day("2024-07-08"),
    size: 95 * MB,
    reboot: true,
    missing: 148,
    packages: [{ name: "kernel-core", version: "5.14.0-427.24.1.el9_4" }],
  },
  {
    id: "LAB-2024:2447",
    title: "openssl and openssl-libs security update",
    platform: "Linux",
    severity: "Low",
    cve: ["CVE-2023-5678"],
    published: day("2024-04-30"),
    size: 4 * MB,
    reboot: false,
    missing: 9,
    packages: [
      { name: "openssl", version: "3.0.7-27.el9" },
      { name: "openssl-libs", version: "3.0.7-27.el9" },
    ],
  },
  {
    id: "LAB-2024:4001",
    title: "tzdata enhancement update",
    platform: "Linux",
    published: day("2024-06-20"),
    size: 1 * MB,
    reboot: false,
    missing: 148,
    packages: [{ name: "tzdata", version: "2024a-1.el9" }],
  },
  {
    id: "MAC-14.6",
    title: "macOS Sonoma 14.6",
    platform: "Mac",
    severity: "Important",
    published: day("2024-07-29"),
    size: 1_100 * MB,
    reboot: true,
    missing: 18,
  },
];
