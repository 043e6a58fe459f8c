import { describe, expect, it } from "vitest";
import type { Activations } from "../../src/domain/asset/Asset.ts";
import * as ModuleChange from "../../src/domain/asset/ModuleChange.ts";
import type { Module } from "../../src/domain/shared/Module.ts";

const none = { activate: [], deactivate: [] } as const;
const after = (activations: Activations, change: Partial<ModuleChange.ModuleChange>, hasAgent = true) =>
  ModuleChange.applied({ activations }, { ...none, ...change }, { hasAgent, now: 9 });
const faults = (change: { activate?: readonly string[]; deactivate?: readonly string[] }) => {
  const checked = ModuleChange.check({ ...none, ...change });
  return checked.ok ? [] : checked.error.map((r) => `${r.rule} ${r.code}`);
};

describe("a change of an agent's modules", () => {
  it("AGT-06: VM brings CM and TP, and takes them along", () => {
    expect(after({}, { activate: ["VM"] })).toEqual({ ok: true, value: { VM: 9, CM: 9, TP: 9 } });
    expect(after({ VM: 1, CM: 1, TP: 1, PM: 2 }, { deactivate: ["VM"] })).toEqual({ ok: true, value: { PM: 2 } });
    expect(faults({ activate: ["CM"] })).toEqual(["AGT-06 conflict"]);
    expect(faults({ deactivate: ["TP"] })).toEqual(["AGT-06 conflict"]);
    expect(faults({ activate: ["VM", "CM"] })).toEqual([]);
  });

  it("AGT-06: PC or SCA, not both; one can take the other's place", () => {
    expect(after({ PC: 1 }, { activate: ["SCA"] })).toMatchObject({ error: { rule: "AGT-06", code: "conflict" } });
    expect(after({ PC: 1 }, { activate: ["SCA"], deactivate: ["PC"] })).toEqual({ ok: true, value: { SCA: 9 } });
    expect(faults({ activate: ["PC", "SCA"] })).toEqual(["AGT-06 conflict"]);
  });

  it("AGT-06: AI is always active: it can't be deactivated, and activating it changes nothing", () => {
    expect(faults({ deactivate: ["AI"] })).toEqual(["AGT-06 conflict"]);
    const activations = { PM: 1 };
    const same = after(activations, { activate: ["AI"] });
    expect(same.ok && same.value).toBe(activations);
  });

  it.each<Module>(["FIM", "EDR", "PM"])(
    "AGT-06: %s needs an agent; what is active already may stay, and go",
    (module) => {
      expect(after({}, { activate: [module] }, false)).toMatchObject({ error: { rule: "AGT-06" } });
      expect(after({ [module]: 1 }, { activate: [module] }, false)).toMatchObject({ ok: true });
      expect(after({ [module]: 1 }, { deactivate: [module] }, false)).toEqual({ ok: true, value: {} });
    },
  );

  it("AGT-06: VM, PC and SCA know assets without an agent too", () => {
    for (const module of ["VM", "PC", "SCA"] as const) expect(after({}, { activate: [module] }, false).ok).toBe(true);
  });

  it("LIC-11: deactivated and activated again, a module stands behind those that stayed; one that stays keeps its time", () => {
    expect(after({ PM: 1 }, { activate: ["PM"] })).toEqual({ ok: true, value: { PM: 1 } });
    const gone = after({ PM: 1 }, { deactivate: ["PM"] });
    expect(gone).toEqual({ ok: true, value: {} });
    expect(after({}, { activate: ["PM"] })).toEqual({ ok: true, value: { PM: 9 } });
  });

  it("AGT-06: names modules, one at least", () => {
    expect(faults({})).toEqual(["AGT-06 invalid"]);
    expect(faults({ activate: ["PM", "XX"], deactivate: ["pm"] })).toEqual(["AGT-06 invalid", "AGT-06 invalid"]);
  });

  it("tells what came and what went", () => {
    expect(ModuleChange.difference({ PC: 1, PM: 1 }, { SCA: 2, PM: 1 })).toEqual({
      activate: ["SCA"],
      deactivate: ["PC"],
    });
  });
});
