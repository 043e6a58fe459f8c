import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Crypto, SignedRequest, type WireRequest, wireLimits } from "../../src/index.ts";
import { error, runs, value } from "../Runs.ts";
import { about, agentKeys, digest, NOW, strangerKeys, TENANT, uuid } from "../Samples.ts";

const body = Buffer.from('{"a":1}');
const request = SignedRequest.sign(about, body, agentKeys);
const clock = { now: NOW, clockSkewSeconds: wireLimits.clockSkewSeconds };

/** Claimed and verified, as the agents' door does it. */
const prove = (r: WireRequest, key = agentKeys.publicKey, at = clock) => {
  const claimed = SignedRequest.claim(r);
  return claimed.ok ? SignedRequest.verify(claimed.value, key, at) : claimed;
};
const withHeader = (name: string, text: string): WireRequest => ({
  ...request,
  headers: { ...request.headers, [name]: text },
});
const signedHeaders = Object.keys(request.headers).filter((name) => name.startsWith("fettle-"));

describe("SignedRequest", () => {
  it("T2: signs ten lines: the protocol's name and each component", () => {
    const components = { ...about, bodyDigest: Crypto.digest(body) };
    expect(Buffer.from(SignedRequest.signatureBase(components)).toString()).toBe(
      [
        "fettle-request-v0",
        "POST",
        "/v0/check-in",
        "sha256:015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862",
        "acme",
        "00000000-0000-4000-8000-00000000000a",
        "1",
        "12345",
        "1780401600000",
        "AAAAAAAAAAAAAAAAAAAAAA",
      ].join("\n"),
    );
  });

  it("AGT-11: proves what it signed, and says who it was", () => {
    expect(value(prove(request))).toEqual({ ...about, bodyDigest: Crypto.digest(body) });
  });

  it("AGT-11: proves any body at any number", () => {
    const number = fc.maxSafeInteger().map(Math.abs);
    fc.assert(
      fc.property(fc.uint8Array(), number, number, number, (bytes, epoch, sequence, created) => {
        const signed = SignedRequest.sign({ ...about, epoch, sequence, created }, bytes, agentKeys);
        const at = { now: created, clockSkewSeconds: 0 };
        expect(value(prove(signed, agentKeys.publicKey, at))).toMatchObject({ epoch, sequence, created });
      }),
      runs(100),
    );
  });

  it.each<[string, WireRequest]>([
    ["the method", { ...request, method: "GET" }],
    ["the path", { ...request, path: "/v0/facts" }],
    ["the tenant", withHeader("fettle-tenant", "other")],
    ["the agent", withHeader("fettle-agent", uuid(99))],
    ["the epoch", withHeader("fettle-epoch", "2")],
    ["the sequence", withHeader("fettle-sequence", "12346")],
    ["the time", withHeader("fettle-created", String(NOW + 1))],
    ["the nonce", withHeader("fettle-nonce", "BAAAAAAAAAAAAAAAAAAAAA")],
    ["the signature", withHeader("fettle-signature", `${request.headers["fettle-signature"]?.slice(0, -2)}AA`)],
    [
      "the body, and its digest to match",
      { ...withHeader("fettle-content-digest", Crypto.digest("{}")), body: Buffer.from("{}") },
    ],
  ])("T1: refuses a request in which %s was changed", (_, changed) => {
    expect(error(prove(changed)).reason).toBe("wrong-signature");
  });

  it("T1: refuses a body that isn't the one of the digest", () => {
    expect(error(prove({ ...request, body: Buffer.from('{"a":2}') })).reason).toBe("wrong-digest");
    expect(error(prove({ ...request, body: new Uint8Array() })).reason).toBe("wrong-digest");
    expect(error(prove(withHeader("fettle-content-digest", digest(1)))).reason).toBe("wrong-digest");
  });

  it("T1: refuses a request with any character of a signed header changed, left out or repeated", () => {
    const passed = signedHeaders.flatMap((name) =>
      [...(request.headers[name] ?? "")].flatMap((c, i, all) => {
        const before = all.slice(0, i).join("");
        const after = all.slice(i + 1).join("");
        const texts = [..."0aAgw9-_ ", ""].map((other) => before + other + after);
        return [...texts, `${before}${c}${c}${after}`].filter(
          (t) => t !== all.join("") && prove(withHeader(name, t)).ok,
        );
      }),
    );
    expect(passed).toEqual([]);
  });

  it("T9: refuses the key of anybody else", () => {
    expect(error(prove(request, strangerKeys.publicKey)).reason).toBe("wrong-signature");
    expect(error(prove(SignedRequest.sign(about, body, strangerKeys))).reason).toBe("wrong-signature");
    expect(error(prove(request, "no key")).reason).toBe("wrong-signature");
  });

  it("T5: refuses the agent's own signature over anything but a request", () => {
    const elsewhere = Buffer.from(SignedRequest.signatureBase({ ...about, bodyDigest: Crypto.digest(body) }));
    const other = Buffer.concat([Buffer.from("fettle-other-v0"), elsewhere.subarray("fettle-request-v0".length)]);
    expect(error(prove(withHeader("fettle-signature", Crypto.sign(agentKeys, other)))).reason).toBe("wrong-signature");
  });
});

