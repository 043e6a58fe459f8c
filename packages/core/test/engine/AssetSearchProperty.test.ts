import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { View } from "../../src/domain/assessment/AssetSearch.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as Builders from "../../src/testing/builders/AssetBuilders.ts";
import { runs } from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as FleetWorld from "../scenario/FleetWorld.ts";
import * as Values from "../scenario/Values.ts";

/**
 * The reference: each pair of an asset and one of its patches in the view is looked at by itself, and a condition is a
 * plain function beside its text. Nothing of the search's own reading, sets or graph is used.
 */
type Status = "Missing" | "Installed";
interface Pair {
  readonly patch: Patch;
  readonly status: Status;
}
interface Condition<A> {
  readonly text: string;
  readonly holds: (one: A) => boolean;
}

const patchLeaf = fc.oneof(
  fc
    .constantFrom("Critical", "Important", "Low")
    .map((s): Condition<Pair> => ({ text: `vendorSeverity: ${s}`, holds: ({ patch }) => patch.vendorSeverity === s })),
  fc
    .constantFrom("security", "bugfix")
    .map((c): Condition<Pair> => ({ text: `category: ${c}`, holds: ({ patch }) => patch.category === c })),
  fc.constantFrom(1, 2).map(
    (n): Condition<Pair> => ({
      text: `cve: CVE-2026-000${n}`,
      holds: ({ patch }) => patch.cves.includes(`CVE-2026-000${n}`),
    }),
  ),
  fc
    .constantFrom<Status>("Missing", "Installed")
    .map((s): Condition<Pair> => ({ text: `patchStatus: ${s}`, holds: ({ status }) => status === s })),
);

interface Known {
  readonly name: string;
  readonly platform: string;
  readonly tags: readonly string[];
  readonly missing: number | null;
}
const assetLeaf = fc.oneof(
  fc
    .constantFrom("Linux", "Windows", "Mac")
    .map((p): Condition<Known> => ({ text: `platform: ${p}`, holds: (a) => a.platform === p })),
  fc
    .constantFrom("red", "blue")
    .map((t): Condition<Known> => ({ text: `tags.name: ${t}`, holds: (a) => a.tags.includes(t) })),
  fc.integer({ min: 0, max: 3 }).map(
    (n): Condition<Known> => ({
      text: `missingPatchCount > ${n}`,
      holds: (a) => a.missing !== null && a.missing > n,
    }),
  ),
  fc.constant<Condition<Known>>({ text: "missingPatchCount is null", holds: (a) => a.missing === null }),
);

const joined = <A>(leaf: fc.Arbitrary<Condition<A>>): fc.Arbitrary<Condition<A>> => {
  const negated = leaf.map((l): Condition<A> => ({ text: `NOT (${l.text})`, holds: (a) => !l.holds(a) }));
  const one = fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: negated });
  const pair = fc.tuple(one, one, fc.boolean()).map(
    ([l, r, both]): Condition<A> => ({
      text: `(${l.text}) ${both ? "and" : "or"} (${r.text})`,
      holds: (a) => (both ? l.holds(a) && r.holds(a) : l.holds(a) || r.holds(a)),
    }),
  );
  return fc.oneof(one, { weight: 3, arbitrary: pair });
};

const PATCHES = ["P-0", "P-1", "P-2", "P-3", "P-4"] as const;
const patches = fc.tuple(
  ...PATCHES.map((id, i) =>
    fc
      .record({
        vendorSeverity: fc.constantFrom("Critical", "Important", "Low"),
        category: fc.constantFrom("security", "bugfix"),
        cves: fc.subarray(["CVE-2026-0001", "CVE-2026-0002"]),
        // Only earlier ones, so that no circle is made.
        supersedes: fc.subarray(PATCHES.slice(0, i), { maxLength: Math.min(2, i) }),
      } as const)
      .map((p) => Values.patch(id, { ...p, supersedes: p.supersedes.map((patchId) => ({ patchId, product: null })) })),
  ),
);

const state = fc.constantFrom("missing", "missing", "installed", "none");
const fleet = fc.array(
  fc.record({
    platform: fc.constantFrom("Linux", "Windows", "Mac"),
    tags: fc.subarray(["red", "blue"]),
    hasModule: fc.constantFrom(true, true, true, false),
    states: fc.option(fc.tuple(...PATCHES.map(() => state)), { freq: 5 }),
  } as const),
  { minLength: 1, maxLength: 5 },
);

const tags = ["red", "blue"].map((id) => ({ id, name: id, parent: null, rule: { _tag: "Static" } as const }));

type Machine = typeof fleet extends fc.Arbitrary<readonly (infer M)[]> ? M : never;
const inState = (m: Machine, wanted: string): readonly string[] =>
  m.states === null ? [] : PATCHES.filter((_, i) => m.states?.[i] === wanted);

