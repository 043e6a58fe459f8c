/**
 * What the laboratory's vendor has published: packages in their versions, and the advisories about them. Pure data.
 *
 * A package's generation says which build run makes it: 1 is what assets start with, 2 and 3 are what came later.
 * The `hostile` repository holds what no asset of the story has: unsigned, wrongly signed and vanished packages.
 */

export type RepositoryName = "stable" | "hostile";

/** What was done to a package's file after its repository's index was made, or who signed it. */
export type Flaw = "none" | "unsigned" | "foreign-key" | "corrupt" | "gone";

export interface LabPackage {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly generation: 1 | 2 | 3;
  readonly repository: RepositoryName;
  readonly flaw: Flaw;
  /** Lines of the spec's preamble. */
  readonly preamble: readonly string[];
  /** Scriptlets, as the spec file spells them: `%pre -n name`, then the body. */
  readonly scriptlets: { readonly pre?: string; readonly post?: string };
}

export interface Advisory {
  readonly id: string;
  readonly type: "security" | "bugfix" | "enhancement";
  readonly severity: "Critical" | "Important" | "Moderate" | "Low" | "None";
  readonly title: string;
  readonly issued: string;
  readonly cves: readonly string[];
  readonly rebootSuggested: boolean;
  readonly repository: RepositoryName;
  /** `name-version-release` of the packages that fix it. */
  readonly packages: readonly string[];
}

/** Where slow-lab's new version reads how many seconds its %post sleeps, inside the install root. */
export const SLOW_POST_FILE = "etc/slow-lab.seconds";

/** What slow-lab's new version writes as soon as its %post runs, inside the install root. */
export const SLOW_POST_MARK = "opt/lab/slow-lab.started";

const slowPost = [
  "echo started >> /opt/lab/slow-lab.started",
  "seconds=0",
  'if [ -r /etc/slow-lab.seconds ]; then read -r seconds < /etc/slow-lab.seconds; fi; sleep "$seconds"',
].join("\n");

const lab = (name: string, version: string, release: string, more: Partial<LabPackage> = {}): LabPackage => ({
  name,
  version,
  release,
  generation: 1,
  repository: "stable",
  flaw: "none",
  preamble: [],
  scriptlets: {},
  ...more,
});

const kernelPreamble = ["Provides: installonlypkg(kernel)"];
const shellPreamble = ["Requires: /bin/sh"];

/** Every package, but for lab-sh and lab-release, which are the ground that the others stand on. */
export const packages: readonly LabPackage[] = [
  lab("openssl-lab", "3.0.7", "1.el9"),
  lab("openssl-lab", "3.0.7", "2.el9", { generation: 2 }),
  lab("curl-lab", "7.76.1", "1.el9"),
  lab("curl-lab", "7.76.1", "2.el9", { generation: 2 }),
  lab("curl-lab", "7.76.1", "3.el9", { generation: 3 }),
  lab("zlib-lab", "1.2.11", "40.el9"),
  lab("zlib-lab", "1.2.11", "41.el9", { generation: 2 }),
  lab("zlib-devel-lab", "1.2.11", "40.el9", { preamble: ["Requires: zlib-lab = 1.2.11-40.el9"] }),
  lab("zlib-devel-lab", "1.2.11", "41.el9", { generation: 2, preamble: ["Requires: zlib-lab = 1.2.11-41.el9"] }),
  lab("failpre-lab", "1.0", "1.el9", { preamble: shellPreamble }),
  lab("failpre-lab", "1.0", "2.el9", {
    generation: 2,
    preamble: shellPreamble,
    scriptlets: { pre: 'echo "failpre-lab: the site\'s own check says no" >&2\nexit 4' },
  }),
  lab("failpost-lab", "1.0", "1.el9", { preamble: shellPreamble, repository: "hostile" }),
  lab("failpost-lab", "1.0", "2.el9", {
    generation: 2,
    repository: "hostile",
    preamble: shellPreamble,
    scriptlets: { post: 'echo "failpost-lab: could not restart" >&2\nexit 3' },
  }),
  lab("corrupt-lab", "1.0", "1.el9"),
  lab("corrupt-lab", "1.0", "2.el9", { generation: 2, flaw: "corrupt" }),
  lab("slow-lab", "1.0", "1.el9", { preamble: shellPreamble }),
  lab("slow-lab", "1.0", "2.el9", { generation: 2, preamble: shellPreamble, scriptlets: { post: slowPost } }),
  lab("kernel-lab", "5.14.0", "427.el9", { preamble: kernelPreamble }),
  lab("kernel-lab", "5.14.0", "503.el9", { generation: 2, preamble: kernelPreamble }),
  lab("tzdata-lab", "2026a", "1.el9"),
  lab("tzdata-lab", "2026b", "1.el9", { generation: 2 }),
  lab("epoch-lab", "2.0", "1.el9", { repository: "hostile", preamble: ["Epoch: 1"] }),
  lab("epoch-lab", "1.5", "1.el9", { generation: 2, repository: "hostile", preamble: ["Epoch: 2"] }),
  lab("unsigned-lab", "1.0", "1.el9", { repository: "hostile" }),
  lab("unsigned-lab", "1.0", "2.el9", { generation: 2, repository: "hostile", flaw: "unsigned" }),
  lab("foreign-lab", "1.0", "1.el9", { repository: "hostile" }),
  lab("foreign-lab", "1.0", "2.el9", { generation: 2, repository: "hostile", flaw: "foreign-key" }),
  lab("gone-lab", "1.0", "1.el9", { repository: "hostile" }),
  lab("gone-lab", "1.0", "2.el9", { generation: 2, repository: "hostile", flaw: "gone" }),
  lab("needs-lab", "1.0", "1.el9", { repository: "hostile" }),
  lab("needs-lab", "1.0", "2.el9", { generation: 2, repository: "hostile", preamble: ["Requires: not-there >= 2"] }),
  lab("greedy-lab", "1.0", "1.el9", { repository: "hostile" }),
  lab("greedy-lab", "1.0", "2.el9", {
    generation: 2,
    repository: "hostile",
    preamble: ["Requires: helper-lab", "Obsoletes: victim-lab < 2"],
  }),
  lab("helper-lab", "1.0", "1.el9", { repository: "hostile" }),
  lab("victim-lab", "1.0", "1.el9", { repository: "hostile" }),
  lab("retired-lab", "1.0", "1.el9", { repository: "hostile" }),
  lab("successor-lab", "1.0", "2.el9", {
    generation: 2,
    repository: "hostile",
    preamble: ["Provides: retired-lab = 2", "Obsoletes: retired-lab < 2"],
  }),
];

