import { describe, expect, it } from "vitest";
import * as ActivationKey from "../../src/domain/key/ActivationKey.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import { codecs } from "../../src/schema/Stored.ts";
import * as Values from "../scenario/Values.ts";

const key = (over: Partial<ActivationKey.ActivationKey> = {}): ActivationKey.ActivationKey => ({
  id: Values.uuid(1),
  title: "servers",
  secretDigest: "sha256:00",
  tags: [],
  modules: ["PM"],
  agentsMax: null,
  expiresAt: null,
  isEnabled: true,
  spreading: null,
  ...over,
});
const terms: ActivationKey.Terms = { title: "servers", tags: [], modules: ["PM"], agentsMax: null, expiresAt: null };
const tree = new Map([
  ...Values.tree({ fleet: null, web: "fleet" }),
  ["linux", { id: "linux", name: "Linux", parent: null, rule: { _tag: "Dynamic", query: "platform: Linux" } }] as const,
]);
const validate = (over: object, limits = Limits.defaults) =>
  ActivationKey.validate({ ...terms, ...over } as ActivationKey.Terms, { limits, tree });
const faults = (over: object, limits = Limits.defaults) => {
  const validated = validate(over, limits);
  return validated.ok ? [] : validated.error.map((r) => `${r.rule} ${r.code} ${r.path}`);
};

describe("an activation key", () => {
  it("KEY-01: admits until its date and not from then on (by date; the count is the store's)", () => {
    const until = key({ expiresAt: Values.START });
    expect(ActivationKey.admit(until, Values.START - 1)).toEqual({ ok: true, value: until });
    expect(ActivationKey.admit(until, Values.START)).toMatchObject({
      ok: false,
      error: { rule: "KEY-01", code: "expired" },
    });
  });

  it("KEY-01: without a date it admits at any time; disabled at none", () => {
    for (const now of [0, Values.START, Number.MAX_SAFE_INTEGER]) {
      expect(ActivationKey.admit(key(), now).ok).toBe(true);
      expect(ActivationKey.admit(key({ isEnabled: false }), now).ok).toBe(false);
    }
  });

  it("has a counter of its own", () => {
    expect(ActivationKey.counterOf(key())).not.toBe(ActivationKey.counterOf(key({ id: Values.uuid(2) })));
    expect(ActivationKey.counterOf(key())).toBe(ActivationKey.counterOf(key({ title: "renamed" })));
  });

  it("KEY-01: has one status: disabled, expired or used up, whichever limit is reached first, else active", () => {
    const both = key({ agentsMax: 2, expiresAt: Values.START });
    const at = (admitted: number, now: number, over: Partial<ActivationKey.ActivationKey> = {}) =>
      ActivationKey.statusAt({ ...both, ...over }, admitted, now);
    expect(at(0, 0)).toEqual({ _tag: "Active", remaining: 2, until: Values.START });
    expect(at(1, Values.START - 1)).toEqual({ _tag: "Active", remaining: 1, until: Values.START });
    expect(at(2, Values.START - 1)).toEqual({ _tag: "UsedUp", agentsMax: 2 });
    expect(at(0, Values.START)).toEqual({ _tag: "Expired", at: Values.START });
    expect(at(0, 0, { isEnabled: false })).toEqual({ _tag: "Disabled" });
    expect(at(7, 0, { agentsMax: null, expiresAt: null })).toEqual({ _tag: "Active", remaining: null, until: null });
    // Lowered below what it had admitted already.
    expect(at(9, 0)).toEqual({ _tag: "UsedUp", agentsMax: 2 });
  });

  it("KEY-01: tells how many activations of each module it can still bring, by its count and by the licence", () => {
    const of = (over: Partial<ActivationKey.ActivationKey>, left: { PM?: number; VM?: number }) =>
      Object.fromEntries(
        ActivationKey.remainingByModule(key({ modules: ["VM", "PM"], ...over }), 3, left).map((m) => [
          m.module,
          m.remaining,
        ]),
      );
    expect(of({}, {})).toEqual({ VM: null, PM: null, CM: null, TP: null });
    expect(of({ agentsMax: 10 }, { PM: 5 })).toEqual({ VM: 7, PM: 5, CM: 7, TP: 7 });
    expect(of({ agentsMax: 2 }, { PM: 5 })).toMatchObject({ VM: 0, PM: 0 });
  });
});

describe("what a key may be made of", () => {
  it("KEY-01: everything wrong is said at once, with rules and paths", () => {
    const wrong = {
      title: " ",
      tags: ["web", "ghost", "linux"],
      modules: ["PM", "XX", "PC", "SCA"],
      agentsMax: 0,
      expiresAt: 1.5,
    };
    expect(faults(wrong)).toEqual([
      "KEY-01 invalid title",
      "KEY-04 not-found tags",
      "KEY-04 conflict tags",
      "AGT-06 invalid modules",
      "AGT-06 conflict modules",
      "KEY-01 invalid agentsMax",
      "KEY-01 invalid expiresAt",
    ]);
  });

  it("KEY-01: a title is required, and as long as the limit says at most", () => {
    expect(faults({ title: "t".repeat(256) })).toEqual([]);
    for (const title of ["t".repeat(257), "", "   ", undefined]) expect(faults({ title })).toHaveLength(1);
  });

  it("KEY-01: a count is one agent at least and no more than the tenant has room for", () => {
    const limits = Limits.withOverrides({ assetsMax: 50 });
    for (const agentsMax of [null, 1, 50]) expect(faults({ agentsMax }, limits)).toEqual([]);
    for (const agentsMax of [0, -1, 51, 0.5, Number.NaN]) expect(faults({ agentsMax }, limits)).toHaveLength(1);
  });

  it("KEY-04: its tags are optional, static, and no more than the limit says", () => {
    expect(validate({ tags: ["web", "fleet", "web"] })).toMatchObject({ value: { tags: ["web", "fleet"] } });
    const limits = Limits.withOverrides({ tagsPerSelectionMax: 1 });
    expect(faults({ tags: ["web"] }, limits)).toEqual([]);
    expect(faults({ tags: ["web", "fleet"] }, limits)).toEqual(["KEY-04 invalid tags"]);
  });

  it("AGT-06: its modules are told once, in their order; none is fine too", () => {
    expect(validate({ modules: ["PM", "VM", "PM"] })).toMatchObject({ value: { modules: ["VM", "PM"] } });
    expect(validate({ modules: [] })).toMatchObject({ value: { modules: [] } });
  });

  it("KEY-02: other modules are told as what comes and what goes", () => {
    expect(ActivationKey.spreadingOf(["PM", "PC"], ["PM", "SCA"])).toEqual({
      activate: ["SCA"],
      deactivate: ["PC"],
      after: null,
    });
    expect(ActivationKey.spreadingOf(["PM"], ["PM"])).toBeNull();
  });

  it("reads as it was stored before it could be disabled, without words that are no modules", () => {
    const { isEnabled: _, spreading: __, ...old } = key();
    expect(codecs.activationKey.parse({ ...old, modules: ["PM", "whatever"] })).toEqual(key());
    expect(codecs.activationKey.safeParse({ ...old, modules: "PM" }).success).toBe(false);
  });
});
