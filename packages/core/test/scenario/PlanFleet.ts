/** Inputs of plans of whole fleets, from the public generators: any platform, catalogues that supersede, all that is unknown. */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as fc from "fast-check";
import type { Assessment, UnknownPatch } from "../../src/domain/assessment/Assessment.ts";
import { unknownReasons } from "../../src/domain/assessment/Judgement.ts";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import type { Job } from "../../src/domain/job/Job.ts";
import * as Licence from "../../src/domain/license/Licence.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import type { PlanInputs } from "../../src/domain/plan/Plan.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as AssetArbitraries from "../../src/testing/arbitraries/AssetArbitraries.ts";
import * as PatchArbitraries from "../../src/testing/arbitraries/PatchArbitraries.ts";
import * as TagArbitraries from "../../src/testing/arbitraries/TagArbitraries.ts";
import * as PatchBuilders from "../../src/testing/builders/PatchBuilders.ts";
import * as PlanWorld from "./PlanWorld.ts";
import * as Values from "./Values.ts";

export const QUERIES = [
  "category: security",
  "title: patch",
  "title: patch and missingCount > 1",
  "patchStatus: Installed or isSuperseded: false",
  "not vendorSeverity: Low and publishedDate > now-491340h",
];
/** Of the patches that are generated, about half are so old now. */
const AGE_DAYS = 20_472;
const PATCH_IDS = [...PatchArbitraries.PATCHES, "nowhere"];

const packages: fc.Arbitrary<readonly Package.Package[]> = fc.constantFrom(
  [Values.pkg("a", "2-1")],
  [Values.pkg("b", "2-1"), Values.pkg("a", "3-1")],
);

const REASON = unknownReasons[0];
const STATES = ["missing", "missing", "missing", "installed", "unknown", "neither"] as const;

const assessment = (all: readonly Patch[]): fc.Arbitrary<Assessment> =>
  fc
    .tuple(...all.map(({ id }) => fc.record({ id: fc.constant(id), state: fc.constantFrom(...STATES), packages })))
    .map((drawn) => {
      const of = (state: string) => drawn.filter((d) => d.state === state);
      return {
        ...PlanWorld.assessment(
          of("missing").map((d) => PlanWorld.missing(d.id, ...d.packages)),
          of("installed").map((d) => d.id),
        ),
        unknown: of("unknown").map((d): UnknownPatch => ({ patchId: d.id, reason: REASON })),
      };
    });

const source: fc.Arbitrary<Pick<Job, "kind" | "patches">> = fc.oneof(
  fc
    .record({
      kind: fc.constantFrom("deployment", "rollback"),
      patches: fc.shuffledSubarray(PATCH_IDS, { minLength: 1 }).map((patches) => ({ _tag: "List", patches }) as const),
    } as const)
    .map((made) => made),
  fc
    .tuple(fc.constantFrom(...QUERIES), fc.constantFrom({}, {}, { approvalAgeDays: AGE_DAYS }))
    .map(([query, age]) => ({ kind: "deployment", patches: { _tag: "Query", query, ...age } }) as const),
);

const targets = fc.oneof(
  { weight: 4, arbitrary: fc.constant(Values.select({ assets: TagArbitraries.ASSETS as string[] })) },
  { weight: 1, arbitrary: TagArbitraries.selection },
);
const scope = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ _tag: "All" } as const) },
  { weight: 1, arbitrary: TagArbitraries.scope },
);

const some = <A>(ids: readonly string[], of: fc.Arbitrary<A>, freq: number): fc.Arbitrary<ReadonlyMap<string, A>> =>
  fc
    .tuple(...ids.map((id) => fc.option(of, { freq }).map((value) => [id, value] as const)))
    .map((entries) => new Map(entries.flatMap(([id, value]) => (value === null ? [] : [[id, value] as const]))));

const world = (assets: readonly Asset[], patches: readonly Patch[]) => {
  const ids = assets.map((a) => a.id);
  const patchIds = patches.map((p) => p.id);
  return fc.record({
    tree: TagArbitraries.tree,
    job: fc
      .tuple(source, targets, fc.constantFrom("Linux", "Linux", "Linux", "Windows"))
      .map(([from, to, platform]) => Values.job({ ...from, targets: to, platform })),
    scope,
    seats: fc.integer({ min: 2, max: 12 }),
    turnedOff: fc
      .subarray(ids, { maxLength: Math.min(1, ids.length) })
      .map((off) => new Map(off.map((id) => [id, "Kiosks"] as const))),
    assessments: some(ids, assessment(patches), 6),
    supplied: fc
      .subarray(patchIds)
      .map((given) => new Map(given.map((id) => [id, PatchBuilders.vendorFile(id)] as const))),
    held: fc
      .subarray(patchIds, { maxLength: Math.min(1, patchIds.length) })
      .map(
        (of) => new Map(of.map((patchId) => [patchId, { patchId, reason: "fails", heldBy: "user:mara", heldAt: 1 }])),
      ),
    former: some(ids, some(patchIds, packages, 2), 4),
    replaced: some(ids, some(patchIds, fc.constant(["old"]), 1), 1),
    patchesPerJobMax: fc.constantFrom(1, 2, 2_000),
  });
};

// Of every platform and edition, or nearly all fit for a job, so that what else is decided is reached as often.
const assets: fc.Arbitrary<readonly Asset[]> = fc
  .tuple(AssetArbitraries.assets, fc.constantFrom(true, true, false))
  .map(([all, areFit]) => all.slice(0, 6).map((a, i) => (areFit && i % 4 !== 3 ? fit(a) : a)));

const fit = (asset: Asset): Asset => ({
  ...asset,
  platform: "Linux",
  osFamily: "Red Hat",
  osName: "Rocky Linux 9.4",
  activations: { PM: 1, ...asset.activations },
});

/** Any fleet of up to six assets, any catalogue of up to six patches, any job. */
export const anyInputs: fc.Arbitrary<PlanInputs> = fc
  .tuple(assets, PatchArbitraries.catalogue)
  .chain(([assets, patches]) =>
    world(assets, patches).map(({ seats, patchesPerJobMax, ...drawn }) =>
      PlanWorld.inputs({
        ...drawn,
        assets,
        patches,
        seats: Licence.assignSeats(
          Values.subscription({ licences: Values.licences({ seats }) }),
          drawn.tree,
          assets,
          Values.START,
        ),
        limits: Limits.withOverrides({ patchesPerJobMax }),
      }),
    ),
  );

/** Every patch that a question may name: those of the catalogue and of the job. */
export const patchIdsOf = ({ job, patches }: PlanInputs): readonly string[] => [
  ...new Set([...patches.map((p) => p.id), ...(job.patches?._tag === "List" ? job.patches.patches : []), "nowhere"]),
];
