import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Crypto, Documents, Dsse, Json, ManifestGate, wireLimits } from "../../src/index.ts";
import { error, runs, value } from "../Runs.ts";
import * as Samples from "../Samples.ts";
import { HOUR, manifest, NOW, patchList, strangerKeys, tenantKeys, uuid } from "../Samples.ts";

const keeper: ManifestGate.GateKeeper = {
  tenantId: Samples.TENANT,
  agentId: Samples.agentId,
  epoch: 1,
  tenantKey: tenantKeys.publicKey,
  manifestVersion: 6,
  now: NOW,
  timeZone: "America/Argentina/ComodRivadavia",
  tzdata: "2026a",
};
const seal = (change: Partial<Documents.JobManifest> = {}, keys: Crypto.KeyPair = tenantKeys): Uint8Array =>
  Dsse.seal(Dsse.payloadTypes.jobManifest, { ...manifest, ...change }, keys);
const refusalOf = (sealed: Uint8Array, by: Partial<ManifestGate.GateKeeper> = {}) =>
  error(ManifestGate.admitManifest(sealed, { ...keeper, ...by }));

describe("ManifestGate.admitManifest", () => {
  it("PLN-04: admits a manifest that is for this agent, new, in time and understood", () => {
    expect(value(ManifestGate.admitManifest(seal(), keeper))).toEqual(manifest);
  });

  it("PLN-04: refuses a manifest whose time is over, and the end of the interval is over", () => {
    const refused = refusalOf(seal(), { now: manifest.notAfter });
    expect(refused).toMatchObject({ reason: "expired", runId: manifest.runId });
    expect(refused.message).toContain(String(manifest.notAfter));
    expect(refusalOf(seal(), { now: manifest.notAfter + 1 }).reason).toBe("expired");
    expect(ManifestGate.admitManifest(seal(), { ...keeper, now: manifest.notAfter - 1 }).ok).toBe(true);
  });

  it("SCH-09: admits a manifest before its time: it reaches the agent ahead of its start", () => {
    const early = seal({ notBefore: NOW + HOUR, notAfter: NOW + 2 * HOUR });
    expect(value(ManifestGate.admitManifest(early, keeper)).notBefore).toBe(NOW + HOUR);
  });

  it("MAN-02: refuses the number that was seen last, and any older one", () => {
    expect(refusalOf(seal(), { manifestVersion: 7 })).toMatchObject({
      reason: "older-than-seen",
      runId: manifest.runId,
    });
    expect(refusalOf(seal({ manifestVersion: 1 })).reason).toBe("older-than-seen");
    expect(ManifestGate.admitManifest(seal({ manifestVersion: 7 }), { ...keeper, manifestVersion: 6 }).ok).toBe(true);
    expect(ManifestGate.admitManifest(seal({ manifestVersion: 900 }), keeper).ok).toBe(true);
  });

  it.each<[string, Partial<Documents.JobManifest>]>([
    ["tenant", { tenantId: "other" }],
    ["agent", { agentId: uuid(99) }],
    ["epoch before", { epoch: 0 }],
    ["epoch to come", { epoch: 2 }],
  ])("T3: refuses a manifest made for another %s", (_, change) => {
    expect(refusalOf(seal(change))).toMatchObject({ reason: "foreign", runId: manifest.runId });
  });

  it("T3: refuses a manifest that was tampered with", () => {
    const sealed = seal();
    const envelope = JSON.parse(Buffer.from(sealed).toString()) as { payload: string };
    const tampered = Buffer.from(envelope.payload, "base64")
      .toString()
      .replace('"continueOnFailure":true', '"continueOnFailure":false');
    const payload = Buffer.from(tampered).toString("base64");
    expect(payload).not.toBe(envelope.payload);
    const refused = refusalOf(Buffer.from(JSON.stringify({ ...envelope, payload })));
    expect(refused).toMatchObject({ reason: "wrong-signature", runId: null });
  });

  it("T3: refuses a manifest of another key, and tells nothing from inside it", () => {
    expect(refusalOf(seal({}, strangerKeys))).toMatchObject({ reason: "wrong-signature", runId: null });
    expect(refusalOf(seal({}, Samples.agentKeys)).reason).toBe("wrong-signature");
  });

  it("refuses a manifest with a critical member that it doesn't understand, by name", () => {
    const refused = refusalOf(seal({ critical: ["dose", "colour"] }));
    expect(refused).toMatchObject({ reason: "unknown-critical", runId: manifest.runId });
    expect(refused.message).toBe("dose, colour");
  });

  it.each([
    ["zone", { timeZone: "Europe/Berlin" }],
    ["time zone data", { tzdata: "2026b" }],
  ])("refuses a manifest whose instants came from another %s than the agent's", (_, by) => {
    const refused = refusalOf(seal(), by);
    expect(refused).toMatchObject({ reason: "zone-differs", runId: manifest.runId });
    expect(refused.message).toContain(Object.values(by)[0]);
  });

  it("a manifest that depends on no zone is for agents of every zone", () => {
    const onDemand = seal({ local: null });
    expect(ManifestGate.admitManifest(onDemand, { ...keeper, timeZone: "Europe/Berlin", tzdata: "2019c" }).ok).toBe(
      true,
    );
  });

  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["no JSON", Buffer.from("nonsense")],
    ["a document of another type", Dsse.seal(Dsse.payloadTypes.patchList, patchList, tenantKeys)],
    ["a manifest sealed as something else", Dsse.seal(Dsse.payloadTypes.reply, manifest, tenantKeys)],
    [
      "a manifest with an unknown member",
      Dsse.seal(Dsse.payloadTypes.jobManifest, { ...manifest, also: 1 }, tenantKeys),
    ],
    ["a list sealed as a manifest", Dsse.seal(Dsse.payloadTypes.jobManifest, patchList, tenantKeys)],
  ])("T5: calls %s malformed", (_, sealed) => {
    expect(refusalOf(sealed)).toMatchObject({ _tag: "Refusal", reason: "malformed", runId: null });
  });

  it("T16: admits a payload of 1,024 bytes and refuses one of 1,025", () => {
    // Letters of three bytes fill a short key up to any size.
    const fit = (bytes: number): Documents.JobManifest => {
      const local = { zone: keeper.timeZone, nominal: "n".repeat(32), tzdata: keeper.tzdata };
      const long = { ...manifest, tenantId: "a".repeat(63), jobRevision: 10 ** 15, local, occurrenceKey: "" };
      const missing = bytes - Json.canonicalBytes(long).length;
      const wide = Math.ceil((missing - 128) / 2);
      return { ...long, occurrenceKey: "€".repeat(wide) + "k".repeat(missing - 3 * wide) };
    };
    for (const [bytes, expected] of [
      [1_024, "admitted"],
      [1_025, "malformed"],
    ] as const) {
      expect(Json.canonicalBytes(fit(bytes)).length).toBe(bytes);
      expect(Documents.JobManifest.safeParse(fit(bytes)).success).toBe(true);
      const answer = ManifestGate.admitManifest(seal(fit(bytes)), { ...keeper, tenantId: "a".repeat(63) });
      expect(answer.ok ? "admitted" : answer.error.reason).toBe(expected);
    }
  });

  it("I1 I28: whatever is admitted is signed, this agent's, above every number seen, and not over", () => {
    const mostly = <A>(good: A, ...bad: readonly A[]) =>
      fc.oneof({ weight: 8, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });
    const change = fc.record({
      tenantId: mostly("acme", "other"),
      agentId: mostly(Samples.agentId, uuid(99)),
      epoch: mostly(1, 0, 2),
      manifestVersion: mostly(7, 1, 5, 6, 8),
      notAfter: mostly(NOW + 1, NOW - 1, NOW, NOW + 2),
      critical: mostly<string[]>([], ["x"]),
      local: mostly<Documents.JobManifest["local"]>(manifest.local, null, {
        zone: "Etc/UTC",
        nominal: "",
        tzdata: "2026a",
      }),
    });
    let admittedOnce = 0;
    fc.assert(
      fc.property(change, mostly(tenantKeys, strangerKeys), (changed, keys) => {
        const m = { ...manifest, ...changed };
        const due =
          keys === tenantKeys &&
          m.tenantId === "acme" &&
          m.agentId === Samples.agentId &&
          m.epoch === 1 &&
          m.manifestVersion > 6 &&
          m.critical.length === 0 &&
          m.notAfter > NOW &&
          m.local?.zone !== "Etc/UTC";
        admittedOnce += due ? 1 : 0;
        expect(ManifestGate.admitManifest(seal(m, keys), keeper).ok).toBe(due);
      }),
      runs(500),
    );
    expect(admittedOnce).toBeGreaterThan(50);
  });
});

