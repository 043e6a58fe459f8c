import { describe, expect, it } from "vitest";
import * as Asset from "../../src/domain/asset/Asset.ts";
import * as Module from "../../src/domain/shared/Module.ts";

describe("modules", () => {
  it("AGT-06: VM brings CM and TP, and nothing else brings anything", () => {
    expect(Module.withBrought(["VM"])).toEqual(["VM", "CM", "TP"]);
    expect(Module.withBrought(["PM", "VM"])).toEqual(["VM", "PM", "CM", "TP"]);
    for (const module of Module.modules.filter((m) => m !== "VM"))
      expect(Module.withBrought([module])).toEqual([module]);
  });

  it("AGT-06: PC or SCA, not both on one agent", () => {
    expect(Module.compatible(["PC", "SCA"])).toMatchObject({ ok: false, error: { rule: "AGT-06", code: "conflict" } });
    for (const one of [["PC"], ["SCA", "PM"], []] as const)
      expect(Module.compatible(one)).toEqual({ ok: true, value: one });
  });

  it("tells modules from other words", () => {
    expect(Module.modules.every(Module.isModule)).toBe(true);
    for (const word of ["pm", "", "PM ", "constructor"]) expect(Module.isModule(word)).toBe(false);
  });
});

describe("activating modules", () => {
  it("AGT-06: AI is always active, and has no instant", () => {
    expect(Asset.isActive({ activations: {} }, "AI")).toBe(true);
    expect(Asset.activate({}, ["AI"], 5)).toEqual({});
    expect(Asset.activeModules({ activations: Asset.deactivate({ PM: 1 }, ["AI", "PM"]) })).toEqual(["AI"]);
  });

  it("LIC-09: each module has its own instant, and one that is active keeps it", () => {
    const first = Asset.activate({}, ["PM"], 5);
    expect(first).toEqual({ PM: 5 });
    expect(Asset.activate(first, ["PM", "VM"], 9)).toEqual({ PM: 5, VM: 9, CM: 9, TP: 9 });
    expect(Asset.activate(first, ["PM"], 9)).toBe(first);
  });

  it("LIC-11: deactivated and activated again, it stands behind the others; VM takes along what it brought", () => {
    const all = Asset.activate({}, ["PM", "VM"], 5);
    expect(Asset.deactivate(all, ["VM"])).toEqual({ PM: 5 });
    const again = Asset.activate(Asset.deactivate(all, ["PM"]), ["PM"], 9);
    expect(again).toEqual({ VM: 5, CM: 5, TP: 5, PM: 9 });
    expect(Asset.deactivate({}, ["PM"])).toEqual({});
  });
});
