import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as PatchNow from "../../src/domain/patch/PatchNow.ts";
import * as Supersedence from "../../src/domain/patch/Supersedence.ts";
import type { Vulnerability } from "../../src/domain/patch/Vulnerability.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Values from "../scenario/Values.ts";
import * as Oracle from "./oracle/PatchNowOracle.ts";

const { asset, pkg, uuid } = Values;
const CVE = "CVE-2026-0001";
const OTHER = "CVE-2026-0002";
const acquire = { _tag: "AcquireFromVendor", url: "https://vendor.example.com" } as const;

const advisory = (id: string, day: number, evr: string, over: Partial<Patch> = {}): Patch =>
  Values.patch(id, { publishedAt: Values.START + day, packages: [pkg("openssl", evr)], cves: [], ...over });
const lacks = (...patches: readonly Patch[]): readonly Supersedence.MissingHere[] =>
  patches.map((p) => ({
    patchId: p.id,
    packages: p.packages.map(({ name, arch, evr }) => ({ name, arch, fixed: evr })),
  }));
const [one, two] = [asset(uuid(1)), asset(uuid(2))];
const known: readonly Vulnerability[] = [
  { qid: 1, title: "one", severity: 5, cves: [CVE] },
  { qid: 2, title: "both", severity: 5, cves: [CVE, OTHER] },
  { qid: 3, title: "none", severity: 1, cves: [] },
];

interface World extends Partial<Omit<PatchNow.PatchNowInputs, "graph" | "missing" | "supplied" | "held">> {
  readonly patches: readonly Patch[];
  readonly missing?: readonly (readonly Supersedence.MissingHere[] | null)[];
  readonly supplied?: readonly string[];
  readonly held?: readonly string[];
}
const propose = ({ patches, missing = [lacks(...patches)], supplied = [], held = [], ...over }: World) =>
  PatchNow.propose({
    qids: [],
    cves: [CVE],
    vulnerabilities: new Map(known.map((v) => [v.qid, v])),
    assets: [one, two].slice(0, missing.length),
    missing: new Map(missing.flatMap((m, i) => (m === null ? [] : [[uuid(i + 1), m] as const]))),
    graph: Supersedence.make(patches),
    supplied: new Set(supplied),
    held: new Set(held),
    ...over,
  });
const groups = (found: PatchNow.PatchNow) => found.groups.map((g) => [g.assets, g.patches]);
const reasons = (found: PatchNow.PatchNow) => found.unfixed.map((u) => [u.qid, u.cve, u.reason]);

