/** What a sound feed becomes. */
import { Documents, RpmVersion } from "@fettle/agent-protocol";
import { Patch } from "@fettle/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SLICE_CHARACTERS } from "../../src/feed/reading/FeedText.ts";
import { parseUpdateinfo, type Updateinfo, type UpdateinfoOptions } from "../../src/feed/updateinfo/index.ts";
import { type AdvisoryXml, feed, update } from "./FeedXml.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);

const read = async (xml: string, options?: UpdateinfoOptions): Promise<Updateinfo> => {
  const result = await parseUpdateinfo(xml, options);
  if (!result.ok) throw new Error(`${result.error.line}:${result.error.column} ${result.error.message}`);
  return result.value;
};

const only = async (a: AdvisoryXml, options?: UpdateinfoOptions): Promise<Patch.Patch> => {
  const { patches, skipped } = await read(feed(a), options);
  expect(skipped).toEqual([]);
  expect(patches).toHaveLength(1);
  return patches[0] as Patch.Patch;
};

const reasonFor = async (a: AdvisoryXml): Promise<string> => {
  const { patches, skipped } = await read(feed(a));
  expect(patches).toEqual([]);
  expect(skipped).toHaveLength(1);
  return skipped[0]?.reason ?? "";
};

describe("a sound advisory", () => {
  it("PAT-13: becomes a Linux patch with its packages and no url", async () => {
    const patch = await only({
      cves: ["CVE-2026-0002", "CVE-2026-0001"],
      packages: [
        { name: "openssl-libs", epoch: "1" },
        { name: "openssl", epoch: "0" },
      ],
    });
    expect(patch).toEqual(
      Patch.make({
        id: "RHSA-2026:1001",
        title: "Important: openssl security update",
        description: "About it.",
        platform: "Linux",
        vendor: "security@vendor.test",
        category: "security",
        vendorSeverity: "Important",
        cves: ["CVE-2026-0001", "CVE-2026-0002"],
        packages: [
          { name: "openssl", arch: "x86_64", evr: "3.0.7-2.el9" },
          { name: "openssl-libs", arch: "x86_64", evr: "1:3.0.7-2.el9" },
        ],
        publishedAt: Date.UTC(2026, 0, 10),
        modifiedAt: Date.UTC(2026, 0, 11),
        reboot: "never",
        isDeprecated: false,
      }),
    );
    expect(patch.download).toEqual({ _tag: "Repository" });
  });

  it("PAT-11: keeps the order in which a feed first names its advisories", async () => {
    const { patches } = await read(feed({ id: "B-1" }, { id: "A-1" }, { id: "B-1", packages: [{ name: "zlib" }] }));
    expect(patches.map((p) => p.id)).toEqual(["B-1", "A-1"]);
  });

  it("takes the vendor from the caller before the advisory's own word", async () => {
    expect((await only({}, { vendor: "Example Linux" })).vendor).toBe("Example Linux");
    expect((await only({ from: "" })).vendor).toBe("unknown");
  });

  it("reads entities, CDATA and line breaks of a title as text", async () => {
    expect((await only({ title: "a & b\n  < c" })).title).toBe("a & b < c");
    const cdata = feed({}).replace(/<title>.*<\/title>/, "<title><![CDATA[x < y]]> &#x41;</title>");
    expect((await read(cdata)).patches[0]?.title).toBe("x < y A");
  });

  it("reads a character that lies across two slices of the text", async () => {
    for (const pad of [0, 1, 2, 3]) {
      const extra = `<description>${"x".repeat(SLICE_CHARACTERS - 20 + pad)}</description>`;
      const faces = "😀".repeat(SLICE_CHARACTERS / 8);
      const { patches } = await read(
        `<updates>${extra}${update({ title: faces }).replace("<id>", `${extra}<id>`)}</updates>`,
      );
      expect(patches[0]?.title).toBe(faces);
    }
  });

  it("calls an advisory without a title by its id", async () => {
    expect((await only({ title: " " })).title).toBe("RHSA-2026:1001");
  });

  it("ignores what it doesn't know, and the same names elsewhere", async () => {
    const patch = await only({
      extra: "<solution><id>other</id><severity>Low</severity></solution><!-- id --><?x y?>",
    });
    expect([patch.id, patch.vendorSeverity]).toEqual(["RHSA-2026:1001", "Important"]);
  });

  it("survives names that objects are born with", async () => {
    const odd = feed({}).replace("<package ", '<package __proto__="a" constructor="b" toString="c" ');
    const { patches } = await read(odd.replace("<updates>", '<updates __proto__="x">'));
    expect(patches[0]?.packages).toEqual([{ name: "openssl", arch: "x86_64", evr: "3.0.7-2.el9" }]);
    expect(await reasonFor({ severity: "constructor" })).toContain("is not a severity");
  });
});

