import type * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as AgentSearches from "../../src/engine/agents/AgentSearches.ts";
import type * as AssetDetails from "../../src/engine/assets/AssetDetails.ts";
import type * as AssetSearches from "../../src/engine/assets/AssetSearches.ts";
import * as Repository from "../../src/engine/Repository.ts";
import * as Cursor from "../../src/engine/searches/Cursor.ts";
import * as Builders from "../../src/testing/builders/AssetBuilders.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as FleetWorld from "../scenario/FleetWorld.ts";
import * as Values from "../scenario/Values.ts";

const { patch, uuid, DAY_MS, START } = Values;
const { manager, as } = ControlPlane;

const patches = [
  patch("OLD", { vendorSeverity: "Critical", category: "bugfix", title: "curl update", publishedAt: START - 9 }),
  patch("NEW", {
    vendorSeverity: "Low",
    category: "security",
    title: "openssl update",
    publishedAt: START - 5,
    supersedes: [{ patchId: "OLD", product: null }],
  }),
  patch("BOTH", { vendorSeverity: "Critical", category: "security", title: "kernel update", publishedAt: START - 7 }),
];
const tags = [
  { id: "web", name: "Web Servers", parent: null, rule: { _tag: "Static" } as const },
  { id: "db", name: "Databases", parent: null, rule: { _tag: "Static" } as const },
];
const [web, db, idle, fresh, scanner] = [1, 2, 3, 4, 5].map(uuid) as [string, string, string, string, string];

/** Five assets: one lacks two patches, one lacks one of both kinds, one lacks none, one was never scanned, one has no PM. */
const world = () =>
  FleetWorld.make({
    patches,
    tags,
    assets: [
      Builders.asset(web, { name: "web-01", tags: ["web"], facts: Builders.facts() }),
      Builders.asset(db, { name: "db-01", tags: ["db"], osFamily: "Debian", osName: "Debian GNU/Linux 12" }),
      Builders.asset(idle, { name: "idle-01" }),
      Builders.asset(fresh, { name: "fresh-01", activations: { PM: 9 } }),
      Builders.asset(scanner, { name: "scan-01", activations: { VM: 0 } }),
    ],
    assessments: new Map([
      [web, Builders.assessment(["OLD", "NEW"], [], { assessedAt: START })],
      [db, Builders.assessment(["BOTH"], ["OLD"])],
      [idle, Builders.assessment([], ["NEW"], { unknown: [{ patchId: "BOTH", reason: "modules-not-told" }] })],
    ]),
    checkedIn: new Map([
      [web, START],
      [db, START - 8 * DAY_MS],
      [idle, START - 30 * DAY_MS],
      [scanner, START - 9 * DAY_MS],
    ]),
  });

const names = (plane: ControlPlane.ControlPlane, input: AssetSearches.AssetSearchInput, actor = manager) =>
  plane.call(plane.fettle.assets.search(actor, input)).rows.map((r) => r.asset.name);

