import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Catalog, canonical, compile, matches, type Query, Span } from "../src/index.ts";

type Document = { readonly [token: string]: Catalog.DocumentValue | null };
type Documents = { readonly [id: string]: Document };
type Expected = { readonly code: string; readonly at?: string; readonly start?: number; readonly end?: number };

interface Case {
  readonly name: string;
  readonly query: string;
  readonly documents?: string | Documents;
  readonly ids?: readonly string[];
  readonly canonical?: string;
  readonly diagnostics?: readonly Expected[];
}

const folder = new URL("../conformance/", import.meta.url);
const read = <A>(path: string): A => JSON.parse(readFileSync(new URL(path, folder), "utf8")) as A;
const topics = readdirSync(folder).filter((file) => file.endsWith(".json"));

it("has cases of every topic", () => {
  expect(topics).toEqual([
    "boolean.json",
    "canonical.json",
    "diagnostics.json",
    "null.json",
    "text.json",
    "values.json",
  ]);
});

describe.each(topics)("%s", (topic) => {
  const file = read<{ catalog: string; cases: readonly Case[] }>(topic);
  const catalog = Catalog.define(read<Catalog.Definitions>(`catalogs/${file.catalog}.json`));

  it("has no two cases of one name, and none without an expectation", () => {
    expect(new Set(file.cases.map(({ name }) => name)).size).toBe(file.cases.length);
    for (const { ids, canonical: text, diagnostics } of file.cases) expect(ids ?? text ?? diagnostics).toBeDefined();
  });

  it.each(file.cases.filter(({ ids }) => ids !== undefined))("$name: $query", ({ query, documents = {}, ids = [] }) => {
    const byId = typeof documents === "string" ? read<Documents>(`documents/${documents}.json`) : documents;
    const sound = soundQuery(catalog, query);
    const selected = Object.entries(byId).filter(([, document]) => matches(sound, decoded(catalog, document)));
    expect(selected.map(([id]) => id).sort()).toEqual([...ids].sort());
  });

  it.each(file.cases.filter((each) => each.canonical !== undefined))("$name: $query", ({ query, canonical: text }) => {
    expect(canonical(soundQuery(catalog, query))).toBe(text);
  });

  it.each(file.cases.filter(({ diagnostics }) => diagnostics !== undefined))(
    "$name: $query",
    ({ query, diagnostics }) => {
      const result = compile(catalog, query);
      const found = result.ok ? [] : result.error;
      const shown = found.map(({ code, span }, i) =>
        diagnostics?.[i]?.at === undefined ? { code, ...span } : { code, at: Span.slice(query, span) },
      );
      expect(shown).toEqual(diagnostics);
      for (const { message, hint } of found) expect([message, hint]).not.toContain("");
    },
  );
});

function soundQuery(catalog: Catalog.Catalog, text: string): Query<Catalog.DocumentOf<Catalog.Definitions>> {
  const result = compile(catalog, text);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Dates are timestamps in the files and epoch milliseconds in memory. */
function decoded(catalog: Catalog.Catalog, document: Document): Document {
  const entries = Object.entries(document).map(([name, value]) => {
    const isDate = Catalog.find(catalog, name)?.type === "date" && value !== null;
    return [name, isDate ? Date.parse(String(value)) : value];
  });
  return Object.fromEntries(entries) as Document;
}
