/** A storage with a bit of everything in two tenants, for tests of what is done with its file. */
import type { Batch, StorageShape } from "@fettle/core";
import * as Effect from "effect/Effect";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";

/** The `n`-th thing to happen to a tenant: two entities, a count, a claim, two events, an audit record. */
export const happening = (tenantId: string, n: number, text = ""): Batch => ({
  tenantId,
  expect: [{ kind: "job", id: `job-${n}`, revision: "absent" }],
  counters: [{ key: "jobs", by: 1, floor: 0 }],
  uniques: [{ key: `title/${n}`, owner: `job-${n}` }],
  writes: [
    { _tag: "Put", kind: "job", id: `job-${n}`, body: { n, text }, indexes: [{ name: "all", value: "1" }] },
    { _tag: "Put", kind: "tag", id: `tag-${n}`, body: { n, text }, indexes: [{ name: "job", value: `job-${n}` }] },
  ],
  events: [
    { type: "JobCreated", kind: "job", id: `job-${n}`, at: n, body: { n } },
    { type: "TagSaved", kind: "tag", id: `tag-${n}`, at: n, body: { n } },
  ],
  audit: [{ at: n, by: "user:anna", action: "jobs.create", kind: "job", id: `job-${n}`, body: { n } }],
});

/** Opens a file for as long as it is used. */
export const using = <A>(
  file: string,
  use: (storage: SqliteStorage.SqliteStorage) => Effect.Effect<A, unknown>,
): Promise<A> => Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), use)));

/** `count` happenings in each tenant. */
export const fill = (storage: StorageShape, count: number, from = 0, text = ""): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const numbers = Array.from({ length: count }, (_, i) => from + i);
    for (const n of numbers)
      for (const tenantId of ["acme", "umbrella"]) yield* storage.commit(happening(tenantId, n, text));
  });

/** Makes a file with `count` happenings in each tenant, and closes it. */
export const make = (file: string, count: number): Promise<void> => using(file, (storage) => fill(storage, count));

/** How many jobs a tenant has. */
export const jobs = (file: string, tenantId = "acme"): Promise<number> =>
  using(file, (storage) => Effect.map(storage.list(tenantId, "job", { limit: 1_000 }), (all) => all.length));