describe("a search of assets", () => {
  it("AST-04: the patch part holds for one and the same missing patch, not for two of the asset's", () => {
    const plane = world();
    const patchQuery = "vendorSeverity: Critical and category: security";
    // web-01 lacks a critical one and a security one, but they are two patches.
    expect(names(plane, { view: "missing", patchQuery: "vendorSeverity: Critical" })).toEqual(["db-01", "web-01"]);
    expect(names(plane, { view: "missing", patchQuery: "category: security" })).toEqual(["db-01", "web-01"]);
    expect(names(plane, { view: "missing", patchQuery })).toEqual(["db-01"]);
    // NOT is said of the patch, too: some missing patch isn't critical.
    expect(names(plane, { view: "missing", patchQuery: "not vendorSeverity: Critical" })).toEqual(["web-01"]);
  });

  it("AST-04: takes asset tokens, patch tokens, or both together", () => {
    const plane = world();
    expect(names(plane, { assetQuery: "tags.name: Web" })).toEqual(["web-01"]);
    expect(names(plane, { patchQuery: "title: curl" })).toEqual(["db-01", "web-01"]);
    expect(names(plane, { patchQuery: "title: curl", view: "installed" })).toEqual(["db-01"]);
    expect(names(plane, { patchQuery: "title: curl", assetQuery: "osFamily: Debian" })).toEqual(["db-01"]);
    expect(names(plane, { patchQuery: "title: curl and patchStatus: Missing" })).toEqual(["web-01"]);
    expect(names(plane, { patchQuery: "missingCount > 1" })).toEqual([]);
    expect(names(plane, { patchQuery: "installedCount: 1 and title: openssl" })).toEqual(["idle-01", "web-01"]);
  });

  it("AST-03: Missing, Installed and Latest missing show who has such a patch; latest counts no superseded one", () => {
    const plane = world();
    expect(names(plane, { view: "missing" })).toEqual(["db-01", "web-01"]);
    expect(names(plane, { view: "installed" })).toEqual(["db-01", "idle-01"]);
    const latest = plane.call(plane.fettle.assets.search(manager, { view: "latest-missing", assetQuery: "name: web" }));
    expect(latest.rows).toMatchObject([{ missing: 2, latestMissing: 1, matching: 1 }]);
    expect(names(plane, { view: "latest-missing", patchQuery: "title: curl" })).toEqual([]);
    expect(names(plane, { assetQuery: "nonSupersededMissingPatchCount: 1" })).toEqual(["db-01", "web-01"]);
  });

  it("SYN-03: what was never scanned is null, never 0, and is in no view of patches", () => {
    const plane = world();
    const all = plane.call(plane.fettle.assets.search(manager, { assetQuery: "scanStatus is null" }));
    expect(all.rows).toMatchObject([
      { asset: { name: "fresh-01" }, missing: null, installed: null, latestMissing: null, lastScannedAt: null },
    ]);
    expect(names(plane, { assetQuery: "missingPatchCount: 0" })).toEqual(["idle-01"]);
    for (const view of ["missing", "installed", "latest-missing"] as const) {
      expect(names(plane, { view })).not.toContain("fresh-01");
    }
  });

  it("AST-11, TAG-05: holds assets with PM activated in the caller's scope only", () => {
    const plane = world();
    expect(names(plane, {})).toEqual(["db-01", "fresh-01", "idle-01", "web-01"]);
    const seenBy = (scope: readonly string[]) => {
      plane.users.set(Values.user("rita", "PatchReader", { _tag: "Tags", tags: scope }));
      return names(plane, {}, as("rita"));
    };
    expect([seenBy([]), seenBy(["web"]), seenBy(["web", "db"])]).toEqual([[], ["web-01"], ["db-01", "web-01"]]);
  });

  it("AST-05: licensed:true finds those that hold one of the two seats", () => {
    const plane = world();
    expect(names(plane, { assetQuery: "licensed:true" })).toEqual(["db-01", "web-01"]);
    expect(names(plane, { assetQuery: "licensed:false" })).toEqual(["fresh-01", "idle-01"]);
  });

  it.each([
    ["name", ["db-01", "fresh-01", "idle-01", "web-01"], ["web-01", "idle-01", "fresh-01", "db-01"]],
    ["missing", ["idle-01", "db-01", "web-01", "fresh-01"], ["web-01", "db-01", "idle-01", "fresh-01"]],
    ["installed", ["web-01", "db-01", "idle-01", "fresh-01"], ["db-01", "idle-01", "web-01", "fresh-01"]],
    ["latestMissing", ["idle-01", "web-01", "db-01", "fresh-01"], ["web-01", "db-01", "idle-01", "fresh-01"]],
    ["lastCheckedIn", ["idle-01", "db-01", "web-01", "fresh-01"], ["web-01", "db-01", "idle-01", "fresh-01"]],
    ["lastScanned", ["db-01", "idle-01", "web-01", "fresh-01"], ["web-01", "db-01", "idle-01", "fresh-01"]],
    ["lastBoot", ["web-01", "db-01", "idle-01", "fresh-01"], ["web-01", "db-01", "idle-01", "fresh-01"]],
    ["activated", ["web-01", "db-01", "idle-01", "fresh-01"], ["fresh-01", "web-01", "db-01", "idle-01"]],
    ["operatingSystem", ["db-01", "web-01", "idle-01", "fresh-01"], ["web-01", "idle-01", "fresh-01", "db-01"]],
  ] as const)("AST-02: is sorted by %s, what isn't known last", (by, up, down) => {
    const plane = world();
    expect(names(plane, { sort: { by } })).toEqual(up);
    expect(names(plane, { sort: { by, direction: "descending" } })).toEqual(down);
  });

  it("is paged, and shows who stays once while others come, go and are renamed", () => {
    const plane = world();
    const first = plane.call(plane.fettle.assets.search(manager, { limit: 2 }));
    expect([first.rows.map((r) => r.asset.name), first.total]).toEqual([["db-01", "fresh-01"], 4]);
    FleetWorld.put(plane, [
      { _tag: "Delete", kind: "asset", id: fresh },
      Repository.put("asset", uuid(6), Builders.asset(uuid(6), { name: "aaa-01" })),
      Repository.put("asset", uuid(7), Builders.asset(uuid(7), { name: "jump-01" })),
    ]);
    const second = plane.call(plane.fettle.assets.search(manager, { limit: 2, cursor: first.next ?? "" }));
    expect(second.rows.map((r) => r.asset.name)).toEqual(["idle-01", "jump-01"]);
    const third = plane.call(plane.fettle.assets.search(manager, { limit: 2, cursor: second.next ?? "" }));
    expect([third.rows.map((r) => r.asset.name), third.next]).toEqual([["web-01"], null]);
  });

  it("reads relative dates on every page as of the first", () => {
    const plane = world();
    const input = { assetQuery: "lastCheckedIn < now-7d", limit: 1 };
    const first = plane.call(plane.fettle.assets.search(manager, input));
    plane.clock.pass(20 * DAY_MS);
    const second = plane.call(plane.fettle.assets.search(manager, { ...input, cursor: first.next ?? "" }));
    expect([first, second].map((p) => [p.total, p.rows[0]?.asset.name])).toEqual([
      [2, "db-01"],
      [2, "idle-01"],
    ]);
  });
});

