/** Where each target comes to stand: in the group of its list and time, or out, for there is nothing to do. Pure. */
import type { Asset } from "../asset/Asset.ts";
import type { Patch } from "../patch/Patch.ts";
import * as Chunks from "../shared/Chunks.ts";
import * as AssetFate from "./AssetFate.ts";
import * as Distinct from "./Distinct.ts";
import * as Fate from "./Fate.ts";
import * as Fates from "./Fates.ts";
import type { PatchStates } from "./PatchStates.ts";
import type { PlanGroup } from "./Plan.ts";
import type { Obstacle, PlanInputs } from "./PlanInputs.ts";
import * as PlanRings from "./PlanRings.ts";
import type { AssetTiming, PlanTiming, Timings } from "./PlanTiming.ts";

/** What was decided before. */
export interface Decided {
  /** In the order of their ids. */
  readonly targets: readonly Asset[];
  readonly states: PatchStates;
  /** In the order of work. */
  readonly patches: readonly Patch[];
  readonly timings: Timings;
}

export interface Placement {
  /** In the order of their first assets. */
  readonly groups: readonly PlanGroup[];
  /** With those that their ring has no slot for. */
  readonly idle: readonly { readonly assetId: string; readonly obstacle: Obstacle }[];
  readonly withheld: readonly Fate.Withheld[];
}

/** Places the targets. Where the job has no patches at all but actions, each has something to do (JOB-20). */
export function* of(inputs: PlanInputs, { targets, states, patches, timings }: Decided): Generator<void, Placement> {
  const fateOf = Fates.compile(inputs, patches);
  const whyNothing = AssetFate.whyNothing(inputs, patches);
  const place = placing();
  const ringed: (readonly [Asset, Fates.DistinctFate])[] = [];
  const idle: { readonly assetId: string; readonly obstacle: Obstacle }[] = [];
  const withheld = new Map<Fate.Withheld, number>();
  const isChunk = Chunks.pace();
  for (const [i, state] of states.ofTargets.entries()) {
    const asset = targets[i] as Asset;
    const fate = fateOf(asset, state);
    for (const { value } of fate.withheld) withheld.set(value, (withheld.get(value) ?? 0) + 1);
    const isIdle = fate.patches.items.length === 0 && inputs.job.patches !== null;
    if (isIdle) idle.push({ assetId: asset.id, obstacle: whyNothing(asset.id, fate.withheld[0]?.value) });
    else if (inputs.job.rollout === undefined) place.add(asset, fate, { timing: timings.of(asset), ring: null });
    else ringed.push([asset, fate]);
    const unknown = isIdle ? (inputs.assessments.get(asset.id)?.unknown.length ?? 0) : 0;
    if (isChunk(1 + state.lacks.items.length + unknown)) yield;
  }
  // Which ring an asset is in depends on all that get something.
  const ringOf = PlanRings.compile(
    inputs,
    ringed.map(([asset]) => asset),
    timings,
  );
  for (const [asset, fate] of ringed) {
    if (isChunk(1)) yield;
    const ring = ringOf?.(asset.id) ?? null;
    const timing = timings.inRing(asset, ring?.number ?? 1);
    if (timing._tag === "Out") idle.push({ assetId: asset.id, obstacle: timing.obstacle });
    else place.add(asset, fate, { timing, ring });
  }
  return { groups: place.groups, idle, withheld: Fate.summary(withheld) };
}

type Group = PlanGroup & { readonly assets: string[] };

interface Time {
  readonly timing: AssetTiming;
  readonly ring: PlanRings.RingPlace | null;
}

interface Placing {
  readonly groups: readonly PlanGroup[];
  readonly add: (asset: Asset, fate: Fates.DistinctFate, time: Time) => void;
}

const placing = (): Placing => {
  const distinct = Distinct.byText<PlanTiming>((timing) => JSON.stringify(timing));
  // Assets of one zone share the object: its text is made once.
  const known = new Map<PlanTiming, Distinct.Distinct<PlanTiming>>();
  const timingOf = (timing: PlanTiming): Distinct.Distinct<PlanTiming> => {
    const found = known.get(timing) ?? distinct(timing);
    known.set(timing, found);
    return found;
  };
  const ringOf = Distinct.byText<PlanRings.RingPlace>(({ number }) => String(number));
  const pairs = Distinct.lists<Distinct.Numbered>();
  const groups: Group[] = [];
  const add: Placing["add"] = (asset, { patches }, { timing, ring }) => {
    // Judged before: who is out at this time is no target.
    if (timing._tag === "Out") return;
    const { number } = pairs([timingOf(timing.timing), patches, ...(ring === null ? [] : [ringOf(ring)])]);
    const group = groups[number];
    if (group !== undefined) group.assets.push(asset.id);
    else {
      const list = patches.items.map((p) => p.value);
      const own = ring === null ? {} : { ring: PlanRings.timed(ring, timing.timing) };
      groups[number] = { patches: list, timing: timing.timing, ...own, assets: [asset.id] };
    }
  };
  return { groups, add };
};
