/** The conformance cases of QQL that select documents (see packages/qql/conformance/README.md). */
import { readdirSync, readFileSync } from "node:fs";
import * as Qql from "@fettle/qql";

type Documents = { readonly [id: string]: Qql.Catalog.AnyDocument };

interface World {
  readonly catalog?: string;
  readonly documents?: string | Documents;
  readonly now?: string;
}

interface Repeated {
  readonly repeat: string;
  readonly times: number;
  readonly between?: string;
}

interface Written extends World {
  readonly name: string;
  readonly rule: string;
  readonly query: string | readonly (string | Repeated)[];
  readonly ids?: readonly string[];
}

interface Topic extends World {
  readonly cases: readonly Written[];
}

export interface Case {
  readonly title: string;
  /** The same for cases that share catalogue and documents. */
  readonly world: string;
  readonly catalog: Qql.Catalog.Catalog;
  readonly documents: ReadonlyMap<string, Qql.Catalog.AnyDocument>;
  readonly now: number;
  readonly query: string;
  readonly ids: readonly string[];
}

const folder = new URL("../../../../qql/conformance/", import.meta.url);
const readJson = <A>(path: string): A => JSON.parse(readFileSync(new URL(path, folder), "utf8")) as A;

const catalogs = new Map<string, Qql.Catalog.Catalog>();

export function catalogNamed(name: string): Qql.Catalog.Catalog {
  const known = catalogs.get(name);
  if (known !== undefined) return known;
  const read = Qql.CatalogJson.read(readJson(`catalogs/${name}.json`));
  if (!read.ok) throw new Error(`${name}: ${JSON.stringify(read.error)}`);
  catalogs.set(name, read.value);
  return read.value;
}

/** All cases that say which documents are selected. */
export const cases = (): readonly Case[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => {
      const topic = readJson<Topic>(file);
      return topic.cases.flatMap((each) => {
        const { ids } = each;
        return ids === undefined ? [] : [caseOf(`${file}: ${each.name}`, { ...topic, ...each }, each.query, ids)];
      });
    });

function caseOf(title: string, world: World, query: Written["query"], ids: readonly string[]): Case {
  const { catalog: name = "", documents = {}, now = "" } = world;
  const catalog = catalogNamed(name);
  const byId = typeof documents === "string" ? readJson<Documents>(`documents/${documents}.json`) : documents;
  const decodedById = Object.entries(byId).map(([id, one]) => [id, decoded(catalog.definitions, one)] as const);
  return {
    title,
    world: JSON.stringify([name, documents]),
    catalog,
    documents: new Map(decodedById),
    now: Date.parse(now),
    query: typeof query === "string" ? query : query.map(partOf).join(""),
    ids: [...ids].sort(),
  };
}

const partOf = (part: string | Repeated): string =>
  typeof part === "string"
    ? part
    : Array<string>(part.times)
        .fill(part.repeat)
        .join(part.between ?? "");

/** Timestamps of date tokens become epoch milliseconds. */
const decoded = (definitions: Qql.Catalog.Definitions, document: Qql.Catalog.AnyDocument): Qql.Catalog.AnyDocument =>
  Object.fromEntries(
    Object.entries(document).map(([name, value]) => {
      const definition = definitions[name];
      const each = (one: unknown): unknown => (definition === undefined ? one : decodedValue(definition, one));
      return [name, Array.isArray(value) ? value.map(each) : each(value)];
    }),
  );

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{3})?)?Z$/;

function decodedValue(definition: Qql.Catalog.Definition, value: unknown): unknown {
  if (definition.type === "date") return typeof value === "string" && TIMESTAMP.test(value) ? Date.parse(value) : value;
  if (definition.type !== "group" || typeof value !== "object" || value === null) return value;
  return decoded(definition.tokens, value as Qql.Catalog.AnyDocument);
}
