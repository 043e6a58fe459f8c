/** What a query asks of, as the predicate that its SQL is made from; both are wanted several times in one search. */
import * as Qql from "@fettle/qql";

const predicates = new WeakMap<object, Qql.Predicate.Predicate>();

/** The predicate of a query, made once. */
export const predicateOf = ({ checked }: Pick<Qql.Query<never>, "checked">): Qql.Predicate.Predicate => {
  const known = predicates.get(checked);
  if (known !== undefined) return known;
  const made = Qql.Predicate.of(checked);
  predicates.set(checked, made);
  return made;
};

/** Whether one of these tokens, by their names, is asked of. */
export const asksOf = (predicate: Qql.Predicate.Predicate, tokens: ReadonlySet<string>): boolean => {
  switch (predicate._tag) {
    case "And":
    case "Or":
      return predicate.operands.some((operand) => asksOf(operand, tokens));
    case "Not":
    case "Nested":
      return asksOf(predicate.operand, tokens);
    case "Leaf":
      return tokens.has(predicate.token.name);
  }
};
