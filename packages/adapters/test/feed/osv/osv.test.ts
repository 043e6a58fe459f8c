/** What a sound feed of OSV records becomes. */
import { gzipSync } from "node:zlib";
import { Patch } from "@fettle/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BinariesOf, parseOsv, parseOsvDocuments, sameName } from "../../../src/feed/osv/index.ts";
import { affected, type Json, ndjson, only, patchesOf, read, record, skippedBecause } from "./OsvJson.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);

describe("a sound record", () => {
  it("PAT-11: becomes a Linux patch with its packages at their fixed versions (PAT-13: no url)", async () => {
    const patch = await only({
      affected: [affected("openssl-libs", "1:3.0.7-25.el9_3"), affected("openssl", "0:3.0.7-25.el9_3")],
    });
    expect(patch).toEqual(
      Patch.make({
        id: "ALSA-2026:1001",
        title: "Important: openssl security update",
        description: "What it is about.",
        platform: "Linux",
        vendor: "AlmaLinux",
        vendorLink: "https://errata.vendor.test/9/ALSA-2026-1001.html",
        category: "security",
        vendorSeverity: "Important",
        cves: ["CVE-2026-0001"],
        releases: ["almalinux:9"],
        packageFormat: "rpm",
        packages: [
          { name: "openssl", arch: "any", evr: "3.0.7-25.el9_3" },
          { name: "openssl-libs", arch: "any", evr: "1:3.0.7-25.el9_3" },
        ],
        publishedAt: Date.UTC(2026, 0, 10),
        modifiedAt: Date.UTC(2026, 0, 11, 12, 30),
        isDeprecated: false,
      }),
    );
    expect(patch.download).toEqual({ _tag: "Repository" });
  });

  it("takes the vendor from the caller before the ecosystem's name", async () => {
    expect((await only({}, { vendor: "Example" })).vendor).toBe("Example");
  });

  it("PLN-07: lets the date of change stand for a missing date of publication, and says so", async () => {
    const changed = Date.UTC(2026, 0, 11, 12, 30);
    expect(await only({ published: undefined })).toMatchObject({ publishedAt: changed, isUndated: true });
    expect(await only({})).not.toHaveProperty("isUndated");
  });

  it("PAT-06: makes a deprecated patch once it is withdrawn", async () => {
    expect((await only({ withdrawn: "2026-02-01T00:00:00Z" })).isDeprecated).toBe(true);
    expect(await skippedBecause({ withdrawn: "yes" })).toBe("broken withdrawn: is not a time of UTC");
  });

  it.each([
    ["ALBA-2026:1", "bugfix"],
    ["RHEA-2026:1", "enhancement"],
    ["SUSE-RU-2026:1-1", "recommended"],
    ["RLSA-2026:1", "security"],
    ["DSA-5000-1", "security"],
  ])("PAT-01: %s is of the category %s", async (id, category) => {
    expect((await only({ id })).category).toBe(category);
  });

  it("is called by its id where it has no summary, and keeps only addresses of the web", async () => {
    const patch = await only({
      summary: undefined,
      details: undefined,
      references: [{ type: "ADVISORY", url: "file:///etc/passwd" }],
    });
    expect([patch.title, patch.description, patch.vendorLink]).toEqual(["ALSA-2026:1001", "", null]);
  });

  it("is taken of any version 1 of the schema, and of no other", async () => {
    for (const schema_version of [undefined, "1.0.0", "1.6.7", "1.99.0"]) await only({ schema_version });
    expect(await skippedBecause({ schema_version: "2.0.0" })).toBe(
      "unsupported affected: its schema is version 2.0.0, not 1",
    );
  });
});

describe("CVEs", () => {
  it.each([
    [
      { aliases: ["CVE-2026-0002", "GHSA-aaaa-bbbb-cccc"], upstream: ["CVE-2026-0001"] },
      ["CVE-2026-0001", "CVE-2026-0002"],
    ],
    [{ aliases: null, upstream: ["CVE-2026-0001"], related: ["CVE-2026-0009"] }, ["CVE-2026-0001"]],
    [{ related: ["CVE-2026-0009", "CVE-2026-0009"] }, ["CVE-2026-0009"]],
    [{ id: "UBUNTU-CVE-2026-0007", related: [] }, ["CVE-2026-0007"]],
    [{ id: "CVE-2026-0007", related: [] }, ["CVE-2026-0007"]],
    [{ related: ["GHSA-aaaa-bbbb-cccc"] }, []],
  ])("PAT-05: of %j are %j", async (changes, cves) => {
    expect((await only(changes)).cves).toEqual(cves);
  });
});

