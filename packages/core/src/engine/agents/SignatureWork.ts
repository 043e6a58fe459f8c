/**
 * Where signatures of requests and replies are made and checked. By default on the calling thread, which a simulator
 * needs; a host that serves many agents moves them to other threads. Whoever does it, what is done is the same.
 */
import { Crypto } from "@fettle/agent-protocol";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";

export interface SignatureWorker {
  /** Whether a signature (base64url) over the bytes is the key's. Never fails: what can't be checked isn't signed. */
  readonly verify: (key: Crypto.PublicKey, data: Uint8Array, signature: string) => Effect.Effect<boolean>;
  /** A signature over the bytes, base64url. */
  readonly sign: (keys: Crypto.KeyPair, data: Uint8Array) => Effect.Effect<string>;
}

const here: SignatureWorker = {
  verify: (key, data, signature) => Effect.sync(() => Crypto.verify(key, data, signature)),
  sign: (keys, data) => Effect.sync(() => Crypto.sign(keys, data)),
};

export const SignatureWork: Context.Reference<SignatureWorker> = Context.Reference("fettle/core/SignatureWork", {
  defaultValue: () => here,
});
