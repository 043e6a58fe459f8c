/** What a query's conditions are answered by, for operators who ask why a search is slow. */
import type * as Qql from "@fettle/qql";
import type * as Layout from "./Layout.ts";
import * as Route from "./Route.ts";
import * as Trigrams from "./Trigrams.ts";

export interface Fact {
  /** The token's or group's name. */
  readonly token: string;
  readonly span: Qql.Predicate.Leaf["span"];
  /**
   * `index`: SQLite can look the values up. `trigram`: trigrams find candidates, whose text is then read. `scan`: each
   * value is looked at, unless other conditions leave few rows.
   */
  readonly by: "index" | "trigram" | "scan";
}

/** A fact for each condition, in the order of the query. What is negated is always looked at. */
export function of(predicate: Qql.Predicate.Predicate, layout: Layout.Layout, withTrigrams = true): readonly Fact[] {
  const facts: Fact[] = [];
  collect({ facts, withTrigrams }, predicate, layout.fields, false);
  return facts;
}

interface Collected {
  readonly facts: Fact[];
  readonly withTrigrams: boolean;
}

function collect(
  collected: Collected,
  predicate: Qql.Predicate.Predicate,
  fields: Layout.Fields,
  isNegated: boolean,
): void {
  switch (predicate._tag) {
    case "And":
    case "Or":
      for (const operand of predicate.operands) collect(collected, operand, fields, isNegated);
      break;
    case "Not":
      collect(collected, predicate.operand, fields, true);
      break;
    case "Nested": {
      const element = Route.of(fields, predicate.path)?.element;
      if (element?._tag === "Inner") collect(collected, predicate.operand, element.fields, isNegated);
      break;
    }
    case "Leaf": {
      const { token, test, span } = predicate;
      const element = Route.of(fields, predicate.path)?.element;
      const stored = element?._tag === "Value" && !isNegated ? element.stored : null;
      collected.facts.push({ token: token.name, span, by: byOf(stored, test, collected.withTrigrams) });
      break;
    }
  }
}

function byOf(stored: Layout.Stored | null, test: Qql.Predicate.Test, withTrigrams: boolean): Fact["by"] {
  if (stored === null || stored._tag === "Computed") return "scan";
  if (stored.isIndexed && (isLookedUp(test) || (stored._tag === "SharedText" && test._tag !== "Exists")))
    return "index";
  const hasTrigrams = stored._tag === "InlineText" && stored.trigrams !== null;
  return withTrigrams && hasTrigrams && Trigrams.matchOf(test) !== null ? "trigram" : "scan";
}

/** Whether values that fulfil it stand together in the order of the keys. */
function isLookedUp(test: Qql.Predicate.Test): boolean {
  switch (test._tag) {
    case "Is":
    case "Between":
      return true;
    case "StartsWith":
      return test.key === "folded";
    case "All":
      return test.tests.some(isLookedUp);
    case "Any":
      return test.tests.every(isLookedUp);
    default:
      return false;
  }
}