describe("ecosystems", () => {
  const releasesOf = async (ecosystem: string): Promise<string> => {
    const { patches, skipped } = await read(ndjson(record({ affected: [affected("a", "1:2-3", { ecosystem })] })), {
      binariesOf: sameName,
    });
    const [patch] = patches;
    if (patch === undefined) return `${skipped[0]?.kind}: ${skipped[0]?.reason}`;
    return `${patch.vendor} ${patch.packageFormat} ${patch.packages[0]?.arch} ${patch.releases.join()}`;
  };

  it.each([
    ["Debian:12", "Debian deb any debian:12"],
    ["Ubuntu:22.04:LTS", "Ubuntu deb any ubuntu:22.04"],
    ["Ubuntu:23.10", "Ubuntu deb any ubuntu:23.10"],
    ["Rocky Linux:9", "Rocky Linux rpm any rocky:9"],
    ["AlmaLinux:8", "AlmaLinux rpm any almalinux:8"],
    ["Red Hat:enterprise_linux:9::baseos", "Red Hat rpm any rhel:9"],
    ["Red Hat:rhel_eus:9.2::appstream", "Red Hat rpm any rhel:9.2"],
    ["Red Hat:rhel_aus:8.4::appstream", "Red Hat rpm any rhel:8.4"],
    ["Red Hat:openshift:4.14::el9", "Red Hat rpm any rhel:9"],
    ["SUSE:Linux Enterprise Server 15 SP5", "SUSE rpm any sles:15.5"],
    ["SUSE:Linux Enterprise Server 15 SP3-LTSS", "SUSE rpm any sles:15.3"],
    ["SUSE:Linux Enterprise Server for SAP Applications 15 SP5", "SUSE rpm any sles_sap:15.5"],
    ["SUSE:Linux Enterprise Desktop 15 SP5", "SUSE rpm any sled:15.5"],
    ["SUSE:Linux Enterprise Micro 5.3", "SUSE rpm any sle-micro:5.3"],
    ["SUSE:Linux Enterprise Module for Basesystem 15 SP5", "SUSE rpm any sled:15.5,sles:15.5,sles_sap:15.5"],
    ["openSUSE:Leap 15.5", "openSUSE rpm any opensuse-leap:15.5"],
    ["openSUSE:Leap Micro 5.5", "openSUSE rpm any opensuse-leap-micro:5.5"],
  ])("PAT-11: %s is %s", async (ecosystem, expected) => {
    expect(await releasesOf(ecosystem)).toBe(expected);
  });

  it.each([
    "Alpine:v3.20",
    "npm",
    "PyPI",
    "Debian:",
    "Debian:sid",
    "Debian",
    "Ubuntu:Pro:18.04:LTS",
    "Red Hat:ansible",
    "openSUSE:Tumbleweed",
    "SUSE:Manager Server 4.3",
    "constructor",
    "__proto__:1",
  ])("%s is left out, with the reason", async (ecosystem) => {
    expect(await releasesOf(ecosystem)).toMatch(
      /^unsupported: the ecosystem ".*" is (not supported|no release that is known here)$/,
    );
  });

  it("PAT-11: a record of several releases is one patch where they get the same packages, else one for each", async () => {
    const both = (fixed: string) => [
      affected("openssl", "3.0.7-25", { ecosystem: "AlmaLinux:9" }),
      affected("openssl", fixed, { ecosystem: "AlmaLinux:8" }),
    ];
    const one = await only({ affected: both("3.0.7-25") });
    expect([one.releases, one.bulletin]).toEqual([["almalinux:8", "almalinux:9"], null]);
    const split = await patchesOf({ affected: both("1.1.1k-9") });
    expect(split.map((p) => [p.id, p.releases, p.packages.map((q) => q.evr)])).toEqual([
      ["ALSA-2026:1001:almalinux:9", ["almalinux:9"], ["3.0.7-25"]],
      ["ALSA-2026:1001:almalinux:8", ["almalinux:8"], ["1.1.1k-9"]],
    ]);
    // Repositories know each by the advisory's own id.
    expect(split.map((p) => [p.bulletin, Patch.advisoryOf(p)])).toEqual(Array(2).fill(Array(2).fill("ALSA-2026:1001")));
  });

  it("a release that isn't supported doesn't keep the others out, and is noted", async () => {
    const { patches, notes } = await read(
      ndjson(record({ affected: [affected("a", "1-1"), affected("a", "1-r0", { ecosystem: "Alpine:v3.20" })] })),
    );
    expect(patches.map((p) => p.releases)).toEqual([["almalinux:9"]]);
    expect(notes.map((n) => [n.id, n.line, n.note])).toEqual([
      ["ALSA-2026:1001", 1, 'the ecosystem "Alpine:v3.20" is not supported'],
    ]);
  });
});

