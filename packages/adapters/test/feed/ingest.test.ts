/** Feeds into a real control plane: what they bring is kept as it was read, and a broken one changes nothing. */
import { Actor, Fettle, type Patch } from "@fettle/core";
import { Sandbox } from "@fettle/core/testing";
import { describe, expect, it } from "vitest";
import { parseCsaf } from "../../src/feed/csaf/index.ts";
import { parseOsv } from "../../src/feed/osv/index.ts";
import { parseUpdateinfo } from "../../src/feed/updateinfo/index.ts";
import * as CsafJson from "./csaf/CsafJson.ts";
import { feed } from "./FeedXml.ts";
import * as OsvJson from "./osv/OsvJson.ts";

type Read =
  | { readonly ok: true; readonly value: { readonly patches: readonly Patch.Patch[] } }
  | { readonly ok: false };

const xml = feed({ id: "FEED-1", cves: ["CVE-2026-0001"], module: { name: "openssl", stream: "3" } }, { id: "FEED-2" });
const ndjson = OsvJson.ndjson(OsvJson.record({ id: "FEED-1" }), OsvJson.record({ id: "FEED-2" }));
const json = CsafJson.documents(CsafJson.csaf({ id: "FEED-1" }), CsafJson.csaf({ id: "FEED-2" }));

/** Each feed, sound and broken in its ways. */
const feeds: readonly (readonly [
  name: string,
  sound: () => Promise<Read>,
  broken: readonly (() => Promise<Read>)[],
])[] = [
  [
    "updateinfo",
    () => parseUpdateinfo(xml, { release: "rocky:9" }),
    [() => parseUpdateinfo(xml.slice(0, -30)), () => parseUpdateinfo("<html/>"), () => parseUpdateinfo("")],
  ],
  [
    "osv",
    () => parseOsv(ndjson),
    [
      () => parseOsv(ndjson.slice(0, -30)),
      () => parseOsv("<html/>"),
      () => parseOsv(""),
      () => parseOsv(`${ndjson}{}\n`, { strict: true }),
      () => parseOsv(ndjson.replaceAll('"modified"', '"changed"')),
    ],
  ],
  [
    "csaf",
    () => parseCsaf(json),
    [
      () => parseCsaf([]),
      () => parseCsaf(json.map((d) => ({ ...d, content: d.content.slice(0, -30) }))),
      () => parseCsaf([...json, { name: "x", content: "{}" }], { strict: true }),
    ],
  ],
];

const controlPlane = async () => {
  const mara = Actor.user("acme", "mara");
  const users = [{ id: "mara", roles: ["PatchManager" as const], scope: { _tag: "All" as const } }];
  const fettle = Fettle.promises(Fettle.make(Sandbox.make({ tenantId: "acme", users }).ports));
  await fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
  /** As a host does it: a feed is taken up only when it could be read. */
  const refresh = async (name: string, read: () => Promise<Read>): Promise<boolean> => {
    const result = await read();
    if (result.ok) await fettle.catalogue.ingest(mara, { feed: name, patches: result.value.patches });
    return result.ok;
  };
  return { refresh, catalogue: () => fettle.catalogue.list(mara), feeds: () => fettle.catalogue.feeds(mara) };
};

describe("feeds in a control plane", () => {
  it.each(feeds)("PAT-11: a broken %s feed leaves the old catalogue standing", async (name, sound, broken) => {
    const plane = await controlPlane();
    expect(await plane.refresh(name, sound)).toBe(true);
    const [patches, known] = [await plane.catalogue(), await plane.feeds()];
    expect(patches.map((p) => [p.id, p.isDeprecated])).toEqual([
      ["FEED-1", false],
      ["FEED-2", false],
    ]);
    for (const read of broken) {
      expect(await plane.refresh(name, read)).toBe(false);
      expect([await plane.catalogue(), await plane.feeds()]).toEqual([patches, known]);
    }
  });

  it.each(feeds)("PAT-11: what a %s feed says is kept as it was read", async (name, sound) => {
    const plane = await controlPlane();
    await plane.refresh(name, sound);
    const read = await sound();
    // Beside it stands when it was first seen (PLN-07), and nothing else.
    const kept = (await plane.catalogue()).map(({ firstSeenAt, ...told }) => [typeof firstSeenAt, told]);
    expect(kept).toEqual(read.ok && read.value.patches.map((p) => ["number", p]));
  });

  it("PAT-11: what a feed brings is missing where it is, by any of the three, also where none tells an architecture", async () => {
    const mara = Actor.user("acme", "mara");
    const users = [{ id: "mara", roles: ["PatchManager" as const], scope: { _tag: "All" as const } }];
    const sandbox = Sandbox.make({ tenantId: "acme", users });
    const fettle = Fettle.promises(Fettle.make(sandbox.ports));
    await fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
    const activation = await fettle.keys.create(mara, { title: "Servers" });
    const machine = (name: string, evr: string) =>
      sandbox.addMachine({ name, packages: [{ name: "openssl", arch: "x86_64", evr }], activation });
    machine("old", "1:3.0.7-1.el9");
    machine("new", "1:3.0.7-99.el9");
    sandbox.checkIn();
    const packages = [{ name: "openssl", epoch: "1", version: "3.0.7", release: "25.el9_3" }];
    const reads: readonly (readonly [string, Read])[] = [
      ["updateinfo", await parseUpdateinfo(feed({ id: "U-1", packages }))],
      ["osv", await parseOsv(OsvJson.ndjson(OsvJson.record({ id: "O-1" })))],
      ["csaf", await parseCsaf(CsafJson.documents(CsafJson.csaf({ id: "C-1" })))],
    ];
    for (const [name, read] of reads) {
      // The sandbox's machines don't tell their release.
      const patches = read.ok ? read.value.patches.map((p) => ({ ...p, releases: [] })) : [];
      await fettle.catalogue.ingest(mara, { feed: name, patches });
    }
    const missing = (await fettle.assets.missing(mara)).map(({ asset, patch }) => `${asset.name} ${patch.id}`);
    expect(missing.sort()).toEqual(["old C-1", "old O-1", "old U-1"]);
  });

  it("PAT-11: the oddest texts that a feed may hold are taken up too", async () => {
    const plane = await controlPlane();
    const odd = OsvJson.record({
      summary: "\ud800 é\u0000",
      details: "漢".repeat(5_000),
      aliases: ["CVE-2026-123456"],
    });
    expect(await plane.refresh("osv", () => parseOsv(OsvJson.ndjson(odd)))).toBe(true);
    expect((await plane.catalogue()).map((p) => [p.title, p.description.length, p.cves])).toEqual([
      ["\ufffd é", 2_048, ["CVE-2026-123456"]],
    ]);
  });
});
