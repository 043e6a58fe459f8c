import { describe, expect, it } from "vitest";
import type { PatchSearchInput } from "../../src/engine/catalogue/PatchSearches.ts";
import * as AssetBuilders from "../../src/testing/builders/AssetBuilders.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as FleetWorld from "../scenario/FleetWorld.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { patch, pkg } = Values;
const { manager } = ControlPlane;
const fleet = Values.select({ include: Values.any("fleet") });
const lab = Values.select({ include: Values.any("lab") });

// P-1 and P-2, which the scene begins with, are withdrawn by it.
// Openssl is behind on both machines, twice; curl on the fleet's only; what is on the lab's is nowhere else.
const catalogue = [
  patch("L-1", { packages: [pkg("openssl", "2-1")], publishedAt: 1, title: "b openssl", cves: ["CVE-2026-0001"] }),
  patch("L-2", { packages: [pkg("openssl", "3-1")], publishedAt: 2, title: "a openssl", vendorSeverity: "Critical" }),
  patch("L-3", { packages: [pkg("curl", "1-1")], publishedAt: 3, category: "bugfix", vendorSeverity: "None" }),
  patch("L-4", { packages: [pkg("curl", "2-1")], publishedAt: 4, category: "bugfix", isRollbackSupported: false }),
  patch("L-5", { packages: [pkg("vim", "2-1")], publishedAt: 5, isDeprecated: true }),
  patch("W-3", { platform: "Windows", packages: [], packageFormat: null, publishedAt: 6, isFeatureUpdate: true }),
];

const world = () => {
  const scene = Scene.make({ agents: 0 });
  const { plane } = scene;
  const { fettle, call } = plane;
  call(fettle.catalogue.ingest(manager, [...catalogue, ...Scene.windows]));
  const machine = (n: number, tag: string, packages: readonly ReturnType<typeof pkg>[]) => {
    const issued = call(fettle.keys.create(manager, { title: tag, tags: [tag] }));
    const agent = WireAgent.make(plane, n);
    agent.provision(issued);
    agent.snapshot(packages);
    return agent;
  };
  const first = machine(1, "fleet", [pkg("openssl", "1-1"), pkg("curl", "1-1")]);
  const second = machine(2, "lab", [pkg("openssl", "1-1"), pkg("curl", "2-1")]);
  const search = (input: PatchSearchInput, actor = manager) => call(fettle.catalogue.search(actor, input));
  const ids = (input: PatchSearchInput, actor = manager) =>
    search({ sort: { by: "id" }, ...input }, actor).rows.map((r) => r.patch.id);
  return { scene, plane, fettle, call, search, ids, first, second };
};

