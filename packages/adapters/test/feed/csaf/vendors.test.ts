/** Documents as each vendor structures them: the facts are made up, the form is theirs. */
import { describe, expect, it } from "vitest";
import { type Json, read } from "./CsafJson.ts";

const documentOf = (id: string, publisher: string, more: Json = {}): Json => ({
  category: "csaf_security_advisory",
  csaf_version: "2.0",
  lang: "en",
  publisher: { category: "vendor", name: publisher, namespace: "https://vendor.test" },
  title: `Advisory ${id}`,
  tracking: {
    id,
    status: "final",
    version: "2",
    initial_release_date: "2026-03-01T00:00:00Z",
    current_release_date: "2026-03-02T00:00:00Z",
    generator: { engine: { name: "x" } },
    revision_history: [{ date: "2026-03-01T00:00:00Z", number: "1", summary: "first" }],
  },
  ...more,
});

const component = (whole: string, part: string): Json => ({
  category: "default_component_of",
  full_product_name: { name: `${part} as component of ${whole}`, product_id: `${whole}:${part}` },
  product_reference: part,
  relates_to_product_reference: whole,
});

const version = (id: string): Json => ({
  category: "product_version",
  name: id,
  product: { name: id, product_id: id },
});

/** SUSE: packages without package URLs under their architecture, platforms with a CPE, fixed ones "recommended". */
const suse = (): Json => {
  const [sles, leap] = ["SUSE Linux Enterprise Module for Basesystem 15 SP5", "openSUSE Leap 15.5"];
  const packages = ["libexample1-1.2-150500.3.1.x86_64", "libexample-devel-1.2-150500.3.1.x86_64"];
  const ids = [sles, leap].flatMap((whole) => packages.map((part) => `${whole}:${part}`));
  return {
    document: documentOf("SUSE-SU-2026:9003-1", "SUSE Product Security Team", {
      aggregate_severity: { namespace: "https://vendor.test/rating", text: "important" },
      notes: [{ category: "summary", title: "Title of the patch", text: "Security update for examplelib" }],
      references: [
        { category: "self", summary: "URL of this notice", url: "https://ftp.suse.test/csaf/suse-su-2026_9003-1.json" },
        {
          category: "self",
          summary: "URL for SUSE-SU-2026:9003-1",
          url: "https://www.suse.test/support/update/2026/9003/",
        },
      ],
    }),
    product_tree: {
      branches: [
        {
          category: "vendor",
          name: "SUSE",
          branches: [
            { category: "architecture", name: "x86_64", branches: packages.map(version) },
            {
              category: "product_name",
              name: sles,
              product: {
                name: sles,
                product_id: sles,
                product_identification_helper: { cpe: "cpe:/o:suse:sle-module-basesystem:15:sp5" },
              },
            },
            {
              category: "product_name",
              name: leap,
              product: {
                name: leap,
                product_id: leap,
                product_identification_helper: { cpe: "cpe:/o:opensuse:leap:15.5" },
              },
            },
          ],
        },
      ],
      relationships: [sles, leap].flatMap((whole) => packages.map((part) => component(whole, part))),
    },
    vulnerabilities: [
      {
        cve: "CVE-2026-11111",
        product_status: { recommended: ids },
        remediations: [{ category: "vendor_fix", details: "Use zypper.", product_ids: ids }],
        scores: [
          { cvss_v3: { baseScore: 5.5, baseSeverity: "MEDIUM", vectorString: "x", version: "3.1" }, products: ids },
        ],
        threats: [{ category: "impact", date: "2026-03-01T00:00:00Z", details: "moderate" }],
      },
    ],
  };
};