const advisory = (
  id: string,
  severity: Advisory["severity"],
  what: string,
  fixed: readonly string[],
  cves: readonly string[],
  more: Partial<Advisory> = {},
): Advisory => ({
  id,
  type: id.startsWith("FTSA") ? "security" : "bugfix",
  severity,
  title: id.startsWith("FTSA") ? `${severity}: ${what} security update` : `${what} bug fix update`,
  issued: "2026-01-10 00:00:00",
  cves,
  rebootSuggested: false,
  repository: "stable",
  packages: fixed,
  ...more,
});

/** Every advisory. */
export const advisories: readonly Advisory[] = [
  advisory(
    "FTSA-2026:0001",
    "Important",
    "openssl-lab",
    ["openssl-lab-3.0.7-2.el9"],
    ["CVE-2026-10001", "CVE-2026-10002"],
  ),
  advisory("FTSA-2026:0002", "Moderate", "curl-lab", ["curl-lab-7.76.1-2.el9"], ["CVE-2026-10003"]),
  advisory("FTSA-2026:0003", "Critical", "curl-lab", ["curl-lab-7.76.1-3.el9"], ["CVE-2026-10004"], {
    issued: "2026-02-10 00:00:00",
  }),
  advisory(
    "FTSA-2026:0004",
    "Important",
    "zlib-lab",
    ["zlib-lab-1.2.11-41.el9", "zlib-devel-lab-1.2.11-41.el9"],
    ["CVE-2026-10005"],
  ),
  advisory("FTSA-2026:0005", "Important", "failpre-lab", ["failpre-lab-1.0-2.el9"], ["CVE-2026-10006"]),
  advisory("FTSA-2026:0006", "Important", "corrupt-lab", ["corrupt-lab-1.0-2.el9"], ["CVE-2026-10007"]),
  advisory("FTSA-2026:0007", "Important", "slow-lab", ["slow-lab-1.0-2.el9"], ["CVE-2026-10008"]),
  advisory("FTBA-2026:0001", "None", "kernel-lab", ["kernel-lab-5.14.0-503.el9"], [], { rebootSuggested: true }),
  advisory("FTBA-2026:0002", "None", "tzdata-lab", ["tzdata-lab-2026b-1.el9"], []),
  ...["failpost", "epoch", "unsigned", "foreign", "gone", "needs", "greedy", "successor"].map((word, at) =>
    advisory(
      `FTSA-2026:09${String(at + 1).padStart(2, "0")}`,
      "Low",
      `${word}-lab`,
      [word === "epoch" ? "epoch-lab-1.5-1.el9" : `${word}-lab-1.0-2.el9`],
      [],
      { repository: "hostile" },
    ),
  ),
];

/** A package's `name-version-release`. */
export const nvr = (p: LabPackage): string => `${p.name}-${p.version}-${p.release}`;

/** A package's epoch: what its preamble says, else 0. */
export const epochOf = (p: LabPackage): number => {
  const line = p.preamble.find((l) => l.startsWith("Epoch: "));
  return line === undefined ? 0 : Number(line.slice("Epoch: ".length));
};
