/**
 * What is repeated in a document and kept in other tables: tags and patches that link tables lead to, and a key that SQL
 * works out in place of a column. Random queries over them select what the matcher selects.
 */
import * as Qql from "@fettle/qql";
import { describe, expect, test } from "vitest";
import * as Layout from "../../../src/storage/search/Layout.ts";
import * as PlanFacts from "../../../src/storage/search/PlanFacts.ts";
import type * as PredicateSql from "../../../src/storage/search/PredicateSql.ts";
import { SHAPES } from "./Layouts.ts";
import { bySeed, one, type Pick, RUNS, rarely, SEED, some } from "./Picks.ts";
import * as RandomQuery from "./RandomQuery.ts";
import { NOW, valueFor } from "./RandomValues.ts";
import * as SearchDatabase from "./SearchDatabase.ts";

const patches = Qql.Catalog.define({
  title: { type: "text", required: true, description: "Title", example: "update" },
  severity: { type: "enum", values: ["Low", "High"], description: "Severity", example: "Low" },
  cve: { type: "keyword", repeated: true, description: "Vulnerabilities", example: "CVE-2024-1" },
});

const tags = Qql.Catalog.define({
  key: { type: "keyword", required: true, description: "Key", example: "x" },
  label: { type: "text", description: "Label", example: "servers" },
});

const assets = Qql.Catalog.define({
  name: { type: "text", description: "Name", example: "web" },
  activated: { type: "date", description: "When it was activated", example: "2024" },
  licensed: { type: "boolean", description: "Holds a licence", example: "true" },
  groups: {
    type: "group",
    repeated: true,
    description: "Tags",
    tokens: {
      key: { type: "keyword", required: true, description: "Key", example: "x" },
      label: { type: "text", description: "Label", example: "servers" },
    },
  },
  missing: {
    type: "group",
    repeated: true,
    description: "Missing patches",
    tokens: {
      title: { type: "text", required: true, description: "Title", example: "update" },
      severity: { type: "enum", values: ["Low", "High"], description: "Severity", example: "Low" },
      cve: { type: "keyword", repeated: true, description: "Vulnerabilities", example: "CVE-2024-1" },
    },
  },
  installedTitle: { type: "text", repeated: true, description: "Titles of installed patches", example: "update" },
});

const TENANT = 3;
const MISSING = 1;
const INSTALLED = 2;
const DAY = 86_400_000;

const patchLayout = Layout.of(patches, { prefix: "patch", otherTexts: "shared", indexed: ["title", "cve"] });
const tagLayout = Layout.of(tags, { prefix: "tag", trigrams: ["label"], indexed: ["key"] });

function fieldOf(layout: Layout.Layout, name: string): Layout.Stored | Layout.Child {
  const field = Layout.find(layout, name);
  if (field?._tag === "Child") return field;
  if (field?._tag !== "Value") throw new Error(name);
  return field.stored;
}

const patchLink = (status: number, columns: Layout.Link["columns"]): Layout.Link => ({
  link: "asset_patch",
  from: "asset",
  to: "patch",
  tenant: "tenant",
  table: "patch",
  columns,
  fixed: (link) => `${link}.status = ${status}`,
});

const assetOptions: Layout.Options = {
  prefix: "asset",
  indexed: ["name"],
  trigrams: ["name"],
  computed: {
    // A licence lasts a day.
    licensed: ({ alias, bind, now }) => `CASE WHEN ${alias}."activated:number" > ${bind(now - DAY)} THEN 1 ELSE 0 END`,
  },
  links: {
    groups: {
      link: "asset_tag",
      from: "asset",
      to: "tag",
      table: "tag",
      columns: { key: fieldOf(tagLayout, "key"), label: fieldOf(tagLayout, "label") },
    },
    missing: patchLink(MISSING, {
      title: fieldOf(patchLayout, "title"),
      severity: fieldOf(patchLayout, "severity"),
      cve: fieldOf(patchLayout, "cve"),
    }),
    installedTitle: patchLink(INSTALLED, { "": fieldOf(patchLayout, "title") }),
  },
};

const assetLayout = Layout.of(assets, assetOptions);
/** Of the same tables, told that its tags say whose they are. */
const ownedLayout = Layout.of(assets, {
  ...assetOptions,
  links: { ...assetOptions.links, groups: { ...(assetOptions.links?.groups as Layout.Link), elementTenant: "t" } },
});

interface World {
  readonly database: SearchDatabase.SearchDatabase;
  readonly documents: ReadonlyMap<string, Qql.Catalog.AnyDocument>;
}

