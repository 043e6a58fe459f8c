import { join } from "node:path";
import { Crypto } from "@fettle/agent-protocol";
import {
  Actor,
  BlobStore,
  Directory,
  Environment,
  Fettle,
  JobAccess,
  Storage,
  type StorageShape,
  TenantKeys,
  type User,
} from "@fettle/core";
import { AssetBuilders, MemoryBlobStore, MemoryStorage, Random, StaticDirectory } from "@fettle/core/testing";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { directories } from "./Directories.ts";

const TENANT = "acme";
const NOW = Date.UTC(2026, 0, 1);
const STEPS = 400 * Number(process.env.FETTLE_RUNS ?? 1);
const directory = directories();
const keys = Crypto.generateKeyPair();

const all = { _tag: "All" } as const;
const web = { _tag: "Tags", tags: ["web"] } as const;
const users: readonly User[] = [
  { id: "sue", roles: ["SuperUser"], scope: web },
  { id: "mara", roles: ["PatchManager"], scope: all },
  { id: "max", roles: ["PatchManager"], scope: web },
  { id: "uli", roles: ["PatchUser"], scope: web },
  { id: "uma", roles: ["PatchUser"], scope: all },
  { id: "rita", roles: ["PatchReader"], scope: web },
  { id: "sam", roles: ["PatchSecurity"], scope: all },
  { id: "new", roles: [], scope: all },
];
const as = (id: string) => Actor.user(TENANT, id);
const mara = as("mara");

const open = (storage: StorageShape) => {
  const random = Random.make("ids");
  const ports = Context.make(Storage, storage).pipe(
    Context.add(BlobStore, MemoryBlobStore.make()),
    Context.add(TenantKeys, { keyPair: () => Effect.succeed(keys) }),
    Context.add(Directory, StaticDirectory.make({ [TENANT]: users })),
    Context.add(Environment, { now: () => NOW, uuid: random.uuid, secret: () => "secret", tzdata: () => "2026a" }),
  );
  return Fettle.make(ports);
};

const draft = {
  title: "Security fixes",
  kind: "deployment",
  platform: "Linux",
  patches: { _tag: "List", patches: ["P-1"] },
  targets: { assets: [], include: { mode: "any", tags: ["web"] }, exclude: { mode: "any", tags: [] } },
  schedule: { _tag: "OnDemand" },
  reboot: { _tag: "Suppress" },
  continueOnFailure: true,
} as const;
const advisory = { title: "Holes", platform: "Linux", patches: ["P-1"] } as const;

const opened = Effect.fnUntraced(function* (storage: StorageShape) {
  const fettle = open(storage);
  const licences = { PM: { seats: 10 } };
  const limits = { assetsWithoutApprovalMax: 0 };
  yield* fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences, limits });
  yield* fettle.tags.save(mara, { id: "web", name: "web" });
  const asset = AssetBuilders.asset("00000000-0000-4000-a000-000000000001", { tags: ["web"] });
  yield* storage.commit({
    tenantId: TENANT,
    expect: [],
    counters: [],
    uniques: [],
    writes: [{ _tag: "Put", kind: "asset", id: asset.id, body: { ...asset } as never, indexes: [] }],
    events: [],
  });
  return fettle;
});

/** A walk of people who make, share, pass on, approve and enable jobs, as far as they may: what each was told. */
const walk = (storage: StorageShape) =>
  Effect.gen(function* () {
    const fettle = yield* opened(storage);
    const random = Random.make("walk");
    const pick = <A>(items: readonly A[]): A => items[random.below(items.length)] as A;
    const some = (): readonly string[] => users.filter(() => random.chance(0.3)).map((u) => u.id);
    const jobs: string[] = ["nowhere"];
    const told: unknown[] = [];
    const next = (actor: Actor.Actor, id: string): Effect.Effect<unknown, unknown> => {
      switch (random.below(8)) {
        case 0:
          return Effect.tap(fettle.jobs.create(actor, draft), (job) => Effect.sync(() => jobs.push(job.id)));
        case 1:
          return Effect.tap(fettle.jobs.createAdvisory(actor, advisory), (job) => Effect.sync(() => jobs.push(job.id)));
        case 2:
          return fettle.jobs.share(actor, id, { coAuthors: some() });
        case 3:
          return fettle.jobs.share(actor, id, { readers: some() });
        case 4:
          return fettle.jobs.changeOwner(actor, id, pick(users).id);
        case 5:
          return fettle.access.decide(actor, { jobId: id, action: pick(JobAccess.actions) });
        case 6:
          return Effect.flatMap(fettle.jobs.plan(actor, id), ({ hash }) =>
            fettle.jobs.approve(actor, id, { planHash: hash }),
          );
        default:
          return fettle.jobs.enable(actor, id);
      }
    };
    for (let step = 0; step < STEPS; step += 1) {
      const answer = yield* Effect.result(next(as(pick(users).id), pick(jobs)));
      told.push(answer._tag === "Success" ? answer.success : answer.failure);
    }
    const lists = yield* Effect.forEach(users, (user) => Effect.result(fettle.jobs.search(as(user.id), {})));
    const { events } = yield* Effect.map(fettle.events.after(TENANT, 0, 1_000), (events) => ({ events }));
    return { told, lists: lists.map((l) => (l._tag === "Success" ? l.success.rows : l.failure)), events };
  });

