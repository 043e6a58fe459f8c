/**
 * What a query costs a store, roughly: for telling a look-up from a scan before running it. One unit is one look-up in an
 * index; {@link SCAN} is reading every document.
 */
import type * as Checked from "./Checked.ts";
import * as Predicate from "./Predicate.ts";

/** The units of reading every document. */
export const SCAN = 1_000;

/** A piece of an order, or of the values that begin so: part of an index. */
const PIECE = 20;

/** A word or a part of text: part of a text index, and a look at each text found. */
const TEXT = 100;

/** Units of a checked query; at most {@link SCAN}, as reading every document once answers all of it. */
export const of = (checked: Checked.Checked): number => Math.min(SCAN, ofPredicate(Predicate.of(checked)));

function ofPredicate(predicate: Predicate.Predicate): number {
  switch (predicate._tag) {
    // The cheapest is looked up; the others are asked of what it finds.
    case "And":
      return Math.min(...predicate.operands.map(ofPredicate)) + predicate.operands.length - 1;
    case "Or":
      return predicate.operands.reduce((sum, operand) => sum + ofPredicate(operand), 0);
    // What isn't so is found by reading everything.
    case "Not":
      return SCAN;
    case "Nested":
      return ofPredicate(predicate.operand);
    case "Leaf":
      return ofTest(predicate.test);
  }
}

function ofTest(test: Predicate.Test): number {
  switch (test._tag) {
    case "Exists":
    case "EndsWith":
      return SCAN;
    case "Is":
      return test.values.length;
    case "Between":
    case "StartsWith":
      return PIECE;
    case "Contains":
      return TEXT;
    case "All":
      return Math.min(...test.tests.map(ofTest));
    case "Any":
      return test.tests.reduce((sum, each) => sum + ofTest(each), 0);
  }
}