describe("patch now", () => {
  it("VUL-01: proposes the patch that names the CVE, where it is missing", () => {
    const patches = [
      advisory("P-1", 1, "2-1", { cves: [CVE] }),
      advisory("P-2", 1, "1-1", { packages: [pkg("curl", "9-1")] }),
    ];
    const found = propose({ patches, missing: [lacks(...patches), []] });
    expect(found).toEqual({
      groups: [{ platform: "Linux", assets: [uuid(1)], patches: ["P-1"] }],
      unfixed: [],
      held: [],
      unassessed: [],
    });
  });

  it("VUL-01: proposes the newest, though only an older one names the CVE: by packages, or by the vendor's links", () => {
    const linux = [advisory("P-1", 1, "2-1", { cves: [CVE] }), advisory("P-2", 2, "3-1"), advisory("P-3", 3, "4-1")];
    expect(groups(propose({ patches: linux }))).toEqual([[[uuid(1)], ["P-3"]]]);
    const kb = (id: string, day: number, over: Partial<Patch>): Patch =>
      Values.patch(id, {
        publishedAt: Values.START + day,
        packages: [],
        packageFormat: null,
        platform: "Windows",
        download: { _tag: "Automatic", files: [] },
        ...over,
      });
    const windows = [
      kb("K-1", 1, { cves: [CVE] }),
      kb("K-2", 2, { supersedes: [{ patchId: "K-1", product: null }] }),
      kb("K-3", 3, {}),
    ];
    expect(groups(propose({ patches: windows }))).toEqual([[[uuid(1)], ["K-2"]]]);
    // Where the newer one is not missing, it can't be what fixes it.
    expect(groups(propose({ patches: windows, missing: [lacks(...windows.slice(0, 1))] }))).toEqual([
      [[uuid(1)], ["K-1"]],
    ]);
  });

  it("VUL-01: doesn't take for newer what brings only a part of it, or an older version", () => {
    const both = advisory("P-1", 1, "2-1", { cves: [CVE], packages: [pkg("openssl", "2-1"), pkg("curl", "2-1")] });
    expect(groups(propose({ patches: [both, advisory("P-2", 2, "3-1")] }))).toEqual([[[uuid(1)], ["P-1"]]]);
    const newer = advisory("P-1", 1, "2-1", { cves: [CVE] });
    expect(groups(propose({ patches: [newer, advisory("P-2", 2, "1-9")] }))).toEqual([[[uuid(1)], ["P-1"]]]);
  });

  it("VUL-01: proposes the newest that can be deployed, and says when none can", () => {
    const kb = (id: string, over: Partial<Patch>): Patch =>
      Values.patch(id, { packages: [], packageFormat: null, platform: "Windows", ...over });
    const fix = kb("K-1", { cves: [CVE], download: { _tag: "Automatic", files: [] } });
    const over = { supersedes: [{ patchId: "K-1", product: null }], download: acquire };
    const patches = [fix, kb("K-2", over)];
    expect(groups(propose({ patches }))).toEqual([[[uuid(1)], ["K-1"]]]);
    expect(groups(propose({ patches, supplied: ["K-2"] }))).toEqual([[[uuid(1)], ["K-2"]]]);
    const stuck = [kb("K-1", { cves: [CVE], download: acquire })];
    expect(propose({ patches: stuck })).toEqual({
      groups: [],
      unfixed: [{ qid: null, cve: CVE, reason: "not-deployable", patches: ["K-1"], assets: [uuid(1)] }],
      held: [],
      unassessed: [],
    });
    const feature = [{ ...fix, isFeatureUpdate: true }];
    expect(reasons(propose({ patches: feature }))).toEqual([[null, CVE, "not-deployable"]]);
  });

  it("PLN-05, VUL-01: leaves held patches out and names them, with the newest that isn't held in their place", () => {
    const chain = [advisory("P-1", 1, "2-1", { cves: [CVE] }), advisory("P-2", 2, "3-1"), advisory("P-3", 3, "4-1")];
    const found = propose({ patches: chain, held: ["P-3"] });
    expect([groups(found), found.held, found.unfixed]).toEqual([[[[uuid(1)], ["P-2"]]], ["P-3"], []]);
    // What would not be proposed anyway is nothing to speak of.
    expect(propose({ patches: chain, held: ["P-1", "P-2"] })).toMatchObject({ held: [], unfixed: [] });
    const all = propose({ patches: chain, held: ["P-1", "P-2", "P-3"] });
    expect(all).toMatchObject({
      groups: [],
      held: ["P-3"],
      unfixed: [{ cve: CVE, reason: "held", patches: ["P-1"], assets: [uuid(1)] }],
    });
    const other = advisory("P-9", 1, "9-1", { cves: [CVE], packages: [pkg("curl", "9-1")], isFeatureUpdate: true });
    const both = propose({ patches: [...chain.slice(0, 1), other], held: ["P-1", "P-9"] });
    expect(both.unfixed.map((u) => [u.reason, u.patches])).toEqual([
      ["not-deployable", ["P-9"]],
      ["held", ["P-1"]],
    ]);
  });

  it("VUL-01: lists what no patch fixes, with the reason", () => {
    const patches = [
      advisory("P-1", 1, "2-1", { cves: [CVE] }),
      advisory("P-9", 1, "2-1", { cves: ["CVE-2026-0009"] }),
    ];
    const missing = [lacks(...patches.slice(0, 1))];
    const found = propose({ patches, missing, qids: [1, 2, 3, 4], cves: ["CVE-2026-0009", "cve-2026-0003"] });
    expect(groups(found)).toEqual([[[uuid(1)], ["P-1"]]]);
    expect(reasons(found)).toEqual([
      [2, OTHER, "no-patch"],
      [3, null, "no-cve"],
      [4, null, "unknown"],
      [null, "CVE-2026-0003", "no-patch"],
      [null, "CVE-2026-0009", "not-missing"],
    ]);
  });

  it("VUL-01: takes a patch that its vendor withdrew for none", () => {
    const patches = [advisory("P-1", 1, "2-1", { cves: [CVE], isDeprecated: true })];
    expect(reasons(propose({ patches, missing: [[]] }))).toEqual([[null, CVE, "no-patch"]]);
  });

  it("VUL-01, SYN-03: names assets that were never assessed, and doesn't say that nothing is missing there", () => {
    const patches = [advisory("P-1", 1, "2-1", { cves: [CVE] })];
    const found = propose({ patches, missing: [lacks(...patches), null] });
    expect(found.unassessed).toEqual([uuid(2)]);
    expect(groups(found)).toEqual([[[uuid(1)], ["P-1"]]]);
  });

  it("VUL-01: puts assets that need the same into one group, one platform each", () => {
    const patches = [advisory("P-1", 1, "2-1", { cves: [CVE] })];
    const windows = asset(uuid(2), { platform: "Windows" });
    const same = propose({ patches, missing: [lacks(...patches), lacks(...patches)] });
    expect(groups(same)).toEqual([[[uuid(1), uuid(2)], ["P-1"]]]);
    const apart = propose({ patches, missing: [lacks(...patches), lacks(...patches)], assets: [one, windows] });
    expect(apart.groups.map((g) => g.platform)).toEqual(["Linux", "Windows"]);
  });
});

