/**
 * Signatures for simulations, by a keyed digest: a fraction of what Ed25519 costs. They prove something only inside of the value that
 * made the keys, which nobody else has; keys look like Ed25519's, so that everything else stays as it is.
 */
import { Crypto } from "@fettle/agent-protocol";

export interface KeyedSignatures {
  readonly suite: Crypto.SignatureSuite;
  /** A pair that this suite knows. Of any other, nothing is signed and nothing verifies. */
  readonly generateKeyPair: () => Crypto.KeyPair;
}

const SIGNATURE_CHARACTERS = 86;

/** A suite that knows no key yet. */
export const make = (): KeyedSignatures => {
  const secrets = new Map<Crypto.PublicKey, string>();
  // As long as one of Ed25519, which is what the wire takes. Of one digest, as an HMAC makes two, and nobody here extends any.
  const signature = (secret: string, data: Uint8Array): string => {
    const hex = Crypto.digest(Buffer.concat([Buffer.from(secret), data])).slice("sha256:".length);
    return hex + hex.slice(0, SIGNATURE_CHARACTERS - hex.length);
  };
  return {
    generateKeyPair: () => {
      const keys = Crypto.generateKeyPair();
      secrets.set(keys.publicKey, keys.privateKey);
      return keys;
    },
    suite: {
      sign: (keys, data) => {
        if (secrets.get(keys.publicKey) !== keys.privateKey) throw new Error("keys that this suite didn't make");
        return signature(keys.privateKey, data);
      },
      verify: (key, data, told) => {
        const secret = secrets.get(key);
        return secret !== undefined && signature(secret, data) === told;
      },
    },
  };
};

/** The real thing, in the same shape. */
export const ed25519: KeyedSignatures = { suite: Crypto.ed25519, generateKeyPair: Crypto.generateKeyPair };
