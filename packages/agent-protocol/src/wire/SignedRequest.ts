/**
 * A request signed with the agent's own key (T1, T2, T9): the signature covers method, path, the body's digest, agent,
 * epoch, sequence, time and nonce. Who is talking comes from nothing but this signature.
 */
import * as z from "zod";
import { fail, ok, type Result } from "../Result.ts";
import * as Crypto from "./Crypto.ts";

/** What goes over a transport: HTTP in the reference adapters, a function call in the simulator. */
export interface WireRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
}

/** What comes back. The body is a signed reply, or a problem document (RFC 9457) where `status` is 400 or more. */
export interface WireReply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
}

/** The signed facts about a request, apart from its body. */
export interface RequestComponents {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly bodyDigest: Crypto.Digest;
  readonly tenantId: string;
  readonly agentId: string;
  readonly epoch: number;
  readonly sequence: number;
  /** Epoch milliseconds of the agent's clock. */
  readonly created: number;
  readonly nonce: string;
}

/** Why a request's signature was not taken. */
export interface SignedRequestError {
  readonly _tag: "SignedRequestError";
  readonly reason: "missing-header" | "malformed-header" | "wrong-digest" | "wrong-signature" | "clock-skew";
  readonly message: string;
}

const error = (reason: SignedRequestError["reason"], message: string): Result<never, SignedRequestError> =>
  fail({ _tag: "SignedRequestError", reason, message });

// A number that a double can't tell from its neighbour would have two spellings under one signature.
const integer = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/)
  .transform(Number)
  .refine(Number.isSafeInteger);
const Headers = z.object({
  "fettle-tenant": z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  "fettle-agent": z.uuid(),
  "fettle-epoch": integer,
  "fettle-sequence": integer,
  "fettle-created": integer,
  "fettle-nonce": z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  "fettle-content-digest": z.string().regex(Crypto.DIGEST),
  "fettle-signature": z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});

/** The bytes under the signature: a line a component, in a fixed order, after a line that names the protocol. */
export const signatureBase = (c: RequestComponents): Uint8Array =>
  Buffer.from(
    [
      "fettle-request-v0",
      c.method,
      c.path,
      c.bodyDigest,
      c.tenantId,
      c.agentId,
      c.epoch,
      c.sequence,
      c.created,
      c.nonce,
    ].join("\n"),
  );

/** Signs a body into a request. */
export const sign = (
  about: Omit<RequestComponents, "bodyDigest">,
  body: Uint8Array,
  keys: Crypto.KeyPair,
  suite: Crypto.SignatureSuite = Crypto.ed25519,
): WireRequest => {
  const components: RequestComponents = { ...about, bodyDigest: Crypto.digest(body) };
  return {
    method: about.method,
    path: about.path,
    body,
    headers: {
      "content-type": "application/json",
      "fettle-tenant": about.tenantId,
      "fettle-agent": about.agentId,
      "fettle-epoch": String(about.epoch),
      "fettle-sequence": String(about.sequence),
      "fettle-created": String(about.created),
      "fettle-nonce": about.nonce,
      "fettle-content-digest": components.bodyDigest,
      "fettle-signature": suite.sign(keys, signatureBase(components)),
    },
  };
};

/** A request whose headers have the right form; nothing about it is proved yet. */
export interface ClaimedRequest {
  readonly components: RequestComponents;
  readonly signature: string;
}

/** Reads the headers. The body's digest is checked here; the signature by {@link verify}, once the key is known. */
export const claim = (request: WireRequest): Result<ClaimedRequest, SignedRequestError> => {
  const parsed = Headers.safeParse(request.headers);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0] ?? "header");
    return error(name in request.headers ? "malformed-header" : "missing-header", name);
  }
  const h = parsed.data;
  const bodyDigest = Crypto.digest(request.body);
  if (h["fettle-content-digest"] !== bodyDigest)
    return error("wrong-digest", "the body is not the one that was signed");
  return ok({
    signature: h["fettle-signature"],
    components: {
      method: request.method,
      path: request.path,
      bodyDigest,
      tenantId: h["fettle-tenant"],
      agentId: h["fettle-agent"],
      epoch: h["fettle-epoch"],
      sequence: h["fettle-sequence"],
      created: h["fettle-created"],
      nonce: h["fettle-nonce"],
    },
  });
};

/** What a control plane's clock says, and how far an agent's may be from it. */
export interface ClockCheck {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly clockSkewSeconds: number;
}

/** Proves a claim with the key of the agent that it names. */
export const verify = (
  claimed: ClaimedRequest,
  key: Crypto.PublicKey,
  clock: ClockCheck,
): Result<RequestComponents, SignedRequestError> =>
  conclude(claimed, Crypto.verify(key, signatureBase(claimed.components), claimed.signature), clock);

/** {@link verify} where the signature over {@link signatureBase} was checked elsewhere. */
export const conclude = (
  { components }: ClaimedRequest,
  isSigned: boolean,
  clock: ClockCheck,
): Result<RequestComponents, SignedRequestError> => {
  if (!isSigned) return error("wrong-signature", "not signed by the key of that agent");
  const skew = Math.abs(clock.now - components.created);
  if (skew > clock.clockSkewSeconds * 1_000) {
    return error("clock-skew", `made ${Math.round(skew / 1_000)} s from now; at most ${clock.clockSkewSeconds} s`);
  }
  return ok(components);
};