describe("the filters beside the list", () => {
  it("AST-12: OS families, scanning status and tags with counts, each as a query that can be edited and saved", () => {
    const plane = world();
    const input = { facets: ["osFamily", "scanStatus", "tag"] as const };
    const counts = plane.call(plane.fettle.assets.facets(manager, { ...input, assetQuery: "name: 01 or name: 02" }));
    expect(counts.map((c) => [c.facet, c.values.map((v) => [v.value, v.assets, v.condition])])).toEqual([
      [
        "osFamily",
        [
          ["Red Hat", 3, "osFamily: `Red Hat`"],
          ["Debian", 1, "osFamily: `Debian`"],
        ],
      ],
      [
        "scanStatus",
        [
          ["Scanned", 3, "scanStatus: `Scanned`"],
          [null, 1, "scanStatus is null"],
        ],
      ],
      [
        "tag",
        [
          [null, 2, "tags.name is null"],
          ["Databases", 1, "tags.name: `Databases`"],
          ["Web Servers", 1, "tags.name: `Web Servers`"],
        ],
      ],
    ]);
    const query = counts[0]?.values[1]?.query ?? "";
    expect(query).toBe("(name: 01 OR name: 02) AND osFamily: `Debian`");
    expect(names(plane, { assetQuery: query })).toEqual(["db-01"]);
  });

  it("AST-12: what no query can hold has no text, rather than one that finds something else", () => {
    const plane = FleetWorld.make({
      assets: [
        Builders.asset(web, { osFamily: 'a "b" \\ or c' }),
        Builders.asset(db, { osFamily: "tick ` tock" }),
        Builders.asset(idle, { osFamily: "bell \u0007" }),
        Builders.asset(fresh, { osFamily: "two\nlines" }),
      ],
    });
    const [counts] = plane.call(plane.fettle.assets.facets(manager, { facets: ["osFamily"] }));
    expect(counts?.values.map((v) => [v.value, v.query === null])).toEqual([
      ['a "b" \\ or c', false],
      ["bell \u0007", true],
      ["tick ` tock", true],
      ["two\nlines", false],
    ]);
    expect(names(plane, { assetQuery: counts?.values[0]?.query ?? "" })).toEqual([`asset-${web}`]);
    expect(names(plane, { assetQuery: counts?.values[3]?.query ?? "" })).toEqual([`asset-${fresh}`]);
  });
});

