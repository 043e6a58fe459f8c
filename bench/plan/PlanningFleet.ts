/**
 * A fleet to plan for: most of its assets in one of fifty states of patching, as machines are that are installed and kept
 * alike, and some in a state of their own. Read from JSON, as from the store: no two assets share an object or a text.
 */
import { Patch, TagScope, TagSelection } from "@fettle/core";
import { AssetBuilders } from "@fettle/core/testing";
import type { Assessment, MissingPatch } from "../../packages/core/src/domain/assessment/Assessment.ts";
import type { Asset } from "../../packages/core/src/domain/asset/Asset.ts";
import * as Job from "../../packages/core/src/domain/job/Job.ts";
import type * as Plan from "../../packages/core/src/domain/plan/Plan.ts";
import * as Limits from "../../packages/core/src/domain/shared/Limits.ts";
import * as Random from "../qql/Random.ts";

export const ASSETS = 100_000;
export const PATCHES = 200;
const SEED = 73;
const STATES = 50;
/** One asset in so many is in a state of its own. */
const OWN_STATE = 50;
/** Most patches that an asset lacks; the mean is half of it. */
const LACKED_MAX = 40;
const PACKAGES_MAX = 3;
const TAGS = 40;
const TAGS_PER_ASSET = 4;
const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"] as const;

/** How the job names its patches. */
export type Source = "list" | "query";

export const inputs = (source: Source, count: number = ASSETS): Plan.PlanInputs => {
  const random = Random.make(SEED);
  const patches = Array.from({ length: PATCHES }, (_, i) => patch(random, i));
  const assets = Array.from({ length: count }, (_, i) => asset(random, i));
  return {
    job: job(source, patches),
    scope: TagScope.tags(["tag-0"]),
    tree: tree(),
    assets,
    seats: new Map(assets.map((a) => [a.id, { _tag: "Licensed" } as const])),
    turnedOff: new Map(),
    assessments: assessments(random, assets, patches),
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

/** The same with its first assets only. */
export const firstOf = (from: Plan.PlanInputs, count: number): Plan.PlanInputs => ({
  ...from,
  assets: from.assets.slice(0, count),
});

const anew = <A>(value: A): A => JSON.parse(JSON.stringify(value)) as A;

const patch = (random: Random.Random, i: number): Patch.Patch =>
  Patch.make({
    id: `FTSA-2026:${String(i).padStart(4, "0")}`,
    title: `patch ${i}`,
    platform: "Linux",
    vendor: "Lab",
    category: "security",
    vendorSeverity: "Important",
    publishedAt: random(1_000),
    packages: Array.from({ length: 1 + random(PACKAGES_MAX) }, (_, n) => ({
      name: `package-${i}-part-${n}`,
      arch: "x86_64",
      evr: `2.${random(50)}-1.el9`,
    })),
  });

// A tree of one root, so that scope and targets have to look below it.
const tree = (): Plan.PlanInputs["tree"] =>
  new Map(
    Array.from({ length: TAGS }, (_, i) => {
      const id = `tag-${i}`;
      return [id, { id, name: id, parent: i === 0 ? null : `tag-${i >>> 1}`, rule: { _tag: "Static" } as const }];
    }),
  );

const asset = (random: Random.Random, i: number): Asset =>
  anew(
    AssetBuilders.asset(`00000000-0000-4000-a000-${String(i).padStart(12, "0")}`, {
      platform: "Linux",
      osName: "Rocky Linux 9.4",
      timeZone: ZONES[random(ZONES.length)] ?? "UTC",
      activations: { PM: 1 },
      tags: Array.from({ length: TAGS_PER_ASSET }, () => `tag-${random(TAGS)}`),
    }),
  );

const job = (source: Source, patches: readonly Patch.Patch[]): Job.Job => {
  const made = Job.create(
    {
      title: "security",
      kind: "deployment",
      platform: "Linux",
      patches:
        source === "query"
          ? { _tag: "Query", query: "category: security" }
          : { _tag: "List", patches: patches.map((p) => p.id) },
      targets: { ...TagSelection.none, include: { mode: "any", tags: ["tag-0"] } },
      schedule: { _tag: "OnDemand" },
      reboot: { _tag: "Suppress" },
      continueOnFailure: true,
    },
    { id: "job", ownerId: "mara", now: 0, limits: Limits.defaults },
  );
  if (!made.ok) throw new Error(made.error[0]?.message);
  return made.value;
};

const assessments = (
  random: Random.Random,
  assets: readonly Asset[],
  patches: readonly Patch.Patch[],
): ReadonlyMap<string, Assessment> => {
  const states = Array.from({ length: STATES }, () => JSON.stringify(lacked(random, patches)));
  return new Map(
    assets.map(({ id }) => {
      const state = random(OWN_STATE) === 0 ? JSON.stringify(lacked(random, patches)) : states[random(STATES)];
      const missing = JSON.parse(state ?? "") as readonly MissingPatch[];
      const about = { snapshot: "", assessedAt: 0, catalogue: 1, traits: "" };
      return [anew(id), { ...about, missing, installed: [], unknown: [] }];
    }),
  );
};

// Some of the patches, and of each some of its packages.
const lacked = (random: Random.Random, patches: readonly Patch.Patch[]): readonly MissingPatch[] => {
  const count = 1 + random(LACKED_MAX);
  return patches
    .filter(() => random(PATCHES) < count)
    .map((p) => ({
      patchId: p.id,
      packages: p.packages
        .filter((_, n) => n === 0 || random(4) > 0)
        .map(({ name, arch, evr }) => ({ name, arch, installed: `1.${random(2)}-1.el9`, fixed: evr })),
    }));
};
