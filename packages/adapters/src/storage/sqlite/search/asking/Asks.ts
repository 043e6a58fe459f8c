/** What a query asks of, as the predicate that its SQL is made from; both are wanted several times in one search. */
import * as Qql from "@fettle/qql";

interface Made {
  readonly checked: object;
  readonly predicate: Qql.Predicate.Predicate;
}

/** The last ones: a search asks for those of its own queries, of which there are two at most. */
const last: Made[] = [];
const LAST_MAX = 2;

/** The predicate of a query, made once while it is searched by. */
export const predicateOf = ({ checked }: Pick<Qql.Query<never>, "checked">): Qql.Predicate.Predicate => {
  for (const made of last) if (made.checked === checked) return made.predicate;
  const predicate = Qql.Predicate.of(checked);
  if (last.length >= LAST_MAX) last.shift();
  last.push({ checked, predicate });
  return predicate;
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
