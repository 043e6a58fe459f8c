/** A tag that is deleted in the very instant in which something comes to use it: one of the two is refused, in either order. */
import { join } from "node:path";
import { type Batch, type Fettle, type StorageShape, TagSelection } from "@fettle/core";
import { MemoryStorage } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import type * as Scope from "effect/Scope";
import { describe, expect, test } from "vitest";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { mara, open, TENANT } from "./AgentWorld.ts";
import { directories } from "./Directories.ts";

const directory = directories();
const targets = { ...TagSelection.none, include: { mode: "any", tags: ["berlin"] } } as const;

type Ask = (fettle: Fettle.Fettle) => Effect.Effect<unknown, unknown>;

/** Everything that uses tags, each using one tag. */
const uses: { readonly [kind: string]: Ask } = {
  activationKey: ({ keys: activationKeys }) => activationKeys.create(mara, { title: "k", tags: ["berlin"] }),
  profile: ({ configurationProfiles }) =>
    configurationProfiles.save(mara, {
      id: "p",
      name: "p",
      position: 1,
      isDefault: false,
      targets,
      settings: { statusIntervalSeconds: 900, scanIntervalSeconds: 14_400 },
    }),
  assessmentProfile: ({ assessmentProfiles }) =>
    assessmentProfiles.save(mara, { id: "a", name: "a", tags: ["berlin"], intervalSeconds: 14_400 }),
  subscription: ({ subscriptions }) =>
    subscriptions.save(mara, {
      plan: "Full",
      expiresAt: null,
      licences: { PM: { seats: 10, exclude: { mode: "any", tags: ["berlin"] } } },
    }),
  job: ({ jobs }) =>
    jobs.create(mara, {
      title: "j",
      kind: "deployment",
      platform: "Linux",
      patches: { _tag: "List", patches: ["P-1"] },
      targets: { ...TagSelection.none, exclude: { mode: "all", tags: ["berlin"] } },
      schedule: { _tag: "OnDemand" },
      reboot: { _tag: "Suppress" },
      continueOnFailure: true,
    }),
};

const storages: { readonly [name: string]: Effect.Effect<StorageShape, unknown, Scope.Scope> } = {
  memory: Effect.sync(MemoryStorage.make),
  SQLite: Effect.suspend(() => SqliteStorage.open({ file: join(directory(), "races.db") })),
};

/** The storage, with something else done between what the first commit was decided on and that commit. */
const forestalled = (storage: StorageShape, rival: Effect.Effect<unknown, unknown>): StorageShape => {
  let isDone = false;
  return {
    ...storage,
    commit: (batch: Batch) =>
      Effect.suspend(() => {
        if (isDone) return storage.commit(batch);
        isDone = true;
        return Effect.flatMap(Effect.orDie(rival), () => storage.commit(batch));
      }),
  };
};

/** What the later of two heard, and what is stored of the tag and its use. */
const race = (name: string, kind: string, order: { readonly first: Ask; readonly later: Ask }) =>
  Effect.gen(function* () {
    const storage = yield* storages[name] as (typeof storages)[string];
    const fettle = open(storage);
    yield* fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
    yield* fettle.tags.save(mara, { id: "berlin", name: "Berlin" });
    const refused = yield* Effect.flip(order.later(open(forestalled(storage, order.first(fettle)))));
    const tags = (yield* storage.list(TENANT, "tag", { limit: 10 })).map((t) => t.id);
    const stored = yield* storage.list(TENANT, kind as "job", { limit: 10 });
    const used = stored.filter((s) => JSON.stringify(s.body).includes('"berlin"'));
    return { refused, tags, used: used.length };
  }).pipe(Effect.scoped, Effect.runPromise);

const deletion: Ask = ({ tags }) => tags.delete(mara, "berlin");

describe.each(Object.keys(storages))("on %s, of two assessment profiles that take one tag at once", (name) => {
  test("PRO-03: the later is refused, naming the one that holds it, and the tag stands in one", async () => {
    const take =
      (id: string): Ask =>
      ({ assessmentProfiles }) =>
        assessmentProfiles.save(mara, { id, name: `profile ${id}`, tags: ["berlin"], intervalSeconds: 14_400 });
    const { refused, used } = await race(name, "assessmentProfile", { first: take("a"), later: take("b") });
    expect(refused).toMatchObject({ rejections: [{ rule: "PRO-03", code: "conflict" }] });
    expect(JSON.stringify(refused)).toContain("profile a");
    expect(used).toBe(1);
  });
});

describe.each(Object.keys(storages))("on %s, while a tag is deleted", (name) => {
  test.each(Object.keys(uses))(
    "TAG-01: %s that comes to use it is refused when the deletion was first",
    async (kind) => {
      const { refused, tags, used } = await race(name, kind, { first: deletion, later: uses[kind] as Ask });
      expect(refused).toMatchObject({ rejections: [{ code: "not-found", message: "there is no tag berlin" }] });
      expect([tags, used]).toEqual([["cloud-agent"], 0]);
    },
  );

  test.each(Object.keys(uses))("TAG-01: the deletion is refused when %s was first, and names it", async (kind) => {
    const { refused, tags, used } = await race(name, kind, { first: uses[kind] as Ask, later: deletion });
    expect(refused).toMatchObject({ rejections: [{ rule: "TAG-01", code: "conflict" }] });
    expect([tags, used]).toEqual([["berlin", "cloud-agent"], 1]);
  });
});
