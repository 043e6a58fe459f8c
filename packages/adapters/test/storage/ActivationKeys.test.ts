/** I38: however many agents ask at once, an activation key of so many seats admits just so many, on every real store. */
import { join } from "node:path";
import { Crypto, Json, Messages, SignedRequest } from "@fettle/agent-protocol";
import {
  Actor,
  BlobStore,
  Directory,
  Environment,
  Fettle,
  type IssuedActivationKey,
  Storage,
  type StorageShape,
  TenantKeys,
} from "@fettle/core";
import { MemoryBlobStore, StaticDirectory } from "@fettle/core/testing";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { PostgresStorage } from "../../src/storage/postgres/index.ts";
import * as PgliteConnection from "../../src/storage/postgres/PgliteConnection.ts";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { directories } from "./Directories.ts";

const TENANT = "acme";
const SEATS = 100;
const AGENTS = 1_000;
const NOW = Date.UTC(2026, 0, 1);
const mara = Actor.user(TENANT, "mara");
const directory = directories();

const open = (storage: StorageShape) => {
  const keys = Crypto.generateKeyPair();
  let ids = 0;
  const users = { [TENANT]: [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } }] } as const;
  return Fettle.make(
    Context.make(Storage, storage).pipe(
      Context.add(BlobStore, MemoryBlobStore.make()),
      Context.add(TenantKeys, { keyPair: () => Effect.succeed(keys) }),
      Context.add(Directory, StaticDirectory.make(users)),
      Context.add(Environment, {
        now: () => NOW,
        uuid: () => {
          ids += 1;
          return uuid(0x9000 + ids);
        },
        secret: () => "secret",
        tzdata: () => "2026a",
      }),
    ),
  );
};

const uuid = (n: number): string => `00000000-0000-4000-a000-${n.toString(16).padStart(12, "0")}`;

/** What the n-th agent sends at its first contact. */
const firstContact = (issued: IssuedActivationKey, n: number): SignedRequest.WireRequest => {
  const keys = Crypto.generateKeyPair();
  const who = { tenantId: TENANT, agentId: uuid(n) };
  const named = { attemptId: uuid(0x10_000 + n), activationKeyId: issued.key.id, publicKey: keys.publicKey };
  const body: Messages.ProvisionRequest = {
    ...named,
    proof: Messages.provisionProof(named, who, Crypto.digest(issued.secret)),
    name: `machine-${n}`,
    platform: "Linux",
    osFamily: "Enterprise Linux",
    osName: "Enterprise Linux 9",
    arch: "x86_64",
    timeZone: "UTC",
    agentVersion: "1.0.0",
    bootId: uuid(5),
  };
  const about = {
    method: "POST" as const,
    path: "/v0/provision",
    ...who,
    epoch: 0,
    sequence: 1,
    created: NOW,
    nonce: nonceOf(n),
  };
  return SignedRequest.sign(about, Json.canonicalBytes(body), keys);
};

const nonceOf = (n: number): string => Buffer.from(n.toString(16).padStart(32, "0"), "hex").toString("base64url");

const rush = (storage: StorageShape) =>
  Effect.gen(function* () {
    const { subscriptions, keys, gateway } = open(storage);
    yield* subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
    const issued = yield* keys.create(mara, { title: "hundred", agentsMax: SEATS });
    const requests = Array.from({ length: AGENTS }, (_, n) => firstContact(issued, n));
    const replies = yield* Effect.all(requests.map(gateway.handle), { concurrency: "unbounded" });
    const refused = replies.filter((r) => r.status !== 200).map((r) => JSON.parse(Buffer.from(r.body).toString()));
    const view = yield* keys.get(mara, issued.key.id);
    const assets = yield* storage.list(TENANT, "asset", { limit: 1_000 });
    const agents = yield* storage.list(TENANT, "agent", { limit: 1_000 });
    return { refused, view, assets, agents };
  });

const isExact = (seen: Effect.Success<ReturnType<typeof rush>>) => {
  expect(seen.refused).toHaveLength(AGENTS - SEATS);
  expect(new Set(seen.refused.map((p) => `${p.code} ${p.rule}`))).toEqual(new Set(["key-refused KEY-01"]));
  expect(seen.assets).toHaveLength(SEATS);
  expect(new Set(seen.agents.map((a) => a.id))).toEqual(new Set(seen.assets.map((a) => a.id)));
  expect(seen.view).toMatchObject({ admitted: SEATS, status: { _tag: "UsedUp", agentsMax: SEATS } });
};

describe(`KEY-01 (I38): ${AGENTS} agents at once on a key of ${SEATS}`, () => {
  test("KEY-01 I38: exactly that many are admitted on SQLite, and each of the others is told why", async () => {
    const file = join(directory(), "rush.db");
    isExact(await Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), rush))));
  }, 180_000);

  test("KEY-01 I38: exactly that many are admitted on PostgreSQL, and each of the others is told why", async () => {
    const connection = await PgliteConnection.open(undefined);
    try {
      isExact(await Effect.runPromise(Effect.flatMap(PostgresStorage.open(connection), rush)));
    } finally {
      await connection.close();
    }
  }, 180_000);
});
