/**
 * A tenant with a catalogue and assessed assets, played in acts over any storage: what outlives a process — clock, chance,
 * keys, blobs, the agents — is the world's, and every act begins with a control plane that knows nothing but the storage.
 */
import { Crypto, Json, Messages, type Package, SignedRequest } from "@fettle/agent-protocol";
import {
  Actor,
  BlobStore,
  type BlobStoreShape,
  Directory,
  Environment,
  entityKinds,
  Fettle,
  type IssuedActivationKey,
  type PatchSearchInput,
  Storage,
  type StorageError,
  type StorageShape,
  type Stored,
  TenantKeys,
} from "@fettle/core";
import { type MemoryStorage, Random, StaticDirectory } from "@fettle/core/testing";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";

export const TENANT = "acme";
export const mara = Actor.user(TENANT, "mara");
export const sam = Actor.user(TENANT, "sam");
export const rita = Actor.user(TENANT, "rita");

const START = Date.UTC(2026, 0, 1);
const EVERY_PAGE = 1_000;
// One set for every world, so that what is signed is the same in all of them.
const tenantKeys = Crypto.generateKeyPair();
const agentKeys = [1, 2, 3, 4].map(() => Crypto.generateKeyPair());

export interface Told {
  readonly label: string;
  readonly answer: unknown;
}

export interface World {
  readonly told: Told[];
  /** What a user wrote down in one act for the next, such as a cursor. */
  readonly notes: Map<string, string>;
  readonly agents: readonly Agent[];
  readonly pass: (milliseconds: number) => void;
  readonly open: (storage: StorageShape) => Fettle.Fettle;
}

interface Agent {
  readonly id: string;
  readonly provision: (fettle: Fettle.Fettle, issued: IssuedActivationKey) => Effect.Effect<unknown>;
  readonly snapshot: (
    fettle: Fettle.Fettle,
    packages: readonly Package.Package[] | null,
    osName?: string,
  ) => Effect.Effect<unknown>;
}

/** A part of the story: one life of the control plane. */
export type Act = (on: {
  readonly world: World;
  readonly storage: StorageShape;
  readonly fettle: Fettle.Fettle;
  /** Does something and writes down what it answered or how it failed. */
  readonly tell: <A, E>(label: string, effect: Effect.Effect<A, E>) => Effect.Effect<void>;
}) => Effect.Effect<void, unknown>;

/** A world before anything happened; two of them go the same way. */
export const make = (blobs: BlobStoreShape): World => {
  const random = Random.make("catalogue");
  let clock = START;
  const users = [
    { id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } },
    { id: "sam", roles: ["PatchSecurity"], scope: { _tag: "All" } },
    { id: "rita", roles: ["PatchReader"], scope: { _tag: "Tags", tags: ["web"] } },
  ] as const;
  const now = () => clock;
  return {
    told: [],
    notes: new Map(),
    agents: agentKeys.map((keys, i) => agentOf(i + 1, keys, now)),
    pass: (milliseconds) => {
      clock += milliseconds;
    },
    open: (storage) =>
      Fettle.make(
        Context.make(Storage, storage).pipe(
          Context.add(BlobStore, blobs),
          Context.add(TenantKeys, { keyPair: () => Effect.succeed(tenantKeys) }),
          Context.add(Directory, StaticDirectory.make({ [TENANT]: users })),
          Context.add(Environment, { now, uuid: random.uuid, secret: () => "secret", tzdata: () => "2026a" }),
        ),
      ),
  };
};

/** Plays acts, each with the storage as `withStorage` opens it for that act. */
export const play = (
  world: World,
  acts: readonly Act[],
  withStorage: (use: (storage: StorageShape) => Effect.Effect<void, unknown>) => Effect.Effect<void, unknown>,
): Effect.Effect<void, unknown> =>
  Effect.forEach(
    acts,
    (act) =>
      withStorage((storage) =>
        act({
          world,
          storage,
          fettle: world.open(storage),
          tell: (label, effect) =>
            Effect.map(Effect.result(effect), (result) => {
              const answer = result._tag === "Success" ? result.success : { failed: told(result.failure) };
              world.told.push({ label, answer });
            }),
        }),
      ),
    { discard: true },
  );

/** A storage whose process dies at a commit: before it is done, or when it is done and nobody heard. */
export const dying = (
  storage: StorageShape,
  isLast: (batch: Parameters<StorageShape["commit"]>[0]) => boolean,
  moment: "before" | "after" = "before",
): StorageShape => ({
  ...storage,
  commit: (batch) => {
    if (!isLast(batch)) return storage.commit(batch);
    const end = Effect.die("the process is gone");
    return moment === "before" ? end : Effect.andThen(storage.commit(batch), end);
  },
});