describe("one asset", () => {
  it("AST-02: is told with its tags by name, and how many patches are missing, installed and unknown", () => {
    const plane = world();
    const get = (id: string) => plane.call(plane.fettle.assets.get(manager, id));
    expect(get(web)).toMatchObject({ missing: 2, unknown: 0, tags: [{ id: "web", name: "Web Servers" }] });
    expect(get(fresh)).toMatchObject({ missing: null, installed: null, unknown: null });
  });

  it("AST-06: a Linux asset lists missing patches and installed ones, and those that can't be judged", () => {
    const plane = world();
    const ids = (id: string, input: AssetDetails.AssetPatchesInput) => {
      const page = plane.call(plane.fettle.assets.patches(manager, id, input));
      return [page.rows.map((r) => r.patch.id), page.total];
    };
    expect(ids(web, { state: "missing" })).toEqual([["NEW", "OLD"], 2]);
    expect(ids(web, { state: "latest-missing" })).toEqual([["NEW"], 1]);
    expect(ids(db, { state: "installed" })).toEqual([["OLD"], 1]);
    expect(ids(idle, { state: "unknown" })).toEqual([["BOTH"], 1]);
    expect(ids(fresh, { state: "missing" })).toEqual([[], null]);
    expect(ids(web, { state: "missing", patchQuery: "vendorSeverity: Critical" })).toEqual([["OLD"], 1]);
    expect(ids(web, { state: "missing", sort: { by: "vendorSeverity" } })).toEqual([["NEW", "OLD"], 2]);
    const first = plane.call(plane.fettle.assets.patches(manager, web, { state: "missing", limit: 1 }));
    const rest = { state: "missing", limit: 1, cursor: first.next ?? "" } as const;
    expect(plane.call(plane.fettle.assets.patches(manager, web, rest)).rows.map((r) => r.patch.id)).toEqual(["OLD"]);
  });

  it("AST-07: an evaluation edition of Windows isn't scanned: nothing is told as missing or installed on it", () => {
    const evaluation = { platform: "Windows", osName: "Windows Server 2022 Datacenter Evaluation" } as const;
    const plane = FleetWorld.make({
      patches,
      assets: [Builders.asset(web, evaluation), Builders.asset(db, { ...evaluation, osName: "Windows Server 2022" })],
      assessments: new Map([web, db].map((id) => [id, Builders.assessment(["OLD"], ["NEW"])])),
    });
    const found = plane.call(plane.fettle.assets.search(manager, { sort: { by: "missing" } }));
    expect(found.rows.map((r) => [r.asset.id, r.missing, r.lastScannedAt])).toEqual([
      [db, 1, 0],
      [web, null, null],
    ]);
    expect(names(plane, { view: "missing" })).toEqual([`asset-${db}`]);
    const list = plane.call(plane.fettle.assets.list(manager));
    expect(list.map((a) => [a.asset.id, a.missing])).toEqual([
      [web, null],
      [db, 1],
    ]);
    expect(plane.call(plane.fettle.assets.missing(manager)).map((m) => m.asset.id)).toEqual([db]);
  });

  it("AST-13: an asset of another platform is inventoried and found all the same", () => {
    const plane = FleetWorld.make({ assets: [Builders.asset(web, { platform: "Other", osName: "FreeBSD 14.1" })] });
    expect(names(plane, { assetQuery: "platform: Other and osNotSupportedForModules: PM" })).toEqual([`asset-${web}`]);
  });

  it("AST-13, AST-07: says why no plan may hold it, and why it isn't scanned", () => {
    const plane = FleetWorld.make({
      assets: [
        Builders.asset(web, { osName: "Fedora CoreOS 40", osFamily: "Red Hat" }),
        Builders.asset(db, { platform: "Windows", osName: "Windows Server 2022 Standard Evaluation" }),
      ],
    });
    expect(plane.call(plane.fettle.assets.get(manager, web)).unpatchable).toMatchObject({ rule: "AST-13" });
    expect(plane.call(plane.fettle.assets.get(manager, db)).notScanned).toMatchObject({ rule: "AST-07" });
  });
});

