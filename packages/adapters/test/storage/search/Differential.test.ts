/** Random catalogues, documents and queries: SQL in both shapes selects what the matcher selects. */
import * as Qql from "@fettle/qql";
import { expect, test } from "vitest";
import * as Layout from "../../../src/storage/search/Layout.ts";
import { SHAPES } from "./Layouts.ts";
import { bySeed, one, type Pick, RUNS, rarely, SEED, some } from "./Picks.ts";
import * as RandomQuery from "./RandomQuery.ts";
import { NOW } from "./RandomValues.ts";
import * as RandomWorld from "./RandomWorld.ts";
import * as SearchDatabase from "./SearchDatabase.ts";

const CATALOGS = Math.ceil(200 * RUNS);
const QUERIES = 100;
const TENANT = 1;
/** Runs by neighbouring seeds have no catalogue in common. */
const SEEDS_APART = 100_003;

interface Tally {
  queries: number;
  /** Selected some documents, and not all. */
  telling: number;
  unsound: number;
  /** Told by other tables than the main one alone. */
  numbered: number;
}

test("SQL selects what the matcher selects, in both shapes, over random catalogues", { timeout: 600_000 }, () => {
  const tally: Tally = { queries: 0, telling: 0, unsound: 0, numbered: 0 };
  let catalogs = 0;
  for (let seed = SEED * SEEDS_APART; catalogs < CATALOGS; seed++) {
    const pick = bySeed(seed);
    const catalog = RandomWorld.catalog(pick);
    if (catalog === null) continue;
    catalogs++;
    compareAll(pick, catalog, tally, seed);
  }
  const { queries, telling, unsound, numbered } = tally;
  console.info(
    `${catalogs} catalogues, ${queries} queries (${unsound} more unsound): ${telling} select some but not all`,
  );
  expect(telling / queries).toBeGreaterThan(0.2);
  expect(numbered / queries).toBeGreaterThan(0.05);
});

function compareAll(pick: Pick, catalog: Qql.Catalog.Catalog, tally: Tally, seed: number): void {
  const database = SearchDatabase.open(layoutOf(pick, catalog));
  const documents = new Map(some(pick, 10, 25, (at) => [`d${at}`, RandomWorld.document(pick, catalog)] as const));
  fill(pick, database, documents);
  for (let count = 0; count < QUERIES; ) {
    const query = queryOf(pick, catalog);
    if (query === null) {
      tally.unsound++;
      continue;
    }
    count++;
    const matches = Qql.Matcher.compilePredicate(query.predicate);
    const expected = [...documents].flatMap(([id, document]) => (matches(document, NOW) ? [id] : [])).sort();
    tally.queries++;
    if (expected.length > 0 && expected.length < documents.size) tally.telling++;
    for (const shape of SHAPES) {
      const asked = { shape, now: NOW, tenant: TENANT, trigrams: rarely(pick, 2) };
      const selected = SearchDatabase.select(database, query.predicate, asked);
      expect(selected, `seed ${seed}, ${shape}: ${query.shown}`).toEqual(expected);
      const numbered = SearchDatabase.numbered(database, query.predicate, asked);
      if (numbered !== null) tally.numbered++;
      expect(numbered ?? expected, `seed ${seed}, numbers: ${query.shown}`).toEqual(expected);
    }
  }
  database.database.close();
}

/** Each document in place of another, some others removed, and another tenant's by the same ids. */
function fill(
  pick: Pick,
  database: SearchDatabase.SearchDatabase,
  documents: ReadonlyMap<string, Qql.Catalog.AnyDocument>,
): void {
  const { catalog } = database.layout;
  for (const id of documents.keys()) {
    database.put(TENANT + 1, id, RandomWorld.document(pick, catalog));
    if (rarely(pick, 3)) database.put(TENANT, id, RandomWorld.document(pick, catalog));
    database.put(TENANT, `gone ${id}`, RandomWorld.document(pick, catalog));
  }
  for (const [id, document] of documents) {
    database.put(TENANT, id, document);
    database.remove(TENANT, `gone ${id}`);
  }
}

function layoutOf(pick: Pick, catalog: Qql.Catalog.Catalog): Layout.Layout {
  const chosen = (times: number): string[] => catalog.tokens.flatMap(({ name }) => (rarely(pick, times) ? [name] : []));
  const texts = catalog.tokens.filter(({ type }) => type === "text");
  const single = texts.filter(({ path }) => path.every(({ isRepeated }) => !isRepeated)).map(({ name }) => name);
  const shared = texts.filter(() => rarely(pick, 2)).map(({ name }) => name);
  return Layout.of(catalog, {
    prefix: one(pick, ["asset", "select", "x y"]),
    texts: Object.fromEntries(shared.map((name) => [name, "shared" as const])),
    indexed: chosen(2),
    trigrams: single.filter((name) => !shared.includes(name)),
  });
}

/** Null for a text that isn't sound. */
function queryOf(pick: Pick, catalog: Qql.Catalog.Catalog) {
  if (rarely(pick, 3)) {
    const predicate = RandomQuery.predicate(pick, catalog);
    return { predicate, shown: JSON.stringify(predicate) };
  }
  const shown = RandomQuery.text(pick, catalog);
  const { checked } = Qql.inspect(catalog, shown);
  return checked === null ? null : { predicate: Qql.Predicate.of(checked), shown };
}
