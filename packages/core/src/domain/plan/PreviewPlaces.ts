/**
 * The places of a job: assets that share one clock and one calendar, so that every run means the same to all of them. Within
 * one zone blackouts (by profile) and freezes (by tag) may differ, so a zone may be several places. Pure, one pass over the
 * assets.
 */
import { type Blackout, type Freeze, JobSchedule, TimeZone } from "@fettle/scheduler";
import type { Preview } from "@fettle/scheduler/preview";
import type { Asset } from "../asset/Asset.ts";
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
  /** The place of each asset, by its id, as an index. */
  readonly indexOf: ReadonlyMap<string, number>;
}

/** The places of the assets that the job's targets mean. */
export const of = (inputs: PlanInputs): Places => {
  const occasion = inputs.occasion ?? PlanTiming.noOccasion(inputs.now);
  const fallback = zoneOr(occasion.defaultZone);
  const found = new Map<string, Found>();
  const keyOf = calendarKeys();
  const isMeant = meant(inputs);
  for (const asset of inputs.assets) {
    if (!isMeant(asset)) continue;
    const [blackouts, freezes] = [occasion.blackouts.get(asset.id) ?? NONE, occasion.freezes.get(asset.id) ?? NONE];
    const { zone, isDefault } = JobSchedule.assetZone(asset.timeZone, fallback);
    const key = `${zone.name}\n${isDefault}\n${keyOf(blackouts)}\n${keyOf(freezes)}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { zone, isDefault, blackouts, freezes, assets: [asset] });
    else known.assets.push(asset);
  }
  if (found.size === 0) found.set("", { zone: fallback, isDefault: true, blackouts: NONE, freezes: NONE, assets: [] });
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
  return {
    places: sorted.map(({ zone, assets, ...rest }, i) => ({
      place: i + 1,
      zone: zone.name,
      ...rest,
      assets: assets.length,
    })),
    scheduled: sorted.map(({ zone, isDefault, blackouts, freezes }, i) => ({
      label: `${i + 1}`,
      zone,
      isDefault,
      calendar: { blackouts, freezes, inBlackout: occasion.inBlackout },
    })),
    samples: sorted.map(({ zone, assets: [first] }) => first ?? { id: "", timeZone: zone.name }),
    indexOf: new Map(sorted.flatMap(({ assets }, i) => assets.map((a) => [a.id, i] as const))),
  };
};

interface Found {
  readonly zone: TimeZone.TimeZone;
  readonly isDefault: boolean;
  readonly blackouts: readonly Blackout.Blackout[];
  readonly freezes: readonly Freeze.Freeze[];
  readonly assets: Asset[];
}

const NONE: readonly never[] = [];

// In the targets, and in the scopes that bound the job: others are nobody's to be told of (TAG-06, OWN-02).
const meant = ({ job, scope, tree }: PlanInputs): ((asset: Asset) => boolean) => {
  if (job.targets === null) return () => false;
  const select = TagSelection.compile(job.targets, tree);
  const scopes = [scope, ...job.formerScopes].map((each) => TagScope.compile(each, tree));
  return (asset) => select(asset) === "selected" && scopes.every((sees) => sees(asset.tags));
};

// Assets of one profile share one list: its text is written once.
const calendarKeys = (): ((list: readonly unknown[]) => string) => {
  const known = new Map<readonly unknown[], string>();
  return (list) => {
    const key = known.get(list) ?? JSON.stringify(list);
    known.set(list, key);
    return key;
  };
};

const zoneOr = (name: string): TimeZone.TimeZone => {
  const zone = TimeZone.of(name);
  return zone.ok ? zone.value : TimeZone.utc;
};