describe("agents", () => {
  it("AGT-07: those silent for so long are found, longest silent first, whatever their modules, with the query", () => {
    const plane = world();
    const silent = plane.call(plane.fettle.assets.stale(manager, { notCheckedInForMinutes: 7 * 1_440 }));
    expect(silent.rows.map((r) => r.asset.name)).toEqual(["idle-01", "scan-01", "db-01"]);
    const found = plane.call(plane.fettle.assets.agents(manager, { query: silent.query }));
    expect(found.rows.map((r) => r.asset.name)).toEqual(["db-01", "idle-01", "scan-01"]);
    expect(plane.call(plane.fettle.assets.agents(manager, { query: "lastCheckedIn < now-7d" })).total).toBe(3);
  });

  it("AGT-07: are searched in the caller's scope, and told with their profile", () => {
    const plane = world();
    plane.users.set(Values.user("rita", "PatchReader", { _tag: "Tags", tags: ["db"] }));
    const page = plane.call(plane.fettle.assets.agents(as("rita"), {}));
    expect(page.rows).toMatchObject([{ asset: { name: "db-01" }, configurationProfile: "Default" }]);
    const query = "configurationProfile: Default and agentVersion < 2.1*";
    expect(plane.call(plane.fettle.assets.agents(manager, { query })).total).toBe(4);
  });

  it("are sorted by version as versions, and paged", () => {
    const plane = world();
    FleetWorld.put(plane, [
      Repository.put("agent", web, FleetWorld.agent(web, START, "10.0")),
      Repository.put("agent", db, FleetWorld.agent(db, START, "9.1")),
    ]);
    const input = { sort: { by: "agentVersion" } as const, limit: 3 };
    const first = plane.call(plane.fettle.assets.agents(manager, input));
    expect(first.rows.map((r) => r.agentVersion)).toEqual(["1.0.0", "1.0.0", "9.1"]);
    const second = plane.call(plane.fettle.assets.agents(manager, { ...input, cursor: first.next ?? "" }));
    expect(second.rows.map((r) => r.agentVersion)).toEqual(["10.0"]);
  });
});

