/**
 * A control plane in memory whose clock, users, chance and commits a test holds in its hands. Ids are drawn from a stream
 * of each tenant's own, all from one seed: tenants that do the same get the same ids, so that nothing but the tenant keeps
 * them apart.
 */
import { Crypto } from "@fettle/agent-protocol";
import * as Cause from "effect/Cause";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import type { User } from "../../src/domain/access/User.ts";
import * as Actor from "../../src/domain/shared/Actor.ts";
import type { Rejection } from "../../src/domain/shared/Rejection.ts";
import * as Tenant from "../../src/domain/shared/Tenant.ts";
import { Rejected } from "../../src/engine/Rejected.ts";
import * as Fettle from "../../src/Fettle.ts";
import { BlobStore } from "../../src/ports/BlobStore.ts";
import { Directory } from "../../src/ports/Directory.ts";
import { Environment } from "../../src/ports/Environment.ts";
import { type Batch, Storage, StorageError, type StorageShape, type StoredEvent } from "../../src/ports/Storage.ts";
import { TenantKeys } from "../../src/ports/TenantKeys.ts";
import * as Random from "../../src/testing/simulation/Random.ts";
import * as MemoryBlobStore from "../../src/testing/storage/MemoryBlobStore.ts";
import * as MemoryStorage from "../../src/testing/storage/MemoryStorage.ts";
import * as Values from "./Values.ts";

export const TENANT = Tenant.of("acme");

/** A user of each role in every tenant, all with the whole of it in scope. */
const staff: readonly User[] = [
  Values.user("sue", "SuperUser"),
  Values.user("mara", "PatchManager"),
  Values.user("uli", "PatchUser"),
  Values.user("ada", "PatchDashboardAuthor"),
  Values.user("rita", "PatchReader"),
  Values.user("sam", "PatchSecurity"),
];

export const as = (userId: string, tenantId: string = TENANT): Actor.Actor => Actor.user(tenantId, userId);
export const manager = as("mara");

/** Lets every commit fail from the first {@link set} on, as a storage that is gone for a while or for good. */
export const failing = (plane: ControlPlane, message: string) => {
  let isRetryable = true;
  const commit = () => {
    throw new StorageError({ reason: "Unavailable", operation: "commit", message, isRetryable });
  };
  return {
    set: (retryable: boolean): void => {
      isRetryable = retryable;
      plane.hooks.before = commit;
    },
  };
};

/** Thrown by a hook to let the control plane die just there. */
export class Death extends Error {}

export interface ControlPlane {
  readonly ports: Context.Context<Fettle.FettlePorts>;
  readonly fettle: Fettle.Fettle;
  /** What truly is stored, past every hook. */
  readonly storage: MemoryStorage.MemoryStorage;
  readonly blobs: MemoryBlobStore.MemoryBlobStore;
  readonly clock: { readonly now: () => number; readonly pass: (milliseconds: number) => void };
  readonly users: {
    readonly set: (user: User, tenantId?: string) => void;
    readonly remove: (userId: string, tenantId?: string) => void;
  };
  /** Called around every commit; may throw a {@link Death} or do something else in between. */
  readonly hooks: { before: ((batch: Batch) => void) | null; after: ((batch: Batch) => void) | null };
  /** Runs an effect; throws what it failed with. */
  readonly call: <A, E>(effect: Effect.Effect<A, E>) => A;
  /** Runs an effect that must be rejected; answers why. */
  readonly rejections: (effect: Effect.Effect<unknown, unknown>) => readonly Rejection[];
  /** Whether an effect was cut off by a {@link Death}. */
  readonly dies: (effect: Effect.Effect<unknown, unknown>) => boolean;
  readonly events: (tenantId?: string) => readonly StoredEvent[];
}

export interface ControlPlaneOptions {
  /** Lets other fibers in before every call of the storage, as often as is drawn from this. */
  readonly interleave?: Random.Random;
  readonly keys?: { readonly [tenantId: string]: Crypto.KeyPair };
}

