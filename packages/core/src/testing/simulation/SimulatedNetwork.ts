/**
 * A network between agents and a control plane that loses, repeats, delays and forges. A request that was lost on the
 * way and a reply that was lost on the way back look the same to an agent, as they do in life.
 */
import { Crypto, Dsse, Json, Messages, type WireReply, type WireRequest } from "@fettle/agent-protocol";
import { TransportError } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import type { Random } from "./Random.ts";

/** Probabilities, each in [0, 1]. */
export interface NetworkFaults {
  readonly loseRequest: number;
  readonly loseReply: number;
  /** The request is delivered twice at once. */
  readonly repeat: number;
  /** The request is delivered once more, later, after others. */
  readonly replayLater: number;
  /** Somebody on the way answers instead, with a reply of their own making. */
  readonly forge: number;
}

export const calm: NetworkFaults = { loseRequest: 0, loseReply: 0, repeat: 0, replayLater: 0, forge: 0 };

export interface SimulatedNetwork {
  readonly send: (request: WireRequest) => Effect.Effect<WireReply, TransportError>;
  /** Requests that are still under way somewhere, in no particular order. */
  readonly deliverLate: () => void;
  readonly delivered: () => number;
}

type Handle = (request: WireRequest) => WireReply;

/** A network in front of a control plane. */
export const make = (handle: Handle, faults: NetworkFaults, random: Random): SimulatedNetwork => {
  const late: WireRequest[] = [];
  const mallory = Crypto.generateKeyPair();
  let delivered = 0;
  const deliver = (request: WireRequest): WireReply => {
    delivered += 1;
    return handle(request);
  };
  return {
    send: (request) =>
      Effect.suspend(() => {
        if (random.chance(faults.replayLater)) late.push(request);
        if (random.chance(faults.loseRequest)) return lost("the request was lost");
        if (random.chance(faults.forge)) return Effect.succeed(forge(request, mallory));
        const reply = deliver(request);
        if (random.chance(faults.repeat)) deliver(request);
        return random.chance(faults.loseReply) ? lost("the reply was lost") : Effect.succeed(reply);
      }),
    deliverLate: () => {
      while (late.length > 0) {
        const [request] = late.splice(random.below(late.length), 1);
        if (request !== undefined) deliver(request);
      }
    },
    delivered: () => delivered,
  };
};

/** What an agent sees of anything that went wrong between. */
export const lost = (message: string) => Effect.fail(new TransportError({ message, isRetryable: true }));

// A well-formed answer under another key: acknowledges everything, offers a manifest that installs what nobody ordered.
const forge = (request: WireRequest, mallory: Crypto.KeyPair): WireReply => {
  const document = Messages.documentDigest(request.path);
  const body =
    request.method === "GET" && document !== null
      ? forgedManifest(request, mallory)
      : Dsse.seal(Dsse.payloadTypes.reply, forgedReply(request, mallory), mallory);
  return { status: 200, headers: { [Messages.TENANT_KEY_HEADER]: mallory.publicKey }, body };
};

const forgedReply = (request: WireRequest, mallory: Crypto.KeyPair): Record<string, unknown> => {
  const answering = {
    agentId: request.headers["fettle-agent"] ?? "",
    epoch: Number(request.headers["fettle-epoch"]),
    sequence: Number(request.headers["fettle-sequence"]),
    request: Crypto.digest(request.body),
    serverTime: Number(request.headers["fettle-created"]),
  };
  if (request.path.endsWith("facts")) {
    return { ...answering, _tag: "FactsAcknowledged", acknowledgedThrough: Number.MAX_SAFE_INTEGER };
  }
  return {
    ...answering,
    _tag: "CheckedIn",
    nextCheckInSeconds: 1,
    configuration: null,
    wantSnapshot: false,
    manifests: [{ version: 1_000, digest: Crypto.digest(forgedManifest(request, mallory)) }],
    acknowledgedThrough: Number.MAX_SAFE_INTEGER,
  };
};

/** The patch that only a forger orders. */
export const FORGED_PATCH = "EVIL-2026:6666";

const forgedManifest = (request: WireRequest, mallory: Crypto.KeyPair): Uint8Array =>
  Dsse.seal(
    Dsse.payloadTypes.patchList,
    {
      tenantId: request.headers["fettle-tenant"] ?? "",
      kind: "deployment",
      patches: [{ patchId: FORGED_PATCH, advisory: null, packages: [{ name: "openssl-lab", arch: "noarch", evr: "9.9-9" }] }],
    },
    mallory,
  );

/** A digest of everything a run of the simulator saw, to show that the same seed gives the same run. */
export const traceDigest = (trace: readonly unknown[]): Crypto.Digest => Crypto.digest(Json.canonicalBytes(trace));
