import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { Crypto, Documents, Dsse, Json, Messages, wireLimits } from "../../src/index.ts";
import { error, runs, value } from "../Runs.ts";
import * as Samples from "../Samples.ts";
import { strangerKeys, tenantKeys } from "../Samples.ts";

const limits = { bytes: 4_096, depth: 32 };
const { publicKey } = tenantKeys;
const sealed = Dsse.seal(Dsse.payloadTypes.jobManifest, Samples.manifest, tenantKeys);
const openManifest = (envelope: Uint8Array, key = publicKey, within = limits) =>
  Dsse.openAs(Documents.JobManifest, Dsse.payloadTypes.jobManifest, envelope, key, within);

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}
const read = (bytes: Uint8Array): Envelope => JSON.parse(Buffer.from(bytes).toString()) as Envelope;
const write = (envelope: unknown): Uint8Array => Buffer.from(JSON.stringify(envelope));
const signed = (payload: Uint8Array, keys: Crypto.KeyPair, type: string = Dsse.payloadTypes.jobManifest) => ({
  keyid: Crypto.fingerprint(keys.publicKey),
  sig: Crypto.sign(keys, Dsse.preAuthenticationEncoding(type, payload)),
});
const sealText = (text: string): Uint8Array =>
  write({
    payload: Buffer.from(text).toString("base64"),
    payloadType: Dsse.payloadTypes.jobManifest,
    signatures: [signed(Buffer.from(text), tenantKeys)],
  });

describe("Dsse.preAuthenticationEncoding", () => {
  it.each([
    ["http://example.com/HelloWorld", "hello world", "DSSEv1 29 http://example.com/HelloWorld 11 hello world"],
    ["", "", "DSSEv1 0  0 "],
    ["t", "1 2", "DSSEv1 1 t 3 1 2"],
    ["tö", "ö", "DSSEv1 3 tö 2 ö"],
  ])("T5: puts the length in bytes before type and payload (%j, %j)", (type, payload, expected) => {
    const encoded = Dsse.preAuthenticationEncoding(type, Buffer.from(payload));
    expect(Buffer.from(encoded).toString()).toBe(expected);
  });

  it("T5: tells any two pairs of type and payload apart", () => {
    const piece = fc.array(fc.constantFrom("a", " ", "1", "2", "DSSEv1"), { maxLength: 5 }).map((p) => p.join(""));
    fc.assert(
      fc.property(piece, piece, piece, piece, (type, payload, otherType, otherPayload) => {
        const one = Buffer.from(Dsse.preAuthenticationEncoding(type, Buffer.from(payload)));
        const other = Buffer.from(Dsse.preAuthenticationEncoding(otherType, Buffer.from(otherPayload)));
        expect(one.equals(other)).toBe(type === otherType && payload === otherPayload);
      }),
      runs(1_000),
    );
  });
});

describe("Dsse", () => {
  it("opens what it sealed, and hands back the very bytes that were signed", () => {
    expect(value(openManifest(sealed))).toEqual(Samples.manifest);
    const payload = value(Dsse.open(Dsse.payloadTypes.jobManifest, sealed, publicKey, limits));
    expect(Buffer.from(payload).toString()).toBe(value(Json.canonical(Samples.manifest)));
  });

  it("T1: refuses a document with any one bit flipped", () => {
    const passed: string[] = [];
    for (let i = 0; i < sealed.length; i += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = Uint8Array.from(sealed);
        flipped[i] = (flipped[i] ?? 0) ^ (1 << bit);
        if (openManifest(flipped).ok) passed.push(`byte ${i}, bit ${bit}`);
      }
    }
    expect(passed).toEqual([]);
  });

  it("T1: refuses a document with a byte replaced, missing or repeated", () => {
    const place = fc.nat({ max: sealed.length - 1 });
    fc.assert(
      fc.property(place, fc.nat({ max: 255 }), (at, byte) => {
        const before = sealed.slice(0, at);
        const after = sealed.slice(at + 1);
        fc.pre(byte !== sealed[at]);
        expect(openManifest(Buffer.concat([before, Uint8Array.of(byte), after])).ok).toBe(false);
        expect(openManifest(Buffer.concat([before, after])).ok).toBe(false);
        expect(openManifest(Buffer.concat([before, sealed.slice(at, at + 1), sealed.slice(at)])).ok).toBe(false);
      }),
      runs(300),
    );
  });

  it("refuses another spelling of the payload's base64", () => {
    // Where padding follows, the last character has spare bits: the same bytes could be written in several ways.
    const loose = Array.from({ length: 3 }, (_, n) => ({
      ...Samples.manifest,
      occurrenceKey: "k".repeat(n + 1),
    })).flatMap((m) => {
      const envelope = read(Dsse.seal(Dsse.payloadTypes.jobManifest, m, tenantKeys));
      const end = envelope.payload.replace(/=+$/, "").length - 1;
      return [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].flatMap((c) => {
        const payload = envelope.payload.slice(0, end) + c + envelope.payload.slice(end + 1);
        return payload === envelope.payload ? [] : [{ ...envelope, payload }];
      });
    });
    const spare = loose.filter((e) => Buffer.from(e.payload, "base64").toString("base64") !== e.payload);
    expect(spare.length).toBeGreaterThan(10);
    expect(loose.filter((e) => openManifest(write(e)).ok).map((e) => e.payload.slice(-8))).toEqual([]);
  });
});

