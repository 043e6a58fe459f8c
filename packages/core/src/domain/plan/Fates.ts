/**
 * The fates of many assets: what comes of each distinct lack is decided once, by the same functions as for one asset, and
 * assets of one state share the whole of it.
 */
import type { Asset } from "../asset/Asset.ts";
import type { Patch } from "../patch/Patch.ts";
import * as Memo from "../shared/Memo.ts";
import type { PackageFormat } from "../shared/Platform.ts";
import * as AssetFate from "./AssetFate.ts";
import * as Distinct from "./Distinct.ts";
import * as Fate from "./Fate.ts";
import type { Lack } from "./Lacks.ts";
import type { PatchState } from "./PatchStates.ts";
import type { PlanInputs } from "./PlanInputs.ts";

type Of<A> = Distinct.Distinct<A>;

/** A fate as it is compared: assets of equal lists have the same one. */
export interface DistinctFate {
  readonly patches: Distinct.DistinctList<Of<Fate.PlannedPatch>>;
  readonly withheld: readonly Of<Fate.Withheld>[];
}

/** The fate of an asset in a state. */
export type Fates = (asset: Asset, state: PatchState) => DistinctFate;

/** Prepared for many assets: of the patches that were chosen, in the order of work. */
export const compile = (inputs: PlanInputs, patches: readonly Patch[]): Fates => {
  const share = sharing();
  if (inputs.job.kind === "rollback") {
    return (asset) => {
      const fate = AssetFate.of(inputs, asset, patches);
      return share([...fate.patches, ...fate.withheld]);
    };
  }
  const byFormat = new Map<PackageFormat | null, Map<Distinct.DistinctList<Lack>, DistinctFate>>();
  const place = new Map(patches.map((patch, i) => [patch.id, i]));
  const outcomes = new Map<PackageFormat | null, Outcomes>();
  return ({ facts: { packageFormat: format } }, { lacks }) => {
    const known = Memo.at(byFormat, format, () => new Map<Distinct.DistinctList<Lack>, DistinctFate>());
    return Memo.at(known, lacks, () => {
      const outcome = Memo.at(outcomes, format, () => outcomesOf(inputs, patches, format));
      const placed = lacks.items.filter((l) => place.has(l.patchId));
      placed.sort((a, b) => (place.get(a.patchId) ?? 0) - (place.get(b.patchId) ?? 0));
      return share(placed.map(outcome).filter((o) => o !== null));
    });
  };
};

type Outcomes = (lack: Lack) => Fate.Outcome | null;

// What comes of each lack on assets of one package format.
const outcomesOf = ({ supplied }: PlanInputs, patches: readonly Patch[], format: PackageFormat | null): Outcomes => {
  const byId = new Map(patches.map((p) => [p.id, p]));
  const known = new Map<Lack, Fate.Outcome | null>();
  return (lack) => {
    const patch = byId.get(lack.patchId);
    const made = () => (patch === undefined ? null : Fate.deployed(patch, lack.packages, { format, supplied }));
    return Memo.at(known, lack, made);
  };
};

const sharing = (): ((outcomes: readonly Fate.Outcome[]) => DistinctFate) => {
  const share = Distinct.byText(Fate.outcomeKey);
  const list = Distinct.lists<Of<Fate.PlannedPatch>>();
  return (outcomes) => {
    const all = outcomes.map(share);
    return { patches: list(all.filter(isPlanned)), withheld: all.filter(isWithheld) };
  };
};

const isPlanned = (outcome: Of<Fate.Outcome>): outcome is Of<Fate.PlannedPatch> => !Fate.isWithheld(outcome.value);
const isWithheld = (outcome: Of<Fate.Outcome>): outcome is Of<Fate.Withheld> => Fate.isWithheld(outcome.value);
