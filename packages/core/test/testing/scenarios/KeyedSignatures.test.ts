import { Crypto, Dsse } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import * as KeyedSignatures from "../../../src/testing/scenarios/KeyedSignatures.ts";

const limits = { bytes: 1_000 };
const { reply } = Dsse.payloadTypes;

describe("signatures of simulations", () => {
  it("verify what was signed with a pair of theirs, and nothing else", () => {
    const { suite, generateKeyPair } = KeyedSignatures.make();
    const [keys, others] = [generateKeyPair(), generateKeyPair()];
    const sealed = Dsse.seal(reply, { a: 1 }, keys, suite);
    expect(Dsse.open(reply, sealed, keys.publicKey, limits, suite).ok).toBe(true);
    expect(Dsse.open(reply, sealed, others.publicKey, limits, suite).ok).toBe(false);
    const signature = suite.sign(keys, Buffer.from("x"));
    expect(suite.verify(keys.publicKey, Buffer.from("y"), signature)).toBe(false);
    expect(() => suite.sign({ ...keys, privateKey: others.privateKey }, Buffer.from("x"))).toThrow("didn't make");
  });

  it("mean nothing to another value of theirs, nor to anybody who was not given one: no bytes choose them", () => {
    const [mine, theirs] = [KeyedSignatures.make(), KeyedSignatures.make()];
    const keys = mine.generateKeyPair();
    const sealed = Dsse.seal(reply, { a: 1 }, keys, mine.suite);
    expect(Dsse.open(reply, sealed, keys.publicKey, limits, theirs.suite).ok).toBe(false);
    expect(Dsse.open(reply, sealed, keys.publicKey, limits).ok).toBe(false);
    expect(Crypto.verify(keys.publicKey, Buffer.from("x"), mine.suite.sign(keys, Buffer.from("x")))).toBe(false);
  });

  it("don't take Ed25519's for theirs: a forger's are real, and of no key that they know", () => {
    const { suite } = KeyedSignatures.make();
    const forger = Crypto.generateKeyPair();
    const sealed = Dsse.seal(reply, { a: 1 }, forger);
    expect(Dsse.open(reply, sealed, forger.publicKey, limits).ok).toBe(true);
    expect(Dsse.open(reply, sealed, forger.publicKey, limits, suite).ok).toBe(false);
  });
});
