/** The life of jobs on SQLite: what people are told, and what is left, is what it is in memory. */
import { join } from "node:path";
import { Crypto } from "@fettle/agent-protocol";
import {
  Actor,
  BlobStore,
  Directory,
  Environment,
  Fettle,
  Storage,
  type StorageShape,
  TenantKeys,
  type User,
} from "@fettle/core";
import { AssetBuilders, MemoryBlobStore, MemoryStorage, Random, StaticDirectory } from "@fettle/core/testing";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { expect, test } from "vitest";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { directories } from "./Directories.ts";

const TENANT = "acme";
const STEPS = 300 * Number(process.env.FETTLE_RUNS ?? 1);
const directory = directories();
const keys = Crypto.generateKeyPair();
const web = { _tag: "Tags", tags: ["web"] } as const;
const users: readonly User[] = [
  { id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } },
  { id: "uli", roles: ["PatchUser"], scope: web },
  { id: "uma", roles: ["PatchUser"], scope: { _tag: "All" } },
  { id: "rita", roles: ["PatchReader"], scope: web },
];
const as = (id: string) => Actor.user(TENANT, id);
const mara = as("mara");
const targets = { assets: [], include: { mode: "any", tags: ["web"] }, exclude: { mode: "any", tags: [] } } as const;
const draft = {
  title: "Fixes",
  kind: "deployment",
  platform: "Linux",
  patches: { _tag: "List", patches: ["P-1"] },
  targets,
  schedule: { _tag: "OnDemand" },
  reboot: { _tag: "Suppress" },
  continueOnFailure: true,
} as const;

const HOUR_MS = 3_600_000;
const at = (day: number, hour: number) => ({ year: 2026, month: 1, day, hour, minute: 0, second: 0 });
const nightly = {
  _tag: "Recurring",
  rule: { pattern: { _tag: "Daily", every: 1 }, start: at(1, 2), end: { _tag: "Never" }, except: [] },
  zone: { _tag: "Agent" },
} as const;
const once = (day: number) =>
  ({ _tag: "Once", at: at(day, 4), zone: { _tag: "Named", zone: "Europe/Paris" } }) as const;
const schedules = [nightly, nightly, once(2), once(20), { _tag: "OnActivation" }] as const;
const window = { minutes: 120, bound: "start" } as const;
const freeze = { id: "f", name: "f", from: at(3, 0), to: at(9, 0), zone: null, targets: null };
const quorum = { id: "q", name: "q", members: targets, atMost: 0 };

const opened = Effect.fnUntraced(function* (storage: StorageShape) {
  const random = Random.make("ids");
  let now = Date.UTC(2026, 0, 1);
  const pass = (hours: number) =>
    Effect.sync(() => {
      now += hours * HOUR_MS;
    });
  const ports = Context.make(Storage, storage).pipe(
    Context.add(BlobStore, MemoryBlobStore.make()),
    Context.add(TenantKeys, { keyPair: () => Effect.succeed(keys) }),
    Context.add(Directory, StaticDirectory.make({ [TENANT]: users })),
    Context.add(Environment, {
      now: () => {
        now += 1_000;
        return now;
      },
      uuid: random.uuid,
      secret: () => "secret",
      tzdata: () => "2026a",
    }),
  );
  const fettle = Fettle.make(ports);
  yield* fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
  yield* fettle.tags.save(mara, { id: "web", name: "web" });
  const asset = AssetBuilders.asset("00000000-0000-4000-a000-000000000001", { tags: ["web"] });
  const write = { _tag: "Put", kind: "asset", id: asset.id, body: { ...asset } as never, indexes: [] } as const;
  yield* storage.commit({ tenantId: TENANT, expect: [], counters: [], uniques: [], writes: [write], events: [] });
  return { fettle, pass };
});

