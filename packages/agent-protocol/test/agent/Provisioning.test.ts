import { describe, expect, it } from "vitest";
import { Crypto, Dsse, Json, Messages, Problem, type WireReply, type WireRequest } from "../../src/index.ts";
import * as Samples from "../Samples.ts";
import { strangerKeys, tenantKeys } from "../Samples.ts";
import * as Machine from "./Machine.ts";

const isProvision = (request: WireRequest): boolean => request.path === "/v0/provision";
const provisions = (sent: readonly WireRequest[]) =>
  sent.filter(isProvision).map((r) => Messages.ProvisionRequest.parse(JSON.parse(Buffer.from(r.body).toString())));

/** A machine whose replies to provisioning somebody changes on the way. */
const withReply = (change: (reply: WireReply, request: WireRequest) => WireReply | null) => {
  const sent: WireRequest[] = [];
  const machine = Machine.make({
    packages: [],
    network: (request, deliver) => {
      sent.push(request);
      const reply = deliver(request);
      return isProvision(request) ? change(reply, request) : reply;
    },
  });
  return { machine, sent };
};
const failures = (end: Machine.CycleEnd): readonly string[] =>
  end._tag === "Ended" ? end.report.failures.map((f) => `${f._tag} ${f.message}`) : ["died"];

/** An answer in the control plane's form, under any key. */
const answer = (request: WireRequest, keys: Crypto.KeyPair, change: object = {}): WireReply => {
  const components = { ...Samples.about, bodyDigest: Crypto.digest(request.body), epoch: 0 };
  const sequence = Number(request.headers["fettle-sequence"]);
  const reply = { ...Messages.answering({ ...components, sequence }, Samples.NOW), ...Samples.provisionReply };
  const bound = { ...reply, ...Messages.answering({ ...components, sequence }, Samples.NOW), ...change };
  return {
    status: 200,
    headers: { [Messages.TENANT_KEY_HEADER]: keys.publicKey },
    body: Dsse.seal(Dsse.payloadTypes.reply, bound, keys),
  };
};

