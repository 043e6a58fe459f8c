/**
 * Which assets may be down at the same times, for the same reasons: a job does the same to all assets of one zone with the same
 * blackouts and freezes, so its stretches are worked out once for all of them (PLN-06). Pure.
 */
import { Interval, IntervalSet } from "@fettle/scheduler";
import * as Memo from "../shared/Memo.ts";
import type { Circumstances } from "./Circumstances.ts";
import * as Disruptions from "./Disruptions.ts";

/** A stretch in which each asset of a track may be down. */
export type Stretch = Pick<Disruptions.Disruption, "interval" | "cause">;

export interface Track {
  readonly stretches: readonly Stretch[];
  /** The stretches without their overlaps, in order. */
  readonly down: IntervalSet.IntervalSet;
}

export interface DownTimes {
  /** The track of each asset that may be down at all. */
  readonly of: ReadonlyMap<string, Track>;
  /** From when on jobs have more occurrences than were looked at; null: all were. */
  readonly cutAt: number | null;
  /** Those jobs. */
  readonly cutBy: readonly string[];
}

interface Question {
  readonly jobs: readonly Disruptions.EnabledJob[];
  readonly unfinished: readonly Disruptions.UnfinishedRun[];
  readonly circumstances: Circumstances;
  readonly span: Disruptions.Span;
}

/** The tracks of all assets that jobs and runs may take down. */
export const make = ({ jobs, unfinished, circumstances, span }: Question): DownTimes => {
  const classOf = classes(circumstances);
  const assets = new Map<string, Asset>();
  const known = (id: string): Asset => Memo.at(assets, id, () => ({ kind: null, jobs: [], own: [] }));
  const byJob = jobs.map((enabled, job) => {
    const first = new Map<number, Disruptions.Reached>();
    for (const asset of enabled.reaches) {
      const kind = classOf(asset);
      if (!first.has(kind)) first.set(kind, asset);
      const reached = known(asset.id);
      reached.kind = kind;
      reached.jobs.push(job);
    }
    const { disruptions, cutAt } = Disruptions.coming(
      { ...enabled, reaches: [...first.values()] },
      circumstances,
      span,
    );
    const stretches = new Map<number, Stretch[]>();
    const kinds = new Map([...first].map(([kind, { id }]) => [id, kind]));
    for (const found of disruptions) Memo.at(stretches, kinds.get(found.assetId) ?? -1, () => []).push(found);
    return { id: enabled.job.id, cutAt, stretches };
  });
  for (const run of unfinished) {
    const found = Disruptions.ofRun(run, circumstances, span.now);
    if (found !== null) known(run.assetId).own.push(found);
  }
  const cuts = byJob.flatMap(({ id, cutAt }) => (cutAt === null ? [] : [{ id, cutAt }]));
  return {
    of: tracks(assets, (kind, job) => byJob[job]?.stretches.get(kind) ?? []),
    cutAt: cuts.length === 0 ? null : Math.min(...cuts.map((c) => c.cutAt)),
    cutBy: cuts.map((c) => c.id),
  };
};

/** Whether the assets of a track may be down at an instant, and by what. */
export const openAt = ({ stretches }: Track, instant: Interval.Interval["start"]): readonly Stretch[] =>
  stretches.filter(({ interval }) => Interval.contains(interval, instant));

interface Asset {
  kind: number | null;
  readonly jobs: number[];
  /** By runs that it alone is in. */
  readonly own: Stretch[];
}

const tracks = (
  assets: ReadonlyMap<string, Asset>,
  stretchesOf: (kind: number, job: number) => readonly Stretch[],
): ReadonlyMap<string, Track> => {
  const shared = new Map<string, Track>();
  const found = new Map<string, Track>();
  for (const [id, { kind, jobs, own }] of assets) {
    const make = (): Track => {
      const stretches = [...(kind === null ? [] : jobs.flatMap((job) => stretchesOf(kind, job))), ...own];
      return { stretches, down: IntervalSet.of(stretches.map(({ interval }) => interval)) };
    };
    const track = own.length > 0 ? make() : Memo.at(shared, `${kind}:${jobs.join()}`, make);
    if (track.stretches.length > 0) found.set(id, track);
  }
  return found;
};

// Lists are the same where they are one: those of one profile, and of the same freezes, are.
const classes = ({ blackouts, freezes }: Circumstances): ((asset: Disruptions.Reached) => number) => {
  const known = new Map<unknown, Map<unknown, Map<string, number>>>();
  let count = 0;
  return ({ id, timeZone }) => {
    const byFreezes = Memo.at(known, blackouts.get(id), () => new Map<unknown, Map<string, number>>());
    const byZone = Memo.at(byFreezes, freezes.get(id), () => new Map<string, number>());
    return Memo.at(byZone, timeZone, () => {
      count += 1;
      return count;
    });
  };
};