describe("severity, category, status", () => {
  it.each([
    ["Critical", "Critical"],
    ["critical", "Critical"],
    ["URGENT", "Critical"],
    ["important", "Important"],
    ["High", "Important"],
    [" moderate\n", "Moderate"],
    ["medium", "Moderate"],
    ["LOW", "Low"],
    ["None", "None"],
    ["unspecified", "None"],
    ["", "None"],
    [null, "None"],
  ])("PAT-01: the severity %j is %s", async (word, expected) => {
    expect((await only({ severity: word })).vendorSeverity).toBe(expected);
  });

  it("leaves out an advisory whose severity nobody knows, rather than make it none", async () => {
    expect(await reasonFor({ severity: "Catastrophic" })).toBe('"Catastrophic" is not a severity');
  });

  it("PAT-01: keeps the type as it stands", async () => {
    for (const type of ["security", "bugfix", "enhancement", "recommended", "newpackage"]) {
      expect((await only({ type })).category).toBe(type);
    }
    expect((await only({ type: null })).category).toBe("unknown");
    expect(await reasonFor({ type: "a b" })).toContain("is not a type of advisory");
  });

  it.each(["retracted", "Obsolete", "obsoleted", "revoked", "withdrawn", "deprecated"])(
    "PAT-06: an advisory that is %s makes a deprecated patch",
    async (status) => {
      expect((await only({ status })).isDeprecated).toBe(true);
    },
  );

  it.each(["final", "stable", "testing", ""])("an advisory that is %j makes one in force", async (status) => {
    expect((await only({ status })).isDeprecated).toBe(false);
  });
});

describe("dates", () => {
  it.each([
    ["2026-01-10 00:00:00", "2026-01-10T00:00:00.000Z"],
    ["2026-01-10", "2026-01-10T00:00:00.000Z"],
    ["2026-01-10 13:14", "2026-01-10T13:14:00.000Z"],
    ["2026-01-10 13:14:15 UTC", "2026-01-10T13:14:15.000Z"],
    ["2026-01-10T13:14:15Z", "2026-01-10T13:14:15.000Z"],
    ["2026-01-10T13:14:15.123456", "2026-01-10T13:14:15.000Z"],
    ["2026-01-10T13:14:15+02:00", "2026-01-10T11:14:15.000Z"],
    ["2026-01-10 13:14:15 -0530", "2026-01-10T18:44:15.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["1768050855", "2026-01-10T13:14:15.000Z"],
  ])("PAT-01: %j is %s", async (text, iso) => {
    expect(new Date((await only({ issued: text })).publishedAt).toISOString()).toBe(iso);
  });

  it.each(["2026-02-30", "2026-13-01", "2026-01-10 24:00:00", "2026-01-10 10:60", "10/01/2026", "yesterday", "", "1"])(
    "an advisory of %j is left out",
    async (text) => {
      expect(await reasonFor({ issued: text })).toContain("is not a date");
    },
  );

  it.each(["1969-12-31", "2026-01-10T13:14:15+15:00", "2026-01-10T13:14:15+02:61"])("%j is no date", async (text) => {
    expect(await reasonFor({ updated: text })).toContain("is not a date");
  });

  it("PLN-07: lets one date stand for a missing other, and says where the date of publication is unknown", async () => {
    const datesOf = async (given: Parameters<typeof only>[0]) => {
      const { publishedAt, modifiedAt, isUndated } = await only(given);
      return [publishedAt, modifiedAt, isUndated];
    };
    const [issued, updated] = [Date.UTC(2026, 0, 10), Date.UTC(2026, 0, 11)];
    expect(await datesOf({})).toEqual([issued, updated, undefined]);
    expect(await datesOf({ updated: null })).toEqual([issued, issued, undefined]);
    expect(await datesOf({ issued: null })).toEqual([updated, updated, true]);
    expect(await datesOf({ issued: null, updated: null })).toEqual([0, 0, true]);
  });

  it("reads each instant of 1970 to 2100 as Date does", async () => {
    const seconds = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) / 1_000 });
    await fc.assert(
      fc.asyncProperty(seconds, fc.boolean(), async (s, isIso) => {
        const iso = new Date(s * 1_000).toISOString();
        const issued = isIso ? iso : iso.slice(0, 19).replace("T", " ");
        expect((await only({ issued })).publishedAt).toBe(s * 1_000);
      }),
      { numRuns: 100 * RUNS, seed: 11 },
    );
  });
});

