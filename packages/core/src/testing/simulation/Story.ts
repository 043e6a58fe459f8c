/**
 * The story that Fettle tells everywhere: six machines, a repository with newer packages and advisories, a job over a
 * query, a rollback. The simulator runs it under faults; the example runs it on real package managers.
 */
import type { Package } from "@fettle/agent-protocol";
import * as Patch from "../../domain/patch/Patch.ts";
import type { PackageFault } from "./SimulatedOs.ts";

export interface Machine {
  readonly name: string;
  readonly timeZone: string;
  readonly packages: readonly Package.Package[];
  readonly faults: { readonly [packageName: string]: PackageFault };
  /** The tag that its activation key brings, beside `fleet`. */
  readonly group: "servers" | "lab" | "kiosk";
}

const pkg = (name: string, evr: string): Package.Package => ({ name, arch: "noarch", evr });
const openssl = pkg("openssl-lab", "3.0.7-1.el9");
const curl = pkg("curl-lab", "7.76.1-1.el9");
const zlib = [pkg("zlib-lab", "1.2.11-40.el9"), pkg("zlib-devel-lab", "1.2.11-40.el9")] as const;

/** The machines. `lab-01` gets no licence, `kiosk-01` is excluded by its tag. */
export const machines: readonly Machine[] = [
  { name: "web-01", timeZone: "Europe/Berlin", packages: [openssl, curl, ...zlib], faults: {}, group: "servers" },
  {
    name: "db-01",
    timeZone: "America/New_York",
    packages: [openssl, zlib[0], pkg("slow-lab", "1.0-1.el9"), pkg("tzdata-lab", "2026a-1.el9")],
    faults: {},
    group: "servers",
  },
  {
    name: "edge-01",
    timeZone: "Asia/Kolkata",
    packages: [curl, pkg("failpre-lab", "1.0-1.el9")],
    faults: { "failpre-lab": "pre-scriptlet-fails" },
    group: "servers",
  },
  {
    name: "build-01",
    timeZone: "Etc/UTC",
    packages: [openssl, pkg("corrupt-lab", "1.0-1.el9")],
    faults: { "corrupt-lab": "corrupt-file" },
    group: "servers",
  },
  { name: "lab-01", timeZone: "Australia/Sydney", packages: [openssl], faults: {}, group: "lab" },
  { name: "kiosk-01", timeZone: "Europe/London", packages: [openssl], faults: {}, group: "kiosk" },
];

const advisory = (
  number: number,
  category: string,
  vendorSeverity: Patch.VendorSeverity,
  packages: readonly Package.Package[],
  cves: readonly string[] = [],
): Patch.Patch => {
  const family = category === "security" ? "FTSA" : "FTBA";
  return Patch.make({
    id: `${family}-2026:${String(number).padStart(4, "0")}`,
    title: `${packages[0]?.name ?? ""} ${category} update`,
    platform: "Linux",
    vendor: "Fettle Lab",
    category,
    vendorSeverity,
    cves,
    packages,
    publishedAt: Date.UTC(2026, 0, number),
    modifiedAt: Date.UTC(2026, 0, number + 1),
  });
};

/** The advisories; the second and the last stand outside the query. */
export const patches: readonly Patch.Patch[] = [
  advisory(1, "security", "Important", [pkg("openssl-lab", "3.0.7-2.el9")], ["CVE-2026-10001", "CVE-2026-10002"]),
  advisory(2, "security", "Moderate", [pkg("curl-lab", "7.76.1-2.el9")], ["CVE-2026-10003"]),
  advisory(3, "security", "Critical", [pkg("curl-lab", "7.76.1-3.el9")], ["CVE-2026-10004"]),
  advisory(
    4,
    "security",
    "Important",
    [pkg("zlib-devel-lab", "1.2.11-41.el9"), pkg("zlib-lab", "1.2.11-41.el9")],
    ["CVE-2026-10005"],
  ),
  advisory(5, "security", "Important", [pkg("failpre-lab", "1.0-2.el9")], ["CVE-2026-10006"]),
  advisory(6, "security", "Important", [pkg("corrupt-lab", "1.0-2.el9")], ["CVE-2026-10007"]),
  advisory(7, "security", "Important", [pkg("slow-lab", "1.0-2.el9")], ["CVE-2026-10008"]),
  advisory(8, "bugfix", "None", [pkg("tzdata-lab", "2026b-1.el9")]),
];

/** The job's query. */
export const query = "category: security and vendorSeverity: [Critical, Important]";

/** The patch that the rollback takes back. */
export const rolledBack = "FTSA-2026:0001";

/** How the deployment must end, by machine and patch: the outcome, and the reason's number where it failed. */
export const expected: { readonly [machine: string]: { readonly [patchId: string]: string } } = {
  "web-01": { "FTSA-2026:0001": "Installed", "FTSA-2026:0003": "Installed", "FTSA-2026:0004": "Installed" },
  "db-01": { "FTSA-2026:0001": "Installed", "FTSA-2026:0004": "Installed", "FTSA-2026:0007": "Installed" },
  "edge-01": { "FTSA-2026:0003": "Installed", "FTSA-2026:0005": "Failed 9" },
  "build-01": { "FTSA-2026:0001": "Installed", "FTSA-2026:0006": "Failed 12" },
};

/** The status in which each machine's asset run must end; a machine that isn't named gets no asset run. */
export const expectedStatus: { readonly [machine: string]: string } = {
  "web-01": "Completed",
  "db-01": "Completed",
  "edge-01": "CompletedWithFailure",
  "build-01": "CompletedWithFailure",
  "lab-01": "NotLicensed",
};
