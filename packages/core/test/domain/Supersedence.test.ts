import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Patch, SupersedenceLink } from "../../src/domain/patch/Patch.ts";
import * as Supersedence from "../../src/domain/patch/Supersedence.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Values from "../scenario/Values.ts";
import * as Oracle from "./oracle/SupersedenceOracle.ts";

const over = (...ids: readonly string[]): readonly SupersedenceLink[] =>
  ids.map((patchId) => ({ patchId, product: null }));
const on = (product: string, ...ids: readonly string[]): readonly SupersedenceLink[] =>
  ids.map((patchId) => ({ patchId, product }));
/** A Windows patch, published on the day. */
const kb = (id: string, day: number, supersedes: readonly SupersedenceLink[] = [], more: Partial<Patch> = {}): Patch =>
  Values.patch(id, {
    platform: "Windows",
    packageFormat: null,
    packages: [],
    publishedAt: Values.START + day * Values.DAY_MS,
    supersedes,
    ...more,
  });
const missing = (...ids: readonly string[]) => ids.map((patchId) => ({ patchId, packages: [] }));
const latest = (patches: readonly Patch[], ids: readonly string[], installed: readonly string[] = []) =>
  Supersedence.latest(Supersedence.make(patches), { missing: missing(...ids), installed, products: null });

