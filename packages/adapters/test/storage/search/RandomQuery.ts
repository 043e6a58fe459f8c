/** Queries of a catalogue: as texts that people could write, and as predicates of any form. */
import * as Qql from "@fettle/qql";
import { one, type Pick, rarely, some } from "./Picks.ts";
import { anyText, literalOf, searchText, valueFor } from "./RandomValues.ts";

const DEPTH_MAX = 3;

/** A query's text; not every one is sound. */
export const text = (pick: Pick, catalog: Qql.Catalog.Catalog): string => expression(pick, catalog, null, 0);

function expression(pick: Pick, catalog: Qql.Catalog.Catalog, within: Qql.Catalog.Group | null, depth: number): string {
  const inner = (): string => `(${expression(pick, catalog, within, depth + 1)})`;
  switch (depth < DEPTH_MAX ? pick(7) : 0) {
    case 1:
      return some(pick, 2, 3, inner).join(" and ");
    case 2:
      return some(pick, 2, 3, inner).join(" or ");
    case 3:
      return `not ${inner()}`;
    case 4: {
      const groups = catalog.groups.filter(({ name }) => within === null || name.startsWith(`${within.name}.`));
      if (groups.length === 0) return condition(pick, catalog, within);
      const group = one(pick, groups);
      return `${Qql.Catalog.nameWithin(group, within)}: (${expression(pick, catalog, group, depth + 1)})`;
    }
    default:
      return condition(pick, catalog, within);
  }
}

function condition(pick: Pick, catalog: Qql.Catalog.Catalog, within: Qql.Catalog.Group | null): string {
  const tokens = Qql.Catalog.tokensIn(catalog, within);
  if (tokens.length === 0 || rarely(pick, 10)) return searchText(pick);
  const token = one(pick, tokens);
  const literal = (): string => literalOf(pick, token);
  const name = Qql.Catalog.nameWithin(token, within);
  switch (pick(Qql.Catalog.isAllowed(token, "order") ? 7 : 4)) {
    case 1:
      return `${name}: [${some(pick, 1, 3, literal).join(", ")}]`;
    case 2: {
      const entries = [
        token,
        ...catalog.groups.filter((group) => within === null || group.name.startsWith(`${within.name}.`)),
      ];
      return `${Qql.Catalog.nameWithin(one(pick, entries), within)}${one(pick, [" is null", " is not null"])}`;
    }
    case 4:
    case 5:
      return `${name} ${one(pick, ["<", "<=", ">", ">="])} ${literal()}`;
    case 6:
      return `${name}: ${one(pick, ["[] ", "()"])}`.replace(
        /(.)(.) ?$/,
        (_, open: string, close: string) => `${open}${literal()} .. ${literal()}${close}`,
      );
    default:
      return `${name}: ${literal()}`;
  }
}

/** A predicate as no text comes to it: any key with any text, empty operands. */
export function predicate(pick: Pick, catalog: Qql.Catalog.Catalog): Qql.Predicate.Predicate {
  return predicateIn(pick, catalog, null, 0);
}

function predicateIn(
  pick: Pick,
  catalog: Qql.Catalog.Catalog,
  within: Qql.Catalog.Group | null,
  depth: number,
): Qql.Predicate.Predicate {
  const inner = (): Qql.Predicate.Predicate => predicateIn(pick, catalog, within, depth + 1);
  const entries: readonly Qql.Catalog.Entry[] = [...catalog.tokens, ...catalog.groups].filter(
    ({ name }) => within === null || name.startsWith(`${within.name}.`),
  );
  const pathOf = ({ path }: Qql.Catalog.Entry) => path.slice(within?.path.length ?? 0);
  switch (depth < DEPTH_MAX ? pick(7) : 0) {
    case 1:
      return { _tag: "And", operands: some(pick, 1, 3, inner) };
    case 2:
      return { _tag: "Or", operands: some(pick, 0, 3, inner) };
    case 3:
      return { _tag: "Not", operand: inner() };
    case 4: {
      const groups = entries.filter((entry) => entry.type === "group");
      if (groups.length === 0) break;
      const group = one(pick, groups);
      return { _tag: "Nested", group, path: pathOf(group), operand: predicateIn(pick, catalog, group, depth + 1) };
    }
    default:
      break;
  }
  const token = one(pick, entries);
  const test: Qql.Predicate.Test = token.type === "group" ? { _tag: "Exists" } : testOf(pick, token);
  return { _tag: "Leaf", token, path: pathOf(token), test, span: { start: 0, end: 0 } };
}

function testOf(pick: Pick, token: Qql.Catalog.Token): Qql.Predicate.Test {
  const key = Qql.Predicate.KEY[token.type];
  const isText = key === "folded";
  const value = (): string | number => {
    const made = Qql.Key.of(token, valueFor(pick, token));
    if (made === null) return isText || key === "version" || key === "ip" ? "" : 0;
    return typeof made === "object" ? made.folded : made;
  };
  switch (pick(6)) {
    case 0:
      return { _tag: "Exists" };
    case 1:
      return { _tag: "Is", key, values: [...new Set(some(pick, 1, 3, value))] };
    case 2: {
      // A query asks whether there is a value by itself, never beside other tests.
      const tests = some(pick, 1, 3, () => testOf(pick, token)).filter(
        ({ _tag }) => !/^(?:All|Any|Exists)$/.test(_tag),
      );
      return tests.length === 0 ? { _tag: "Exists" } : { _tag: one(pick, ["All", "Any"] as const), tests };
    }
    default: {
      if (isText) {
        const of = token.type === "text" ? one(pick, ["folded", "tokens"] as const) : "folded";
        const _tag = one(pick, ["StartsWith", "EndsWith", "Contains"] as const);
        return { _tag, key: of, text: Qql.FullText.fold(anyText(pick)) };
      }
      if (token.type === "enum" || token.type === "boolean") return { _tag: "Is", key, values: [value()] };
      const cut = () => ({ at: value(), isAfter: rarely(pick, 2) });
      const [low, high] = [rarely(pick, 3) ? null : cut(), rarely(pick, 3) ? null : cut()];
      return low === null && high === null ? { _tag: "Exists" } : { _tag: "Between", key, low, high };
    }
  }
}
