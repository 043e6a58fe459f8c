/** What sound CSAF documents become. */
import { gzipSync } from "node:zlib";
import { Patch } from "@fettle/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCsaf } from "../../../src/feed/csaf/index.ts";
import {
  baseos,
  csaf,
  idIn,
  only,
  type PlatformJson,
  patchesOf,
  purlOf,
  read,
  skippedBecause,
  treeOf,
  vulnerability,
} from "./CsafJson.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);
const SEED = Number(process.env.FETTLE_SEED ?? 61);

const on = (cpe: string, ...nevras: readonly string[]): PlatformJson => ({
  id: cpe,
  cpe,
  packages: nevras.map((nevra) => ({ nevra })),
});

describe("a sound document", () => {
  it("PAT-11: becomes a Linux patch with its fixed packages (PAT-13: no url)", async () => {
    const patch = await only();
    expect(patch).toEqual(
      Patch.make({
        id: "RHSA-2026:1001",
        title: "Red Hat Security Advisory: openssl security update",
        description: "An update for openssl.",
        platform: "Linux",
        vendor: "Red Hat Product Security",
        vendorLink: "https://vendor.test/errata/RHSA-2026:1001",
        category: "security",
        vendorSeverity: "Important",
        cves: ["CVE-2026-0001"],
        releases: ["rhel:9"],
        packageFormat: "rpm",
        packages: [
          { name: "openssl", arch: "x86_64", evr: "1:3.0.7-25.el9_3" },
          { name: "openssl-libs", arch: "x86_64", evr: "1:3.0.7-25.el9_3" },
        ],
        publishedAt: Date.UTC(2026, 0, 10, 8),
        modifiedAt: Date.UTC(2026, 0, 11, 8, 30),
        reboot: "never",
        isDeprecated: false,
      }),
    );
    expect(patch.download).toEqual({ _tag: "Repository" });
  });

  it("is read from text, bytes, gzip or a stream", async () => {
    const text = JSON.stringify(csaf());
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text.slice(0, 100));
      yield Buffer.from(text.slice(100));
    }
    for (const content of [text, `\uFEFF${text}`, Buffer.from(text), gzipSync(text), stream()]) {
      const result = await parseCsaf([{ name: "a", content }]);
      expect(result.ok && result.value.patches.map((p) => p.id)).toEqual(["RHSA-2026:1001"]);
    }
  });

  it("takes the vendor from the caller before the publisher", async () => {
    expect((await only({}, { vendor: "Red Hat" })).vendor).toBe("Red Hat");
  });

  it("PAT-01: is linked to the vendor's page, or what comes next to one", async () => {
    const json = { category: "self", url: "https://vendor.test/a.json" };
    expect((await only({ document: { references: [json] } })).vendorLink).toBe("https://vendor.test/errata/fix");
    const silent = vulnerability("CVE-2026-0001", [baseos], { remediations: [] });
    expect((await only({ document: { references: [json] }, vulnerabilities: [silent] })).vendorLink).toBe(json.url);
    expect(
      (await only({ document: { references: [{ category: "self", url: "javascript:x" }] }, vulnerabilities: [silent] }))
        .vendorLink,
    ).toBeNull();
  });

  it.each(["interim", "final"])("PAT-11: is taken when it is %s", async (status) => {
    await only({ tracking: { status } });
  });

  it.each([
    [{ tracking: { status: "draft" } }, "it is a draft"],
    [{ document: { category: "csaf_vex" } }, "it is a csaf_vex, not a csaf_security_advisory"],
    [
      { document: { category: "csaf_informational_advisory" } },
      "it is a csaf_informational_advisory, not a csaf_security_advisory",
    ],
    [{ document: { csaf_version: "2.1" } }, "it is of CSAF 2.1, not 2.0"],
  ])("PAT-11: %j is left out: %s", async (changes, reason) => {
    expect(await skippedBecause(changes)).toBe(`unsupported document: ${reason}`);
  });
});