describe("supersedence", () => {
  it("PAT-08: is followed along a chain; only its end is not superseded", () => {
    const chain = [kb("A", 1), kb("B", 2, over("A")), kb("C", 3, over("B"))];
    const graph = Supersedence.make(chain);
    expect(chain.map((p) => Supersedence.isSuperseded(graph, p.id))).toEqual([true, true, false]);
    expect(chain.map((p) => Supersedence.supersededBy(graph, p.id))).toEqual([["B"], ["C"], []]);
    expect([graph.dropped, graph.dangling]).toEqual([[], []]);
  });

  it("PAT-08: joins again behind a diamond", () => {
    const graph = Supersedence.make([
      kb("A", 1),
      kb("B", 2, over("A")),
      kb("C", 2, over("A")),
      kb("D", 3, over("B", "C")),
    ]);
    expect(Supersedence.supersededBy(graph, "A")).toEqual(["B", "C"]);
    expect(Supersedence.isSupersededAmong(graph, "A", new Set(["D"]), null)).toBe(true);
    expect(Supersedence.isSuperseded(graph, "D")).toBe(false);
  });

  it("PAT-08: drops and reports a link of a patch to itself", () => {
    const graph = Supersedence.make([kb("A", 1, over("A"))]);
    expect(graph.dropped).toEqual([{ newer: "A", older: "A", product: null }]);
    expect(Supersedence.isSuperseded(graph, "A")).toBe(false);
  });

  it("PAT-08: breaks a circle of two where the earlier one claims to replace the later one, and says so", () => {
    const graph = Supersedence.make([kb("A", 2, over("B")), kb("B", 1, over("A"))]);
    expect(graph.dropped).toEqual([{ newer: "B", older: "A", product: null }]);
    expect([Supersedence.isSuperseded(graph, "A"), Supersedence.isSuperseded(graph, "B")]).toEqual([false, true]);
    const sameDay = Supersedence.make([kb("A", 1, over("B")), kb("B", 1, over("A"))]);
    expect(sameDay.dropped).toEqual([{ newer: "A", older: "B", product: null }]);
  });

  it("PAT-08: keeps a link from an earlier patch to a later one that lies on no circle", () => {
    const graph = Supersedence.make([kb("A", 1, over("B")), kb("B", 2)]);
    expect(graph.dropped).toEqual([]);
    expect(Supersedence.isSuperseded(graph, "B")).toBe(true);
  });

  it("PAT-08: calls nothing a circle that is one over two products only", () => {
    const patches = [
      kb("A", 1, on("10", "B"), { products: ["10", "11"] }),
      kb("B", 2, on("11", "A"), { products: ["10", "11"] }),
    ];
    const graph = Supersedence.make(patches);
    expect(graph.dropped).toEqual([]);
    const among = new Set(["A", "B"]);
    expect(Supersedence.isSupersededAmong(graph, "B", among, new Set(["10"]))).toBe(true);
    expect(Supersedence.isSupersededAmong(graph, "B", among, new Set(["11"]))).toBe(false);
    expect(Supersedence.isSupersededAmong(graph, "A", among, new Set(["11"]))).toBe(true);
  });

  it("PAT-08: leaves out a link without a product only on the product whose links make it a circle", () => {
    const patches = [
      kb("A", 1, over("B"), { products: ["10", "11"] }),
      kb("B", 2, on("10", "A"), { products: ["10", "11"] }),
    ];
    const graph = Supersedence.make(patches);
    expect(graph.dropped).toEqual([{ newer: "A", older: "B", product: "10" }]);
    const among = new Set(["A", "B"]);
    expect(Supersedence.isSupersededAmong(graph, "B", among, new Set(["10"]))).toBe(false);
    expect(Supersedence.isSupersededAmong(graph, "B", among, new Set(["11"]))).toBe(true);
    expect(Supersedence.isSupersededAmong(graph, "A", among, new Set(["10"]))).toBe(true);
  });

  it("PAT-08: reports a link to a patch that no feed has, and ends the chain there", () => {
    const graph = Supersedence.make([kb("A", 1), kb("C", 3, over("B"))]);
    expect(graph.dangling).toEqual([{ newer: "C", older: "B", product: null }]);
    expect(Supersedence.isSuperseded(graph, "A")).toBe(false);
  });

  it("PAT-06, PAT-08: a deprecated patch takes nobody's place, but what replaces it does", () => {
    const withdrawn = { isDeprecated: true };
    const graph = Supersedence.make([kb("A", 1), kb("B", 2, over("A"), withdrawn)]);
    expect([Supersedence.isSuperseded(graph, "A"), Supersedence.supersededBy(graph, "A")]).toEqual([false, []]);
    const further = Supersedence.make([kb("A", 1), kb("B", 2, over("A"), withdrawn), kb("C", 3, over("B"))]);
    expect([Supersedence.isSuperseded(further, "A"), Supersedence.supersededBy(further, "A")]).toEqual([true, ["C"]]);
  });

  it("PAT-08: walks a chain, and a circle, of 10,000 without running out of stack", () => {
    const long = Array.from({ length: 10_000 }, (_, i) =>
      kb(`K-${String(i).padStart(5, "0")}`, i, i === 0 ? [] : over(`K-${String(i - 1).padStart(5, "0")}`), {
        isDeprecated: i > 0 && i < 9_999,
      }),
    );
    expect(Supersedence.supersededBy(Supersedence.make(long), "K-00000")).toEqual(["K-09999"]);
    const circle = long.map((p, i) => (i === 0 ? { ...p, supersedes: over("K-09999") } : p));
    const graph = Supersedence.make(circle);
    expect(graph.dropped).toEqual([{ newer: "K-00000", older: "K-09999", product: null }]);
    expect(Supersedence.isSuperseded(graph, "K-09999")).toBe(false);
  });
});