describe("the version that fixes", () => {
  const ranged = (...ranges: readonly (readonly Json[])[]): Json => ({
    affected: [
      {
        package: { ecosystem: "AlmaLinux:9", name: "a" },
        ranges: ranges.map((events) => ({ type: "ECOSYSTEM", events })),
      },
    ],
  });

  it("PAT-14: is the highest of several ranges, which is noted", async () => {
    const { patches, notes } = await read(
      ndjson(
        record(
          ranged(
            [{ introduced: "0" }, { fixed: "2:1-1" }],
            [{ introduced: "5-1" }, { fixed: "10-1" }, { introduced: "11-1" }, { fixed: "9-1" }],
          ),
        ),
      ),
    );
    expect(patches[0]?.packages).toEqual([{ name: "a", arch: "any", evr: "2:1-1" }]);
    expect(notes.map((n) => n.note)).toEqual(["AlmaLinux:9: a has several fixed versions; the highest counts"]);
  });

  it("PAT-14: is the highest where several entries name one package of a release, in any order", async () => {
    const versions = ["1-9", "1-10", "1-2"];
    for (const order of [versions, versions.toReversed()]) {
      const patch = await only({ affected: order.map((fixed) => affected("a", fixed)) });
      expect(patch.packages.map((p) => p.evr)).toEqual(["1-10"]);
    }
  });

  it("stands for affected versions from some version on as well, which is noted", async () => {
    const { patches, notes } = await read(ndjson(record(ranged([{ introduced: "2-1" }, { fixed: "3-1" }]))));
    expect(patches[0]?.packages[0]?.evr).toBe("3-1");
    expect(notes[0]?.note).toContain("only affected from some version on");
  });

  it("none: a package without one brings nothing, and says so", async () => {
    for (const events of [[{ introduced: "0" }], [{ introduced: "0" }, { last_affected: "3-1" }]]) {
      expect(await skippedBecause(ranged(events))).toBe("unsupported affected: AlmaLinux:9: no version of a fixes it");
      const { patches, notes } = await read(
        ndjson(record({ affected: [...(ranged(events).affected as Json[]), affected("b", "1-1")] })),
      );
      expect(patches[0]?.packages.map((p) => p.name)).toEqual(["b"]);
      expect(notes.map((n) => n.note)).toEqual(["AlmaLinux:9: no version of a fixes it"]);
    }
  });

  it("0 says that it was never affected, which is nothing to note", async () => {
    expect(await skippedBecause(ranged([{ introduced: "0" }, { fixed: "0" }]))).toBe(
      "unsupported affected: it affects no package",
    );
    const { notes } = await read(
      ndjson(
        record({
          affected: [...(ranged([{ introduced: "0" }, { fixed: "0" }]).affected as Json[]), affected("b", "1-1")],
        }),
      ),
    );
    expect(notes).toEqual([]);
  });

  it("doesn't stand in ranges of commits or of other orders", async () => {
    const git = { type: "GIT", repo: "https://a.test", events: [{ introduced: "0" }, { fixed: "a".repeat(40) }] };
    const changes = { affected: [{ package: { ecosystem: "AlmaLinux:9", name: "a" }, ranges: [git] }] };
    expect(await skippedBecause(changes)).toContain("no version of a fixes it");
  });

  it.each([
    [[{ fixed: "1-1" }], "affected[0].ranges[0].events: names no version that introduced it"],
    [
      [{ introduced: "0" }, { fixed: "1-1" }, { last_affected: "0-1" }],
      "affected[0].ranges[0].events: has both fixed and last_affected",
    ],
    [
      [{ introduced: "0", fixed: "1-1" }],
      "affected[0].ranges[0].events[0]: must have one of introduced, fixed, last_affected, limit",
    ],
    [[{ introduced: "0" }, {}], "affected[0].ranges[0].events[1]: must have one of"],
    [[{ introduced: "0" }, { fixed: "1" }], 'affected[0]: "1" is not an EVR of a'],
    [[{ introduced: "0" }, { fixed: "$(id)-1" }], 'affected[0]: "$(id)-1" is not an EVR of a'],
  ])("events %j are broken", async (events, reason) => {
    expect(await skippedBecause(ranged(events))).toContain(`broken ${reason}`);
  });

  it("PAT-11: compares Debian's versions as dpkg does", async () => {
    const debian = {
      affected: [
        {
          package: { ecosystem: "Debian:12", name: "a" },
          ranges: ["1.0~rc1-1", "1.0-1+deb12u1", "1.0-1"].map((fixed) => ({
            type: "ECOSYSTEM",
            events: [{ introduced: "0" }, { fixed }],
          })),
        },
      ],
    };
    expect((await only(debian, { binariesOf: sameName })).packages).toEqual([
      { name: "a", arch: "any", evr: "1.0-1+deb12u1" },
    ]);
  });
});