describe("packages", () => {
  const withPurl = (nevra: string, purl: string | null): PlatformJson => ({ ...baseos, packages: [{ nevra, purl }] });
  const packageOf = async (nevra: string, purl: string | null): Promise<unknown> => {
    const { packages, packageFormat } = await only({ platforms: [withPurl(nevra, purl)] });
    expect(packages).toHaveLength(1);
    return { ...packages[0], format: packageFormat };
  };

  it.each([
    [
      "pkg:rpm/redhat/openssl@3.0.7-25.el9_3?arch=x86_64&epoch=1",
      { name: "openssl", arch: "x86_64", evr: "1:3.0.7-25.el9_3", format: "rpm" },
    ],
    [
      "pkg:rpm/redhat/libstdc%2B%2B@11.4-2?arch=aarch64&epoch=0",
      { name: "libstdc++", arch: "aarch64", evr: "11.4-2", format: "rpm" },
    ],
    [
      "pkg:rpm/suse/libopenssl3@3.0.8-150500.5.1?upstream=openssl-3.src.rpm",
      { name: "libopenssl3", arch: "x86_64", evr: "3.0.8-150500.5.1", format: "rpm" },
    ],
    [
      "pkg:rpm/redhat/nodejs@18.1-2?arch=x86_64&rpmmod=nodejs:18:9030:rhel9",
      { name: "nodejs", arch: "x86_64", evr: "18.1-2", module: "nodejs:18", format: "rpm" },
    ],
    [
      "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64",
      { name: "libssl3", arch: "amd64", evr: "3.0.11-1~deb12u2", format: "deb" },
    ],
  ])("PAT-11: %s is its package", async (purl, expected) => {
    expect(await packageOf("x.x86_64", purl)).toEqual(expected);
  });

  it.each([
    ["telnet-1:0.17-65.el7_6.x86_64", { name: "telnet", arch: "x86_64", evr: "1:0.17-65.el7_6", format: "rpm" }],
    [
      "libopenssl3-3.0.8-150500.5.1.aarch64",
      { name: "libopenssl3", arch: "aarch64", evr: "3.0.8-150500.5.1", format: "rpm" },
    ],
    ["python3-a-b-1.0~rc1-2.noarch", { name: "python3-a-b", arch: "noarch", evr: "1.0~rc1-2", format: "rpm" }],
  ])("PAT-11: without a package URL, %s is what it is called", async (nevra, expected) => {
    expect(await packageOf(nevra, null)).toEqual(expected);
  });

  it("PAT-14: source packages, images and other products bring none; the others are counted", async () => {
    const odd: PlatformJson = {
      ...baseos,
      packages: [
        { nevra: "openssl-1:3.0.7-25.el9_3.src" },
        { nevra: "zlib-1.2-3.src", purl: null },
        { nevra: "glibc", purl: "pkg:deb/debian/glibc@2.36-9?arch=source" },
        { nevra: "ose/hive:v4.6.0", purl: null },
        { nevra: "image", purl: "pkg:oci/image@sha256:abc?arch=amd64" },
        { nevra: "unversioned", purl: "pkg:rpm/redhat/unversioned" },
      ],
    };
    const { patches, notes } = await read([csaf({ platforms: [baseos, odd] })]);
    expect(patches[0]?.packages.map((p) => p.name)).toEqual(["openssl", "openssl-libs"]);
    expect(notes.map((n) => [n.id, n.source, n.note])).toEqual([
      ["RHSA-2026:1001", "0.json", "3 fixed products are no packages of RPM or Debian"],
    ]);
    expect(await skippedBecause({ platforms: [odd] })).toBe(
      "unsupported vulnerabilities: 3 fixed products are no packages of RPM or Debian",
    );
  });

  it.each([
    ["pkg:rpm/redhat/openssl@3.0.7?arch=x86_64", '"3.0.7" is not an EVR of openssl'],
    ["pkg:rpm/redhat/-rf@1-1?arch=x86_64", '"-rf" is not a package name'],
    ["pkg:rpm/redhat/a@1-1?arch=..%2F", '"../" is not an architecture'],
    ["pkg:deb/debian/a@x-?arch=amd64", '"x-" is not a Debian version of a'],
    ["pkg:rpm/redhat/a@1-1?arch=x86_64&rpmmod=a b:1", '"a b:1" is not a module stream'],
  ])("PAT-14: one package that can't be read, %s, leaves the document out", async (purl, reason) => {
    const bad = { ...baseos, packages: [...baseos.packages, { nevra: "bad", purl }] };
    expect(await skippedBecause({ platforms: [bad] })).toBe(
      `broken vulnerabilities[0].product_status.fixed[2]: ${reason}`,
    );
  });

  it("PAT-11: are those that a vendor recommends or that were first fixed, too", async () => {
    const [first, second] = baseos.packages.map((p) => idIn(baseos, p.nevra));
    const vulnerabilities = [
      vulnerability("CVE-2026-0001", [], { product_status: { recommended: [first], known_affected: ["x"] } }),
      vulnerability("CVE-2026-0002", [], { product_status: { first_fixed: [second] } }),
    ];
    const patch = await only({ vulnerabilities });
    expect([patch.packages.map((p) => p.name), patch.cves]).toEqual([
      ["openssl", "openssl-libs"],
      ["CVE-2026-0001", "CVE-2026-0002"],
    ]);
  });

  it("of one name, architecture and release: the highest version", async () => {
    const two = on("cpe:/o:redhat:enterprise_linux:9", "a-1-2.x86_64", "a-1-10.x86_64", "a-1-9.x86_64");
    expect((await only({ platforms: [two] })).packages).toEqual([{ name: "a", arch: "x86_64", evr: "1-10" }]);
  });
});

