import { describe, expect, it } from "vitest";
import * as ActivationKey from "../../src/domain/key/ActivationKey.ts";
import * as Values from "../scenario/Values.ts";

const key = (over: Partial<ActivationKey.ActivationKey> = {}): ActivationKey.ActivationKey => ({
  id: Values.uuid(1),
  title: "servers",
  secretDigest: "sha256:00",
  tags: [],
  modules: ["PM"],
  agentsMax: null,
  expiresAt: null,
  ...over,
});

describe("an activation key", () => {
  it("KEY-01: admits until its date and not from then on (by date; the count is the store's)", () => {
    const until = key({ expiresAt: Values.START });
    expect(ActivationKey.admit(until, Values.START - 1)).toEqual({ ok: true, value: until });
    expect(ActivationKey.admit(until, Values.START)).toMatchObject({
      ok: false,
      error: { rule: "KEY-01", code: "expired" },
    });
  });

  it("KEY-01: without a date it admits at any time", () => {
    for (const now of [0, Values.START, Number.MAX_SAFE_INTEGER]) expect(ActivationKey.admit(key(), now).ok).toBe(true);
  });

  it("has a counter of its own", () => {
    expect(ActivationKey.counterOf(key())).not.toBe(ActivationKey.counterOf(key({ id: Values.uuid(2) })));
    expect(ActivationKey.counterOf(key())).toBe(ActivationKey.counterOf(key({ title: "renamed" })));
  });
});
