/** Explaining one asset of a large fleet, against planning the whole of it. */
import { Patch, TagScope, TagSelection } from "@fettle/core";
import { AssetBuilders } from "@fettle/core/testing";
import * as Job from "../../packages/core/src/domain/job/Job.ts";
import * as Explanation from "../../packages/core/src/domain/plan/Explanation.ts";
import * as Plan from "../../packages/core/src/domain/plan/Plan.ts";
import * as Limits from "../../packages/core/src/domain/shared/Limits.ts";
import type { Contest } from "../Entry.ts";

const ASSETS = 100_000;
/** Assets that are planned; the plan's time is scaled up from theirs. */
const SAMPLE = 500;
const PATCHES = 200;
const ASKED = 50;

export const contest = (): Contest => {
  const from = inputs();
  const [asset] = from.assets;
  if (asset === undefined) throw new Error("no asset");
  const assessments = new Map([...from.assessments].filter(([id]) => id === asset.id));
  const alone = { ...from, assets: [asset], assessments };
  const explain = () => Explanation.explain(alone, { asset, patchId: "P-3", reads: "asset" });
  const answer = explain();
  if (!answer.ok || answer.value?.gets.length !== 1) throw new Error("nothing was explained");
  return {
    ours: () => milliseconds(() => Array.from({ length: ASKED }, explain)) / ASKED,
    peer: () => milliseconds(() => Plan.compile(from)) * (ASSETS / SAMPLE),
  };
};

const inputs = (): Plan.PlanInputs => {
  const patches = Array.from({ length: PATCHES }, (_, i) =>
    Patch.make({
      id: `P-${i}`,
      title: `patch ${i}`,
      platform: "Linux",
      vendor: "Lab",
      category: "security",
      vendorSeverity: "Important",
      publishedAt: i,
      packages: [{ name: `package-${i}`, arch: "x86_64", evr: "2-1" }],
    }),
  );
  const assets = Array.from({ length: SAMPLE }, (_, i) =>
    AssetBuilders.asset(`asset-${i}`, { platform: "Linux", activations: { PM: 1 } }),
  );
  return {
    job: job(assets.map((a) => a.id)),
    scope: TagScope.all,
    tree: new Map(),
    assets,
    seats: new Map(assets.map((a) => [a.id, { _tag: "Licensed" } as const])),
    turnedOff: new Map(),
    assessments: new Map(assets.map((a, i) => [a.id, assessment(patches, i)])),
    patches,
    supplied: new Map(),
    held: new Map(),
    qids: new Map(),
    former: new Map(),
    replaced: new Map(),
    limits: Limits.defaults,
    now: 0,
    versions: { tzdata: "2026a", tokenizer: "1" },
  };
};

const job = (assets: readonly string[]): Job.Job => {
  const made = Job.create(
    {
      title: "security",
      kind: "deployment",
      platform: "Linux",
      patches: { _tag: "Query", query: "category: security" },
      targets: { ...TagSelection.none, assets },
      schedule: { _tag: "OnDemand" },
      reboot: { _tag: "Suppress" },
      continueOnFailure: true,
    },
    { id: "job", ownerId: "mara", now: 0, limits: Limits.defaults },
  );
  if (!made.ok) throw new Error("no job");
  return made.value;
};

// Between a fiftieth and all of the patches are missing.
const assessment = (patches: readonly Patch.Patch[], i: number) => ({
  snapshot: "",
  assessedAt: 0,
  catalogue: 1,
  traits: "",
  missing: patches
    .filter((_, n) => n % 50 <= Math.max(3, i % 50))
    .map((p) => ({
      patchId: p.id,
      packages: p.packages.map(({ name, arch, evr }) => ({ name, arch, installed: "1-1", fixed: evr })),
    })),
  installed: [],
  unknown: [],
});

const milliseconds = (work: () => unknown): number => {
  const begun = performance.now();
  work();
  return performance.now() - begun;
};
