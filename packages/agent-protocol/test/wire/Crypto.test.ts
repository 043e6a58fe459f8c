import { createHash, createHmac, createPublicKey, verify as verifyBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Crypto } from "../../src/index.ts";
import { runs } from "../Runs.ts";
import { agentKeys, strangerKeys, tenantKeys } from "../Samples.ts";

const data = Buffer.from("what is signed");

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n";

/** Every text that differs from this one in one character: in the last one, where bits are to spare, in every way. */
const respelt = (text: string): readonly string[] =>
  [...text].flatMap((c, i) => {
    const others = i === text.length - 1 ? [...ALPHABET] : [..."Az09-_+/="];
    return others.filter((other) => other !== c).map((other) => text.slice(0, i) + other + text.slice(i + 1));
  });

describe("Crypto", () => {
  it("digests as SHA-256 does: the published values", () => {
    expect(Crypto.digest("")).toBe("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(Crypto.digest("abc")).toBe("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(Crypto.digest(Buffer.from("ä"))).toBe(Crypto.digest("ä"));
    expect(Crypto.DIGEST.test(Crypto.digest("abc"))).toBe(true);
  });

  it.each([
    "sha256:",
    `sha256:${"0".repeat(63)}`,
    `sha256:${"0".repeat(65)}`,
    `SHA256:${"0".repeat(64)}`,
    `sha256:${"A".repeat(64)}`,
    `sha256:${"0".repeat(64)}\n`,
  ])("takes %j for no digest", (text) => {
    expect(Crypto.DIGEST.test(text)).toBe(false);
  });

  it("fingerprints a key by its DER", () => {
    const der = Buffer.from(tenantKeys.publicKey, "base64url");
    expect(Crypto.fingerprint(tenantKeys.publicKey)).toBe(`sha256:${createHash("sha256").update(der).digest("hex")}`);
  });

  it("signs as Ed25519 does: RFC 8032's first test", () => {
    const seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const point = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const keys = {
      privateKey: Buffer.from(`302e020100300506032b657004220420${seed}`, "hex").toString("base64url"),
      publicKey: Buffer.from(`302a300506032b6570032100${point}`, "hex").toString("base64url"),
    };
    const signature = Crypto.sign(keys, new Uint8Array());
    expect(Buffer.from(signature, "base64url").toString("hex")).toBe(
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
    expect(Crypto.verify(keys.publicKey, new Uint8Array(), signature)).toBe(true);
  });

  it("verifies what it signed with a key that it made, and nothing else", () => {
    const keys = Crypto.generateKeyPair();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (message, at, flip) => {
        const signature = Crypto.sign(keys, message);
        expect(Crypto.verify(keys.publicKey, message, signature)).toBe(true);
        expect(Crypto.verify(strangerKeys.publicKey, message, signature)).toBe(false);
        const other = message.map((byte, i) => (i === at % message.length ? byte ^ flip : byte));
        expect(Crypto.verify(keys.publicKey, other, signature)).toBe(message.length === 0);
      }),
      runs(100),
    );
  });

  it("T1: a signature has one spelling: no other text passes for it", () => {
    const signature = Crypto.sign(agentKeys, data);
    const others = [...respelt(signature), `${signature}=`, ` ${signature}`, `${signature}AA`, signature.slice(0, -1)];
    const standard = Buffer.from(signature, "base64url").toString("base64");
    expect([...others, standard].filter((text) => Crypto.verify(agentKeys.publicKey, data, text))).toEqual([]);
  });

  it("T1: says the same of a signature, here or on another thread", async () => {
    const signature = Crypto.sign(agentKeys, data);
    const keys = [agentKeys.publicKey, strangerKeys.publicKey, "", "nonsense", agentKeys.privateKey];
    const texts = [
      signature,
      ...respelt(signature).slice(-80),
      `${signature}=`,
      "",
      "!",
      Crypto.sign(strangerKeys, data),
    ];
    const pairs = keys.flatMap((key) => texts.map((text) => [key, text] as const));
    const aside = await Promise.all(pairs.map(([key, text]) => Crypto.verifyAside(key, data, text)));
    expect(aside).toEqual(pairs.map(([key, text]) => Crypto.verify(key, data, text)));
    expect(aside.filter((isGood) => isGood)).toHaveLength(2);
  });

  it.each(["", "nonsense", "AAAA", "=".repeat(59)])("answers false to the key %j, and never throws", (key) => {
    expect(Crypto.verify(key, data, Crypto.sign(agentKeys, data))).toBe(false);
    expect(Crypto.isPublicKey(key)).toBe(false);
  });

  it("knows an Ed25519 public key from everything else", () => {
    const der = Buffer.from(agentKeys.publicKey, "base64url");
    const x25519 = Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), der.subarray(-32)]);
    expect(createPublicKey({ key: x25519, format: "der", type: "spki" }).asymmetricKeyType).toBe("x25519");
    expect(Crypto.isPublicKey(agentKeys.publicKey)).toBe(true);
    expect(Crypto.isPublicKey(x25519.toString("base64url"))).toBe(false);
    expect(Crypto.isPublicKey(agentKeys.privateKey)).toBe(false);
  });

  it("T4: a key under which anybody can sign is none", async () => {
    // S = 0 and R = 1: good for every message whose hash is a multiple of the key's order.
    const forged = Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]);
    const messages = Array.from({ length: 200 }, (_, i) => Buffer.from(`message ${i}`));
    const ys = [
      "00".repeat(32),
      `01${"00".repeat(31)}`,
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      ...["ec", "ed", "ee"].map((first) => `${first}${"ff".repeat(30)}7f`),
    ];
    for (const y of ys) {
      for (const sign of [0, 0x80]) {
        const point = Buffer.from(y, "hex");
        point.writeUInt8(point.readUInt8(31) | sign, 31);
        const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), point]);
        const native = createPublicKey({ key: der, format: "der", type: "spki" });
        const taken = messages.find((message) => verifyBytes(null, message, native, forged));
        if (taken === undefined) throw new Error(`${y} is no such key`);
        const key = der.toString("base64url");
        expect(Crypto.verify(key, taken, forged.toString("base64url"))).toBe(false);
        expect(await Crypto.verifyAside(key, taken, forged.toString("base64url"))).toBe(false);
        expect(Crypto.isPublicKey(key)).toBe(false);
      }
    }
  });

  it("T4: a key has one spelling: nothing before it, in it or behind it", () => {
    const key = agentKeys.publicKey;
    const others = [` ${key}`, `${key}!`, `${key}=`, `${key}AAAA`, `${key.slice(0, 9)}.${key.slice(9)}`];
    expect(others.filter(Crypto.isPublicKey)).toEqual([]);
  });

  it("makes an HMAC-SHA-256 of text under a text: RFC 4231's second case", () => {
    const mac = Crypto.hmac("Jefe", "what do ya want for nothing?");
    expect(Buffer.from(mac, "base64url").toString("hex")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    expect(Crypto.hmac("ä", "ö")).toBe(createHmac("sha256", "ä").update("ö").digest("base64url"));
  });

  it("compares texts of any lengths", () => {
    expect(Crypto.sameText("", "")).toBe(true);
    expect(Crypto.sameText("abc", "abc")).toBe(true);
    expect(Crypto.sameText("abc", "abd")).toBe(false);
    expect(Crypto.sameText("abc", "abcd")).toBe(false);
  });

  it("goes on verifying when more keys came by than it keeps", () => {
    const signature = Crypto.sign(agentKeys, data);
    expect(Crypto.verify(agentKeys.publicKey, data, signature)).toBe(true);
    const prefix = Buffer.from("302a300506032b6570032100", "hex");
    for (let i = 0; i <= Crypto.KEYS_KEPT_MAX; i += 1) {
      const point = createHash("sha256").update(String(i)).digest();
      Crypto.verify(Buffer.concat([prefix, point]).toString("base64url"), data, "");
    }
    expect(Crypto.verify(agentKeys.publicKey, data, signature)).toBe(true);
    expect(Crypto.verify(strangerKeys.publicKey, data, signature)).toBe(false);
  });
});