/** Red Hat: a module between the platform and its packages, debug and source packages, an unaffected CVE. */
const redHat = (): Json => {
  const platform = "AppStream-9.4.0.Z.MAIN";
  const module = "example:3:9040020260301:rhel9";
  const evr = "1:3.1-2.module+el9.4.0+21+abc";
  const packages = ["src", "x86_64", "aarch64"].map((arch) => `example-${evr}.${arch}`);
  const purl = (arch: string) => `pkg:rpm/redhat/example@3.1-2.module%2Bel9.4.0%2B21%2Babc?arch=${arch}&epoch=1`;
  const inModule = `${platform}:${module}`;
  const ids = packages.map((p) => `${inModule}:${p}`);
  return {
    document: documentOf("RHSA-2026:9005", "Red Hat Product Security", {
      aggregate_severity: { namespace: "https://vendor.test/classification", text: "Moderate" },
      references: [{ category: "self", summary: "x", url: "https://access.redhat.test/errata/RHSA-2026:9005" }],
    }),
    product_tree: {
      branches: [
        {
          category: "vendor",
          name: "Red Hat",
          branches: [
            {
              category: "product_family",
              name: "Red Hat Enterprise Linux",
              branches: [
                {
                  category: "product_name",
                  name: "Red Hat Enterprise Linux AppStream (v. 9)",
                  product: {
                    name: "x",
                    product_id: platform,
                    product_identification_helper: { cpe: "cpe:/a:redhat:enterprise_linux:9::appstream" },
                  },
                },
              ],
            },
            {
              category: "product_version",
              name: module,
              product: {
                name: module,
                product_id: module,
                product_identification_helper: { purl: "pkg:rpmmod/redhat/example@3:9040020260301:rhel9" },
              },
            },
            ...["src", "x86_64", "aarch64"].map((arch, i) => ({
              category: "architecture",
              name: arch,
              branches: [
                {
                  category: "product_version",
                  name: packages[i],
                  product: {
                    name: packages[i],
                    product_id: packages[i],
                    product_identification_helper: { purl: purl(arch) },
                  },
                },
              ],
            })),
          ],
        },
      ],
      relationships: [component(platform, module), ...packages.map((p) => component(inModule, p))],
    },
    vulnerabilities: [
      {
        cve: "CVE-2026-11111",
        product_status: { fixed: ids },
        remediations: [
          {
            category: "vendor_fix",
            details: "x",
            url: "https://access.redhat.test/errata/RHSA-2026:9005",
            restart_required: { category: "none" },
          },
        ],
      },
      { cve: "CVE-2026-11112", product_status: { known_not_affected: ids } },
    ],
  };
};

/** Siemens: products of the plant, with ranges of versions and a link to the fix. */
const siemens = (): Json => ({
  document: documentOf("SSA-900600", "Siemens ProductCERT"),
  product_tree: {
    branches: [
      {
        category: "vendor",
        name: "Siemens",
        branches: [
          {
            category: "product_name",
            name: "EXAMPLE S7 CPU",
            branches: [
              {
                category: "product_version_range",
                name: "vers:intdot/<2.0",
                product: {
                  name: "EXAMPLE S7 CPU",
                  product_id: "1",
                  product_identification_helper: { model_numbers: ["6ES7"] },
                },
              },
              { category: "product_version", name: "2.0", product: { name: "EXAMPLE S7 CPU 2.0", product_id: "2" } },
            ],
          },
        ],
      },
    ],
  },
  vulnerabilities: [
    {
      cve: "CVE-2026-11113",
      product_status: { known_affected: ["1"], fixed: ["2"] },
      remediations: [
        {
          category: "vendor_fix",
          details: "Update to V2.0",
          product_ids: ["1"],
          url: "https://support.siemens.test/2/",
        },
      ],
    },
  ],
});

describe("documents as vendors publish them", () => {
  it("PAT-11: SUSE's", async () => {
    const { patches, skipped, notes } = await read([suse()]);
    expect([skipped, notes]).toEqual([[], []]);
    expect(patches).toMatchObject([
      {
        id: "SUSE-SU-2026:9003-1",
        vendorSeverity: "Important",
        vendorLink: "https://www.suse.test/support/update/2026/9003/",
        description: "Security update for examplelib",
        cves: ["CVE-2026-11111"],
        releases: ["opensuse-leap:15.5", "sled:15.5", "sles:15.5", "sles_sap:15.5"],
        packages: [
          { name: "libexample-devel", arch: "x86_64", evr: "1.2-150500.3.1" },
          { name: "libexample1", arch: "x86_64", evr: "1.2-150500.3.1" },
        ],
      },
    ]);
  });

  it("PAT-11: Red Hat's, of a module", async () => {
    const { patches, skipped, notes } = await read([redHat()]);
    expect([skipped, notes]).toEqual([[], []]);
    const evr = "1:3.1-2.module+el9.4.0+21+abc";
    expect(patches).toMatchObject([
      {
        id: "RHSA-2026:9005",
        vendorSeverity: "Moderate",
        cves: ["CVE-2026-11111"],
        releases: ["rhel:9"],
        reboot: "never",
        packages: [
          { name: "example", arch: "aarch64", evr, module: "example:3" },
          { name: "example", arch: "x86_64", evr, module: "example:3" },
        ],
      },
    ]);
    expect(patches[0]?.packages).toHaveLength(2);
  });

  it("PAT-11: Siemens', of no package, is left out beside the others", async () => {
    const { patches, skipped } = await read([siemens(), suse(), redHat()], { strict: true });
    expect(patches.map((p) => p.id)).toEqual(["SUSE-SU-2026:9003-1", "RHSA-2026:9005"]);
    expect(skipped).toMatchObject([
      { id: "SSA-900600", kind: "unsupported", reason: "1 fixed products are no packages of RPM or Debian" },
    ]);
  });
});
