import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AuthoredScript, Crypto, Dsse, Script } from "../../src/index.ts";
import { error, runs, value } from "../Runs.ts";
import { strangerKeys } from "../Samples.ts";
import * as Scripts from "../Scripts.ts";

const { author, bytes } = Scripts;
const languages = fc.constantFrom(...Script.languages);

describe("a script's envelope", () => {
  it("JOB-20: says language, bytes, digest and author, and verifies by the author's key alone", () => {
    const script = value(AuthoredScript.read(Scripts.signed()));
    expect(script).toMatchObject({ language: "shell", digest: Crypto.digest(bytes) });
    expect(Buffer.from(script.bytes).equals(bytes)).toBe(true);
    expect(script.keyId).toBe(Crypto.fingerprint(author.publicKey));
    expect(AuthoredScript.isSignedBy(script, author.publicKey)).toBe(true);
    expect(AuthoredScript.isSignedBy(script, strangerKeys.publicKey)).toBe(false);
    expect(AuthoredScript.isSignedBy(script, "no key at all")).toBe(false);
  });

  it("JOB-20: of any bytes in any language reads back as it was signed, in one spelling", () => {
    fc.assert(
      fc.property(languages, fc.uint8Array({ minLength: 1, maxLength: 500 }), (language, payload) => {
        const envelope = Scripts.signed(author, language, payload);
        const script = value(AuthoredScript.read(envelope));
        expect([script.language, script.digest]).toEqual([language, Crypto.digest(payload)]);
        expect(AuthoredScript.isSignedBy(script, author.publicKey)).toBe(true);
        expect(AuthoredScript.envelopeOf(script, author.publicKey)).toEqual(envelope);
      }),
      runs(200),
    );
  });

  it("JOB-20: with any one bit of it turned is no script, or not the author's, or the very same", () => {
    const envelope = Scripts.signed();
    const same = value(AuthoredScript.read(envelope));
    fc.assert(
      fc.property(fc.nat({ max: envelope.length * 8 - 1 }), (bit) => {
        const turned = Uint8Array.from(envelope);
        turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const read = AuthoredScript.read(turned);
        if (!read.ok || !AuthoredScript.isSignedBy(read.value, author.publicKey)) return;
        expect(read.value).toEqual(same);
      }),
      runs(2_000),
    );
  });

  it("JOB-20: holds 20 KB, and is neither signed nor read with a byte more", () => {
    const most = new Uint8Array(Script.BYTES_MAX).fill(0xff);
    expect(Script.BYTES_MAX).toBe(20_480);
    const envelope = Scripts.signed(author, "powershell", most);
    expect(envelope.length).toBeLessThanOrEqual(AuthoredScript.ENVELOPE_BYTES_MAX);
    expect(AuthoredScript.isSignedBy(value(AuthoredScript.read(envelope)), author.publicKey)).toBe(true);
    const beyond = { language: "shell", bytes: new Uint8Array(Script.BYTES_MAX + 1) } as const;
    expect(error(AuthoredScript.sign(beyond, author)).reason).toBe("too-large");
    expect(error(AuthoredScript.sign({ ...beyond, bytes: new Uint8Array() }, author)).reason).toBe("empty");
  });

  it("JOB-20: of as many bytes as may be is read, whatever fills it up", () => {
    const filler = (length: number) => Buffer.concat([Scripts.signed(), Buffer.alloc(length, " ")]);
    const room = AuthoredScript.ENVELOPE_BYTES_MAX - Scripts.signed().length;
    expect(AuthoredScript.read(filler(room)).ok).toBe(true);
    expect(error(AuthoredScript.read(filler(room + 1))).reason).toBe("too-large");
  });

  it.each(Scripts.unreadable)("JOB-20: %s is refused", (_, reason, envelope) => {
    expect(error(AuthoredScript.read(envelope)).reason).toBe(reason);
  });

  it.each(Scripts.forged)("JOB-20: with %s isn't the author's", (_, envelope) => {
    const script = value(AuthoredScript.read(envelope));
    expect(AuthoredScript.isSignedBy(script, author.publicKey)).toBe(false);
  });

  it("JOB-20: is no document of the tenant's, in whatever opener it is put, nor one of them a script", () => {
    for (const type of Object.values(Dsse.payloadTypes)) {
      const opened = Dsse.open(type, Scripts.signed(), author.publicKey, { bytes: 4_096 });
      expect(error(opened).reason).toBe("wrong-type");
      expect(error(AuthoredScript.read(Dsse.seal(type, { a: 1 }, author))).reason).toBe("wrong-type");
    }
    const types = [...Object.values(Dsse.payloadTypes), ...Object.values(Dsse.scriptTypes)];
    expect(new Set(types).size).toBe(types.length);
  });
});
