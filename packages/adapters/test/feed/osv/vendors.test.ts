/** Records as each vendor structures them: the facts are made up, the form is theirs. */
import type { Patch } from "@fettle/core";
import { describe, expect, it } from "vitest";
import { sameName } from "../../../src/feed/osv/index.ts";
import { type Json, ndjson, read } from "./OsvJson.ts";

const range = (fixed: string, introduced = "0"): Json => ({ type: "ECOSYSTEM", events: [{ introduced }, { fixed }] });

const debian: Json = {
  id: "DSA-9001-1",
  summary: "examplelib - security update",
  details: "\nTwo flaws were found in examplelib.\n",
  modified: "2026-03-02T09:20:11Z",
  published: "2026-03-01T00:00:00Z",
  schema_version: "1.7.0",
  upstream: ["CVE-2026-11111", "CVE-2026-11112"],
  related: [],
  references: [{ type: "ADVISORY", url: "https://www.debian.test/security/2026/dsa-9001" }],
  affected: [
    {
      package: { name: "examplelib", ecosystem: "Debian:12", purl: "pkg:deb/debian/examplelib?arch=source" },
      ranges: [range("1.2.3-4+deb12u2")],
      versions: ["1.2.3-4", "1.2.3-4+deb12u1"],
    },
    {
      package: { name: "examplelib", ecosystem: "Debian:11", purl: "pkg:deb/debian/examplelib?arch=source" },
      ranges: [range("1.1.9-1+deb11u5")],
    },
  ],
};

const ubuntu: Json = {
  id: "USN-9002-1",
  summary: "examplelib vulnerability",
  details: "Examplelib could crash.",
  modified: "2026-03-02T09:20:11.123456Z",
  published: "2026-03-02T09:00:00.5Z",
  schema_version: "1.7.0",
  upstream: ["CVE-2026-11111", "UBUNTU-CVE-2026-11111"],
  references: [
    { type: "ADVISORY", url: "https://ubuntu.test/security/notices/USN-9002-1" },
    { type: "REPORT", url: "https://ubuntu.test/security/CVE-2026-11111" },
  ],
  affected: [
    {
      package: {
        ecosystem: "Ubuntu:22.04:LTS",
        name: "examplelib",
        purl: "pkg:deb/ubuntu/examplelib@1.2-0ubuntu1.1?arch=source&distro=jammy",
      },
      ranges: [range("1.2-0ubuntu1.1")],
      versions: ["1.2-0ubuntu1"],
      ecosystem_specific: {
        availability: "No subscription required",
        binaries: [
          { binary_name: "libexample1", binary_version: "1.2-0ubuntu1.1" },
          { binary_name: "libexample-dev", binary_version: "1.2-0ubuntu1.1" },
        ],
      },
    },
    {
      package: {
        ecosystem: "Ubuntu:Pro:18.04:LTS",
        name: "examplelib",
        purl: "pkg:deb/ubuntu/examplelib?arch=source&distro=esm-infra/bionic",
      },
      ranges: [range("1.0-1ubuntu1+esm3")],
      ecosystem_specific: {
        availability: "Available with Ubuntu Pro",
        binaries: [{ binary_name: "libexample1", binary_version: "1.0-1ubuntu1+esm3" }],
      },
    },
  ],
};

const suse: Json = {
  id: "SUSE-SU-2026:9003-1",
  summary: "Security update for examplelib",
  details: "This update for examplelib fixes an issue.",
  modified: "2026-03-03T10:00:00Z",
  published: "2026-03-03T10:00:00Z",
  related: ["CVE-2026-11111"],
  references: [{ type: "ADVISORY", url: "https://www.suse.test/support/update/announcement/2026/suse-su-20269003-1/" }],
  affected: [
    "SUSE:Linux Enterprise Server 15 SP5-LTSS",
    "SUSE:Linux Enterprise Server for SAP Applications 15 SP5",
    "openSUSE:Leap 15.5",
  ].map((ecosystem) => ({
    package: { ecosystem, name: "examplelib", purl: "pkg:rpm/suse/examplelib&distro=SUSE%20Linux" },
    ranges: [range("1.2-150500.3.1")],
    ecosystem_specific: { binaries: [{ libexample1: "1.2-150500.3.1", "libexample1-32bit": "1.2-150500.3.1" }] },
  })),
};

const rocky: Json = {
  id: "RLSA-2026:9004",
  summary: "Moderate: examplelib security update",
  details: "For more details, see the References.",
  modified: "2026-03-04T10:00:00.000001Z",
  published: "2026-03-04T09:00:00Z",
  schema_version: "1.7.0",
  upstream: ["CVE-2026-11111"],
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" }],
  references: [{ type: "ADVISORY", url: "https://errata.rocky.test/RLSA-2026:9004" }],
  affected: [
    {
      package: {
        ecosystem: "Rocky Linux:9",
        name: "examplelib",
        purl: "pkg:rpm/rocky-linux/examplelib?distro=rocky-linux-9&epoch=0",
      },
      ranges: [{ ...range("0:1.2-3.el9_4"), database_specific: { yum_repository: "BaseOS" } }],
    },
  ],
};

