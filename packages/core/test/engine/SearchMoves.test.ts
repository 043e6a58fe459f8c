import * as Qql from "@fettle/qql";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as AssetSearch from "../../src/domain/assessment/AssetSearch.ts";
import * as PatchCatalog from "../../src/domain/patch/PatchCatalog.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Fleet from "../../src/engine/assets/Fleet.ts";
import * as Builders from "../../src/testing/builders/AssetBuilders.ts";
import * as TagBuilders from "../../src/testing/builders/TagBuilders.ts";
import { runs } from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as FleetWorld from "../scenario/FleetWorld.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const { manager, as } = ControlPlane;
const ids = [1, 2, 3].map(Values.uuid) as [string, string, string];
const [web] = ids;
const TAGS = ["red", "blue", "green"];

const world = () =>
  FleetWorld.make({
    patches: [Values.patch("P-1", { vendorSeverity: "Critical" }), Values.patch("P-2", { vendorSeverity: "Low" })],
    tags: TAGS.map((id) => TagBuilders.tag(id)),
    assets: [
      Builders.asset(ids[0], { name: "web-01", tags: ["red"] }),
      Builders.asset(ids[1], { name: "db-01", tags: ["red", "blue"] }),
      Builders.asset(ids[2], { name: "scan-01", activations: { VM: 0 } }),
    ],
    assessments: new Map([
      [ids[0], Builders.assessment(["P-1"], ["P-2"])],
      [ids[1], Builders.assessment([], [])],
    ]),
  });

const saver = (plane: ControlPlane.ControlPlane) => (name: string, over: object) =>
  plane.call(plane.fettle.searches.save(manager, { kind: "asset", name, ...over }));

describe("saved searches that find an asset", () => {
  it("AST-08: are told with what they ask of patches and under which view", () => {
    const plane = world();
    const save = saver(plane);
    save("red", { query: "tags.name: red" });
    save("blue", { query: "tags.name: blue" });
    save("critical", { patchQuery: "vendorSeverity: Critical", view: "missing" });
    save("critical there", { patchQuery: "vendorSeverity: Critical", view: "installed" });
    save("common", { patchQuery: "missingCount > 1" });
    save("jobs", { kind: "job", query: "status: Enabled" });
    const names = (assetId: string) => plane.call(plane.fettle.searches.finding(manager, assetId)).map((s) => s.name);
    expect(names(web)).toEqual(["critical", "red"]);
    expect(names(ids[1])).toEqual(["blue", "red"]);
  });

  it("AST-11: an asset without patching, or out of the user's scope, is none", () => {
    const plane = world();
    expect(plane.rejections(plane.fettle.searches.finding(manager, ids[2]))).toMatchObject([
      { rule: "AST-11", code: "not-found" },
    ]);
    expect(plane.rejections(plane.fettle.searches.ifTagged(as("nobody"), web, {}))).not.toEqual([]);
  });

  it("AST-08: those that it would enter and leave with other tags are told, and unknown tags refused", () => {
    const plane = world();
    const save = saver(plane);
    save("red", { query: "tags.name: red" });
    save("blue and critical", { query: "tags.name: blue", patchQuery: "vendorSeverity: Critical", view: "missing" });
    save("not blue", { query: "not tags.name: blue" });
    const moves = plane.call(plane.fettle.searches.ifTagged(manager, web, { add: ["blue"], remove: ["red"] }));
    expect(moves.entered.map((s) => s.name)).toEqual(["blue and critical"]);
    expect(moves.left.map((s) => s.name)).toEqual(["not blue", "red"]);
    expect(plane.rejections(plane.fettle.searches.ifTagged(manager, web, { add: ["violet"] }))).toMatchObject([
      { code: "not-found", path: "add" },
    ]);
  });

  it("TAG-03: take no more tags at once than a selection has, and read no other member of an edit", () => {
    const plane = world();
    const ask = (edit: object) => plane.fettle.searches.ifTagged(manager, web, edit);
    const max = Limits.defaults.tagsPerSelectionMax;
    const tags = (length: number) => Array.from({ length }, () => "red");
    for (const name of ["add", "remove"]) {
      const refusal = [{ rule: "TAG-03", code: "invalid", path: name }];
      expect(plane.rejections(ask({ [name]: tags(max + 1) }))).toMatchObject(refusal);
      expect(plane.rejections(ask({ [name]: "red" }))).toMatchObject(refusal);
      expect(plane.call(ask({ [name]: tags(max), note: 5 }))).toEqual({ entered: [], left: [] });
    }
  });

  it("PAT-04, AST-08: what one search asks of patches is known whatever the others ask", () => {
    const plane = FleetWorld.make({
      patches: Scene.windows,
      assets: [Builders.asset(web, { platform: "Windows" })],
      assessments: new Map([[web, Builders.assessment(["W-1", "W-2"], [])]]),
    });
    plane.call(plane.fettle.catalogue.supplyFile(manager, Scene.vendorFile));
    const save = saver(plane);
    save("a customized", { patchQuery: "isCustomizedDownloadUrl: true" });
    save("b second", { patchQuery: "id: W-2" });
    expect(plane.call(plane.fettle.searches.finding(manager, web)).map((s) => s.name)).toEqual([
      "a customized",
      "b second",
    ]);
  });

  it("AST-08: many that ask on how many assets a patch is, count them once", () => {
    const query = Qql.compile(PatchCatalog.catalog, "missingCount > 0");
    if (!query.ok) throw new Error("doesn't read");
    let counted = 0;
    const fleet = {
      get assets() {
        counted += 1;
        return [];
      },
    } as unknown as Fleet.Fleet;
    const contexts = Fleet.patchContexts(fleet);
    for (let i = 0; i < 3; i += 1) contexts(query.value);
    expect(counted).toBe(1);
  });

  it("AST-08: are those whose runs list the asset, whatever they ask", () => {
    const query = fc.constantFrom(
      undefined,
      "tags.name: red",
      "not tags.name: blue",
      "name: web and tags.id: green",
      "missingPatchCount > 0",
      "licensed: true",
      "missingPatchTitle: `P-1`",
    );
    const patchQuery = fc.constantFrom(
      undefined,
      "vendorSeverity: Critical",
      "patchStatus: Installed",
      "missingCount: 1",
    );
    const search = fc.record({ query, patchQuery, view: fc.constantFrom(...AssetSearch.views) });
    let found = 0;
    fc.assert(
      fc.property(fc.array(search, { minLength: 1, maxLength: 5 }), fc.constantFrom(ids[0], ids[1]), (searches, id) => {
        const plane = world();
        const save = saver(plane);
        for (const [i, over] of searches.entries()) save(`search ${i}`, over);
        const told = plane.call(plane.fettle.searches.finding(manager, id)).map((s) => s.id);
        const wanted = plane
          .call(plane.fettle.searches.list(manager))
          .map((s) => s.search.id)
          .filter((searchId) => {
            const { page } = plane.call(plane.fettle.searches.run(manager, searchId));
            return page.rows.some((row) => "asset" in row && row.asset.id === id);
          });
        expect(told).toEqual(wanted);
        found += told.length;
      }),
      runs(60),
    );
    expect(found).toBeGreaterThan(20);
  });
});