const withSqlite = <A, E>(use: (storage: StorageShape) => Effect.Effect<A, E>, file = join(directory(), "fettle.db")) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        return yield* use(yield* SqliteStorage.open({ file }));
      }),
    ),
  );

describe("access to jobs on SQLite", () => {
  test("RBAC-04, RBAC-05: whoever does what, the answers, lists and events are those of memory", async () => {
    const inMemory = await Effect.runPromise(walk(MemoryStorage.make()));
    const onSqlite = await withSqlite(walk);
    expect(onSqlite).toEqual(inMemory);
    const types = new Set(inMemory.events.map((e) => e.type));
    for (const type of ["JobCreated", "JobShared", "JobOwnerChanged", "JobEnabled"]) expect([...types]).toContain(type);
  }, 120_000);

  test("RBAC-05: co-authors, readers, maker and approval stand after the file was closed and opened again", async () => {
    const file = join(directory(), "fettle.db");
    const made = await withSqlite(
      (storage) =>
        Effect.gen(function* () {
          const fettle = yield* opened(storage);
          const job = yield* fettle.jobs.create(as("uli"), draft);
          yield* fettle.jobs.share(as("uli"), job.id, { coAuthors: ["uma"], readers: ["rita"] });
          const { hash } = yield* fettle.jobs.plan(mara, job.id);
          return yield* fettle.jobs.approve(mara, job.id, { planHash: hash });
        }),
      file,
    );
    expect(made).toMatchObject({ makerId: "uli", coAuthors: ["uma"], readers: ["rita"], approved: { by: "mara" } });
    const read = await withSqlite((storage) => open(storage).jobs.get(as("rita"), made.id), file);
    expect(read).toMatchObject({ ...made, suspended: null });
  });

  test("JOB-18: of many who share a job at the same moment, each is told, and what stands is what the last was told", async () => {
    await withSqlite((storage) =>
      Effect.gen(function* () {
        const fettle = yield* opened(storage);
        const job = yield* fettle.jobs.create(as("uli"), draft);
        const lists = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? ["rita", "sam"] : ["sam"]).slice(i % 3));
        const answers = yield* Effect.forEach(
          lists,
          (readers) => Effect.result(fettle.jobs.share(as("uli"), job.id, { readers })),
          { concurrency: "unbounded" },
        );
        for (const answer of answers) {
          if (answer._tag === "Failure") expect(answer.failure).toMatchObject({ rejections: [{ code: "stale" }] });
        }
        const shared = (yield* fettle.events.after(TENANT, 0, 1_000)).filter((e) => e.type === "JobShared");
        const now = yield* fettle.jobs.get(as("uli"), job.id);
        expect(shared.at(-1)?.body).toMatchObject({ readers: now.readers });
      }),
    );
  });
});

describe("a job that was stored before jobs were shared", () => {
  const older = {
    id: "00000000-0000-4000-b000-000000000001",
    ...draft,
    description: "",
    status: "Disabled",
    ownerId: "uli",
    createdAt: 1,
    enabled: null,
  };

  test.each([
    ["by its owner", { ownerId: "uli" }, { makerId: "uli", formerScopes: [], coAuthors: [], approved: null }],
    ["and has no owner", { ownerId: null }, { makerId: null, coAuthors: [], readers: [], approved: null }],
  ])("%s reads as made by its owner and shared with nobody", async (_, over, expected) => {
    const body = { ...older, ...over };
    await withSqlite((storage) =>
      Effect.gen(function* () {
        const fettle = yield* opened(storage);
        yield* storage.commit({
          tenantId: TENANT,
          expect: [],
          counters: [],
          uniques: [],
          writes: [{ _tag: "Put", kind: "job", id: older.id, body: body as never, indexes: [] }],
          events: [],
        });
        expect(yield* fettle.jobs.get(mara, older.id)).toMatchObject({ ...body, ...expected });
      }),
    );
  });
});
