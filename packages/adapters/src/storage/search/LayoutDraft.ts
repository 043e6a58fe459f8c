/** How a layout is put together: a walk over the catalogue's definitions that gives each token its columns. */
import * as Qql from "@fettle/qql";
import { quoted, unquoted } from "./Identifier.ts";
import type * as Layout from "./Layout.ts";

/** A table while its columns are gathered. */
interface DraftTable {
  readonly name: string;
  readonly path: string;
  readonly keys: readonly string[];
  readonly columns: Layout.Column[];
  readonly indexed: string[];
}

interface Draft {
  readonly catalog: Qql.Catalog.Catalog;
  readonly options: Layout.Options;
  readonly tables: DraftTable[];
  readonly sharedTexts: string[];
  readonly trigrams: Layout.Trigrams[];
}

/** What a name of the options was used for. */
type Named = ReadonlySet<string>;

export function layoutOf(catalog: Qql.Catalog.Catalog, options: Layout.Options): Layout.Layout {
  checkNames(catalog, options);
  const draft: Draft = { catalog, options, tables: [], sharedTexts: [], trigrams: [] };
  const { prefix } = options;
  const main: DraftTable = { name: quoted(prefix), path: "", keys: ["n"], columns: [], indexed: [] };
  const fields = fieldsOf(draft, main, catalog.definitions, "");
  const { tables, sharedTexts, trigrams } = draft;
  const dictionary = dictionaryOf(options);
  const { name, columns, indexed } = main;
  const sorted = indexed.filter((made) => (options.sorted ?? []).includes(unquoted(made).split(":")[0] ?? ""));
  const mainTable = { name, columns, indexed, sorted, scope: scopeOf(options, columns) };
  return { catalog, prefix, main: mainTable, tables, dictionary, sharedTexts, trigrams, fields };
}

function scopeOf({ scope }: Layout.Options, columns: readonly Layout.Column[]): Layout.MainScope | null {
  if (scope === undefined) return null;
  const at = columns.findIndex(({ name }) => unquoted(name).split(":")[0] === scope.token);
  if (at < 0) throw new RangeError(`${scope.token} has no column of the main table`);
  return { column: quoted(scope.column), at };
}

const dictionaryOf = ({ prefix }: Layout.Options): string => quoted(`${prefix}:text`);

function fieldsOf(
  draft: Draft,
  table: DraftTable,
  definitions: Qql.Catalog.Definitions,
  prefix: string,
): Layout.Fields {
  const fields = new Map<string, Layout.Field>();
  for (const [key, definition] of Object.entries(definitions)) {
    fields.set(key, fieldOf(draft, table, prefix + key, definition));
  }
  return fields;
}

function fieldOf(draft: Draft, table: DraftTable, name: string, definition: Qql.Catalog.Definition): Layout.Field {
  const { options, tables } = draft;
  const link = options.links?.[name];
  if (link !== undefined && table.keys[0] !== "n") throw new RangeError(`${name}: what is repeated has no links`);
  if (link !== undefined) return { _tag: "Linked", link, element: linkedElement(draft, link, name, definition) };
  if (definition.repeated !== true) return elementOf(draft, table, name, definition);
  const keys = table.keys[0] === "n" ? ["o", "i1"] : [...table.keys, `i${table.keys.length}`];
  const child: DraftTable = { name: quoted(`${options.prefix}_${name}`), path: name, keys, columns: [], indexed: [] };
  tables.push(child);
  return { _tag: "Child", table: child, element: elementOf(draft, child, name, definition) };
}

function elementOf(draft: Draft, table: DraftTable, name: string, definition: Qql.Catalog.Definition): Layout.Element {
  const entry = Qql.Catalog.find(draft.catalog, name);
  if (definition.type === "group" && entry?.type === "group") {
    const presence = column(table, `${name}:group`, "INTEGER");
    return { _tag: "Inner", group: entry, presence, fields: fieldsOf(draft, table, definition.tokens, `${name}.`) };
  }
  if (entry === undefined || entry.type === "group") throw new RangeError(`${name} is not in the catalogue`);
  return { _tag: "Value", token: entry, stored: storedOf(draft, table, entry) };
}