const IDS = ["A", "B", "C", "D"];
const CVES = [CVE, OTHER, "CVE-2026-0003"];
const anyPatches: fc.Arbitrary<readonly Patch[]> = fc.subarray(IDS, { minLength: 1 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc
        .record({
          publishedAt: fc.integer({ min: 1, max: 3 }),
          cves: fc.subarray(CVES),
          isDeprecated: fc.constantFrom(false, false, false, true),
          isFeatureUpdate: fc.constantFrom(false, false, false, true),
          platform: fc.constantFrom("Windows", "Linux"),
          // Whatever the platform, for the slow way knows one order of versions.
          packageFormat: fc.constant("rpm"),
          download: fc.constantFrom<Patch["download"]>(
            { _tag: "Repository" },
            { _tag: "Automatic", files: [] },
            acquire,
            { _tag: "Unavailable" },
          ),
          supersedes: fc.array(fc.record({ patchId: fc.constantFrom(...IDS), product: fc.constant(null) }), {
            maxLength: 2,
          }),
          packages: fc.uniqueArray(
            fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom("1-1", "2-1", "3-1")).map(([n, v]) => pkg(n, v)),
            { maxLength: 2, selector: (p) => p.name },
          ),
        } as const)
        .map((over) => Values.patch(id, over)),
    ),
  ),
);
const anyInputs: fc.Arbitrary<PatchNow.PatchNowInputs> = anyPatches.chain((patches) =>
  fc
    .record({
      qids: fc.subarray([1, 2, 3, 4]),
      cves: fc.subarray(CVES),
      supplied: fc.subarray(IDS),
      held: fc.subarray(IDS, { maxLength: 2 }),
      missing: fc.array(fc.option(fc.subarray([...patches]), { freq: 5 }), { minLength: 2, maxLength: 3 }),
    })
    .map(({ missing, supplied, held, ...rest }) => ({
      ...rest,
      vulnerabilities: new Map(known.map((v) => [v.qid, v])),
      assets: missing.map((_, i) => asset(uuid(i + 1))),
      missing: new Map(missing.flatMap((m, i) => (m === null ? [] : [[uuid(i + 1), lacks(...m)] as const]))),
      graph: Supersedence.make(patches),
      supplied: new Set(supplied),
      held: new Set(held),
    })),
);

describe("patch now on generated fleets", () => {
  it("VUL-01: proposes what the slow and obvious way finds, and fixes or explains everything asked for", () => {
    const seen = { groups: 0, unfixed: 0, held: 0 };
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const found = PatchNow.propose(inputs);
        const byAsset = new Map(found.groups.flatMap((g) => g.assets.map((a) => [a, new Set(g.patches)] as const)));
        expect(byAsset).toEqual(Oracle.patchesByAsset(inputs));
        expect(found.held).toEqual(Oracle.heldOf(inputs));
        const explained = new Set(found.unfixed.map((u) => u.cve));
        for (const cve of Oracle.cvesOf(inputs)) {
          const fixed = Oracle.patchesByAsset({ ...inputs, qids: [], cves: [cve] }).size > 0;
          expect([cve, fixed || explained.has(cve)]).toEqual([cve, true]);
        }
        seen.groups += found.groups.length;
        seen.unfixed += found.unfixed.length;
        seen.held += found.held.length;
      }),
      Arbitraries.runs(2_000),
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(100);
  });

  it("VUL-01: proposes the same for the same inputs in any order", () => {
    fc.assert(
      fc.property(
        anyInputs.chain((from) =>
          fc.tuple(
            fc.constant(from),
            Arbitraries.shuffled(from.assets),
            Arbitraries.shuffled([...from.graph.patches.values()]),
          ),
        ),
        ([from, assets, patches]) => {
          const missing = new Map([...from.missing].map(([id, m]) => [id, [...m].reverse()] as const).reverse());
          const again = { ...from, assets, missing, graph: Supersedence.make(patches), cves: [...from.cves].reverse() };
          expect(PatchNow.propose(again)).toEqual(PatchNow.propose(from));
        },
      ),
      Arbitraries.runs(500),
    );
  });
});
