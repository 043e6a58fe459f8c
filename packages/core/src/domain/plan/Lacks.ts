/**
 * The ways in which assets lack patches. Thousands of assets lack a patch by the same packages, and what that comes to is
 * decided once for all of them.
 */
import * as Distinct from "./Distinct.ts";
import type { Assessed, MissingHere } from "./PlanInputs.ts";

/** A patch that is missing, by these packages. */
export interface Lack extends MissingHere, Distinct.Numbered {}

/** Gives the one lack that is equal to what an asset is missing. */
export type Lacks = (missing: MissingHere) => Lack;

/** Lacks of one patch that are compared one after the other; past them a text finds the equal one. */
const COMPARED_MAX = 8;

interface Known {
  readonly compared: Lack[];
  readonly byText: Map<string, Lack>;
}

/** Without any known yet. */
export const make = (): Lacks => {
  const known = new Map<string, Known>();
  let count = 0;
  return (missing) => {
    const { patchId, packages } = missing;
    const own = known.get(patchId) ?? { compared: [], byText: new Map<string, Lack>() };
    if (own.compared.length === 0) known.set(patchId, own);
    for (const lack of own.compared) if (areSame(lack.packages, packages)) return lack;
    const lack = { patchId, packages, number: count };
    if (own.compared.length < COMPARED_MAX) {
      own.compared.push(lack);
      count += 1;
      return lack;
    }
    const text = JSON.stringify(packages.map(parts));
    const before = own.byText.get(text);
    if (before !== undefined) return before;
    own.byText.set(text, lack);
    count += 1;
    return lack;
  };
};

/** Assessments as they come from the store, each without what others have told before: so those of a large fleet are small. */
export const sharing = (): ((assessment: Assessed) => Assessed) => {
  const lackOf = make();
  const missingOf = Distinct.lists<Lack>();
  const installedOf = Distinct.sharedLists((id: string) => id);
  const unknownOf = Distinct.sharedLists((u: Assessed["unknown"][number]) => JSON.stringify([u.patchId, u.reason]));
  return ({ missing, installed, unknown }) => ({
    missing: missingOf(missing.map(lackOf)).items,
    installed: installedOf(installed),
    unknown: unknownOf(unknown),
  });
};

type Packages = MissingHere["packages"];

const parts = (p: Packages[number]): readonly unknown[] => [p.name, p.arch, p.fixed, p.isPresence, p.replaces];

const areSame = (a: Packages, b: Packages): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (!isSame(a[i] as Packages[number], b[i] as Packages[number])) return false;
  return true;
};

const isSame = (a: Packages[number], b: Packages[number]): boolean =>
  a.fixed === b.fixed &&
  a.name === b.name &&
  a.arch === b.arch &&
  a.isPresence === b.isPresence &&
  (a.replaces === b.replaces || JSON.stringify(a.replaces) === JSON.stringify(b.replaces));