describe("modules", () => {
  it.each([
    "pkg:rpmmod/redhat/nodejs@18:9030020231019145852:rhel9",
    "pkg:rpmmod/redhat/nodejs@18%3A9030%3Arhel9",
    "pkg:rpmmod/redhat/nodejs:18/nodejs",
  ])("PAT-01: a package of a module of a platform carries the module's stream: %s", async (module) => {
    const appstream = { ...on("cpe:/a:redhat:enterprise_linux:9::appstream", "nodejs-1:18.1-2.x86_64"), module };
    const patch = await only({ platforms: [baseos, appstream] });
    expect(patch.packages.map((p) => [p.name, p.module])).toEqual([
      ["nodejs", "nodejs:18"],
      ["openssl", undefined],
      ["openssl-libs", undefined],
    ]);
    expect(patch.releases).toEqual(["rhel:9"]);
  });
});

describe("packages built for a module", () => {
  it("PAT-14: take their release with them where the stream isn't told, and no other", async () => {
    const modular = on(
      "cpe:/o:redhat:enterprise_linux:9",
      "openssl-1-1.x86_64",
      "nodejs-18.1-2.module+el9.2.0+1+ab.x86_64",
    );
    const eight = on("cpe:/o:redhat:enterprise_linux:8", "a-1-1.x86_64");
    const reason = "rhel:9: nodejs is of a module whose stream isn't told";
    expect(await skippedBecause({ platforms: [modular] })).toBe(`unsupported vulnerabilities: ${reason}`);
    const { patches, notes } = await read([csaf({ platforms: [modular, eight] })]);
    expect(patches.map((p) => p.releases)).toEqual([["rhel:8"]]);
    expect(notes.map((n) => n.note)).toEqual([reason]);
  });
});

