/**
 * The conformance cases, run by every way there is of running a query in memory: over documents as they are, over their
 * keys, and again from the canonical and the simplified query, which must say the same. The format is told in
 * conformance/README.md.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  Canonical,
  type Catalog,
  CatalogJson,
  Checker,
  type Diagnostic,
  inspect,
  Key,
  Limits,
  Matcher,
  Parser,
  Printer,
  Rendering,
  Simplify,
  Span,
} from "../src/index.ts";
import { codes } from "./Codes.ts";

type Documents = { readonly [id: string]: Catalog.AnyDocument };

/** What a case may give for itself in place of its topic's. */
interface World {
  readonly catalog?: string;
  readonly documents?: string | Documents;
  readonly now?: string;
}

/** A part of a long query. */
interface Repeated {
  readonly repeat: string;
  readonly times: number;
  readonly between?: string;
}

interface Code {
  readonly code: Diagnostic.Code;
  readonly at?: string;
  readonly start?: number;
  readonly end?: number;
}

interface Case extends World {
  readonly name: string;
  readonly rule: string;
  readonly query: string | readonly (string | Repeated)[];
  readonly ids?: readonly string[];
  readonly codes?: readonly Code[];
  readonly canonical?: string;
  readonly simplified?: string;
}

interface Topic extends World {
  readonly cases: readonly Case[];
}

const folder = new URL("../conformance/", import.meta.url);
const readJson = <A>(path: string): A => JSON.parse(readFileSync(new URL(path, folder), "utf8")) as A;
const namesIn = (path: string): readonly string[] =>
  readdirSync(new URL(path, folder))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length));

const topics = new Map(namesIn("./").map((name) => [name, readJson<Topic>(`${name}.json`)]));
const catalogs = new Map(namesIn("catalogs/").map((name) => [name, readCatalog(name)]));
const documents = new Map(namesIn("documents/").map((name) => [name, readJson<Documents>(`documents/${name}.json`)]));

function readCatalog(name: string): Catalog.Catalog {
  const read = CatalogJson.read(readJson(`catalogs/${name}.json`));
  if (!read.ok) throw new Error(`${name}: ${JSON.stringify(read.error)}`);
  return read.value;
}

function held<A>(values: ReadonlyMap<string, A>, name: string): A {
  const value = values.get(name);
  if (value === undefined) throw new Error(`There is no ${name}.json.`);
  return value;
}

/** Timestamps of date tokens become epoch milliseconds; what is none is left to be a value of the wrong type. */
function decoded(definitions: Catalog.Definitions, document: Catalog.AnyDocument): Catalog.AnyDocument {
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => {
      const definition = definitions[name];
      const each = (one: unknown): unknown => (definition === undefined ? one : decodedValue(definition, one));
      return [name, Array.isArray(value) ? value.map(each) : each(value)];
    }),
  );
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{3})?)?Z$/;

function decodedValue(definition: Catalog.Definition, value: unknown): unknown {
  if (definition.type === "date") return typeof value === "string" && TIMESTAMP.test(value) ? Date.parse(value) : value;
  if (definition.type !== "group" || typeof value !== "object" || value === null) return value;
  return decoded(definition.tokens, value as Catalog.AnyDocument);
}

const textOf = (query: Case["query"]): string =>
  typeof query === "string"
    ? query
    : query
        .map((part) =>
          typeof part === "string"
            ? part
            : Array<string>(part.times)
                .fill(part.repeat)
                .join(part.between ?? ""),
        )
        .join("");

/** What a query selects, by one way of running it. */
type Selects = (document: Catalog.AnyDocument, now: number) => boolean;

/** The ways of running a query that is sound; throws for one that isn't, with what is wrong with it. */
function waysOf(catalog: Catalog.Catalog, text: string): ReadonlyMap<string, Selects> {
  const { checked, ast, diagnostics } = inspect(catalog, text);
  if (checked === null) throw new Error(Rendering.renderAll(text, diagnostics));
  const keyed = Matcher.compileKeyed(checked);
  const again = (printed: string): Selects => {
    // Printed anew, a query may be longer: `n` is `number` then.
    const result = inspect(catalog, printed, Limits.lifted);
    if (result.checked === null) throw new Error(Rendering.renderAll(printed, result.diagnostics));
    return Matcher.compile(result.checked);
  };
  return new Map<string, Selects>([
    ["documents", Matcher.compile(checked)],
    ["keys", (document, now) => keyed(Key.document(catalog, document), now)],
    ["printed", again(Printer.print(ast))],
    ["formatted", again(Printer.format(ast, 20))],
    ["canonical", again(Canonical.print(checked))],
    ["simplified", Matcher.compile(Simplify.simplify(checked))],
  ]);
}

/** Diagnostics in the form that a case expects them in. */
const shown = (text: string, diagnostics: readonly Diagnostic.Diagnostic[], expected: readonly Code[]): unknown =>
  diagnostics.map(({ code, start, end }, i) =>
    expected[i]?.at === undefined ? { code, start, end } : { code, at: Span.slice(text, { start, end }) },
  );

