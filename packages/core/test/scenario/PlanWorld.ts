/** Inputs of plans: one asset of each fate to begin with, generated ones, and the same ones in another order. */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as fc from "fast-check";
import type { Assessment, MissingPatch } from "../../src/domain/assessment/Assessment.ts";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import * as Licence from "../../src/domain/license/Licence.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import type { FormerVersions, PlanInputs } from "../../src/domain/plan/Plan.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Arbitraries from "./Arbitraries.ts";
import * as Values from "./Values.ts";

const { pkg, patch } = Values;

export const assessment = (missing: readonly MissingPatch[], installed: readonly string[] = []): Assessment => ({
  snapshot: "sha256:00",
  assessedAt: Values.START,
  catalogue: 1,
  traits: "",
  missing,
  installed,
  unknown: [],
});

/** A patch that is missing by these packages, each at 1-1 now. */
export const missing = (patchId: string, ...packages: readonly Package.Package[]): MissingPatch => ({
  patchId,
  packages: packages.map((p) => ({ name: p.name, arch: p.arch, installed: "1-1", fixed: p.evr })),
});

/** Inputs with everything filled in: a deployment of `P-1` to one asset that lacks it. */
export const inputs = (over: Partial<PlanInputs> = {}): PlanInputs => {
  const assets = over.assets ?? [Values.asset(Values.uuid(1), { tags: ["fleet"] })];
  const tree = over.tree ?? Values.tree({ fleet: null, web: "fleet", lab: null, kiosk: null });
  return {
    job: Values.job(),
    scope: { _tag: "All" },
    tree,
    assets,
    seats: Licence.assignSeats(Values.subscription(), tree, assets, Values.START),
    turnedOff: new Map(),
    assessments: new Map(assets.map((a) => [a.id, assessment([missing("P-1", pkg("openssl", "2-1"))])])),
    patches: [patch("P-1")],
    supplied: new Map(),
    held: new Map(),
    qids: new Map(),
    former: new Map(),
    replaced: new Map(),
    limits: Limits.defaults,
    now: Date.UTC(2026, 0, 20),
    versions: { tzdata: "2026a", tokenizer: "1" },
    ...over,
  };
};

const PATCH_IDS = ["P-0", "P-1", "P-2", "P-3", "P-4"];
// Several builds of one name, and names and architectures that run together to the same text.
const anyPackage = fc
  .tuple(fc.constantFrom(["a", "x86_64"], ["ax86", "_64"], ["b", "noarch"]), fc.integer({ min: 2, max: 4 }))
  .map(([[name, arch], n]) => pkg(name ?? "", `${n}-1`, arch));
const packages = fc.uniqueArray(anyPackage, {
  minLength: 1,
  maxLength: 4,
  selector: (p) => JSON.stringify(p),
  size: "max",
});

const patches: fc.Arbitrary<readonly Patch[]> = fc.subarray(PATCH_IDS, { minLength: 3 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc
        .record({
          packages,
          category: fc.constantFrom("security", "security", "bugfix"),
          publishedAt: fc.integer({ min: 1, max: 3 }),
          isDeprecated: fc.constantFrom(false, false, false, true),
        })
        .map((over) => patch(id, over)),
    ),
  ),
);

const someMissing = (all: readonly Patch[]): fc.Arbitrary<Assessment> =>
  fc
    .subarray([...all], { minLength: 1 })
    .chain((some) =>
      fc.tuple(
        ...some.map((p) => fc.subarray([...p.packages], { minLength: 1 }).map((behind) => missing(p.id, ...behind))),
      ),
    )
    .map((list) => assessment(list));

const byAsset = <A>(assets: readonly Asset[], of: fc.Arbitrary<A>): fc.Arbitrary<ReadonlyMap<string, A>> =>
  fc
    .tuple(...assets.map((a) => fc.option(of, { freq: 5 }).map((value) => [a.id, value] as const)))
    .map((entries) => new Map(entries.flatMap(([id, value]) => (value === null ? [] : [[id, value] as const]))));

const former = (all: readonly Patch[]): fc.Arbitrary<ReadonlyMap<string, readonly Package.Package[]>> =>
  fc
    .subarray([...all])
    .chain((some) => fc.tuple(...some.map((p) => packages.map((was) => [p.id, was] as const))))
    .map((entries) => new Map(entries));