function storedOf(draft: Draft, table: DraftTable, token: Qql.Catalog.Token): Layout.Stored {
  const { options } = draft;
  const { name } = token;
  const sql = options.computed?.[name];
  if (sql !== undefined) return { _tag: "Computed", sql };
  const isIndexed = options.indexed?.includes(name) ?? false;
  const looked = (made: string): string => {
    if (isIndexed) table.indexed.push(made);
    return made;
  };
  if (token.type !== "text") {
    const made = column(table, `${name}:${Qql.Predicate.KEY[token.type]}`, AFFINITY[token.type]);
    return { _tag: "KeyColumn", column: looked(made), isIndexed };
  }
  if ((options.texts?.[name] ?? options.otherTexts ?? "inline") === "shared") {
    const field = draft.sharedTexts.push(name) - 1;
    const made = looked(column(table, `${name}:text`, "INTEGER"));
    return { _tag: "SharedText", column: made, dictionary: dictionaryOf(options), field, isIndexed };
  }
  const folded = looked(column(table, `${name}:folded`, "TEXT"));
  const tokens = column(table, `${name}:tokens`, "TEXT");
  const trigrams = trigramsOf(draft, table, name, folded);
  return { _tag: "InlineText", folded, tokens, isIndexed, trigrams };
}

function trigramsOf({ options, trigrams }: Draft, table: DraftTable, token: string, folded: string): string | null {
  if (options.trigrams?.includes(token) !== true) return null;
  if (table.keys[0] !== "n") throw new RangeError(`${token}: trigrams are kept of the main table only`);
  const name = quoted(`${options.prefix}:trigrams:${token}`);
  trigrams.push({ token, table: name, column: folded });
  return name;
}

function column(table: DraftTable, name: string, affinity: Layout.Column["affinity"]): string {
  table.columns.push({ name: quoted(name), affinity });
  return quoted(name);
}

const AFFINITY: { readonly [T in Qql.Catalog.Type]: Layout.Column["affinity"] } = {
  text: "TEXT",
  keyword: "TEXT",
  uuid: "TEXT",
  version: "TEXT",
  ip: "TEXT",
  enum: "INTEGER",
  boolean: "INTEGER",
  size: "INTEGER",
  date: "INTEGER",
  number: "NUMERIC",
};

function linkedElement(
  draft: Draft,
  link: Layout.Link,
  name: string,
  definition: Qql.Catalog.Definition,
): Layout.Element {
  const entry = Qql.Catalog.find(draft.catalog, name);
  if (definition.type !== "group" || entry?.type !== "group") {
    return linkedValue(draft, link, name, "") as Layout.Value;
  }
  return {
    _tag: "Inner",
    group: entry,
    presence: null,
    fields: linkedFields(draft, link, name, definition.tokens, ""),
  };
}

function linkedFields(
  draft: Draft,
  link: Layout.Link,
  name: string,
  definitions: Qql.Catalog.Definitions,
  prefix: string,
): Layout.Fields {
  const fields = new Map<string, Layout.Field>();
  for (const [key, definition] of Object.entries(definitions)) {
    if (definition.type === "group") throw new RangeError(`${name}.${prefix}${key}: a linked group holds tokens only`);
    fields.set(key, linkedValue(draft, link, `${name}.${prefix}${key}`, prefix + key));
  }
  return fields;
}

function linkedValue(draft: Draft, link: Layout.Link, name: string, within: string): Layout.Field {
  const token = Qql.Catalog.find(draft.catalog, name);
  const stored = link.columns[within];
  if (token === undefined || token.type === "group") throw new RangeError(`${name} is not a token`);
  if (stored === undefined) throw new RangeError(`${name}: the link says no column`);
  return stored._tag === "Child" ? stored : { _tag: "Value", token, stored };
}

function checkNames(catalog: Qql.Catalog.Catalog, options: Layout.Options): void {
  const { texts = {}, indexed = [], trigrams = [], links = {}, computed = {} } = options;
  const tokens: Named = new Set(catalog.tokens.map(({ name }) => name));
  const groups: Named = new Set(catalog.groups.map(({ name }) => name));
  for (const name of [...Object.keys(texts), ...indexed, ...trigrams, ...Object.keys(computed)]) {
    if (!tokens.has(name)) throw new RangeError(`${name} is not a token of the catalogue`);
  }
  for (const name of trigrams) {
    const isInline = (texts[name] ?? options.otherTexts ?? "inline") === "inline";
    const isText = catalog.tokens.some((token) => token.name === name && token.type === "text");
    if (!isText || !isInline) throw new RangeError(`${name} is not an inline text, which trigrams are of`);
  }
  for (const name of Object.keys(links)) {
    if (!tokens.has(name) && !groups.has(name)) throw new RangeError(`${name} is not in the catalogue`);
  }
}
