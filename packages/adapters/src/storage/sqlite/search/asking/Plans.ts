/**
 * Statements of questions that are asked again and again, as the searches that people keep and the pages of a console are: for
 * the same text nothing is put together anew. Only of questions whose statements follow from the question alone: what has to
 * be looked up for (tags, parts of names, patches) or worked out (dates that count from now) is written each time.
 */
import type { AssetIndexQuestion } from "@fettle/core";
import type * as Qql from "@fettle/qql";
import * as Asks from "./Asks.ts";
import type * as Fragment from "./Fragment.ts";

/** The statements of one question, by what they are for. */
export interface Plan {
  readonly of: (purpose: string, make: () => Fragment.Fragment) => Fragment.Fragment;
}

export interface Plans {
  /** Null for what is written each time. `licensed` stands in the statements. */
  readonly of: (tenant: number, question: AssetIndexQuestion, licensed: Fragment.Fragment) => Plan | null;
}

/** Questions that are remembered. */
const KEPT_MAX = 500;

interface Kept extends Plan {
  /** Null for a question whose statements differ. */
  readonly licensed: Fragment.Fragment | null;
}

export const make = (): Plans => {
  const kept = new Map<string, Kept>();
  return {
    of: (tenant, question, licensed) => {
      const { asset, patch, seen, view } = question;
      if (asset === null || patch !== null || seen !== null) return null;
      const key = `${tenant} ${view} ${asset.text}`;
      const known = kept.get(key);
      if (known !== undefined && (known.licensed === null || known.licensed === licensed)) return planOf(known);
      const plan = isFixed(Asks.predicateOf(asset)) ? keeping(licensed) : nothing;
      if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value ?? "");
      kept.set(key, plan);
      return planOf(plan);
    },
  };
};

const planOf = (kept: Kept): Plan | null => (kept.licensed === null ? null : kept);

const nothing: Kept = { licensed: null, of: (_, make) => make() };

const keeping = (licensed: Fragment.Fragment): Kept => {
  const statements = new Map<string, Fragment.Fragment>();
  return {
    licensed,
    of: (purpose, make) => {
      const known = statements.get(purpose);
      if (known !== undefined) return known;
      const made = make();
      statements.set(purpose, made);
      return made;
    },
  };
};

const TAGS = "tags";

const isFixed = (predicate: Qql.Predicate.Predicate): boolean => {
  switch (predicate._tag) {
    case "And":
    case "Or":
      return predicate.operands.every(isFixed);
    case "Not":
      return isFixed(predicate.operand);
    case "Nested":
      return predicate.path[0]?.key !== TAGS && isFixed(predicate.operand);
    case "Leaf":
      return predicate.path[0]?.key !== TAGS && isFixedTest(predicate.test, predicate.token.name === "name");
  }
};

const isFixedTest = (test: Qql.Predicate.Test, isName: boolean): boolean => {
  switch (test._tag) {
    case "All":
    case "Any":
      return test.tests.every((each) => isFixedTest(each, isName));
    case "Between":
      return typeof test.low?.at !== "object" && typeof test.high?.at !== "object";
    case "Contains":
    case "EndsWith":
      return !isName;
    default:
      return true;
  }
};