describe.each([...topics])("%s", (_, topic) => {
  it.each(topic.cases.map((each) => [`${each.rule}: ${each.name}`, each] as const))("%s", (_title, each) => {
    const world = { ...topic, ...each };
    const catalog = held(catalogs, world.catalog ?? "");
    const text = textOf(each.query);
    const { diagnostics } = inspect(catalog, text);
    expect(shown(text, diagnostics, each.codes ?? [])).toEqual(each.codes ?? []);

    if (each.ids !== undefined) {
      const byId = typeof world.documents === "string" ? held(documents, world.documents) : (world.documents ?? {});
      const now = Date.parse(world.now ?? "");
      expect(Object.keys(byId)).toEqual(expect.arrayContaining([...each.ids]));
      for (const [way, selects] of waysOf(catalog, text)) {
        const selected = Object.entries(byId).filter(([, one]) => selects(decoded(catalog.definitions, one), now));
        expect(selected.map(([id]) => id).sort(), way).toEqual([...each.ids].sort());
      }
    }
    if (each.canonical !== undefined) {
      expect(canonicalOf(catalog, text)).toBe(each.canonical);
      expect(canonicalOf(catalog, each.canonical), "of itself").toBe(each.canonical);
    }
    if (each.simplified !== undefined) {
      expect(simplifiedOf(catalog, text)).toBe(each.simplified);
      expect(simplifiedOf(catalog, each.simplified), "of itself").toBe(each.simplified);
    }
  });
});

function checkedOf(catalog: Catalog.Catalog, text: string): Parameters<typeof Canonical.print>[0] {
  const { checked, diagnostics } = inspect(catalog, text);
  if (checked === null) throw new Error(Rendering.renderAll(text, diagnostics));
  return checked;
}

const canonicalOf = (catalog: Catalog.Catalog, text: string): string => Canonical.print(checkedOf(catalog, text));

const simplifiedOf = (catalog: Catalog.Catalog, text: string): string =>
  Canonical.print(Simplify.simplify(checkedOf(catalog, text)));

describe("the cases", () => {
  const all = [...topics.values()].flatMap(({ cases }) => cases);

  it("are 400 or more", () => {
    expect(all.length).toBeGreaterThanOrEqual(400);
  });

  it("each have a name of their own in their topic, a rule, and one outcome or codes", () => {
    const properties = [
      "catalog",
      "documents",
      "now",
      "name",
      "rule",
      "query",
      "ids",
      "codes",
      "canonical",
      "simplified",
    ];
    for (const [topic, { cases }] of topics) {
      const names = cases.map(({ name }) => name);
      expect(
        names.filter((name, i) => names.indexOf(name) < i),
        topic,
      ).toEqual([]);
      for (const each of cases) {
        const where = `${topic}: ${each.name}`;
        expect(properties, where).toEqual(expect.arrayContaining(Object.keys(each)));
        expect(each.rule, where).toMatch(/^(?:[A-Z]{3}-\d\d|[125](?:\.\d+)+)$/);
        const { ids, canonical, simplified } = each;
        const outcomes = [ids, canonical, simplified].filter((one) => one !== undefined);
        // Beside an outcome, codes are the warnings of the query.
        expect(outcomes.length, where).toBeLessThanOrEqual(1);
        expect(outcomes[0] ?? each.codes, where).toBeDefined();
      }
    }
  });

  it("show every code there is at least twice", () => {
    const count = new Map<string, number>();
    for (const each of all) {
      for (const code of new Set((each.codes ?? []).map((one) => one.code)))
        count.set(code, (count.get(code) ?? 0) + 1);
    }
    expect(codes.filter((code) => (count.get(code) ?? 0) < 2)).toEqual([]);
    expect([...count.keys()].filter((code) => !(codes as readonly string[]).includes(code))).toEqual([]);
  });

  it("use every catalogue and every set of documents", () => {
    const worlds: readonly World[] = [...topics.values()].flatMap((topic) => [topic, ...topic.cases]);
    expect([...catalogs.keys()].filter((name) => !worlds.some(({ catalog }) => catalog === name))).toEqual([]);
    expect([...documents.keys()].filter((name) => !worlds.some((world) => world.documents === name))).toEqual([]);
  });
});

describe.each([...catalogs])("the catalogue %s", (_, catalog) => {
  it.each(catalog.tokens.map((token) => [token.name, token] as const))(
    "has an example of %s that checks",
    (name, token) => {
      if (token.operators.length === 0) return;
      const form = token.operators.includes("equals")
        ? `${name}: ${token.example}`
        : `${name}: [${token.example} .. ${token.example}]`;
      const { ast, diagnostics } = Parser.parse(form);
      const found = [...diagnostics, ...Checker.check(catalog, ast).diagnostics];
      const isDeprecated = token.deprecated !== null || isInDeprecatedGroup(catalog, name);
      expect(found.filter(({ code }) => !(isDeprecated && code === "deprecated-token"))).toEqual([]);
    },
  );

  it("says what each token and group is in one line", () => {
    for (const { description } of [...catalog.tokens, ...catalog.groups]) {
      expect(description).toMatch(/^[A-Z].{3,90}[^.\s]$/);
    }
  });
});

const isInDeprecatedGroup = (catalog: Catalog.Catalog, name: string): boolean =>
  catalog.groups.some((group) => group.deprecated !== null && name.startsWith(`${group.name}.`));
