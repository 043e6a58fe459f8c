/**
 * The one file that touches node:crypto: digests, Ed25519, HMAC, constant-time comparison.
 *
 * Keys travel as base64url text of their DER (SPKI for public, PKCS #8 for private). A parsed KeyObject is kept, as
 * parsing costs as much as verifying.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  sign as signBytes,
  timingSafeEqual,
  verify as verifyBytes,
} from "node:crypto";

/** `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** An Ed25519 public key: base64url of its SPKI DER. */
export type PublicKey = string;

/** An Ed25519 key pair. The private half never leaves the place that made it, but into a KeyStore. */
export interface KeyPair {
  readonly publicKey: PublicKey;
  /** base64url of the PKCS #8 DER. A secret: never logged, never sent. */
  readonly privateKey: string;
}

/** The grammar of {@link Digest}. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The digest of bytes or of text in UTF-8. */
export const digest = (data: Uint8Array | string): Digest => `sha256:${hash("sha256", data, "hex")}`;

/** {@link digest} of a text that comes in pieces, in chunks: yields after each piece. */
export function* digesting(pieces: Iterable<string>): Generator<void, Digest> {
  const sha256 = createHash("sha256");
  for (const piece of pieces) {
    sha256.update(piece);
    yield;
  }
  return `sha256:${sha256.digest("hex")}`;
}

/** What an install command carries, so that an agent never trusts on first use: the digest of the tenant's public key. */
export const fingerprint = (key: PublicKey): Digest => fingerprints.get(key);

/** Makes an Ed25519 key pair. */
export const generateKeyPair = (): KeyPair => {
  const pair = generateKeyPairSync("ed25519");
  return {
    publicKey: pair.publicKey.export({ format: "der", type: "spki" }).toString("base64url"),
    privateKey: pair.privateKey.export({ format: "der", type: "pkcs8" }).toString("base64url"),
  };
};

/** Signs bytes; the signature is base64url. */
export const sign = (keys: KeyPair, data: Uint8Array): string =>
  signBytes(null, data, privateKeys.get(keys.privateKey)).toString("base64url");

/**
 * Whether the signature (base64url) over the bytes is the key's. False for anything malformed, for any other spelling of
 * a true signature, as what is signed has no twin, and for keys under which anybody can sign.
 */
export const verify = (key: PublicKey, data: Uint8Array, signature: string): boolean => {
  const bytes = Buffer.from(signature, "base64url");
  if (bytes.toString("base64url") !== signature) return false;
  try {
    return verifyBytes(null, data, publicKeys.get(key), bytes);
  } catch {
    return false;
  }
};

/**
 * How requests and documents are signed, and signatures checked. Code gives one to whoever is made, and Ed25519 is what there is
 * without: nothing that travels names a suite, and no bytes choose one.
 */
export interface SignatureSuite {
  readonly sign: (keys: KeyPair, data: Uint8Array) => string;
  readonly verify: (key: PublicKey, data: Uint8Array, signature: string) => boolean;
}

/** {@link sign} and {@link verify}: the only suite outside of simulations. */
export const ed25519: SignatureSuite = { sign, verify };

/** {@link verify} on another thread: it costs as much as the rest of a small request, and this thread goes on meanwhile. */
export const verifyAside = (key: PublicKey, data: Uint8Array, signature: string): Promise<boolean> => {
  const bytes = Buffer.from(signature, "base64url");
  if (bytes.toString("base64url") !== signature) return Promise.resolve(false);
  return new Promise((resolve) => {
    try {
      verifyBytes(null, data, publicKeys.get(key), bytes, (cause, isGood) => resolve(cause === null && isGood));
    } catch {
      resolve(false);
    }
  });
};

/** {@link sign} on another thread. */
export const signAside = (keys: KeyPair, data: Uint8Array): Promise<string> =>
  new Promise((resolve, reject) => {
    signBytes(null, data, privateKeys.get(keys.privateKey), (cause, signature) =>
      cause === null ? resolve(signature.toString("base64url")) : reject(cause),
    );
  });

/** Whether text is an Ed25519 public key, in its one spelling, and one that somebody can hold the private half of. */
export const isPublicKey = (text: string): boolean => {
  try {
    const key = publicKeys.get(text);
    const spelling = key.export({ format: "der", type: "spki" }).toString("base64url");
    return key.asymmetricKeyType === "ed25519" && spelling === text;
  } catch {
    return false;
  }
};

/** HMAC-SHA-256 of text under a secret text, base64url. */
export const hmac = (secret: string, text: string): string =>
  createHmac("sha256", secret).update(text).digest("base64url");

/** Compares two texts in time that doesn't tell where they differ. */
export const sameText = (a: string, b: string): boolean => {
  const left = createHash("sha256").update(a).digest();
  const right = createHash("sha256").update(b).digest();
  return timingSafeEqual(left, right);
};

/** How many parsed keys, and fingerprints, are kept of each kind. */
export const KEYS_KEPT_MAX = 10_000;

// Every point of Ed25519 whose order divides 8, by its y, little-endian, in each spelling that is decoded: 0, 1, the two of order
// 8, and p - 1, p, p + 1. Under such a key anybody makes a signature, and OpenSSL takes it.
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  ...["ec", "ed", "ee"].map((first) => `${first}${"ff".repeat(30)}7f`),
]);

const POINT_BYTES = 32;

// The topmost bit is the sign of x.
const isOfSmallOrder = (point: Uint8Array): boolean => {
  const y = Buffer.from(point);
  y.writeUInt8((y.at(-1) ?? 0) & 0x7f, y.length - 1);
  return SMALL_ORDER.has(y.toString("hex"));
};

// Parsed keys by their text; the oldest go first.
const keep = <A>(parse: (text: string) => A): { readonly get: (text: string) => A } => {
  const kept = new Map<string, A>();
  return {
    get: (text) => {
      const known = kept.get(text);
      if (known !== undefined) return known;
      const parsed = parse(text);
      const oldest = kept.keys().next();
      if (kept.size >= KEYS_KEPT_MAX && !oldest.done) kept.delete(oldest.value);
      kept.set(text, parsed);
      return parsed;
    },
  };
};

const publicKeys = keep((text) => {
  const der = Buffer.from(text, "base64url");
  if (isOfSmallOrder(der.subarray(-POINT_BYTES))) throw new Error("a key that is nobody's");
  return createPublicKey({ key: der, format: "der", type: "spki" });
});
const privateKeys = keep((text) =>
  createPrivateKey({ key: Buffer.from(text, "base64url"), format: "der", type: "pkcs8" }),
);
const fingerprints = keep((text) => digest(Buffer.from(text, "base64url")));