describe("source packages", () => {
  const source = { ecosystem: "Debian:12" };

  it("are left out where nothing says what is built of them", async () => {
    expect(await skippedBecause({ affected: [affected("openssl", "3.0-1", source)] })).toBe(
      "unsupported affected: debian:12: it names the source package openssl, not what is built of it",
    );
  });

  it("PAT-14: take their whole release with them, for a part of it would read as nothing missing", async () => {
    const ubuntu = (name: string, more: Json = {}) =>
      affected(name, "3.0-1", { ecosystem: "Ubuntu:22.04:LTS", ...more });
    const binaries = { ecosystem_specific: { binaries: [{ binary_name: "libssl3", binary_version: "3.0-1" }] } };
    expect(await skippedBecause({ affected: [ubuntu("openssl", binaries), ubuntu("edk2")] })).toContain(
      "names the source package edk2",
    );
    expect(await skippedBecause({ affected: [ubuntu("edk2"), ubuntu("openssl", binaries)] })).toContain(
      "names the source package edk2",
    );
  });

  it("PAT-11: become the binary packages that the caller knows of", async () => {
    const asked: unknown[] = [];
    const patch = await only(
      { affected: [affected("openssl", "3.0-1", source)] },
      {
        binariesOf: (s) => {
          asked.push(s);
          return ["openssl", "libssl3"];
        },
      },
    );
    expect(asked).toEqual([{ name: "openssl", kind: "source", release: "debian:12", format: "deb" }]);
    expect(patch.packages.map((p) => `${p.name} ${p.evr}`)).toEqual(["libssl3 3.0-1", "openssl 3.0-1"]);
  });

  it("PAT-11: become the binary packages that the record lists, in both forms in use", async () => {
    const forms: readonly unknown[] = [
      [{ binary_name: "libssl3", binary_version: "3.0-2" }, { binary_name: "openssl" }],
      [{ libssl3: "3.0-2", openssl: "3.0-1" }],
      [{ libssl3: "3.0-2" }, { openssl: "3.0-1" }],
    ];
    for (const binaries of forms) {
      const patch = await only({
        affected: [affected("openssl", "3.0-1", { ecosystem: "Ubuntu:22.04:LTS", ecosystem_specific: { binaries } })],
      });
      expect(patch.packages.map((p) => `${p.name} ${p.evr}`)).toEqual(["libssl3 3.0-2", "openssl 3.0-1"]);
    }
    const bad = { ecosystem_specific: { binaries: [{ libssl3: 3 }] } };
    expect(
      await skippedBecause({ affected: [affected("openssl", "3.0-1", { ecosystem: "Ubuntu:22.04:LTS", ...bad })] }),
    ).toContain("broken affected[0].ecosystem_specific.binaries[0][0].binary_version");
  });

  it("PAT-14: have the architectures that the caller knows, binary ones too", async () => {
    const binariesOf: BinariesOf = ({ name, kind, release }) =>
      [`${kind} ${name}`, release].join() === "binary openssl,almalinux:9"
        ? ["x86_64", "aarch64"].map((arch) => ({ name, arch }))
        : kind === "binary" && name === "libssl3"
          ? [{ name, arch: "amd64" }]
          : [];
    const rpm = await only({ affected: [affected("openssl", "1-1"), affected("zlib", "1-1")] }, { binariesOf });
    expect(rpm.packages.map((p) => `${p.name}.${p.arch}`)).toEqual(["openssl.aarch64", "openssl.x86_64", "zlib.any"]);
    const binaries = [{ binary_name: "libssl3", binary_version: "3.0-2" }, { binary_name: "openssl" }];
    const ubuntu = affected("openssl", "3.0-1", { ecosystem: "Ubuntu:22.04:LTS", ecosystem_specific: { binaries } });
    const deb = await only({ affected: [ubuntu] }, { binariesOf });
    expect(deb.packages.map((p) => `${p.name}.${p.arch} ${p.evr}`)).toEqual([
      "libssl3.amd64 3.0-2",
      "openssl.any 3.0-1",
    ]);
  });

  it("bring nothing where the record lists the binary ones beside them", async () => {
    const src = {
      package: {
        ecosystem: "Red Hat:enterprise_linux:9::baseos",
        name: "openssl",
        purl: "pkg:rpm/redhat/openssl?arch=src",
      },
    };
    const bin = {
      package: {
        ecosystem: "Red Hat:enterprise_linux:9::baseos",
        name: "openssl-libs",
        purl: "pkg:rpm/redhat/openssl-libs",
      },
    };
    const { ranges } = affected("x", "1:3.0.7-2.el9");
    expect(
      (
        await only({
          affected: [
            { ...src, ranges },
            { ...bin, ranges },
          ],
        })
      ).packages.map((p) => p.name),
    ).toEqual(["openssl-libs"]);
  });
});