/** Every entity by kind, and every event. */
export const content = Effect.fn("content")(function* (storage: StorageShape) {
  const entities: Stored[] = [];
  for (const kind of entityKinds) entities.push(...(yield* storage.list(TENANT, kind, { limit: EVERY_PAGE })));
  return { entities, events: yield* storage.events(TENANT, 0, EVERY_PAGE) };
});

/** What a storage answers to everything that can be asked of what another holds: index entries and counters, too. */
export const everything = Effect.fn("everything")(function* (storage: StorageShape, like: MemoryStorage.MemoryDump) {
  const [tenant] = like.tenants.filter((t) => t.tenantId === TENANT);
  const counters: [string, number][] = [];
  for (const [key] of tenant?.counters ?? []) counters.push([key, yield* storage.counter(TENANT, key)]);
  const entries = new Map<string, readonly string[]>();
  for (const { stored, indexes } of tenant?.entities ?? []) {
    for (const index of indexes) {
      const found = yield* storage.find(TENANT, stored.kind, index, { limit: EVERY_PAGE });
      entries.set(
        [stored.kind, index.name, index.value].join(" "),
        found.map((s) => s.id),
      );
    }
  }
  return { ...(yield* content(storage)), counters, entries };
});

/** Every row of a search of patches, page by page. */
export const everyPage = Effect.fn("everyPage")(function* (
  fettle: Fettle.Fettle,
  input: PatchSearchInput,
  actor: Actor.Actor = mara,
) {
  const rows: unknown[] = [];
  let pages = 0;
  let cursor: string | null = null;
  do {
    const more: { readonly cursor?: string } = cursor === null ? {} : { cursor };
    const page: { readonly rows: readonly unknown[]; readonly next: string | null; readonly total: number } =
      yield* fettle.catalogue.search(actor, { ...input, ...more });
    rows.push(...page.rows);
    pages += 1;
    cursor = page.next;
  } while (cursor !== null);
  return { pages, rows };
});

/** Whether doing something leaves everything as it stood. */
export const writesNothing = <E>(
  storage: StorageShape,
  work: Effect.Effect<unknown, E>,
): Effect.Effect<boolean, E | StorageError> =>
  Effect.gen(function* () {
    const before = JSON.stringify(yield* content(storage));
    yield* work;
    return JSON.stringify(yield* content(storage)) === before;
  });

const told = (failure: unknown): unknown =>
  typeof failure === "object" && failure !== null && "rejections" in failure ? failure.rejections : String(failure);

const uuid = (n: number): string => `00000000-0000-4000-a000-${String(n).padStart(12, "0")}`;

const PATHS = { provision: "/v0/provision", snapshot: "/v0/snapshots" } as const;

// It signs what it is told to and believes every answer that isn't a refusal.
const agentOf = (n: number, keys: Crypto.KeyPair, now: () => number): Agent => {
  const id = uuid(1_000 + n);
  const machine = { name: `machine-${n}`, osFamily: "Enterprise Linux", osName: "Enterprise Linux 9", arch: "x86_64" };
  let sequence = 0;
  const send = (fettle: Fettle.Fettle, route: keyof typeof PATHS, body: unknown) =>
    Effect.gen(function* () {
      sequence += 1;
      const about = {
        method: "POST",
        path: PATHS[route],
        tenantId: TENANT,
        agentId: id,
        epoch: route === "provision" ? 0 : 1,
        sequence,
        created: now(),
        nonce: Buffer.alloc(16, sequence).toString("base64url"),
      } as const;
      const reply = yield* Effect.orDie(
        fettle.gateway.handle(SignedRequest.sign(about, Json.canonicalBytes(body), keys)),
      );
      if (reply.status !== 200) return yield* Effect.die(new Error(Buffer.from(reply.body).toString("utf8")));
      return reply.status;
    });
  return {
    id,
    provision: (fettle, issued) => {
      const named = { attemptId: uuid(2_000 + n), activationKeyId: issued.key.id, publicKey: keys.publicKey };
      const proof = Messages.provisionProof(named, { tenantId: TENANT, agentId: id }, Crypto.digest(issued.secret));
      const system = { platform: "Linux", timeZone: "UTC", agentVersion: "1.0.0", bootId: uuid(5) };
      return send(fettle, "provision", { ...machine, ...system, ...named, proof });
    },
    snapshot: (fettle, packages, osName = machine.osName) =>
      send(fettle, "snapshot", {
        takenAt: now(),
        bootId: uuid(5),
        report: { ...unknownFacts, ...machine, osName },
        packages,
      }),
  };
};

const unknownFacts = {
  release: null,
  osVersion: null,
  packageFormat: null,
  modules: null,
  manufacturer: null,
  model: null,
  serialNumber: null,
  interfaces: [],
  loggedInUser: null,
  bootedAt: null,
  location: null,
};
