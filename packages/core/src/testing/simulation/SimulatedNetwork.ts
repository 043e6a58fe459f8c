/**
 * A network between agents and a control plane that loses, repeats, delays and forges. A request that was lost on the
 * way and a reply that was lost on the way back look the same to an agent, as they do in life.
 */
import { Crypto, type Documents, Dsse, Json, Messages, type WireReply, type WireRequest } from "@fettle/agent-protocol";
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

/** What was done to a request or its reply. */
export type NetworkFault = "request-lost" | "reply-lost" | "repeated" | "delivered-late" | "forged";

export const calm: NetworkFaults = { loseRequest: 0, loseReply: 0, repeat: 0, replayLater: 0, forge: 0 };

/** Faults that may change while the simulation runs. */
export const live = (read: () => NetworkFaults): NetworkFaults => ({
  get loseRequest() {
    return read().loseRequest;
  },
  get loseReply() {
    return read().loseReply;
  },
  get repeat() {
    return read().repeat;
  },
  get replayLater() {
    return read().replayLater;
  },
  get forge() {
    return read().forge;
  },
});

export interface SimulatedNetwork {
  readonly send: (request: WireRequest) => Effect.Effect<WireReply, TransportError>;
  /** Requests that are still under way somewhere, in no particular order. */
  readonly deliverLate: () => void;
  readonly delivered: () => number;
}

type Handle = (request: WireRequest) => WireReply;

/** A network in front of a control plane; `told` hears of everything that it does to a request. */
export const make = (
  handle: Handle,
  faults: NetworkFaults,
  random: Random,
  told: (what: NetworkFault, request: WireRequest) => void = () => undefined,
): SimulatedNetwork => {
  const late: WireRequest[] = [];
  const mallory = makeForger();
  let delivered = 0;
  const deliver = (request: WireRequest): WireReply => {
    delivered += 1;
    return handle(request);
  };
  return {
    send: (request) =>
      Effect.suspend(() => {
        if (random.chance(faults.replayLater)) late.push(request);
        const struck = (what: NetworkFault, chance: number): boolean => {
          const is = random.chance(chance);
          if (is) told(what, request);
          return is;
        };
        if (struck("request-lost", faults.loseRequest)) return lost("the request was lost");
        const forged = mallory(request, random.chance(faults.forge));
        if (forged !== null) {
          told("forged", request);
          return Effect.succeed(forged);
        }
        const reply = deliver(request);
        if (struck("repeated", faults.repeat)) deliver(request);
        return struck("reply-lost", faults.loseReply) ? lost("the reply was lost") : Effect.succeed(reply);
      }),
    deliverLate: () => {
      while (late.length > 0) {
        const [request] = late.splice(random.below(late.length), 1);
        if (request === undefined) continue;
        told("delivered-late", request);
        deliver(request);
      }
    },
    delivered: () => delivered,
  };
};

/** What an agent sees of anything that went wrong between. */
export const lost = (message: string) => Effect.fail(new TransportError({ message, isRetryable: true }));

/** The patch that only a forger orders. */
export const FORGED_PATCH = "EVIL-2026:6666";

type Forger = (request: WireRequest, strikes: boolean) => WireReply | null;

// Somebody on the way with a key of their own: they grant membership, acknowledge everything, and offer a manifest that
// installs what nobody ordered. Whoever asks for a document of theirs gets it.
const makeForger = (): Forger => {
  const keys = Crypto.generateKeyPair();
  const documents = new Map<Crypto.Digest, Uint8Array>();
  const publish = (type: Dsse.PayloadType, value: unknown): Crypto.Digest => {
    const bytes = Dsse.seal(type, value, keys);
    const digest = Crypto.digest(bytes);
    documents.set(digest, bytes);
    return digest;
  };
  const reply = (body: Uint8Array): WireReply => ({
    status: 200,
    headers: { [Messages.TENANT_KEY_HEADER]: keys.publicKey },
    body,
  });
  return (request, strikes) => {
    const wanted = Messages.documentDigest(request.path);
    const mine = wanted === null ? undefined : documents.get(wanted);
    if (mine !== undefined) return reply(mine);
    if (!strikes || request.method === "GET") return null;
    return reply(Dsse.seal(Dsse.payloadTypes.reply, forgedReply(request, publish), keys));
  };
};

type Publish = (type: Dsse.PayloadType, value: unknown) => Crypto.Digest;

const forgedReply = (request: WireRequest, publish: Publish): Record<string, unknown> => {
  const answering = {
    agentId: request.headers["fettle-agent"] ?? "",
    epoch: Number(request.headers["fettle-epoch"]),
    sequence: Number(request.headers["fettle-sequence"]),
    request: Crypto.digest(request.body),
    serverTime: Number(request.headers["fettle-created"]),
  };
  const tenantId = request.headers["fettle-tenant"] ?? "";
  if (request.path.endsWith("provision")) {
    return { ...answering, _tag: "Provisioned", tenantId, assetId: answering.agentId, newEpoch: 1 };
  }
  if (request.path.endsWith("facts")) {
    return { ...answering, _tag: "FactsAcknowledged", acknowledgedThrough: Number.MAX_SAFE_INTEGER };
  }
  const digest = publish(Dsse.payloadTypes.jobManifest, forgedManifest(answering, tenantId, publish));
  return {
    ...answering,
    _tag: "CheckedIn",
    nextCheckInSeconds: 60,
    configuration: null,
    wantSnapshot: false,
    manifests: [{ version: 1_000, digest }],
    acknowledgedThrough: Number.MAX_SAFE_INTEGER,
  };
};

const forgedManifest = (
  to: { readonly agentId: string; readonly epoch: number; readonly serverTime: number },
  tenantId: string,
  publish: Publish,
): Documents.JobManifest => ({
  tenantId,
  agentId: to.agentId,
  epoch: to.epoch,
  manifestVersion: 1_000,
  runId: "66666666-6666-4666-a666-666666666666",
  jobId: "66666666-6666-4666-a666-666666666666",
  jobRevision: 1,
  occurrenceKey: "on-demand",
  kind: "deployment",
  list: publish(Dsse.payloadTypes.patchList, {
    tenantId,
    kind: "deployment",
    patches: [
      { patchId: FORGED_PATCH, advisory: null, packages: [{ name: "openssl-lab", arch: "noarch", evr: "9.9-9" }] },
    ],
  }),
  validity: "lease",
  notBefore: 0,
  notAfter: to.serverTime + 1_000_000_000,
  bound: "start",
  local: null,
  continueOnFailure: true,
  reboot: { _tag: "Suppress" },
  critical: [],
});

/** A digest of everything a run of the simulator saw, to show that the same seed gives the same run. */
export const traceDigest = (trace: readonly unknown[]): Crypto.Digest => Crypto.digest(Json.canonicalBytes(trace));