describe("what is refused", () => {
  const plane = world();
  const { assets } = plane.fettle;
  const bad = <A>(value: unknown) => value as A;
  const cursorOf = () => plane.call(assets.search(manager, { limit: 1, assetQuery: "name: 01" })).next ?? "";
  const many = Cursor.PAGE_ROWS_MAX + 1;
  const agent = { _tag: "Agent", tenantId: ControlPlane.TENANT, agentId: web } as const;
  const refused: readonly (readonly [string, Effect.Effect<unknown, unknown>, string, string | null])[] = [
    ["a query that doesn't read", assets.search(manager, { assetQuery: "name:" }), "invalid", "assetQuery"],
    ["a token of patches in the asset part", assets.search(manager, { assetQuery: "cve: x" }), "invalid", "assetQuery"],
    [
      "a patch query that doesn't read",
      assets.search(manager, { patchQuery: "licensed: true" }),
      "invalid",
      "patchQuery",
    ],
    ["a view that isn't on the list", assets.search(manager, { view: bad("newest") }), "invalid", "view"],
    ["a sort key that isn't on the list", assets.search(manager, { sort: { by: bad("x") } }), "invalid", "sort.by"],
    [
      "a direction that is none",
      assets.search(manager, { sort: { by: "name", direction: bad("up") } }),
      "invalid",
      "sort.direction",
    ],
    ["an empty page", assets.search(manager, { limit: 0 }), "invalid", "limit"],
    ["a page that is too long", assets.search(manager, { limit: many }), "invalid", "limit"],
    ["another query's cursor", assets.search(manager, { cursor: cursorOf() }), "invalid", "cursor"],
    [
      "a cursor under another view",
      assets.search(manager, { cursor: cursorOf(), assetQuery: "name: 01", view: "missing" }),
      "invalid",
      "cursor",
    ],
    [
      "another user's cursor",
      assets.search(as("uli"), { cursor: cursorOf(), assetQuery: "name: 01" }),
      "invalid",
      "cursor",
    ],
    [
      "a changed cursor",
      assets.search(manager, { cursor: `${cursorOf()}x`, assetQuery: "name: 01" }),
      "invalid",
      "cursor",
    ],
    ["a search by an agent", assets.search(agent, {}), "not-permitted", null],
    ["a search by nobody", assets.search(as("nobody"), {}), "not-permitted", null],
    ["a facet that isn't on the list", assets.facets(manager, { facets: [bad("colour")] }), "invalid", "facets"],
    ["facets of a query that doesn't read", assets.facets(manager, { assetQuery: "(" }), "invalid", "assetQuery"],
    ["facets for an agent", assets.facets(agent, {}), "not-permitted", null],
    ["an asset that isn't there", assets.get(manager, uuid(99)), "not-found", "assetId"],
    ["an asset without PM", assets.get(manager, scanner), "not-found", "assetId"],
    ["an asset for an agent", assets.get(agent, web), "not-permitted", null],
    [
      "patches of an asset that isn't there",
      assets.patches(manager, uuid(99), { state: "missing" }),
      "not-found",
      "assetId",
    ],
    ["patches in a state that is none", assets.patches(manager, web, { state: bad("odd") }), "invalid", "state"],
    [
      "patches by a sort key that is none",
      assets.patches(manager, web, { state: "missing", sort: { by: bad("x") } }),
      "invalid",
      "sort.by",
    ],
    [
      "patches of another asset by this one's cursor",
      assets.patches(manager, db, {
        state: "missing",
        cursor: plane.call(assets.patches(manager, web, { state: "missing", limit: 1 })).next ?? "",
      }),
      "invalid",
      "cursor",
    ],
    ["agents by a query that doesn't read", assets.agents(manager, { query: "colour: red" }), "invalid", "query"],
    ["agents by a sort key that is none", assets.agents(manager, { sort: { by: bad("x") } }), "invalid", "sort.by"],
    [
      "agents in a direction that is none",
      assets.agents(manager, { sort: { by: "name", direction: bad("up") } }),
      "invalid",
      "sort.direction",
    ],
    ["agents for an agent", assets.agents(agent, {}), "not-permitted", null],
    ["no silence at all", assets.stale(manager, { notCheckedInForMinutes: 0 }), "invalid", "notCheckedInForMinutes"],
    [
      "a silence that is too long",
      assets.stale(manager, { notCheckedInForMinutes: AgentSearches.SILENCE_MINUTES_MAX + 1 }),
      "invalid",
      "notCheckedInForMinutes",
    ],
  ];

  it.each(refused)("%s", (_, effect, code, path) => {
    const before = JSON.stringify(plane.storage.dump());
    expect(plane.rejections(effect)[0]).toMatchObject({ code, path });
    expect(JSON.stringify(plane.storage.dump())).toBe(before);
  });

  it("an asset outside the caller's scope is as one that isn't there", () => {
    plane.users.set(Values.user("rita", "PatchReader", { _tag: "Tags", tags: ["db"] }));
    const outside = plane.rejections(assets.get(as("rita"), web));
    expect(outside).toMatchObject([{ code: "not-found" }]);
    expect(outside[0]?.message.replace(web, "")).toBe(
      plane.rejections(assets.get(as("rita"), uuid(99)))[0]?.message.replace(uuid(99), ""),
    );
  });

  it("the longest silence and the longest page that may be asked for are answered", () => {
    const longest = { notCheckedInForMinutes: AgentSearches.SILENCE_MINUTES_MAX };
    expect(plane.call(assets.stale(manager, longest)).rows).toEqual([]);
    expect(plane.call(assets.search(manager, { limit: Cursor.PAGE_ROWS_MAX })).rows).toHaveLength(4);
  });
});