describe("releases", () => {
  it.each([
    ["cpe:/o:redhat:enterprise_linux:9::baseos", ["rhel:9"]],
    ["cpe:/a:redhat:rhel_eus:9.2::appstream", ["rhel:9.2"]],
    ["cpe:/o:redhat:rhel_aus:7.6::server", ["rhel:7.6"]],
    ["cpe:/a:redhat:openshift:4.14::el9", ["rhel:9"]],
    ["cpe:/o:suse:sles:15:sp5", ["sles:15.5"]],
    ["cpe:2.3:o:suse:sles:15:sp5:*:*:*:*:*:*", ["sles:15.5"]],
    ["cpe:/o:suse:sle-module-basesystem:15:sp5", ["sled:15.5", "sles:15.5", "sles_sap:15.5"]],
    ["cpe:/o:opensuse:leap:15.5", ["opensuse-leap:15.5"]],
    ["cpe:/o:rocky:rocky:9", ["rocky:9"]],
    ["cpe:/a:almalinux:almalinux:9::appstream", ["almalinux:9"]],
    ["cpe:/a:oracle:linux:9::baseos_latest", ["ol:9"]],
    ["cpe:/o:debian:debian_linux:12", ["debian:12"]],
    ["cpe:2.3:o:canonical:ubuntu_linux:22.04:*:*:*:lts:*:*:*", ["ubuntu:22.04"]],
  ])("PAT-11: the platform %s is %j", async (cpe, releases) => {
    expect((await only({ platforms: [on(cpe, "a-1-1.x86_64")] })).releases).toEqual(releases);
  });

  it.each([
    "cpe:/a:redhat:ansible_automation_platform:2.4",
    "cpe:/o:redhat:enterprise_linux:x",
    "cpe:/o:siemens:simatic:1",
    "cpe:/",
    "junk",
  ])("the platform %s is none that is known, and never every asset", async (cpe) => {
    expect(await skippedBecause({ platforms: [on(cpe, "a-1-1.x86_64")] }, { release: "rocky:9" })).toBe(
      `unsupported vulnerabilities: the platform "${cpe}" is no release that is known here`,
    );
    const { patches, notes } = await read([csaf({ platforms: [baseos, on(cpe, "a-1-1.x86_64")] })]);
    expect(patches[0]?.packages.map((p) => p.name)).toEqual(["openssl", "openssl-libs"]);
    expect(notes).toHaveLength(1);
  });

  it("a package without a platform is for the release that the caller names, or for none", async () => {
    const tree = {
      full_product_names: [
        { name: "a", product_id: "A", product_identification_helper: { purl: "pkg:rpm/x/a@1-1?arch=x86_64" } },
      ],
    };
    const vulnerabilities = [vulnerability("CVE-2026-0001", [], { product_status: { fixed: ["A"] } })];
    expect(await skippedBecause({ tree, vulnerabilities })).toBe(
      `unsupported vulnerabilities: the release that "a" is for isn't told`,
    );
    const [patch] = (await read([csaf({ tree, vulnerabilities })], { release: "rocky:9" })).patches;
    expect([patch?.releases, patch?.packages]).toEqual([["rocky:9"], [{ name: "a", arch: "x86_64", evr: "1-1" }]]);
  });

  it("a package that is installed with another product is no part of it", async () => {
    const { relationships, branches } = treeOf(baseos) as {
      readonly relationships: readonly object[];
      readonly branches: unknown;
    };
    const beside = relationships.map((r) => ({ ...r, category: "installed_with" }));
    expect(await skippedBecause({ tree: { branches, relationships: beside } })).toContain(
      "the product tree doesn't say what",
    );
    for (const category of ["external_component_of", "optional_component_of", "installed_on"]) {
      const part = relationships.map((r) => ({ ...r, category }));
      expect((await only({ tree: { branches, relationships: part } })).releases).toEqual(["rhel:9"]);
    }
  });

  it("PAT-11: releases with the same packages share a patch, others have one of their own", async () => {
    const same = [on("cpe:/o:suse:sles:15:sp5", "a-1-1.x86_64"), on("cpe:/o:opensuse:leap:15.5", "a-1-1.x86_64")];
    expect((await only({ platforms: same })).releases).toEqual(["opensuse-leap:15.5", "sles:15.5"]);
    const other = [
      on("cpe:/o:redhat:enterprise_linux:8", "a-1-1.el8.x86_64"),
      on("cpe:/o:redhat:enterprise_linux:9", "a-2-1.el9.x86_64"),
    ];
    const split = await patchesOf({ platforms: other });
    expect(split.map((p) => [p.id, p.releases, p.packages.map((q) => q.evr)])).toEqual([
      ["RHSA-2026:1001:rhel:8", ["rhel:8"], ["1-1.el8"]],
      ["RHSA-2026:1001:rhel:9", ["rhel:9"], ["2-1.el9"]],
    ]);
  });

  it("PAT-05: each release's patch has the CVEs that are fixed there, and none that isn't", async () => {
    const [eight, nine] = [
      on("cpe:/o:redhat:enterprise_linux:8", "a-1-1.el8.x86_64"),
      on("cpe:/o:redhat:enterprise_linux:9", "a-2-1.el9.x86_64"),
    ];
    const vulnerabilities = [
      vulnerability("CVE-2026-0002", [eight, nine]),
      vulnerability("CVE-2026-0001", [nine]),
      vulnerability("CVE-2026-0003", [], { product_status: { known_not_affected: [idIn(nine, "a-2-1.el9.x86_64")] } }),
      vulnerability("CVE-2026-0004", [eight], { cve: undefined }),
    ];
    const patches = await patchesOf({ platforms: [eight, nine], vulnerabilities });
    expect(patches.map((p) => [p.releases.join(), p.cves])).toEqual([
      ["rhel:8", ["CVE-2026-0002"]],
      ["rhel:9", ["CVE-2026-0001", "CVE-2026-0002"]],
    ]);
  });

  it("PAT-05: releases with the same packages for other CVEs are apart", async () => {
    const [eight, nine] = [
      on("cpe:/o:redhat:enterprise_linux:8", "a-1-1.x86_64"),
      on("cpe:/o:redhat:enterprise_linux:9", "a-1-1.x86_64"),
    ];
    const vulnerabilities = [vulnerability("CVE-2026-0001", [eight]), vulnerability("CVE-2026-0002", [nine])];
    const patches = await patchesOf({ platforms: [eight, nine], vulnerabilities });
    expect(patches.map((p) => [p.id, p.cves])).toEqual([
      ["RHSA-2026:1001:rhel:8", ["CVE-2026-0001"]],
      ["RHSA-2026:1001:rhel:9", ["CVE-2026-0002"]],
    ]);
  });
});

