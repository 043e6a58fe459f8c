/**
 * How targets stand to the patches, each distinct state once with the number of assets in it: a fleet of 100,000 is kept in
 * a few states, and what follows from a state is worked out once. Only what the job may be about is looked at.
 */
import type { Asset } from "../asset/Asset.ts";
import * as Chunks from "../shared/Chunks.ts";
import * as Distinct from "./Distinct.ts";
import * as Lacks from "./Lacks.ts";
import type { PlanInputs } from "./PlanInputs.ts";

export interface PatchState {
  readonly lacks: Distinct.DistinctList<Lacks.Lack>;
  readonly installed: Distinct.DistinctList<Distinct.Distinct<string>>;
  /** How many of the targets are in it. */
  assets: number;
}

export interface PatchStates {
  /** In no particular order. */
  readonly all: readonly PatchState[];
  /** Of each target, in their order. */
  readonly ofTargets: readonly PatchState[];
}

/** What a state tells of: these patches, and not what is installed; null: every patch, and that too. */
export type About = ReadonlySet<string> | null;

/** The states of the targets. An asset without an assessment lacks nothing that is known. */
export function* of(
  { assessments }: Pick<PlanInputs, "assessments">,
  targets: readonly Asset[],
  about: About,
): Generator<void, PatchStates> {
  const read = reader(about);
  const all: PatchState[] = [];
  const ofTargets: PatchState[] = [];
  const isChunk = Chunks.pace();
  for (const { id } of targets) {
    const { missing = [], installed = [] } = assessments.get(id) ?? {};
    const found = read(missing, about === null ? installed : []);
    const state = all[found.number] ?? { lacks: found.lacks, installed: found.installed, assets: 0 };
    all[found.number] = state;
    state.assets += 1;
    ofTargets.push(state);
    if (isChunk(1 + missing.length + installed.length)) yield;
  }
  return { all, ofTargets };
}

type Missing = Parameters<Lacks.Lacks>[0];

interface Read extends Distinct.Numbered, Pick<PatchState, "lacks" | "installed"> {}

const reader = (about: About): ((missing: readonly Missing[], installed: readonly string[]) => Read) => {
  const lackOf = Lacks.make();
  const patchOf = Distinct.byText((id: string) => id);
  const lackLists = Distinct.lists<Lacks.Lack>();
  const patchLists = Distinct.lists<Distinct.Distinct<string>>();
  const pairs = Distinct.lists<Distinct.Numbered>();
  return (missing, installed) => {
    const own: Lacks.Lack[] = [];
    for (const each of missing) if (about === null || about.has(each.patchId)) own.push(lackOf(each));
    const lacks = lackLists(own);
    const has = patchLists(installed.map(patchOf));
    return { lacks, installed: has, number: pairs([lacks, has]).number };
  };
};
