/**
 * A script as its author signs it (JOB-20): a DSSE document of the script's very bytes, whose type says in which language
 * they are, under a key of the author's that is never the tenant's. The control plane keeps it and can't make one; agents
 * believe it by the author's key, whoever brought it.
 *
 * {@link sign} is the author's side, for a command line or a build: it needs no control plane.
 */
import { fail, ok, type Result } from "../Result.ts";
import * as Script from "../vocabulary/Script.ts";
import * as Crypto from "./Crypto.ts";
import * as Dsse from "./Dsse.ts";

/** A script in its envelope, verified or not. */
export interface AuthoredScript {
  readonly language: Script.ScriptLanguage;
  readonly bytes: Uint8Array;
  /** Of the bytes: the name by which jobs know the script. */
  readonly digest: Crypto.Digest;
  /** The fingerprint of the key that it says it is signed by, and the signature of type and bytes, base64url. */
  readonly keyId: string;
  readonly signature: string;
}

/** Why an envelope holds no script, or bytes are none. */
export interface ScriptError {
  readonly _tag: "ScriptError";
  readonly reason: "too-large" | "empty" | "malformed" | "wrong-type" | "not-one-signature";
  readonly message: string;
}

/** Largest envelope, in bytes: base64 of {@link Script.BYTES_MAX}, a third longer, and the words around it. */
export const ENVELOPE_BYTES_MAX = Math.ceil(Script.BYTES_MAX / 3) * 4 + 1_024;

/**
 * Signs a script: the envelope to hand to `jobs.saveScript`.
 *
 * @example
 * const author = Crypto.generateKeyPair();
 * const envelope = AuthoredScript.sign({ language: "shell", bytes: Buffer.from("systemctl stop app\n") }, author);
 */
export const sign = (
  { language, bytes }: Pick<AuthoredScript, "language" | "bytes">,
  author: Crypto.KeyPair,
): Result<Uint8Array, ScriptError> => {
  const fault = sizeFault(bytes);
  if (fault !== null) return fault;
  const type = Dsse.scriptTypes[language];
  const signature = Crypto.sign(author, Dsse.preAuthenticationEncoding(type, bytes));
  return ok(Dsse.envelope(type, bytes, author.publicKey, signature));
};

/**
 * Takes an envelope apart within {@link ENVELOPE_BYTES_MAX}; nothing is verified before {@link isSignedBy}. A script has one
 * signature: whose it is must not be a matter of which one is looked at.
 */
export const read = (envelope: Uint8Array): Result<AuthoredScript, ScriptError> => {
  if (envelope.length > ENVELOPE_BYTES_MAX) {
    return error("too-large", `an envelope of ${envelope.length} bytes; at most ${ENVELOPE_BYTES_MAX}`);
  }
  // What fits the envelope is let through here, so that a script too long is known as one below.
  const found = Dsse.read(envelope, { bytes: ENVELOPE_BYTES_MAX });
  if (!found.ok) return error("malformed", found.error.message);
  const { payloadType, payload, signatures } = found.value;
  const language = Script.languages.find((l) => Dsse.scriptTypes[l] === payloadType);
  if (language === undefined) return error("wrong-type", `a ${payloadType}, and no script`);
  const fault = sizeFault(payload);
  if (fault !== null) return fault;
  const [only, ...more] = signatures;
  if (only === undefined || more.length > 0) {
    return error("not-one-signature", `signed by ${signatures.length}; a script has one author`);
  }
  return ok({ language, bytes: payload, digest: Crypto.digest(payload), keyId: only.keyid, signature: only.sig });
};

/** Whether the key truly signed the script, as of its language. */
export const isSignedBy = ({ language, bytes, keyId, signature }: AuthoredScript, key: Crypto.PublicKey): boolean =>
  keyId === Crypto.fingerprint(key) &&
  Crypto.verify(key, Dsse.preAuthenticationEncoding(Dsse.scriptTypes[language], bytes), signature);

/** The envelope in its one spelling, whatever the one was that it was read from. */
export const envelopeOf = ({ language, bytes, signature }: AuthoredScript, key: Crypto.PublicKey): Uint8Array =>
  Dsse.envelope(Dsse.scriptTypes[language], bytes, key, signature);

const sizeFault = (bytes: Uint8Array): Result<never, ScriptError> | null => {
  if (bytes.length === 0) return error("empty", "a script of no bytes");
  if (bytes.length <= Script.BYTES_MAX) return null;
  return error("too-large", `a script of ${bytes.length} bytes; at most ${Script.BYTES_MAX}`);
};

const error = (reason: ScriptError["reason"], message: string): Result<never, ScriptError> =>
  fail({ _tag: "ScriptError", reason, message });