const redHat: Json = {
  id: "RHSA-2026:9005",
  summary: "Red Hat Security Advisory: examplelib security update",
  modified: "2026-03-05T10:00:00Z",
  published: "2026-03-05T10:00:00Z",
  schema_version: "1.7.0",
  upstream: ["CVE-2026-11111"],
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
  references: [{ type: "ADVISORY", url: "https://access.redhat.test/errata/RHSA-2026:9005" }],
  affected: ["examplelib", "examplelib-devel"].map((name) => ({
    package: { ecosystem: "Red Hat:rhel_eus:9.2::appstream", name, purl: `pkg:rpm/redhat/${name}` },
    ranges: [range("0:1.2-2.el9_2.1")],
  })),
};

const said = (p: Patch.Patch): unknown[] => [
  p.id,
  p.vendor,
  p.vendorSeverity,
  p.releases.join(),
  p.cves.join(),
  p.packages.map((q) => `${q.name}.${q.arch} ${q.evr}`).join(", "),
];

describe("records as vendors publish them", () => {
  const cases: readonly (readonly [string, Json, readonly unknown[], readonly string[]])[] = [
    [
      "Debian's DSA",
      debian,
      [
        [
          "DSA-9001-1:debian:12",
          "Debian",
          "None",
          "debian:12",
          "CVE-2026-11111,CVE-2026-11112",
          "examplelib.any 1.2.3-4+deb12u2",
        ],
        [
          "DSA-9001-1:debian:11",
          "Debian",
          "None",
          "debian:11",
          "CVE-2026-11111,CVE-2026-11112",
          "examplelib.any 1.1.9-1+deb11u5",
        ],
      ],
      [],
    ],
    [
      "Ubuntu's USN",
      ubuntu,
      [
        [
          "USN-9002-1",
          "Ubuntu",
          "None",
          "ubuntu:22.04",
          "CVE-2026-11111",
          "libexample-dev.any 1.2-0ubuntu1.1, libexample1.any 1.2-0ubuntu1.1",
        ],
      ],
      ['the ecosystem "Ubuntu:Pro:18.04:LTS" is no release that is known here'],
    ],
    [
      "SUSE's",
      suse,
      [
        [
          "SUSE-SU-2026:9003-1:sles:15.5",
          "SUSE",
          "None",
          "sles:15.5",
          "CVE-2026-11111",
          "libexample1.any 1.2-150500.3.1, libexample1-32bit.any 1.2-150500.3.1",
        ],
        [
          "SUSE-SU-2026:9003-1:sles_sap:15.5",
          "SUSE",
          "None",
          "sles_sap:15.5",
          "CVE-2026-11111",
          "libexample1.any 1.2-150500.3.1, libexample1-32bit.any 1.2-150500.3.1",
        ],
        [
          "SUSE-SU-2026:9003-1:opensuse-leap:15.5",
          "openSUSE",
          "None",
          "opensuse-leap:15.5",
          "CVE-2026-11111",
          "libexample1.any 1.2-150500.3.1, libexample1-32bit.any 1.2-150500.3.1",
        ],
      ],
      [],
    ],
    [
      "Rocky Linux's RLSA",
      rocky,
      [["RLSA-2026:9004", "Rocky Linux", "Moderate", "rocky:9", "CVE-2026-11111", "examplelib.any 1.2-3.el9_4"]],
      [],
    ],
    [
      "Red Hat's RHSA",
      redHat,
      [
        [
          "RHSA-2026:9005",
          "Red Hat",
          "Critical",
          "rhel:9.2",
          "CVE-2026-11111",
          "examplelib.any 1.2-2.el9_2.1, examplelib-devel.any 1.2-2.el9_2.1",
        ],
      ],
      [],
    ],
  ];

  it.each(cases)("PAT-11: %s", async (_, record, patches, notes) => {
    const feed = await read(ndjson(record), { binariesOf: sameName });
    expect(feed.skipped).toEqual([]);
    expect(feed.patches.map(said)).toEqual(patches);
    expect(feed.notes.map((n) => n.note)).toEqual(notes);
  });

  it("PAT-11: all of them in one feed", async () => {
    const feed = await read(ndjson(...cases.map(([, record]) => record)), { binariesOf: sameName, strict: true });
    expect(feed.patches).toHaveLength(cases.flatMap(([, , patches]) => patches).length);
  });
});