// Whether one leads to the other by the vendors' links, however many.
const replaces = (all: readonly Patch[], newer: string, older: string): boolean =>
  (all.find((p) => p.id === newer)?.supersedes ?? []).some(
    (s) => s.patchId === older || replaces(all, s.patchId, older),
  );

const pairsIn = (m: Machine, all: readonly Patch[], view: View): readonly Pair[] => {
  const missing = inState(m, "missing");
  const installed = inState(m, "installed");
  const there = [...missing, ...installed];
  const of = (ids: readonly string[], status: Status) =>
    ids.map((id) => ({ patch: all.find((p) => p.id === id) ?? Values.patch(id), status }));
  if (view === "installed") return of(installed, "Installed");
  if (view === "missing") return of(missing, "Missing");
  if (view === "all") return [...of(missing, "Missing"), ...of(installed, "Installed")];
  return of(
    missing.filter((id) => !there.some((other) => replaces(all, other, id))),
    "Missing",
  );
};

const worldOf = (machines: readonly Machine[], all: readonly Patch[]) => {
  const assets = machines.map((m, i) =>
    Builders.asset(Values.uuid(i + 1), {
      platform: m.platform,
      tags: m.tags,
      activations: m.hasModule ? { PM: 0 } : { VM: 0 },
    }),
  );
  const assessments = new Map(
    machines.flatMap((m, i) =>
      m.states === null
        ? []
        : [[Values.uuid(i + 1), Builders.assessment(inState(m, "missing"), inState(m, "installed"))] as const],
    ),
  );
  return FleetWorld.make({ assets, assessments, patches: all, tags });
};

const known = (m: Machine): Known => ({
  name: "",
  platform: m.platform,
  tags: m.tags,
  missing: m.states === null ? null : inState(m, "missing").length,
});

const view = fc.constantFrom<View>("all", "missing", "installed", "latest-missing");

describe("the joint search", () => {
  it("AST-04: finds what a look at each asset and each one of its patches finds, in every view and scope", () => {
    let apart = 0;
    let tried = 0;
    fc.assert(
      fc.property(
        fleet,
        patches,
        view,
        fc.option(joined(patchLeaf), { freq: 6 }),
        fc.option(joined(assetLeaf), { freq: 2 }),
        fc.option(fc.constantFrom("red", "blue")),
        (machines, all, of, patchPart, assetPart, scope) => {
          tried += 1;
          const plane = worldOf(machines, all);
          plane.users.set(
            Values.user("rita", "PatchReader", scope === null ? { _tag: "All" } : { _tag: "Tags", tags: [scope] }),
          );
          const page = plane.call(
            plane.fettle.assets.search(ControlPlane.as("rita"), {
              view: of,
              ...(patchPart === null ? {} : { patchQuery: patchPart.text }),
              ...(assetPart === null ? {} : { assetQuery: assetPart.text }),
            }),
          );
          const expected = machines.flatMap((m, i): readonly (readonly [string, number | null])[] => {
            if (!m.hasModule || (scope !== null && !m.tags.includes(scope))) return [];
            if (assetPart !== null && !assetPart.holds(known(m))) return [];
            const pairs = pairsIn(m, all, of);
            const matching = pairs.filter((p) => patchPart === null || patchPart.holds(p));
            if (patchPart === null && of === "all") return [[Values.uuid(i + 1), null]];
            if (matching.length === 0 && pairs.length > 1) apart += 1;
            return matching.length === 0 ? [] : [[Values.uuid(i + 1), matching.length]];
          });
          // All bear one prefix to their names, so the order of names is that of ids.
          expect(page.rows.map((r) => [r.asset.id, r.matching])).toEqual(expected);
          expect(page.total).toBe(expected.length);
        },
      ),
      runs(2_000),
    );
    // Assets with several patches of the view, none of which fulfils the whole, were among them.
    if (tried >= 1_000) expect(apart).toBeGreaterThan(tried / 50);
  });

  it("AST-12: each value of each facet finds, by its text, as many assets as were counted", () => {
    fc.assert(
      fc.property(fleet, patches, fc.option(joined(assetLeaf)), (machines, all, assetPart) => {
        const plane = worldOf(machines, all);
        const { manager } = ControlPlane;
        const asked = assetPart === null ? {} : { assetQuery: assetPart.text };
        for (const { values } of plane.call(plane.fettle.assets.facets(manager, asked))) {
          for (const { assets, query } of values) {
            const found = plane.call(plane.fettle.assets.search(manager, { assetQuery: query ?? "" }));
            expect([query, found.total]).toEqual([query, assets]);
          }
        }
      }),
      runs(100),
    );
  });
});
