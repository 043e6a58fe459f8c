/**
 * The places of a job: assets that share one clock and one calendar, so that every run means the same to all of them. Within
 * one zone blackouts (by profile) and freezes (by tag) may differ, so a zone may be several places. Pure, one pass over the
 * assets.
 */
import { type Blackout, type Freeze, JobSchedule, type TimeZone } from "@fettle/scheduler";
import type { Preview } from "@fettle/scheduler/preview";
import type { Asset } from "../asset/Asset.ts";
import * as Subscription from "../license/Subscription.ts";
import * as TagScope from "../tag/TagScope.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { PlanInputs } from "./PlanInputs.ts";
import * as PlanTiming from "./PlanTiming.ts";

export interface PreviewPlace {
  /** Its number in the list, from 1: rows name it. */
  readonly place: number;
  /** The zone by which its assets run. */
  readonly zone: string;
  /** Their own zone is unknown: it is the subscription's default (SCH-03). */
  readonly isDefault: boolean;
  readonly blackouts: readonly Blackout.Blackout[];
  readonly freezes: readonly Freeze.Freeze[];
  /** How many assets of the targets stand there, in the owner's scope. */
  readonly assets: number;
}

/** The places with what working with them needs. */
export interface Places {
  /** By zone and calendar, those of nobody in the owner's scope left out; one by the default zone where there are none. */
  readonly places: readonly PreviewPlace[];
  /** For the scheduler, in the same order, labelled with their numbers. */
  readonly scheduled: readonly Preview.Place[];
  /** An asset that stands for each place: what is true of it is true of all. */
  readonly samples: readonly { readonly id: string; readonly timeZone: string }[];
  /** The assets of each place, by id. */
  readonly assets: readonly (readonly string[])[];
}

/** Assets that are looked at between two turns. */
const ASSETS_PER_TURN = 10_000;

/** The places of the assets that the job's targets mean; in chunks, for fleets are large. */
export function* steps(inputs: PlanInputs): Generator<void, Places> {
  const occasion = inputs.occasion ?? PlanTiming.noOccasion(inputs.now);
  const fallback = Subscription.zoneOf(occasion.defaultZone);
  const placeOf = finder(fallback);
  const isMeant = meant(inputs);
  for (const [i, asset] of inputs.assets.entries()) {
    if (i % ASSETS_PER_TURN === ASSETS_PER_TURN - 1) yield;
    if (!isMeant(asset)) continue;
    const [blackouts, freezes] = [occasion.blackouts.get(asset.id) ?? NONE, occasion.freezes.get(asset.id) ?? NONE];
    placeOf.at(asset.timeZone, blackouts, freezes).assets.push(asset.id);
  }
  return placesOf(placeOf.all(), fallback, occasion.inBlackout);
}

/** {@link steps} at once. */
export const of = (inputs: PlanInputs): Places => {
  const all = steps(inputs);
  let step = all.next();
  while (step.done !== true) step = all.next();
  return step.value;
};

const placesOf = (found: readonly Found[], fallback: TimeZone.TimeZone, inBlackout: "wait" | "cancel"): Places => {
  const nowhere: Found = { zone: fallback, isDefault: true, blackouts: NONE, freezes: NONE, assets: [], timeZone: "" };
  const places = found.length === 0 ? [nowhere] : found;
  return {
    places: places.map(({ zone, isDefault, blackouts, freezes, assets }, i) => ({
      place: i + 1,
      zone: zone.name,
      isDefault,
      blackouts,
      freezes,
      assets: assets.length,
    })),
    scheduled: places.map(({ zone, isDefault, blackouts, freezes }, i) => ({
      label: `${i + 1}`,
      zone,
      isDefault,
      calendar: { blackouts, freezes, inBlackout },
    })),
    samples: places.map(({ assets: [id], timeZone }) => ({ id: id ?? "", timeZone })),
    assets: places.map(({ assets }) => assets),
  };
};

interface Found {
  readonly zone: TimeZone.TimeZone;
  readonly isDefault: boolean;
  readonly blackouts: readonly Blackout.Blackout[];
  readonly freezes: readonly Freeze.Freeze[];
  readonly assets: string[];
  /** As an asset there reported it. */
  readonly timeZone: string;
}

// Assets of one profile share one list: its text is made once, and what is the same of the next asset is found without it.
const finder = (fallback: TimeZone.TimeZone) => {
  const byKey = new Map<string, Found>();
  const known = new Map<unknown, Map<unknown, Map<string, Found>>>();
  const make = (timeZone: string, blackouts: Found["blackouts"], freezes: Found["freezes"]): Found => {
    const { zone, isDefault } = JobSchedule.assetZone(timeZone, fallback);
    const key = [zone.name, isDefault, JSON.stringify(blackouts), JSON.stringify(freezes)].join("\n");
    const found = byKey.get(key) ?? { zone, isDefault, blackouts, freezes, assets: [], timeZone };
    byKey.set(key, found);
    return found;
  };
  return {
    at: (timeZone: string, blackouts: Found["blackouts"], freezes: Found["freezes"]): Found => {
      const byFreezes = known.get(blackouts) ?? new Map<unknown, Map<string, Found>>();
      known.set(blackouts, byFreezes);
      const byZone = byFreezes.get(freezes) ?? new Map<string, Found>();
      byFreezes.set(freezes, byZone);
      const found = byZone.get(timeZone) ?? make(timeZone, blackouts, freezes);
      byZone.set(timeZone, found);
      return found;
    },
    all: (): readonly Found[] => [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found),
  };
};

const NONE: readonly never[] = [];

// In the targets, and in the scopes that bound the job: others are nobody's to be told of (TAG-06, OWN-02).
const meant = ({ job, scope, tree }: PlanInputs): ((asset: Asset) => boolean) => {
  if (job.targets === null) return () => false;
  const select = TagSelection.compile(job.targets, tree);
  const scopes = [scope, ...job.formerScopes].map((each) => TagScope.compile(each, tree));
  return (asset) => select(asset) === "selected" && scopes.every((sees) => sees(asset.tags));
};
