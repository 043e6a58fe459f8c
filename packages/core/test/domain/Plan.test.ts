import { Json } from "@fettle/agent-protocol";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import * as Patch from "../../src/domain/patch/Patch.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as PatchBuilders from "../../src/testing/builders/PatchBuilders.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Forest from "../scenario/Forest.ts";
import * as PlanWorld from "../scenario/PlanWorld.ts";
import * as Values from "../scenario/Values.ts";

const { any, asset, job, patch, pkg, select, uuid } = Values;
const { assessment, inputs, missing } = PlanWorld;

const compile = (over: Partial<Plan.PlanInputs>): Plan.Plan => {
  const compiled = Plan.compile(inputs(over));
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.value;
};
const query = job({ patches: { _tag: "Query", query: "category: security" } });
const listed = (...patches: readonly string[]) => job({ patches: { _tag: "List", patches } });
const openssl = missing("P-1", pkg("openssl", "2-1"));
const target = asset(uuid(1), { tags: ["fleet"] });
const idsOf = (group: Plan.PlanGroup | undefined) => group?.patches.map((p) => p.patchId);

describe("a plan", () => {
  it("PLN-01: names who gets which packages at which versions", () => {
    expect(compile({})).toEqual({
      jobId: uuid(900),
      kind: "deployment",
      occurrence: { key: "on-demand", nominalLocal: null },
      isProvisional: false,
      conduct: { reboot: { _tag: "Suppress" }, continueOnFailure: true },
      groups: [
        {
          assets: [uuid(1)],
          timing: { zone: null, start: null, windowEnd: null, latestReboot: null },
          patches: [{ patchId: "P-1", advisory: "P-1", packages: [pkg("openssl", "2-1")] }],
        },
      ],
      excluded: [],
      leftOut: [],
      versions: { tzdata: "2026a", tokenizer: "1" },
    });
  });

  it("CFG-09: leaves out an asset whose profile turns the patch module off, and names the profile", () => {
    expect(compile({ turnedOff: new Map([[uuid(1), "Kiosks"]]) })).toMatchObject({
      groups: [],
      excluded: [{ assetId: uuid(1), rule: "CFG-09", reason: expect.stringContaining("Kiosks"), shownAs: null }],
    });
  });

  it("PAT-13: asks repositories for the advisory that they know, of which the patch is one release's part", () => {
    const part = patch("A-1:rocky:9", { bulletin: "A-1", packages: [pkg("openssl", "2-1")] });
    const plan = compile({
      job: listed(part.id),
      patches: [part],
      assessments: new Map([[uuid(1), assessment([missing(part.id, pkg("openssl", "2-1"))])]]),
    });
    expect(plan.groups.flatMap((g) => g.patches.map((p) => [p.patchId, p.advisory]))).toEqual([["A-1:rocky:9", "A-1"]]);
    const windows = patch("W-1", { platform: "Windows", bulletin: "MS26-001", download: { _tag: "Unavailable" } });
    expect(Patch.advisoryOf(windows)).toBe("W-1");
  });

  it("PLN-01: the same inputs in any order give the same plan, to the byte", () => {
    const pairs = PlanWorld.anyInputs.chain((from) => fc.tuple(fc.constant(from), PlanWorld.reordered(from)));
    const seen = { groups: 0, excluded: 0, leftOut: 0 };
    fc.assert(
      fc.property(pairs, ([from, again]) => {
        const plan = compile(from);
        const other = compile(again);
        expect(other).toEqual(plan);
        expect(Buffer.from(Json.canonicalBytes(other)).equals(Json.canonicalBytes(plan))).toBe(true);
        seen.groups += plan.groups.length;
        seen.excluded += plan.excluded.length;
        seen.leftOut += plan.leftOut.length;
      }),
      Arbitraries.runs(400),
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(100);
  });

  it("PLN-01: what it depends on is part of it: other versions of tzdata or of the tokenizer make another plan", () => {
    expect(compile({ versions: { tzdata: "2026b", tokenizer: "1" } })).not.toEqual(compile({}));
    expect(compile({ versions: { tzdata: "2026a", tokenizer: "2" } })).not.toEqual(compile({}));
  });

  it("PLN-01: every asset that the selection names stands in exactly one place, and with the fate that the rules read literally give", () => {
    const rules = new Set<string>();
    fc.assert(
      fc.property(PlanWorld.anyInputs, (from) => {
        const plan = compile(from);
        const placed = [...plan.groups.flatMap((g) => g.assets), ...plan.excluded.map((e) => e.assetId)];
        const meant = from.assets.filter(
          (a) => Forest.verdict(from.tree, from.job.targets ?? select({}), a) !== "not-selected",
        );
        expect([...placed].sort()).toEqual(meant.map((a) => a.id).sort());
        for (const one of meant) {
          const rule = whyExcluded(from, one);
          expect([one.id, plan.excluded.find((e) => e.assetId === one.id)?.rule ?? null]).toEqual([
            one.id,
            rule ?? null,
          ]);
          rules.add(rule ?? "gets patches");
        }
        for (const group of plan.groups) expect(group.patches.length).toBeGreaterThan(0);
        const fates = plan.groups.map((g) => JSON.stringify(g.patches));
        expect(new Set(fates).size).toBe(fates.length);
      }),
      Arbitraries.runs(500),
    );
    expect([...rules].sort()).toEqual([
      "AST-11",
      "JOB-01",
      "JOB-22",
      "LIC-06",
      "PAT-12",
      "SYN-03",
      "TAG-04",
      "TAG-06",
      "gets patches",
    ]);
  });

  it("is refused to a job without patches or targets", () => {
    for (const over of [{ patches: null }, { targets: null }] as const) {
      expect(Plan.compile(inputs({ job: job(over) }))).toMatchObject({ ok: false, error: { rule: "JOB-02" } });
    }
  });

  it("DSH-04: of a stored query that no longer reads is refused with what is wrong (of a job's query)", () => {
    const broken = job({ patches: { _tag: "Query", query: "colour: red" } });
    expect(Plan.compile(inputs({ job: broken }))).toMatchObject({
      ok: false,
      error: { rule: "DSH-04", path: "patches.query", message: expect.stringContaining("colour") },
    });
  });
});

// The first rule that keeps an asset out, in the order in which the plan is to ask, or undefined when something is left to do.
const whyExcluded = (from: Plan.PlanInputs, one: Asset): string | undefined => {
  const { scope, tree } = from;
  const isSeen =
    scope._tag === "All" || scope.tags.some((t) => Forest.below(tree, t).some((id) => one.tags.includes(id)));
  if (!isSeen) return "TAG-06";
  if (Forest.satisfies(tree, from.job.targets?.exclude ?? any(), one.tags)) return "TAG-04";
  if (one.platform !== from.job.platform) return "JOB-01";
  if (one.activations.PM === undefined) return "AST-11";
  if (from.seats.get(one.id)?._tag !== "Licensed") return "LIC-06";
  const chosen = chosenPatches(from);
  if (from.job.kind === "rollback") {
    return chosen.some((id) => from.former.get(one.id)?.has(id) === true) ? undefined : "PAT-12";
  }
  const assessed = from.assessments.get(one.id);
  if (assessed === undefined) return "SYN-03";
  return assessed.missing.some((m) => chosen.includes(m.patchId)) ? undefined : "JOB-22";
};

const chosenPatches = (from: Plan.PlanInputs): readonly string[] => {
  const { patches: source, kind } = from.job;
  if (source?._tag === "List") {
    return from.patches
      .filter((p) => source.patches.includes(p.id) && (kind === "rollback" || !p.isDeprecated))
      .map((p) => p.id);
  }
  const isTarget = (a: Asset) => {
    const verdict = Forest.verdict(from.tree, from.job.targets ?? select({}), a);
    return verdict === "selected" && !["TAG-06", "JOB-01", "AST-11", "LIC-06"].includes(whyNotEligible(from, a) ?? "");
  };
  const wanted = from.assets
    .filter(isTarget)
    .flatMap((a) => from.assessments.get(a.id)?.missing.map((m) => m.patchId) ?? []);
  return from.patches
    .filter((p) => p.category === "security" && !p.isDeprecated && wanted.includes(p.id))
    .sort((a, b) => b.publishedAt - a.publishedAt || a.id.localeCompare(b.id))
    .slice(0, from.limits.patchesPerJobMax)
    .map((p) => p.id);
};

const whyNotEligible = (from: Plan.PlanInputs, one: Asset): string | undefined =>
  whyExcluded({ ...from, job: { ...from.job, kind: "rollback", patches: { _tag: "List", patches: [] } } }, one);

describe("an asset that gets nothing", () => {
  const alone = (one: Asset, over: Partial<Plan.PlanInputs> = {}) => {
    const { excluded, groups } = compile({ assets: [one], ...over });
    expect(groups).toEqual([]);
    return excluded;
  };

  it("TAG-06: is outside the scope that the owner has now", () => {
    expect(alone(target, { scope: TagScope.tags(["lab"]) })).toMatchObject([
      { assetId: uuid(1), rule: "TAG-06", shownAs: null },
    ]);
    expect(alone(target, { scope: TagScope.tags([]) })).toMatchObject([{ rule: "TAG-06" }]);
  });

  it("TAG-04: bears an excluded tag, though the job names it", () => {
    const named = job({ targets: select({ assets: [uuid(1)], exclude: any("fleet") }) });
    expect(alone(target, { job: named })).toMatchObject([{ rule: "TAG-04", shownAs: null }]);
  });

  it("JOB-01: is of another platform than the job (platforms; one a job)", () => {
    expect(alone({ ...target, platform: "Windows" })).toMatchObject([
      { rule: "JOB-01", reason: expect.stringContaining("Linux") },
    ]);
  });

  it.each([
    ["Fedora CoreOS 40", "Linux"],
    ["Red Hat Enterprise Linux CoreOS 9.4", "Linux"],
    ["Flatcar Container Linux 3815", "Linux"],
    ["Bottlerocket OS 1.20", "Linux"],
    ["FreeBSD 14.1-RELEASE", "Other"],
    ["AIX 7.3", "Other"],
    ["Oracle Solaris 11.4", "Other"],
    ["Something else", "Other"],
  ] as const)("AST-13: is of %s, which can't be patched", (osName, platform) => {
    expect(alone({ ...target, osName, platform })).toMatchObject([
      { rule: "AST-13", reason: expect.stringContaining(osName), shownAs: null },
    ]);
  });

  it.each(["Solarisx Linux 9", "Enterprise Linux 9", "Fedora Linux 40 (Server Edition)", "Rocky Linux 9.4"])(
    "AST-13: but %s can",
    (osName) => {
      expect(compile({ assets: [{ ...target, osName }] }).excluded).toEqual([]);
    },
  );

  it("AST-07: is an evaluation edition of Windows, until it is a full one", () => {
    const windows = { ...target, platform: "Windows" } as const;
    const rules = (osName: string) => alone({ ...windows, osName }).map((e) => e.rule);
    expect(rules("Windows Server 2022 Standard Evaluation")).toEqual(["AST-07"]);
    expect(rules("Windows Server 2022 Standard")).toEqual(["JOB-01"]);
  });

  it("AST-11: has the patch module not active", () => {
    expect(alone({ ...target, activations: { VM: 1 } })).toMatchObject([{ rule: "AST-11", shownAs: null }]);
  });

  it("LIC-06: has no seat, is marked as unlicensed, and the reason names the licence's rule", () => {
    const seats = new Map([[uuid(1), { _tag: "NotLicensed", rule: "LIC-04", reason: "in a tag excluded" } as const]]);
    expect(alone(target, { seats })).toEqual([
      { assetId: uuid(1), rule: "LIC-06", reason: "in a tag excluded (LIC-04)", shownAs: "NotLicensed" },
    ]);
    expect(alone(target, { seats: new Map() })).toMatchObject([{ rule: "LIC-06", shownAs: "NotLicensed" }]);
  });

  it("SYN-03: was never assessed: unknown isn't nothing missing", () => {
    expect(alone(target, { assessments: new Map() })).toMatchObject([{ rule: "SYN-03" }]);
  });

  it("JOB-22: has none of the patches missing", () => {
    expect(alone(target, { assessments: new Map([[uuid(1), assessment([], ["P-1"])]]) })).toMatchObject([
      { rule: "JOB-22" },
    ]);
  });

  it("isn't named at all when the selection doesn't mean it", () => {
    expect(alone(asset(uuid(1), { tags: ["lab"] }))).toEqual([]);
  });
});

describe("the patches of a plan", () => {
  it("PAT-06: leave out a deprecated one, by name, from a list and from a query; a rollback may still take it back", () => {
    const patches = [patch("P-1", { isDeprecated: true })];
    const former = new Map([[uuid(1), new Map([["P-1", [pkg("openssl", "1-1")]]])]]);
    const plan = compile({ patches });
    expect(plan.groups).toEqual([]);
    expect(plan.leftOut).toMatchObject([{ patchId: "P-1", rule: "PAT-06" }]);
    expect(compile({ patches, job: query }).groups).toEqual([]);
    expect(idsOf(compile({ patches, former, job: { ...listed("P-1"), kind: "rollback" } }).groups[0])).toEqual(["P-1"]);
  });

  it("PAT-03: leave out one that isn't in the catalogue, by name, and keep the rest", () => {
    const plan = compile({ job: listed("P-9", "P-1", "P-7") });
    expect(plan.leftOut.map((l) => [l.patchId, l.rule])).toEqual([
      ["P-7", "PAT-03"],
      ["P-9", "PAT-03"],
    ]);
    expect(idsOf(plan.groups[0])).toEqual(["P-1"]);
  });

  it("JOB-22: of a query are those missing on at least one target, and nothing else the query finds", () => {
    const other = asset(uuid(2), { tags: ["lab"] });
    const plan = compile({
      job: query,
      assets: [target, other],
      patches: [patch("P-1"), patch("P-2"), patch("P-3"), patch("B-1", { category: "bugfix" })],
      assessments: new Map([
        [uuid(1), assessment([openssl, missing("B-1", pkg("tzdata", "2-1"))])],
        // Not a target, so what it lacks doesn't count.
        [uuid(2), assessment([missing("P-3", pkg("curl", "2-1"))])],
      ]),
    });
    expect(plan.groups.map(idsOf)).toEqual([["P-1"]]);
    expect(plan.leftOut).toEqual([]);
  });

  it("JOB-22: of a query past the limit are the newest, and what was cut is said by name", () => {
    const max = 2_000;
    const all = Array.from({ length: max + 1 }, (_, i) => patch(`P-${i}`, { publishedAt: Values.START + i }));
    const lacks = (patches: readonly ReturnType<typeof patch>[]) =>
      new Map([[uuid(1), assessment(patches.map((p) => missing(p.id, ...p.packages)))]]);
    const full = compile({ job: query, patches: all.slice(1), assessments: lacks(all.slice(1)) });
    expect(full.groups[0]?.patches).toHaveLength(max);
    expect(full.leftOut).toEqual([]);
    const cut = compile({ job: query, patches: all, assessments: lacks(all) });
    expect(cut.groups).toEqual(full.groups);
    expect(cut.leftOut).toEqual([{ patchId: "P-0", rule: "JOB-22", reason: "past the newest 2000" }]);
  });

  it("JOB-22: past the limit, of those published at one instant the first by id stay", () => {
    const patches = ["P-3", "P-1", "P-2"].map((id) => patch(id));
    const assessments = new Map([[uuid(1), assessment(patches.map((p) => missing(p.id, ...p.packages)))]]);
    const plan = compile({ job: query, patches, assessments, limits: Limits.withOverrides({ patchesPerJobMax: 2 }) });
    expect(idsOf(plan.groups[0])).toEqual(["P-1", "P-2"]);
    expect(plan.leftOut.map((l) => l.patchId)).toEqual(["P-3"]);
  });

  it("are in the order of their publication, so that of two fixes of one package the older goes first", () => {
    const patches = [patch("A", { publishedAt: 3 }), patch("B", { publishedAt: 1 }), patch("C", { publishedAt: 2 })];
    const assessments = new Map([[uuid(1), assessment(patches.map((p) => missing(p.id, ...p.packages)))]]);
    expect(idsOf(compile({ job: listed("A", "B", "C"), patches, assessments }).groups[0])).toEqual(["B", "C", "A"]);
  });

  it("bring to each asset only the packages that are behind there", () => {
    const zlib = patch("Z", { packages: [pkg("zlib", "2-1"), pkg("zlib-devel", "2-1")] });
    const plan = compile({
      job: listed("Z"),
      assets: [target, asset(uuid(2), { tags: ["web"] }), asset(uuid(3), { tags: ["fleet"] })],
      patches: [zlib],
      assessments: new Map([
        [uuid(1), assessment([missing("Z", pkg("zlib-devel", "2-1"), pkg("zlib", "2-1"))])],
        [uuid(2), assessment([missing("Z", pkg("zlib", "2-1"))])],
        [uuid(3), assessment([missing("Z", pkg("zlib", "2-1"), pkg("zlib-devel", "2-1"))])],
      ]),
    });
    expect(plan.groups.map((g) => [g.assets, g.patches[0]?.packages.map((p) => p.name)])).toEqual([
      [
        [uuid(1), uuid(3)],
        ["zlib", "zlib-devel"],
      ],
      [[uuid(2)], ["zlib"]],
    ]);
  });
});

describe("the plan of a rollback", () => {
  const rollback = { ...listed("P-1", "P-2"), kind: "rollback" } as const;
  const patches = [patch("P-1", { publishedAt: 1 }), patch("P-2", { publishedAt: 2 })];

  it("takes exactly the versions that stood there, of each asset its own, the newest patch first", () => {
    const was = (evr: string) => [pkg("openssl", evr)];
    const plan = compile({
      job: rollback,
      patches,
      assets: [target, asset(uuid(2), { tags: ["fleet"] })],
      former: new Map([
        [
          uuid(1),
          new Map([
            ["P-1", was("1-1")],
            ["P-2", was("1-9")],
          ]),
        ],
        [uuid(2), new Map([["P-1", was("1-0")]])],
      ]),
    });
    expect(plan.groups).toMatchObject([
      {
        assets: [uuid(1)],
        patches: [
          { patchId: "P-2", advisory: "P-2", packages: was("1-9") },
          { patchId: "P-1", advisory: "P-1", packages: was("1-1") },
        ],
      },
      { assets: [uuid(2)], patches: [{ patchId: "P-1", advisory: "P-1", packages: was("1-0") }] },
    ]);
  });

  it("says of an asset without a known former version that nothing can be taken back", () => {
    const none = new Map([[uuid(1), new Map([["P-1", []]])]]);
    for (const former of [new Map(), none]) {
      const plan = compile({ job: rollback, patches, former });
      expect(plan.groups).toEqual([]);
      expect(plan.excluded).toMatchObject([{ assetId: uuid(1), rule: "PAT-12" }]);
    }
  });
});

describe("which patches a deployment takes up", () => {
  const windows = (id: string, over: Partial<Parameters<typeof patch>[1] & object> = {}) =>
    patch(id, { platform: "Windows", packageFormat: null, download: automatic, isRollbackSupported: true, ...over });
  const automatic = {
    _tag: "Automatic",
    files: [{ url: "https://dl.example.com/a.msu", digest: `sha256:${"0".repeat(64)}`, sizeBytes: 1, signer: null }],
  } as const;
  const acquire = { _tag: "AcquireFromVendor", url: "https://vendor.example.com/get" } as const;
  const patches = [
    windows("W-1"),
    windows("W-2", { download: acquire }),
    windows("W-3", { download: { _tag: "Unavailable" } }),
    windows("W-4", { isFeatureUpdate: true }),
    windows("W-5", { isDeprecated: true }),
    windows("W-6", { isRollbackSupported: false }),
  ];
  const machine = asset(uuid(1), { tags: ["fleet"], platform: "Windows" });
  const all = patches.map((p) => p.id);
  const lacks = (...ids: readonly string[]) =>
    new Map([[machine.id, assessment(ids.map((id) => missing(id, pkg("openssl", "2-1"))))]]);
  const world = (over: Partial<Plan.PlanInputs>) =>
    compile({ assets: [machine], patches, assessments: lacks(...all), ...over });
  const byList = (kind: "deployment" | "rollback" = "deployment") =>
    job({ kind, platform: "Windows", patches: { _tag: "List", patches: all } });
  const byQuery = job({ platform: "Windows", patches: { _tag: "Query", query: "category: security" } });
  const reasons = (plan: Plan.Plan) => plan.leftOut.map((l) => [l.patchId, l.rule]);

  it("PAT-02, PAT-03: of a list only what the agent can fetch; the rest is left out by name, and the plan stands", () => {
    const plan = world({ job: byList() });
    expect(idsOf(plan.groups[0])).toEqual(["W-1", "W-6"]);
    expect(reasons(plan)).toEqual([
      ["W-2", "PAT-03"],
      ["W-3", "PAT-03"],
      ["W-4", "PAT-07"],
      ["W-5", "PAT-06"],
    ]);
    expect(plan.leftOut[0]?.reason).toContain(acquire.url);
  });

  it("PAT-02, JOB-22: of a query only what the agent can fetch, and what it can't is said", () => {
    const plan = world({ job: byQuery });
    expect(idsOf(plan.groups[0])).toEqual(["W-1", "W-6"]);
    expect(reasons(plan)).toEqual([
      ["W-2", "PAT-03"],
      ["W-3", "PAT-03"],
      ["W-4", "PAT-07"],
    ]);
  });

  it("PAT-04: also what someone supplied the file of, but nothing about which nothing is known", () => {
    for (const kind of [byList(), byQuery]) {
      const plan = world({
        job: kind,
        supplied: new Map(["W-2", "W-3", "W-4", "W-5"].map((id) => [id, PatchBuilders.vendorFile(id)] as const)),
      });
      expect(idsOf(plan.groups[0])).toEqual(["W-1", "W-2", "W-6"]);
    }
  });

  it("PAT-07: never a feature update, of a list or of a query, though its file is there", () => {
    const feature = windows("W-4", { isFeatureUpdate: true });
    for (const of of [byList(), byQuery]) {
      const plan = world({ job: of, patches: [feature], assessments: lacks("W-4") });
      expect(plan.groups).toEqual([]);
      expect(plan.leftOut.find((l) => l.patchId === "W-4")).toMatchObject({ rule: "PAT-07" });
    }
  });

  it("PAT-12: a rollback takes only patches that support it, and names the others", () => {
    const plan = world({
      job: byList("rollback"),
      former: new Map([[machine.id, new Map(all.map((id) => [id, [pkg("openssl", "1-1")]] as const))]]),
    });
    expect(idsOf(plan.groups[0])).toEqual(["W-5", "W-4", "W-3", "W-2", "W-1"]);
    expect(plan.leftOut.filter((l) => l.rule === "PAT-12").map((l) => l.patchId)).toEqual(["W-6"]);
  });

  it("JOB-22, PAT-08: leaves out of a query what is superseded on every target that lacks it, and keeps it where it isn't", () => {
    const chain = [windows("W-1"), windows("W-9", { supersedes: [{ patchId: "W-1", product: null }] })];
    const both = compile({ assets: [machine], patches: chain, assessments: lacks("W-1", "W-9"), job: byQuery });
    expect(idsOf(both.groups[0])).toEqual(["W-9"]);
    expect(both.leftOut).toEqual([
      { patchId: "W-1", rule: "JOB-22", reason: "superseded on every target that lacks it" },
    ]);
    // Where the newer one doesn't apply, the older one is the newest there is.
    const alone = compile({ assets: [machine], patches: chain, assessments: lacks("W-1"), job: byQuery });
    expect(idsOf(alone.groups[0])).toEqual(["W-1"]);
    const withdrawn = chain.map((p) => (p.id === "W-9" ? { ...p, isDeprecated: true } : p));
    const left = compile({ assets: [machine], patches: withdrawn, assessments: lacks("W-1", "W-9"), job: byQuery });
    expect(idsOf(left.groups[0])).toEqual(["W-1"]);
  });

  it("JOB-22: a query sees the vulnerabilities, counts and supersedence of the targets", () => {
    const found = (query: string) =>
      idsOf(
        world({
          job: job({ platform: "Windows", patches: { _tag: "Query", query } }),
          patches: [windows("W-1", { cves: ["CVE-2026-1"] }), windows("W-6")],
          qids: new Map([["CVE-2026-1", [90_931]]]),
        }).groups[0],
      ) ?? [];
    expect(found("qid: 90931")).toEqual(["W-1"]);
    expect(found("patchStatus: Missing and isSuperseded: false and missingCount: 1")).toEqual(["W-1", "W-6"]);
    expect(found("missingCount > 1")).toEqual([]);
  });
});
