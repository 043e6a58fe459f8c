import { describe, expect, it } from "vitest";
import { Crypto, ScriptGate } from "../../src/index.ts";
import { error, value } from "../Runs.ts";
import { strangerKeys, tenantKeys } from "../Samples.ts";
import * as Scripts from "../Scripts.ts";

const { author, bytes } = Scripts;
const trusting = { allowsScripts: true, authors: [author.publicKey] };
const named = { digest: Crypto.digest(bytes), language: "shell" } as const;
const admit = (
  envelope: Uint8Array,
  policy: ScriptGate.ScriptPolicy = trusting,
  asked: ScriptGate.NamedScript = named,
) => ScriptGate.admitScript(envelope, asked, { policy, tenantKey: tenantKeys.publicKey });
const reason = (...asked: Parameters<typeof admit>) => error(admit(...asked)).reason;

describe("whether a script may run on an asset", () => {
  it("JOB-20: it may where the asset's own policy allows scripts and trusts its author, and answers the very bytes", () => {
    expect(Buffer.from(value(admit(Scripts.signed())).bytes).equals(bytes)).toBe(true);
    const several = { ...trusting, authors: [strangerKeys.publicKey, "no key at all", author.publicKey] };
    expect(admit(Scripts.signed(), several).ok).toBe(true);
  });

  it("JOB-20: it may not unless the policy allows scripts, and then the envelope isn't even looked at", () => {
    expect(reason(Scripts.signed(), ScriptGate.refusing)).toBe("scripts-not-allowed");
    expect(reason(Scripts.signed(), { ...trusting, allowsScripts: false })).toBe("scripts-not-allowed");
    expect(reason(Buffer.from("nonsense"), ScriptGate.refusing)).toBe("scripts-not-allowed");
  });

  it("JOB-20: it may not when its author is none that the policy names, whoever the control plane trusts", () => {
    expect(reason(Scripts.signed(strangerKeys))).toBe("unknown-author");
    expect(reason(Scripts.signed(), { ...trusting, authors: [] })).toBe("unknown-author");
  });

  it("JOB-20: it may not when the tenant's key signed it, though the policy names that key", () => {
    const byTenant = Scripts.signed(tenantKeys);
    expect(reason(byTenant)).toBe("tenant-key");
    expect(reason(byTenant, { ...trusting, authors: [tenantKeys.publicKey] })).toBe("tenant-key");
  });

  it("JOB-20: it may not when it is another than the job names, though its author signed it", () => {
    expect(reason(Scripts.signed(author, "shell", Buffer.from("rm -rf /")))).toBe("other-script");
    expect(reason(Scripts.signed(author, "applescript"))).toBe("other-language");
    expect(reason(Scripts.signed(), trusting, { ...named, language: "powershell" })).toBe("other-language");
    expect(reason(Scripts.signed(), trusting, { ...named, digest: named.digest.toUpperCase() })).toBe("other-script");
  });

  it.each(Scripts.unreadable)("JOB-20: %s may not", (_, why, envelope) => {
    expect(reason(envelope)).toBe(why === "too-large" ? "too-large" : "malformed");
  });

  it.each(Scripts.forged)("JOB-20: with %s it may not, though the job names just that", (_, envelope) => {
    const { payload, payloadType } = Scripts.opened(envelope) as {
      readonly payload: string;
      readonly payloadType: string;
    };
    const digest = Crypto.digest(Buffer.from(payload, "base64"));
    const language = payloadType.includes("applescript") ? "applescript" : "shell";
    expect(reason(envelope, trusting, { digest, language })).toBe("wrong-signature");
  });
});