/** A walk of people who do with jobs whatever there is to do: what each was told, and what is left. */
const walk = (storage: StorageShape) =>
  Effect.gen(function* () {
    const { fettle, pass } = yield* opened(storage);
    const { jobs, tick, events, audit, runs, freezes, quorums } = fettle;
    const random = Random.make("life");
    const pick = <A>(items: readonly A[]): A => items[random.below(items.length)] as A;
    const ids: string[] = ["nowhere"];
    const kept = (job: { readonly id: string }) => Effect.sync(() => ids.push(job.id));
    const next = (actor: Actor.Actor, id: string): Effect.Effect<unknown, unknown> => {
      const many = [id, pick(ids), pick(ids)];
      const acts: readonly (() => Effect.Effect<unknown, unknown>)[] = [
        () => Effect.tap(jobs.create(actor, draft, { enable: random.chance(0.3) }), kept),
        () => Effect.tap(jobs.create(actor, { ...draft, targets: null }), kept),
        () => Effect.flatMap(jobs.clone(actor, id), (c) => Effect.tap(jobs.create(actor, c.draft), kept)),
        () => jobs.update(actor, id, { title: pick(["a", "b", ""]), targets }, { revision: 1 + random.below(3) }),
        () => jobs.addPatches(actor, id, [pick(["P-1", "P-2"])]),
        () => jobs.addAssets(actor, id, ["00000000-0000-4000-a000-000000000001"]),
        () => jobs.changeOwnerOfMany(actor, many, pick(users).id),
        () => jobs.ownerPreview(actor, id, pick(users).id),
        () => jobs.liftFormerScopes(actor, id),
        () => jobs.enableMany(actor, many),
        () => jobs.delete(actor, id),
        () => tick(),
        () => Effect.tap(jobs.create(actor, { ...draft, schedule: pick(schedules), window }), kept),
        () => Effect.tap(jobs.create(actor, { ...draft, schedule: nightly, window }, { enable: true }), kept),
        () => jobs.update(actor, id, { schedule: pick(schedules), window }),
        () => jobs.disable(actor, id),
        () => jobs.disableMany(actor, many),
        () => Effect.andThen(pass(pick([1, 3, 11, 24])), tick()),
        () => freezes.save(actor, freeze),
        () => freezes.delete(actor, freeze.id),
        () => Effect.andThen(quorums.save(actor, quorum), quorums.check(actor)),
        () => jobs.preview(actor, id, { runs: 2 }),
        () => jobs.whatIf(actor, id, { _tag: "Job", edit: { window } }),
        () => jobs.lint(actor, pick([id, undefined])),
        () => jobs.explain(actor, id, { assetId: "00000000-0000-4000-a000-000000000001" }),
      ];
      return pick(acts)();
    };
    // One whole life, so that nothing of it hangs on chance.
    const { id } = yield* jobs.create(as("uli"), { ...draft, targets: null });
    yield* jobs.update(as("uli"), id, { targets });
    yield* jobs.changeOwner(mara, id, "uma");
    yield* jobs.liftFormerScopes(mara, id);
    yield* jobs.enable(as("uma"), id);
    yield* tick();
    yield* jobs.delete(as("uma"), id);
    const weekly = yield* jobs.create(mara, { ...draft, schedule: nightly, window }, { enable: true });
    ids.push(weekly.id);
    yield* Effect.andThen(pass(25), tick());
    yield* jobs.disable(mara, weekly.id);
    yield* freezes.save(mara, freeze);
    yield* quorums.save(mara, quorum);
    const told: unknown[] = [];
    for (let step = 0; step < STEPS; step += 1) {
      const answer = yield* Effect.result(next(as(pick(users).id), pick(ids)));
      told.push(answer._tag === "Success" ? answer.success : answer.failure);
    }
    const left = yield* Effect.forEach(ids, (id) => Effect.result(jobs.get(mara, id)));
    const past = yield* Effect.forEach(ids, (id) => runs.ofJob(mara, id));
    const lists = yield* jobs.search(mara, { status: "Disabled", mine: "owned" });
    const { broken } = yield* audit.verify(mara);
    return { told, left, past, lists: lists.rows, broken, events: yield* events.after(TENANT, 0, 1_000) };
  });

test("JOB-08, JOB-11, JOB-16, JOB-18: whatever people do with jobs, they are told on SQLite what they are told in memory", async () => {
  const inMemory = await Effect.runPromise(walk(MemoryStorage.make()));
  const file = join(directory(), "fettle.db");
  const onSqlite = await Effect.runPromise(
    Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), (storage) => walk(storage))),
  );
  expect(onSqlite).toEqual(inMemory);
  expect(inMemory.broken).toBeNull();
  const types = new Set(inMemory.events.map((e) => e.type));
  const expected = ["JobCreated", "JobChanged", "JobDeleted", "JobOwnerChanged", "JobScopesLifted", "JobEnabled"];
  const timed = ["JobDisabled", "RunMaterialised", "FreezeSaved", "QuorumGroupSaved"];
  expect([...types]).toEqual(expect.arrayContaining([...expected, ...timed]));
}, 120_000);