/** A few tags, patches and assets, and the same for another tenant. */
function world(pick: Pick): World {
  const assetTable = SearchDatabase.open(assetLayout);
  const { database } = assetTable;
  const tagTable = SearchDatabase.open(tagLayout, database);
  const patchTable = SearchDatabase.open(patchLayout, database);
  database.exec("CREATE TABLE asset_tag (asset INTEGER NOT NULL, tag INTEGER NOT NULL, PRIMARY KEY (asset, tag))");
  database.exec(
    "CREATE TABLE asset_patch (tenant INTEGER, asset INTEGER NOT NULL, patch INTEGER NOT NULL, status INTEGER NOT NULL)",
  );
  const documents = new Map<string, Qql.Catalog.AnyDocument>();
  for (const tenant of [TENANT + 1, TENANT]) {
    const tagRows = some(pick, 3, 6, (i) => put(pick, tagTable, tenant, `t${i}`));
    const patchRows = some(pick, 3, 8, (i) => put(pick, patchTable, tenant, `p${i}`));
    for (const id of some(pick, 8, 15, (i) => `a${i}`)) {
      const own = put(pick, assetTable, tenant, id);
      const groups = new Set(some(pick, 0, 3, () => one(pick, tagRows)));
      const missing = new Set(some(pick, 0, 3, () => one(pick, patchRows)));
      const installed = new Set(some(pick, 0, 3, () => one(pick, patchRows)));
      for (const { n } of groups) database.prepare("INSERT INTO asset_tag VALUES (?, ?)").run(own.n, n);
      const link = database.prepare("INSERT INTO asset_patch VALUES (?, ?, ?, ?)");
      for (const { n } of missing) link.run(tenant, own.n, n, MISSING);
      for (const { n } of installed) link.run(tenant, own.n, n, INSTALLED);
      documents.set(id, {
        ...own.document,
        licensed: Number(own.document.activated ?? 0) > NOW - DAY,
        groups: [...groups].map(({ document }) => document),
        missing: [...missing].map(({ document }) => document),
        installedTitle: [...installed].map(({ document }) => document.title),
      });
    }
    if (tenant !== TENANT) documents.clear();
  }
  return { database: assetTable, documents };
}

interface Put {
  readonly n: number;
  readonly document: Qql.Catalog.AnyDocument;
}

/** A document of the layout's catalogue, without what is linked or worked out. */
function put(pick: Pick, table: SearchDatabase.SearchDatabase, tenant: number, id: string): Put {
  const { catalog } = table.layout;
  const entries = catalog.tokens
    .filter((token) => token.path.length === 1 && !["licensed", "installedTitle"].includes(token.name))
    .map((token) => {
      const make = (): unknown => valueFor(pick, token);
      const held =
        !token.isRequired && rarely(pick, 6) ? null : token.path[0]?.isRepeated ? some(pick, 0, 2, make) : make();
      return [token.name, held] as const;
    });
  const document = Object.fromEntries(entries);
  return { n: table.put(tenant, id, document), document };
}

/** Elements joined, looked up before, and looked up where there are few. */
function askedIn(
  { database }: SearchDatabase.SearchDatabase,
  shape: PredicateSql.Shape,
): readonly SearchDatabase.Asked[] {
  const elements =
    (most: number): PredicateSql.Elements =>
    ({ text, parameters }) => {
      const keys = database
        .prepare<unknown[], number>(text)
        .pluck()
        .all(...parameters);
      return keys.length > most ? null : keys;
    };
  const asked = { shape, now: NOW, tenant: TENANT };
  return [asked, { ...asked, elements: elements(100) }, { ...asked, elements: elements(1) }];
}

function check({ database, documents }: World, predicate: Qql.Predicate.Predicate, shown: string): boolean {
  const matches = Qql.Matcher.compilePredicate(predicate);
  const expected = [...documents].flatMap(([id, document]) => (matches(document, NOW) ? [id] : [])).sort();
  for (const layout of [assetLayout, ownedLayout]) {
    const owned = { ...database, layout };
    for (const asked of SHAPES.flatMap((shape) => askedIn(database, shape))) {
      const how = `${asked.shape}, ${asked.elements === undefined ? "joined" : "looked up"}: ${shown}`;
      expect(SearchDatabase.select(owned, predicate, asked), how).toEqual(expected);
      expect(SearchDatabase.numbered(owned, predicate, asked) ?? expected, `numbers: ${how}`).toEqual(expected);
    }
  }
  return expected.length > 0 && expected.length < documents.size;
}

test("random queries over links and computed keys select what the matcher selects", { timeout: 300_000 }, () => {
  let [queries, telling] = [0, 0];
  for (let at = 0; at < 40 * RUNS; at++) {
    const pick = bySeed(SEED * 100_003 + at);
    const made = world(pick);
    for (let count = 0; count < 60; count++) {
      const text = RandomQuery.text(pick, assets);
      const { checked } = Qql.inspect(assets, text);
      if (checked === null) continue;
      queries++;
      if (check(made, Qql.Predicate.of(checked), `seed ${at}, ${text}`)) telling++;
    }
    made.database.database.close();
  }
  console.info(`${queries} queries over links: ${telling} select some but not all`);
  expect(telling / queries).toBeGreaterThan(0.2);
});

describe("a linked group", () => {
  const made = world(bySeed(5));
  const predicateOf = (text: string): Qql.Predicate.Predicate => {
    const { checked } = Qql.inspect(assets, text);
    if (checked === null) throw new Error(text);
    return Qql.Predicate.of(checked);
  };

  test.each([
    "groups is null",
    "missing is not null and installedTitle is null",
    "missing: (severity: High and cve is not null)",
    "missing: (cve: [KB2893294, kb28, `a b`] or not title: code)",
    "missing.cve is null and not groups: (label is null)",
    "licensed: true and groups is not null",
    "not licensed: true or installedTitle: *o*",
  ])("%s", (text) => {
    check(made, predicateOf(text), text);
  });

  test("is asked for without the main table only where its link says the tenant", () => {
    const numbersOf = (text: string) =>
      SearchDatabase.numbered(made.database, predicateOf(text), { shape: "set", now: NOW, tenant: TENANT });
    expect(numbersOf("missing is not null")).not.toBeNull();
    expect(numbersOf("groups is not null")).toBeNull();
  });

  test("tells what answers it", () => {
    const facts = PlanFacts.of(
      predicateOf("missing.title: code and groups: (key: x and label: servers) and licensed: true"),
      assetLayout,
    );
    expect(facts.map(({ token, by }) => `${token}: ${by}`)).toEqual([
      "missing.title: index",
      "groups.key: index",
      "groups.label: trigram",
      "licensed: scan",
    ]);
  });
});
