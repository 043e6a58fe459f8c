/** Every case of QQL's conformance that selects documents, answered by SQL over search tables, however they are kept. */
import * as Qql from "@fettle/qql";
import { describe, expect, it } from "vitest";
import * as Conformance from "./Conformance.ts";
import { layoutsOf, SHAPES } from "./Layouts.ts";
import * as SearchDatabase from "./SearchDatabase.ts";

const TENANT = 7;
/** Has the same documents by other ids: they must never be found. */
const OTHER_TENANT = 8;

const cases = Conformance.cases();
const databases = new Map<string, ReadonlyMap<string, SearchDatabase.SearchDatabase>>();

function databasesOf({ world, catalog, documents }: Conformance.Case) {
  const known = databases.get(world);
  if (known !== undefined) return known;
  const made = new Map([...layoutsOf(catalog)].map(([name, layout]) => [name, SearchDatabase.open(layout)]));
  for (const database of made.values()) {
    for (const [id, document] of documents) {
      database.put(OTHER_TENANT, `other ${id}`, document);
      database.put(TENANT, id, document);
    }
  }
  databases.set(world, made);
  return made;
}

describe("the conformance cases, answered by SQL", () => {
  it("are 200 or more", () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
  });

  it.each(cases.map((each) => [each.title, each] as const))("%s", (_, each) => {
    const { checked } = Qql.inspect(each.catalog, each.query);
    if (checked === null) throw new Error(each.query);
    const predicate = Qql.Predicate.of(checked);
    for (const [name, database] of databasesOf(each)) {
      for (const shape of SHAPES) {
        const selected = SearchDatabase.select(database, predicate, { shape, now: each.now, tenant: TENANT });
        expect(selected, `${name}, ${shape}`).toEqual(each.ids);
      }
    }
  });
});
