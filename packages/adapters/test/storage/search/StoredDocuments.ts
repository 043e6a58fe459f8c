/** Documents as the search tables hold them, read back by their layout: keys in place of values, as `Key.document` has them. */
import * as Qql from "@fettle/qql";
import type { Database } from "better-sqlite3";
import type * as Layout from "../../../src/storage/search/Layout.ts";

type Keyed = { readonly [name: string]: unknown };

/** The document of one row of the main table. */
export const read = (database: Database, layout: Layout.Layout, t: number, n: number): Keyed =>
  fieldsOf({ database, layout, t }, layout.fields, { table: layout.main.name, where: `m.n = ${n}`, keys: [n] });

interface Reading {
  readonly database: Database;
  readonly layout: Layout.Layout;
  readonly t: number;
}

/** A row: which one, and what tells the rows within it. */
interface Place {
  readonly table: string;
  readonly where: string;
  readonly keys: readonly number[];
}

const fieldsOf = (reading: Reading, fields: Layout.Fields, place: Place): Keyed =>
  Object.fromEntries([...fields].map(([name, field]) => [name, fieldOf(reading, field, place)]));

const fieldOf = (reading: Reading, field: Layout.Field, place: Place): unknown => {
  if (field._tag === "Child") return childrenOf(reading, field, place);
  if (field._tag === "Linked") return linkedOf(reading, field, place);
  return elementOf(reading, field, place);
};

const elementOf = (reading: Reading, element: Layout.Element, place: Place): unknown => {
  if (element._tag === "Value") return heldBy(reading, element.stored, place);
  const isThere = element.presence === null ? 1 : one(reading, element.presence, place);
  if (isThere === null) return null;
  return isThere === 1 ? fieldsOf(reading, element.fields, place) : Qql.Key.UNKNOWN;
};

const heldBy = (reading: Reading, stored: Layout.Stored, place: Place): unknown => {
  switch (stored._tag) {
    case "KeyColumn":
      return keyOf(one(reading, stored.column, place));
    case "Computed": {
      const bind = (): never => {
        throw new Error("nothing is bound here");
      };
      return keyOf(one(reading, stored.sql({ alias: "m", bind, now: 0, tenant: reading.t }), place, ""));
    }
    case "InlineText":
      return textOf(one(reading, stored.folded, place), one(reading, stored.tokens, place));
    case "SharedText": {
      const number = one(reading, stored.column, place);
      if (typeof number !== "number") return keyOf(number);
      const keys = reading.database
        .prepare<[number, number, number], { folded: string; tokens: string }>(
          `SELECT folded, tokens FROM ${stored.dictionary} WHERE n = ? AND t = ? AND field = ?`,
        )
        .get(number, reading.t, stored.field);
      return keys === undefined ? "dangling" : { folded: keys.folded, tokens: keys.tokens };
    }
  }
};

const keyOf = (value: unknown): unknown => (value instanceof Uint8Array ? Qql.Key.UNKNOWN : value);

const textOf = (folded: unknown, tokens: unknown): unknown => {
  if (folded === null || folded instanceof Uint8Array) return keyOf(folded);
  return { folded, tokens };
};

const one = ({ database }: Reading, expression: string, { table, where }: Place, alias = "m."): unknown =>
  database.prepare<[], unknown>(`SELECT ${alias}${expression} FROM ${table} AS m WHERE ${where}`).pluck().get() ?? null;

const childrenOf = (reading: Reading, { table, element }: Layout.Child, place: Place): readonly unknown[] => {
  const outer = table.keys.slice(0, place.keys.length);
  const within = [`m.t = ${reading.t}`, ...outer.map((key, i) => `m.${key} = ${place.keys[i]}`)].join(" AND ");
  const last = table.keys.at(-1) ?? "";
  const places = reading.database
    .prepare<[], number>(`SELECT m.${last} FROM ${table.name} AS m WHERE ${within} ORDER BY m.${last}`)
    .pluck()
    .all();
  return places.map((at) =>
    elementOf(reading, element, {
      table: table.name,
      where: `${within} AND m.${last} = ${at}`,
      keys: [...place.keys, at],
    }),
  );
};

const linkedOf = (reading: Reading, { link, element }: Layout.Linked, place: Place): readonly unknown[] => {
  const fixed = link.fixed === undefined ? "" : ` AND ${link.fixed("l", "m")}`;
  const rows = reading.database
    .prepare<[number], number>(
      `SELECT m.n FROM ${link.link} AS l JOIN ${link.table} AS m ON m.${link.key ?? "n"} = l.${link.to}
       WHERE l.${link.from} = ?${fixed}`,
    )
    .pluck()
    .all(place.keys[0] ?? 0);
  return rows
    .map((n) => elementOf(reading, element, { table: link.table, where: `m.n = ${n}`, keys: [n] }))
    .filter((value) => value !== null);
};

/** A document of which nothing is told but what a query can ask: no order, no difference between none and an empty list. */
export const comparable = (catalog: Qql.Catalog.Catalog, document: Keyed): unknown =>
  plain(catalog.definitions, document);

const plain = (definitions: Qql.Catalog.Definitions, document: Keyed): unknown =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => {
      const value = document[name];
      const each = (one: unknown): unknown =>
        definition.type === "group" && typeof one === "object" && one !== null
          ? plain(definition.tokens, one as Keyed)
          : one === Qql.Key.UNKNOWN
            ? "unknown"
            : stored(one);
      if (definition.repeated !== true) return [name, each(value ?? null)];
      const all = ((value ?? []) as readonly unknown[]).filter((one) => one !== null && one !== undefined);
      const texts = all.map((one) => JSON.stringify(each(one)));
      return [name, [...new Set(texts)].sort()];
    }),
  );

// Surrogates without their other half are stored as what never is a character.
const stored = (key: unknown): unknown => {
  if (typeof key === "string") return key.replaceAll(/[\ud800-\udfff]/gu, "\uffff");
  if (typeof key !== "object" || key === null) return key;
  return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, stored(value)]));
};
