/** What the engine of version 1 kept, as today's engine reads it: nobody who updates finds an asset, job or run unreadable. */
import { join } from "node:path";
import type { Fettle } from "@fettle/core";
import { MemoryBlobStore } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import { expect, test } from "vitest";
import { SqliteStorage } from "../../../src/storage/sqlite/index.ts";
import * as World from "../CatalogueWorld.ts";
import { directories } from "../Directories.ts";
import { keptBy } from "./Kept.ts";
import { make } from "./SqliteVersions.ts";

const directory = directories();
const [story] = keptBy(1);
const { mara, TENANT } = World;

const idsOf = (kind: string): readonly string[] =>
  (story?.entities ?? [])
    .filter((e) => e.kind === kind)
    .map((e) => e.id)
    .sort();

const reading = (fettle: Fettle.Fettle): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const sorted = (ids: readonly string[]) => [...ids].sort();
    const assets = yield* fettle.assets.search(mara, {});
    expect(sorted(assets.rows.map((row) => row.asset.id))).toEqual(idsOf("asset"));
    expect((yield* fettle.assets.missing(mara)).length).toBeGreaterThan(0);
    const patches = yield* fettle.catalogue.search(mara, {});
    expect(sorted(patches.rows.map((row) => row.patch.id))).toEqual(idsOf("patch"));
    expect((yield* fettle.keys.list(mara)).length).toBe(idsOf("activationKey").length);
    expect((yield* fettle.searches.list(mara)).map(({ search }) => search.id)).toEqual(idsOf("savedSearch"));
    for (const id of idsOf("job")) {
      expect((yield* fettle.jobs.get(mara, id)).id).toBe(id);
      expect((yield* fettle.jobs.plan(mara, id)).hash).toMatch(/^sha256:/);
      for (const { id: runId } of yield* fettle.runs.ofJob(mara, id)) {
        expect(idsOf("run")).toContain(runId);
        expect((yield* fettle.runs.results(mara, runId)).length).toBeGreaterThan(0);
        yield* fettle.runs.progress(mara, runId);
      }
    }
    expect((yield* fettle.events.after(TENANT, 0, 1_000)).length).toBe(story?.events.length);
  });

test("today's engine reads, plans, changes and ticks on what the engine of version 1 kept", async () => {
  const file = join(directory(), "story.db");
  await make(file, 1);
  const { open } = World.make(MemoryBlobStore.make());
  const program = Effect.gen(function* () {
    const fettle = open(yield* SqliteStorage.open({ file }));
    yield* reading(fettle);
    yield* fettle.tags.save(mara, { name: "Later" });
    yield* fettle.tick();
    expect(yield* fettle.audit.verify(mara)).toMatchObject({ isWhole: true });
    expect((yield* fettle.audit.search(mara)).records.length).toBeGreaterThan(0);
  });
  await Effect.runPromise(Effect.scoped(program));
});