describe("reboots", () => {
  const flagged = (text: string) => ({ name: "kernel", extra: `<reboot_suggested>${text}</reboot_suggested>` });

  it.each(["1", "True", "true", "", " 1\n"])("PAT-01: reboot_suggested %j at every package is always", async (text) => {
    expect((await only({ packages: [flagged(text)] })).reboot).toBe("always");
  });

  it("PAT-01: reboot_suggested at some packages is may", async () => {
    expect((await only({ packages: [{ name: "a" }, flagged("1"), { name: "z" }] })).reboot).toBe("may");
  });

  it("PAT-01: reboot_suggested at the advisory is always", async () => {
    expect((await only({ extra: "<reboot_suggested>True</reboot_suggested>" })).reboot).toBe("always");
    expect((await only({ extra: "<reboot_suggested/>" })).reboot).toBe("always");
  });

  it("a flag that says no is never, and what is no flag leaves the advisory out", async () => {
    expect((await only({ packages: [flagged("False")] })).reboot).toBe("never");
    expect((await only({ packages: [flagged("0")] })).reboot).toBe("never");
    expect(await reasonFor({ packages: [flagged("perhaps")] })).toContain("is not a flag");
  });

  it("the flag of a source package says nothing of the package before it", async () => {
    const source = { ...flagged("1"), arch: "src" };
    expect((await only({ packages: [{ name: "bash" }, source] })).reboot).toBe("never");
    expect((await only({ packages: [flagged("1"), { ...source, extra: "" }] })).reboot).toBe("always");
  });
});

describe("restarts and new logins", () => {
  it.each(["restart_suggested", "relogin_suggested"])(
    "PAT-01: %s, at the advisory or a package, is may, and reboot_suggested outweighs it",
    async (name) => {
      const flag = `<${name}>True</${name}>`;
      const reboot = "<reboot_suggested/>";
      expect((await only({ extra: flag })).reboot).toBe("may");
      expect((await only({ packages: [{}, { name: "zlib", extra: flag }] })).reboot).toBe("may");
      expect((await only({ packages: [{ extra: `<${name}>0</${name}>` }] })).reboot).toBe("never");
      expect((await only({ packages: [{ extra: flag + reboot }] })).reboot).toBe("always");
      expect(await reasonFor({ packages: [{ extra: `<${name}>x</${name}>` }] })).toContain("is not a flag");
    },
  );
});