describe("modules", () => {
  const modular = "18.1-2.module_el9.2.0+36+853e48f5";

  it("PAT-01: packages built for one carry the stream that the title or the purl names", async () => {
    const parts = [affected("nodejs", modular), affected("openssl", "1-1")];
    const patch = await only({ summary: "Moderate: nodejs:18 security update", affected: parts });
    expect(patch.packages.map((p) => p.module)).toEqual(["nodejs:18", undefined]);
    const purl = "pkg:rpm/almalinux/nodejs?rpmmod=nodejs%3A20%3A9020%3Arhel9";
    const told = [{ ...parts[0], package: { ecosystem: "AlmaLinux:9", name: "nodejs", purl } }];
    expect((await only({ affected: told })).packages[0]?.module).toBe("nodejs:20");
  });

  it.each(["Moderate: nodejs security update", "Moderate: nodejs:18 and nodejs:20 security update"])(
    "are left out where the stream isn't told: %s",
    async (summary) => {
      expect(await skippedBecause({ summary, affected: [affected("nodejs", modular)] })).toBe(
        "unsupported affected: almalinux:9: nodejs is of a module whose stream isn't told",
      );
    },
  );
});

describe("severity", () => {
  const v3 = (score: string) => ({ type: "CVSS_V3", score });
  const high = v3("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H");
  const low = v3("CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N");
  const v4 = { type: "CVSS_V4", score: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N" };
  const silent = { summary: "openssl update" };

  it.each([
    [{ ...silent }, "None"],
    [{ ...silent, severity: [low, high] }, "Important"],
    [{ ...silent, severity: [high, low] }, "Important"],
    [{ ...silent, severity: [low] }, "Low"],
    [{ ...silent, severity: [v4] }, "None"],
    [{ ...silent, severity: null, affected: [affected("a", "1-1", { severity: [high] })] }, "Important"],
    [{ ...silent, severity: [high], database_specific: { severity: "MODERATE" } }, "Moderate"],
    [{ ...silent, severity: [high], database_specific: { severity: "dire" } }, "Important"],
    [{ ...silent, affected: [affected("a", "1-1", { ecosystem_specific: { severity: "Low" } })] }, "Low"],
    [{ ...silent, affected: [affected("a", "1-1", { database_specific: { severity: "Critical" } })] }, "Critical"],
    [{ ...silent, severity: [high, { type: "Ubuntu", score: "medium" }] }, "Moderate"],
    [{ ...silent, severity: [{ type: "Ubuntu", score: "negligible" }] }, "Low"],
    [{ summary: "Critical: openssl update", severity: [low] }, "Critical"],
  ])("PAT-01: the vendor's word comes before the score: %#", async (changes, expected) => {
    expect((await only(changes)).vendorSeverity).toBe(expected);
  });

  it("a vector that is none breaks the record", async () => {
    expect(await skippedBecause({ severity: [low, v3("CVSS:3.1/AV:N")] })).toBe(
      "broken severity[1].score: is no vector of CVSS 3.0 or 3.1",
    );
    expect(await skippedBecause({ severity: [{ type: "CVSS_V9", score: "1" }] })).toContain("broken severity[0].type");
  });
});

describe("a feed", () => {
  const three = ["A-1", "A-2", "A-3"].map((id) => record({ id }));
  const ids = async (text: string): Promise<readonly string[]> => (await read(text)).patches.map((p) => p.id);

  it("PAT-11: is one record a line, or an array of them, with or without a BOM and carriage returns", async () => {
    const expected = ["A-1", "A-2", "A-3"];
    expect(await ids(ndjson(...three))).toEqual(expected);
    expect(await ids(ndjson(...three).trimEnd())).toEqual(expected);
    expect(await ids(`\uFEFF${ndjson(...three)}`)).toEqual(expected);
    expect(await ids(`\n\n${ndjson(...three).replaceAll("\n", "\r\n\r\n")}`)).toEqual(expected);
    expect(await ids(JSON.stringify(three))).toEqual(expected);
    expect(await ids(`\uFEFF \r\n${JSON.stringify(three, null, 2)}\r\n`)).toEqual(expected);
    expect(await ids("[]")).toEqual([]);
  });

  it("PAT-11: or a document each", async () => {
    const documents = three.map((r, i) => ({
      name: `${i}.json`,
      content:
        i === 0
          ? JSON.stringify(r, null, 2)
          : i === 1
            ? Buffer.from(`\uFEFF${JSON.stringify(r)}`)
            : gzipSync(JSON.stringify(r)),
    }));
    const result = await parseOsvDocuments(documents);
    expect(result.ok && result.value.patches.map((p) => p.id)).toEqual(["A-1", "A-2", "A-3"]);
  });

  it("of the same id: the later modified record holds, wherever it stands, and the report says so", async () => {
    const old = record({ summary: "old", modified: "2026-01-11T00:00:00Z" });
    const fresh = record({ summary: "fresh", modified: "2026-01-12T00:00:00Z" });
    const other = record({ id: "B-1" });
    for (const [lines, note] of [
      [[old, other, fresh], "takes the place of that of line 1"],
      [[fresh, other, old], "left out: that of line 1 is not older"],
    ] as const) {
      const { patches, notes, records } = await read(ndjson(...lines));
      expect(patches.map((p) => [p.id, p.title])).toEqual([
        ["ALSA-2026:1001", "fresh"],
        ["B-1", "Important: openssl security update"],
      ]);
      expect(notes.map((n) => [n.line, n.note])).toEqual([[3, note]]);
      expect(records).toBe(3);
    }
  });

  it("never makes two patches of one id", async () => {
    const split = record({
      id: "A",
      affected: [affected("a", "1-1"), affected("a", "2-1", { ecosystem: "AlmaLinux:8" })],
    });
    const { patches, skipped } = await read(ndjson(split, record({ id: "A:almalinux:8" })));
    expect(patches.map((p) => p.id)).toEqual(["A:almalinux:9", "A:almalinux:8"]);
    expect(skipped).toMatchObject([
      { id: "A:almalinux:8", line: 2, reason: "another record makes a patch of this id" },
    ]);
  });
});

describe("an oracle", () => {
  const names = fc.uniqueArray(fc.constantFrom("openssl", "zlib", "bash", "kernel-core", "libstdc++", "perl-5.30"), {
    minLength: 1,
    maxLength: 4,
  });
  const version = fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }))
    .map(([v, r]) => `${v}-${r}`);
  const perRelease = fc.uniqueArray(fc.constantFrom("8", "9", "10"), { minLength: 1, maxLength: 3 });
  const advisory = fc.record({
    releases: perRelease.chain((all) =>
      fc.tuple(
        ...all.map((r) =>
          names.chain((n) =>
            fc.tuple(fc.constant(r), fc.tuple(...n.map((name) => version.map((v) => [name, v] as const)))),
          ),
        ),
      ),
    ),
    day: fc.integer({ min: 1, max: 28 }),
  });

  it("PAT-11: generated advisories come back with the same packages for the same releases", async () => {
    let splits = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(advisory, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (advisories, isArray) => {
          const records = advisories.map(({ releases, day }, i) =>
            record({
              id: `A-${i}`,
              modified: `2026-01-${String(day).padStart(2, "0")}T00:00:00Z`,
              published: undefined,
              affected: releases.flatMap(([r, packages]) =>
                packages.map(([name, v]) => affected(name, v, { ecosystem: `AlmaLinux:${r}` })),
              ),
            }),
          );
          const { patches } = await read(isArray ? JSON.stringify(records, null, 1) : ndjson(...records));
          // By the definition, one release and package after another.
          const told = advisories.flatMap(({ releases }, i) =>
            releases.flatMap(([r, packages]) => packages.map(([name, v]) => `A-${i} almalinux:${r} ${name} ${v}`)),
          );
          const seen = patches.flatMap((p) =>
            p.releases.flatMap((r) => p.packages.map((q) => `${p.id.split(":")[0]} ${r} ${q.name} ${q.evr}`)),
          );
          expect(seen.sort()).toEqual(told.sort());
          expect(new Set(patches.map((p) => p.id)).size).toBe(patches.length);
          if (patches.length > advisories.length) splits += 1;
        },
      ),
      { numRuns: 500 * RUNS, seed: Number(process.env.FETTLE_SEED ?? 31) },
    );
    expect(splits).toBeGreaterThan(0);
  });

  it("the pieces in which a feed comes make no difference", async () => {
    const text = ndjson(record({ id: "A-1", details: 'é 漢字 😀 \\" ] }, {' }), record({ id: "A-2" }));
    for (const whole of [
      text,
      JSON.stringify([record({ id: "A-1", details: 'é 漢字 😀 \\" ] }, {' }), record({ id: "A-2" })], null, 2),
    ]) {
      const expected = await parseOsv(whole);
      const bytes = Buffer.from(whole);
      const zipped = gzipSync(whole);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(bytes.length), { maxLength: 12 }),
          fc.constantFrom("bytes", "gzip", "strings"),
          async (cuts, how) => {
            const source = how === "gzip" ? zipped : bytes;
            const marks = [0, ...cuts.filter((c) => c <= source.length).sort((a, b) => a - b), source.length];
            async function* pieces(): AsyncGenerator<string | Uint8Array> {
              for (const [i, end] of marks.slice(1).entries())
                yield how === "strings" ? whole.slice(marks[i], end) : source.subarray(marks[i], end);
              if (how === "strings") yield whole.slice(source.length);
            }
            expect(await parseOsv(how === "strings" ? pieces() : pieces())).toEqual(expected);
          },
        ),
        { numRuns: 150 * RUNS, seed: Number(process.env.FETTLE_SEED ?? 32) },
      );
    }
  });
});
