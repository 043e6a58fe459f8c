/** Scripts and envelopes for tests: good ones, and each way in which one isn't. */
import { AuthoredScript, Crypto, Dsse, Script } from "../src/index.ts";
import { value } from "./Runs.ts";
import { strangerKeys } from "./Samples.ts";

export const author = Crypto.generateKeyPair();
export const bytes = Buffer.from("systemctl stop app\n");
export const signed = (keys = author, language: Script.ScriptLanguage = "shell", script: Uint8Array = bytes) =>
  value(AuthoredScript.sign({ language, bytes: script }, keys));

const type = Dsse.scriptTypes.shell;

/** An envelope of any type, payload and signers, whether or not there may be such a one. */
export const envelope = (payload: Uint8Array, of: string = type, signers: readonly Crypto.KeyPair[] = [author]) =>
  write({
    payload: Buffer.from(payload).toString("base64"),
    payloadType: of,
    signatures: signers.map((keys) => ({
      keyid: Crypto.fingerprint(keys.publicKey),
      sig: Crypto.sign(keys, Dsse.preAuthenticationEncoding(of, payload)),
    })),
  });

export const write = (json: unknown): Uint8Array => Buffer.from(JSON.stringify(json));
export const opened = (sealed: Uint8Array) => JSON.parse(Buffer.from(sealed).toString()) as Record<string, unknown>;

const [ownSignature] = opened(signed()).signatures as readonly { readonly keyid: string; readonly sig: string }[];

/** What is no envelope of a script at all, and why. */
export const unreadable: readonly (readonly [string, AuthoredScript.ScriptError["reason"], Uint8Array])[] = [
  ["nothing", "malformed", new Uint8Array()],
  ["no JSON", "malformed", Buffer.from("#!/bin/sh")],
  ["JSON nested a hundred thousand deep", "too-large", Buffer.from("[".repeat(100_000))],
  ["JSON nested as deep as fits", "malformed", Buffer.from("[".repeat(20_000))],
  ["nesting inside a signature", "malformed", write({ ...opened(signed()), signatures: [[[[ownSignature]]]] })],
  ["a member that no envelope has", "malformed", write({ ...opened(signed()), note: "run me" })],
  ["no signature", "malformed", envelope(bytes, type, [])],
  ["two signatures of two authors", "not-one-signature", envelope(bytes, type, [author, strangerKeys])],
  ["the author's signature twice", "not-one-signature", envelope(bytes, type, [author, author])],
  ["a payload in another spelling", "malformed", write({ ...opened(signed()), payload: "QR==" })],
  ["a job manifest's type", "wrong-type", envelope(bytes, Dsse.payloadTypes.jobManifest)],
  ["a type in capitals", "wrong-type", envelope(bytes, type.toUpperCase())],
  ["a script of no bytes", "empty", envelope(new Uint8Array())],
  ["a script a byte too long", "too-large", envelope(new Uint8Array(Script.BYTES_MAX + 1))],
  [
    "spaces to a byte above the limit",
    "too-large",
    Buffer.concat([signed(), Buffer.alloc(AuthoredScript.ENVELOPE_BYTES_MAX + 1 - signed().length, " ")]),
  ],
];

/** What reads as a script of the author's and isn't theirs. */
export const forged: readonly (readonly [string, Uint8Array])[] = [
  ["another payload", write({ ...opened(signed()), payload: Buffer.from("rm -rf /").toString("base64") })],
  ["another language", write({ ...opened(signed()), payloadType: Dsse.scriptTypes.applescript })],
  [
    "a stranger's signature under the author's name",
    write({
      ...opened(signed(strangerKeys)),
      signatures: [{ ...signatureOf(signed(strangerKeys)), keyid: idOf(author) }],
    }),
  ],
  [
    "a signature of the bytes without their type",
    write({ ...opened(signed()), signatures: [{ keyid: idOf(author), sig: Crypto.sign(author, bytes) }] }),
  ],
  ["a signature in other base64", write({ ...opened(signed()), signatures: [padded(signatureOf(signed()))] })],
];

function idOf(keys: Crypto.KeyPair): Crypto.Digest {
  return Crypto.fingerprint(keys.publicKey);
}

function signatureOf(sealed: Uint8Array): { readonly keyid: string; readonly sig: string } {
  const [only] = opened(sealed).signatures as readonly { readonly keyid: string; readonly sig: string }[];
  if (only === undefined) throw new Error("no signature");
  return only;
}

function padded(signature: { readonly keyid: string; readonly sig: string }) {
  return { ...signature, sig: `${signature.sig}==` };
}