describe("SignedRequest.claim", () => {
  it.each(signedHeaders)("refuses a request without %s, by name", (name) => {
    const { [name]: _, ...headers } = request.headers;
    expect(error(SignedRequest.claim({ ...request, headers }))).toMatchObject({
      reason: "missing-header",
      message: name,
    });
  });

  it("signs eight headers, and needs no other", () => {
    expect(signedHeaders).toHaveLength(8);
    const only = Object.fromEntries(signedHeaders.map((name) => [name, request.headers[name] ?? ""]));
    expect(prove({ ...request, headers: only }).ok).toBe(true);
  });

  it.each([
    ["fettle-tenant", ["", "-acme", "Acme", "ac me", "acme\n", "../acme", "a".repeat(64), "ä"]],
    [
      "fettle-agent",
      ["", "web-01", "00000000-0000-4000-8000-00000000000", "{00000000-0000-4000-8000-00000000000a}", "../x"],
    ],
    ["fettle-epoch", ["", "-1", "+1", "01", "1.0", "1e3", " 1", "0x1", "٣", "12345678901234567"]],
    ["fettle-sequence", ["", "-1", "+1", "01", "1.0", "1e3", "1 ", "9007199254740992", "9999999999999999"]],
    ["fettle-created", ["", "now", "-1", "9007199254740993"]],
    ["fettle-nonce", ["", "A".repeat(21), "A".repeat(23), `${"A".repeat(21)}=`, `${"A".repeat(21)}+`]],
    ["fettle-content-digest", ["", "sha256:", `sha512:${"0".repeat(64)}`, `sha256:${"A".repeat(64)}`]],
    ["fettle-signature", ["", "A".repeat(85), "A".repeat(87), `${"A".repeat(84)}==`, `${"A".repeat(85)}/`]],
  ])("T9: refuses a malformed %s, by name", (name, texts) => {
    const answers = texts.map((text) => SignedRequest.claim(withHeader(name, text)));
    expect(answers.map((a) => (a.ok ? "taken" : `${a.error.reason} ${a.error.message}`))).toEqual(
      texts.map(() => `malformed-header ${name}`),
    );
  });

  it("takes a tenant of 63 characters and a number of Number.MAX_SAFE_INTEGER", () => {
    const tenantId = "a".repeat(63);
    const signed = SignedRequest.sign({ ...about, tenantId, sequence: Number.MAX_SAFE_INTEGER }, body, agentKeys);
    expect(value(prove(signed))).toMatchObject({ tenantId, sequence: Number.MAX_SAFE_INTEGER });
  });

  it("T26: a header that every object has is no header", () => {
    const inherited = Object.create({ ...request.headers }) as Record<string, string>;
    expect(Object.keys(inherited)).toEqual([]);
    const claimed = SignedRequest.claim({ ...request, headers: { ...inherited, "fettle-tenant": TENANT } });
    expect(error(claimed).reason).toBe("missing-header");
  });
});

describe("SignedRequest.verify", () => {
  const skewed = (ms: number) => prove(request, agentKeys.publicKey, { ...clock, now: NOW + ms });
  const most = wireLimits.clockSkewSeconds * 1_000;

  it.each([0, most, -most])("T2: takes a request made %d ms from now", (ms) => {
    expect(skewed(ms).ok).toBe(true);
  });

  it.each([most + 1, -most - 1, 86_400_000, -NOW])("T2: refuses a request made %d ms from now", (ms) => {
    expect(error(skewed(ms)).reason).toBe("clock-skew");
  });

  it("looks at the signature before the clock: a forger learns no time", () => {
    const late = prove(request, strangerKeys.publicKey, { ...clock, now: NOW + 10 * most });
    expect(error(late).reason).toBe("wrong-signature");
  });
});