describe("what the vendor says about it", () => {
  it("PAT-01: the description is kept up to its limit, on its lines, and cut at max + 1", async () => {
    const limits = { descriptionCharacters: 10 };
    expect((await only({ description: "\n one\n two \n" })).description).toBe("one\n two");
    expect((await only({ description: "0123456789" }, { limits })).description).toBe("0123456789");
    expect((await only({ description: "0123456789a" }, { limits })).description).toBe("012345678…");
    expect((await only({ description: "01234567😀9" }, { limits })).description).toBe("01234567…");
    expect((await only({ description: "01" }, { limits: { descriptionCharacters: 0 } })).description).toBe("");
    expect((await only({ description: "x".repeat(3_000) })).description).toHaveLength(2_048);
  });

  it("takes the first of two descriptions, and none as empty", async () => {
    expect((await only({ extra: "<description>another</description>" })).description).toBe("About it.");
    expect((await only({ description: "" })).description).toBe("");
  });

  it("T16: a text that comes in endless pieces is kept to its limit, or refused", async () => {
    const pieces = "<![CDATA[0123456789]]>".repeat(200);
    const limits = { tokenCharacters: 1_000, descriptionCharacters: 100 };
    expect((await only({ description: pieces }, { limits })).description).toHaveLength(100);
    const refused = await parseUpdateinfo(feed({ extra: `<reboot_suggested>${pieces}</reboot_suggested>` }), {
      limits,
    });
    expect(!refused.ok && refused.error).toMatchObject({ reason: "too-large", line: 3 });
  });

  it("PAT-01: its link is the reference to itself, if that is an address of the web", async () => {
    const self = "https://vendor.test/errata/RHSA-2026:1001?a=1&b=2";
    expect((await only({ self })).vendorLink).toBe(self);
    expect((await only({})).vendorLink).toBeNull();
    const long = `https://vendor.test/${"x".repeat(2_028)}`;
    expect((await only({ self: long })).vendorLink).toBe(long);
    for (const bad of ["javascript:alert(1)", "ftp://vendor.test/", "x", "https://u:p@vendor.test/", `${long}x`]) {
      expect((await only({ self: bad })).vendorLink).toBeNull();
    }
  });

  it("the release is what the caller says of the repository", async () => {
    expect((await only({}, { release: "rocky:9" })).releases).toEqual(["rocky:9"]);
    expect((await only({})).releases).toEqual([]);
  });
});

describe("modules", () => {
  it("PAT-01: packages of a module's collection carry its stream, those of others don't", async () => {
    const { packages } = await only({
      module: { name: "nodejs", stream: "18" },
      collections: [[{ name: "nodejs" }, { name: "npm" }], [{ name: "openssl" }]],
    });
    expect(packages.map((p) => [p.name, p.module])).toEqual([
      ["nodejs", "nodejs:18"],
      ["npm", "nodejs:18"],
      ["openssl", undefined],
    ]);
  });

  it("stand for the packages before them in their collection too", async () => {
    const late = feed({}).replace("</collection>", '<module name="perl" stream="5.30"/></collection>');
    expect((await read(late)).patches[0]?.packages[0]?.module).toBe("perl:5.30");
  });

  it("an advisory with two of them in a collection, or one that is no name and stream, is left out", async () => {
    const twice = '<module name="a" stream="1"/><module name="b" stream="1"/></collection>';
    const { skipped } = await read(feed({}).replace("</collection>", twice));
    expect(skipped.map((s) => s.reason)).toEqual(["<module> stands twice in a collection"]);
    expect(await reasonFor({ module: { name: "", stream: "1" } })).toContain("is not a module stream");
    expect(await reasonFor({ module: { name: "a:b", stream: "1" } })).toContain("is not a module stream");
  });

  it("the same package of two streams is two packages", async () => {
    const one = update({ module: { name: "nodejs", stream: "18" } });
    const two = update({ module: { name: "nodejs", stream: "20" } });
    const { patches } = await read(`<updates>${one}${two}</updates>`);
    expect(patches[0]?.packages.map((p) => p.module)).toEqual(["nodejs:18", "nodejs:20"]);
  });
});

