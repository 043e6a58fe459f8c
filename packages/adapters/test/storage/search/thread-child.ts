/**
 * Searches on a thread in a process that says how many there are: before, what was found, after; then it has nothing more to
 * do, closes nothing and ends by itself. A second argument is the thread's program.
 */
import { AssetCatalog, Tenant } from "@fettle/core";
import { AssetBuilders } from "@fettle/core/testing";
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import * as Scope from "effect/Scope";
import { SqliteStorage } from "../../../src/storage/sqlite/index.ts";
import { print } from "../ChildProcess.ts";

const [, , file = "", program] = process.argv;

const threads = (): string => (isStarted ? "threads" : "no threads");

let isStarted = false;
process.on("worker", () => {
  isStarted = true;
});
process.on("warning", ({ message }) => {
  if (message.includes("search.program")) print("warned");
});

const query = Qql.compile(AssetCatalog.catalog, "name: web*");
if (!query.ok) throw new Error("the query doesn't compile");
const question = {
  asset: query.value,
  patch: null,
  view: "all",
  seen: null,
  seats: { _tag: "Activated" },
  asOf: 0,
} as const;
const paging = { by: "name", direction: "ascending", after: null, limit: 10 } as const;
const search = { workerFromMs: 0, ...(program === undefined ? {} : { program: new URL(program) }) };
const tenantId = Tenant.of("acme");

const storage = await Effect.runPromise(
  Scope.provide(SqliteStorage.open({ file, search }), Effect.runSync(Scope.make())),
);
const body = AssetBuilders.asset("a", { name: "web-1", activations: { PM: 1 } });
const write = { _tag: "Put", kind: "asset", id: "a", body: body as never, indexes: [] } as const;
await Effect.runPromise(
  storage.commit({ tenantId, expect: [], counters: [], uniques: [], writes: [write], events: [] }),
);
print(threads());
const found = await Effect.runPromise(storage.search?.assets(tenantId, question, paging) ?? Effect.die("no search"));
print(`${found.total}`);
print(threads());
