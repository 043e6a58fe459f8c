import * as Cause from "effect/Cause";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Exchange from "../../src/agent/Exchange.ts";
import { Crypto, Dsse, Json, Messages, type WireReply, type WireRequest } from "../../src/index.ts";
import { runs } from "../Runs.ts";
import * as Samples from "../Samples.ts";
import { strangerKeys, tenantKeys } from "../Samples.ts";
import * as Machine from "./Machine.ts";

const components = { ...Samples.about, bodyDigest: Samples.digest(7) };
const open = (body: Uint8Array) =>
  Effect.runSyncExit(
    Exchange.openReply(Messages.FactsReply, { status: 200, headers: {}, body }, components, tenantKeys.publicKey),
  );
const seal = (change: object = {}, keys = tenantKeys): Uint8Array =>
  Dsse.seal(Dsse.payloadTypes.reply, { ...Samples.factsReply, ...change }, keys);
const refusal = (body: Uint8Array): unknown => {
  const exit = open(body);
  return Exit.isSuccess(exit) ? "taken" : Cause.squash(exit.cause);
};

describe("Exchange.openReply", () => {
  it("takes the answer to just this request", () => {
    expect(open(seal())).toEqual(Exit.succeed(Samples.factsReply));
  });

  it.each([
    ["agent", { agentId: Samples.uuid(99) }],
    ["epoch", { epoch: 2 }],
    ["number", { sequence: 12_344 }],
    ["body", { request: Samples.digest(8) }],
  ])("T1: refuses an answer to a request of another %s", (_, change) => {
    expect(refusal(seal(change))).toMatchObject({ reason: "Untrusted", message: "an answer to another request" });
  });

  it.each([
    ["a forger's key", seal({}, strangerKeys)],
    ["the agent's own key", seal({}, Samples.agentKeys)],
    ["no signature", Json.canonicalBytes(Samples.factsReply)],
    ["another route's answer", Dsse.seal(Dsse.payloadTypes.reply, Samples.snapshotReply, tenantKeys)],
    ["another type of document", Dsse.seal(Dsse.payloadTypes.configuration, Samples.factsReply, tenantKeys)],
    ["an unknown member", seal({ also: 1 })],
    ["nothing", new Uint8Array()],
  ])("T1: refuses an answer with %s", (_, body) => {
    expect(refusal(body)).toMatchObject({ _tag: "ExchangeError", reason: "Untrusted", code: "untrusted-reply" });
  });
});

/** A machine that is a member, and what it sends afterwards. */
const member = (network: (request: WireRequest, deliver: (r: WireRequest) => WireReply) => WireReply | null) => {
  let isOpen = true;
  const machine = Machine.make({ packages: [], network: (r, deliver) => (isOpen ? deliver(r) : network(r, deliver)) });
  machine.cycle();
  isOpen = false;
  return machine;
};
const failuresOf = (end: Machine.CycleEnd) => (end._tag === "Ended" ? end.report.failures : []);

describe("an agent in a hostile network", () => {
  it("T1: a reply that is moved to another request is refused", () => {
    let kept: WireReply | null = null;
    const machine = member((request, deliver) => {
      const reply = deliver(request);
      const moved = kept;
      kept = reply;
      return moved ?? reply;
    });
    expect(failuresOf(machine.cycle())).toEqual([]);
    expect(failuresOf(machine.cycle())).toMatchObject([
      { reason: "Untrusted", message: "an answer to another request" },
    ]);
  });

  it("T1: a forged check-in orders nothing", () => {
    const machine = member((request) => {
      const forged = {
        ...Samples.checkInReply,
        sequence: Number(request.headers["fettle-sequence"]),
        request: Crypto.digest(request.body),
      };
      return { status: 200, headers: {}, body: Dsse.seal(Dsse.payloadTypes.reply, forged, strangerKeys) };
    });
    const before = machine.journal.dump();
    expect(failuresOf(machine.cycle())).toMatchObject([{ reason: "Untrusted" }]);
    expect(machine.journal.dump()).toEqual(before);
  });

  it.each([
    [503, '{"code":"unavailable","detail":"later"}', "unavailable", "later", true],
    [429, "{}", "unknown", "status 429", true],
    [409, '{"code":"out-of-sequence","detail":"higher"}', "out-of-sequence", "higher", false],
    [400, "null", "unknown", "status 400", false],
    [500, "<html>", "unknown", "status 500", true],
    [404, '{"code":7,"detail":[]}', "unknown", "status 404", false],
    [401, "[".repeat(100_000), "unknown", "status 401", false],
  ])("survives a refusal with status %d and the body %j", (status, text, code, message, isRetryable) => {
    const machine = member(() => ({ status, headers: {}, body: Buffer.from(text) }));
    expect(failuresOf(machine.cycle())).toMatchObject([{ reason: "Refused", status, code, message, isRetryable }]);
  });

  it("T1: survives any bytes under any status, and believes none of them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(200, 204, 301, 400, 500), (body, status) => {
        const machine = member(() => ({ status, headers: {}, body }));
        const before = machine.journal.dump();
        expect(failuresOf(machine.cycle())).toHaveLength(1);
        expect(machine.journal.dump()).toEqual(before);
      }),
      runs(50),
    );
  });
});

describe("Exchange.sequencer", () => {
  it("T2: no number is used twice, whatever dies when", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 8 }), (deaths) => {
        const used: number[] = [];
        const due = new Set(deaths);
        const machine = Machine.make({
          packages: [],
          dies: ({ n }) => due.has(n),
          network: (request, deliver) => {
            used.push(Number(request.headers["fettle-sequence"]));
            return deliver(request);
          },
        });
        for (let i = 0; i < 20; i += 1) machine.cycle();
        expect(used.length).toBeGreaterThan(10);
        expect(used.every((n, i) => i === 0 || n > (used[i - 1] ?? n))).toBe(true);
      }),
      runs(60),
    );
  });

  it("reserves numbers by the block: one record for 256 requests", () => {
    const machine = Machine.make({ packages: [] });
    const reservations = () => machine.journal.dump().filter((r) => r._tag === "SequenceReserved");
    for (let i = 0; i < 254; i += 1) machine.cycle();
    // Provisioning, the first snapshot and 254 check-ins.
    expect(machine.plane.heard).toHaveLength(Exchange.SEQUENCE_BLOCK);
    expect(reservations()).toEqual([{ _tag: "SequenceReserved", through: 256 }]);
    machine.cycle();
    expect(reservations().at(-1)).toEqual({ _tag: "SequenceReserved", through: 512 });
  });
});