describe("the patch list", () => {
  it("PAT-10: has all available patches, and within scope those missing on the selected assets", () => {
    const { ids } = world();
    expect(ids({})).toEqual(["L-1", "L-2", "L-3", "L-4", "L-5", "P-1", "P-2", "W-1", "W-2", "W-3"]);
    expect(ids({ within: fleet })).toEqual(["L-1", "L-2", "L-4"]);
    expect(ids({ within: lab })).toEqual(["L-1", "L-2"]);
    expect(
      ids({ within: Values.select({ include: Values.any("fleet", "lab"), exclude: Values.any("fleet") }) }),
    ).toEqual(ids({ within: lab }));
    expect(ids({ within: Values.select({}) })).toEqual([]);
  });

  it("AST-07, PAT-10: what an evaluation edition's packages would say counts nowhere", () => {
    const [full, evaluation] = [1, 2].map(Values.uuid) as [string, string];
    const windows = { platform: "Windows", osName: "Windows Server 2022 Standard" } as const;
    const plane = FleetWorld.make({
      patches: [patch("W-1", { platform: "Windows" })],
      assets: [
        AssetBuilders.asset(full, windows),
        AssetBuilders.asset(evaluation, { ...windows, osName: `${windows.osName} Evaluation` }),
      ],
      assessments: new Map([full, evaluation].map((id) => [id, AssetBuilders.assessment(["W-1"], [])])),
    });
    const { rows, assets } = plane.call(plane.fettle.catalogue.search(manager, {}));
    expect(rows.map((row) => row.counts)).toEqual([{ missing: 1, latestMissing: 1, installed: 0 }]);
    expect(assets).toEqual({ looked: 2, unassessed: 1 });
  });

  it("PAT-10, PAT-12: for a rollback has those installed on the selected assets that support it", () => {
    const { ids } = world();
    expect(ids({ kind: "rollback", within: lab })).toEqual(["L-3"]);
    expect(ids({ kind: "rollback" })).toEqual(["L-1", "L-2", "L-3", "L-5", "P-1", "P-2"]);
    expect(ids({ view: "installed", within: lab })).toEqual(["L-3", "L-4"]);
  });

  it("PAT-03, PAT-06, PAT-07: for a deployment offers no withdrawn patch and no feature update, and marks what can't be fetched", () => {
    const { ids, search } = world();
    expect(ids({ kind: "deployment" })).toEqual(["L-1", "L-2", "L-3", "L-4", "W-1", "W-2"]);
    const [row] = search({ kind: "deployment", query: "id: W-1" }).rows;
    expect(row).toMatchObject({ isPatchable: false, refusal: { rule: "PAT-03" } });
  });

  it("AST-03: under latest missing has the newest of each chain only", () => {
    const { ids } = world();
    expect(ids({ view: "latest-missing" })).toEqual(["L-2", "L-4"]);
    expect(ids({ view: "missing" })).toEqual(["L-1", "L-2", "L-4"]);
  });

  it("counts the assets looked at on which each is missing, latest and installed, and those nothing is known of", () => {
    const { search, plane, scene } = world();
    WireAgent.make(plane, 3).provision(scene.issued);
    const counts = (input: PatchSearchInput) =>
      search({ sort: { by: "id" }, query: "platform: Linux and deleted: false", view: "all", ...input }).rows.map((r) =>
        Object.values(r.counts),
      );
    expect(counts({})).toEqual([
      [2, 0, 0],
      [2, 2, 0],
      [0, 0, 2],
      [1, 1, 1],
    ]);
    expect(counts({ within: lab })).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [0, 0, 1],
      [0, 0, 1],
    ]);
    expect(search({}).assets).toEqual({ looked: 3, unassessed: 1 });
  });

  it("TAG-05: counts and finds by the assets in the caller's scope only, whatever is asked for", () => {
    const { ids, search, plane } = world();
    plane.users.set(Values.user("rita", "PatchReader", { _tag: "Tags", tags: ["lab"] }));
    const rita = ControlPlane.as("rita");
    expect(ids({ view: "missing" }, rita)).toEqual(["L-1", "L-2"]);
    expect(ids({ within: fleet }, rita)).toEqual([]);
    expect(search({ query: "missingCount > 1" }, rita).total).toBe(0);
    plane.users.set(Values.user("rita", "PatchReader", { _tag: "Tags", tags: [] }));
    expect(ids({ view: "missing" }, rita)).toEqual([]);
    expect(ids({}, rita)).toHaveLength(10);
  });

  it("AST-11: doesn't count assets without PM", () => {
    const { plane, fettle, call, search } = world();
    const key = call(fettle.keys.create(manager, { title: "vm", tags: ["fleet"], modules: ["VM"] }));
    const other = WireAgent.make(plane, 9);
    other.provision(key);
    other.snapshot([pkg("openssl", "1-1")]);
    expect(search({}).assets.looked).toBe(2);
  });

  it("answers queries about status, counts, vulnerabilities and supersedence", () => {
    const { ids, call, fettle } = world();
    call(
      fettle.catalogue.saveVulnerabilities(manager, [{ qid: 7, title: "", severity: null, cves: ["CVE-2026-0001"] }]),
    );
    expect(ids({ query: "qid: 7" })).toEqual(["L-1"]);
    expect(ids({ query: "patchStatus: [Missing, Installed] and isSuperseded: false" })).toEqual([
      "L-1",
      "L-2",
      "L-3",
      "L-4",
    ]);
    expect(ids({ query: "missingCount: 2" })).toEqual(["L-1", "L-2"]);
    expect(ids({ query: "enabled: false" })).toEqual(["L-5", "P-1", "P-2", "W-1", "W-2", "W-3"]);
  });

  it.each([
    ["id", ["L-1", "L-2", "L-3", "L-4"]],
    ["title", ["L-3", "L-4", "L-2", "L-1"]],
    ["vendorSeverity", ["L-2", "L-1", "L-4", "L-3"]],
    ["published", ["L-1", "L-2", "L-3", "L-4"]],
    ["missing", ["L-3", "L-4", "L-1", "L-2"]],
    ["installed", ["L-1", "L-2", "L-4", "L-3"]],
  ] as const)("is sorted by %s, and backwards", (by, expected) => {
    const { ids } = world();
    const query = "platform: Linux and deleted: false";
    expect(ids({ query, sort: { by } })).toEqual(expected);
    const keys = (direction: "ascending" | "descending") => ids({ query, sort: { by, direction } });
    expect(new Set(keys("descending"))).toEqual(new Set(expected));
    if (by === "id") return;
    expect(keys("descending")[0]).not.toBe(keys("ascending")[0]);
  });

  it("comes in pages that together are the list, each row once", () => {
    const { search, ids } = world();
    for (const by of ["published", "missing", "size"] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < 10; pages += 1) {
        const page = search({ sort: { by }, limit: 3, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.rows.map((r) => r.patch.id));
        expect(page.total).toBe(10);
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(seen).toEqual(ids({ sort: { by } }));
    }
  });

  it.each<readonly [string, unknown, string]>([
    ["a query that doesn't read", { query: "vendorSeverty: Critical" }, "query"],
    ["a sort key that isn't on the list", { sort: { by: "secret" } }, "sort.by"],
    ["a direction that is none", { sort: { by: "id", direction: "up" } }, "sort.direction"],
    ["a view that is none", { view: "some" }, "view"],
    ["a kind that is none", { kind: "deploy" }, "kind"],
    ["a page of no rows", { limit: 0 }, "limit"],
    ["a page past the limit", { limit: 1_001 }, "limit"],
    ["a cursor that was made up", { cursor: "abc.def" }, "cursor"],
    [
      "too many assets by name",
      { within: Values.select({ assets: Array.from({ length: 10_001 }, (_, i) => `${i}`) }) },
      "within.assets",
    ],
    [
      "too many tags",
      { within: Values.select({ include: Values.any(...Array.from({ length: 501 }, (_, i) => `${i}`)) }) },
      "within",
    ],
  ])("refuses %s, saying where", (_, input, path) => {
    const { plane, fettle } = world();
    const rejections = plane.rejections(fettle.catalogue.search(manager, input as PatchSearchInput));
    expect(rejections[0]).toMatchObject({ code: "invalid", path });
  });

  it("refuses a cursor that was changed, or belongs to another search, user or tenant", () => {
    const { plane, fettle, search } = world();
    const next = search({ limit: 2 }).next ?? "";
    const [payload = "", proof = ""] = next.split(".");
    const other = Buffer.from(JSON.stringify([0, 0, "L-1"])).toString("base64url");
    for (const cursor of [`${other}.${proof}`, `${payload}.${proof.slice(1)}`, payload, "", `${next}.x`]) {
      expect(plane.rejections(fettle.catalogue.search(manager, { limit: 2, cursor }))[0]).toMatchObject({
        path: "cursor",
      });
    }
    for (const input of [
      { query: "id: L-1" },
      { view: "missing" },
      { within: fleet },
      { kind: "deployment" },
      { sort: { by: "id" } },
    ] as const) {
      expect(plane.rejections(fettle.catalogue.search(manager, { ...input, cursor: next }))[0]).toMatchObject({
        path: "cursor",
      });
    }
    expect(
      plane.rejections(fettle.catalogue.search(ControlPlane.as("rita"), { limit: 2, cursor: next }))[0],
    ).toMatchObject({ path: "cursor" });
    expect(search({ limit: 2, cursor: next }).rows).toHaveLength(2);
  });
});