describe("latest missing", () => {
  const chain = [kb("A", 1), kb("B", 2, over("A")), kb("C", 3, over("B")), kb("X", 1)];

  it("AST-03: is the newest of each chain of what is missing there, whatever newer ones the catalogue has", () => {
    expect(latest(chain, ["A", "B", "C", "X"])).toEqual(["C", "X"]);
    expect(latest(chain, ["A", "B"])).toEqual(["B"]);
    expect(latest(chain, ["A"])).toEqual(["A"]);
  });

  it("AST-03: leaves out what something installed there takes the place of", () => {
    expect(latest(chain, ["A", "X"], ["C"])).toEqual(["X"]);
  });

  it("AST-03: counts a link for one product only where the asset has it, or the patch is for nothing else", () => {
    const patches = [kb("A", 1, [], { products: ["10", "11"] }), kb("B", 2, on("10", "A"), { products: ["10", "11"] })];
    const here = (products: readonly string[] | null) =>
      Supersedence.latest(Supersedence.make(patches), {
        missing: missing("A", "B"),
        installed: [],
        products: products && new Set(products),
      });
    expect(here(["10"])).toEqual(["B"]);
    expect(here(["11"])).toEqual(["A", "B"]);
    expect(here(null)).toEqual(["A", "B"]);
    expect(here(["spelled differently"])).toEqual(["A", "B"]);
  });

  const { pkg } = Values;
  const advisory = (id: string, day: number, ...packages: readonly (readonly [string, string])[]): Patch =>
    Values.patch(id, {
      publishedAt: Values.START + day * Values.DAY_MS,
      packages: packages.map(([name, evr]) => pkg(name, evr)),
    });
  const lacking = (patches: readonly Patch[]) =>
    Supersedence.latest(Supersedence.make(patches), {
      missing: patches.map((p) => ({
        patchId: p.id,
        packages: p.packages.map(({ name, arch, evr }) => ({ name, arch, fixed: evr })),
      })),
      installed: [],
      products: null,
    });

  it("AST-03: on Linux, leaves out an advisory whose every package others bring as far or further", () => {
    const old = advisory("L-1", 1, ["openssl", "2-1"], ["curl", "2-1"]);
    expect(lacking([old, advisory("L-2", 2, ["openssl", "3-1"])])).toEqual(["L-1", "L-2"]);
    expect(lacking([old, advisory("L-2", 2, ["openssl", "3-1"]), advisory("L-3", 3, ["curl", "2-1"])])).toEqual([
      "L-2",
      "L-3",
    ]);
    expect(lacking([old, advisory("L-9", 9, ["openssl", "10-1"], ["curl", "2-1"])])).toEqual(["L-9"]);
  });

  it("AST-03: on Linux, goes by the version before the date, and by the date when the version is the same", () => {
    expect(lacking([advisory("L-1", 1, ["openssl", "3-1"]), advisory("L-2", 2, ["openssl", "2-1"])])).toEqual(["L-1"]);
    expect(lacking([advisory("L-1", 1, ["openssl", "2-1"]), advisory("L-2", 2, ["openssl", "2-1"])])).toEqual(["L-2"]);
  });

  it("AST-03: compares Debian's versions as Debian does, and keeps streams of a module apart", () => {
    const deb = (id: string, day: number, evr: string): Patch => ({
      ...advisory(id, day, ["openssl", evr]),
      packageFormat: "deb",
    });
    // To Debian letters come before everything else, so 1.0+a is later; to rpm b is later than a.
    expect(lacking([deb("D-1", 2, "1.0b-1"), deb("D-2", 1, "1.0+a-1")])).toEqual(["D-2"]);
    const stream = (id: string, day: number, evr: string, module: string): Patch => ({
      ...advisory(id, day),
      packages: [{ ...pkg("perl", evr), module }],
    });
    expect(lacking([stream("M-1", 1, "5.26-1", "perl:5.26"), stream("M-2", 2, "5.30-1", "perl:5.30")])).toEqual([
      "M-1",
      "M-2",
    ]);
  });
});

const IDS = ["A", "B", "C", "D", "E", "F"];
const PRODUCTS = ["10", "11"];

const anyPatches: fc.Arbitrary<readonly Patch[]> = fc.subarray(IDS, { minLength: 2 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc
        .record({
          day: fc.integer({ min: 0, max: 3 }),
          supersedes: fc.array(
            fc.record({
              patchId: fc.constantFrom(...IDS, "gone"),
              product: fc.constantFrom(null, null, ...PRODUCTS, "other"),
            }),
            { maxLength: 3 },
          ),
          products: fc.subarray(PRODUCTS),
          isDeprecated: fc.constantFrom(false, false, false, true),
          packages: fc.uniqueArray(
            fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom("1-1", "1.0-1", "2-1", "2~rc-1", "1a-1", "1+b-1")),
            { maxLength: 2, selector: ([name]) => name },
          ),
        })
        .map(({ day, packages, ...rest }) =>
          kb(id, day, rest.supersedes, {
            ...rest,
            packageFormat: "deb",
            packages: packages.map(([name, evr]) => Values.pkg(name, evr)),
          }),
        ),
    ),
  ),
);