describe("severity and reboot", () => {
  const silent = { aggregate_severity: undefined };
  const rated = (...more: readonly object[]) =>
    more.map((each, i) => vulnerability(`CVE-2026-000${i}`, [baseos], { threats: [], ...each }));
  const impact = (details: string) => ({
    threats: [
      { category: "exploit_status", details: "Critical" },
      { category: "impact", details },
    ],
  });
  const score = (baseScore: number) => ({ scores: [{ products: [], cvss_v3: { version: "3.1", baseScore } }] });

  it.each([
    [{ document: { aggregate_severity: { text: "low" } } }, "Low"],
    [{ document: silent, vulnerabilities: rated(impact("Moderate"), impact("Important"), score(9.8)) }, "Important"],
    [{ document: { aggregate_severity: { text: "9.8 of 10" } }, vulnerabilities: rated(impact("low")) }, "Low"],
    [{ document: silent, vulnerabilities: rated(score(4), score(9.8)) }, "Critical"],
    [{ document: silent, vulnerabilities: rated({ scores: [{ products: [], cvss_v2: { baseScore: 9 } }] }) }, "None"],
    [{ document: silent, vulnerabilities: rated({}) }, "None"],
  ])("PAT-01: the word for the whole, for one vulnerability, then the score: %#", async (changes, expected) => {
    expect((await only(changes)).vendorSeverity).toBe(expected);
  });

  const restarts = (...categories: readonly (string | null)[]) =>
    categories.map((category, i) =>
      vulnerability(`CVE-2026-000${i}`, [baseos], {
        remediations: [
          { category: "workaround", details: "x", restart_required: { category: "machine" } },
          { category: "vendor_fix", details: "x", ...(category === null ? {} : { restart_required: { category } }) },
        ],
      }),
    );

  it.each([
    [[null], "never"],
    [["none"], "never"],
    [["machine"], "always"],
    [["system", "zone", null], "always"],
    [["machine", "none"], "may"],
    [["machine", "service"], "may"],
    [["vulnerable_component"], "may"],
    [["service", "none"], "may"],
  ])("PAT-01: fixes that ask for %j make a reboot that is %s", async (categories, reboot) => {
    expect((await only({ vulnerabilities: restarts(...categories) })).reboot).toBe(reboot);
  });
});