describe("packages", () => {
  it("PAT-14: prints each EVR the one way, without an epoch of 0", async () => {
    const { packages } = await only({
      packages: [
        { name: "a", epoch: null },
        { name: "b", epoch: "" },
        { name: "c", epoch: "00" },
        { name: "d", epoch: "2" },
      ],
    });
    expect(packages.map((p) => p.evr)).toEqual(["3.0.7-2.el9", "3.0.7-2.el9", "3.0.7-2.el9", "2:3.0.7-2.el9"]);
  });

  it("leaves source packages out, and an advisory that has only those", async () => {
    const { packages } = await only({ packages: [{ arch: "src", name: "!" }, {}, { arch: "nosrc" }] });
    expect(packages.map((p) => p.arch)).toEqual(["x86_64"]);
    expect(await reasonFor({ packages: [{ arch: "src" }] })).toBe("it brings no package");
    expect(await reasonFor({ packages: [] })).toBe("it brings no package");
  });

  it.each([
    [{ name: "" }, "a package name"],
    [{ name: "-rf" }, "a package name"],
    [{ name: "a b" }, "a package name"],
    [{ name: "a;b" }, "a package name"],
    [{ name: "../a" }, "a package name"],
    [{ name: "a".repeat(129) }, "a package name"],
    [{ name: "a\nb" }, "a package name"],
    [{ version: "1-2" }, "a version of openssl"],
    [{ version: "" }, "a version of openssl"],
    [{ version: "$(id)" }, "a version of openssl"],
    [{ release: "2:3" }, "a release of openssl"],
    [{ epoch: "-1" }, "an epoch of openssl"],
    [{ epoch: "1234567890" }, "an epoch of openssl"],
    [{ arch: "x86-64" }, "an architecture"],
    [{ arch: "" }, "an architecture"],
    [{ version: "1".repeat(200), release: "1".repeat(60) }, "an EVR"],
  ])("PAT-14: one bad package, %j, leaves the whole advisory out", async (bad, what) => {
    expect(await reasonFor({ packages: [{ name: "good" }, bad, { name: "better" }] })).toContain(`is not ${what}`);
  });

  it("what it takes, the wire carries", async () => {
    const text = fc.string({ unit: fc.constantFrom(..."aZ9aZ9aZ9aZ9aZ9.-_+~^: /"), minLength: 1, maxLength: 3 });
    const arch = fc.oneof(fc.constantFrom("x86_64", "noarch"), text);
    const one = fc.record({ name: text, version: text, release: text, epoch: fc.constantFrom("0", "1", "x"), arch });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 2 }), async (packages) => {
        const { patches, skipped } = await read(feed({ packages }));
        expect(patches.length + skipped.length).toBe(1);
        for (const p of patches) {
          taken += 1;
          const item = { patchId: p.id, advisory: p.id, packages: p.packages };
          expect(Documents.PatchListItem.safeParse(item).success).toBe(true);
          for (const each of p.packages) expect(RpmVersion.parse(each.evr)).not.toBeNull();
        }
      }),
      { numRuns: 1_000 * RUNS, seed: 12 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

describe("CVEs", () => {
  it("PAT-05: are those of the references, once each, in capitals", async () => {
    expect((await only({ cves: ["CVE-2026-2", "cve-2026-0001", "CVE-2026-0001"].slice(1) })).cves).toEqual([
      "CVE-2026-0001",
    ]);
  });

  it("PAT-05: may stand in the reference's title, and references of other types are none", async () => {
    const refs =
      '<references><reference id="77" title="CVE-2026-0009" type="cve"/><reference id="CVE-2026-1111" type="bugzilla"/></references>';
    expect((await only({ extra: refs })).cves).toEqual(["CVE-2026-0009"]);
  });

  it("a reference that is no CVE leaves the advisory out", async () => {
    expect(await reasonFor({ cves: ["CVE-2026-1"] })).toContain("is not a CVE id");
  });
});

describe("what is left out", () => {
  it("is named with the line of its element, the rest is taken", async () => {
    const { patches, skipped } = await read(
      feed({ id: "A-1" }, { id: "a b" }, { id: "A-3", severity: "?" }, { id: "A-4" }),
    );
    expect(patches.map((p) => p.id)).toEqual(["A-1", "A-4"]);
    expect(skipped).toEqual([
      { id: "a b", line: 4, reason: '"a b" is not an advisory id' },
      { id: "A-3", line: 5, reason: '"?" is not a severity' },
    ]);
  });

  it.each(["id", "title", "severity"])("an advisory with two of <%s>", async (name) => {
    expect(await reasonFor({ extra: `<${name}>Low</${name}>` })).toBe(`<${name}> stands twice`);
  });

  it("an advisory with two dates of a kind", async () => {
    expect(await reasonFor({ extra: '<issued date="2026-01-10"/>' })).toBe("<issued> stands twice");
  });

  it("shows a long bad text cut", async () => {
    const { skipped } = await read(feed({ id: "!".repeat(5_000) }));
    expect(skipped[0]?.id).toHaveLength(128);
    expect(skipped[0]?.reason.length).toBeLessThan(150);
  });
});

describe("one advisory carried twice", () => {
  const elements: readonly AdvisoryXml[] = [
    {
      packages: [{ name: "a", extra: "<reboot_suggested>1</reboot_suggested>" }],
      updated: "2026-01-11",
      severity: "Low",
    },
    { packages: [{ name: "b" }], updated: "2026-01-12", title: "newer", cves: ["CVE-2026-0001"] },
    {
      packages: [{ name: "c" }],
      updated: "2026-01-12",
      issued: "2026-01-01",
      severity: "Critical",
      title: "newest too",
      status: "retracted",
    },
  ];

  it("has the packages of all its collections", async () => {
    const { packages } = await only({ collections: [[{ name: "b" }], [{ name: "a" }, { name: "b" }]] });
    expect(packages.map((p) => p.name)).toEqual(["a", "b"]);
  });

  it("has the description and the link of the newest", async () => {
    const old = { description: "old", self: "https://vendor.test/old", updated: "2026-01-11" };
    const { patches } = await read(feed({ description: "new", updated: "2026-01-12" }, old));
    expect(patches.map((p) => [p.description, p.vendorLink])).toEqual([["new", null]]);
  });

  it("is one patch, whatever the order of its elements", async () => {
    const merged = await read(feed(...elements));
    expect(merged.patches).toHaveLength(1);
    expect(merged.patches[0]).toMatchObject({
      // Of two as new as each other, the first in the order of their texts.
      title: "newer",
      vendorSeverity: "Critical",
      isDeprecated: true,
      reboot: "may",
      cves: ["CVE-2026-0001"],
      publishedAt: Date.UTC(2026, 0, 1),
      modifiedAt: Date.UTC(2026, 0, 12),
    });
    expect(merged.patches[0]?.packages.map((p) => p.name)).toEqual(["a", "b", "c"]);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...elements], { minLength: 3 }), async (order) => {
        expect((await read(feed(...order))).patches).toEqual(merged.patches);
      }),
      { numRuns: 20, seed: 13 },
    );
  });

  it("PAT-06: a newer element puts a withdrawn advisory back in force", async () => {
    const { patches } = await read(feed({ status: "retracted" }, { updated: "2026-02-01" }));
    expect(patches[0]?.isDeprecated).toBe(false);
  });

  it("is never half taken: one bad element leaves all of it out", async () => {
    const good: AdvisoryXml = { packages: [{ name: "a" }] };
    const bad: AdvisoryXml = { packages: [{ name: "!" }] };
    for (const order of [
      [good, bad, good],
      [bad, good, good],
    ]) {
      const { patches, skipped } = await read(feed(...order, { id: "OTHER-1" }));
      expect(patches.map((p) => p.id)).toEqual(["OTHER-1"]);
      expect(skipped.map((s) => s.line)).toEqual([3, 4, 5]);
    }
  });
});

describe("memory", () => {
  it("doesn't grow with the parts of a feed that nobody asked for", async () => {
    const filler = `<description>${"lorem ipsum dolor sit amet ".repeat(4_000)}</description>`;
    const count = 1_200;
    async function* long(): AsyncGenerator<string> {
      yield "<updates>";
      for (let i = 0; i < count; i += 1)
        yield update({ id: `A-${i}`, title: `a title of some length ${i}`, extra: filler });
      yield "</updates>";
    }
    const before = process.memoryUsage().heapUsed;
    let peak = 0;
    async function* watched(): AsyncGenerator<string> {
      for await (const piece of long()) {
        peak = Math.max(peak, process.memoryUsage().heapUsed);
        yield piece;
      }
    }
    const result = await parseUpdateinfo(watched());
    expect(result.ok && result.value.patches).toHaveLength(count);
    expect(filler.length * count).toBeGreaterThan(120 * 1024 * 1024);
    expect(peak - before).toBeLessThan(60 * 1024 * 1024);
  });
});
