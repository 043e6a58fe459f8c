/** Plans, holds, explanations and drift on a real file: what is answered and what stands is what memory says. */
import { join } from "node:path";
import { type JobDraft, Patch, type StorageShape, TagSelection } from "@fettle/core";
import { MemoryStorage } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import { expect, test } from "vitest";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { firstContact, mara, NOW, open, TENANT, uuid } from "./AgentWorld.ts";
import { directories } from "./Directories.ts";

const directory = directories();

const openssl = { name: "openssl", arch: "x86_64", evr: "2-1" };
const patch = Patch.make({
  id: "P-1",
  title: "openssl",
  platform: "Linux",
  vendor: "Lab",
  category: "security",
  vendorSeverity: "Important",
  publishedAt: NOW,
  packages: [openssl],
});
const draft: JobDraft = {
  title: "Security fixes",
  kind: "deployment",
  platform: "Linux",
  patches: { _tag: "Query", query: "category: security" },
  targets: { ...TagSelection.none, assets: [uuid(1), uuid(2)] },
  schedule: { _tag: "OnDemand" },
  reboot: { _tag: "Suppress" },
  continueOnFailure: true,
};

// As if the agent's snapshot had been assessed.
const lacking = (storage: StorageShape, n: number) => {
  const { evr: fixed, ...about } = openssl;
  const missing = [{ patchId: "P-1", packages: [{ ...about, installed: "1-1", fixed }] }];
  const known = { snapshot: `sha256:${"0".repeat(64)}`, assessedAt: NOW, catalogue: 1, traits: "", unknown: [] };
  return storage.commit({
    tenantId: TENANT,
    expect: [],
    counters: [],
    uniques: [],
    writes: [{ _tag: "Put", kind: "assessment", id: uuid(n), body: { ...known, missing, installed: [] }, indexes: [] }],
    events: [],
  });
};

const scenario = (storage: StorageShape) =>
  Effect.gen(function* () {
    const { subscriptions, keys, catalogue, jobs, audit, gateway } = open(storage);
    const told: unknown[] = [];
    const tell = <A, E>(effect: Effect.Effect<A, E>) =>
      Effect.map(Effect.result(effect), (result) => {
        told.push(result._tag === "Success" ? result.success : { refused: String(result.failure) });
      });
    yield* subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
    yield* catalogue.ingest(mara, [patch]);
    const issued = yield* keys.create(mara, { title: "k" });
    for (const n of [1, 2]) yield* gateway.handle(firstContact(issued, n));
    yield* lacking(storage, 1);
    const { id } = yield* jobs.create(mara, draft);
    const { hash: planHash, plan } = yield* jobs.plan(mara, id);
    for (const n of [1, 2, 3]) yield* tell(jobs.explain(mara, id, { assetId: uuid(n), patchId: "P-1" }));
    yield* tell(catalogue.hold(mara, "P-1", "fails", { idempotencyKey: "once" }));
    yield* tell(catalogue.hold(mara, "P-1", "fails", { idempotencyKey: "once" }));
    yield* tell(catalogue.get(mara, "P-1"));
    yield* tell(jobs.explain(mara, id, { assetId: uuid(1) }));
    yield* tell(jobs.compare(mara, id, { planHash, plan }));
    yield* tell(catalogue.release(mara, "P-1"));
    yield* tell(catalogue.release(mara, "P-1"));
    yield* lacking(storage, 2);
    yield* tell(jobs.enable(mara, id, { planHash, plan }));
    yield* tell(jobs.enable(mara, id, { planHash, plan, drift: { assetsPercentMax: 100 } }));
    yield* tell(jobs.compare(mara, id, { planHash: (yield* jobs.plan(mara, id)).hash }));
    yield* tell(audit.search(mara));
    for (const kind of ["hold", "plan", "job"] as const) told.push(yield* storage.list(TENANT, kind, { limit: 100 }));
    told.push(yield* storage.events(TENANT, 0, 1_000));
    return told;
  });

test("PLN-02, PLN-03, PLN-05: SQLite answers whatever memory answers, and the same stands", async () => {
  const file = join(directory(), "plans.db");
  const real = await Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), scenario)));
  const memory = Effect.runSync(scenario(MemoryStorage.make()));
  expect(JSON.parse(JSON.stringify(real))).toEqual(JSON.parse(JSON.stringify(memory)));
  const text = JSON.stringify(real);
  for (const said of ["not assessed yet", "held: fails", "P-1 goes to nobody any more", "is not held", ") joined"]) {
    expect(text).toContain(said);
  }
  expect(real.filter((answer) => JSON.stringify(answer).startsWith('{"refused"'))).toHaveLength(3);
});

test("PLN-05: a hold outlives the process that placed it", async () => {
  const file = join(directory(), "again.db");
  const within = <A, E>(run: (storage: StorageShape) => Effect.Effect<A, E>) =>
    Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), run)));
  await within((storage) => {
    const { subscriptions, catalogue } = open(storage);
    const opened = subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
    return Effect.andThen(
      Effect.andThen(opened, catalogue.ingest(mara, [patch])),
      catalogue.hold(mara, "P-1", "fails"),
    );
  });
  const { hold } = await within((storage) => open(storage).catalogue.get(mara, "P-1"));
  expect(hold).toMatchObject({ reason: "fails", heldBy: "user:mara" });
});
