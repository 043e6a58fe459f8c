/** A control plane as a host runs it: the real server, gateway and storage on a file, with a fleet's agents admitted. */
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { FileBlobStore } from "@fettle/adapters/blob/files";
import { NodeEnvironment } from "@fettle/adapters/environment/node";
import { FileKeys } from "@fettle/adapters/keys/file";
import { SqliteStorage } from "@fettle/adapters/storage/sqlite";
import { HttpServer } from "@fettle/adapters/transport/http-server";
import { Crypto, Dsse, Json, Messages, SignedRequest, wireLimits } from "@fettle/agent-protocol";
import { Actor, Directory, Fettle, type IssuedActivationKey, Storage } from "@fettle/core";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Layer from "effect/Layer";
import * as Scope from "effect/Scope";
import { ADMITTED_THROUGH, nonce, type PlayedAgent, signedCheckIn } from "./Signing.ts";

export interface ControlPlane {
  readonly port: number;
  readonly agents: readonly PlayedAgent[];
  /** The highest number that each agent's stored record has seen: what was answered must stand there. */
  readonly storedSequences: () => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
}

const TENANT = "acme";
const admin = Actor.user(TENANT, "mara");

const directory = Layer.succeed(Directory, {
  user: () => Effect.succeed({ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } } as const),
});

/** Opens it in a folder and admits so many agents through the gateway. */
export const open = async (folder: string, agentsWanted: number): Promise<ControlPlane> => {
  for (const name of ["blobs", "keys"]) fs.mkdirSync(path.join(folder, name), { mode: 0o700 });
  const scope = await Effect.runPromise(Scope.make());
  const inScope = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
    Effect.runPromise(Scope.provide(effect, scope));
  const ports = await inScope(
    Layer.build(
      Layer.mergeAll(
        SqliteStorage.layer({ file: path.join(folder, "fettle.db") }),
        FileBlobStore.layer({ directory: path.join(folder, "blobs") }),
        FileKeys.tenantLayer({ directory: path.join(folder, "keys") }),
        NodeEnvironment.layer,
        directory,
      ),
    ),
  );
  const fettle = Fettle.make(ports);
  const server = await inScope(
    HttpServer.serve({ gateway: fettle.gateway, onDefect: (defect) => process.stderr.write(`${String(defect)}\n`) }),
  );
  const agents = await admitAll(fettle, agentsWanted);
  const storage = Context.get(ports, Storage);
  return {
    port: Number(new URL(server.url).port),
    agents,
    storedSequences: () => Effect.runPromise(Effect.forEach(agents, (agent) => sequenceOf(storage, agent))),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  };
};

/** Opens the subscription and admits so many agents; each has provisioned and holds its configuration. */
export const admitAll = async (fettle: Fettle.Fettle, agentsWanted: number): Promise<readonly PlayedAgent[]> => {
  const { keys, subscriptions } = Fettle.promises(fettle);
  await subscriptions.save(admin, {
    plan: "Full",
    expiresAt: null,
    licences: { PM: { seats: agentsWanted } },
    limits: { assetsMax: agentsWanted },
  });
  const activation = await keys.create(admin, { title: "Bench" });
  const agents: PlayedAgent[] = [];
  for (let i = 0; i < agentsWanted; i += 1) agents.push(await admit(fettle.gateway, activation, `server-${i}`));
  return agents;
};

type Gateway = Fettle.Fettle["gateway"];

const admit = async (gateway: Gateway, activation: IssuedActivationKey, name: string): Promise<PlayedAgent> => {
  const keys = Crypto.generateKeyPair();
  const who = { tenantId: TENANT, agentId: randomUUID() };
  const named = { attemptId: randomUUID(), activationKeyId: activation.key.id, publicKey: keys.publicKey };
  const bootId = randomUUID();
  const body: Messages.ProvisionRequest = {
    ...named,
    proof: Messages.provisionProof(named, who, Crypto.digest(activation.secret)),
    name,
    platform: "Linux",
    osFamily: "Rocky Linux",
    osName: "Rocky Linux 9.4",
    arch: "x86_64",
    timeZone: "Europe/Berlin",
    agentVersion: "0.1.0",
    bootId,
  };
  const about = { method: "POST", path: "/v0/provision", ...who, created: Date.now(), nonce: nonce() } as const;
  const request = SignedRequest.sign({ ...about, epoch: 0, sequence: 1 }, Json.canonicalBytes(body), keys);
  const reply = await Effect.runPromise(gateway.handle(request));
  const tenantKey = reply.headers[Messages.TENANT_KEY_HEADER] ?? "";
  const granted = opened(Messages.ProvisionReply, reply, tenantKey);
  const checkIn: Messages.CheckInRequest = {
    agentVersion: body.agentVersion,
    bootId,
    timeZone: body.timeZone,
    tzdata: "2024a",
    configuration: null,
    snapshot: Crypto.digest("what is installed"),
    manifestVersion: 0,
  };
  const agent: PlayedAgent = { ...who, epoch: granted.newEpoch, keys, checkIn };
  // From the second check-in on an agent holds its configuration: the idle check-in that is measured.
  const first = await Effect.runPromise(gateway.handle(signedCheckIn(agent, ADMITTED_THROUGH)));
  const { configuration } = opened(Messages.CheckInReply, first, tenantKey);
  return { ...agent, checkIn: { ...checkIn, configuration } };
};

const opened = <A>(schema: Parameters<typeof Dsse.openAs<A>>[0], reply: SignedRequest.WireReply, key: string): A => {
  const limits = { bytes: wireLimits.replyBytes, depth: wireLimits.jsonDepth };
  const result =
    reply.status === 200
      ? Dsse.openAs(schema, Dsse.payloadTypes.reply, reply.body, key, limits)
      : { ok: false as const };
  if (!result.ok) throw new Error(`the gateway answered ${reply.status}: ${Buffer.from(reply.body).toString()}`);
  return result.value;
};

const sequenceOf = (storage: Storage["Service"], { tenantId, agentId }: PlayedAgent) =>
  Effect.map(storage.get(tenantId, "agent", agentId), (stored) => {
    const body = stored?.body as { readonly session: { readonly lastSequence: number } } | undefined;
    return body?.session.lastSequence ?? 0;
  });
