/** A control plane over a storage, and agents at their first contact with it: ids, keys and clock are the same every time. */
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

export const TENANT = "acme";
export const NOW = Date.UTC(2026, 0, 1);
export const mara = Actor.user(TENANT, "mara");

// One pair for every control plane, so that what is signed is the same on each storage.
const keys = Crypto.generateKeyPair();

export const open = (storage: StorageShape) => {
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

const agentKeys = new Map<number, Crypto.KeyPair>();

// The same on every storage, so that what stands in the end can be compared.
const keysOf = (n: number): Crypto.KeyPair => {
  const known = agentKeys.get(n) ?? Crypto.generateKeyPair();
  agentKeys.set(n, known);
  return known;
};

/** What the n-th agent sends when it leaves. */
export const farewell = (n: number, sequence: number): SignedRequest.WireRequest => {
  const who = { tenantId: TENANT, agentId: uuid(n), epoch: 1, sequence, created: NOW, nonce: nonceOf(sequence) };
  return SignedRequest.sign({ method: "POST", path: "/v0/leave", ...who }, Json.canonicalBytes({}), keysOf(n));
};

/** The n-th UUID. */
export const uuid = (n: number): string => `00000000-0000-4000-a000-${n.toString(16).padStart(12, "0")}`;

/** What the n-th agent sends at its first contact. */
export const firstContact = (issued: IssuedActivationKey, n: number): SignedRequest.WireRequest => {
  const keys = keysOf(n);
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
