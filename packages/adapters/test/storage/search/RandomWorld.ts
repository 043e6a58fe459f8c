/** Catalogues of any shape, and documents of theirs. */
import * as Qql from "@fettle/qql";
import { one, type Pick, rarely, some } from "./Picks.ts";
import { strangeValue, valueFor } from "./RandomValues.ts";

/**
 * Names that a table might have for itself, or that a statement might trip over. None is a member of texts or symbols:
 * the matcher finds those in an element that should have been an object.
 */
const NAMES = [
  "n", "t", "o", "id", "i1", "i2", "rowid", "text", "tokens", "folded", "field", "select", "order-by", "_x", "host", "name",
  "group", "from", "a", "x1", "X2", "values", "key-", "_", "status", "Interfaces", "ports", "where", "is", "null-able",
]; // biome-ignore format: a list
const TYPES: readonly Qql.Catalog.Type[] = [
  "text", "text", "keyword", "keyword", "enum", "number", "size", "date", "boolean", "version", "ip", "uuid",
]; // biome-ignore format: a list
const VALUES = ["Ready", "Not Ready", "and", "Straße", "n/a", "Null", "PM", "a%", "'"];
const DEPTH_MAX = 3;

/** A catalogue; null where the names picked can't stand together. */
export function catalog(pick: Pick): Qql.Catalog.Catalog | null {
  const made = Qql.Catalog.make(definitions(pick, 0));
  return made.ok ? made.value : null;
}

function definitions(pick: Pick, depth: number): Qql.Catalog.Definitions {
  const count = depth === 0 ? 3 + pick(8) : 1 + pick(4);
  const names = new Set(Array.from({ length: count }, () => one(pick, NAMES)));
  return Object.fromEntries([...names].map((name) => [name, definition(pick, depth)]));
}

function definition(pick: Pick, depth: number): Qql.Catalog.Definition {
  const description = "Something";
  if (depth < DEPTH_MAX && rarely(pick, depth === 0 ? 3 : 4)) {
    return { type: "group", description, repeated: !rarely(pick, 3), tokens: definitions(pick, depth + 1) };
  }
  const type = one(pick, TYPES);
  const repeated = rarely(pick, 3);
  if (type !== "enum") return { type, description, repeated, example: "1" };
  const values = [...new Set(some(pick, 1, 5, () => one(pick, VALUES)))];
  return { type, description, repeated, example: values[0] ?? "", values };
}

/** A document; now and then with values of the wrong type. */
export const document = (pick: Pick, of: Qql.Catalog.Catalog): Qql.Catalog.AnyDocument =>
  objectOf(pick, of, of.definitions, "");

function objectOf(
  pick: Pick,
  of: Qql.Catalog.Catalog,
  within: Qql.Catalog.Definitions,
  prefix: string,
): Qql.Catalog.AnyDocument {
  const entries = Object.entries(within).map(([key, definition]) => {
    const make = (): unknown => {
      if (rarely(pick, 40)) return strangeValue(pick);
      if (definition.type === "group") return objectOf(pick, of, definition.tokens, `${prefix}${key}.`);
      return valueFor(pick, Qql.Catalog.find(of, prefix + key) as Qql.Catalog.Token);
    };
    return [key, held(pick, definition.repeated === true ? () => some(pick, 0, 3, () => held(pick, make)) : make)];
  });
  return Object.fromEntries(entries);
}

/** A value, or now and then none. */
function held(pick: Pick, make: () => unknown): unknown {
  const way = pick(10);
  return way === 1 ? null : way === 2 ? undefined : make();
}