type Opener = readonly [name: string, type: Dsse.PayloadType, schema: z.ZodType<unknown>, sample: unknown];
const openers: readonly Opener[] = [
  ["a manifest", Dsse.payloadTypes.jobManifest, Documents.JobManifest, Samples.manifest],
  ["a list", Dsse.payloadTypes.patchList, Documents.PatchList, Samples.patchList],
  ["a configuration", Dsse.payloadTypes.configuration, Documents.Configuration, Samples.configuration],
  ["a provisioning reply", Dsse.payloadTypes.reply, Messages.ProvisionReply, Samples.provisionReply],
  ["a check-in reply", Dsse.payloadTypes.reply, Messages.CheckInReply, Samples.checkInReply],
  ["a facts reply", Dsse.payloadTypes.reply, Messages.FactsReply, Samples.factsReply],
  ["a snapshot reply", Dsse.payloadTypes.reply, Messages.SnapshotReply, Samples.snapshotReply],
  ["a farewell's reply", Dsse.payloadTypes.reply, Messages.LeaveReply, Samples.leaveReply],
  // Its schema is core's, for no agent ever sees one.
  ["an audit checkpoint", Dsse.payloadTypes.auditCheckpoint, z.strictObject({ position: z.int() }), { position: 7 }],
];
const crossings = openers.flatMap((made) => openers.map((opener) => [made, opener] as const));

describe("T5: every document in every opener", () => {
  it("covers every type of payload", () => {
    expect(new Set(openers.map(([, type]) => type))).toEqual(new Set(Object.values(Dsse.payloadTypes)));
  });

  it.each(crossings.map(([made, opener]) => [made[0], opener[0], made, opener] as const))(
    "%s in the opener of %s",
    (_, __, [name, type, ___, sample], [wanted, wantedType, schema]) => {
      const envelope = Dsse.seal(type, sample, tenantKeys);
      const opened = Dsse.openAs(schema, wantedType, envelope, publicKey, limits);
      if (name === wanted) return expect(value(opened)).toEqual(sample);
      expect(error(opened).reason).toBe(type === wantedType ? "malformed" : "wrong-type");
      // Somebody on the way writes another type on the envelope: the signature says which it was.
      const relabelled = write({ ...read(envelope), payloadType: wantedType });
      const reopened = Dsse.openAs(schema, wantedType, relabelled, publicKey, limits);
      expect(error(reopened).reason).toBe(type === wantedType ? "malformed" : "wrong-signature");
    },
  );
});

