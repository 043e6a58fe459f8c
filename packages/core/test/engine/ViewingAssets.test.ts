/** The Assets tab of the user guide (S0, "Viewing Assets"; S1), step by step, over real agents' reports. */
import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { pkg, patch } = Values;

/** Three Linux machines of two families, two patches of one chain. */
const office = () => {
  const scene = Scene.make({ agents: 0, subscription: { licences: { PM: { seats: 1 } } } });
  const { plane, manager } = scene;
  plane.call(
    plane.fettle.catalogue.ingest(manager, {
      feed: "linux",
      patches: [
        patch("CHROME-124", { title: "Chrome 124", packages: [pkg("chrome", "124-1")], publishedAt: 1 }),
        patch("CHROME-125", { title: "Chrome 125", packages: [pkg("chrome", "125-1")], publishedAt: 2 }),
        patch("SSL-1", { title: "OpenSSL", packages: [pkg("libssl", "2-1")], vendorSeverity: "Critical" }),
      ],
    }),
  );
  const [sales, build, late] = [1, 2, 3].map((n) => {
    const agent = WireAgent.make(plane, n);
    agent.provision(scene.issued);
    plane.clock.pass(1);
    return agent;
  });
  if (sales === undefined || build === undefined || late === undefined) throw new Error("no agents");
  sales.snapshot([pkg("chrome", "123-1")], { name: "sales-01", osFamily: "Debian", loggedInUser: "alice" });
  build.snapshot([pkg("chrome", "125-1"), pkg("libssl", "1-1")], { name: "build-01", osFamily: "Red Hat" });
  const { assets, searches } = plane.fettle;
  return {
    ...scene,
    assets,
    searches,
    list: (input = {}) => plane.call(assets.search(manager, input)).rows,
  };
};

const namesOf = (rows: readonly { readonly asset: { readonly name: string } }[]) => rows.map((r) => r.asset.name);

describe("viewing assets", () => {
  it("AST-02: shows scan time, name, system, missing and installed counts, logged-in user and tags", () => {
    const [build, , sales] = office().list();
    expect(sales).toMatchObject({
      asset: { name: "sales-01", osFamily: "Debian", facts: { loggedInUser: "alice" }, tags: ["cloud-agent", "fleet"] },
      missing: 2,
      installed: 0,
      isLicensed: true,
    });
    expect(build).toMatchObject({ missing: 1, installed: 2, isLicensed: false });
    expect(sales?.lastScannedAt).toBeGreaterThan(Values.START);
  });

  it("AST-05: all scanned assets are seen; licensed:true lists those that can be patched", () => {
    const { list } = office();
    expect(namesOf(list())).toEqual(["build-01", "machine-003", "sales-01"]);
    expect(namesOf(list({ assetQuery: "licensed:true" }))).toEqual(["sales-01"]);
  });

  it("AST-03: Missing and Installed filter the list; Only Latest counts the most recent iteration of each patch", () => {
    const { list } = office();
    expect(namesOf(list({ view: "missing" }))).toEqual(["build-01", "sales-01"]);
    expect(namesOf(list({ view: "installed" }))).toEqual(["build-01"]);
    const latest = list({ view: "latest-missing", assetQuery: "name: sales" });
    expect(latest.map((r) => [r.missing, r.matching])).toEqual([[2, 1]]);
  });

  it("AST-04: under Missing, a patch id finds only the assets that miss that patch", () => {
    const { list } = office();
    expect(namesOf(list({ view: "missing", patchQuery: "id: CHROME-125" }))).toEqual(["sales-01"]);
    expect(namesOf(list({ view: "installed", patchQuery: "id: CHROME-125" }))).toEqual(["build-01"]);
    // Combined by the plus in the search box.
    const both = { view: "missing", patchQuery: "title: OpenSSL", assetQuery: "osFamily: Debian" } as const;
    expect(list(both)).toEqual([]);
  });

  it("AST-12: clicking a filter gives its query, which the box shows and the list meets", () => {
    const { plane, assets, manager, list } = office();
    const [families] = plane.call(assets.facets(manager, { facets: ["osFamily"] }));
    const debian = families?.values.find((v) => v.value === "Debian");
    expect(debian?.query).toBe("osFamily: `Debian`");
    expect(list({ assetQuery: debian?.query })).toHaveLength(debian?.assets ?? 0);
    const [scans] = plane.call(assets.facets(manager, { facets: ["scanStatus"], assetQuery: debian?.query ?? "" }));
    expect(scans?.values.map((v) => [v.query, v.assets])).toEqual([
      ["osFamily: `Debian` AND scanStatus: `Scanned`", 1],
    ]);
  });

  it("AST-08: the search actions: recent searches, a search saved from one, run and deleted", () => {
    const { plane, searches, manager, list } = office();
    list({ assetQuery: "osFamily: Debian", view: "missing" });
    const [latest] = plane.call(searches.recent(manager, "asset"));
    expect(latest?.question).toEqual({ query: "osFamily: Debian", patchQuery: null, view: "missing" });
    const saved = plane.call(
      searches.save(manager, { kind: "asset", name: "debians", query: latest?.question.query ?? "", view: "missing" }),
    );
    expect(plane.call(searches.run(manager, saved.id)).page.total).toBe(1);
    plane.call(searches.delete(manager, saved.id));
    expect(plane.call(searches.list(manager))).toEqual([]);
  });

  it("AST-09: one or more assets are chosen, and tags added to them all at once", () => {
    const { plane, manager, list, assets } = office();
    const chosen = list({ view: "missing" }).map((r) => r.asset.id);
    plane.call(plane.fettle.tags.assign(manager, { tag: "lab", assets: chosen }));
    expect(namesOf(list({ assetQuery: "tags.id: lab" }))).toEqual(["build-01", "sales-01"]);
    expect(plane.call(assets.get(manager, chosen[0] ?? "")).tags.map((t) => t.name)).toContain("lab");
  });

  it("AST-11, TAG-05: only assets in the user's tag scope are shown", () => {
    const { plane, assets } = office();
    plane.users.set(Values.user("rita", "PatchReader", { _tag: "Tags", tags: ["lab"] }));
    expect(plane.call(assets.search(ControlPlane.as("rita"), {})).rows).toEqual([]);
    plane.users.set(Values.user("rita", "PatchReader", { _tag: "Tags", tags: ["fleet"] }));
    expect(plane.call(assets.search(ControlPlane.as("rita"), {})).rows).toHaveLength(3);
  });

  it("AST-06: a Linux asset's patches: the missing ones, and the installed ones too", () => {
    const { plane, assets, manager, list } = office();
    const [build] = list({ assetQuery: "name: build" });
    const patches = (state: "missing" | "installed") =>
      plane
        .call(assets.patches(manager, build?.asset.id ?? "", { state, sort: { by: "id" } }))
        .rows.map((r) => r.patch.id);
    expect([patches("missing"), patches("installed")]).toEqual([["SSL-1"], ["CHROME-124", "CHROME-125"]]);
  });
});