describe("facets of the patch list", () => {
  it("count what a search finds, in the caller's scope", () => {
    const { call, fettle } = world();
    const facets = (input: Parameters<typeof fettle.catalogue.facets>[1]) =>
      call(fettle.catalogue.facets(manager, input));
    const [severity, status] = facets({ within: fleet, facets: ["vendorSeverity", "patchStatus"] });
    expect(severity?.values.map((v) => [v.value, v.patches])).toEqual([
      ["Important", 2],
      ["Critical", 1],
    ]);
    expect(status?.values).toEqual([{ value: "Missing", patches: 3, condition: "patchStatus: `Missing`" }]);
    expect(facets({}).map((f) => f.facet)).toContain("platform");
  });

  it("refuse one that isn't on the list", () => {
    const { plane, fettle } = world();
    const facets = ["secret"] as unknown as readonly ["vendor"];
    expect(plane.rejections(fettle.catalogue.facets(manager, { facets }))).toMatchObject([{ path: "facets" }]);
  });
});

describe("one patch", () => {
  it("PAT-08: shows what takes its place, and the report what vendors got wrong", () => {
    const { call, fettle } = world();
    const over = (patchId: string) => ({ supersedes: [{ patchId, product: null }] });
    const windows = { platform: "Windows", packages: [], packageFormat: null } as const;
    call(
      fettle.catalogue.ingest(manager, {
        feed: "windows",
        patches: [
          patch("K-1", { ...windows, publishedAt: 1, ...over("K-2") }),
          patch("K-2", { ...windows, publishedAt: 2, ...over("K-1") }),
          patch("K-3", { ...windows, publishedAt: 3, ...over("gone") }),
        ],
      }),
    );
    expect(call(fettle.catalogue.get(manager, "K-1"))).toMatchObject({ isSuperseded: true, supersededBy: ["K-2"] });
    expect(call(fettle.catalogue.get(manager, "K-2"))).toMatchObject({ isSuperseded: false, supersededBy: [] });
    expect(call(fettle.catalogue.supersedence(manager))).toEqual({
      dropped: [{ newer: "K-1", older: "K-2", product: null }],
      dangling: [{ newer: "K-3", older: "gone", product: null }],
    });
  });

  it("PAT-01: that isn't there is not found", () => {
    const { plane, fettle } = world();
    expect(plane.rejections(fettle.catalogue.get(manager, "gone"))).toMatchObject([{ code: "not-found" }]);
  });
});
