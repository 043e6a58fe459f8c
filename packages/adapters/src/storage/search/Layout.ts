/**
 * Which tables and columns hold the storage keys of a catalogue's documents, so that a query can be answered in SQL by
 * comparing keys (see Qql.Key). Search tables are derived data: dropped and filled anew when the stamp differs.
 *
 * A main table has `n` (its row's number), `t` (the tenant's number), `id`, and the columns of all that stands under no
 * repeated step. Each repeated token or group has a table of its own, keyed by `t`, `o` (the document's `n`) and `i1`,
 * `i2` … (places in the arrays around it). A value that is there without a key is an empty blob: it comes behind every
 * number and text, and equals none.
 *
 * Names of columns are `<token>:<key>`; names of tokens hold no colon, so they meet no other column. Names of tables and
 * columns are kept quoted, ready for a statement.
 */
import type * as Qql from "@fettle/qql";
import * as LayoutDraft from "./LayoutDraft.ts";

/** What a statement's parameters hold. */
export type Parameter = string | number | null | Uint8Array;

/** Where the key, or keys, of one value are. Columns are quoted. */
export type Stored = KeyColumn | InlineText | SharedText | Computed;

/** The only key of its type, in one column. */
export interface KeyColumn {
  readonly _tag: "KeyColumn";
  readonly column: string;
  readonly isIndexed: boolean;
}

/** Both keys of a text, in the row: for what nearly every document has a value of its own of. */
export interface InlineText {
  readonly _tag: "InlineText";
  readonly folded: string;
  readonly tokens: string;
  readonly isIndexed: boolean;
  /** The full-text table of the trigrams of `folded`, by the row's number; null for none. */
  readonly trigrams: string | null;
}

/** The number of a row of a dictionary that has the keys: few values, many documents. */
export interface SharedText {
  readonly _tag: "SharedText";
  readonly column: string;
  readonly dictionary: string;
  /** Tells the tokens of one dictionary apart. */
  readonly field: number;
  readonly isIndexed: boolean;
}

/** The key is worked out by SQL in place of a column. */
export interface Computed {
  readonly _tag: "Computed";
  readonly sql: ComputedSql;
}

/**
 * A closed expression for the key of a row of the main table. Called for each place where it stands; `bind` puts a value
 * into the parameters and answers its placeholder, so it is called in the order of the text.
 */
export type ComputedSql = (row: ComputedRow) => string;

export interface ComputedRow {
  readonly alias: string;
  readonly bind: (value: Parameter) => string;
  readonly now: number;
  readonly tenant: number;
}

/** What a step of a path leads to. */
export type Field = Value | Inner | Child | Linked;

export interface Value {
  readonly _tag: "Value";
  readonly token: Qql.Catalog.Token;
  readonly stored: Stored;
}

/** What an object holds, by key. */
export type Fields = ReadonlyMap<string, Field>;

/** An object in the row of what it stands in. `presence` is 1 for an object, an empty blob for what should have been one. */
export interface Inner {
  readonly _tag: "Inner";
  readonly group: Qql.Catalog.Group;
  /** Null for an object that is always there. */
  readonly presence: string | null;
  readonly fields: Fields;
}

/** What is repeated: its elements are rows. */
export interface Child {
  readonly _tag: "Child";
  readonly table: Table;
  readonly element: Element;
}

/** One element of what is repeated. */
export type Element = Value | Inner;

/** What is repeated, its elements rows of another table that a link table leads to. */
export interface Linked {
  readonly _tag: "Linked";
  readonly link: Link;
  readonly element: Element;
}

/** A column of a table that rows are written to. */
export interface Column {
  readonly name: string;
  readonly affinity: "INTEGER" | "NUMERIC" | "TEXT";
}

/** The table of a repeated token or group. */
export interface Table {
  /** Quoted. */
  readonly name: string;
  /** The token's or group's. */
  readonly path: string;
  /** `o`, then `i1` … as deep as it is repeated. */
  readonly keys: readonly string[];
  readonly columns: readonly Column[];
  /** Indexed columns. */
  readonly indexed: readonly string[];
}

