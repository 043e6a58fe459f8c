/**
 * Signed documents: DSSE, where the signature covers the payload's type and its bytes, so that no document can be
 * taken for one of another type. Verified first, parsed afterwards; the verifier hands back the bytes it verified.
 */
import * as z from "zod";
import { fail, ok, type Result } from "../Result.ts";
import type { ScriptLanguage } from "../vocabulary/Script.ts";
import * as Crypto from "./Crypto.ts";
import * as Json from "./Json.ts";

/** The types of payload in wire v0. */
export const payloadTypes = {
  jobManifest: "application/vnd.fettle.job-manifest.v0+json",
  patchList: "application/vnd.fettle.patch-list.v0+json",
  configuration: "application/vnd.fettle.configuration.v0+json",
  reply: "application/vnd.fettle.reply.v0+json",
  // Never sent to an agent: what a host keeps of its audit trail.
  auditCheckpoint: "application/vnd.fettle.audit-checkpoint.v1+json",
} as const;

/** The types of scripts, a type for each language: whoever signs one says what is to run it. Their payload is no JSON. */
export const scriptTypes = {
  powershell: "application/vnd.fettle.script.powershell.v0",
  shell: "application/vnd.fettle.script.shell.v0",
  applescript: "application/vnd.fettle.script.applescript.v0",
} as const satisfies { readonly [L in ScriptLanguage]: string };

export type PayloadType =
  | (typeof payloadTypes)[keyof typeof payloadTypes]
  | (typeof scriptTypes)[keyof typeof scriptTypes];

const Envelope = z.strictObject({
  payload: z.base64(),
  payloadType: z.string().max(128),
  signatures: z
    .array(z.strictObject({ keyid: z.string().max(128), sig: z.string().max(128) }))
    .min(1)
    .max(4),
});

/** Why a signed document was refused. */
export interface DsseError {
  readonly _tag: "DsseError";
  readonly reason: "malformed" | "wrong-type" | "wrong-signature";
  readonly message: string;
}

const error = (reason: DsseError["reason"], message: string): Result<never, DsseError> =>
  fail({ _tag: "DsseError", reason, message });

// Text of an envelope is base64 of the payload, a third longer, and some words around it.
const ENVELOPE_OVERHEAD_BYTES = 1_024;

/** The bytes that are signed: type and payload, each with its length in front. */
export const preAuthenticationEncoding = (type: string, payload: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);

/** Signs a value as a document of a type. */
export const seal = (
  type: PayloadType,
  value: unknown,
  keys: Crypto.KeyPair,
  suite: Crypto.SignatureSuite = Crypto.ed25519,
): Uint8Array => {
  const payload = Json.canonicalBytes(value);
  return envelope(type, payload, keys.publicKey, suite.sign(keys, preAuthenticationEncoding(type, payload)));
};

/** The document of a payload whose {@link preAuthenticationEncoding} was signed elsewhere. */
export const envelope = (
  type: PayloadType,
  payload: Uint8Array,
  key: Crypto.PublicKey,
  signature: string,
): Uint8Array =>
  Json.canonicalBytes({
    payload: Buffer.from(payload).toString("base64"),
    payloadType: type,
    signatures: [{ keyid: Crypto.fingerprint(key), sig: signature }],
  });

/** What an envelope says. Nothing of it is verified: for those who must know first whose key to verify it with. */
export interface Unverified {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** Takes an envelope of a payload of so many bytes apart, and verifies nothing. */
export const read = (envelope: Uint8Array, limits: { readonly bytes: number }): Result<Unverified, DsseError> => {
  const decoded = Json.decode(envelope, { bytes: limits.bytes * 2 + ENVELOPE_OVERHEAD_BYTES, depth: 4 });
  if (!decoded.ok) return error("malformed", decoded.error.message);
  const parsed = Envelope.safeParse(decoded.value);
  if (!parsed.success) return error("malformed", "not a DSSE envelope");
  const payload = Buffer.from(parsed.data.payload, "base64");
  if (payload.toString("base64") !== parsed.data.payload)
    return error("malformed", "the payload's base64 has spare bits");
  return payload.length > limits.bytes
    ? error("malformed", `payload of ${payload.length} bytes; at most ${limits.bytes}`)
    : ok({ ...parsed.data, payload });
};

/** Verifies a document against its type and one trusted key, and answers the payload's bytes. */
export const open = (
  type: PayloadType,
  envelope: Uint8Array,
  trusted: Crypto.PublicKey,
  limits: { readonly bytes: number },
  suite: Crypto.SignatureSuite = Crypto.ed25519,
): Result<Uint8Array, DsseError> => {
  const found = read(envelope, limits);
  if (!found.ok) return found;
  const { payloadType, payload, signatures } = found.value;
  if (payloadType !== type) return error("wrong-type", `a ${payloadType}, not a ${type}`);
  const signed = preAuthenticationEncoding(type, payload);
  const keyid = Crypto.fingerprint(trusted);
  const good = signatures.some((s) => s.keyid === keyid && suite.verify(trusted, signed, s.sig));
  return good ? ok(payload) : error("wrong-signature", "not signed by the tenant's key");
};

/** {@link open}, then the payload read as canonical JSON through a schema. */
export const openAs = <A>(
  schema: z.ZodType<A>,
  type: PayloadType,
  envelope: Uint8Array,
  trusted: Crypto.PublicKey,
  limits: { readonly bytes: number; readonly depth: number },
  suite: Crypto.SignatureSuite = Crypto.ed25519,
): Result<A, DsseError> => {
  const payload = open(type, envelope, trusted, limits, suite);
  if (!payload.ok) return payload;
  const decoded = Json.decodeCanonical(payload.value, limits);
  if (!decoded.ok) return error("malformed", decoded.error.message);
  const parsed = schema.safeParse(decoded.value);
  return parsed.success ? ok(parsed.data) : error("malformed", z.prettifyError(parsed.error));
};