describe("Provisioning", () => {
  it("AGT-01: names itself, proves the activation key, and remembers what it was told", () => {
    const { machine, sent } = withReply((reply) => reply);
    expect(machine.cycle()).toMatchObject({ _tag: "Ended", report: { isProvisioned: true, failures: [] } });
    const [request] = provisions(sent);
    if (request === undefined) throw new Error("nothing was sent");
    const who = { tenantId: Samples.TENANT, agentId: Samples.agentId };
    expect(request.proof).toBe(Messages.provisionProof(request, who, Crypto.digest("a secret")));
    expect(request.publicKey).toBe(Samples.agentKeys.publicKey);
    expect(machine.state()).toMatchObject({
      identity: { agentId: Samples.agentId, attemptId: request.attemptId },
      membership: { tenantId: "acme", assetId: Samples.assetId, epoch: 1, tenantKey: tenantKeys.publicKey },
    });
  });

  it("AGT-01: never sends the secret or the private key", () => {
    const { machine, sent } = withReply((reply) => reply);
    machine.cycle();
    const wire = sent.map((r) => JSON.stringify(r.headers) + Buffer.from(r.body).toString()).join();
    expect(wire).not.toContain("a secret");
    expect(wire).not.toContain(Samples.agentKeys.privateKey);
    expect(wire).toContain(Samples.agentKeys.publicKey);
  });

  it("AGT-01: the same attempt again, after lost replies and deaths, is the same attempt with the same key", () => {
    let lost = 3;
    const { machine, sent } = withReply((reply) => {
      lost -= 1;
      return lost >= 0 ? null : reply;
    });
    for (let i = 0; i < 4; i += 1) {
      machine.cycle();
      machine.kill();
      machine.clock.now += 60_000;
    }
    const asked = provisions(sent);
    expect(asked).toHaveLength(4);
    expect(new Set(asked.map((r) => [r.attemptId, r.publicKey, r.activationKeyId, r.proof].join())).size).toBe(1);
    expect(new Set(sent.map((r) => r.headers["fettle-agent"]))).toEqual(new Set([Samples.agentId]));
    const numbers = sent.map((r) => Number(r.headers["fettle-sequence"]));
    expect(new Set(numbers).size).toBe(numbers.length);
    machine.cycle();
    expect(provisions(sent)).toHaveLength(4);
    expect(machine.state().membership).not.toBeNull();
  });

  it("AGT-01: waits 60 s and half as long again after each failure, and from the start after a success", () => {
    const { machine } = withReply(() => null);
    const waits = [1, 2, 3, 4].map(() => {
      const end = machine.cycle();
      return end._tag === "Ended" && !end.report.isProvisioned ? end.report.nextAt - machine.clock.now : 0;
    });
    // The machine's random number is 0.5: a quarter more than 60, 90, 135 and 202.5 seconds.
    expect(waits).toEqual([75_000, 112_500, 168_750, 253_125]);
  });

  it("T1: never trusts on first use: a control plane with another key than the install command's is refused", () => {
    const { machine } = withReply((_, request) => answer(request, strangerKeys));
    expect(failures(machine.cycle())).toEqual([expect.stringContaining("fingerprint")]);
    expect(machine.state().membership).toBeNull();
    expect(machine.plane.heard.map((h) => h.route)).toEqual(["provision"]);
  });

  it.each<[string, (reply: WireReply, request: WireRequest) => WireReply]>([
    ["no key at all", (reply) => ({ ...reply, headers: {} })],
    ["a key that is none", (reply) => ({ ...reply, headers: { [Messages.TENANT_KEY_HEADER]: "nonsense" } })],
    [
      "the tenant's key over a stranger's signature",
      (_, request) => ({
        ...answer(request, strangerKeys),
        headers: { [Messages.TENANT_KEY_HEADER]: tenantKeys.publicKey },
      }),
    ],
    ["another tenant's membership", (_, request) => answer(request, tenantKeys, { tenantId: "other" })],
    ["an answer to another agent", (_, request) => answer(request, tenantKeys, { agentId: Samples.uuid(99) })],
    ["an answer to another request", (_, request) => answer(request, tenantKeys, { request: Samples.digest(9) })],
    ["an answer to another number", (_, request) => answer(request, tenantKeys, { sequence: 9 })],
    ["an answer of another kind", (_, request) => answer(request, tenantKeys, { _tag: "CheckedIn" })],
    ["epoch 0", (_, request) => answer(request, tenantKeys, { newEpoch: 0 })],
    ["no document", (reply) => ({ ...reply, body: Json.canonicalBytes({ newEpoch: 1 }) })],
  ])("T1: an answer with %s makes no member", (_, change) => {
    const { machine } = withReply(change);
    expect(failures(machine.cycle())).toHaveLength(1);
    expect(machine.state().membership).toBeNull();
    expect(machine.journal.dump().some((r) => r._tag === "Membership")).toBe(false);
  });

  it("T1: takes the very answer that the forgeries were made from", () => {
    const { machine } = withReply((_, request) => answer(request, tenantKeys));
    expect(failures(machine.cycle())).toEqual([]);
    expect(machine.state().membership).not.toBeNull();
  });

  it("tells why it was refused", () => {
    const detail = "unknown, out of date, or wrong";
    const { machine } = withReply(() => ({
      status: 403,
      headers: {},
      body: Json.canonicalBytes({ code: "key-refused", detail }),
    }));
    const end = machine.cycle();
    expect(end._tag === "Ended" && end.report.failures[0]).toMatchObject({
      _tag: "ExchangeError",
      reason: "Refused",
      status: 403,
      code: "key-refused",
      message: detail,
      isRetryable: false,
    });
  });

  const refusing = (code: Problem.ProblemCode) => {
    const sent: WireRequest[] = [];
    let isRefused = false;
    const machine = Machine.make({
      packages: [],
      network: (request, deliver) => {
        sent.push(request);
        const isCheckIn = request.path === "/v0/check-in";
        return isRefused && isCheckIn ? Problem.reply({ code, title: "no", detail: "no" }) : deliver(request);
      },
    });
    machine.cycle();
    isRefused = true;
    const refused = machine.cycle();
    isRefused = false;
    return { machine, sent, refused };
  };

  it("AGT-01: provisions once more, as who it is, where the platform doesn't know it any more", () => {
    const { machine, sent, refused } = refusing("unknown-agent");
    const [first, again, ...more] = provisions(sent);
    expect(more).toEqual([]);
    expect(again).toEqual(first);
    expect(failures(refused)).toEqual(["ExchangeError no"]);
    expect(machine.state().membership).toMatchObject({ assetId: Samples.assetId, epoch: 1 });
    expect(machine.cycle()).toMatchObject({ _tag: "Ended", report: { failures: [], isProvisioned: true } });
  });

  it("AGT-01: takes no other refusal for that", () => {
    for (const code of ["unsigned", "out-of-sequence", "not-entitled", "key-refused", "unavailable"] as const) {
      expect(provisions(refusing(code).sent)).toHaveLength(1);
    }
  });
});