const anyAsset = fc
  .tuple(anyPatches, fc.option(fc.subarray([...PRODUCTS, "other"]), { freq: 3 }))
  .chain(([patches, products]) =>
    fc
      .array(fc.constantFrom("missing", "installed", "neither"), {
        minLength: patches.length,
        maxLength: patches.length,
      })
      .map((states) => ({
        patches,
        asset: {
          missing: patches
            .filter((_, i) => states[i] === "missing")
            .map((p) => ({
              patchId: p.id,
              packages: p.packages.map(({ name, arch, evr }) => ({ name, arch, fixed: evr })),
            })),
          installed: patches.filter((_, i) => states[i] === "installed").map((p) => p.id),
          products: products && new Set(products),
        },
      })),
  );

describe("generated catalogues with circles, products and gaps", () => {
  it("PAT-08: are superseded exactly where the slow and obvious way says so", () => {
    fc.assert(
      fc.property(anyPatches, fc.subarray(IDS), fc.option(fc.subarray(PRODUCTS)), (patches, some, products) => {
        const graph = Supersedence.make(patches);
        const among = new Set(some);
        const here = products && new Set(products);
        const everyone = new Set(IDS);
        for (const { id } of patches) {
          expect(Supersedence.isSupersededAmong(graph, id, among, here)).toBe(
            Oracle.isReplaced(patches, id, among, here),
          );
          expect(Supersedence.isSuperseded(graph, id)).toBe(Oracle.isReplaced(patches, id, everyone, null));
        }
      }),
      Arbitraries.runs(2_000),
    );
  });

  it("AST-03: have the latest missing ones that the slow and obvious way finds", () => {
    fc.assert(
      fc.property(anyAsset, ({ patches, asset }) => {
        expect(Supersedence.latest(Supersedence.make(patches), asset)).toEqual(Oracle.latest(patches, asset));
      }),
      Arbitraries.runs(2_000),
    );
  });

  it("AST-03: the latest ones bring every package as far as all missing ones together, where no vendor's link says else", () => {
    fc.assert(
      fc.property(anyAsset, ({ patches, asset }) => {
        const plain = patches.map((p) => ({ ...p, supersedes: [] }));
        const chosen = new Set(Supersedence.latest(Supersedence.make(plain), asset));
        const graph = Supersedence.make(plain);
        const together = {
          patchId: patches[0]?.id ?? "",
          packages: asset.missing.filter((m) => chosen.has(m.patchId)).flatMap((m) => m.packages),
        };
        for (const m of asset.missing) {
          for (const p of m.packages) {
            const bringers = together.packages.filter((q) => q.name === p.name);
            expect(
              bringers.some((q) => Supersedence.covers(graph, { ...together, packages: [q] }, { ...m, packages: [p] })),
            ).toBe(true);
          }
        }
      }),
      Arbitraries.runs(500),
    );
  });

  it("PAT-08: say the same in any order, and what stands never goes in a circle", () => {
    fc.assert(
      fc.property(
        anyPatches.chain((p) => fc.tuple(fc.constant(p), Arbitraries.shuffled(p))),
        ([patches, mixed]) => {
          const shuffledLinks = mixed.map((p) => ({ ...p, supersedes: [...p.supersedes].reverse() }));
          const [graph, again] = [Supersedence.make(patches), Supersedence.make(shuffledLinks)];
          expect([again.dropped, again.dangling]).toEqual([graph.dropped, graph.dangling]);
          for (const product of [null, ...PRODUCTS, "other"]) {
            for (const { id } of patches) expect(Oracle.isReplacedOn(patches, id, product, new Set([id]))).toBe(false);
          }
          for (const { id } of patches)
            expect(Supersedence.isSupersededAmong(graph, id, new Set([id]), null)).toBe(false);
        },
      ),
      Arbitraries.runs(1_000),
    );
  });
});
