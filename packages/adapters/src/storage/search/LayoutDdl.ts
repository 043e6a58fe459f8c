/** The statements that make a layout's tables, and the stamp that tells whether tables are still of this layout. */
import { createHash } from "node:crypto";
import * as Qql from "@fettle/qql";
import { quoted, unquoted } from "./Identifier.ts";
import type * as Layout from "./Layout.ts";

/** In the order in which they are to be run. */
export function ddl(layout: Layout.Layout): readonly string[] {
  const { main, tables, dictionary, sharedTexts, trigrams } = layout;
  return [
    `CREATE TABLE ${main.name} (n INTEGER PRIMARY KEY, t INTEGER NOT NULL, id TEXT NOT NULL, ${[
      ...(main.scope === null ? [] : [`${main.scope.column} INTEGER`]),
      ...inRow(main).map(columnOf),
      "UNIQUE (t, id)",
    ].join(", ")})`,
    ...main.indexed.map((column) => mainIndex(main, column)),
    ...tables.flatMap(tableOf),
    ...(sharedTexts.length > 0 ? [dictionaryOf(dictionary)] : []),
    ...trigrams.flatMap(({ table }) => trigramsOf(table)),
  ];
}

/** What removes the tables, if they are there. */
export function dropped({ main, tables, dictionary, trigrams }: Layout.Layout): readonly string[] {
  const names = [...trigrams.map(({ table }) => table), dictionary, ...tables.map(({ name }) => name), main.name];
  return names.map((name) => `DROP TABLE IF EXISTS ${name}`);
}

/** Differs where tables made for another layout, catalogue or version of the keys would answer wrongly. */
export function stamp(layout: Layout.Layout): string {
  const types = layout.catalog.tokens.map((token) => [
    token.name,
    token.type,
    ...(token.type === "enum" ? token.values : []),
  ]);
  const digest = createHash("sha256").update(JSON.stringify([ddl(layout), layout.sharedTexts, types]));
  return `${Qql.Key.KEYS_VERSION}:${digest.digest("hex")}`;
}

// A row is read up to the last column that is asked for: numbers that are looked up and sorted by come first, texts last.
const inRow = ({ columns, indexed }: Layout.MainTable): readonly Layout.Column[] => {
  const place = ({ name, affinity }: Layout.Column): number =>
    affinity === "TEXT" ? 2 : indexed.includes(name) ? 0 : 1;
  return [...columns].sort((a, b) => place(a) - place(b));
};

const columnOf = ({ name, affinity }: Layout.Column): string => `${name} ${affinity}`;

function tableOf({ name, keys, columns, indexed }: Layout.Table): readonly string[] {
  const parts = [
    "t INTEGER NOT NULL",
    ...keys.map((key) => `${key} INTEGER NOT NULL`),
    ...columns.map(columnOf),
    `PRIMARY KEY (t, ${keys.join(", ")})`,
  ];
  return [
    `CREATE TABLE ${name} (${parts.join(", ")}) WITHOUT ROWID`,
    ...indexed.map((column) => indexOf(name, column, ", o")),
  ];
}

const mainIndex = ({ name, scope, sorted }: Layout.MainTable, column: string): string =>
  indexOf(name, column, sorted.includes(column) ? ", id" : "", scope === null ? "t" : scope.column);

const indexOf = (table: string, column: string, more: string, first = "t"): string =>
  `CREATE INDEX ${quoted(`${unquoted(table)}:by:${unquoted(column)}`)} ON ${table} (${first}, ${column}${more})`;

const dictionaryOf = (name: string): string =>
  `CREATE TABLE ${name} (n INTEGER PRIMARY KEY, t INTEGER NOT NULL, field INTEGER NOT NULL, folded TEXT NOT NULL, ` +
  `tokens TEXT NOT NULL, UNIQUE (t, field, folded))`;

/** Only whether a trigram is there is kept: where would be thrice as large, and the text itself is asked afterwards. */
const trigramsOf = (name: string): readonly string[] => [
  `CREATE VIRTUAL TABLE ${name} USING fts5(folded, tokenize = 'trigram case_sensitive 1', detail = 'none', ` +
    `content = '', contentless_delete = 1)`,
  // Each search looks into every piece that commits left: sooner put together than by itself, they are half as many.
  `INSERT INTO ${name} (${name}, rank) VALUES ('automerge', 2), ('crisismerge', 4)`,
];