/** Another table whose rows are the elements. All names unquoted; none may hold what a user wrote. */
export interface Link {
  readonly link: string;
  /** The link's columns: the number of the document, the key of the element, and the tenant's number if it has it. */
  readonly from: string;
  readonly to: string;
  readonly tenant?: string;
  /** The table of the elements, and its column that `to` names; `n` unless said. */
  readonly table: string;
  readonly key?: string;
  /** That table's column with the tenant's number, if it has one: then its indexes can be entered. */
  readonly elementTenant?: string;
  /** Where the tokens' keys are, by their name within the group; the token itself by the empty name. */
  readonly columns: { readonly [name: string]: Stored | Child };
  /** The link's column that is 1 where the document is in the main table's scope, else 0. */
  readonly scope?: string;
  /** An index of the link from its element on: whether a document has one element is looked up there, since its links lie together. */
  readonly ofElement?: string;
  /** A closed condition on both tables' rows, by their aliases. */
  readonly fixed?: (link: string, element: string) => string;
}

export interface Options {
  /** The main table's name, and the beginning of all others'. */
  readonly prefix: string;
  /** How texts are kept, by token; those that aren't named as `otherTexts` says, `inline` by default. */
  readonly texts?: { readonly [token: string]: TextStorage };
  readonly otherTexts?: TextStorage;
  /** Tokens whose key is looked up. */
  readonly indexed?: readonly string[];
  /** Of these those that lists are sorted by, ties by the id: their indexes hold it too. */
  readonly sorted?: readonly string[];
  /** What the main table's indexes begin with in place of `t`, for statements that look for fewer rows than a tenant has. */
  readonly scope?: Scope;
  /** Inline texts of the main table in which parts of words are looked for. */
  readonly trigrams?: readonly string[];
  /** Repeated tokens and groups that other tables hold. */
  readonly links?: { readonly [name: string]: Link };
  readonly computed?: { readonly [token: string]: ComputedSql };
}

export type TextStorage = "inline" | "shared";

/**
 * A column of the main table: the tenant's number, or null where a row is never looked for. It is written with the row (see
 * Rows): SQLite takes no index to tell all that a statement asks of a column that it works out itself.
 */
export interface Scope {
  /** Unquoted. */
  readonly column: string;
  /** Rows are looked for where they have one. */
  readonly token: string;
}

export interface Layout {
  readonly catalog: Qql.Catalog.Catalog;
  readonly prefix: string;
  readonly main: MainTable;
  /** Of what is repeated, in the order of the catalogue; a table stands before those within. */
  readonly tables: readonly Table[];
  /** The dictionary of shared texts. */
  readonly dictionary: string;
  /** Tokens whose texts are shared: their field is their place here. */
  readonly sharedTexts: readonly string[];
  readonly trigrams: readonly Trigrams[];
  readonly fields: Fields;
}

export interface MainTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly indexed: readonly string[];
  /** Of the indexed columns those whose index holds the id too. */
  readonly sorted: readonly string[];
  /** What its indexes begin with; null for `t`. */
  readonly scope: MainScope | null;
}

export interface MainScope {
  /** Quoted. */
  readonly column: string;
  /** The place, among the columns, of the one that has to have a value. */
  readonly at: number;
}

export interface Trigrams {
  readonly token: string;
  /** The full-text table. */
  readonly table: string;
  /** The main table's column that it is of. */
  readonly column: string;
}

/** The layout of a catalogue. Throws a `RangeError` for options that speak of what the catalogue hasn't: that is a bug. */
export const of = (catalog: Qql.Catalog.Catalog, options: Options): Layout => LayoutDraft.layoutOf(catalog, options);

/** What a token's or group's path leads to, each repeated step's element taken; null for none. */
export function find(layout: Layout, name: string): Field | null {
  let fields: Fields | null = layout.fields;
  let field: Field | null = null;
  for (const key of name.split(".")) {
    field = fields?.get(key) ?? null;
    fields = field === null ? null : fieldsIn(field);
  }
  return field;
}

/** Where the keys of a token that stands under no repeated step are; null for any other. */
export function storedOf(layout: Layout, token: string): Stored | null {
  const field = find(layout, token);
  return field?._tag === "Value" ? field.stored : null;
}

const fieldsIn = (field: Field): Fields | null => {
  const element = field._tag === "Child" || field._tag === "Linked" ? field.element : field;
  return element._tag === "Inner" ? element.fields : null;
};

export { ddl, dropped, stamp } from "./LayoutDdl.ts";