describe("ManifestGate.admitList", () => {
  const sealList = (change: Partial<Documents.PatchList> = {}, keys: Crypto.KeyPair = tenantKeys): Uint8Array =>
    Dsse.seal(Dsse.payloadTypes.patchList, { ...patchList, ...change }, keys);
  const refused = (sealed: Uint8Array, limits = wireLimits) =>
    error(ManifestGate.admitList(sealed, manifest, keeper, limits));

  it("admits the list of this tenant and kind of job", () => {
    expect(value(ManifestGate.admitList(sealList(), manifest, keeper))).toEqual(patchList);
  });

  it.each<[string, Partial<Documents.PatchList>]>([
    ["tenant", { tenantId: "other" }],
    ["kind of job", { kind: "rollback" }],
  ])("T3: refuses a list of another %s, for the run of the manifest that named it", (_, change) => {
    expect(refused(sealList(change))).toMatchObject({ reason: "foreign", runId: manifest.runId });
  });

  it("T3: refuses a list that another key signed", () => {
    expect(refused(sealList({}, strangerKeys))).toMatchObject({ reason: "wrong-signature", runId: manifest.runId });
  });

  it("T5: refuses a manifest in place of a list", () => {
    expect(refused(seal())).toMatchObject({ reason: "malformed", runId: manifest.runId });
  });

  it("T16: refuses a list of one byte more than allowed", () => {
    const bytes = Json.canonicalBytes(patchList).length;
    const within = ManifestGate.admitList(sealList(), manifest, keeper, { ...wireLimits, documentBytes: bytes });
    expect(within.ok).toBe(true);
    expect(refused(sealList(), { ...wireLimits, documentBytes: bytes - 1 }).reason).toBe("malformed");
  });
});