/** A control plane with nothing in it. */
export const make = (options: ControlPlaneOptions = {}): ControlPlane => {
  const storage = MemoryStorage.make();
  const blobs = MemoryBlobStore.make({ now: () => clock });
  const hooks: ControlPlane["hooks"] = { before: null, after: null };
  const users = new Map<string, User | null>();
  const chance = perTenant(() => Random.make("ids"));
  const keys = perTenant((tenantId) => options.keys?.[tenantId] ?? Crypto.generateKeyPair());
  let clock = Values.START;
  let tenant: string = TENANT;
  const touch = (tenantId: string): void => {
    tenant = tenantId;
  };
  const now = () => clock;
  const ports = Context.make(Storage, hooked(storage, hooks, touch, options.interleave ?? null)).pipe(
    Context.add(BlobStore, blobs),
    Context.add(TenantKeys, { keyPair: (tenantId) => Effect.sync(() => keys(tenantId)) }),
    Context.add(Directory, {
      user: (tenantId, userId) => {
        touch(tenantId);
        const known = users.get(`${tenantId}/${userId}`);
        return Effect.sync(() => (known === undefined ? (staff.find((u) => u.id === userId) ?? null) : known));
      },
    }),
    Context.add(Environment, {
      now,
      uuid: () => chance(tenant).uuid(),
      secret: () => chance(tenant).token(32),
      tzdata: () => "2026a",
    }),
  );
  const fettle = Fettle.make(ports);
  const call = <A, E>(effect: Effect.Effect<A, E>): A => Effect.runSync(effect);
  const causeOf = <A, E>(effect: Effect.Effect<A, E>): unknown => {
    const exit = Effect.runSyncExit(effect);
    return Exit.isSuccess(exit) ? null : Cause.squash(exit.cause);
  };
  return {
    ports,
    fettle,
    storage,
    blobs,
    clock: {
      now,
      pass: (milliseconds) => {
        clock += milliseconds;
      },
    },
    users: {
      set: (user, tenantId = TENANT) => users.set(`${tenantId}/${user.id}`, user),
      remove: (userId, tenantId = TENANT) => users.set(`${tenantId}/${userId}`, null),
    },
    hooks,
    call,
    rejections: (effect) => {
      const cause = causeOf(effect);
      if (cause instanceof Rejected) return cause.rejections;
      throw new Error("was not rejected", { cause });
    },
    dies: (effect) => {
      const cause = causeOf(effect);
      if (cause === null || cause instanceof Death) return cause !== null;
      throw cause;
    },
    events: (tenantId = TENANT) => Effect.runSync(storage.events(tenantId, 0, 1_000)),
  };
};

const perTenant = <A>(of: (tenantId: string) => A): ((tenantId: string) => A) => {
  const known = new Map<string, A>();
  return (tenantId) => {
    const value = known.get(tenantId) ?? of(tenantId);
    known.set(tenantId, value);
    return value;
  };
};

const MOST_YIELDS = 4;

const hooked = (
  storage: StorageShape,
  hooks: ControlPlane["hooks"],
  touch: (tenantId: string) => void,
  interleave: Random.Random | null,
): StorageShape => {
  const inTurn = <A, E>(tenantId: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.gen(function* () {
      for (let n = interleave?.below(MOST_YIELDS) ?? 0; n > 0; n -= 1) yield* Effect.yieldNow;
      touch(tenantId);
      return yield* effect;
    });
  return {
    commit: (batch) =>
      inTurn(
        batch.tenantId,
        Effect.suspend(() => {
          try {
            hooks.before?.(batch);
          } catch (thrown) {
            if (thrown instanceof StorageError) return Effect.fail(thrown);
            throw thrown;
          }
          return Effect.map(storage.commit(batch), (answer) => {
            hooks.after?.(batch);
            return answer;
          });
        }),
      ),
    get: (tenantId, kind, id) => inTurn(tenantId, storage.get(tenantId, kind, id)),
    getMany: (tenantId, kind, ids) => inTurn(tenantId, storage.getMany(tenantId, kind, ids)),
    list: (tenantId, kind, page) => inTurn(tenantId, storage.list(tenantId, kind, page)),
    find: (tenantId, kind, index, page) => inTurn(tenantId, storage.find(tenantId, kind, index, page)),
    counter: (tenantId, key) => inTurn(tenantId, storage.counter(tenantId, key)),
    counters: (tenantId, keys) => inTurn(tenantId, storage.counters(tenantId, keys)),
    events: (tenantId, after, limit) => inTurn(tenantId, storage.events(tenantId, after, limit)),
    audit: (tenantId, query) => inTurn(tenantId, storage.audit(tenantId, query)),
    tenants: () => storage.tenants(),
  };
};