describe("Dsse signatures", () => {
  const envelope = read(sealed);
  const payload = Buffer.from(envelope.payload, "base64");
  const good = signed(payload, tenantKeys);
  const strange = signed(payload, strangerKeys);
  const openWith = (signatures: readonly unknown[]) => openManifest(write({ ...envelope, signatures }));

  it("refuses a document of another key", () => {
    const forged = Dsse.seal(Dsse.payloadTypes.jobManifest, Samples.manifest, strangerKeys);
    expect(error(openManifest(forged)).reason).toBe("wrong-signature");
    expect(error(openManifest(sealed, strangerKeys.publicKey)).reason).toBe("wrong-signature");
    expect(error(openManifest(sealed, "no key at all")).reason).toBe("wrong-signature");
  });

  it("needs one signature of the trusted key among several, wherever it stands", () => {
    expect(openWith([strange, good]).ok).toBe(true);
    expect(openWith([good, strange]).ok).toBe(true);
    expect(openWith([strange, strange, strange, good]).ok).toBe(true);
    expect(error(openWith([strange, strange])).reason).toBe("wrong-signature");
  });

  it("T4: believes no key id: a name without the signature, or the signature under another name, is refused", () => {
    expect(error(openWith([{ keyid: good.keyid, sig: strange.sig }])).reason).toBe("wrong-signature");
    expect(error(openWith([{ keyid: strange.keyid, sig: good.sig }])).reason).toBe("wrong-signature");
    expect(openWith([{ keyid: good.keyid, sig: strange.sig }, good]).ok).toBe(true);
  });

  it("T5: refuses a signature over the payload without its type", () => {
    const bare = { keyid: good.keyid, sig: Crypto.sign(tenantKeys, payload) };
    expect(error(openWith([bare])).reason).toBe("wrong-signature");
  });

  it("takes one to four signatures, and neither none nor five", () => {
    expect(error(openWith([])).reason).toBe("malformed");
    expect(openWith([good, good, good, good]).ok).toBe(true);
    expect(error(openWith([good, good, good, good, good])).reason).toBe("malformed");
  });

  it.each([
    ["no JSON", "nonsense"],
    ["an array", "[]"],
    ["no members", "{}"],
    ["an unknown member", JSON.stringify({ ...envelope, more: 1 })],
    ["an unknown member of a signature", JSON.stringify({ ...envelope, signatures: [{ ...good, more: 1 }] })],
    ["a payload that is no base64", JSON.stringify({ ...envelope, payload: "!!!!" })],
    ["a payload with padding too many", JSON.stringify({ ...envelope, payload: `${envelope.payload}=` })],
    [
      "a payload in lines",
      JSON.stringify({ ...envelope, payload: `${envelope.payload.slice(0, 76)}\n${envelope.payload.slice(76)}` }),
    ],
    ["a type that is too long", JSON.stringify({ ...envelope, payloadType: "t".repeat(129) })],
    [
      "a key id that is too long",
      JSON.stringify({ ...envelope, signatures: [{ ...good, keyid: "k".repeat(129) }, good] }),
    ],
    [
      "a signature that is too long",
      JSON.stringify({ ...envelope, signatures: [{ ...good, sig: "s".repeat(129) }, good] }),
    ],
    ["nesting", JSON.stringify({ ...envelope, signatures: [[[[good]]]] })],
  ])("calls an envelope with %s malformed", (_, text) => {
    expect(error(openManifest(Buffer.from(text))).reason).toBe("malformed");
  });
});

describe("Dsse payloads", () => {
  const canonical = value(Json.canonical(Samples.manifest));

  it("T16: takes a payload of as many bytes as allowed and not one more", () => {
    const { length } = Buffer.from(canonical);
    expect(openManifest(sealed, publicKey, { ...limits, bytes: length }).ok).toBe(true);
    expect(error(openManifest(sealed, publicKey, { ...limits, bytes: length - 1 })).reason).toBe("malformed");
  });

  it("T16: takes the largest patch list that the limits allow, and none beyond them", () => {
    const list = (bytes: number) => {
      const item = (n: number) => ({ ...Samples.patchList.patches[0], patchId: `P${n}` });
      const patches = Array.from({ length: wireLimits.patchesPerList }, (_, n) => item(n));
      const short = Json.canonicalBytes({ ...Samples.patchList, patches });
      return Buffer.concat([short, Buffer.alloc(bytes - short.length, " ")]);
    };
    const seal = (payload: Buffer): Uint8Array =>
      write({
        payload: payload.toString("base64"),
        payloadType: Dsse.payloadTypes.patchList,
        signatures: [signed(payload, tenantKeys, Dsse.payloadTypes.patchList)],
      });
    const within = { bytes: wireLimits.documentBytes };
    expect(Dsse.open(Dsse.payloadTypes.patchList, seal(list(within.bytes)), publicKey, within).ok).toBe(true);
    const beyond = Dsse.open(Dsse.payloadTypes.patchList, seal(list(within.bytes + 1)), publicKey, within);
    expect(error(beyond).reason).toBe("malformed");
  });

  it.each([
    ["white space", canonical.replace(":", ": ")],
    ["a duplicate key", canonical.replace('"bound":', '"bound":"start","bound":')],
    ["an unknown member", canonical.replace('"bound":', '"aNew":1,"bound":')],
    ["a __proto__ member", canonical.replace('"bound":', '"__proto__":{},"bound":')],
    ["a fraction", canonical.replace('"epoch":1', '"epoch":1.5')],
    ["nothing in it", ""],
  ])("F3: refuses a payload with %s, though the tenant's key signed it", (_, text) => {
    expect(text).not.toBe(canonical);
    expect(error(openManifest(sealText(text))).reason).toBe("malformed");
  });

  it("T16: refuses a signed payload that nests deeper than allowed", () => {
    expect(error(openManifest(sealText("[".repeat(33) + "]".repeat(33)))).message).toContain("deeper");
  });

  it("verifies before it parses: what a stranger signed is never looked into", () => {
    const payload = Buffer.from("[".repeat(3_000));
    const envelope = { payload: payload.toString("base64"), payloadType: Dsse.payloadTypes.jobManifest };
    const foreign = openManifest(write({ ...envelope, signatures: [signed(payload, strangerKeys)] }));
    expect(error(foreign).reason).toBe("wrong-signature");
  });
});