describe("a feed", () => {
  it("PAT-11: of two documents of one id the later current one holds, and the report says so", async () => {
    const old = csaf({ document: { title: "old" }, tracking: { current_release_date: "2026-01-10T00:00:00Z" } });
    const fresh = csaf({
      document: { title: "fresh" },
      tracking: { current_release_date: "2026-01-10T02:00:00+01:00" },
    });
    for (const [all, note] of [
      [[old, fresh], "takes the place of that of document 0, 0.json"],
      [[fresh, old], "left out: that of document 0, 0.json is not older"],
    ] as const) {
      const { patches, notes } = await read(all);
      expect(patches.map((p) => p.title)).toEqual(["fresh"]);
      expect(notes.map((n) => [n.index, n.note])).toEqual([[1, note]]);
    }
  });
});

describe("an oracle", () => {
  const name = fc.constantFrom("openssl", "zlib", "bash", "kernel-core", "libstdc++", "perl-5.30");
  const arch = fc.constantFrom("x86_64", "aarch64", "noarch", "src");
  const nevra = fc
    .tuple(
      name,
      fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 9 }),
      arch,
    )
    .map(([n, epoch, v, r, a]) => ({
      n,
      a,
      evr: `${epoch === null ? "" : `${epoch}:`}${v}-${r}.el9`,
      text: `${n}-${epoch === null ? "" : `${epoch}:`}${v}-${r}.el9.${a}`,
    }));
  const packages = fc.uniqueArray(nevra, { selector: (p) => `${p.n}.${p.a}`, minLength: 1, maxLength: 5 });
  const majors = fc.uniqueArray(fc.constantFrom("7", "8", "9"), { minLength: 1, maxLength: 3 });
  const advisory = majors.chain((all) => fc.tuple(...all.map((major) => packages.map((ps) => ({ major, ps })))));

  it("PAT-11: generated advisories come back with the same packages for the same releases", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(advisory, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (advisories, isNamed) => {
          const all = advisories.map((parts, i) => {
            const platforms = parts.map(({ major, ps }) => ({
              ...on(`cpe:/o:redhat:enterprise_linux:${major}`),
              packages: ps.map((p) => ({ nevra: p.text, purl: isNamed ? null : purlOf(p.text) })),
            }));
            return csaf({ id: `A-${i}`, platforms });
          });
          const { patches } = await read(all);
          // By the definition, one platform and package after another.
          const told = advisories.flatMap((parts, i) =>
            parts.flatMap(({ major, ps }) =>
              ps.flatMap((p) => (p.a === "src" ? [] : [`A-${i} rhel:${major} ${p.n} ${p.a} ${p.evr}`])),
            ),
          );
          const seen = patches.flatMap((p) =>
            p.releases.flatMap((r) => p.packages.map((q) => `${p.id.split(":")[0]} ${r} ${q.name} ${q.arch} ${q.evr}`)),
          );
          expect(seen.sort()).toEqual(told.sort());
        },
      ),
      { numRuns: 300 * RUNS, seed: SEED },
    );
  });

  it("the order of branches and relationships makes no difference", async () => {
    const platforms = [baseos, on("cpe:/o:redhat:enterprise_linux:8", "a-1-1.el8.x86_64", "b-1-1.el8.noarch")];
    const tree = treeOf(...platforms) as {
      readonly branches: readonly [{ readonly branches: readonly object[] }];
      readonly relationships: readonly object[];
    };
    const expected = await patchesOf({ platforms });
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...tree.branches[0].branches], { minLength: tree.branches[0].branches.length }),
        fc.shuffledSubarray([...tree.relationships], { minLength: tree.relationships.length }),
        async (branches, relationships) => {
          const shuffled = { branches: [{ category: "vendor", name: "x", branches }], relationships };
          expect(await patchesOf({ platforms, tree: shuffled })).toEqual(expected);
        },
      ),
      { numRuns: 50 * RUNS, seed: SEED },
    );
  });
});