// Wide enough that most assets are meant, and that each rule still keeps some out.
const targets = fc.record({
  assets: fc.subarray(Arbitraries.ASSET_IDS),
  include: Arbitraries.tagSet,
  exclude: fc.oneof({ weight: 4, arbitrary: fc.constant(Values.any()) }, { weight: 1, arbitrary: Arbitraries.tagSet }),
});
const scope = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ _tag: "All" } as const) },
  { weight: 1, arbitrary: Arbitraries.scope },
);

/** Any inputs of a deployment by list or by query, or of a rollback. */
export const anyInputs: fc.Arbitrary<PlanInputs> = fc
  .tuple(Arbitraries.tree, Arbitraries.assets, patches)
  .chain(([tree, assets, all]) => {
    const list = fc.shuffledSubarray([...PATCH_IDS, "P-unknown"], { minLength: 3 });
    const source = fc.oneof(
      list.map((ids) => ({ kind: "deployment" as const, patches: { _tag: "List" as const, patches: ids } })),
      list.map((ids) => ({ kind: "rollback" as const, patches: { _tag: "List" as const, patches: ids } })),
      fc.constant({ kind: "deployment" as const, patches: { _tag: "Query" as const, query: "category: security" } }),
    );
    return fc
      .record({
        job: fc.tuple(source, targets).map(([s, to]) => Values.job({ ...s, targets: to })),
        scope,
        seats: fc.integer({ min: 2, max: 10 }),
        assessments: byAsset(assets, someMissing(all)),
        former: byAsset(assets, former(all)) as fc.Arbitrary<FormerVersions>,
        patchesPerJobMax: fc.constantFrom(1, 2, 2_000),
      })
      .map((drawn) =>
        inputs({
          ...drawn,
          tree,
          assets,
          patches: all,
          seats: Licence.assignSeats(
            Values.subscription({ licences: Values.licences({ seats: drawn.seats }) }),
            tree,
            assets,
            Values.START,
          ),
          limits: Limits.withOverrides({ patchesPerJobMax: drawn.patchesPerJobMax }),
        }),
      );
  });

/** The same inputs with every list, map and set of theirs in another order. */
export const reordered = (from: PlanInputs): fc.Arbitrary<PlanInputs> =>
  fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })).map((chance) => {
    const mix = <A>(items: Iterable<A>): A[] => {
      const left = [...items];
      const mixed: A[] = [];
      while (left.length > 0) mixed.push(...left.splice(Math.floor((chance.next().value ?? 0) * left.length), 1));
      return mixed;
    };
    const { job } = from;
    const targets = job.targets && {
      assets: mix(job.targets.assets),
      include: { ...job.targets.include, tags: mix(job.targets.include.tags) },
      exclude: { ...job.targets.exclude, tags: mix(job.targets.exclude.tags) },
    };
    const source = job.patches?._tag === "List" ? { ...job.patches, patches: mix(job.patches.patches) } : job.patches;
    const lists = <A>(of: ReadonlyMap<string, readonly A[]>) => new Map(mix(of).map(([id, all]) => [id, mix(all)]));
    const timed = from.occasion && {
      ...from.occasion,
      zones: mix(from.occasion.zones),
      blackouts: lists(from.occasion.blackouts),
      freezes: lists(from.occasion.freezes),
    };
    return {
      ...from,
      ...(timed === undefined ? {} : { occasion: timed }),
      job: { ...job, targets, patches: source },
      scope: from.scope._tag === "All" ? from.scope : { ...from.scope, tags: mix(from.scope.tags) },
      tree: new Map(mix(from.tree)),
      assets: mix(from.assets).map((a) => ({ ...a, tags: mix(a.tags) })),
      seats: new Map(mix(from.seats)),
      patches: mix(from.patches).map((p) => ({ ...p, packages: mix(p.packages) })),
      assessments: new Map(
        mix(from.assessments).map(([id, a]) => {
          const again = mix(a.missing).map((m) => ({ ...m, packages: mix(m.packages) }));
          return [id, { ...a, missing: again }] as const;
        }),
      ),
      former: new Map(
        mix(from.former).map(([id, of]) => [id, new Map(mix(of).map(([p, was]) => [p, mix(was)] as const))] as const),
      ),
    };
  });
